"""Keys of single vertices."""

from dataclasses import replace

import pytest

from restow.graph import Vertex, key_of

BASE = Vertex("definition", "parent", ("one", "two"))


def test_equal_vertices_have_equal_keys() -> None:
    assert key_of(BASE) == key_of(replace(BASE))


@pytest.mark.parametrize(
    "other",
    [
        replace(BASE, definition="other"),
        replace(BASE, parent="other"),
        replace(BASE, contents=("two", "one")),
        replace(BASE, contents=("onet", "wo")),
        Vertex("definitionparent", "", ("one", "two")),
        replace(BASE, contents=("one",)),
    ],
)
def test_every_part_counts(other) -> None:
    assert key_of(other) != key_of(BASE)
