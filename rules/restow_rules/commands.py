"""What several rules ask of the commands of a RUN."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from restow.rule import Edit, RuleContext, Span, Stage
from restow.shell import AndOr, Node, Opaque, Script, SimpleCommand, Word, walk_commands
from restow.syntax.ast import Run
from restow_rules.stages import instructions_of, shell_at

_WRAPPERS = frozenset(["sudo", "env", "exec", "command", "time", "nice", "nohup", "eatmydata", "builtin"])


@dataclass(frozen=True, slots=True)
class Called:
    """One command of a RUN: the words from the program on, a leading ``sudo``, ``env`` and the like left out.

    A word that the shell expands is as written. ``wrappers`` are the programs left out.
    """

    nodes: tuple[Word, ...]
    words: tuple[str, ...]
    node: SimpleCommand
    wrappers: tuple[str, ...] = ()
    conditional: bool = False

    @property
    def name(self) -> str:
        """The program without its folder."""
        return self.words[0].rsplit("/", 1)[-1]

    def has(self, *options: str) -> bool:
        """Whether one of the options is given, alone or as ``--option=value``."""
        return any(word.partition("=")[0] in options for word in self.words[1:])

    def operands(self, *valued: str) -> list[int]:
        """Indexes of the words that are neither options nor the values of the options ``valued``."""
        found, skip = [], False
        for index, word in enumerate(self.words[1:], 1):
            if skip:
                skip = False
            elif word.startswith("-") and len(word) > 1:
                skip = word in valued
            else:
                found.append(index)
        return found

    def subcommand(self, *valued: str) -> str:
        """The first operand: ``install`` of ``apt-get -y install``; empty where there is none."""
        found = self.operands(*valued)
        return self.words[found[0]] if found else ""


@dataclass(frozen=True, slots=True)
class Body:
    """A RUN that a POSIX shell reads, with its stage, its script and its commands in the order of the text."""

    stage: Stage
    node: Run
    script: Script
    commands: tuple[Called, ...]


def bodies(ctx: RuleContext) -> tuple[Body, ...]:
    """Every RUN that can be read, those of ONBUILD included."""
    return ctx.shared(_bodies)


def _bodies(ctx: RuleContext) -> tuple[Body, ...]:
    found: list[Body] = []
    for stage in ctx.model.stages:
        for node in instructions_of(stage):
            if isinstance(node, Run):
                script = ctx.script(node, shell_at(ctx, stage, node))
                if isinstance(script, Script):
                    found.append(Body(stage, node, script, tuple(_called(ctx, script))))
    return tuple(found)


def _called(ctx: RuleContext, script: Script) -> Iterator[Called]:
    for occurrence in walk_commands(script):
        command = occurrence.command
        if isinstance(command, Opaque) or not command.words:
            continue
        texts = [_text(ctx, word) for word in command.words]
        first = _program(texts)
        if first < len(texts):
            yield Called(
                command.words[first:], tuple(texts[first:]), command, tuple(texts[:first]), occurrence.conditional
            )


def _text(ctx: RuleContext, word: Word) -> str:
    static = word.static
    return static if static is not None else ctx.dockerfile.text[word.start : word.end]


def _program(texts: list[str]) -> int:
    """The index of the program's own name, wrappers and their options and assignments passed over."""
    at = 0
    while at < len(texts) - 1 and texts[at].rsplit("/", 1)[-1] in _WRAPPERS:
        at += 1
        while at < len(texts) - 1 and (texts[at].startswith("-") or "=" in texts[at]):
            at += 1
    return at


def removes(command: Called, *places: str) -> bool:
    """Whether the command deletes one of the places (a path, or the end of one), or something around or in it."""
    if command.name not in ("rm", "find", "rmdir"):
        return False
    words = [word.rstrip("/*") or "/" for word in command.words[1:] if not word.startswith("-")]
    return any(_meets(word, place) for word in words for place in places)


def _meets(word: str, place: str) -> bool:
    if "{" in word:
        return place.startswith(word.split("{", maxsplit=1)[0].rstrip("/") + "/")
    return word.endswith(place) or f"{place}/" in word or place.startswith(word + "/")


def appended(ctx: RuleContext, body: Body, command: str) -> Edit | None:
    """The edit that makes the RUN end with one more command, laid out as the others; None where that is not safe to write."""
    last = body.script.items[-1] if body.script.items else None
    if last is None or last.separator in ("&", ";") or (body.commands and body.commands[-1].name in ("exit", "exec")):
        return None
    text, end = ctx.dockerfile.text, last.command.end
    if body.node.heredocs:
        if body.script.start < body.node.heredocs[0].start:
            return None
        stops = any(
            c.name == "set" and any((w.startswith("-") and "e" in w) or w == "errexit" for w in c.words[1:])
            for c in body.commands
        )
        return Edit(Span(end, end), f"{ctx.source.newline}{command}" if stops else f" && {command}")
    if "\n" not in text[body.node.command.start : end]:
        return Edit(Span(end, end), f" && {command}")
    leading, indent = _layout(text, last.command, ctx.dockerfile.escape)
    turn = f"{ctx.dockerfile.escape}{ctx.source.newline}{indent}"
    return Edit(Span(end, end), f" {turn}&& {command}" if leading else f" && {turn}{command}")


def _layout(text: str, command: Node, escape: str) -> tuple[bool, str]:
    """Whether ``&&`` begins a line, and the white space before it (or before what follows it)."""
    if isinstance(command, AndOr):
        before = text[text.rfind("\n", 0, command.operator_start) + 1 : command.operator_start]
        after = text[command.operator_start + 2 :].split("\n", 1)[0]
        if not before.strip():
            return True, before
        if not after.strip(f" \t\r{escape}"):
            return False, _indent(text, command.right.start)
    return True, _indent(text, command.end) or "    "


def _indent(text: str, offset: int) -> str:
    line = text[text.rfind("\n", 0, offset) + 1 : offset]
    return line[: len(line) - len(line.lstrip())]


def cache_places(ctx: RuleContext, called: Called) -> tuple[str, ...]:
    """The folders in which the simulated command leaves a cache; none where the RUN could not be simulated."""
    for _, _, step in ctx.steps():
        for command in step.commands:
            if command.node is not None and (command.node.start, command.node.end) == (
                called.node.start,
                called.node.end,
            ):
                return tuple(cache.path for cache in command.effect.caches)
    return ()
