"""From lark's tree to the nodes of ``restow.shell.ast``: words, their parts, assignments."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from typing import TypeAlias

from lark import Token, Tree

from restow.shell.ast import (
    Assignment,
    CommandSubstitution,
    Expression,
    Literal,
    Opaque,
    Script,
    Variable,
    Word,
    WordPart,
)
from restow.shell.literals import (
    read_ansi_quoted,
    read_backticks,
    read_double_quoted,
    read_single_quoted,
    split_escapes,
)
from restow.shell.mask import unmask
from restow.shell.reader import UnreadableError, read

Branch: TypeAlias = Tree[Token] | Token

DEEPEST = 30
"""How many constructs may be nested: all that walks over a tree may recurse, and Python bounds that."""

_PARAMETER = re.compile(
    r"\$\{(?P<mark>[#!](?=[^}:]))?(?P<name>[A-Za-z_][A-Za-z0-9_]*|[0-9]+|[@*#?$!-])"
    r"(?P<index>\[[^\]]*\])?(?P<operator>[^}]*)\}?"
)
_ASSIGNED = re.compile(r"([^=+]*)(\+?)=")
_DELIMITER_PIECE = re.compile(r"'([^']*)'|\"([^\"]*)\"|\\(.)|([^'\"\\]+)")


def token_start(branch: Branch) -> int:
    """The offset of the first token of ``branch`` in its piece of text."""
    while isinstance(branch, Tree):
        branch = branch.children[0]
    return branch.start_pos or 0


class WordBuilder(ABC):
    """Makes the words of one piece of text.

    ``at`` maps an offset in the piece to one in the file; ``depth`` counts the constructs around the current one.
    """

    def __init__(self, text: str, at: Callable[[int], int], depth: int) -> None:
        self.text = text
        self.at = at
        self.depth = depth

    @abstractmethod
    def nested(self, branches: Sequence[Branch], start: int, end: int) -> Script:
        """The script of ``$( )``; ``start`` and ``end`` are those of its inside, in the file."""

    @abstractmethod
    def backticks(self, text: str, at: Callable[[int], int]) -> Script | Opaque:
        """The script that ``text``, the unescaped inside of backticks, is."""

    @abstractmethod
    def piece(self, text: str, at: Callable[[int], int]) -> WordBuilder:
        """A builder for another piece of text."""

    def enter(self, tree: Tree[Token]) -> None:
        """Count a nested construct. Raises UnreadableError where there are too many; who enters also leaves."""
        self.depth += 1
        if self.depth > DEEPEST:
            raise UnreadableError(token_start(tree), "commands are nested too deeply")

    def leave(self) -> None:
        """End what ``enter`` began."""
        self.depth -= 1

    def span(self, token: Token) -> tuple[int, int]:
        """Where ``token`` stands in the file."""
        return self.at(token.start_pos or 0), self.at(token.end_pos or 0)

    # ---- words

    def word(self, tree: Tree[Token]) -> Word:
        """The word of a ``word`` rule."""
        children = tree.children
        if isinstance(children[0], Token) and children[0].startswith("#"):
            raise UnreadableError(token_start(tree), "a comment where a word is expected")
        if len(children) == 1 and isinstance(token := children[0], Token) and token.type == "LITERAL":
            start, end = self.span(token)  # most words are one plain literal
            if "\\" not in token and "\x00" not in token:
                return Word(start, end, (Literal(start, end, str(token), quoted=False),))
        parts = tuple(self.parts(children, quoted=False))
        return Word(self.at(token_start(children[0])), self._end(children[-1]), parts)

    def array_word(self, tree: Tree[Token]) -> Word:
        """``name=(...)`` as an argument of ``export`` and the like."""
        opening = tree.children[0]
        assert isinstance(opening, Token)
        start, name_end = self.at(opening.start_pos or 0), self.at((opening.end_pos or 0) - 1)
        value = self._array(tree)
        return Word(start, value.end, (Literal(start, name_end, unmask(opening[:-1]), quoted=False), value))

    def assignment(self, tree: Tree[Token]) -> Assignment:
        """``name=value``."""
        opening, *rest = tree.children
        assert isinstance(opening, Token)
        value = self.word(rest[0]) if rest and isinstance(rest[0], Tree) else None
        start, end = self.span(opening)
        name, append = self._assigned(opening)
        return Assignment(start, value.end if value else end, name, value, append)

    def array_assignment(self, tree: Tree[Token]) -> Assignment:
        """``name=(...)``."""
        opening = tree.children[0]
        assert isinstance(opening, Token)
        value = self._array(tree)
        name, append = self._assigned(opening)
        word = Word(value.start, value.end, (value,))
        return Assignment(self.span(opening)[0], value.end, name, word, append)

    @staticmethod
    def _assigned(opening: Token) -> tuple[str, bool]:
        """The name before ``=`` or ``+=``, and whether it is the latter."""
        match = _ASSIGNED.match(opening)
        assert match is not None
        return unmask(match[1]), bool(match[2])

    def _array(self, tree: Tree[Token]) -> Expression:
        """``(...)`` of an array, as text."""
        opening, closing = tree.children[0], tree.children[-1]
        assert isinstance(opening, Token)
        assert isinstance(closing, Token)
        start, end = (opening.end_pos or 0) - 1, closing.end_pos or 0
        words = [self.word(child) for child in tree.children if isinstance(child, Tree)]
        expansions = tuple(part for word in words for part in word.parts if not isinstance(part, Literal))
        return Expression(self.at(start), self.at(end), unmask(self.text[start:end]), False, expansions)

    def delimiter(self, token: Token) -> Word:
        """The word behind ``<<``: nothing is expanded in it."""
        parts: list[WordPart] = []
        for match in _DELIMITER_PIECE.finditer(token):
            start, end = (token.start_pos or 0) + match.start(), (token.start_pos or 0) + match.end()
            text = next(group for group in match.groups() if group is not None)
            parts.append(Literal(self.at(start), self.at(end), unmask(text), quoted=match[4] is None))
        return Word(*self.span(token), tuple(parts))

    def plain_word(self, start: int, end: int) -> Word:
        """The text from ``start`` to ``end`` of this piece, as a word."""
        span = self.at(start), self.at(end)
        return Word(*span, (Literal(*span, self.text[start:end], quoted=False),))

    def _end(self, branch: Branch) -> int:
        """Where the last token of ``branch`` ends in the file."""
        while isinstance(branch, Tree):
            branch = branch.children[-1]
        return self.at(branch.end_pos or 0)

    # ---- parts

    def parts(self, branches: Sequence[Branch], *, quoted: bool) -> Iterator[WordPart]:
        """The parts that ``branches`` are."""
        for branch in branches:
            if isinstance(branch, Tree):
                yield from self._tree_parts(branch, quoted)
            else:
                yield from self._token_parts(branch, quoted)

    def _tree_parts(self, tree: Tree[Token], quoted: bool) -> Iterator[WordPart]:
        first, *inside, last = tree.children
        assert isinstance(first, Token)
        assert isinstance(last, Token)
        start, end = self.at(first.start_pos or 0), self.at(last.end_pos or 0)
        if tree.data == "double_quoted":
            if not inside:
                yield Literal(start, end, "", quoted=True)
            yield from self.parts(inside, quoted=True)
            return
        self.enter(tree)
        if tree.data == "parameter":
            operand = self.text[first.end_pos : last.start_pos]
            expansions = tuple(part for part in self.parts(inside, quoted=quoted) if not isinstance(part, Literal))
            yield self._variable(first, start, end, quoted, unmask(operand), expansions)
        else:
            script = self.nested(inside, self.at(first.end_pos or 0), end - 1)
            substitution = CommandSubstitution(start, end, script, quoted)
            if tree.data == "substitution":
                yield substitution
            else:
                text = unmask(self.text[first.start_pos : last.end_pos])
                yield Expression(start, end, text, quoted, (substitution,))
        self.leave()

    def _token_parts(self, token: Token, quoted: bool) -> Iterator[WordPart]:
        start, end = self.span(token)
        match token.type:
            case "LITERAL" | "TEST_LITERAL" if "\\" in token:
                for first, last, text, escaped in split_escapes(token):
                    offset = token.start_pos or 0
                    if text:
                        yield Literal(self.at(offset + first), self.at(offset + last), text, quoted=escaped)
            case "LITERAL" | "TEST_LITERAL":
                if text := unmask(token):
                    yield Literal(start, end, text, quoted=False)
            case "SINGLE_QUOTED":
                yield Literal(start, end, read_single_quoted(token), quoted=True)
            case "ANSI_QUOTED":
                yield Literal(start, end, read_ansi_quoted(token), quoted=True, ansi=unmask(token[2:-1]))
            case "VARIABLE":
                yield Variable(start, end, token[1:], quoted)
            case "PARAMETER":
                yield self._variable(token, start, end, quoted)
            case "ARITHMETIC":
                inside = self.expansions((token.start_pos or 0) + 3, (token.end_pos or 0) - 2)
                yield Expression(start, end, unmask(token), quoted, inside)
            case "BACKTICKS":
                yield CommandSubstitution(start, end, self._backticks(token, quoted), quoted)
            case _:  # QUOTED, TEXT, OPERAND and their like
                yield Literal(start, end, read_double_quoted(token), quoted)

    def _variable(
        self,
        token: Token,
        start: int,
        end: int,
        quoted: bool,
        operand: str | None = None,
        expansions: tuple[WordPart, ...] = (),
    ) -> Variable:
        """The variable of ``${...}``; ``token`` reaches up to the operand."""
        match = _PARAMETER.fullmatch(unmask(token))
        if match is None:
            raise UnreadableError(token.start_pos or 0, f"`{token}` is not read")
        index = match["index"] or ""
        if match["mark"] == "#":
            return Variable(start, end, match["name"], quoted, "length", index or None)
        operator = (match["mark"] or "") + index + match["operator"]
        return Variable(start, end, match["name"], quoted, operator or None, operand, expansions)

    def _backticks(self, token: Token, quoted: bool) -> Script | Opaque:
        """The script between backticks."""
        text, offsets = read_backticks(token, quoted=quoted)
        start = token.start_pos or 0
        if offsets is None:
            return self.backticks(text, lambda at: self.at(start + 1 + at))
        return self.backticks(text, lambda at: self.at(start + offsets[at]))

    def expansions(self, start: int, end: int) -> tuple[WordPart, ...]:
        """The variables and commands from ``start`` to ``end`` of this piece, where only ``$`` and backticks count."""
        text = self.text[start:end]
        if "$" not in text and "`" not in text:
            return ()
        try:
            syntax, _ = read(text, "text")
        except UnreadableError as error:
            raise UnreadableError(start + error.at, error.reason) from None
        inner = self.piece(text, lambda at: self.at(start + at))
        return tuple(part for part in inner.parts(syntax.children, quoted=True) if not isinstance(part, Literal))
