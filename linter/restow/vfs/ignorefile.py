"""`.dockerignore` as BuildKit reads and applies it.

The file is cleaned line by line, each line is cleaned once more as a pattern, and patterns are matched from the first
to the last: the last one that matches a path, or matched one of its parents, decides. As in BuildKit, a pattern is only
tried where it could change the answer so far, and what a directory matched is handed down to what lies in it; the two
together differ in rare cases from "a path is ignored if it or a parent of it is".

A pattern is turned into the regular expression that Moby's matcher builds from it, quirks included (``^`` is an anchor,
``[*]`` is no star), and that expression, in Go's dialect, into one of Python's. Both steps happen when a path first
needs the pattern, so an expression that Go's dialect rejects is an error only then, as in BuildKit.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property, partial
from posixpath import normpath

from restow.errors import ContextError
from restow.vfs.ignore_pattern import Test, any_test, compile_pattern

_BLANK = "\t\n\v\f\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))
_LINE_BYTES = 65_536  # a line of this length, or longer, does not fit into BuildKit's line buffer
_SYNTAX = re.compile(r"(?:[^\\\[]|\\.|\[\^?(?:{c}(?:-{c})?)+\])*".replace("{c}", r"(?:[^\\\]\-]|\\.)"), re.DOTALL)


class IgnoreFileError(ContextError):
    """A line of an ignore file is no pattern; the message begins with file and line."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """One pattern: the line it stands in (from 1), its cleaned text without ``!``, and whether it had that mark."""

    line: int
    text: str
    exception: bool


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether a path stays out of the build context, and the line that said so last; no line: no pattern matched."""

    ignored: bool
    line: int | None


NO_MATCH = Decision(False, None)


@dataclass(frozen=True)
class IgnoreFile:
    """The patterns of one ignore file, in order. Paths are relative to the context, with ``/`` between their parts.

    What directories matched is remembered, so that asking for all files of a folder tests each directory once.
    """

    name: str
    patterns: tuple[Pattern, ...]
    _tests: list[Test] = field(default_factory=list, repr=False, compare=False)
    _directories: dict[str, int] = field(default_factory=dict, repr=False, compare=False)

    def __post_init__(self) -> None:
        self._directories[""] = 0
        self._tests.extend(partial(self._first_test, index) for index in range(len(self.patterns)))

    @classmethod
    def parse(cls, text: str, name: str = ".dockerignore") -> IgnoreFile:
        """The ignore file with this text. Raises IgnoreFileError for a line that BuildKit refuses at once."""
        return cls.from_lines(read_lines(text, name), name)

    @classmethod
    def from_lines(cls, lines: Iterable[tuple[int, str]], name: str) -> IgnoreFile:
        """Patterns from (line, text) pairs, ``!`` included; `COPY --exclude` values are such texts too.

        Raises IgnoreFileError for a lone ``!`` and for a pattern that breaks the syntax of Go's `filepath.Match`.
        """
        patterns = []
        for line, text in lines:
            cleaned = text.strip(_BLANK)
            if not cleaned:
                continue
            cleaned = _clean(cleaned)
            exception = cleaned.startswith("!")
            cleaned = cleaned.removeprefix("!")
            if exception and not cleaned:
                raise IgnoreFileError(f'{name}:{line}: illegal exclusion pattern: "!"; name what to keep after the "!"')
            if not _SYNTAX.fullmatch(cleaned):
                raise _bad_pattern(name, line, cleaned, "a bracket is not closed, is empty, or an escape is cut off")
            patterns.append(Pattern(line, cleaned, exception))
        return cls(name, tuple(patterns))

    def decide(self, path: str) -> Decision:
        """The decision on ``path``, a file or a directory.

        Raises IgnoreFileError where a pattern that must be tried is no regular expression in Go's dialect.
        """
        if not self.patterns or path in ("", "."):
            return NO_MATCH
        known = self._directories.get(path)
        if known is None:
            known = self._match(path, self._directory(path.rpartition("/")[0]))
        if not known:
            return NO_MATCH
        last = self.patterns[known.bit_length() - 1]
        return Decision(not last.exception, last.line)

    def decide_alone(self, path: str) -> Decision:
        """The decision where each pattern is tried on ``path`` and on its parents, with nothing handed down.

        BuildKit's check CopyIgnoredFile asks in this way; its context does not. They differ where a pattern matches a
        parent that was not tried on it: after ``foo/bar`` and ``!foo``, this keeps ``foo/bar`` and `decide` ignores it.
        """
        parts = path.split("/")
        paths = [path, *("/".join(parts[:count]) for count in range(1, len(parts)))]
        decision = NO_MATCH
        for pattern, test in zip(self.patterns, self._tests, strict=True):
            if pattern.exception is decision.ignored and any(map(test, paths)):
                decision = Decision(not pattern.exception, pattern.line)
        return decision

    def can_prune(self, directory: str) -> bool:
        """Whether ``directory`` is ignored and nothing below it can be kept, so that a walk need not enter it.

        False where that is not certain: an exception with ``**``, a bracket or an escape may match at any depth.
        """
        matched = self._directory(directory)
        decided = matched.bit_length()
        if not matched or self.patterns[decided - 1].exception:
            return False
        later = self.patterns[decided:]
        return not any(pattern.exception and _may_match_below(pattern.text, directory) for pattern in later)

    def _directory(self, path: str) -> int:
        """The patterns that ``path`` matched, as a directory: bit n stands for pattern n."""
        matched = self._directories.get(path)
        if matched is not None:
            return matched
        missing = [path]
        while (parent := missing[-1].rpartition("/")[0]) not in self._directories:
            missing.append(parent)
        matched = self._directories[parent]
        for directory in reversed(missing):
            matched = self._directories[directory] = self._match(directory, matched)
        return matched

    def _match(self, path: str, inherited: int) -> int:
        """The patterns that ``path`` matches, given those that its parent matched."""
        if not inherited and not self._may_ignore(path):
            return 0
        result, ignored, bit = 0, False, 1
        for pattern, test in zip(self.patterns, self._tests, strict=True):
            if inherited & bit or (pattern.exception is ignored and test(path)):
                result |= bit
                ignored = not pattern.exception
            bit <<= 1
        return result

    @cached_property
    def _may_ignore(self) -> Test:
        """False for a path that no pattern but an exception can match: a quick answer for most paths."""
        try:
            return any_test(pattern.text for pattern in self.patterns if not pattern.exception)
        except ValueError:
            return bool

    def _first_test(self, index: int, path: str) -> bool:
        """Compile pattern ``index``, put its test in place, and answer for ``path``."""
        pattern = self.patterns[index]
        try:
            test = compile_pattern(pattern.text)
        except ValueError as error:
            raise _bad_pattern(self.name, pattern.line, pattern.text, str(error)) from None
        self._tests[index] = test
        return test(path)


def read_lines(text: str, name: str = ".dockerignore") -> list[tuple[int, str]]:
    """The patterns of an ignore file's text with their lines (from 1), ``!`` included, cleaned as the reader does.

    Raises IgnoreFileError for a line of 65,536 bytes or more.
    """
    found = []
    for number, raw in enumerate(text.split("\n"), 1):
        if len(raw) * 4 >= _LINE_BYTES and len(raw.encode("utf-8", "surrogatepass")) >= _LINE_BYTES:
            raise IgnoreFileError(f"{name}:{number}: the line is longer than {_LINE_BYTES - 1} bytes, split it")
        line = raw.removesuffix("\r")
        if number == 1:
            line = line.removeprefix("\ufeff")
        if line.startswith("#"):
            continue
        line = line.strip(_BLANK)
        if not line:
            continue
        mark = "!" if line.startswith("!") else ""
        body = line.removeprefix("!").strip(_BLANK) if mark else line
        if body:
            body = _clean(body)
            body = body.removeprefix("/") if len(body) > 1 else body
        found.append((number, mark + body))
    return found


def _bad_pattern(name: str, line: int, text: str, reason: str) -> IgnoreFileError:
    return IgnoreFileError(f"{name}:{line}: syntax error in pattern {text!r}: {reason}")


def _clean(path: str) -> str:
    """The shortest equal path, as Go's `filepath.Clean` writes it: unlike in POSIX, ``//`` at the start is ``/``."""
    return normpath("/" + path.lstrip("/") if path.startswith("/") else path)


def _may_match_below(pattern: str, directory: str) -> bool:
    """Whether ``pattern`` could match a path below ``directory``; True where that is not certain."""
    parts = pattern.split("/")
    folders = directory.split("/")
    for part, folder in zip(parts, folders, strict=False):
        if "**" in part or "[" in part or "\\" in part:
            return True
        if part == folder:
            continue
        wildcard = "".join("[^/]*" if c == "*" else "[^/]" if c == "?" else re.escape(c) for c in part)
        if not re.fullmatch(wildcard, folder):
            return False
    return len(parts) > len(folders)
