"""The tree of a Dockerfile: typed, frozen nodes with spans into the file's own text.

Nodes are called as in BuildKit's ``instructions`` package, without ``Command`` at the end; ``kind`` is the name in its
``command`` package. FROM, of which that makes a ``Stage``, is a node of its own. A node holds what the *text* says: variables
are not expanded and defaults are not filled in (``restow.semantics`` does both).

Nodes are made by name. Tokens, of which there are most, are plain tuples.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from operator import itemgetter
from typing import Literal, NamedTuple, TypeAlias, dataclass_transform

from restow.source import Source, Span
from restow.source.node import TextNode


@dataclass_transform(frozen_default=True, kw_only_default=True)
class Node(TextNode):
    """A part of a Dockerfile."""


class Word(Node):
    """One argument.

    ``text`` has line continuations removed but keeps quotes, escapes and ``$``; a JSON string is decoded.
    """

    text: str


class Flag(Node):
    """``--name=value`` before the arguments, quotes removed; ``value`` is None for a bare ``--name``."""

    name: str
    value: str | None = None


class KeyValuePair(Node):
    """``key=value`` of ENV, LABEL and ARG, with quotes, escapes and ``$``; ``value`` is None where ARG gives none."""

    key: str
    value: str | None = None


class Heredoc(Node):
    """A here-document: the span is the body's, its closing line excluded.

    ``expand`` is False where the delimiter is quoted; ``chomp`` is True for ``<<-`` (the reader removes leading tabs).
    """

    name: str
    content: str
    expand: bool = True
    chomp: bool = False
    file_descriptor: int = 0


class Command(Node):
    """The command of RUN, CMD, ENTRYPOINT and HEALTHCHECK.

    Shell form: ``text`` is what the shell gets (continuations removed, as BuildKit joins them), ``words`` is empty.
    Exec form: ``words`` are the decoded strings, ``text`` is the JSON as written. The span is that of the raw text.
    """

    form: Literal["shell", "exec"]
    text: str
    words: tuple[str, ...] = ()


class InstructionNode(Node):
    """What all instructions share. The span reaches from the keyword to the end of the last line, heredocs included; to
    the end of the file where the last line is continued and no line follows but blank ones and comments.
    """

    keyword: str
    flags: tuple[Flag, ...] = ()

    def flag(self, name: str) -> Flag | None:
        """The last flag called ``name``."""
        return next((flag for flag in reversed(self.flags) if flag.name == name), None)

    def flag_value(self, name: str) -> str | None:
        """The value of the last flag called ``name``; None where it is absent or bare."""
        flag = self.flag(name)
        return flag.value if flag else None


class From(InstructionNode):
    """``FROM [--platform=P] image [AS name]``."""

    kind: Literal["from"] = "from"
    image: Word
    stage_name: Word | None = None


class Run(InstructionNode):
    """``RUN [--mount=... --network=... --security=... --device=...] command``."""

    kind: Literal["run"] = "run"
    command: Command
    heredocs: tuple[Heredoc, ...] = ()


class Cmd(InstructionNode):
    """``CMD command``."""

    kind: Literal["cmd"] = "cmd"
    command: Command


class Entrypoint(InstructionNode):
    """``ENTRYPOINT command``."""

    kind: Literal["entrypoint"] = "entrypoint"
    command: Command


class Copy(InstructionNode):
    """``COPY [flags] source... destination``; a heredoc source is the word that opens it (``<<EOF``)."""

    kind: Literal["copy"] = "copy"
    sources: tuple[Word, ...]
    destination: Word
    json_form: bool = False
    heredocs: tuple[Heredoc, ...] = ()


class Add(InstructionNode):
    """``ADD [flags] source... destination``."""

    kind: Literal["add"] = "add"
    sources: tuple[Word, ...]
    destination: Word
    json_form: bool = False
    heredocs: tuple[Heredoc, ...] = ()


class Env(InstructionNode):
    """``ENV key=value ...``, or ``ENV key value`` where ``legacy``."""

    kind: Literal["env"] = "env"
    pairs: tuple[KeyValuePair, ...]
    legacy: bool = False


class Label(InstructionNode):
    """``LABEL key=value ...``, or ``LABEL key value`` where ``legacy``."""

    kind: Literal["label"] = "label"
    pairs: tuple[KeyValuePair, ...]
    legacy: bool = False


class Arg(InstructionNode):
    """``ARG name[=default] ...``."""

    kind: Literal["arg"] = "arg"
    pairs: tuple[KeyValuePair, ...]


class Expose(InstructionNode):
    """``EXPOSE port[/protocol] ...``."""

    kind: Literal["expose"] = "expose"
    ports: tuple[Word, ...]


class User(InstructionNode):
    """``USER user[:group]``."""

    kind: Literal["user"] = "user"
    user: Word


class Workdir(InstructionNode):
    """``WORKDIR path``."""

    kind: Literal["workdir"] = "workdir"
    path: Word


class Volume(InstructionNode):
    """``VOLUME path ...`` or ``VOLUME ["path", ...]``."""

    kind: Literal["volume"] = "volume"
    paths: tuple[Word, ...]
    json_form: bool = False


class StopSignal(InstructionNode):
    """``STOPSIGNAL signal``."""

    kind: Literal["stopsignal"] = "stopsignal"
    signal: Word


class HealthCheck(InstructionNode):
    """``HEALTHCHECK [flags] CMD command``; ``command`` is None for ``HEALTHCHECK NONE``."""

    kind: Literal["healthcheck"] = "healthcheck"
    command: Command | None = None


class Shell(InstructionNode):
    """``SHELL ["program", "argument", ...]``."""

    kind: Literal["shell"] = "shell"
    words: tuple[str, ...]


class Maintainer(InstructionNode):
    """``MAINTAINER name`` (deprecated)."""

    kind: Literal["maintainer"] = "maintainer"
    name: str


class Onbuild(InstructionNode):
    """``ONBUILD instruction``."""

    kind: Literal["onbuild"] = "onbuild"
    instruction: Instruction


class Invalid(InstructionNode):
    """An instruction that does not parse. ``offset`` is where in the file it goes wrong, ``message`` what to do. Its flags are
    kept; its arguments are not told apart, since nothing is known of them: they are the text behind the flags.

    ``by_parser``: it is BuildKit's parser that refuses it, so that as a trigger of ONBUILD too it stops every build; what
    the instruction itself refuses in a trigger stops only a build that sets it off. ``by_length``: it is not looked into, as
    it, or a line of it, is too long.
    """

    kind: Literal["invalid"] = "invalid"
    message: str
    offset: int
    by_parser: bool = False
    by_length: bool = False


Instruction: TypeAlias = (
    From
    | Run
    | Cmd
    | Entrypoint
    | Copy
    | Add
    | Env
    | Label
    | Arg
    | Expose
    | User
    | Workdir
    | Volume
    | StopSignal
    | HealthCheck
    | Shell
    | Maintainer
    | Onbuild
    | Invalid
)


class Comment(Node):
    """A line that begins with ``#``, also inside a continued instruction. The span excludes the line end."""

    text: str


class Directive(Node):
    """A parser directive: ``# syntax=``, ``# escape=`` or ``# check=``. ``name`` is lower case."""

    name: str
    value: str


class Token(NamedTuple):
    """A lexical piece at ``start..end``; the tokens of a file, joined, are its text."""

    start: int
    end: int
    type: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Dockerfile:
    """A whole file: ``str(dockerfile)`` is its text, byte for byte.

    ``comments`` holds every comment, those inside instructions too; ``directives`` are not among them.
    """

    source: Source
    tokens: tuple[Token, ...]
    instructions: tuple[Instruction, ...]
    comments: tuple[Comment, ...] = ()
    directives: tuple[Directive, ...] = ()
    escape: Literal["\\", "`"] = "\\"

    def __str__(self) -> str:
        return "".join(token.text for token in self.tokens)

    @property
    def text(self) -> str:
        """The text that was parsed."""
        return self.source.text

    @cached_property
    def broken(self) -> tuple[Invalid, ...]:
        """Where BuildKit stops reading: ``Invalid`` instructions, and triggers of ONBUILD that its parser refuses."""
        inner = (node.instruction if isinstance(node, Onbuild) else node for node in self.instructions)
        found = zip(self.instructions, inner, strict=True)
        return tuple(n for own, n in found if isinstance(n, Invalid) and (own is n or n.by_parser))

    def keyword_span(self, node: Instruction) -> Span:
        """Where the keyword of ``node`` stands: a line with an escape character alone may be above it, or cut it in two."""
        first = bisect_left(self.tokens, node.start, key=itemgetter(0))
        for token in islice(self.tokens, first, None):
            if token.start >= node.end or token.type == "INVALID":
                break
            if token.type == "KEYWORD":
                return Span(token.start, token.end)
        return Span(node.start, node.start + len(node.keyword))

    def directive(self, name: str) -> Directive | None:
        """The parser directive called ``name`` (lower case)."""
        return next((directive for directive in self.directives if directive.name == name), None)
