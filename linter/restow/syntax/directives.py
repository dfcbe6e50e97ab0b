"""Parser directives: ``# syntax=``, ``# escape=`` and ``# check=`` in the first lines of a Dockerfile.

As BuildKit reads them: only from the first line on (a byte order mark and blanks before the ``#`` are fine), one a
line, names in any case, until the first line that is no known directive.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from restow.syntax.lines import SPACES

NAMES = ("syntax", "escape", "check")
ESCAPES = ("\\", "`")

_BLANKS = "\t\f\r "
_LINE = re.compile(rf"([a-zA-Z][a-zA-Z0-9]*)[{_BLANKS}]*=[{_BLANKS}]*(.+?)[{_BLANKS}]*\Z")


@dataclass(frozen=True, slots=True)
class Found:
    """A directive at ``start..end``; ``problem`` says what is wrong with it, at ``offset``."""

    name: str
    value: str
    start: int
    end: int
    offset: int
    problem: str | None = None


def read_directives(text: str, start: int) -> tuple[list[Found], str, int]:
    """The directives from ``start`` on, the escape character, and the offset of the first line that is none."""
    found: list[Found] = []
    seen: set[str] = set()
    escape = "\\"
    at = start
    while at < len(text):
        newline = text.find("\n", at)
        following = len(text) if newline < 0 else newline + 1
        content = text[at:following].rstrip("\r\n")
        stripped = content.lstrip(SPACES)
        written = stripped[1:].lstrip(SPACES)
        match = _LINE.match(written) if stripped.startswith("#") else None
        if match is None or (name := match[1].lower()) not in NAMES:
            break
        first = at + len(content) - len(stripped)
        value = at + content.index("=") + 1
        problem = None
        if name in seen:
            problem = f"the directive {name} stands twice: keep one of the lines"
        elif name == "escape" and match[2] not in ESCAPES:
            problem = f"the escape character cannot be {match[2]}: write \\ or `"
        elif name == "escape":
            escape = match[2]
        seen.add(name)
        found.append(Found(name, match[2], first, at + len(content) - len(written) + match.end(2), value, problem))
        at = following
    return found, escape, at
