"""Logical lines: where an instruction begins and ends, and what continuations cut out of it.

Lines end at ``\\n``; carriage returns before it belong to the line end. An instruction goes on after a line that
ends in one escape character (two of them are no continuation); comment lines and blank lines inside of it are cut out.
Heredoc bodies are taken line by line, continuations mean nothing there.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from itertools import islice
from operator import itemgetter

BLANKS = " \t\v\f\r"
"""What separates words in most instructions."""
SPACES = f"{BLANKS}\n\x85\xa0\u1680{''.join(map(chr, range(0x2000, 0x200B)))}\u2028\u2029\u202f\u205f\u3000"
"""White space as Go's ``unicode.IsSpace`` has it."""
MAX_LINE_BYTES = 65535
"""BuildKit refuses a line that is longer than this."""

LONGEST_INSTRUCTION = 65_536
"""How many characters an instruction may have, continuations removed and here-documents aside; BuildKit has no limit."""

_LEADING = re.compile(f"[{SPACES}]*")
_BLANK_LINES = re.compile(f"(?:[{SPACES.replace(chr(10), '')}]{{0,1000}}+\\n)*+")
"""Lines of blanks, none of them near the limit of a line's length."""


@dataclass(frozen=True, slots=True)
class LogicalLine:
    """An instruction without its heredocs: ``text[start:end]`` minus the ranges in ``gaps``.

    ``start`` and ``end`` enclose what is not blank; they are equal where there is only an escape character. ``head`` is
    ``start``, or the escape character that a line before it consists of. ``tail`` is ``end``, or the end of the text where
    an escape character at the end of a line has no line left to continue.
    """

    text: str
    head: int
    start: int
    end: int
    tail: int
    gaps: tuple[tuple[int, int], ...] = ()
    too_long: int | None = None

    @property
    def untrimmed(self) -> int:
        """``end`` with the blanks after it that belong to the same line."""
        newline = self.text.find("\n", self.end)
        line = self.text[self.end : None if newline < 0 else newline].rstrip("\r")
        return self.end + len(line) - len(line.lstrip(SPACES))

    def joined(self, start: int, end: int) -> str:
        """``text[start:end]`` with continuations removed, comments and blank lines inside of them too."""
        if not self.gaps:
            return self.text[start:end]
        parts = []
        first = bisect_right(self.gaps, start, key=itemgetter(1))
        for cut, resume in islice(self.gaps, first, None):
            if cut >= end:
                break
            parts.append(self.text[start : max(start, cut)])
            start = resume
        parts.append(self.text[start : max(start, end)])
        return "".join(parts)


@dataclass(frozen=True, slots=True)
class Body:
    """A heredoc body ``text[start:end]`` of whole lines; ``text[end:close]`` is its closing line without line end."""

    start: int
    end: int
    close: int


class LineReader:
    """Reads a text from ``start`` on, one logical line after the other; ``comments`` fills up on the way.

    ``too_long`` is where the last line over the limit begins, since the logical line began; None where there is none.
    """

    def __init__(self, text: str, start: int, escape: str) -> None:
        self.text = text
        self.at = start
        self.escape = escape
        self.comments: list[tuple[int, int]] = []
        self.too_long: int | None = None

    def line(self) -> LogicalLine | None:
        """The next logical line; None at the end of the text."""
        self.too_long = None
        found = self._following()
        if found is None:
            return None
        start, end = found
        return self._logical(self._skip(start, end), end)

    def body(self, name: str, chomp: bool) -> Body | None:
        """The lines up to one that reads ``name``; None (and the text is used up) where no line does."""
        opening = self.at
        while self.at < len(self.text):
            start, end = self._physical()
            content = self.text[start:end]
            if (content.lstrip("\t") if chomp else content) == name:
                return Body(opening, start, end)
        return None

    def _physical(self) -> tuple[int, int]:
        """Start and end of the line at ``at``, its line end excluded; moves on to the next one."""
        start = self.at
        newline = self.text.find("\n", start)
        self.at = len(self.text) if newline < 0 else newline + 1
        end = self.at if newline < 0 else newline
        if end - start > MAX_LINE_BYTES // 4 and len(self.text[start:end].encode()) > MAX_LINE_BYTES:
            self.too_long = start
        while end > start and self.text[end - 1] == "\r":
            end -= 1
        return start, end

    def _continued(self, start: int, end: int) -> int | None:
        """Where the escape character stands that continues the line ``start..end``; None where none does."""
        while end > start and self.text[end - 1] in " \t":
            end -= 1
        if end == start or self.text[end - 1] != self.escape:
            return None
        doubled = end - 2 >= start and self.text[end - 2] == self.escape
        return None if doubled else end - 1

    def _logical(self, start: int, end: int) -> LogicalLine:
        """The logical line whose first physical line has its content at ``start..end``."""
        pieces: list[tuple[int, int]] = []
        gaps: list[tuple[int, int]] = []
        tail = 0
        while (cut := self._continued(start, end)) is not None:
            pieces.append((start, cut))
            following = self._following()
            gaps.append((cut, following[0] if following else len(self.text)))
            if following is None:
                tail = len(self.text)
                break
            start, end = following
        else:
            pieces.append((start, end))
        first, last = self._content(pieces)
        if not tail and self._continued(first, last) is not None:
            tail = end  # blanks that keep an escape character from continuing
        return LogicalLine(self.text, min(pieces[0][0], first), first, last, tail or last, tuple(gaps), self.too_long)

    def _following(self) -> tuple[int, int] | None:
        """The next line that is neither blank nor a comment, not stripped; None at the end of the text."""
        while self.at < len(self.text):
            blank = _BLANK_LINES.match(self.text, self.at)
            if blank is not None and blank.end() > self.at:
                self.at = blank.end()
                continue
            start, end = self._physical()
            first = self._skip(start, end)
            if first == end:
                continue
            if self.text[first] == "#":
                self.comments.append((first, end))
                continue
            return start, end
        return None

    def _content(self, pieces: list[tuple[int, int]]) -> tuple[int, int]:
        """Where the first and the last character that is no space stand; the same offset twice where there is none."""
        first = next((at for start, end in pieces if (at := self._skip(start, end)) < end), pieces[0][1])
        for start, end in reversed(pieces):
            kept = len(self.text[start:end].rstrip(SPACES))
            if kept:
                return first, start + kept
        return first, first

    def _skip(self, start: int, end: int) -> int:
        """The first offset from ``start`` on that holds no space; ``end`` where all are."""
        match = _LEADING.match(self.text, start, end)
        return match.end() if match else start
