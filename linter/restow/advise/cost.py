"""Expected cost of a rebuild: for every change event, the seconds of the steps whose cache keys miss.

A miss goes down a stage along its filesystem. ENV and ARG make no step: what changes in them makes later RUNs miss.
What COPY
--from brings is taken to change whenever the stage that made it ran anything again after its own inputs changed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from restow.advise.events import Events
from restow.build import Simulation, StageResult, Step
from restow.syntax.ast import Arg, Run
from restow.vfs import Directory, File, Filesystem, Node

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


def unit_of(step: Step, events: Events, producers: dict[int, int], simulation: Simulation) -> Unit:
    """The unit of a simulated step; ``producers`` are the final masks of the stages before."""
    mask = events.mask(step.context) if step.context.sources else 0
    for index, path in step.stages:
        mask |= _produced(simulation.stages[index].filesystem, path, producers.get(index, 0), events)
    node = step.instruction
    volatile = isinstance(node, Arg) and any(pair.value is None and pair.key.upper() in VOLATILE for pair in node.pairs)
    return Unit(step.seconds, mask, step.definition is not None, isinstance(node, Run), volatile)


def stage_cost(units: Iterable[Unit], events: Events, below: int = 0) -> tuple[float, int]:
    """Expected seconds per event, and the mask of events that change the stage's result. ``below`` is the base stage's
    mask.
    """
    missed, variables, total = below, 0, 0.0
    for unit in units:
        if unit.volatile:
            variables = events.everything
        if unit.is_step:
            missed |= unit.mask | (variables if unit.is_run else 0)
            total += unit.seconds * missed.bit_count()
    return (total / events.count if events.count else 0.0), missed


def masks_along(units: Iterable[Unit], events: Events, below: int = 0) -> list[int]:
    """For each unit, the events in which it runs again."""
    missed, variables, found = below, 0, []
    for unit in units:
        if unit.volatile:
            variables = events.everything
        if unit.is_step:
            missed |= unit.mask | (variables if unit.is_run else 0)
        found.append(missed if unit.is_step else 0)
    return found


def final_masks(simulation: Simulation, events: Events) -> dict[int, int]:
    """For each stage, the events that change its result."""
    found: dict[int, int] = {}
    for result in simulation.stages:
        units = [unit_of(step, events, found, simulation) for step in result.steps]
        found[result.stage.index] = stage_cost(units, events, below(result, found))[1]
    return found


def below(result: StageResult, masks: dict[int, int]) -> int:
    """The events that change what a stage is built on, given those of the stages before."""
    base = result.stage.base.index
    return masks.get(base, 0) if base is not None else 0


def stage_masks(result: StageResult, simulation: Simulation, events: Events) -> tuple[list[Unit], list[int]]:
    """The units of a stage, and for each the events in which it runs again."""
    masks = final_masks(simulation, events)
    units = [unit_of(step, events, masks, simulation) for step in result.steps]
    return units, masks_along(units, events, below(result, masks))


def stage_costs(simulation: Simulation, events: Events) -> dict[int, float]:
    """Expected seconds per event, by stage."""
    masks = final_masks(simulation, events)
    found: dict[int, float] = {}
    for result in simulation.stages:
        units = [unit_of(step, events, masks, simulation) for step in result.steps]
        found[result.stage.index] = stage_cost(units, events, below(result, masks))[0]
    return found


def total_cost(simulation: Simulation, events: Events) -> float:
    """Expected seconds per event of a build of the last stage and all that it needs."""
    needed = simulation.model.needed_by(simulation.model.stages[-1])
    return sum(cost for index, cost in stage_costs(simulation, events).items() if index in needed)


def _produced(filesystem: Filesystem, path: str, producer: int, events: Events) -> int:
    """Events that change what another stage has at ``path``: by content where all of it came from the context
    unchanged.
    """
    from restow.build import ContextUse

    node = filesystem.lookup(path)
    origins = _origins(node)
    if origins is None:
        return producer
    return producer & events.mask(ContextUse(tuple(origins))) if origins else 0


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
