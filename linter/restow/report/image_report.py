"""``restow image IMAGE``: the layers of a real image as a document, and the document as text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

from restow.image.analysis import Analysis, LayerContent, Waste, offenders
from restow.image.made import Made
from restow.report.instruction_text import shown
from restow.report.json_report import Document
from restow.report.styled import Line, count_text, percent_text, size_text, table

SHOWN_PATHS = 4  # in text: the document has all
SHOWN_OFFENDERS = 10
_TITLE = 72


class WastedFileDocument(Document):
    """A file of this layer that nobody sees: layer ``hidden_by`` (from 1) overwrites it, or deletes it (``removed``)."""

    path: str
    size: int
    hidden_by: int
    removed: bool


class ImageLayerDocument(Document):
    """One layer. ``size`` is the blob as stored, ``unpacked`` its tar, ``content`` the files in it, all in bytes.

    ``created_by`` is the history's text, ``line`` and ``instruction`` those of the Dockerfile where one was given.
    ``repeated`` are paths that are stored again as they were. ``base``: the layer belongs to the base image.
    """

    number: int
    digest: str
    diff_id: str
    chain_id: str
    size: int
    unpacked: int
    content: int
    created_by: str | None
    line: int | None
    instruction: str | None
    base: bool
    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    repeated: tuple[str, ...]
    wasted: tuple[WastedFileDocument, ...]


class OffenderDocument(Document):
    """A path with the number of its hidden copies and their bytes together."""

    path: str
    copies: int
    size: int


class ImageDocument(Document):
    """The whole. ``wasted`` counts the image's own layers, ``wasted_in_base`` those of its base image.

    ``efficiency`` is the share of the content of the image's own layers that a container sees. ``base_layers`` is 0 where
    nobody said which ones are the base image's. ``notes`` say what could not be told.
    """

    version: Literal[1] = 1
    restow: str
    name: str
    names: tuple[str, ...]
    id: str
    digest: str | None
    platform: str
    size: int
    content: int
    base_layers: int
    wasted: int
    wasted_in_base: int
    efficiency: float
    layers: tuple[ImageLayerDocument, ...]
    offenders: tuple[OffenderDocument, ...]
    notes: tuple[str, ...]


def image_document(
    analysis: Analysis, made: Sequence[Made | None], notes: Sequence[str], program: str
) -> ImageDocument:
    """The document of an image; ``made`` are the instructions of its layers, empty where there is no Dockerfile."""
    image = analysis.image
    own = sum(layer.bytes for layer in analysis.layers[analysis.base_layers :])
    wasted = sum(waste.size for waste in analysis.own_waste)
    lines = tuple(made) or (None,) * len(analysis.layers)
    return ImageDocument(
        restow=program,
        name=image.name,
        names=image.names,
        id=str(image.id),
        digest=None if image.digest is None else str(image.digest),
        platform=str(image.platform),
        size=image.size,
        content=analysis.bytes,
        base_layers=analysis.base_layers,
        wasted=wasted,
        wasted_in_base=sum(waste.size for waste in analysis.base_waste),
        efficiency=1.0 if not own else round(1 - wasted / own, 6),
        layers=tuple(
            _layer(layer, line, base=layer.index < analysis.base_layers)
            for layer, line in zip(analysis.layers, lines, strict=True)
        ),
        offenders=tuple(
            OffenderDocument(path=shown(path), copies=copies, size=size)
            for path, copies, size in offenders(analysis.own_waste)
        ),
        notes=tuple(notes),
    )


def _layer(layer: LayerContent, made: Made | None, *, base: bool) -> ImageLayerDocument:
    stored = layer.layer
    return ImageLayerDocument(
        number=layer.index + 1,
        digest=str(stored.digest),
        diff_id=str(stored.diff_id),
        chain_id=str(stored.chain_id),
        size=stored.size,
        unpacked=stored.unpacked,
        content=layer.bytes,
        created_by=None if stored.history is None else stored.history.created_by,
        line=None if made is None else made.line,
        instruction=None if made is None else made.text,
        base=base,
        added=_paths(layer.added),
        changed=_paths(layer.changed),
        removed=_paths(layer.removed),
        repeated=_paths(layer.repeated),
        wasted=tuple(_waste(one) for one in sorted(layer.wasted, key=lambda one: (-one.size, one.path))),
    )


def _paths(paths: Sequence[str]) -> tuple[str, ...]:
    return tuple(map(printable, paths))


def _waste(one: Waste) -> WastedFileDocument:
    return WastedFileDocument(path=printable(one.path), size=one.size, hidden_by=one.hidden_by + 1, removed=one.removed)


def printable(text: str) -> str:
    """A path of an image as a text of Unicode: bytes that are none as ``\\\\xff``."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def image_text(document: ImageDocument) -> Iterator[Line]:
    """The document for people."""
    yield ((document.name, "bold"), f": {document.digest or document.id}, {document.platform}")
    head = ("", "stored", "files", "wasted", "made by")
    rows = [head, *(_row(layer) for layer in document.layers)]
    first, *rest = table(rows, right=(0, 1, 2, 3))
    yield ("  ", (first, "dim"))
    for text, layer in zip(rest, document.layers, strict=True):
        yield (f"  {text}",)
        yield from (((f"        {note}", style),) for note, style in _notes(layer))
    count = count_text(len(document.layers), "layer")
    base = f" ({document.base_layers} of the base image)" if document.base_layers else ""
    yield (f"{count}{base}, {size_text(document.size)} stored, {size_text(document.content)} of files",)
    yield (
        f"wasted: {size_text(document.wasted)} in {'its own layers' if document.base_layers else 'all layers'}; "
        f"{percent_text(document.efficiency)} of what {'they' if document.base_layers else 'the layers'} store is seen",
    )
    if document.wasted_in_base:
        yield (f"wasted in the base image's layers, and out of reach here: {size_text(document.wasted_in_base)}",)
    for one in document.offenders[:SHOWN_OFFENDERS]:
        yield (f"  {size_text(one.size)} in {count_text(one.copies, 'hidden copy', 'hidden copies')}: {one.path}",)
    for note in document.notes:
        yield (f"note: {note}",)


def _row(layer: ImageLayerDocument) -> tuple[str, ...]:
    wasted = sum(waste.size for waste in layer.wasted)
    title = layer.instruction or layer.created_by or layer.digest[:19]
    line = f"line {layer.line}: " if layer.line is not None else "base: " if layer.base else ""
    return (
        str(layer.number),
        size_text(layer.size),
        size_text(layer.content),
        size_text(wasted) if wasted else "",
        (line + " ".join(title.split()))[:_TITLE],
    )


def _notes(layer: ImageLayerDocument) -> Iterator[tuple[str, str]]:
    if not layer.base:
        listed = {
            "adds": layer.added,
            "changes": layer.changed,
            "removes": layer.removed,
            "stores again, unchanged": layer.repeated,
        }
        for verb, paths in listed.items():
            if paths:
                more = len(paths) - SHOWN_PATHS
                yield f"{verb} {', '.join(paths[:SHOWN_PATHS])}{f' and {more} more' if more > 0 else ''}", "dim"
        for waste in layer.wasted[:SHOWN_PATHS]:
            verb = "deleted" if waste.removed else "overwritten"
            yield f"wastes {size_text(waste.size)}: {waste.path} is {verb} in layer {waste.hidden_by}", "yellow"
