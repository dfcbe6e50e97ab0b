"""Edits of a text: sorted, disjoint, all or nothing; what no edit names stays byte-identical."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from restow.errors import EditError
from restow.source.span import Span


@dataclass(frozen=True, slots=True, order=True)
class Edit:
    """Replace the text at ``span`` with ``text``; an empty span inserts, an empty text deletes."""

    span: Span
    text: str


def apply_edits(text: str, edits: Iterable[Edit]) -> str:
    """``text`` with all edits applied. Equal edits count once.

    Raises EditError where two edits overlap or one lies outside of the text.
    """
    parts: list[str] = []
    at = 0
    for edit in sorted(set(edits)):
        if edit.span.end > len(text):
            raise EditError(f"edit at {edit.span.start}..{edit.span.end} lies outside of a text of {len(text)}")
        if edit.span.start < at:
            raise EditError(f"edit at {edit.span.start}..{edit.span.end} overlaps the one before it")
        parts += [text[at : edit.span.start], edit.text]
        at = edit.span.end
    return "".join(parts) + text[at:]
