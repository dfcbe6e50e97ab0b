"""COPY --parents, and instructions that the engine refuses."""

import pytest

from restow.build import Context, simulate
from restow.syntax import parse
from restow.vfs import Attributes, Content, Directory, File

FILE = File(Attributes(0o644), Content.of(b"text"))


def folder(**children):
    return Directory(Attributes(0o755), children)


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
