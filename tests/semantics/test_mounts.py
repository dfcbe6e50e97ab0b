"""Mounts of a RUN: how they are read, and the stages that they take from, which count as inputs."""

import pytest

from restow.build import simulate
from restow.semantics import read_model
from restow.semantics.mounts import read_mount, written_mounts
from restow.syntax import parse


@pytest.mark.parametrize(
    ("mount", "inputs"),
    [
        ("from=a,target=/m", (0,)),
        ("FROM=A,target=/m", (0,)),
        ('"from=a","target=/m"', (0,)),
        ("from=x,from=a,target=/m", (0,)),
        ("source=from=a,target=/m", ()),
        ("target=/m", ()),
        ("from=0,target=/m", ()),
    ],
)
def test_inputs(mount, inputs):
    model = read_model(parse(f"FROM x AS a\nFROM y\nRUN --mount={mount} z\n"))
    assert model.inputs(model.stages[1]) == inputs


@pytest.mark.parametrize(
    ("name", "inputs"),
    [("0", (0,)), ("+0", (0,)), ("00", (0,)), ("A", (0,)), ("-1", ()), ("1", ()), ("\u00b2", ()), ("\u0660", ())],
)
def test_copy_takes_numbers_as_go_reads_them(name, inputs):
    model = read_model(parse(f"FROM x AS a\nFROM y\nCOPY --from={name} b c\n"))
    assert model.inputs(model.stages[1]) == inputs


def test_a_number_in_a_mount_is_an_image():
    text = "FROM scratch AS a\nFROM debian\nRUN --mount=from=0,target=/m ls /m\n"
    step = simulate(parse(text), None).target.steps[-1]
    assert (step.images, step.stages) == (("0",), ())


def unset(text):
    return None if "$" in text else text


def test_fields_whose_values_are_not_known_are_named():
    mount = read_mount("type=cache,uid=$U,target=/c,id=$I,id=i,mode=0700", unset)
    assert (mount.type, mount.target, mount.id, mount.uid, mount.mode) == ("cache", "/c", "i", None, None)
    assert mount.unknown == {"uid", "mode"}
    assert read_mount("type=cache,target=/c", unset).unknown == frozenset()


@pytest.mark.parametrize(
    ("value", "read_only"),
    [("target=/m", True), ("target=/m,rw", False), ("type=cache,target=/m", False), ("type=cache,target=/m,ro", True)],
)
def test_what_a_run_cannot_write_to(value, read_only):
    assert read_mount(value, unset).read_only is read_only


def test_mounts_as_written():
    node = parse(
        "FROM a\nRUN --mount=type=cache,target=/c --mount=type=odd,x=y --mount=source=$S,target=m true\n"
    ).instructions[1]
    assert [(mount.type, mount.target, mount.unknown) for mount in written_mounts(node)] == [
        ("cache", "/c", frozenset()),
        ("bind", "m", frozenset({"source"})),
    ]
