"""What is wrong with an instruction or a word; the parser turns the former into an ``Invalid`` node."""

from __future__ import annotations

from collections.abc import Iterable

from restow.errors import UsageError


class WordError(UsageError):
    """A word cannot be expanded: broken quotes, a broken substitution, or a variable that ``?`` demands."""


class FieldError(ValueError):
    """The value of a flag breaks its form; the message says how."""


class Problem(Exception):  # noqa: N818 - raised and caught within this package, never seen outside
    """``message`` says what to do, ``offset`` where in the file; ``by_parser`` and ``by_length`` as in ``Invalid``."""

    def __init__(self, message: str, offset: int, *, by_parser: bool = False, by_length: bool = False) -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset
        self.by_parser = by_parser
        self.by_length = by_length


def suggestion(name: str, known: Iterable[str]) -> str | None:
    """The known name that looks most like ``name``; None where none does."""
    from difflib import get_close_matches

    return next(iter(get_close_matches(name.lower(), list(known), n=1, cutoff=0.6)), None)
