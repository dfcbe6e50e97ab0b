"""The cache keys of a simulated build."""

from __future__ import annotations

from restow.build.context import Context
from restow.build.engine import Simulation, StageResult
from restow.build.sources import context_sources, stage_sources
from restow.build.state import Step
from restow.errors import UnknownEffect
from restow.graph import Vertex, key_of
from restow.syntax.ast import Add, Copy


def cache_keys(simulation: Simulation) -> dict[tuple[int, int], str]:
    """Keys by (stage index, step index), of the steps that make a vertex.

    A base image counts by its reference, since its digest is not at hand; a file by its identity in the context.
    """
    keys: dict[tuple[int, int], str] = {}
    last: dict[int, str] = {}
    for result in simulation.stages:
        parent = _base_key(result, last)
        for index, step in enumerate(result.steps):
            if step.definition is None:
                continue
            parent = key_of(Vertex(step.definition, parent, _contents(step, simulation)))
            keys[result.stage.index, index] = parent
        last[result.stage.index] = parent
    return keys


def _base_key(result: StageResult, last: dict[int, str]) -> str:
    base = result.stage.base
    return last[base.index] if base.index is not None else key_of(Vertex(f"{base.kind} {base.identity}"))


def _contents(step: Step, simulation: Simulation) -> tuple[str, ...]:
    found: list[str] = []
    if isinstance(step.instruction, Copy | Add) or step.context.sources:
        found += _from_context(simulation.context, step.context.sources)
    for stage, path in step.stages:
        try:
            found += [part.node.digest for part in stage_sources(simulation.stages[stage].filesystem, (path,))]
        except UnknownEffect as unknown:
            found.append(unknown.reason)
    return (*found, *step.images)


def _from_context(context: Context | None, sources: tuple[str, ...]) -> list[str]:
    if context is None:
        return ["no context"]
    return [part.node.digest for part in context_sources(context, sources)]
