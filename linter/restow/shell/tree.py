"""From lark's tree to the nodes of ``restow.shell.ast``: commands. Words are made in ``restow.shell.words``."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from lark import Token, Tree

from restow.shell.ast import (
    AndOr,
    Assignment,
    Case,
    For,
    Function,
    Group,
    If,
    ListItem,
    Node,
    Opaque,
    Pipeline,
    Redirection,
    Script,
    SimpleCommand,
    Subshell,
    While,
    Word,
)
from restow.shell.mask import unmask
from restow.shell.reader import HeredocBody, UnreadableError, read
from restow.shell.words import Branch, WordBuilder, token_start

LONGEST_CHAIN = 150
"""How many commands ``&&`` and ``||`` may join: the tree of such a chain is as deep as it is long."""

_FLAT = frozenset({"simple", "test", "and_or", "closed", "pipeline", "closed_pipeline"})
"""Rules that nest only by what is in them."""

RESERVED = frozenset(
    {
        *("if", "then", "elif", "else", "fi", "while", "until", "for", "do", "done", "case", "esac", "in"),
        *("{", "}", "!", "function"),
    }
)

NOT_READ = {"coproc": "coprocesses are not read", "select": "`select` loops are not read"}
"""Words of bash that begin a command which is not read, and why."""

DECLARING = frozenset({"declare", "typeset", "local", "export", "readonly"})
"""Commands whose arguments may be arrays: ``declare a=(1 2)``. To others an opening parenthesis is an error."""

_OPERATOR = re.compile(r"(?:[ \t\x00]|\\\n)*([;&|]+)?")
_FUNCTION_NAME = re.compile(r"(?:function(?:[ \t\x00]|\\\n)+)?([^\s\x00()\\]+)")
_DESCRIPTOR_NAME = re.compile(r"\{[A-Za-z_][A-Za-z0-9_]*\}")


def build_script(text: str, start: int) -> Script:
    """The script that all of ``text`` is; ``text`` is masked and stands at ``start`` of its file.

    Raises UnreadableError where the grammar cannot read it.
    """
    syntax, heredocs = read(text, "script")
    items = _Builder(text, lambda at: start + at, heredocs, 0, 0).items(syntax.children)
    return Script(start, start + len(text), items)


class _Builder(WordBuilder):
    """Makes the nodes of one piece of text; ``chained`` counts the commands of the ``&&`` chains around it."""

    def __init__(
        self, text: str, at: Callable[[int], int], heredocs: dict[int, HeredocBody], depth: int, chained: int
    ) -> None:
        super().__init__(text, at, depth)
        self._heredocs = heredocs
        self._chained = chained
        self._makers: dict[str, Callable[[Tree[Token]], Node]] = {
            "simple": self._simple,
            "test": self._test,
            "and_or": self._and_or,
            "closed": self._and_or,
            "pipeline": self._pipeline,
            "closed_pipeline": self._pipeline,
            "redirected": self._redirected,
            "function": self._function,
            "subshell": self._subshell,
            "group": self._group,
            "if": self._if,
            "while": self._while,
            "for": self._for,
            "for_arithmetic": self._for_arithmetic,
            "case": self._case,
        }

    # ---- lists

    def items(self, children: Sequence[Branch]) -> tuple[ListItem, ...]:
        """The list items in the children of ``script`` (a ``list`` or nothing), ``list`` or ``block``."""
        if len(children) == 1 and isinstance(children[0], Tree) and children[0].data == "list":
            children = children[0].children
        items: list[ListItem] = []
        for child in children:
            if isinstance(child, Token) and child.type == "SEPARATOR":
                items[-1] = self._ended(items[-1], child)
            else:
                command = self._command(child)
                items.append(ListItem(command.start, command.end, command, ""))
        return tuple(items)

    def _ended(self, item: ListItem, separator: Token) -> ListItem:
        """``item`` with what ends it; a line end lies outside of its span."""
        match = _OPERATOR.match(separator)
        if match is None or match[1] is None:
            return item.changed(separator="\n")
        return item.changed(separator=match[1], end=self.at((separator.start_pos or 0) + match.end()))

    def script(self, branch: Branch) -> Script:
        """The script of a ``list`` or ``block``: from its first command to its last."""
        assert isinstance(branch, Tree)
        items = self.items(branch.children)
        return Script(items[0].start, items[-1].end, items)

    def _command(self, branch: Branch) -> Node:
        """The node of whatever a list, a chain or a pipeline holds."""
        if isinstance(branch, Token):
            return Opaque(*self.span(branch), "arithmetic commands are not read")
        make = self._makers[branch.data]
        if branch.data in _FLAT:
            return make(branch)
        self.enter(branch)
        node = make(branch)
        self.leave()
        return node

    def _and_or(self, tree: Tree[Token]) -> Node:
        children = tree.children
        length = len(children) // 2
        self._chained += length
        if self._chained > LONGEST_CHAIN:
            raise UnreadableError(token_start(tree), f"more than {LONGEST_CHAIN} commands are chained with && and ||")
        left = self._command(children[0])
        for operator, branch in zip(children[1::2], children[2::2], strict=True):
            assert isinstance(operator, Token)
            right = self._command(branch)
            match = _OPERATOR.match(operator)
            assert match is not None
            operator_start = self.at((operator.start_pos or 0) + match.start(1))
            left = AndOr(left.start, right.end, left, match[1], right, operator_start)
        self._chained -= length
        return left

    def _pipeline(self, tree: Tree[Token]) -> Node:
        first, *_ = tree.children
        negated = isinstance(first, Token) and first.type == "NOT"
        commands = tuple(
            self._command(child)
            for child in tree.children
            if not (isinstance(child, Token) and child.type in {"NOT", "PIPE"})
        )
        start = self.span(first)[0] if isinstance(first, Token) and negated else commands[0].start
        return Pipeline(start, commands[-1].end, commands, negated)

    # ---- simple commands

    def _simple(self, tree: Tree[Token]) -> Node:
        assignments: list[Assignment] = []
        words: list[Word] = []
        redirections: list[Redirection] = []
        for child in tree.children:
            assert isinstance(child, Tree)
            if child.data == "word":
                words.append(self.word(child))
            elif child.data == "array_word":
                if not words or words[0].static not in DECLARING:
                    raise UnreadableError(
                        token_start(child), "an array as an argument: only `declare` and its like take one"
                    )
                words.append(self.array_word(child))
            elif child.data == "assignment":
                assignments.append(self.assignment(child))
            elif child.data == "array_assignment":
                assignments.append(self.array_assignment(child))
            else:
                redirections.append(self._redirection(child))
        self._check(token_start(tree), assignments, words, redirections)
        parts = sorted([*assignments, *words, *redirections], key=lambda node: node.start)
        return SimpleCommand(parts[0].start, parts[-1].end, tuple(assignments), tuple(words), tuple(redirections))

    @staticmethod
    def _check(at: int, assignments: list[Assignment], words: list[Word], redirections: list[Redirection]) -> None:
        """Refuse a reserved word where a command begins, and ``{name}>file``."""
        if words and not assignments and not (redirections and redirections[0].start < words[0].start):
            part = words[0].parts[0] if len(words[0].parts) == 1 else None
            text = words[0].static or ""
            if text in RESERVED and part is not None and not part.quoted:
                raise UnreadableError(at, f"unexpected `{text}`")
            if text in NOT_READ and part is not None and not part.quoted:
                raise UnreadableError(at, NOT_READ[text])
        ends = {word.end: word for word in words} if redirections else {}
        for redirection in redirections:
            word = ends.get(redirection.start)
            if word and _DESCRIPTOR_NAME.fullmatch(word.static or ""):
                raise UnreadableError(at, f"redirection of `{word.static}` is not read")

    def _test(self, tree: Tree[Token]) -> Node:
        """``[[ ... ]]`` as a command named ``[[`` whose last word is ``]]``; operators are words."""
        opening, *rest = tree.children
        closing = rest.pop()
        assert isinstance(opening, Token)
        assert isinstance(closing, Token)
        start, end = (opening.start_pos or 0), (closing.end_pos or 0)
        words = [self.word(child) for child in rest if isinstance(child, Tree)]
        first, last = self.plain_word(start, start + 2), self.plain_word(end - 2, end)
        return SimpleCommand(self.at(start), self.at(end), (), (first, *words, last), ())

    # ---- redirections

    def _redirection(self, tree: Tree[Token]) -> Redirection:
        """A ``redirection`` or ``heredoc`` with its optional file descriptor."""
        *tokens, target = tree.children
        opening, operator = tokens[0], tokens[-1]
        assert isinstance(opening, Token)
        assert isinstance(operator, Token)
        start = self.span(opening)[0]
        descriptor = int(opening) if opening.type == "FILE_DESCRIPTOR" else None
        if isinstance(target, Tree):
            word = self.word(target)
            return Redirection(start, word.end, str(operator), word, descriptor)
        word = self.delimiter(target)
        body = self._heredocs.get(target.start_pos or 0)
        if body is None:
            return Redirection(start, word.end, str(operator), word, descriptor)
        expansions = self.expansions(body.start, body.end) if body.expanded else ()
        return Redirection(start, word.end, str(operator), word, descriptor, body.text, expansions)

    def _redirected(self, tree: Tree[Token]) -> Node:
        """A compound command with redirections behind it."""
        command = self._command(tree.children[0])
        redirections = tuple(self._redirection(child) for child in tree.children[1:] if isinstance(child, Tree))
        end = redirections[-1].end
        if isinstance(command, (Subshell, Group, If, For, While, Case, SimpleCommand)):
            return command.changed(end=end, redirections=redirections)
        return command.changed(end=end)

    # ---- compound commands

    def _span(self, tree: Tree[Token]) -> tuple[int, int]:
        """From the first token to the last of a rule that begins and ends with one."""
        first, last = tree.children[0], tree.children[-1]
        assert isinstance(first, Token)
        assert isinstance(last, Token)
        return self.at(first.start_pos or 0), self.at(last.end_pos or 0)

    def _subshell(self, tree: Tree[Token]) -> Node:
        return Subshell(*self._span(tree), self.script(tree.children[1]))

    def _group(self, tree: Tree[Token]) -> Node:
        return Group(*self._span(tree), self.script(tree.children[1]))

    def _if(self, tree: Tree[Token]) -> Node:
        otherwise: Script | None = None
        scripts: list[Script] = []
        for child in tree.children:
            if isinstance(child, Tree) and child.data == "else":
                otherwise = self.script(child.children[-1])
            elif isinstance(child, Tree):
                scripts.append(self.script(child))
        branches = tuple(zip(scripts[0::2], scripts[1::2], strict=True))
        return If(*self._span(tree), branches, otherwise)

    def _while(self, tree: Tree[Token]) -> Node:
        keyword, condition, _, body, _ = tree.children
        until = isinstance(keyword, Token) and keyword.type == "UNTIL"
        return While(*self._span(tree), self.script(condition), self.script(body), until)

    def _for(self, tree: Tree[Token]) -> Node:
        variable = str(tree.children[1])
        body = self.script(tree.children[-2])
        words: tuple[Word, ...] | None = None
        for child in tree.children:
            if isinstance(child, Tree) and child.data == "for_words":
                words = tuple(self.word(word) for word in child.children if isinstance(word, Tree))
        return For(*self._span(tree), variable, words, body)

    def _for_arithmetic(self, tree: Tree[Token]) -> Node:
        return Opaque(*self._span(tree), "arithmetic loops are not read")

    def _case(self, tree: Tree[Token]) -> Node:
        _, subject, *rest = tree.children
        assert isinstance(subject, Tree)
        items = [self._case_item(child) for child in rest if isinstance(child, Tree)]
        return Case(*self._span(tree), self.word(subject), tuple(items))

    def _case_item(self, tree: Tree[Token]) -> tuple[tuple[Word, ...], Script | None]:
        """The patterns and the body of one item of ``case``."""
        trees = [child for child in tree.children if isinstance(child, Tree)]
        patterns = tuple(self.word(child) for child in trees if child.data == "word")
        bodies = [self.script(child) for child in trees if child.data != "word"]
        return patterns, bodies[0] if bodies else None

    def _function(self, tree: Tree[Token]) -> Node:
        head, body = tree.children
        assert isinstance(head, Token)
        command = self._command(body)
        match = _FUNCTION_NAME.match(head)
        assert match is not None
        return Function(self.span(head)[0], command.end, unmask(match[1]), command)

    # ---- nested scripts

    def nested(self, branches: Sequence[Branch], start: int, end: int) -> Script:
        """The script of ``$( )``; ``start`` and ``end`` are those of its inside, in the file."""
        return Script(start, end, self.items(branches))

    def backticks(self, text: str, at: Callable[[int], int]) -> Script | Opaque:
        """The script that ``text``, the unescaped inside of backticks, is."""
        start, end = at(0), at(len(text))
        try:
            syntax, heredocs = read(text, "script")
            items = _Builder(text, at, heredocs, self.depth + 1, self._chained).items(syntax.children)
        except UnreadableError as error:
            return Opaque(start, end, f"within backticks: {error.reason}")
        return Script(start, end, items)

    def piece(self, text: str, at: Callable[[int], int]) -> WordBuilder:
        """A builder for another piece of text, as deep as this one."""
        return _Builder(text, at, {}, self.depth, self._chained)
