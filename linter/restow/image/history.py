"""The history of images: that of a simulated build as its builder would write it, and that of a real image with sizes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from restow.build import Simulation, StageResult, Step
from restow.build.release import Release
from restow.build.sources import is_url
from restow.build.state import Builder
from restow.build.triggers import read_triggers, triggers_of
from restow.image.created_by import created_by, created_by_classic, declared_by, tells_of_stages_below
from restow.image.image import Image
from restow.oci.history import HistoryEntry
from restow.syntax.ast import Add, Copy, Onbuild, Run

_COMMENT = "buildkit.dockerfile.v0"


def simulated_history(
    simulation: Simulation, builder: Builder = "buildkit", release: Release | None = None
) -> tuple[tuple[HistoryEntry, int | None], ...]:
    """The entries that the last stage's own instructions make, those of the stages below first, each with the bytes that it
    brings, None where they are not known before the build. Triggers stand where they run; in BuildKit ONBUILD itself makes no
    entry. Values that are not known before the build are in them as symbolic texts, the classic builder's digests of what COPY
    and ADD take too. Without a ``release`` of BuildKit the entries are those of the latest one.
    """
    found: list[tuple[HistoryEntry, int | None]] = []
    declared: list[str] = []
    for result in chain_of(simulation):
        before, declared = result.origin or result.start, declared if tells_of_stages_below(release) else []
        for step, written in (*_triggers(result, simulation), *((step, simulation) for step in result.steps)):
            if builder == "classic":
                text = created_by_classic(step, before, written)
                found.append((HistoryEntry(text, empty_layer=not step.makes_layer), _bytes(step)))
            elif not isinstance(step.instruction, Onbuild):
                text = created_by(step, before, written, declared, release)
                found.append((HistoryEntry(text, comment=_COMMENT, empty_layer=not step.makes_layer), _bytes(step)))
            declared += declared_by(step.instruction, before)
            before = step.state
    return tuple(found)


def _bytes(step: Step) -> int | None:
    """What the step adds; of a program, an address or an image that is not at hand nobody knows it before the build."""
    node = step.instruction
    told = step.computed if isinstance(node, Run) else not step.unknown
    if isinstance(node, Copy | Add):
        told = told and not step.images and not any(is_url(word.text) for word in node.sources)
        told = told and not (step.stages and step.brought is None and step.size == 0)
    return step.size if told or not step.makes_layer else None


def _triggers(result: StageResult, simulation: Simulation) -> Iterator[tuple[Step, Simulation]]:
    """The steps of triggers, each with the build as if it had the file in which the trigger is written."""
    texts = triggers_of(result.origin) if result.origin is not None else ()
    read = read_triggers(texts, simulation.model.dockerfile.escape) or ()
    for step, (tree, _) in zip(result.triggers, read, strict=True):
        yield step, replace(simulation, model=replace(simulation.model, dockerfile=tree))


def history_sizes(image: Image) -> tuple[tuple[HistoryEntry, int], ...]:
    """The history of a real image, each entry with the bytes of the files in its layer."""
    made = iter(image.layers)
    found: list[tuple[HistoryEntry, int]] = []
    for entry in image.history:
        layer = None if entry.empty_layer else next(made, None)
        found.append((entry, 0 if layer is None else sum(one.length for one in layer.entries)))
    return tuple(found)


def chain_of(simulation: Simulation) -> tuple[StageResult, ...]:
    """The stages that the last one is built on, and itself, the lowest first."""
    chain = [simulation.stages[-1]]
    while (index := chain[0].stage.base.index) is not None:
        chain.insert(0, simulation.stages[index])
    return tuple(chain)
