"""What is known of BuildKit's releases."""

import pytest

from restow.build import Context, simulate
from restow.build.release import Release
from restow.errors import UsageError
from restow.image import compare
from restow.syntax import parse
from restow.vfs import Attributes, Content, Directory, File

FILE = File(Attributes(0o644), Content.of(b"text"))
CONTEXT = Context(Directory(Attributes(0o755), {"d": Directory(Attributes(0o700), {"x": FILE})}), "a test")


@pytest.mark.parametrize(
    ("chmod", "release", "folder"),
    [
        ("1777", Release.of("0.13"), 0o755),
        ("600", Release.of("v0.13.2"), 0o755),
        ("1777", Release.of("0.21"), 0o755),
        ("775", Release.of("0.25", umask=0), 0o775),
        ("1777", Release.of("0.31"), 0o777),
        ("a+rX", None, 0o755),
        ("u=rwx", Release.of("0.25"), 0o755),
    ],
)
def test_directories_that_chmod_makes_by_release(chmod, release, folder) -> None:
    tree = parse(f"FROM scratch\nCOPY --chmod={chmod} d /o/p\nCOPY --chmod={chmod} d/x /q/x\n")
    found = simulate(tree, CONTEXT, release=release).target.filesystem
    assert {found.lookup(path).attributes.mode for path in ("/o", "/o/p", "/q")} == {folder}


@pytest.mark.parametrize(
    ("chmod", "of_644", "of_755"),
    [
        ("u+x", 0o744, 0o755),
        ("+x", 0o755, 0o755),
        ("go-rwx", 0o600, 0o700),
        ("u=rw,g=r,o=", 0o640, 0o640),
        ("a+X", 0o644, 0o755),
    ],
)
def test_chmod_in_letters(chmod, of_644, of_755) -> None:
    tree = parse(
        f"FROM scratch\nCOPY --chmod=644 d/x /a\nCOPY --chmod=755 d/x /b\nFROM scratch\nCOPY --from=0 --chmod={chmod} a b /\n"
    )
    found = simulate(tree, CONTEXT, release=Release.of("0.20")).target.filesystem
    assert (found.lookup("/a").attributes.mode, found.lookup("/b").attributes.mode) == (of_644, of_755)


@pytest.mark.parametrize("release", [None, Release.of("0.13")])
def test_chmod_in_letters_is_left_out_by_earlier_releases(release) -> None:
    one, two = (parse(f"FROM scratch\nCOPY --chmod={mode} d/x /a\n") for mode in ("u+x", "744"))
    assert compare(*(simulate(tree, CONTEXT, release=release) for tree in (one, two)))


def test_a_release_is_read() -> None:
    assert Release.of("v0.23.1").owns_entries
    with pytest.raises(UsageError, match=r"such as 0\.23"):
        Release.of("latest")


def test_an_absolute_working_directory_with_dots_is_known_where_the_release_is() -> None:
    text = parse("FROM scratch\nWORKDIR /a/../b\n")
    assert simulate(text, CONTEXT).unknown
    found = simulate(text, CONTEXT, release=Release.of("0.13")).target.filesystem
    assert [path for path, _ in found.walk()] == ["/", "/b"]
