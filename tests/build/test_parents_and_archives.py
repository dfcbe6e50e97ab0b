"""COPY --parents, ADD of archives, and instructions that the engine refuses."""

import io
import tarfile

import pytest

from restow.build import Context, simulate
from restow.syntax import parse
from restow.vfs import Attributes, Content, Directory, File

FILE = File(Attributes(0o644), Content.of(b"text"))


def folder(**children):
    return Directory(Attributes(0o755), children)


def archive(*entries):
    """A tar of (name, type, bytes or target)."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as tar:
        for name, kind, content in entries:
            info = tarfile.TarInfo(name)
            info.type, info.mode, info.uid, info.gid = kind, 0o640, 7, 8
            if kind == tarfile.REGTYPE:
                info.size = len(content)
                tar.addfile(info, io.BytesIO(content))
            else:
                info.linkname = content
                tar.addfile(info)
    return File(Attributes(0o644), Content.of(stream.getvalue()))


def step_of(line, **files):
    tree = folder(a=folder(b=folder(c=FILE, d=FILE), e=folder(c=FILE)), top=FILE, **files)
    return simulate(parse(f"FROM scratch\n{line}\n"), Context(tree, "a test")).target.steps[-1]


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("COPY --parents a/b/c /x/", ["/x", "/x/a", "/x/a/b", "/x/a/b/c"]),
        ("COPY --parents a/./b/c /x/", ["/x", "/x/b", "/x/b/c"]),
        ("COPY --parents ./top /x", ["/x", "/x/top"]),
        ("COPY --parents **/c /x/", ["/x", "/x/a", "/x/a/b", "/x/a/b/c", "/x/a/e", "/x/a/e/c"]),
        ("COPY --parents a/*/d /x/", ["/x", "/x/a", "/x/a/b", "/x/a/b/d"]),
        ("COPY --parents no* /x/", ["/x"]),
    ],
)
def test_parents(line, wanted) -> None:
    paths = [path for path, _ in step_of(line).state.filesystem.walk()]
    assert paths == ["/", *wanted]


def test_an_archive_is_unpacked_with_its_owners() -> None:
    packed = archive(("d/f", tarfile.REGTYPE, b"data"), ("l", tarfile.SYMTYPE, "d/f"))
    filesystem = step_of("ADD packed /x/", packed=packed).state.filesystem
    file = filesystem.lookup("/x/d/f")
    assert (file.attributes, file.content.data) == (Attributes(0o640, 7, 8), b"data")
    assert filesystem.lookup("/x/l").target == "d/f"


@pytest.mark.parametrize(
    "entries",
    [
        [("../out", tarfile.REGTYPE, b"x")],
        [("/abs", tarfile.REGTYPE, b"x")],
        [("l", tarfile.SYMTYPE, "/etc"), ("l/f", tarfile.REGTYPE, b"x")],
        [("twice", tarfile.REGTYPE, b"x"), ("twice", tarfile.REGTYPE, b"y")],
    ],
)
def test_what_is_not_unpacked_is_a_term(entries) -> None:
    filesystem = step_of("ADD packed /x/", packed=archive(*entries)).state.filesystem
    assert filesystem.lookup("/x/out") is None or not isinstance(filesystem.lookup("/x/out"), File)
    assert not isinstance(filesystem.lookup("/x"), File | None)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("COPY --chmod=99999 top /x", "invalid chmod parameter"),
        ("COPY --chown=joe top /x", "invalid user index"),
        ("COPY --parents nope /x/", "not found"),
        ("COPY top /x\nCOPY a /x", "directory"),
        ("COPY --from=$X top /x", "variable expansion"),
        ("COPY top /w\nWORKDIR /w", "not a directory"),
    ],
)
def test_what_the_engine_refuses_is_an_error(line, said) -> None:
    assert said in step_of(line).error
