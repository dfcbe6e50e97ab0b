"""What quoted and escaped text of the shell stands for."""

from __future__ import annotations

import re
from collections.abc import Iterator

from restow.shell.mask import unmask

_JOINED = re.compile(r"\\\n")
_ESCAPED = re.compile(r"\\([\s\S])")
_ESCAPED_IN_QUOTES = re.compile(r'\\(?:\n|([\\"$`]))')
_ESCAPED_IN_BACKTICKS = re.compile(r"\\([\\$`])")
_ESCAPED_IN_QUOTED_BACKTICKS = re.compile(r'\\([\\$`"])')
_ANSI = re.compile(
    r"\\(?:([abeEfnrtv\\'\"?])|([0-7]{1,3})|x([0-9A-Fa-f]{1,2})|u([0-9A-Fa-f]{1,4})|U([0-9A-Fa-f]{1,8})|c([\s\S]))"
)
_ANSI_NAMED = {
    "a": "\a", "b": "\b", "e": "\x1b", "E": "\x1b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v",
}  # fmt: skip


def split_escapes(text: str) -> Iterator[tuple[int, int, str, bool]]:
    """The pieces of unquoted text: start, end, what it stands for, and whether it was escaped."""
    at = 0
    for match in _ESCAPED.finditer(text):
        if match.start() > at:
            yield at, match.start(), unmask(text[at : match.start()]), False
        joined = _JOINED.match(text, match.start())
        at = joined.end() if joined else match.end()
        if not joined:
            yield match.start(), at, match[1], True
    if at < len(text):
        yield at, len(text), unmask(text[at:]), False


def read_double_quoted(text: str) -> str:
    """What the inside of double quotes stands for: only ``\\\\ \\" \\$ \\```` and a line end can be escaped."""
    if "\\" in text:
        text = _ESCAPED_IN_QUOTES.sub(lambda match: match[1] or "", text)
    return unmask(text)


def read_single_quoted(token: str) -> str:
    """What ``'text'`` stands for."""
    return unmask(token[1:-1])


def read_ansi_quoted(token: str) -> str:
    """What ``$'text'`` stands for."""
    return unmask(_ANSI.sub(_ansi_character, token[2:-1]))


def _ansi_character(match: re.Match[str]) -> str:
    """The character that one escape of ``$'...'`` stands for."""
    named, octal, *hexadecimal, control = match.groups()
    if named:
        return _ANSI_NAMED.get(named, named)
    if control:
        return chr(ord(control) & 0x1F)
    code = int(octal, 8) & 0xFF if octal else int(next(digits for digits in hexadecimal if digits), 16)
    return chr(code) if code <= 0x10FFFF and not 0xD800 <= code < 0xE000 else match[0]


def read_backticks(token: str, *, quoted: bool) -> tuple[str, list[int] | None]:
    """The script between backticks, and where each of its characters stands in ``token``.

    The offsets have one entry more than the script; None where they run on from 1.
    """
    text = token[1:-1]
    pattern = _ESCAPED_IN_QUOTED_BACKTICKS if quoted else _ESCAPED_IN_BACKTICKS
    pieces: list[str] = []
    offsets: list[int] = []
    at = 0
    for match in pattern.finditer(text):
        pieces += [text[at : match.start()], match[1]]
        offsets += [*range(at + 1, match.start() + 2)]
        at = match.end()
    if not pieces:
        return text, None
    return "".join(pieces) + text[at:], [*offsets, *range(at + 1, len(text) + 2)]
