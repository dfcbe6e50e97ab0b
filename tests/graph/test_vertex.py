"""Keys of single vertices."""

from dataclasses import replace

import pytest

from restow.graph import Input, Operation, Vertex, key_of

COPY = Operation("copy", (("name", "a"), ("destination", "/")))
ONE, TWO = Input("context", "", "a", "1"), Input("context", "", "b", "2")
BASE = Vertex(COPY, "parent", (ONE, TWO))


def test_equal_vertices_have_equal_keys() -> None:
    assert key_of(BASE) == key_of(replace(BASE))


@pytest.mark.parametrize(
    "other",
    [
        replace(BASE, operation=Operation("mkdir", COPY.fields)),
        replace(BASE, operation=Operation("copy", (("name", "a"), ("destination", "/b")))),
        replace(BASE, operation=Operation("copy", (("name", "a"), ("destination/", "")))),
        replace(BASE, parent="other"),
        replace(BASE, parent=None),
        replace(BASE, inputs=(TWO, ONE)),
        replace(BASE, inputs=(ONE,)),
        Vertex(Operation("copy", (*COPY.fields, ("parent", "1"))), "2", ()),
    ],
)
def test_every_part_counts(other) -> None:
    assert key_of(other) != key_of(BASE)


def test_of_an_input_only_the_content_counts() -> None:
    assert key_of(replace(BASE, inputs=(Input("stage", "3", "elsewhere", "1", known=False), TWO))) == key_of(BASE)


def test_differing_names_the_fields_in_order() -> None:
    other = Operation("copy", (("name", "b"), ("destination", "/"), ("owner", "1")))
    assert COPY.differing(other) == ("name", "owner")
    assert other.differing(COPY) == ("name", "owner")
    assert COPY.differing(Operation("exec", COPY.fields)) == ("kind",)
