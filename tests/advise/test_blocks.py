"""A stage's text as blocks."""

import pytest

from restow.advise.blocks import blocks_of, joined
from restow.semantics import read_model
from restow.syntax import parse


def blocks(text, index=0):
    tree = parse(text)
    return blocks_of(tree.source, read_model(tree, {}).stages[index])


@pytest.mark.parametrize(
    "text",
    [
        "FROM a\n\n# one\nRUN x\n\n\nRUN y \\\n  z\n# end\n",
        "FROM a\r\nRUN x\r\n# c\r\nRUN y",
        "FROM a\nCOPY <<E /x\nbody\nE\nRUN y\n",
        "FROM a\n",
    ],
)
def test_the_blocks_in_order_are_the_text(text) -> None:
    start, end, found = blocks(text)
    ended = text[start:end].endswith("\n")
    assert text[:start] + joined(list(found), final_newline=ended) + text[end:] == text


def test_comments_go_with_the_instruction_below_and_blank_lines_are_apart() -> None:
    _, _, (one, two) = blocks("FROM a\n\n# one\n\n# more\nRUN x\nRUN y\n")
    assert (one.blank, one.text) == ("\n", "# one\n\n# more\nRUN x\n")
    assert (two.blank, two.text) == ("", "RUN y\n")


def test_a_last_line_without_an_end_gets_one_when_it_moves() -> None:
    _, _, (one, two) = blocks("FROM a\nRUN x\nRUN y")
    assert joined([two, one], final_newline=False) == "RUN y\nRUN x"


def test_a_stage_ends_before_the_next_from() -> None:
    text = "FROM a\nRUN x\n\nFROM b\nRUN y\n"
    assert text[slice(*blocks(text)[:2])] == "RUN x\n"
    assert text[slice(*blocks(text, 1)[:2])] == "RUN y\n"
