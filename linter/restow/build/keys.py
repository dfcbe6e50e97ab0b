"""The cache keys of a simulated build."""

from __future__ import annotations

from restow.build.context import Context
from restow.build.engine import Simulation, StageResult
from restow.build.sources import context_sources, stage_sources
from restow.build.state import Step
from restow.errors import UnknownEffect
from restow.graph import Vertex, key_of
from restow.syntax.ast import Run
from restow.vfs import Directory, Node


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
            parent = key_of(Vertex(step.definition, parent, _contents(step, simulation, last)))
            keys[result.stage.index, index] = parent
        last[result.stage.index] = parent
    return keys


def _base_key(result: StageResult, last: dict[int, str]) -> str:
    base = result.stage.base
    return last[base.index] if base.index is not None else key_of(Vertex(f"{base.kind} {base.identity}"))


def _contents(step: Step, simulation: Simulation, last: dict[int, str]) -> tuple[str, ...]:
    found: list[str] = []
    if step.context.sources:
        found += _from_context(simulation.context, step)
    writable = isinstance(step.instruction, Run) and any(
        part in ("rw", "readwrite") for flag in step.instruction.flags for part in (flag.value or "").split(",")
    )
    for stage, path in step.stages:
        if writable:
            found.append(last[stage])  # what a command may write into counts by the key of the stage that made it
        try:
            parts = stage_sources(simulation.stages[stage].filesystem, (path,))
            found += [_in_key(part.node, step) for part in parts]
        except UnknownEffect as unknown:
            found.append(unknown.reason)
    return (*found, *step.images)


def _in_key(node: Node, step: Step) -> str:
    """The digest of an input. Of a folder that is copied the own mode does not count, since only its content is."""
    if isinstance(node, Directory) and not isinstance(step.instruction, Run):
        return Directory(None, node.children, node.rest).digest
    return node.digest


def _from_context(context: Context | None, step: Step) -> list[str]:
    """A pattern counts with the names that it matches."""
    if context is None:
        return ["no context"]
    try:
        found = []
        for source in step.context.sources:
            for part in context_sources(context, (source,), step.context.exclude):
                found += [part.path] * any(character in source for character in "*?[") + [_in_key(part.node, step)]
    except UnknownEffect as unknown:
        return [unknown.reason]
    return found
