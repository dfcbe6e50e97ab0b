"""What a client sends of the context: links are followed where no pattern stands for their folder (tried on BuildKit)."""

import pytest

from restow.build import Context, simulate
from restow.build.followed import followed_paths
from restow.syntax import parse
from restow.vfs import Symlink

CONTEXT = {
    "d1": {"f": b"f", "l": Symlink("f"), "up": Symlink("../top"), "whole": Symlink("../e")},
    "e": {"g": b"g", "h": b"h"},
    "top": b"top",
    "!d": {"x": b"x"},
}


def last(simulation):
    return simulation.target.steps[-1]


@pytest.mark.parametrize(
    ("line", "missing"),
    [("COPY d*/l /out/", "/d1/f"), ("COPY d?/up /out/", "/top"), ("COPY !d/x /out/", "/!d/x")],
)
def test_what_is_not_sent_is_not_found(build, line, missing):
    step = last(build(f"FROM scratch\n{line}\n", CONTEXT))
    assert step.error is not None
    assert f'"{missing}": not found' in step.error


@pytest.mark.parametrize(
    ("line", "path", "content"),
    [
        ("COPY d1/l* /out/", "/out/l", b"f"),
        ("COPY d*/f /out/", "/out/f", b"f"),
        ("COPY . /c/\nCOPY d*/up /out/", "/out/up", b"top"),
        ("COPY d*/up /out/\nCOPY . /c/", "/out/up", b"top"),
        ("COPY ./e/* /out/", "/out/h", b"h"),
    ],
)
def test_what_is_sent_is_copied(build, line, path, content):
    simulation = build(f"FROM scratch\n{line}\n", CONTEXT)
    assert simulation.unknown == ()
    assert simulation.target.filesystem.lookup(path).content.data == content


@pytest.mark.parametrize(
    "text",
    [
        "FROM scratch\nCOPY d*/up /out/\nCOPY top /t\n",
        "FROM scratch AS a\nCOPY d*/up /out/\nFROM scratch\nCOPY . /t\n",
        "FROM scratch\nCOPY d*/up /out/\nRUN --mount=target=/m x\n",
        "FROM scratch\nCOPY d*/whole /out/\n",
    ],
)
def test_where_others_may_ask_for_it_it_is_unknown(build, text):
    simulation = build(text, CONTEXT)
    reasons = [reason for node, reason in simulation.unknown if node.kind == "copy"]
    assert len(reasons) == 1
    assert "depends on what else the build takes" in reasons[0]


@pytest.mark.parametrize("line", ["COPY --parents d*/whole/./g /o/", "COPY --parents !d/x /o/"])
def test_parents_over_links_are_unknown(build, line):
    simulation = build(f"FROM scratch\n{line}\n", CONTEXT)
    assert len(simulation.unknown) == 1
    assert last(simulation).error is None


def test_the_classic_builder_sends_all(tree):
    text = parse("FROM scratch\nCOPY d*/l /out/\n")
    simulation = simulate(text, Context(tree(CONTEXT), "a test"), builder="classic")
    assert simulation.target.filesystem.lookup("/out/l").content.data == b"f"


def test_a_remembered_step_is_taken_only_where_the_same_is_sent(tree):
    context, memory = Context(tree(CONTEXT), "a test"), {}
    first = simulate(parse("FROM scratch\nCOPY d*/l /out/\nCOPY . /c/\n"), context, memory=memory)
    second = simulate(parse("FROM scratch\nCOPY d*/l /out/\n"), context, memory=memory)
    assert first.unknown == ()
    assert last(second).error is not None


def test_loops_and_what_is_not_there(tree):
    root = tree({"a": Symlink("b"), "b": Symlink("a"), "c": Symlink("/.."), "d": {"e": Symlink("../../x/y")}})
    assert followed_paths(root, ["a/x"]) == ("a", "b")
    assert followed_paths(root, ["c"]) is None
    assert followed_paths(root, ["d/e/z", "q*/r"]) == ("d/e", "q*/r", "x/y/z")
