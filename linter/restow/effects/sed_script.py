"""Whether a sed script only edits text: read command by command (POSIX sed, GNU sed's manual for what that adds)."""

from __future__ import annotations

import re

from restow.errors import UnknownEffect

_ADDRESS = re.compile(r"\$|\d+(~\d+)?|[+~]\d+")
_ALONE = "dDgGhHnNpPxlz="
"""Commands that take nothing, or (``l``) a number."""
_FLAGS = frozenset("gIipmM0123456789")


def only_edits(script: str) -> None:
    """Raise UnknownEffect where the script may read or write other files or start programs, or cannot be read."""
    at, depth = 0, 0
    while (at := _over(script, at, " \t\n;")) < len(script):
        if script[at] == "#":
            at = _line_end(script, at)
            continue
        if script[at] == "}":
            depth, at = depth - 1, at + 1
            continue
        at = _addresses(script, at)
        at = _over(script, at, " \t!")
        if script[at : at + 1] == "{":
            depth, at = depth + 1, at + 1
            continue
        at = _command(script, at)
    if depth:
        raise UnknownEffect("a sed script with an open brace cannot be read")


def _over(script: str, at: int, characters: str) -> int:
    while at < len(script) and script[at] in characters:
        at += 1
    return at


def _line_end(script: str, at: int) -> int:
    end = script.find("\n", at)
    return len(script) if end < 0 else end


def _addresses(script: str, at: int) -> int:
    at = _address(script, at)
    after = _over(script, at, " \t")
    if script[after : after + 1] == ",":
        return _address(script, _over(script, after + 1, " \t"))
    return at


def _address(script: str, at: int) -> int:
    if script[at : at + 1] == "/":
        return _over(script, _closed(script, at + 1, "/"), "IM")
    if script[at : at + 1] == "\\" and at + 1 < len(script):
        return _over(script, _closed(script, at + 2, script[at + 1]), "IM")
    found = _ADDRESS.match(script, at)
    return found.end() if found else at


def _closed(script: str, at: int, mark: str, *, pattern: bool = True) -> int:
    """The offset behind the next ``mark`` that is not escaped.

    Within brackets a mark ends a regular expression in some versions and not in others: that is not read.
    """
    while at < len(script):
        if script[at] == "\\":
            at += 2
        elif script[at] == mark:
            return at + 1
        elif pattern and script[at] == "[":
            at = _bracket(script, at, mark)
        else:
            at += 1
    raise UnknownEffect("a sed script with a text that does not end cannot be read")


def _bracket(script: str, at: int, mark: str) -> int:
    """The offset behind a bracket expression that begins at ``at``."""
    found = re.compile(r"\[\^?\]?(\[[:.=][^\]]*[:.=]\]|\\.|[^\]])*\]", re.DOTALL).match(script, at)
    if found is None or mark in found[0] or mark in "[]:.=^":
        raise UnknownEffect("a sed script with its delimiter in a bracket is not modelled")
    return found.end()


def _command(script: str, at: int) -> int:
    name = script[at : at + 1]
    if name == "s":
        return _substitution(script, at + 1)
    if name == "y" and at + 1 < len(script):
        middle = _closed(script, at + 2, script[at + 1], pattern=False)
        return _ended(script, _closed(script, middle, script[at + 1], pattern=False))
    if name in ("a", "i", "c"):
        return _text(script, at + 1)
    if name in ("b", "t", "T", ":"):
        found = re.compile(r"[^\n;}]*").match(script, at + 1)
        return found.end() if found else len(script)
    if name and name in _ALONE:
        return _ended(script, _over(script, at + 1, "0123456789" if name == "l" else ""))
    if name in ("q", "Q"):
        return _ended(script, _over(script, at + 1, " 0123456789"))
    raise UnknownEffect("a sed script that may read and write files or start programs is not modelled")


def _substitution(script: str, at: int) -> int:
    mark = script[at : at + 1]
    if not mark or mark in "\\\n":
        raise UnknownEffect("a sed substitution without a delimiter cannot be read")
    at = _closed(script, _closed(script, at + 1, mark), mark, pattern=False)
    while at < len(script) and script[at] in _FLAGS:
        at += 1
    return _ended(script, at)


def _text(script: str, at: int) -> int:
    """The text of ``a``, ``i`` and ``c``: to the end of the line, further where that ends in a backslash."""
    at = _over(script, at, " \t")
    while True:
        end = _line_end(script, at)
        slashes = len(script[at:end]) - len(script[at:end].rstrip("\\"))
        if end >= len(script) or slashes % 2 == 0:
            return end
        at = end + 1


def _ended(script: str, at: int) -> int:
    at = _over(script, at, " \t")
    if at < len(script) and script[at] not in ";\n}#":
        raise UnknownEffect("a sed script that may read and write files or start programs is not modelled")
    return at
