"""Values: made by position or name, compared by fields, never changed."""

import pickle

import pytest

from restow.source import Span
from restow.source.node import TextNode


class Word(TextNode):
    text: str
    quoted: bool = False


class Other(Word):
    more: int = 3


def test_fields_are_given_by_position_or_name():
    assert Word(1, 2, "a") == Word(start=1, end=2, text="a", quoted=False)
    assert Other.field_names == ("start", "end", "text", "quoted", "more")
    assert repr(Other(1, 2, "a", more=4)) == "Other(start=1, end=2, text='a', quoted=False, more=4)"
    assert list(Word(1, 2, "a").field_items()) == [("start", 1), ("end", 2), ("text", "a"), ("quoted", False)]
    assert Word(1, 2, "a").span == Span(1, 2)


@pytest.mark.parametrize(
    ("values", "named", "message"),
    [
        ((1, 2), {}, "Word lacks text"),
        ((1, 2, "a", True, 5), {}, "Word takes each of"),
        ((1, 2, "a"), {"text": "b"}, "Word takes each of"),
        ((1, 2, "a"), {"textt": "b"}, "Word has no textt"),
        ((1, 2, "a", True), {"textt": "b"}, "Word has no textt"),
    ],
)
def test_a_wrong_call_is_refused(values, named, message):
    with pytest.raises(TypeError, match=message):
        Word(*values, **named)


def test_values_compare_by_class_and_fields():
    assert Word(1, 2, "a") != Word(1, 2, "b")
    assert Word(1, 2, "a") != Other(1, 2, "a")
    assert len({Word(1, 2, "a"), Word(1, 2, "a"), Other(1, 2, "a")}) == 2
    assert pickle.loads(pickle.dumps(Word(1, 2, "a"))) == Word(1, 2, "a")


def test_values_do_not_change():
    word = Word(1, 2, "a")
    with pytest.raises(AttributeError, match=r"Word\.text cannot be changed"):
        word.text = "b"
    with pytest.raises(AttributeError, match=r"Word\.text cannot be removed"):
        del word.text
    assert word.changed(text="b") == Word(1, 2, "b")


def test_patterns_see_the_fields():
    match Word(1, 2, "a"):
        case Word(start, _, text):
            assert (start, text) == (1, "a")
        case _:
            pytest.fail("no match")
