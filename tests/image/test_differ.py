"""Two builds compared: each kind of difference, and what counts as none."""

import pytest

from restow.build import Context, read_context, simulate
from restow.image import compare
from restow.image.differ import attributes_text, node_text
from restow.syntax import parse
from restow.vfs import Attributes, Content, Directory, File, Special, Symlink

TREE = Directory(
    Attributes(0o755),
    {
        "a": File(Attributes(0o644), Content.of(b"a")),
        "b": File(Attributes(0o644), Content.of(b"b")),
        "l": Symlink("/x"),
        "t": Directory(Attributes(0o755), {"m": Symlink("/x")}),
        "u": Directory(Attributes(0o755), {"m": Symlink("/y")}),
    },
)
CONTEXT = Context(TREE, "a test")


def simulated(text):
    return simulate(parse(text), CONTEXT)


def told(before, after, base="scratch"):
    found = compare(simulated(f"FROM {base}\n{before}\n"), simulated(f"FROM {base}\n{after}\n"))
    return [(difference.where, difference.what) for difference in found]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("COPY a /x", "COPY b /x", [("/x", "content")]),
        ("COPY a /x", "COPY --chmod=600 a /x", [("/x", "mode or owner")]),
        ("COPY a /x", "COPY --chown=5 a /x", [("/x", "mode or owner")]),
        ("COPY a /x", "WORKDIR /x", [("/x", "kind"), ("WorkingDir", "configuration")]),
        ("COPY a /x", "LABEL a=1", [("/x", "kind"), ("Labels", "configuration")]),
        ("COPY t /x", "COPY u /x", [("/x/m", "content")]),
        ("COPY t /x", "COPY --chmod=700 t /x", [("/x", "mode or owner")]),
        ("CMD a", "CMD b", [("Cmd", "configuration")]),
        ("ENV A=1", "ENV A=2", [("Env", "configuration")]),
        ("USER a", "USER b", [("User", "configuration")]),
        ("RUN frobnicate 1", "RUN frobnicate 2", [("/", "other content")]),
    ],
)
def test_differences(before, after, expected) -> None:
    assert sorted(told(before, after)) == sorted(expected)
    assert sorted(told(after, before)) == sorted(expected)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("COPY a /x\nCOPY b /y", "COPY b /y\nCOPY a /x"),
        ("COPY a b /x/", "COPY a /x/\nCOPY b /x/"),
        ("ENV A=1 B=2", "ENV B=2\nENV A=1"),
        ("LABEL a=1\nCMD x", "CMD x\nLABEL a=1"),
        ("CMD x\nENTRYPOINT y", "ENTRYPOINT y\nCMD x"),
        ("COPY a /x\nCOPY b /x", "COPY b /x"),
    ],
)
def test_no_differences(before, after) -> None:
    assert told(before, after) == []


def test_in_an_unknown_base_what_a_later_step_covers_may_be_gone_before() -> None:
    assert told("COPY a /x\nCOPY b /x", "COPY b /x", "alpine") == []
    assert told("COPY a /x/a", "COPY a /y/a", "alpine") != []


def test_stages_are_compared_in_turn_and_by_number() -> None:
    one = simulated("FROM scratch AS s\nCOPY a /\nFROM scratch\n")
    two = simulated("FROM scratch AS s\nCOPY b /\nFROM scratch\n")
    assert [difference.stage for difference in compare(one, two)] == ["s", "s"]
    assert compare(one, two, all_stages=False) == ()
    assert compare(one, simulated("FROM scratch\n"))[0].what == "number"


def test_the_dockerfile_and_its_ignore_file_are_exempt(tmp_path) -> None:
    dockerfile = tmp_path / "Dockerfile"
    (tmp_path / "code").write_text("x")

    def built(text, note="x\n"):
        dockerfile.write_text(text)
        (tmp_path / ".dockerignore").write_text(note)
        return simulate(parse(text, str(dockerfile)), read_context(tmp_path, dockerfile, hashed=True))

    before = built("FROM scratch\nCOPY . /app\nLABEL a=1\n")
    assert compare(before, built("FROM scratch\nLABEL a=1\nCOPY . /app\n", "y\n")) == ()
    (tmp_path / "code").write_text("y")
    changed = compare(before, built("FROM scratch\nCOPY . /app\nLABEL a=1\n"))
    assert [difference.where for difference in changed] == ["/app/code"]


def test_texts() -> None:
    assert attributes_text(Attributes(0o4755, 5, "?term")) == "4755 5:?"
    assert attributes_text(None) == "as in the base image"
    assert node_text(None) == "absent"
    assert node_text(Symlink("/x")) == "link to /x"
    assert node_text(Symlink("/x", Attributes(0o777, 5, 6))) == "link to /x (5:6)"
    assert node_text(Special("fifo", Attributes(0o600))) == "fifo 0600 0:0"
    assert node_text(Special("block", Attributes(0o600), 8, 1)) == "block device 8:1 0600 0:0"
    assert node_text(File(Attributes(0o644), Content("term:1"))) == "file 0644 0:0 (a program's result)"


def test_terms_that_read_alike_are_told_apart() -> None:
    left, right = (simulated(f"FROM scratch\nCOPY --chmod={mode} a /n/f\n") for mode in ("640", "600"))
    (found,) = [one for one in compare(left, right) if one.where == "/n"]
    assert found.before != found.after
    assert found.before.startswith("mode ? 0:0, result ")
