"""Hit or miss of a second build's steps: the engine against the model."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from built import Built, BuiltStep

from restow.build.rebuild import Rebuild, RebuiltStage
from restow.syntax.ast import Workdir

_SAYS = "the model says"


def hit_differences(done: Rebuild, built: Built, shown: Sequence[int], tally: Counter[str]) -> list[str]:
    """The steps that the engine treats otherwise than the model says, in the ``shown`` stages."""
    found: list[str] = []
    for stage in done.stages:
        if triggered(done, stage):
            tally["stages with triggers"] += 1
            continue
        rows = rows_of(stage, done, built, shown)
        steps = [step for step in stage.steps if step.outcome != "no step"] if stage.stage.index in shown else []
        if len(rows) != len(steps):
            found.append(
                f"{stage.stage.title}: the model has {len(steps)} steps, the engine {[one.text for one in rows]}"
            )
            continue
        for step, row in zip(steps, rows, strict=True):
            tally["steps"] += 1
            tally["hits"] += row.cached
            if (step.outcome == "hit") is row.cached or starts_from_nothing(done, stage, step.index):
                continue
            if row.cached and careful(done, stage.stage.index, step.index):
                tally["careful"] += 1
                continue
            found.append(f"{stage.stage.title}: {row.text}: {_SAYS} {step.outcome} ({step.miss}), the engine did not")
    return found


def is_miss(difference: str) -> bool:
    """Whether the engine missed where the model says that it hits."""
    return f": {_SAYS} hit (" in difference


def rows_of(stage: RebuiltStage, done: Rebuild, built: Built, shown: Sequence[int]) -> list[BuiltStep]:
    """What the engine told of a stage's steps, in their order, FROM and the merges of --link left out. ``shown`` are the
    indexes of the stages that it builds.
    """
    if done.builder == "classic":
        openings = [index for index, one in enumerate(built.steps) if one.text.upper().startswith("FROM ")]
        openings.append(len(built.steps))
        if stage.stage.index not in shown:
            return []
        at = shown.index(stage.stage.index)
        return list(built.steps[openings[at] + 1 : openings[at + 1]])
    names = {stage.stage.name, f"stage-{stage.stage.index}", "" if len(done.stages) == 1 else None}
    rows = [one for one in built.steps if one.stage in names and not one.text.upper().startswith(("FROM ", "LINK "))]
    return sorted(rows, key=lambda one: one.number)


def starts_from_nothing(done: Rebuild, stage: RebuiltStage, index: int) -> bool:
    """Whether the step is a WORKDIR on an empty filesystem: the engine shows it as CACHED only if it needs the result."""
    node = done.after.stages[stage.stage.index].steps[index].instruction
    below = [step for step in stage.steps[:index] if step.outcome != "no step"]
    return done.builder == "buildkit" and isinstance(node, Workdir) and stage.stage.base.kind == "scratch" and not below


def careful(done: Rebuild, stage: int, index: int) -> bool:
    """Whether a miss rests on what a program may have written, in its own stage or in one that it takes files from."""
    reasons = [
        step.miss
        for one in done.stages
        for step in one.steps
        if step.miss and (one.stage.index, step.index) <= (stage, index)
    ]
    return any(reason.kind == "stage" and "may" in reason.text for reason in reasons)


def triggered(done: Rebuild, stage: RebuiltStage) -> bool:
    """Whether triggers of ONBUILD run in the stage, or in one below it: the model's steps are those of the file alone."""
    below = stage.stage.base.index
    return bool(done.after.stages[stage.stage.index].triggers) or (
        below is not None and triggered(done, done.stages[below])
    )
