"""What a build carries from instruction to instruction, and what is told of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Literal, TypeAlias

from restow.effects.effect import Assumption, Effect
from restow.semantics.scope import Scope
from restow.shell.ast import SimpleCommand
from restow.syntax.ast import Instruction
from restow.vfs import Filesystem

Builder: TypeAlias = Literal["buildkit", "classic"]
"""Docker's two builders."""

BUILDERS: tuple[Builder, ...] = ("buildkit", "classic")


@dataclass(frozen=True)
class State:
    """The image so far. ``configuration`` holds what instructions set; a field that is absent is the base image's.

    ``user`` and ``directory`` are those in force for RUN; ``directory`` is absolute. ``root`` is the filesystem of the base
    image where that is at hand.
    """

    filesystem: Filesystem
    scope: Scope
    configuration: Mapping[str, object] = field(default_factory=dict)
    user: str = ""
    directory: str = "/"
    shell: tuple[str, ...] = ("/bin/sh", "-c")
    root: Filesystem | None = None

    def with_configuration(self, **fields: object) -> State:
        """The state with some fields of the configuration set."""
        return replace(self, configuration={**self.configuration, **fields})

    def with_filesystem(self, filesystem: Filesystem) -> State:
        """The state with another filesystem."""
        return replace(self, filesystem=filesystem)


@dataclass(frozen=True)
class Command:
    """One simple command of a RUN with its effect; ``node`` is None in exec form. ``text`` shows it to a user."""

    text: str
    effect: Effect
    node: SimpleCommand | None = None


@dataclass(frozen=True)
class ContextUse:
    """The context paths that a step reads: ``sources`` are clean relative paths or patterns, with ``*`` as Go matches
    them.

    The empty source is the whole context. ``exclude`` are the patterns of ``--exclude``.
    """

    sources: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()

    def covers(self, path: str) -> bool:
        """Whether a change of the context's ``path`` (a file's) changes what the step reads."""
        return any(_covers(source, path) for source in self.sources)

    @cached_property
    def whole(self) -> bool:
        """Whether the whole context is read."""
        return "" in self.sources


def _covers(source: str, path: str) -> bool:
    if not source:
        return True
    wanted, given = source.split("/"), path.split("/")
    if len(wanted) > len(given):
        return False
    return all(matches(pattern, name) for pattern, name in zip(wanted, given, strict=False))


def matches(pattern: str, name: str) -> bool:
    """Go's ``filepath.Match`` for one path component: ``*``, ``?``, ``[a-z]``, ``[^a]`` and ``\\`` escapes."""
    if not any(character in pattern for character in "*?[\\"):
        return pattern == name
    import re

    return re.fullmatch(_expression(pattern), name, re.DOTALL) is not None


def _expression(pattern: str) -> str:
    import re

    out, at = "", 0
    while at < len(pattern):
        character = pattern[at]
        if character == "*":
            out += ".*"
        elif character == "?":
            out += "."
        elif character == "\\" and at + 1 < len(pattern):
            at += 1
            out += re.escape(pattern[at])
        elif character == "[" and (close := pattern.find("]", at + 2)) > 0:
            inner = pattern[at + 1 : close]
            body = inner.removeprefix("^").replace("\\", "\\\\").replace("[", "\\[").replace("&&", "&\\&")
            out += f"[{'^' if inner.startswith('^') else ''}{body}]"
            at = close
        else:
            out += re.escape(character)
        at += 1
    return out


@dataclass(frozen=True)
class Step:
    """What one instruction did. ``state`` is the one after it.

    ``definition`` is what the cache key holds of the instruction itself, None where BuildKit makes no vertex of it.
    ``context`` and ``stages`` are its inputs beside the filesystem before it; ``stages`` are (stage index, path) pairs.
    ``unknown`` is why the step could not be computed; ``error`` what the engine says where it stops at the step, and
    ``output`` what a RUN prints, where that is known. ``computed``: a RUN was carried out here, with exit status 0; another
    one is taken by its effects, if it ends well. ``size`` is in bytes and ``seconds`` a prior; ``places`` are the
    paths that COPY, ADD and WORKDIR write at the top; ``brought`` is a filesystem of nothing but what a COPY or ADD
    puts there, None where that is not known. ``creates`` are directories that it makes where they are missing, each with the
    digest of the attributes that it would give them.
    """

    instruction: Instruction
    state: State
    definition: str | None = None
    context: ContextUse = ContextUse()
    stages: tuple[tuple[int, str], ...] = ()
    images: tuple[str, ...] = ()
    commands: tuple[Command, ...] = ()
    assumptions: tuple[Assumption, ...] = ()
    unknown: str | None = None
    error: str | None = None
    size: int = 0
    seconds: float = 0.0
    places: tuple[str, ...] = ()
    variables: frozenset[str] = frozenset()
    brought: Filesystem | None = None
    creates: frozenset[tuple[str, str]] = frozenset()
    output: str | None = None
    computed: bool = False

    @property
    def makes_layer(self) -> bool:
        """Whether the step adds a layer to the image."""
        return self.definition is not None
