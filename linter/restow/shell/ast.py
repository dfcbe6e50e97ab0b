"""The tree of a POSIX shell script as RUN carries it: frozen nodes with spans into the Dockerfile's own text."""

from __future__ import annotations

from typing import TypeAlias

from restow.source.node import TextNode


class ShellNode(TextNode):
    """A part of a script."""


class Literal(ShellNode):
    """Text that stands for itself: quotes and escapes removed. ``quoted`` text neither globs nor splits.

    ``ansi`` is what ``$'...'`` has between its quotes, as written; None for any other text. Shells differ in what that is.
    """

    text: str
    quoted: bool
    ansi: str | None = None


class Variable(ShellNode):
    """``$name``, ``${name}`` or ``${name<operator>operand}``; ``operator`` is as written (``:-``, ``#``, ``%%`` ...).

    ``name`` is also one of the special parameters ``@ * # ? $ ! - 0 1 ...``; ``${#name}`` has the operator ``length``,
    ``${!name}`` begins with ``!`` and ``${name[index]}`` with ``[index]``. ``operand`` keeps its quotes; ``expansions``
    holds the variables and commands in it.
    """

    name: str
    quoted: bool
    operator: str | None = None
    operand: str | None = None
    expansions: tuple[WordPart, ...] = ()


class CommandSubstitution(ShellNode):
    """``$(script)`` or backticks."""

    script: Script | Opaque
    quoted: bool


class Expression(ShellNode):
    """Something that is only kept as text: ``$((arithmetic))``, process substitution, an array value.

    ``expansions`` holds the variables and commands in it.
    """

    text: str
    quoted: bool
    expansions: tuple[WordPart, ...] = ()


WordPart: TypeAlias = Literal | Variable | CommandSubstitution | Expression


class Word(ShellNode):
    """One word: its parts, joined without blanks."""

    parts: tuple[WordPart, ...]

    @property
    def static(self) -> str | None:
        """The word's text where nothing in it is expanded by the shell (globs are not looked at), else None."""
        texts = [part.text for part in self.parts if isinstance(part, Literal)]
        return "".join(texts) if len(texts) == len(self.parts) else None

    @property
    def has_glob(self) -> bool:
        """Whether an unquoted ``*``, ``?`` or ``[`` makes it a pattern."""
        return any(
            isinstance(part, Literal) and not part.quoted and any(c in part.text for c in "*?[") for part in self.parts
        )


class Assignment(ShellNode):
    """``name=value`` before a command or alone; ``append`` for ``+=``. ``value`` is None for ``name=``."""

    name: str
    value: Word | None
    append: bool = False


class Redirection(ShellNode):
    """``[n]operator target``. For ``<<`` and ``<<-`` the body is ``heredoc`` and ``target`` the delimiter.

    ``heredoc`` is the body as written (for ``<<-`` without leading tabs), None where the text ends before it begins;
    ``expansions`` holds the variables and commands in it, and is empty where the delimiter is quoted.
    """

    operator: str
    target: Word
    file_descriptor: int | None = None
    heredoc: str | None = None
    expansions: tuple[WordPart, ...] = ()


class SimpleCommand(ShellNode):
    """Assignments, words and redirections, each in the order written."""

    assignments: tuple[Assignment, ...]
    words: tuple[Word, ...]
    redirections: tuple[Redirection, ...]


class Pipeline(ShellNode):
    """``[!] command | command ...``; a lone command is not wrapped."""

    commands: tuple[Node, ...]
    negated: bool = False


class AndOr(ShellNode):
    """``left && right`` or ``left || right``, left-associative; ``operator_start`` is the operator's offset."""

    left: Node
    operator: str
    right: Node
    operator_start: int


class ListItem(ShellNode):
    """A command and what ends it: ``;``, ``&``, a line end, or nothing (empty string)."""

    command: Node
    separator: str


class Script(ShellNode):
    """A list of commands."""

    items: tuple[ListItem, ...]


class Subshell(ShellNode):
    """``( script )``."""

    body: Script
    redirections: tuple[Redirection, ...] = ()


class Group(ShellNode):
    """``{ script; }``."""

    body: Script
    redirections: tuple[Redirection, ...] = ()


class If(ShellNode):
    """``if`` with its ``elif`` branches (condition, body) and the ``else`` body."""

    branches: tuple[tuple[Script, Script], ...]
    otherwise: Script | None = None
    redirections: tuple[Redirection, ...] = ()


class For(ShellNode):
    """``for variable in words``; ``words`` is None where ``in`` is left out."""

    variable: str
    words: tuple[Word, ...] | None
    body: Script
    redirections: tuple[Redirection, ...] = ()


class While(ShellNode):
    """``while`` or, where ``until``, ``until``."""

    condition: Script
    body: Script
    until: bool = False
    redirections: tuple[Redirection, ...] = ()


class Case(ShellNode):
    """``case word in pattern|pattern) body;; esac``."""

    word: Word
    items: tuple[tuple[tuple[Word, ...], Script | None], ...]
    redirections: tuple[Redirection, ...] = ()


class Function(ShellNode):
    """``name() body``."""

    name: str
    body: Node


class Opaque(ShellNode):
    """What cannot be read; ``reason`` is shown to the user."""

    reason: str


Node: TypeAlias = SimpleCommand | Pipeline | AndOr | Subshell | Group | If | For | While | Case | Function | Opaque
