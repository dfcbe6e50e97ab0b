"""Modes as ``chmod``, ``mkdir -m`` and ``install -m`` read them, and as ``ls`` shows them."""

from __future__ import annotations

import re

from restow.errors import UnknownEffect

_CLAUSE = re.compile(r"([ugoa]*)((?:[-+=](?:[rwxXst]*|[ugo]))+)")
_CHANGE = re.compile(r"([-+=])([ugo]|[rwxXst]*)")
_MASKS = {"u": 0o4700, "g": 0o2070, "o": 0o1007}
_SHIFTS = {"u": 6, "g": 3, "o": 0}
_BITS = {"r": 0o444, "w": 0o222, "x": 0o111}


def changed(text: str, mode: int, *, directory: bool, umask: int = 0o022) -> int | None:
    """``mode`` after the change that ``text`` says, None where it is no mode.

    Raises UnknownEffect where GNU and busybox differ: numbers of up to four digits on a directory with special bits.
    """
    if re.fullmatch("[0-7]{1,5}", text):
        if directory and mode & 0o6000 and len(text) < 5 and not int(text, 8) & 0o6000:
            raise UnknownEffect("GNU chmod keeps a directory's special bits where busybox does not")
        return int(text, 8) & 0o7777 if int(text, 8) <= 0o7777 else None
    for clause in text.split(","):
        match = _CLAUSE.fullmatch(clause)
        if match is None:
            return None
        who = match[1].replace("a", "ugo")
        mask = sum(_MASKS[one] for one in set(who)) if who else 0o7777 & ~umask
        for operator, letters in _CHANGE.findall(match[2]):
            bits = _bits(letters, mode, directory) & mask
            if operator == "=" and directory and mode & 0o6000:
                raise UnknownEffect("programs differ in whether = keeps a directory's special bits")
            kept = mode & ~(mask if who else 0o7777) if operator == "=" else mode
            mode = kept & ~bits if operator == "-" else kept | bits
    return mode


def _bits(letters: str, mode: int, directory: bool) -> int:
    if letters in _SHIFTS and letters:
        return ((mode >> _SHIFTS[letters]) & 7) * 0o111
    bits = sum(_BITS[letter] for letter in set(letters) & set(_BITS))
    if "X" in letters and (directory or mode & 0o111):
        bits |= 0o111
    if "s" in letters:
        bits |= 0o6000
    return bits | (0o1000 if "t" in letters else 0)


def shown(kind: str, mode: int) -> str:
    """``drwxr-xr-x``: ``kind`` is the first letter."""
    out = ""
    for shift, special, letter in ((6, 0o4000, "s"), (3, 0o2000, "s"), (0, 0o1000, "t")):
        bits = mode >> shift & 7
        out += ("r" if bits & 4 else "-") + ("w" if bits & 2 else "-")
        if mode & special:
            out += letter if bits & 1 else letter.upper()
        else:
            out += "x" if bits & 1 else "-"
    return kind + out
