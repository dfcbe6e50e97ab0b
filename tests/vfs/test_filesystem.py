"""The persistent tree: links, changes, and directories made where nobody knows what stands."""

import pytest

from restow.errors import UnknownEffect
from restow.vfs import Attributes, Content, Directory, File, Filesystem, Symlink, Unknown, join, split

FILE = File(Attributes(0o644), Content.of(b"x"))
PLAIN = Attributes(0o755)
KNOWN = Filesystem.empty().make_directories("/a/b", PLAIN).put("/a/f", FILE)


def test_paths() -> None:
    assert split("/a/./b/../c//") == ("a", "c")
    assert split("/../..") == ()
    assert join("/a", "b/", "../c") == "/a/c"
    assert join("/a", "/b") == "/b"


@pytest.mark.parametrize(
    ("target", "path", "expected"),
    [
        ("b", "/a/l", "/a/b"),
        ("/a/b", "/a/l/x", "/a/b/x"),
        ("../a/b", "/a/l/x", "/a/b/x"),
        ("gone/x", "/a/l", "/a/gone/x"),
        ("../../../x", "/a/l", "/x"),
    ],
)
def test_resolve_follows_links_inside_the_root(target, path, expected) -> None:
    assert KNOWN.put("/a/l", Symlink(target)).resolve(path) == expected


def test_the_last_link_stays_where_it_is_asked_for() -> None:
    linked = KNOWN.put("/l", Symlink("a")).put("/a/m", Symlink("f"))
    assert linked.resolve("/l/m", last=False) == "/a/m"
    assert linked.resolve("/l/m") == "/a/f"


def test_a_loop_of_links_is_unknown() -> None:
    with pytest.raises(UnknownEffect, match="loop"):
        KNOWN.put("/l", Symlink("m")).put("/m", Symlink("l")).resolve("/l/x")


def test_put_leaves_the_old_value_as_it_was() -> None:
    changed = KNOWN.put("/a/f", None)
    assert changed.lookup("/a/f") is None
    assert KNOWN.lookup("/a/f") == FILE
    assert changed.lookup("/a/b") is KNOWN.lookup("/a/b")


@pytest.mark.parametrize("path", ["/a/f/x", "/gone/x"])
def test_put_needs_a_directory_above(path) -> None:
    with pytest.raises(UnknownEffect):
        KNOWN.put(path, FILE)


def test_the_root_can_only_be_a_directory() -> None:
    with pytest.raises(UnknownEffect):
        KNOWN.put("/", FILE)


def test_order_of_changes_does_not_show() -> None:
    other = Filesystem.empty().put("/z", FILE).make_directories("/a", PLAIN).put("/a/f", FILE)
    other = other.make_directories("/a/b", PLAIN).put("/z", None)
    assert other.digest == KNOWN.digest


def test_make_directories_keeps_what_exists() -> None:
    made = KNOWN.make_directories("/a/b/c/d", Attributes(0o700, 5, 5))
    assert made.lookup("/a/b").attributes == PLAIN
    assert made.lookup("/a/b/c").attributes == Attributes(0o700, 5, 5)
    with pytest.raises(UnknownEffect, match="/a/f is not a directory"):
        KNOWN.make_directories("/a/f/x", PLAIN)


def test_in_an_unknown_base_standard_directories_are_taken_to_stand() -> None:
    base = Filesystem.unknown("image x")
    made = base.make_directories("/usr/local/bin", Attributes(0o700, 5, 5))
    assert made.digest == base.digest
    assert isinstance(made.lookup("/usr/local/bin"), Directory)


def test_in_an_unknown_base_others_have_attributes_of_their_own() -> None:
    base = Filesystem.unknown("image x")
    root, five = (base.make_directories("/srv/app", Attributes(0o755, owner)) for owner in (0, 5))
    assert len({base.digest, root.digest, five.digest}) == 3
    assert root.digest == base.make_directories("/srv", PLAIN).make_directories("/srv/app", PLAIN).digest
    assert isinstance(root.lookup("/srv/app/x"), Unknown)


def test_a_lookup_below_a_file_finds_nothing_and_below_the_unknown_the_unknown() -> None:
    assert KNOWN.lookup("/a/f/x") is None
    base = Filesystem.unknown("image x")
    assert base.lookup("/x/y").digest == base.lookup("/x").digest


def test_map_changes_children_before_their_directory() -> None:
    seen = []
    KNOWN.map("/a", lambda path, node: seen.append(path) or node)
    assert seen == ["/a/b", "/a/f", "/a"]
