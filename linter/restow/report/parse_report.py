"""``restow parse``: the tree of a Dockerfile and what is in force at each instruction, as a document.

The document is stable: within one ``version`` fields are only added. ``docs/parse.md`` explains it. Offsets count Unicode code
points from 0; lines and columns count from 1, columns in code points; ends are exclusive.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from restow.errors import UsageError
from restow.report.json_report import Document
from restow.report.shell_tree import ShellDocument, script_of, shell_document
from restow.semantics import Model, is_known, read_model
from restow.semantics.in_force import InForce, read_in_force
from restow.source import Source
from restow.syntax.ast import (
    Command,
    Dockerfile,
    Flag,
    Heredoc,
    Instruction,
    Invalid,
    KeyValuePair,
    Node,
    Onbuild,
    Word,
)

VERSION: Literal[1] = 1
LARGEST = 200_000
"""How many variables all states together may hold: a file of thousands of ENV has a state for each of them."""

_PARTS = frozenset(
    {"start", "end", "kind", "keyword", "flags", "command", "heredocs", "instruction", "message", "offset"}
)


class SpanDocument(Document):
    """Where something stands in the file."""

    start: int
    end: int
    line: int
    column: int
    end_line: int
    end_column: int


class FlagDocument(Document):
    """``--name=value``, quotes removed; ``value`` is null for a bare ``--name``."""

    name: str
    value: str | None
    span: SpanDocument


class ArgumentDocument(Document):
    """One argument. ``role`` is what it is to the instruction (``image``, ``stage_name``, ``source``, ``destination``,
    ``pair``, ``port``, ``path``, ``user``, ``signal``, ``word``, ``name``).

    ``text`` is as written, continuations removed and JSON decoded. Of a pair ``key`` and ``value`` are its sides, ``value``
    null where there is no ``=``. ``span`` is null for the words of SHELL and the name of MAINTAINER.
    """

    role: str
    text: str
    key: str | None
    value: str | None
    span: SpanDocument | None


class HeredocDocument(Document):
    """A here-document; the span is that of its body. ``expand``: variables in it are replaced."""

    name: str
    content: str
    expand: bool
    chomp: bool
    file_descriptor: int
    span: SpanDocument


class CommandDocument(Document):
    """A command. ``tree`` is the shell's view of the shell form, null for the exec form."""

    form: Literal["shell", "exec"]
    text: str
    words: tuple[str, ...]
    span: SpanDocument
    tree: ShellDocument | None


class StateDocument(Document):
    """What is in force. Of variables null means: known only to the build. ``base``: the image whose own environment is not known.

    ``working_directory`` and ``user`` are null where they are not known before the build; ``user`` is empty where none is set.
    """

    environment: dict[str, str | None]
    arguments: dict[str, str | None]
    base: str | None
    working_directory: str | None
    user: str | None
    shell: tuple[str, ...]


class InstructionDocument(Document):
    """One instruction. ``kind`` is its name in lower case, or ``invalid`` with an ``error``; ``stage`` is an index or null.

    ``state`` is the index of what is in force before it. ``trigger`` is the instruction of an ONBUILD.
    """

    kind: str
    keyword: str
    span: SpanDocument
    stage: int | None
    state: int
    flags: tuple[FlagDocument, ...]
    arguments: tuple[ArgumentDocument, ...]
    command: CommandDocument | None
    heredocs: tuple[HeredocDocument, ...]
    trigger: InstructionDocument | None
    error: str | None


class StageDocument(Document):
    """A stage: ``base`` is an image, another stage (``base_stage`` is its index) or ``scratch``."""

    index: int
    name: str | None
    base: str
    base_kind: Literal["scratch", "stage", "image"]
    base_stage: int | None
    platform: str | None


class PartDocument(Document):
    """A comment (``name`` is empty) or a parser directive."""

    name: str
    text: str
    span: SpanDocument


class ParseDocument(Document):
    """The whole: ``version`` is that of the document's form, ``restow`` that of the program."""

    version: Literal[1] = VERSION
    restow: str
    path: str
    escape: Literal["\\", "`"]
    directives: tuple[PartDocument, ...]
    comments: tuple[PartDocument, ...]
    stages: tuple[StageDocument, ...]
    instructions: tuple[InstructionDocument, ...]
    states: tuple[StateDocument, ...]


def parse_document(dockerfile: Dockerfile, program: str, arguments: Mapping[str, str] | None = None) -> ParseDocument:
    """The document of a tree; ``program`` is Restow's version, ``arguments`` the values of build arguments.

    Raises UsageError where the environments in force would be too many to write down.
    """
    model = read_model(dockerfile, dict(arguments or {}))
    return _Writer(model, read_in_force(model, arguments)).document(program)


class _Writer:
    """Writes one tree; equal states are written once."""

    def __init__(self, model: Model, in_force: tuple[InForce, ...]) -> None:
        self.model = model
        self.source: Source = model.dockerfile.source
        self.in_force = in_force
        self.states: list[StateDocument] = []
        self.numbers: dict[int, int] = {}
        self.variables = 0

    def document(self, program: str) -> ParseDocument:
        """The whole."""
        tree = self.model.dockerfile
        return ParseDocument(
            restow=program,
            path=self.source.name,
            escape=tree.escape,
            directives=tuple(PartDocument(name=d.name, text=d.value, span=self.span(d)) for d in tree.directives),
            comments=tuple(PartDocument(name="", text=c.text, span=self.span(c)) for c in tree.comments),
            stages=tuple(
                StageDocument(
                    index=stage.index,
                    name=stage.name,
                    base=stage.base.name,
                    base_kind=stage.base.kind,
                    base_stage=stage.base.index,
                    platform=stage.base.platform,
                )
                for stage in self.model.stages
            ),
            instructions=tuple(
                self.instruction(node, found) for node, found in zip(tree.instructions, self.in_force, strict=True)
            ),
            states=tuple(self.states),
        )

    def span(self, node: Node) -> SpanDocument:
        """Offsets, lines and columns of a node."""
        first, last = self.source.position(node.start), self.source.position(node.end)
        return SpanDocument(
            start=node.start,
            end=node.end,
            line=first.line,
            column=first.column,
            end_line=last.line,
            end_column=last.column,
        )

    def instruction(self, node: Instruction, found: InForce) -> InstructionDocument:
        """One instruction; of an ONBUILD its trigger, too."""
        command: Command | None = getattr(node, "command", None)
        heredocs: tuple[Heredoc, ...] = getattr(node, "heredocs", ())
        return InstructionDocument(
            kind=node.kind,
            keyword=node.keyword,
            span=self.span(node),
            stage=found.stage,
            state=self.state(found),
            flags=tuple(self.flag(flag) for flag in node.flags),
            arguments=tuple(sorted(self.arguments(node), key=lambda one: one.span.start if one.span else 0)),
            command=None if command is None else self.command(command, node, found),
            heredocs=tuple(self.heredoc(heredoc) for heredoc in heredocs),
            trigger=self.instruction(node.instruction, found) if isinstance(node, Onbuild) else None,
            error=node.message if isinstance(node, Invalid) else None,
        )

    def flag(self, flag: Flag) -> FlagDocument:
        """One flag."""
        return FlagDocument(name=flag.name, value=flag.value, span=self.span(flag))

    def heredoc(self, heredoc: Heredoc) -> HeredocDocument:
        """One here-document."""
        return HeredocDocument(
            name=heredoc.name,
            content=heredoc.content,
            expand=heredoc.expand,
            chomp=heredoc.chomp,
            file_descriptor=heredoc.file_descriptor,
            span=self.span(heredoc),
        )

    def command(self, command: Command, node: Instruction, found: InForce) -> CommandDocument:
        """A command with its shell tree."""
        script = script_of(self.model.dockerfile, node, command, found.shell)
        return CommandDocument(
            form=command.form,
            text=command.text,
            words=command.words,
            span=self.span(command),
            tree=None if script is None else shell_document(script),
        )

    def arguments(self, node: Instruction) -> Iterator[ArgumentDocument]:
        """The arguments that are no command, in the order of the instruction."""
        for name, value in node.field_items():
            if name not in _PARTS:
                for one in value if isinstance(value, tuple) else (value,):
                    if isinstance(one, Word | KeyValuePair | str):
                        yield self.argument(name.removesuffix("s"), one)

    def argument(self, role: str, one: Any) -> ArgumentDocument:
        """A word, a pair, or a text without a place of its own."""
        if isinstance(one, KeyValuePair):
            text = one.key if one.value is None else f"{one.key}={one.value}"
            return ArgumentDocument(role=role, text=text, key=one.key, value=one.value, span=self.span(one))
        if isinstance(one, Word):
            return ArgumentDocument(role=role, text=one.text, key=None, value=None, span=self.span(one))
        return ArgumentDocument(role=role, text=one, key=None, value=None, span=None)

    def state(self, found: InForce) -> int:
        """The number of what is in force; ``found`` lives as long as this writer, so its identity names it."""
        number = self.numbers.get(id(found))
        if number is None:
            number = self.numbers[id(found)] = self._numbered(found)
        return number

    def _numbered(self, found: InForce) -> int:
        scope = found.scope
        self.variables += len(scope.environment) + len(scope.arguments)
        if self.variables > LARGEST:
            raise UsageError(
                f"{self.source.name}: the environments in force hold more than {LARGEST} variables in all: too many to print"
            )
        state = StateDocument(
            environment={name: value if is_known(value) else None for name, value in scope.environment.items()},
            arguments={name: value if is_known(value) else None for name, value in scope.arguments.items()},
            base=scope.base,
            working_directory=found.directory,
            user=found.user,
            shell=found.shell,
        )
        if self.states and self.states[-1] == state:
            return len(self.states) - 1
        self.states.append(state)
        return len(self.states) - 1
