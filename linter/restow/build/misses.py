"""Why a step misses: which paths, which part of the instruction, which variable, or which step before it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from restow.build.cache_changes import changed_paths
from restow.build.engine import Simulation
from restow.build.keys import NOTHING, Keyed, Position
from restow.build.state import ContextUse
from restow.graph import Input, Operation
from restow.semantics.scope import SYMBOLIC


@dataclass(frozen=True, slots=True)
class Miss:
    """The reason of a miss. ``text`` is a sentence without its full stop; ``paths`` are context paths, all of them.

    ``kind``: ``files`` (of the context), ``stage`` (files of another stage), ``instruction``, ``variable``, ``below`` (a step
    before it missed), ``base`` (the base image is another one), ``new`` (no such step before), ``option``.
    """

    kind: Literal["files", "stage", "instruction", "variable", "below", "base", "new", "option"]
    text: str
    paths: tuple[str, ...] = ()


def explained(
    position: Position,
    keyed: Keyed,
    missed: Position | None,
    before: Simulation,
    after: Simulation,
    known: Mapping[Position, Keyed],
) -> Miss:
    """The reason why a step of ``after`` is not among the ``known`` ones of ``before``.

    ``missed`` is the last miss before it in its stage or below that; it is the reason unless the step is read alone.
    """
    vertex = keyed.vertex
    if missed is not None and vertex.parent != NOTHING:
        return Miss("below", f"{_place(missed, after)} misses")
    peers = {place: one for place, one in known.items() if one.vertex.operation.kind == vertex.operation.kind}
    siblings = {place: one for place, one in peers.items() if one.vertex.parent == vertex.parent}
    if not siblings:
        return _without_sibling(position, keyed, before, after, known)
    place = max(siblings, key=lambda one: _likeness(siblings[one], keyed, one, position))
    old = siblings[place]
    fields = old.vertex.operation.differing(vertex.operation)
    if fields:
        return _of_operation(old.vertex.operation, vertex.operation, fields)
    for one, other in zip(old.vertex.inputs, vertex.inputs, strict=False):
        if one.digest != other.digest:
            return _of_input(one, other, before, after)
    return Miss("instruction", "the number of its sources changed")


def _likeness(one: Keyed, other: Keyed, place: Position, position: Position) -> tuple[int, int, int]:
    """How alike two steps are: in their fields, in their stage, in their place."""
    differing = one.vertex.operation.differing(other.vertex.operation)
    return -len(differing), -abs(place[0] - position[0]), -abs(place[1] - position[1])


def _without_sibling(
    position: Position, keyed: Keyed, before: Simulation, after: Simulation, known: Mapping[Position, Keyed]
) -> Miss:
    parent, base = keyed.vertex.parent, after.stages[position[0]].stage.base
    stands = any(parent in (one.result, one.vertex.parent) for one in known.values())
    if parent == NOTHING or stands or base.identity in {one.stage.base.identity for one in before.stages}:
        return Miss("new", "there was no such step here")
    if base.index is not None:
        return Miss("base", f"stage {after.model.stages[base.index].name or base.index} was not built before")
    return Miss("base", f"the base image {base.name} is another one")


def _of_operation(old: Operation, new: Operation, fields: tuple[str, ...]) -> Miss:
    marks = ("variable ", "build argument ")
    named = [name for name in fields if name.startswith(marks)]
    plain = [name for name in fields if not name.startswith((*marks, "order of"))]
    if named and not plain:
        first, *others = [name.removeprefix(marks[0]).removeprefix(marks[1]) for name in named]
        values = [_shown(dict(operation.fields).get(named[0])) for operation in (old, new)]
        more = f"; also {', '.join(others)}" if others else ""
        return Miss("variable", f"the variable {first} was {values[0]} and is {values[1]}{more}")
    if not plain:
        return Miss("variable", "the variables are in another order")
    return Miss("instruction", f"another {plain[0]}")


def _shown(value: str | None) -> str:
    if value is None:
        return "not set"
    return "not known" if SYMBOLIC in value else repr(value)


def _of_input(old: Input, new: Input, before: Simulation, after: Simulation) -> Miss:
    if new.origin == "context" and before.context is not None and after.context is not None:
        use = ContextUse((new.path,))
        everything = list(changed_paths(before.context.root, after.context.root))
        paths = tuple(path for path in everything if use.covers(path))
        many = f" and {len(paths) - 1} more" if len(paths) > 1 else ""
        text = f"{paths[0]}{many} changed" if paths else f"{new.path or 'the build context'} holds something else"
        return Miss("files", text, paths)
    if new.origin == "stage":
        stage = after.model.stages[int(new.name)].name or new.name
        sure = old.known and new.known
        return Miss("stage", f"/{new.path} of stage {stage} {'holds' if sure else 'may hold'} something else")
    if new.origin == "inline":
        return Miss("instruction", "the text of its here-document changed")
    return Miss("instruction", f"it reads {new.name}")


def _place(position: Position, simulation: Simulation) -> str:
    step = simulation.stages[position[0]].steps[position[1]]
    line = simulation.model.dockerfile.source.position(step.instruction.start).line
    return f"line {line} before it"
