"""One pattern of an ignore file: the regular expression that Moby's matcher builds from it, and a test made of that.

The expression is written in Go's dialect first, quirks included (``^`` is an anchor, ``[*]`` is no star, ``\\d`` is a
digit), and then read, as Go reads it, into steps from which Python's `re` makes a test. `re` tries one way after the
other, so an expression with many repetitions is walked step by step instead: a hostile file cannot stall a run.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from math import comb
from typing import Literal, TypeAlias

Test: TypeAlias = Callable[[str], bool]
Kind: TypeAlias = Literal["exact", "prefix", "suffix", "regexp"]
Ranges: TypeAlias = list[tuple[int, int]]

_STEPS = 200_000  # ways to split one path between the repetitions of a pattern that `re` may have to try
_FEW = 2  # repetitions that `re` may always try
_LAST = 0x10FFFF
_POSIX: dict[str, Ranges] = {
    "alnum": [(48, 57), (65, 90), (97, 122)], "alpha": [(65, 90), (97, 122)], "ascii": [(0, 127)],
    "blank": [(9, 9), (32, 32)], "cntrl": [(0, 31), (127, 127)], "digit": [(48, 57)], "graph": [(33, 126)],
    "lower": [(97, 122)], "print": [(32, 126)], "punct": [(33, 47), (58, 64), (91, 96), (123, 126)],
    "space": [(9, 13), (32, 32)], "upper": [(65, 90)], "word": [(48, 57), (65, 90), (95, 95), (97, 122)],
    "xdigit": [(48, 57), (65, 70), (97, 102)],
}  # fmt: skip
_PERL: dict[str, Ranges] = {"d": _POSIX["digit"], "w": _POSIX["word"], "s": [(9, 10), (12, 13), (32, 32)]}
_PLACES = {"A": r"\A", "z": r"\Z", "b": r"(?a:\b)", "B": r"(?a:\B)"}
_CONTROL = {"a": 7, "f": 12, "n": 10, "r": 13, "t": 9, "v": 11}


def classify(pattern: str) -> tuple[Kind, str]:
    """How Moby's matcher tests a cleaned pattern, and with what: a text, or a regular expression in Go's dialect."""
    kind: Kind = "exact"
    out, at, count = ["^"], 0, 0
    while at < len(pattern):
        char, first = pattern[at], count == 0
        at, count = at + 1, count + 1
        if pattern.startswith("**", at - 1):
            at += 1
            at += pattern.startswith("/", at)
            if at < len(pattern):
                out.append("(.*/)?")
                kind = "regexp"
            else:
                out.append(".*")
                kind = "prefix" if kind == "exact" else "regexp"
            kind = "suffix" if first else kind
        elif char in "*?[]":
            out.append({"*": "[^/]*", "?": "[^/]"}.get(char, char))
            kind = "regexp"
        elif char == "\\" and at < len(pattern):
            out.append(char + pattern[at])
            at, kind = at + 1, "regexp"
        else:
            out.append("\\" + char if char in ".+()|{}$\\" else char)
    if kind == "regexp":
        return kind, "".join(out) + "$"
    return kind, pattern[2:] if kind == "suffix" else pattern[:-2] if kind == "prefix" else pattern


def compile_pattern(pattern: str) -> Test:
    """The test for a cleaned pattern. Raises ValueError where its expression is none in Go's dialect."""
    kind, text = classify(pattern)
    if kind == "exact":
        return text.__eq__
    if kind == "prefix":
        return lambda path: path.startswith(text)
    if kind == "suffix":
        bare = text.removeprefix("/")
        return lambda path: path.endswith(text) or (bare is not text and path == bare)
    return _regexp_test(list(_Reader(text).items()))


def any_test(patterns: Iterable[str]) -> Test:
    """A fast first question for many patterns: False only where none of them matches the path, True where one may.

    Raises ValueError where an expression is none in Go's dialect.
    """
    exact: set[str] = set()
    prefixes: list[str] = []
    suffixes: list[str] = []
    names: list[str] = []
    others: list[Test] = []
    for pattern in patterns:
        kind, text = classify(pattern)
        if kind == "regexp":
            items = list(_Reader(text).items())
            if _is_name(pattern):
                names.append(_source(items[2:]))
            else:
                others.append(_regexp_test(items))
        else:
            {"exact": exact.add, "prefix": prefixes.append, "suffix": suffixes.append}[kind](text)
            exact.update([text[1:]] if kind == "suffix" and text.startswith("/") else [])
    heads, tails = tuple(prefixes), tuple(suffixes)
    name_match = re.compile("|".join(names)).match if names else None

    def test(path: str) -> bool:
        if path in exact or path.startswith(heads) or path.endswith(tails) or "\n" in path:
            return True
        if name_match is not None and name_match(path, path.rfind("/") + 1):
            return True
        return any(other(path) for other in others)

    return test


def _is_name(pattern: str) -> bool:
    """Whether a pattern is ``**/`` and the wildcard of a file name, with no more than two stars."""
    name = pattern.removeprefix("**/")
    return name != pattern and "**" not in name and name.count("*") <= 2 and not set("/[\\") & set(name)


@dataclass(frozen=True, slots=True)
class _Item:
    """One step of an expression: a character, a repeated one, the group ``(.*/)?``, or a place between characters."""

    kind: Literal["one", "star", "folders", "place"]
    source: str

    def reach(self, path: str, starts: set[int]) -> set[int]:
        """The offsets at which this step can end when it begins at one of ``starts``."""
        piece = re.compile(self.source)
        if self.kind == "place":
            return {at for at in starts if piece.match(path, at)}
        if self.kind == "one":
            return {at + 1 for at in starts if piece.match(path, at)}
        ends, running = set(starts), False
        for at, char in enumerate(path):
            running = running or at in starts
            if running and self.kind == "folders":
                running = char != "\n"
                ends |= {at + 1} if char == "/" else set()
            elif running:
                running = piece.match(path, at) is not None
                ends |= {at + 1} if running else set()
        return ends


def _source(items: list[_Item]) -> str:
    """The steps as one expression of Python's."""
    return "".join(item.source + ("*" if item.kind == "star" else "") for item in items)


def _regexp_test(items: list[_Item]) -> Test:
    """A test for an expression whose time is bounded: `re` where it cannot take long, else one pass for each step."""
    repeats = sum(item.kind in ("star", "folders") for item in items)
    match = re.compile(_source(items)).match

    def test(path: str) -> bool:
        if repeats <= _FEW or comb(len(path) + repeats, repeats) <= _STEPS:
            return match(path) is not None
        reached = {0}
        for item in items:
            reached = item.reach(path, reached)
            if not reached:
                return False
        return True

    return test


def _complement(ranges: Ranges) -> Ranges:
    """The code points outside of ``ranges``, which are sorted and disjoint."""
    bounds = [-1, *(bound for pair in ranges for bound in pair), _LAST + 1]
    return [(low + 1, high - 1) for low, high in zip(bounds[::2], bounds[1::2], strict=True) if low + 1 < high]


@dataclass(slots=True)
class _Reader:
    """Reads an expression that `classify` wrote. Raises ValueError where Go would refuse it."""

    text: str
    at: int = 0

    def items(self) -> Iterator[_Item]:
        """The steps in order; of several groups ``(.*/)?`` in a row one is enough."""
        before: _Item | None = None
        while self.at < len(self.text):
            for item in self._items():
                if item != before or item.kind != "folders":
                    yield item
                before = item

    def _items(self) -> list[_Item]:
        if self.text.startswith("(.*/)?", self.at):
            self.at += 6
            return [_Item("folders", r"(?:[^\n]*/)?")]
        if self.text.startswith("\\Q", self.at):
            quoted, _, _ = self.text[self.at + 2 :].partition("\\E")
            self.at = min(self.at + 4 + len(quoted), len(self.text))
            return [_Item("one", re.escape(char)) for char in quoted]
        char = self._next()
        if char in "^$":
            return [_Item("place", r"\A" if char == "^" else r"\Z")]
        if char == "\\" and (place := _PLACES.get(self.text[self.at : self.at + 1])):
            self.at += 1
            return [_Item("place", place)]
        source = self._class() if char == "[" else r"[^\n]" if char == "." else _set(self._ranges(char))
        star = self.text.startswith("*", self.at)
        self.at += star
        return [_Item("star" if star else "one", source)]

    def _next(self) -> str:
        """The next character; raises ValueError at the end."""
        if self.at >= len(self.text):
            raise ValueError("it ends inside of a bracket or an escape")
        self.at += 1
        return self.text[self.at - 1]

    def _class(self) -> str:
        """The rest of a bracket expression, as one of Python's."""
        negated = self.text.startswith("^", self.at)
        self.at += negated
        ranges: Ranges = []
        while not ranges or not self.text.startswith("]", self.at):
            end = self.text.find(":]", self.at + 2)
            if self.text.startswith("[:", self.at) and end >= 0:
                ranges += _posix(self.text[self.at + 2 : end])
                self.at = end + 2
                continue
            found = self._ranges(self._next())
            if len(found) == 1 and found[0][0] == found[0][1] and self._dash():
                self.at += 1
                last = self._ranges(self._next())
                found = [(found[0][0], last[0][1] if len(last) == 1 and last[0][0] == last[0][1] else -1)]
                if found[0][0] > found[0][1]:
                    raise ValueError("the end of a range in brackets comes before its start")
            ranges += found
        self.at += 1
        return _set(ranges, "^" if negated else "")

    def _dash(self) -> bool:
        """Whether a dash that makes a range comes next: not the last one of a bracket expression."""
        return self.text.startswith("-", self.at) and self.text[self.at + 1 : self.at + 2] not in ("", "]")

    def _ranges(self, char: str) -> Ranges:
        """The code points that ``char`` stands for, with what follows where it is a backslash."""
        if char != "\\":
            return [(ord(char), ord(char))]
        char = self._next()
        if char.lower() in _PERL:
            return _PERL[char] if char.islower() else _complement(_PERL[char.lower()])
        if char in _CONTROL:
            code = _CONTROL[char]
        elif char == "x" and (digits := re.compile(r"[0-9a-fA-F]{2}").match(self.text, self.at)):
            code, self.at = int(digits[0], 16), digits.end()
        elif digits := re.compile(r"0[0-7]{0,2}|[1-7][0-7]{1,2}").match(self.text, self.at - 1):
            code, self.at = int(digits[0], 8), digits.end()
        elif char.isascii() and not char.isalnum():
            code = ord(char)
        else:
            raise ValueError(f"\\{char} is an escape that is not known here")
        return [(code, code)]


def _posix(name: str) -> Ranges:
    """The code points of ``[:name:]``, a leading ``^`` for all others."""
    known = _POSIX.get(name.removeprefix("^"))
    if known is None:
        raise ValueError(f"[:{name}:] is no character class")
    return _complement(known) if name.startswith("^") else known


def _set(ranges: Ranges, negation: str = "") -> str:
    """A bracket expression of Python's with these code points, or with all others."""
    return f"[{negation}{''.join(f'{_char(low)}-{_char(high)}' for low, high in ranges)}]"


def _char(code: int) -> str:
    return f"\\U{code:08x}"
