"""What is wrong with an instruction; the parser turns it into an ``Invalid`` node."""

from __future__ import annotations

from collections.abc import Iterable


class Problem(Exception):  # noqa: N818 - raised and caught within this package, never seen outside
    """``message`` says what to do, ``offset`` where in the file."""

    def __init__(self, message: str, offset: int) -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset


def suggestion(name: str, known: Iterable[str]) -> str | None:
    """The known name that looks most like ``name``; None where none does."""
    from difflib import get_close_matches

    return next(iter(get_close_matches(name.lower(), list(known), n=1, cutoff=0.6)), None)
