"""``restow layers``: the simulated build's layers as a document, and the document as text."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Literal

from restow.build import Simulation, StageResult
from restow.image import Layer, layers_of
from restow.report.instruction_text import instruction_text, shown
from restow.report.json_report import Document
from restow.report.rebuild_report import RebuildDocument, rebuild_text
from restow.report.styled import Line, count_text, seconds_text, size_text, table
from restow.vfs import Directory, Filesystem, Unknown
from restow.vfs.changes import Change

SHOWN_PATHS = 4  # in text: the document has all
SHOWN_KEY = 12  # hexadecimal digits, as image tools shorten digests


class WasteDocument(Document):
    """A file that this layer brings for nothing: the instruction at ``undone_at`` (a line) deletes or overwrites it."""

    path: str
    size: int
    undone_at: int


class LayerDocument(Document):
    """One layer. ``size`` is an estimate in bytes, ``seconds`` a prior. ``unknown`` is why the step could not be
    computed.

    ``added``, ``modified`` and ``removed`` are paths of which it is known what stood there before; ``written`` are
    those that the base image may hold already; ``possible`` are places that a program may change, with all below.
    ``cache_key`` is the simulated one, equal for equal steps on equal inputs; a builder's own key looks different.
    """

    line: int
    instruction: str
    size: int
    seconds: float
    cache_key: str
    added: tuple[str, ...]
    modified: tuple[str, ...]
    removed: tuple[str, ...]
    written: tuple[str, ...]
    possible: tuple[str, ...]
    wasted: tuple[WasteDocument, ...]
    unknown: str | None
    error: str | None


class StageDocument(Document):
    """One stage: ``base`` is the image or stage below it; ``size`` and ``wasted`` are sums over its own layers."""

    title: str
    base: str
    size: int
    wasted: int
    layers: tuple[LayerDocument, ...]


class LayersDocument(Document):
    """The whole: ``version`` is that of the document's form, ``restow`` that of the program.

    ``rebuild`` is there where a change was named (``--after``, ``--after-dockerfile``).
    """

    version: Literal[1] = 1
    restow: str
    path: str
    context: str | None
    context_reason: str
    stages: tuple[StageDocument, ...]
    assumptions: tuple[str, ...]
    rebuild: RebuildDocument | None = None


def layers_document(
    simulation: Simulation,
    keys: Mapping[tuple[int, int], str],
    context: tuple[str | None, str],
    program: str,
    rebuild: RebuildDocument | None = None,
) -> LayersDocument:
    """The document of a simulated build; ``context`` is the folder and the reason, ``program`` Restow's version.

    ``rebuild`` is what a build after a change finds in the cache, None where nobody asked.
    """
    folder, reason = context
    return LayersDocument(
        restow=program,
        path=simulation.model.dockerfile.source.name,
        context=folder,
        context_reason=reason,
        stages=tuple(_stage(result, simulation, keys) for result in simulation.stages),
        assumptions=tuple(assumption.text for assumption in simulation.assumptions),
        rebuild=rebuild,
    )


def _stage(result: StageResult, simulation: Simulation, keys: Mapping[tuple[int, int], str]) -> StageDocument:
    layers = tuple(_layer(layer, result, simulation, keys) for layer in layers_of(result))
    base = result.stage.base
    return StageDocument(
        title=result.stage.title,
        base=base.name if base.index is None else f"stage {simulation.model.stages[base.index].title}",
        size=sum(layer.size for layer in layers),
        wasted=sum(waste.size for layer in layers for waste in layer.wasted),
        layers=layers,
    )


def _layer(
    layer: Layer, result: StageResult, simulation: Simulation, keys: Mapping[tuple[int, int], str]
) -> LayerDocument:
    source = simulation.model.dockerfile.source

    def line(index: int) -> int:
        node = result.steps[index].instruction if index >= 0 else result.stage.opening  # FROM makes triggers run
        return source.position(node.start).line

    own = instruction_text(layer.step.instruction, source.text) if layer.trigger is None else layer.trigger
    paths: dict[str, list[str]] = defaultdict(list)
    for change in layer.changes:
        paths[_kind(change, layer.before)].append(shown(change.path))
    return LayerDocument(
        line=line(layer.index),
        instruction=own if layer.trigger is None else f"ONBUILD {' '.join(own.split())}",
        size=layer.size,
        seconds=layer.step.seconds,
        cache_key=keys.get((result.stage.index, layer.index), ""),
        added=tuple(paths["add"]),
        modified=tuple(paths["modify"]),
        removed=tuple(paths["remove"]),
        written=tuple(paths["write"]),
        possible=tuple(paths["possible"]),
        wasted=tuple(WasteDocument(path=shown(path), size=size, undone_at=line(at)) for path, size, at in layer.wasted),
        unknown=layer.step.unknown,
        error=layer.step.error,
    )


def _kind(change: Change, before: Filesystem) -> str:
    if isinstance(change.node, Unknown) or (isinstance(change.node, Directory) and change.node.attributes is None):
        return "possible"
    if change.kind == "modify" and isinstance(before.lookup(change.path), Unknown):
        return "write"
    return change.kind


def layers_text(document: LayersDocument) -> Iterator[Line]:
    """The document for people."""
    place = document.context_reason if document.context is None else f"{document.context} ({document.context_reason})"
    yield ((document.path, "bold"), f": context: {place}")
    for stage in document.stages:
        yield ()
        yield ((stage.title, "bold"), f" (on {stage.base})")
        yield from _layer_lines(stage)
        waste = f", {size_text(stage.wasted)} of it wasted" if stage.wasted else ""
        yield (f"  {count_text(len(stage.layers), 'layer')}, about {size_text(stage.size)}{waste}",)
    if document.assumptions:
        yield ()
        yield ("assumed:",)
        yield from ((f"  {assumption}",) for assumption in document.assumptions)
    if document.rebuild is not None:
        yield from rebuild_text(document.rebuild)


def _layer_lines(stage: StageDocument) -> Iterator[Line]:
    head = ("line", "instruction", "size", "time", "cache key")
    rows = [
        (str(one.line), one.instruction, size_text(one.size), seconds_text(one.seconds), one.cache_key[:SHOWN_KEY])
        for one in stage.layers
    ]
    if not rows:
        return
    first, *rest = table([head, *rows], right=(0, 2, 3))
    yield ("  ", (first, "dim"))
    for text, layer in zip(rest, stage.layers, strict=True):
        yield (f"  {text}",)
        for note, style in _notes(layer):
            yield ((f"        {note}", style),)


def _notes(layer: LayerDocument) -> Iterator[tuple[str, str]]:
    listed = {
        "adds": layer.added,
        "adds or overwrites": layer.written,
        "changes": layer.modified,
        "removes": layer.removed,
        "may change": layer.possible,
    }
    for verb, paths in listed.items():
        if paths:
            more = len(paths) - SHOWN_PATHS
            yield f"{verb} {', '.join(paths[:SHOWN_PATHS])}{f' and {more} more' if more > 0 else ''}", "dim"
    if layer.unknown:
        yield f"not computed: {layer.unknown}", "yellow"
    if layer.error:
        yield f"fails: {layer.error}", "red"
    for waste in layer.wasted[:SHOWN_PATHS]:
        yield (
            f"wastes {size_text(waste.size)}: {waste.path} is deleted or overwritten at line {waste.undone_at}",
            "yellow",
        )
    rest = layer.wasted[SHOWN_PATHS:]
    if rest:
        yield f"wastes {size_text(sum(waste.size for waste in rest))} in {count_text(len(rest), 'more file')}", "yellow"
