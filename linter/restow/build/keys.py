"""The cache keys of a simulated build, as BuildKit and the classic builder make them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias

from restow.build.base_image import BaseImage, normal_name
from restow.build.cache_classic import classic_operation
from restow.build.cache_copies import is_linked
from restow.build.cache_inputs import inputs_of
from restow.build.cache_operations import BuildOptions, operation_of, working_directory
from restow.build.engine import Simulation, StageResult
from restow.build.state import Builder, State
from restow.build.triggers import read_triggers, triggers_of
from restow.graph import Input, Operation, Vertex, key_of
from restow.semantics import Model, Stage
from restow.semantics.scope import is_known, symbolic
from restow.syntax.ast import Add, Copy, Workdir
from restow.syntax.words import WordError
from restow.vfs import join

Position: TypeAlias = tuple[int, int]
"""(stage index, step index)."""
Contents: TypeAlias = dict[tuple[str, str], str]
"""The digest of what stands at a path of the filesystem that has a key."""

NO_OPTIONS = BuildOptions()
NOTHING = key_of(Vertex(Operation("scratch")))
"""The key of the empty filesystem: that of ``FROM scratch``, and what the layer of COPY --link is made on."""


@dataclass(frozen=True, slots=True)
class Keyed:
    """A step that is looked up in the cache: ``key`` is found again exactly where the step is a hit.

    ``result`` is the key of the filesystem after it: another one only for COPY --link, whose layer hits by itself and
    whose place on top of the stage follows the filesystem below.
    """

    vertex: Vertex
    key: str
    result: str


def cache_keys(
    simulation: Simulation, builder: Builder = "buildkit", options: BuildOptions = NO_OPTIONS
) -> dict[Position, str]:
    """The keys of the steps that are looked up; equal keys of two builds mean a hit."""
    return {position: keyed.key for position, keyed in keyed_steps(simulation, builder, options).items()}


def keyed_steps(
    simulation: Simulation,
    builder: Builder = "buildkit",
    options: BuildOptions = NO_OPTIONS,
    contents: Contents | None = None,
) -> dict[Position, Keyed]:
    """The steps of every stage that are looked up: RUN, COPY, ADD and WORKDIR, with the classic builder all.

    ``contents`` is shared by builds that are compared: where the stage that files come from is a hit as a whole, they are
    the same files, whatever the simulation could tell of them.

    A base image counts by its digest where ``options`` name it, else by its reference; a file by its identity in the
    context. What a program leaves behind counts as changed where anything changed that it may read.
    """
    keys = _Keys(simulation, builder, options, {} if contents is None else contents)
    found: dict[Position, Keyed] = {}
    for result in simulation.stages:
        found.update(keys.of_stage(result))
    return found


def stage_key(
    stage: Stage,
    results: dict[int, str],
    options: BuildOptions = NO_OPTIONS,
    contexts: Mapping[str, BaseImage] | None = None,
) -> str:
    """The key of what a stage is built on; ``results`` are the keys of the stages before. A named context counts by all
    of its files.
    """
    base = stage.base
    if base.index is not None:
        return results[base.index]
    named = contexts.get(normal_name(base.name)) if contexts and base.kind == "image" else None
    if named is not None:
        return key_of(Vertex(Operation("named context", (("files", named.filesystem.digest),))))
    name = dict(options.images).get(base.name, base.name)
    fields = (("name", name), ("platform", base.platform or options.platform)) if base.kind == "image" else ()
    return key_of(Vertex(Operation(base.kind, fields)))


def _start_directory(state: State) -> str:
    """The working directory of a base image: one name for whatever it is, since the image itself is in the key."""
    return state.directory if is_known(state.directory) else f"/{symbolic('working directory', 'base')}"


@dataclass
class _Keys:
    simulation: Simulation
    builder: Builder
    options: BuildOptions
    contents: Contents

    def __post_init__(self) -> None:
        self.results: dict[int, str] = {}
        self.directories: dict[int, str] = {}

    def of_stage(self, result: StageResult) -> Iterator[tuple[Position, Keyed]]:
        stage, first = result.stage, len(result.triggers)
        if result.origin is not None:
            result = replace(result, start=result.origin, steps=(*result.triggers, *result.steps))
        state = result.start
        below = stage_key(stage, self.results, self.options, self.simulation.contexts)
        base = stage.base.index
        directory = _start_directory(state) if base is None else self.directories[base]
        for index, step in enumerate(result.steps):
            node = step.instruction
            try:
                vertex = self.vertex(result, index, directory, below)
                if isinstance(node, Workdir):
                    directory = working_directory(directory, node, state)
            except WordError as error:  # the build stops here: nothing of it is ever found again
                vertex = Vertex(Operation("broken", (("reason", str(error)),)), below)
            if vertex is not None:
                key = key_of(vertex)
                linked = isinstance(node, Copy | Add) and is_linked(node) and self.builder == "buildkit"
                merged = linked and below != NOTHING
                below = key_of(Vertex(Operation("merge", (("layer", key),)), below)) if merged else key
                if index >= first:
                    yield (stage.index, index - first), Keyed(vertex, key, below)
            state = step.state
        self.results[stage.index], self.directories[stage.index] = below, directory

    def vertex(self, result: StageResult, index: int, directory: str, below: str) -> Vertex | None:
        """The vertex of a step; None where the builder makes none. Raises WordError for a broken expansion.

        ``directory`` is the working directory as the key holds it, which is there also where the simulation has lost it.
        """
        stage, step = result.stage.index, result.steps[index]
        before = replace(result.steps[index - 1].state if index else result.start, directory=join(directory))
        node = step.instruction
        if self.builder == "classic":
            inputs = self.canonical(inputs_of(node, before, stage, self.simulation, named=True))
            return Vertex(classic_operation(node, before, self.model(result, index)), below, inputs)
        operation = operation_of(node, before, directory, self.options)
        if operation is None:
            return None
        alone = isinstance(node, Copy | Add) and is_linked(node)
        inputs = self.canonical(inputs_of(node, before, stage, self.simulation))
        return Vertex(operation, NOTHING if alone else below, inputs)

    def model(self, result: StageResult, index: int) -> Model:
        """What the step is written in: the file, or a trigger of ONBUILD."""
        model = self.simulation.model
        held = triggers_of(result.start) if index < len(result.triggers) else ()
        read = read_triggers(held, model.dockerfile.escape)
        return replace(model, dockerfile=read[index][0]) if read else model

    def canonical(self, inputs: tuple[Input, ...]) -> tuple[Input, ...]:
        """The inputs; files of a stage that another build had, too, with the digest that they had there."""
        return tuple(
            replace(one, digest=self.contents.setdefault((self.results[int(one.name)], one.path), one.digest))
            if one.origin == "stage"
            else one
            for one in inputs
        )
