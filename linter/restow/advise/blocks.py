"""A stage's text as blocks: each instruction with the comments and blank lines before it. An arrangement is their
order.
"""

from __future__ import annotations

from dataclasses import dataclass

from restow.semantics import Stage
from restow.source import Source


@dataclass(frozen=True, slots=True)
class Block:
    """Whole lines: ``blank`` are the blank ones at the top, ``text`` the comments and the instruction. Each line is
    ended.
    """

    blank: str
    text: str


def blocks_of(source: Source, stage: Stage) -> tuple[int, int, tuple[Block, ...]]:
    """The blocks of a stage's instructions, and the span that they cover, from the line after FROM to the last one's
    end.
    """
    text, newline = source.text, source.newline
    start = at = _line_end(text, stage.opening.end)
    blocks: list[Block] = []
    for node in stage.instructions:
        end = _line_end(text, node.end)
        piece = text[at:end]
        if not piece.endswith("\n"):
            piece += newline
        blank = _leading_blank(piece)
        blocks.append(Block(blank, piece[len(blank) :]))
        at = end
    return start, at, tuple(blocks)


def joined(blocks: list[Block], *, final_newline: bool) -> str:
    """The text of an order of blocks; without the last line end where the file has none."""
    text = "".join(block.blank + block.text for block in blocks)
    if final_newline:
        return text
    return text[:-2] if text.endswith("\r\n") else text.removesuffix("\n")


def _line_end(text: str, offset: int) -> int:
    """The offset after the line end that follows ``offset``."""
    at = text.find("\n", offset)
    return len(text) if at < 0 else at + 1


def _leading_blank(piece: str) -> str:
    at = 0
    while True:
        end = piece.find("\n", at) + 1
        if end == 0 or piece[at:end].strip():
            return piece[:at]
        at = end
