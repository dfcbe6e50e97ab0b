"""Backslash escapes of ``echo`` and ``printf``, which shells read in different ways, and in different ways at each place.

Read here is what dash 0.5.12, bash 5.2, GNU coreutils 9.1 and busybox 1.35 do, where releases before and after agree.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from restow.build.exact.output import has_blanks
from restow.errors import UnknownEffect

FORMAT, VALUE, ECHO = "the format of printf", "%b of printf", "echo"
"""The three places where escapes are read."""

_NAMED = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "\\": "\\"}
_ESCAPE = re.compile(r"\\(?:([0-7]{1,3})|x([0-9A-Fa-f]{1,2})|(.)|$)", re.DOTALL)
_ESCAPE_OF_VALUE = re.compile(r"\\(?:(0[0-7]{0,3}|[1-7][0-7]{0,2})|x([0-9A-Fa-f]{1,2})|(.)|$)", re.DOTALL)
_UNSURE = {
    "dash": frozenset("xeEuU"),  # \x and \e came with later releases
    "bash": frozenset("xuU"),
    "gnu": frozenset('xuU"e'),
    "busybox": frozenset("xeEuU"),
}
"""The letters that releases, languages or places differ in; ``x`` is one only where no number follows."""


@dataclass(frozen=True, slots=True)
class Escapes:
    """How one program reads escapes at one of the three places. ``flavour`` is that of a Call."""

    flavour: str
    place: str

    def read(self, text: str) -> tuple[str, bool]:
        """The text with its escapes replaced, and whether ``\\c`` cut it off. Raises UnknownEffect where programs differ."""
        if has_blanks(text):
            raise UnknownEffect("escapes may be in a text that is not known")
        out, at = "", 0
        for match in (_ESCAPE if self.place == FORMAT else _ESCAPE_OF_VALUE).finditer(text):
            out += text[at : match.start()]
            at = match.end()
            if match[3] == "c" and self._stops():
                return out, True
            out += self._one(match)
        return out + text[at:], False

    def _stops(self) -> bool:
        if self.place != FORMAT:
            return True
        if self.flavour == "busybox":
            raise UnknownEffect("\\c in a format of printf")
        return self.flavour == "gnu"

    def _one(self, match: re.Match[str]) -> str:
        octal, hexadecimal, letter = match.groups()
        if octal is None and hexadecimal is None:
            return self._named(letter)
        if octal is not None and self.place == ECHO and octal[0] != "0" and self.flavour in ("bash", "busybox"):
            raise UnknownEffect("echo of an octal number that does not begin with 0")
        if hexadecimal is not None and self.flavour == "dash":
            raise UnknownEffect("\\x, which releases of dash differ in")
        code = int(octal, 8) if octal is not None else int(hexadecimal, 16)
        if code > 127:
            raise UnknownEffect("an escape for a byte that is no character")
        return chr(code)

    def _named(self, letter: str | None) -> str:
        if letter is None:
            if self.flavour != "dash":
                raise UnknownEffect("a backslash at the end")
            return "\\"
        if letter in _NAMED:
            return _NAMED[letter]
        if letter == "e" and self.flavour == "bash":
            return "\x1b"
        unsure = letter in _UNSURE[self.flavour] or (self.flavour == "bash" and letter in "eE\"'?")
        if unsure or letter in "89":
            raise UnknownEffect(f"\\{letter}, which releases differ in")
        return f"\\{letter}"
