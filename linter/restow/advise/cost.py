"""Expected cost of a rebuild: for every change event, the seconds of the steps whose cache keys miss.

A miss goes down a stage along its filesystem. ENV and ARG make no step: what changes in them makes later RUNs miss.
What COPY --from
and a mount bring of another stage changes with the last step of that stage which wrote there, as far as the simulation knows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from restow.advise.events import Events
from restow.build import Simulation, StageResult, Step
from restow.syntax.ast import Arg, Run
from restow.vfs import Directory, File, Node

Masks = Mapping[int, Sequence[int]]
"""For each stage, the events that change its filesystem: what it is built on, and then after each step."""

VOLATILE = (
    "GIT_SHA",
    "GIT_COMMIT",
    "COMMIT",
    "COMMIT_SHA",
    "REVISION",
    "VCS_REF",
    "BUILD_DATE",
    "BUILD_ID",
    "BUILD_NUMBER",
    "CACHEBUST",
)
"""ARGs of these names, without a default, are taken to change at every build (prior)."""


@dataclass(frozen=True, slots=True)
class Unit:
    """What the cost model needs of one instruction. ``mask`` are the events that change its own inputs."""

    seconds: float
    mask: int
    is_step: bool
    is_run: bool
    volatile: bool = False


def unit_of(step: Step, events: Events, producers: Masks, simulation: Simulation) -> Unit:
    """The unit of a simulated step; ``producers`` are the masks of the stages before."""
    mask = events.mask(step.context) if step.context.sources else 0
    for index, path in step.stages:
        mask |= _produced(simulation.stages[index], path, producers.get(index, (0,)), events)
    node = step.instruction
    volatile = isinstance(node, Arg) and any(pair.value is None and pair.key.upper() in VOLATILE for pair in node.pairs)
    return Unit(step.seconds, mask, step.definition is not None, isinstance(node, Run), volatile)


def stage_cost(units: Iterable[Unit], events: Events, below: int = 0) -> tuple[float, int]:
    """Expected seconds per event, and the mask of events that change the stage's result. ``below`` is the base stage's
    mask.
    """
    units = list(units)
    changed = _changed(units, events, below)
    total = sum(unit.seconds * mask.bit_count() for unit, mask in zip(units, changed[1:], strict=True) if unit.is_step)
    return (total / events.count if events.count else 0.0), changed[-1]


def masks_along(units: Iterable[Unit], events: Events, below: int = 0) -> list[int]:
    """For each unit, the events in which it runs again."""
    units = list(units)
    return [mask if unit.is_step else 0 for unit, mask in zip(units, _changed(units, events, below)[1:], strict=True)]


def _changed(units: Iterable[Unit], events: Events, below: int) -> list[int]:
    """The events that change the filesystem below the first unit, and after each."""
    variables, found = 0, [below]
    for unit in units:
        if unit.volatile:
            variables = events.everything
        missed = unit.mask | (variables if unit.is_run else 0) if unit.is_step else 0
        found.append(found[-1] | missed)
    return found


def all_masks(simulation: Simulation, events: Events) -> Masks:
    """The masks of every stage."""
    found: dict[int, Sequence[int]] = {}
    for result in simulation.stages:
        units = [unit_of(step, events, found, simulation) for step in result.steps]
        found[result.stage.index] = _changed(units, events, below(result, found))
    return found


def below(result: StageResult, masks: Masks) -> int:
    """The events that change what a stage is built on, given the masks of the stages before."""
    base = result.stage.base.index
    return masks.get(base, (0,))[-1] if base is not None else 0


def stage_masks(result: StageResult, simulation: Simulation, events: Events) -> tuple[list[Unit], list[int]]:
    """The units of a stage, and for each the events in which it runs again."""
    masks = all_masks(simulation, events)
    units = [unit_of(step, events, masks, simulation) for step in result.steps]
    return units, masks_along(units, events, below(result, masks))


def stage_costs(simulation: Simulation, events: Events) -> dict[int, float]:
    """Expected seconds per event, by stage."""
    masks = all_masks(simulation, events)
    found: dict[int, float] = {}
    for result in simulation.stages:
        units = [unit_of(step, events, masks, simulation) for step in result.steps]
        found[result.stage.index] = stage_cost(units, events, below(result, masks))[0]
    return found


def total_cost(simulation: Simulation, events: Events) -> float:
    """Expected seconds per event of a build of the last stage and all that it needs."""
    needed = simulation.model.needed_by(simulation.model.stages[-1])
    return sum(cost for index, cost in stage_costs(simulation, events).items() if index in needed)


def _produced(result: StageResult, path: str, masks: Sequence[int], events: Events) -> int:
    """Events that change what another stage has at ``path``: by content where all of it came from the context unchanged,
    else those in which the last step that wrote there runs again.
    """
    from restow.build import ContextUse

    node = result.filesystem.lookup(path)
    origins = _origins(node)
    if origins is not None:
        return masks[-1] & events.mask(ContextUse(tuple(origins))) if origins else 0
    states = [result.start, *(step.state for step in result.steps)]
    if node is None or len(states) != len(masks):
        return masks[-1]
    there = [state.filesystem.lookup(path) for state in states]
    last = max((at for at in range(1, len(there)) if there[at] != there[at - 1]), default=0)
    return masks[last]


def _origins(node: Node | None) -> list[str] | None:
    """Context paths of all files below, None where something else is or may be there."""
    if isinstance(node, File):
        known = node.content.origin and not node.content.identity.startswith("term:")
        return [node.content.origin] if known and node.content.origin else None
    if isinstance(node, Directory) and node.rest is None:
        found: list[str] = []
        for child in node.children.values():
            below = _origins(child)
            if below is None:
                return None
            found += below
        return found
    return None
