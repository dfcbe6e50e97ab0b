"""The account of a Dockerfile as it stands: what each instruction costs and what makes it run again, and the verdict."""

from __future__ import annotations

from restow.advise.advice import LineAdvice, Proposal, Refusal, StageAdvice
from restow.advise.cost import stage_masks
from restow.advise.events import Events
from restow.build import Simulation, StageResult
from restow.syntax.ast import Copy, Run

EXPENSIVE_SECONDS = 2.0  # steps cheaper than this are no reason to call an arrangement good
SHOWN_REASONS = 3


def stages_of(simulation: Simulation, events: Events) -> tuple[StageAdvice, ...]:
    """Every instruction of every stage."""
    return tuple(StageAdvice(result.stage.title, _lines(result, simulation, events)) for result in simulation.stages)


def _lines(result: StageResult, simulation: Simulation, events: Events) -> tuple[LineAdvice, ...]:
    units, along = stage_masks(result, simulation, events)
    source = simulation.model.dockerfile.source
    found: list[LineAdvice] = []
    cause, covered = "nothing in the context", 0
    for step, unit, mask in zip(result.steps, units, along, strict=True):
        line = source.position(step.instruction.start).line
        if unit.is_step and mask & ~covered:
            own = unit.mask & ~covered
            cause = f"changes of what line {line} reads" if own else "a build argument that changes every time"
            covered = mask
        shown = cause if unit.is_step else ""
        found.append(
            LineAdvice(step.instruction, line, step.makes_layer, step.size, step.seconds, shown, events.rate(mask))
        )
    return tuple(found)


def verdict_of(simulation: Simulation, events: Events, proposal: Proposal | None, refusals: list[Refusal]) -> str:
    """What the advice comes down to, in a sentence or two."""
    if not events.count:
        return f"No advice on the cache: {events.source}."
    if proposal is not None:
        return f"A cheaper arrangement saves {proposal.saving:.0%} of the expected rebuild cost."
    if refusals:
        return "No cheaper arrangement could be proven; the refusals below say why."
    return "This Dockerfile is good as it is: " + _why(simulation, events)


def _why(simulation: Simulation, events: Events) -> str:
    source = simulation.model.dockerfile.source
    reasons: list[str] = []
    for result in simulation.stages:
        _, along = stage_masks(result, simulation, events)
        for step, mask in zip(result.steps, along, strict=True):
            costly = isinstance(step.instruction, Run) and step.seconds >= EXPENSIVE_SECONDS and not step.unknown
            if costly and events.rate(mask) < 0.5:
                line = source.position(step.instruction.start).line
                reasons.append(f"RUN of line {line} runs again in {events.rate(mask):.0%} of the changes only")
    if reasons:
        return "; ".join(reasons[:SHOWN_REASONS]) + "."
    if not any(isinstance(step.instruction, Copy) for result in simulation.stages for step in result.steps):
        return "nothing of the build context is copied, so no change of it makes a step run again."
    return "no order of its instructions that could be equal costs less over these changes."
