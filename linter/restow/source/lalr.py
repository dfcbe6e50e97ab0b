"""Parsing with the tables of a grammar: an LALR(1) parser whose lexer looks only for what its state accepts.

Lark makes the tables when the wheel is built (``restow.source.tables``); to parse takes none of it. The trees are those
that lark makes: a rule whose name begins with ``_`` gives its children to its parent, ``?rule`` stands for its only child.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple, TypeAlias

from restow.errors import RestowError

END = "$END"
"""The terminal at the end of the text."""

_Match: TypeAlias = Callable[[str, int, int], "re.Match[str] | None"]


class Token(NamedTuple):
    """What a terminal matched: ``text`` is the input's from ``start`` to ``end``."""

    type: str
    start: int
    end: int
    text: str


class Tree:
    """What the rule ``data`` matched, without the tokens that the grammar filters out."""

    __slots__ = ("children", "data")

    def __init__(self, data: str, children: list[Branch]) -> None:
        self.data = data
        self.children = children

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Tree) and (self.data, self.children) == (other.data, other.children)

    __hash__ = None  # type: ignore[assignment]  # its children are a list

    def __repr__(self) -> str:
        return f"Tree({self.data!r}, {self.children!r})"


Branch: TypeAlias = Tree | Token


class UnexpectedInputError(RestowError):
    """The grammar accepts nothing of what stands at ``offset``, but the terminals ``expected``.

    ``ends``: it is the end of the text that is not accepted.
    """

    def __init__(self, offset: int, expected: frozenset[str], *, ends: bool) -> None:
        super().__init__(f"offset {offset}: expected {', '.join(sorted(expected))}")
        self.offset = offset
        self.expected = expected
        self.ends = ends


class Rule(NamedTuple):
    """How to reduce: ``size`` values become one for ``origin``.

    ``kept`` lists the values that are kept, by index, and whether a value is itself a list that is joined in; None
    keeps them all. ``data`` names the tree, and is None where the parent takes the list. ``single``: an only child
    stands for the tree.
    """

    origin: str
    size: int
    data: str | None
    kept: list[tuple[int, bool]] | None
    single: bool


class Parser:
    """The parser of one grammar, from its tables.

    ``states`` gives for each state what to do at a symbol: a number from 0 is the next state, ``~number`` the rule to reduce.
    ``lexers`` are lists of terminals, those that win first; ``lexer_of`` names one for each state.
    """

    def __init__(self, tables: dict[str, Any]) -> None:
        self.starts: dict[str, tuple[int, int]] = tables["starts"]
        self.states: list[dict[str, int]] = tables["states"]
        self.rules = [Rule(*rule) for rule in tables["rules"]]
        self.ignored = frozenset(tables["ignored"])
        self._patterns: dict[str, str] = tables["terminals"]
        self._lexers: list[list[str]] = tables["lexers"]
        self._lexer_of: list[int] = tables["lexer_of"]
        self._compiled: dict[str, _Match] = {}
        self._matchers: dict[int, list[tuple[str, _Match]]] = {}

    def parse(self, text: str, start: int, end: int, rule: str) -> Tree:
        """The tree of ``text[start:end]`` by the start rule ``rule``. Raises UnexpectedInputError."""
        session = Session(self, text, start, end, rule)
        for _ in session.tokens():
            pass
        return session.tree()

    def matchers(self, state: int) -> list[tuple[str, _Match]]:
        """The terminals that ``state`` accepts and those that are ignored, in the order in which they are tried."""
        lexer = self._lexer_of[state]
        if lexer not in self._matchers:
            self._matchers[lexer] = [(name, self._matcher(name)) for name in self._lexers[lexer]]
        return self._matchers[lexer]

    def expected(self, state: int) -> frozenset[str]:
        """The terminals that ``state`` accepts."""
        return frozenset(symbol for symbol in self.states[state] if symbol.isupper())

    def _matcher(self, name: str) -> _Match:
        """What matches a terminal; compiled once."""
        if name not in self._compiled:
            self._compiled[name] = re.compile(self._patterns[name]).match
        return self._compiled[name]


class Session:
    """One parse, token by token; ``position`` is where the next token is looked for."""

    def __init__(self, parser: Parser, text: str, start: int, end: int, rule: str) -> None:
        first, self._last = parser.starts[rule]
        self._parser = parser
        self._text = text
        self._end = end
        self._stack = [first]
        self._values: list[Any] = []
        self.position = start

    def tokens(self) -> Iterator[Token]:
        """Take the tokens one by one; the caller may move ``position`` between two. Raises UnexpectedInputError."""
        text, end, stack, ignored = self._text, self._end, self._stack, self._parser.ignored
        matchers = self._parser.matchers
        while (at := self.position) < end:
            for kind, match in matchers(stack[-1]):
                if found := match(text, at, end):
                    token = Token(kind, at, found.end(), found[0])
                    break
            else:
                raise UnexpectedInputError(at, self._parser.expected(stack[-1]), ends=False)
            self.position = token.end
            if token.type not in ignored:
                self._take(token)
                yield token

    def tree(self) -> Tree:
        """The tree, once all tokens are taken. Raises UnexpectedInputError where the text ends too early."""
        self._take(Token(END, self._end, self._end, ""))
        tree: Tree = self._values[-1]
        return tree

    def accepted(self) -> set[str]:
        """The terminals that may come next."""
        return {name for name in self._parser.expected(self._stack[-1]) if self._accepts(name)}

    def _take(self, token: Token) -> None:
        """Reduce what ``token`` ends, and shift it."""
        stack, values = self._stack, self._values
        states, rules = self._parser.states, self._parser.rules
        kind = token.type
        while True:
            action = states[stack[-1]].get(kind)
            if action is None:
                expected = self._parser.expected(stack[-1])
                raise UnexpectedInputError(token.start, expected, ends=kind == END)
            if action >= 0:
                stack.append(action)
                values.append(token)
                return
            rule = rules[~action]
            if rule.size:
                children = values[-rule.size :]
                del values[-rule.size :], stack[-rule.size :]
            else:
                children = []
            values.append(_reduced(rule, children))
            stack.append(states[stack[-1]][rule.origin])
            if kind == END and stack[-1] == self._last:
                return

    def _accepts(self, kind: str) -> bool:
        """Whether a token of this kind would be taken."""
        stack = self._stack.copy()
        while (action := self._parser.states[stack[-1]].get(kind)) is not None:
            if action >= 0:
                return True
            rule = self._parser.rules[~action]
            if rule.size:
                del stack[-rule.size :]
            stack.append(self._parser.states[stack[-1]][rule.origin])
        return False


def _reduced(rule: Rule, children: list[Any]) -> Any:
    """The value of a rule: its tree, its only child, or the list that its parent takes."""
    if rule.kept is not None:
        kept: list[Any] = []
        for index, joined in rule.kept:
            if not joined:
                kept.append(children[index])
            elif kept:
                kept += children[index]
            else:
                kept = children[index]  # a list that grows at its end is never copied
        children = kept
    if rule.data is None or (rule.single and len(children) == 1):
        return children[0] if rule.data is not None else children
    return Tree(rule.data, children)
