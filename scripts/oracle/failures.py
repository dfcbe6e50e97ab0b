"""A build that fails on the engine: whether the simulator says so, and at the same step."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from built import Built, BuiltStep

from restow.build import Simulation, StageResult, Step
from restow.syntax.ast import Run


def failure_differences(
    done: Simulation, built: Built, kind: str, shown: Sequence[int], tally: Counter[str]
) -> list[str]:
    """What is wrong with the simulator's view of a build that fails. What it cannot know is counted by its reason.

    A RUN that is taken by its effects is taken to end well: an assumption, and no claim.
    """
    steps = [step for result in done.stages for step in (*result.triggers, *result.steps)]
    errors = [step.error for step in steps if step.error]
    failing = failing_step(done, built, kind, shown)
    said = failing_text(built)
    if failing is None:
        if errors:
            return _counted(tally, "failed builds that the simulator foresees")
        unknown = any(step.unknown for step in steps) or any(result.triggers for result in done.stages)
        return _counted(tally, "failed builds with an unknown step") if unknown else [_missed(said)]
    if failing.error:
        return _counted(tally, "failed builds that the simulator foresees")
    if failing.unknown:
        return _counted(tally, "failed builds with an unknown step")
    if isinstance(failing.instruction, Run) and not failing.computed:
        return _counted(tally, "failed builds by a RUN that is taken by its effects")
    if any(step.unknown or (isinstance(step.instruction, Run) and not step.computed) for step in steps):
        return _counted(tally, "failed builds after a RUN that is taken by its effects")
    return [_missed(said)]


def failing_text(built: Built) -> str:
    """What the engine says of the failure."""
    errors = [one.error for one in _failed(built)]
    return "; ".join(errors) or built.output.strip()[-600:]


def failing_step(done: Simulation, built: Built, kind: str, shown: Sequence[int]) -> Step | None:
    """The simulated step at which the engine stopped; None where that cannot be told. ``shown``
    are the indexes of the stages that are built.
    """
    if kind != "buildkit":
        return _last_step(done, built, shown)
    for row in _failed(built):
        for result in done.stages:
            names = {result.stage.name, f"stage-{result.stage.index}", "" if len(done.stages) == 1 else None}
            if row.stage in names:
                steps = [step for step in (*result.triggers, *result.steps) if step.makes_layer or step.error]
                at = row.number - 1 - (result.stage.base.kind == "image")
                return steps[at] if 0 <= at < len(steps) else None
    return None


def _failed(built: Built) -> list[BuiltStep]:
    """The steps that fail by themselves; those that are stopped with them are left out."""
    return [one for one in built.steps if one.error and not one.error.endswith("context canceled")]


def _last_step(done: Simulation, built: Built, shown: Sequence[int]) -> Step | None:
    """The step that was shown last, of builders that go on from one instruction to the next."""
    openings = [index for index, one in enumerate(built.steps) if one.text.upper().startswith("FROM ")]
    if not openings or len(openings) > len(shown):
        return None
    result: StageResult = done.stages[shown[len(openings) - 1]]
    at = len(built.steps) - 1 - openings[-1] - 1
    return result.steps[at] if 0 <= at < len(result.steps) and not result.triggers else None


def _counted(tally: Counter[str], name: str) -> list[str]:
    tally[name] += 1
    return []


def _missed(said: str) -> str:
    return f"the engine fails, and the simulator takes it for good: {said}"
