"""What a program prints: text, in which single words may be unknown (a time, a number of links)."""

from __future__ import annotations

from dataclasses import dataclass

from restow.errors import UnknownEffect
from restow.semantics.scope import SYMBOLIC, is_known, symbolic

_MAY_HOLD = {
    "number": frozenset("0123456789abcdef"),
    "mode": frozenset("dlrwxsStT-"),
    "engine": frozenset("ACDEHILMNOPRSTUVWXY_=0123456789abcdefghijklmnopqrstuvwxyz.:/-"),
    "time": frozenset("JanFebMarAprMayJunJulAugSepOctNovDec0123456789:"),
}
"""The characters that an unknown word of a kind may be made of."""


_WORDS = frozenset(["number", "mode", "time", "hostname"])
"""The kinds that are one word each."""


@dataclass(frozen=True, slots=True)
class Output:
    """Text as it was printed; bytes that are no UTF-8 are surrogates. ``ordered`` False: the lines' order is not known.

    An unknown word is a symbolic value whose kind (``number``, ``time``) says what it may be made of.
    """

    text: str = ""
    ordered: bool = True

    def plain(self) -> str:
        """The text. Raises UnknownEffect where part of it, or the order of its lines, is not known."""
        if not is_known(self.text) or not (self.ordered or self.text.count("\n") < 2):
            raise UnknownEffect("a command's output that is not all known is used")
        return self.text

    def lines(self) -> list[str]:
        """The lines without their ends; a last line without an end counts. Raises UnknownEffect where a NUL is in them."""
        if "\0" in self.text:
            raise UnknownEffect("programs differ in what they make of a NUL")
        return split_lines(self.text)


NOTHING = Output()
"""What a program prints that prints nothing."""


def split_lines(text: str) -> list[str]:
    """The lines of a text without their ends."""
    return text.removesuffix("\n").split("\n") if text else []


def unknown_word(kind: str, of: str) -> str:
    """A word that nobody knows: ``kind`` is ``number`` or ``time``."""
    return symbolic(kind, "".join(of.split()))


def has_blanks(text: str) -> bool:
    """Whether an unknown part of the text may be more, or less, than one word."""
    return any(kind.partition(":")[0] not in _WORDS for kind in text.split(SYMBOLIC)[1::2])


def may_contain(line: str, text: str) -> bool | None:
    """Whether ``line``, which may have unknown words, contains ``text``; None where it cannot be told."""
    pieces = line.split(SYMBOLIC)
    if any(text in piece for piece in pieces[::2]):
        return True
    if len(pieces) == 1:
        return False
    kinds = {piece.partition(":")[0] for piece in pieces[1::2]}
    possible = frozenset[str]().union(*(_MAY_HOLD.get(kind, frozenset(text)) for kind in kinds))
    if any(character.isspace() for character in text) or set(text) <= possible:
        return None
    # Unknown words stand alone between blanks, so a match lies within one of them, or within what is known.
    alone = all(
        (not before or before[-1:].isspace()) and (not after or after[:1].isspace())
        for before, after in zip(pieces[:-2:2], pieces[2::2], strict=True)
    )
    return False if alone else None
