"""Which steps of a second build are hits, and why the first one that is not misses."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from restow.build.cache_classic import is_never_found
from restow.build.cache_operations import BuildOptions
from restow.build.engine import Simulation, StageResult
from restow.build.keys import NO_OPTIONS, NOTHING, Contents, Keyed, Position, keyed_steps
from restow.build.misses import Miss, explained
from restow.build.named_contexts import is_folder
from restow.build.state import Builder
from restow.errors import UsageError
from restow.semantics import Model, Stage
from restow.syntax.ast import Add, Copy, Run

Outcome: TypeAlias = Literal["hit", "miss", "no step"]


@dataclass(frozen=True, slots=True)
class RebuiltStep:
    """What becomes of one instruction of the second build; ``miss`` says why where it is one.

    ``no step``: the builder makes no step of it, so there is nothing to hit or miss.
    """

    index: int
    outcome: Outcome
    miss: Miss | None = None


@dataclass(frozen=True, slots=True)
class RebuiltStage:
    """What becomes of a stage of the second build. ``built`` is False for one that the target does not need."""

    stage: Stage
    built: bool
    steps: tuple[RebuiltStep, ...]


@dataclass(frozen=True, slots=True)
class OneBuild:
    """A build: ``target`` names its stage, None for the last; ``stopped`` is the step at which it failed, None if it did not."""

    simulation: Simulation
    target: str | None = None
    options: BuildOptions = NO_OPTIONS
    stopped: Position | None = None


@dataclass(frozen=True)
class Rebuild:
    """A second build after a first; ``stages`` are all stages of the second."""

    before: Simulation
    after: Simulation
    builder: Builder
    stages: tuple[RebuiltStage, ...] = field(repr=False)

    @property
    def misses(self) -> tuple[Position, ...]:
        """The positions of the steps that are carried out again."""
        return tuple(
            (one.stage.index, step.index)
            for one in self.stages
            if one.built
            for step in one.steps
            if step.outcome == "miss"
        )


def rebuild(first: OneBuild, second: OneBuild, builder: Builder = "buildkit") -> Rebuild:
    """Hit or miss for each step of ``second``, on a builder whose cache holds ``first`` and nothing else.

    What a program writes counts as changed where anything changed that it may read, so a miss may turn out to be a hit after
    COPY --from; a hit is a hit. Raises UsageError where no stage has a target's name.
    """
    before, after = first.simulation, second.simulation
    there = built_stages(before.model, first.target, builder)
    contents: Contents = {}
    known = {
        position: keyed
        for position, keyed in keyed_steps(before, builder, first.options, contents).items()
        if position[0] in there and _done(position, first.stopped, before.model)
    }
    built = built_stages(after.model, second.target, builder)
    looked_up = keyed_steps(after, builder, second.options, contents)
    lookup = _Lookup(before, after, known, looked_up, second.options.no_cache, builder)
    stages = tuple(
        RebuiltStage(result.stage, result.stage.index in built, tuple(lookup.steps(result))) for result in after.stages
    )
    return Rebuild(before, after, builder, stages)


def built_stages(model: Model, target: str | None, builder: Builder = "buildkit") -> frozenset[int]:
    """Indexes of the stages that are built: those that the target needs; with the classic builder all up to it."""
    stage = model.target if target is None else model.stage_called(target, len(model.stages))
    if stage is None:
        raise UsageError(f"{model.dockerfile.source.name}: there is no stage called {target}")
    return frozenset(range(stage.index + 1)) if builder == "classic" else model.needed_by(stage)


def _done(position: Position, stopped: Position | None, model: Model) -> bool:
    """Whether a step was carried out in a build that failed at ``stopped``; of stages that need its stage none was."""
    if stopped is None:
        return True
    stage, index = position
    if stage == stopped[0]:
        return index < stopped[1]
    return stopped[0] not in model.needed_by(model.stages[stage])


@dataclass
class _Lookup:
    """The steps of the second build, stage after stage, in the cache that the first one left."""

    before: Simulation
    after: Simulation
    known: dict[Position, Keyed]
    second: dict[Position, Keyed]
    no_cache: frozenset[str]
    builder: Builder

    def __post_init__(self) -> None:
        self.keys = {keyed.key for keyed in self.known.values()}
        self.last: dict[int, Position | None] = {}
        self.renewed: set[int] = set()

    def steps(self, result: StageResult) -> Iterator[RebuiltStep]:
        """The outcome of each instruction of a stage. What ``no_cache`` renews makes what follows miss, too, and nothing that is
        built on the folder of a named context is found again.
        """
        base, stage = result.stage.base.index, result.stage
        folder = stage.base.name if is_folder(result.stage.base, self.after.contexts) else None
        missed = self.last.get(base) if base is not None else None
        renews = bool(self.no_cache & {"*", stage.name})
        fresh = folder is not None or base in self.renewed
        for index, step in enumerate(result.steps):
            position = (stage.index, index)
            keyed = self.second.get(position)
            if keyed is None:
                yield RebuiltStep(index, "no step")
                continue
            forced = renews and (self.builder == "classic" or isinstance(step.instruction, Run | Copy | Add))
            before = result.steps[index - 1].state if index else result.start
            lost = self.builder == "classic" and is_never_found(step.instruction, before)
            stages = [int(one.name) for one in keyed.vertex.inputs if one.origin == "stage" and not one.known]
            from_renewed = not self.renewed.isdisjoint(stages)
            follows = fresh and keyed.vertex.parent != NOTHING  # the layer of COPY --link follows nothing
            if keyed.key in self.keys and not (forced or lost or follows or from_renewed):
                yield RebuiltStep(index, "hit")
                continue
            fresh = fresh or forced or lost
            if lost:
                reason = Miss(
                    "instruction", "it leaves out an option of the HEALTHCHECK before it: that is never found"
                )
            elif folder is not None and not forced and keyed.vertex.parent != NOTHING:
                reason = Miss(
                    "base", f"it is built on the folder of the named context {folder}, which each build sends anew"
                )
            elif forced or (keyed.key in self.keys and follows):
                reason = Miss("option", "--no-cache")
            elif keyed.key in self.keys:
                reason = Miss(
                    "stage", "the stage that it copies from is built without the cache, and may give something else"
                )
            else:
                reason = explained(position, keyed, missed, self.before, self.after, self.known)
            missed = position
            yield RebuiltStep(index, "miss", reason)
        self.last[stage.index] = missed
        if fresh:
            self.renewed.add(stage.index)
