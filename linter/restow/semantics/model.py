"""The stages of a Dockerfile and what each is built on."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from restow.semantics.mounts import mount_source
from restow.semantics.scope import SYMBOLIC, Scope, symbolic
from restow.syntax.ast import Add, Arg, Copy, Dockerfile, From, Instruction, Invalid, Onbuild, Run

_NUMBER = re.compile(r"[+-]?[0-9]{1,18}")

LONGEST_BUILD = 300
"""How many instructions a file may have whose build is simulated: three times as many as files in use have. Each step is
a term over all before it, so the time grows with the square of the length."""


@dataclass(frozen=True)
class StageBase:
    """What a stage starts from: ``scratch``, another ``stage`` (by index), or an ``image`` (its reference)."""

    kind: Literal["scratch", "stage", "image"]
    name: str
    index: int | None = None
    platform: str | None = None

    @property
    def identity(self) -> str:
        """Equal for equal images: the reference and the platform."""
        return self.name if self.platform is None else f"{self.name} for {self.platform}"


@dataclass(frozen=True)
class Stage:
    """One FROM and the instructions up to the next one.

    ``name`` is lower case: ``COPY --from`` finds it in any case, FROM in lower case only, as in BuildKit.
    """

    index: int
    name: str | None
    base: StageBase
    opening: From
    instructions: tuple[Instruction, ...]

    @property
    def title(self) -> str:
        """What reports call the stage."""
        return self.name or f"stage {self.index}"


@dataclass(frozen=True)
class Model:
    """A Dockerfile's meaning, before anything is built. ``preamble`` are the instructions before the first FROM."""

    dockerfile: Dockerfile
    preamble: tuple[Instruction, ...]
    stages: tuple[Stage, ...]
    globals: Scope

    @property
    def target(self) -> Stage | None:
        """The stage that is built when nobody names one: the last."""
        return self.stages[-1] if self.stages else None

    @property
    def invalid(self) -> tuple[Invalid, ...]:
        """The instructions that do not parse."""
        return tuple(node for node in self.dockerfile.instructions if isinstance(node, Invalid))

    def stage_called(self, name: str, before: int) -> Stage | None:
        """The stage that ``COPY --from=name`` means in stage ``before``: by number, or by name."""
        number = stage_number(name)
        if number is None:
            return self.stage_named(name, before)
        return self.stages[number] if 0 <= number < before else None

    def stage_named(self, name: str, before: int) -> Stage | None:
        """The last stage before stage ``before`` of that name, in any case: what ``from=`` of a mount means."""
        return next((stage for stage in reversed(self.stages[:before]) if stage.name == name.lower()), None)

    def inputs(self, stage: Stage) -> tuple[int, ...]:
        """Indexes of the stages that ``stage`` is built from: its base, and what COPY and RUN --mount take, also those that
        the base's triggers of ONBUILD are.
        """
        found = [stage.base.index] if stage.base.index is not None else []
        below = self.stages[stage.base.index].instructions if stage.base.index is not None else ()
        triggers = tuple(node.instruction for node in below if isinstance(node, Onbuild))
        for node in (*triggers, *stage.instructions):
            find = self.stage_named if isinstance(node, Run) else self.stage_called
            others = (find(name, stage.index) for name in sources_of(node))
            found += [other.index for other in others if other is not None]
        return tuple(dict.fromkeys(found))

    def needed_by(self, stage: Stage) -> frozenset[int]:
        """Indexes of all stages that are built for ``stage``, itself included."""
        todo, found = [stage.index], set[int]()
        while todo:
            index = todo.pop()
            if index not in found:
                found.add(index)
                todo.extend(self.inputs(self.stages[index]))
        return frozenset(found)


def stage_number(name: str) -> int | None:
    """The number that ``COPY --from=name`` gives, as Go reads a whole number; None where it is a name."""
    return int(name) if _NUMBER.fullmatch(name) else None


def sources_of(node: Instruction) -> tuple[str, ...]:
    """The names after ``--from=`` and in ``--mount=...,from=`` of one instruction, as written."""
    if isinstance(node, Copy | Add):
        name = node.flag_value("from")
        return (name,) if name else ()
    if isinstance(node, Run):
        mounts = (mount_source(flag.value or "") for flag in node.flags if flag.name == "mount")
        return tuple(name for name in mounts if name)
    return ()


def read_model(dockerfile: Dockerfile, build_arguments: dict[str, str] | None = None) -> Model:
    """The model of a tree. ``build_arguments`` are the values of ``--build-arg``; others keep their defaults.

    Instructions before the first FROM other than ARG, and invalid ones, are left where they are and mean nothing here.
    """
    given = build_arguments or {}
    scope = Scope(escape=dockerfile.escape)
    preamble: list[Instruction] = []
    stages: list[Stage] = []
    opening: From | None = None
    body: list[Instruction] = []
    names: dict[str, int] = {}
    for node in dockerfile.instructions:
        if isinstance(node, From):
            if opening is not None:
                stages.append(_stage(len(stages), opening, body, scope, names))
            opening, body = node, []
        elif opening is not None:
            body.append(node)
        else:
            preamble.append(node)
            if isinstance(node, Arg):
                scope = scope.with_arguments(_global_arguments(node, scope, given))
    if opening is not None:
        stages.append(_stage(len(stages), opening, body, scope, names))
    return Model(dockerfile, tuple(preamble), tuple(stages), scope)


def _global_arguments(node: Arg, scope: Scope, given: dict[str, str]) -> dict[str, str]:
    """``argument_values``; a default that cannot be expanded, which the build stops at, leaves its names unknown."""
    from restow.syntax.words import WordError

    try:
        return argument_values(node, scope, given)
    except WordError:
        return {pair.key: symbolic("broken build argument", pair.key) for pair in node.pairs}


def argument_values(
    node: Arg, scope: Scope, given: dict[str, str], outer: Scope | None = None, *, forgets: bool = False
) -> dict[str, str]:
    """What an ARG instruction puts in scope: the value given, its default, that of the global ARG (``outer``), or a symbolic one.

    A name without any of the first three that an ARG of the stage had a value for is left as it is, and is not among these;
    where the builder ``forgets``, as the classic one does, and in front of the stages, it is symbolic.
    """
    values: dict[str, str] = {}
    for pair in node.pairs:
        name = scope.expand(pair.key)
        if name in given:
            values[name] = given[name]
        elif pair.value is not None:
            values[name] = scope.expand(pair.value)
        elif outer is not None and name in outer.arguments:
            values[name] = outer.arguments[name]
        elif outer is None or forgets or scope.arguments.get(name) in (None, symbolic("build argument", name)):
            values[name] = symbolic("build argument", name)
        else:
            continue
        scope = scope.with_arguments({name: values[name]})
    return values


def _stage(index: int, opening: From, body: list[Instruction], scope: Scope, names: dict[str, int]) -> Stage:
    from restow.syntax.words import WordError

    try:
        name = scope.expand(opening.image.text)
    except WordError:
        name = opening.image.text
    platform = opening.flag_value("platform")
    if name in names:
        base = StageBase("stage", name, names[name], platform)
    elif name == "scratch":
        base = StageBase("scratch", name, None, platform)
    else:
        base = StageBase("image", name.replace(SYMBOLIC, ""), None, platform)
    stage_name = opening.stage_name.text.lower() if opening.stage_name else None
    if stage_name is not None:
        names[stage_name] = index
    return Stage(index, stage_name, base, opening, tuple(body))
