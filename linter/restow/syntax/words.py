"""Words with variables, as BuildKit's frontend expands them in ENV, ARG, COPY, FROM and the like.

Quotes are removed, the escape character keeps the character after it, ``$NAME`` and ``${NAME...}`` are replaced. What
BuildKit does is what counts here, where it differs from a shell too: see ``expand_words``.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from restow.syntax.lines import SPACES
from restow.syntax.patterns import replace, trim_prefix, trim_suffix
from restow.syntax.problem import WordError

__all__ = ["Expansion", "Lookup", "WordError", "expand_word", "expand_words"]

Lookup = Callable[[str], "str | None"]

_RUNS = re.compile(f"[{SPACES}]+|[^{SPACES}]+")
_END = ""
_SPECIAL = "@*#?-$!0"
_MAX_DEPTH = 50
LONGEST_VALUES = 1 << 18
"""How many characters the values of a word's variables may have in all: ``ENV A=$A$A`` in a row doubles them each time."""


@dataclass(frozen=True, slots=True)
class Expansion:
    """An expanded word, the variables that had a value and those that had none."""

    text: str
    used: frozenset[str]
    missing: frozenset[str]


def expand_word(
    word: str,
    lookup: Lookup,
    *,
    escape: str = "\\",
    raw_quotes: bool = False,
    raw_escapes: bool = False,
    keep_unset: bool = False,
    keep_quotes: bool = False,
) -> Expansion:
    """``word`` with quotes removed and variables replaced; ``lookup`` gives a variable's value, or None.

    ``raw_quotes`` and ``raw_escapes`` leave quotes and escape characters in the text, ``keep_unset`` leaves variables
    without a value as they are, ``keep_quotes`` gives quotes no meaning. Raises WordError.
    """
    reader = _Reader(word, lookup, escape, raw_quotes, raw_escapes, keep_unset, keep_quotes)
    text, _ = reader.read(_END, raw_escapes)
    return Expansion(text, frozenset(reader.used), frozenset(reader.missing))


def expand_words(
    word: str,
    lookup: Lookup,
    *,
    escape: str = "\\",
    raw_quotes: bool = False,
    raw_escapes: bool = False,
    keep_unset: bool = False,
    keep_quotes: bool = False,
) -> list[str]:
    """``expand_word`` split at spaces that are neither quoted nor escaped; values of variables are split too.

    As in BuildKit, what stands directly before ``${NAME-word}`` and its like in the same word is lost.
    """
    reader = _Reader(word, lookup, escape, raw_quotes, raw_escapes, keep_unset, keep_quotes)
    return reader.read(_END, raw_escapes)[1]


class _Reader:
    """Reads one word from left to right."""

    def __init__(
        self,
        word: str,
        lookup: Lookup,
        escape: str,
        raw_quotes: bool,
        raw_escapes: bool,
        keep_unset: bool,
        keep_quotes: bool,
    ) -> None:
        self.word = word.removeprefix("\ufeff")
        self.at = 0
        self.lookup = lookup
        self.escape = escape
        self.raw_quotes = raw_quotes
        self.raw_escapes = raw_escapes
        self.keep_unset = keep_unset
        self.keep_quotes = keep_quotes
        self.used: set[str] = set()
        self.missing: set[str] = set()
        self.pending: list[str] = []
        self.depth = 0
        self.size = 0

    def peek(self) -> str:
        """The next character; empty at the end."""
        return self.word[self.at : self.at + 1]

    def next(self) -> str:
        """The next character, consumed; empty at the end."""
        character = self.peek()
        self.at += len(character)
        return character

    def read(self, stop: str, raw_escapes: bool) -> tuple[str, list[str]]:
        """The text and the words up to ``stop``, which is consumed; up to the end where it is empty."""
        if self.depth > _MAX_DEPTH:
            raise WordError(f"substitutions stand more than {_MAX_DEPTH} deep in each other")
        before, self.raw_escapes = self.raw_escapes, raw_escapes
        self.depth += 1
        try:
            return self._read(stop)
        finally:
            self.raw_escapes = before
            self.depth -= 1

    def _read(self, stop: str) -> tuple[str, list[str]]:
        result: list[str] = []
        self.pending.clear()
        words = _Words(self.pending)
        while character := self.peek():
            if character == stop:
                self.next()
                return "".join(result), words.finish()
            if character == "$":
                result.append(value := self._dollar())
                words.add(value)
            elif character == "<" or (character in "'\"" and not self.keep_quotes):
                result.append(text := self._special(character))
                words.add_raw(text)
            elif character == self.escape:
                self.next()
                text = (character if self.raw_escapes else "") + self.next()
                result.append(text)
                words.add_raw(text)
            else:
                result.append(self.next())
                words.add(character)
        if stop:
            raise WordError(f"unexpected end of statement while looking for matching {stop}")
        return "".join(result), words.finish()

    def _special(self, character: str) -> str:
        """A quoted part, or ``<`` and the blanks that belong to a heredoc opener."""
        if character == "'":
            return self._single_quoted()
        if character == '"':
            return self._double_quoted()
        self.next()
        if self.peek() != "<":
            return "<"
        start = self.at
        self.next()
        while self.peek() and self.peek() in "\t\r ":
            self.next()
        return "<" + self.word[start : self.at]

    def _single_quoted(self) -> str:
        end = self.word.find("'", self.at + 1)
        if end < 0:
            self.at = len(self.word)
            raise WordError("unexpected end of statement while looking for matching single-quote")
        text = self.word[self.at + 1 : end]
        self.at = end + 1
        return f"'{text}'" if self.raw_quotes else text

    def _double_quoted(self) -> str:
        quote = '"' if self.raw_quotes else ""
        self.next()
        result = [quote]
        while character := self.peek():
            if character == '"':
                self.next()
                return "".join([*result, quote])
            if character == "$":
                result.append(self._dollar())
                continue
            self.next()
            if character == self.escape:
                if self.raw_escapes:
                    result.append(character)
                if not self.peek():
                    continue
                if self.peek() in ('"', "$", self.escape):
                    character = self.next()
            result.append(character)
        raise WordError("unexpected end of statement while looking for matching double-quote")

    def _dollar(self) -> str:
        """The value of ``$NAME`` or ``${NAME...}``."""
        self.next()
        if self.peek() != "{":
            name = self._name()
            if not name:
                return "$"
            value = self._value(name)
            return value if value is not None else f"${name}" if self.keep_unset else ""
        self.next()
        if not self.peek():
            raise WordError("syntax error: missing '}'")
        if self.peek() in "{}:":
            raise WordError("syntax error: bad substitution")
        name = self._name()
        modifier = self.next()
        if not modifier:
            raise WordError("syntax error: missing '}'")
        if modifier == "}":
            value = self._value(name)
            return value if value is not None else f"${{{name}}}" if self.keep_unset else ""
        if modifier == "/":
            return self._replacing(name)
        if modifier == ":":
            modifier += self.next()
        if modifier[-1:] not in tuple(":+-?#%") or modifier in (":#", ":%"):
            raise WordError(f"unsupported modifier ({modifier}) in substitution")
        return self._modified(name, modifier)

    def _modified(self, name: str, modifier: str) -> str:
        """The value of ``${NAME<modifier>word}``."""
        word = self._operand("}", modifier in ("#", "%"), "syntax error: missing '}'")
        value = self._value(name)
        if value is None and self.keep_unset:
            return f"${{{name}{modifier}{word}}}"
        absent = value is None or (modifier[0] == ":" and not value)
        match modifier[-1]:
            case "-":
                return word if absent else value or ""
            case "+":
                return "" if absent else word
            case "?":
                if absent:
                    state = "unset" if value is None else "empty"
                    raise WordError(f"{name}: {word or f'is not allowed to be {state}'}")
                return value or ""
            case ":":
                raise WordError(f"unsupported modifier ({modifier}) in substitution")
        greedy = word.startswith(modifier)
        trim = trim_suffix if modifier == "%" else trim_prefix
        return trim(word[greedy:], value or "", greedy)

    def _replacing(self, name: str) -> str:
        """The value of ``${NAME/pattern/replacement}`` or ``${NAME//pattern/replacement}``."""
        everywhere = self.peek() == "/"
        if everywhere:
            self.next()
        pattern = self._operand("/", True, "syntax error: missing '/' in ${}")
        replacement = self._operand("}", True, "syntax error: missing '}'")
        value = self._value(name)
        if value is None and self.keep_unset:
            return f"${{{name}/{pattern}/{replacement}}}"
        return replace(pattern, replacement, value or "", everywhere)

    def _operand(self, stop: str, raw_escapes: bool, missing: str) -> str:
        """The text up to ``stop``; the error at the end of the word reads ``missing``."""
        try:
            return self.read(stop, raw_escapes)[0]
        except WordError:
            if not self.peek():
                raise WordError(missing) from None
            raise

    def _name(self) -> str:
        """A variable's name, a number or one special character; empty where there is none."""
        start = self.at
        first = self.peek()
        if first.isdecimal():
            while self.peek().isdecimal():
                self.next()
        elif first and first in _SPECIAL:
            self.next()
        else:
            while (character := self.peek()) and (character.isalpha() or character.isdecimal() or character == "_"):
                self.next()
        return self.word[start : self.at]

    def _value(self, name: str) -> str | None:
        value = self.lookup(name)
        (self.missing if value is None else self.used).add(name)
        self.size += len(value or "")
        if self.size > LONGEST_VALUES:
            raise WordError(f"the values in it have more than {LONGEST_VALUES} characters")
        return value


class _Words:
    """Collects words; the buffer is shared with the substitutions inside of a word, as in BuildKit."""

    def __init__(self, buffer: list[str]) -> None:
        self.buffer = buffer
        self.words: list[str] = []
        self.inside = False

    def add(self, text: str) -> None:
        """Text that is split at spaces."""
        for run in _RUNS.findall(text):
            if run[0] not in SPACES:
                self.add_raw(run)
            elif self.inside and any(self.buffer):
                self.words.append("".join(self.buffer))
                self.buffer.clear()
                self.inside = False

    def add_raw(self, text: str) -> None:
        """Text that is kept whole."""
        self.buffer.append(text)
        self.inside = True

    def finish(self) -> list[str]:
        """All words, the last one too."""
        if any(self.buffer):
            self.words.append("".join(self.buffer))
        self.buffer.clear()
        self.inside = False
        return self.words
