"""One or two sentences on how a Dockerfile stands with its cache, and why."""

from __future__ import annotations

from restow.advise.advice import Proposal, Refusal
from restow.advise.events import Events
from restow.build import Simulation
from restow.syntax.ast import Copy, Run


def verdict_of(
    simulation: Simulation, events: Events, proposal: Proposal | None, refusals: list[Refusal], cost: float
) -> str:
    """What the advice comes down to."""
    if not events.count:
        return f"No advice on the cache: {events.source}."
    if proposal is not None:
        return f"A cheaper arrangement saves {proposal.saving:.0%} of the expected rebuild cost."
    if refusals:
        return "No cheaper arrangement could be proven; the refusals below say why."
    return "This Dockerfile is good as it is: " + _why(simulation, events)


def _why(simulation: Simulation, events: Events) -> str:
    from restow.advise.advisor import final_masks
    from restow.advise.cost import masks_along, unit_of

    masks = final_masks(simulation, events)
    reasons: list[str] = []
    for result in simulation.stages:
        units = [unit_of(step, events, masks, simulation) for step in result.steps]
        along = masks_along(units, events)
        for step, mask in zip(result.steps, along, strict=True):
            if isinstance(step.instruction, Run) and step.seconds >= 2 and events.rate(mask) < 0.5 and not step.unknown:
                line = simulation.model.dockerfile.source.position(step.instruction.start).line
                reasons.append(f"RUN of line {line} runs again in {events.rate(mask):.0%} of the changes only")
    if reasons:
        return "; ".join(reasons[:3]) + "."
    if not any(isinstance(step.instruction, Copy) for result in simulation.stages for step in result.steps):
        return "nothing of the build context is copied, so no change of it makes a step run again."
    return "no order of its instructions costs less over these changes."
