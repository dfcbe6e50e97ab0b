"""Heredoc openers (``<<EOF``, ``3<<-"EOF"``) as BuildKit finds them in RUN, COPY and ADD."""

from __future__ import annotations

import re
from dataclasses import dataclass

from restow.syntax.words import WordError, expand_words

HOSTS = frozenset({"run", "copy", "add"})
"""The instructions that take heredocs, in their shell form."""

_OPENER = re.compile(r"(\d*)<<(-?)[\t\n\f\r ]*([^<]*)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Opener:
    """A heredoc opener; the body ends at a line that reads ``name``."""

    name: str
    chomp: bool
    expand: bool
    file_descriptor: int


def find_openers(line: str) -> list[Opener]:
    """The openers of a logical line, continuations removed. Raises WordError where a delimiter's quotes are broken."""
    try:
        words = expand_words(line, _unset, raw_quotes=True, raw_escapes=True, keep_unset=True)
    except WordError:
        return []
    return [opener for word in words if (opener := read_opener(word)) is not None]


def read_opener(word: str) -> Opener | None:
    """``word`` as an opener; None where it is none. Raises WordError where the delimiter's quotes are broken."""
    match = _OPENER.fullmatch(word)
    if match is None or not match[3]:
        return None
    names = expand_words(match[3], _unset, keep_unset=True)
    if len(names) != 1:
        return None
    written = expand_words(match[3], _unset, raw_quotes=True, keep_unset=True)
    if len(written) != 1:
        raise WordError(f"the heredoc delimiter {match[3]} is no single word")
    return Opener(names[0], match[2] == "-", _quotes(names[0]) == _quotes(written[0]), int(match[1][:9] or 0))


def is_opener(word: str) -> bool:
    """Whether ``word`` opens a heredoc."""
    try:
        return "<<" in word and read_opener(word) is not None
    except WordError:
        return False


def _unset(name: str) -> None:
    """No variable has a value here."""


def _quotes(text: str) -> int:
    return text.count("'") + text.count('"')
