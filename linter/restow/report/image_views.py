"""Further views of images: the layers that two share, one path through the layers, the history, the configuration."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

from restow.image.image import Image
from restow.image.path_view import PathView
from restow.image.sharing import Sharing
from restow.oci.history import HistoryEntry
from restow.report.image_report import printable
from restow.report.instruction_text import shown
from restow.report.json_report import Document
from restow.report.styled import Line, count_text, size_text, table


class SharedLayerDocument(Document):
    """A layer of both images; ``first`` and ``second`` are its numbers (from 1).

    ``pulled_once``: the same blob. ``stored_once``: everything below it is the same as well.
    """

    first: int
    second: int
    diff_id: str
    digest: str
    chain_id: str
    size: int
    unpacked: int
    created_by: str | None
    pulled_once: bool
    stored_once: bool


class SharingDocument(Document):
    """Two images. ``pull`` and ``stored`` are the bytes of both together, each layer counted once (compressed blobs by
    digest; unpacked layers by chain ID); ``pull_saved`` and ``stored_saved`` what that saves.
    """

    version: Literal[1] = 1
    restow: str
    first: str
    second: str
    common_layers: int
    layers: tuple[SharedLayerDocument, ...]
    pull: int
    pull_saved: int
    stored: int
    stored_saved: int


class PathEventDocument(Document):
    """What a layer (``layer``, from 1) does at the path; ``through`` is the directory above that it removes, if any."""

    layer: int
    action: Literal["added", "replaced", "attributes", "removed"]
    text: str
    through: str | None
    created_by: str | None


class PathDocument(Document):
    """A path through the layers, the lowest first. ``visible_from`` is the layer that a container sees, null for none."""

    version: Literal[1] = 1
    restow: str
    image: str
    asked: str
    path: str
    visible_from: int | None
    events: tuple[PathEventDocument, ...]


class HistoryRowDocument(Document):
    """One entry of the history. ``size`` is the content of the files in its layer, 0 without one; None where a simulated
    build does not know it.
    """

    created: str
    created_by: str
    size: int | None
    comment: str
    empty_layer: bool


class HistoryDocument(Document):
    """The history, the newest first, as `docker history` prints it. ``simulated``: it is what a build would write."""

    version: Literal[1] = 1
    restow: str
    name: str
    simulated: bool
    rows: tuple[HistoryRowDocument, ...]


def sharing_document(sharing: Sharing, program: str) -> SharingDocument:
    """The document of what two images share."""
    return SharingDocument(
        restow=program,
        first=sharing.first.name,
        second=sharing.second.name,
        common_layers=sharing.common,
        layers=tuple(
            SharedLayerDocument(
                first=one.first + 1,
                second=one.second + 1,
                diff_id=str(one.layer.diff_id),
                digest=str(one.layer.digest),
                chain_id=str(one.layer.chain_id),
                size=one.layer.size,
                unpacked=one.layer.unpacked,
                created_by=None if one.layer.history is None else one.layer.history.created_by,
                pulled_once=one.pulled_once,
                stored_once=one.stored_once,
            )
            for one in sharing.layers
        ),
        pull=sharing.pull_bytes,
        pull_saved=sharing.saved_bytes,
        stored=sharing.stored_bytes,
        stored_saved=sharing.stored_saved,
    )


def sharing_text(document: SharingDocument) -> Iterator[Line]:
    """The document for people."""
    count = count_text(len(document.layers), "layer")
    yield (f"{document.first} and {document.second} share {count}",)
    rows = [("", "", "stored", "", "made by")]
    for one in document.layers:
        how = (
            "pulled and stored once"
            if one.pulled_once and one.stored_once
            else "pulled once"
            if one.pulled_once
            else ""
        )
        how = how or ("stored once, compressed differently" if one.stored_once else "same content on other layers")
        title = " ".join((one.created_by or one.diff_id[:19]).split())[:60]
        rows.append((str(one.first), str(one.second), size_text(one.size), how, title))
    if document.layers:
        yield from ((f"  {text}",) for text in table(rows, right=(0, 1, 2))[1:])
    yield (f"pulled: {size_text(document.pull)} for both, {size_text(document.pull_saved)} less than apart",)
    yield (
        f"stored unpacked: {size_text(document.stored)} for both, {size_text(document.stored_saved)} less than apart",
    )


def path_document(image: Image, view: PathView, program: str) -> PathDocument:
    """The document of one path."""
    histories = [layer.history for layer in image.layers]
    return PathDocument(
        restow=program,
        image=image.name,
        asked=printable(view.asked),
        path=printable(view.path),
        visible_from=None if view.visible is None else view.visible.layer + 1,
        events=tuple(
            PathEventDocument(
                layer=one.layer + 1,
                action=one.action,
                text=printable(one.text),
                through=None if one.through is None else printable(one.through),
                created_by=None if (entry := histories[one.layer]) is None else entry.created_by,
            )
            for one in view.events
        ),
    )


_VERBS = {"added": "adds it", "replaced": "replaces it, and hides what is below", "attributes": "lists it again"}


def path_text(document: PathDocument) -> Iterator[Line]:
    """The document for people: the answer first, then the layers from the top down."""
    real = "" if document.path == document.asked else f" (which is {document.path})"
    if not document.events:
        yield (f"{document.asked}{real}: no layer has it",)
        return
    last = document.events[-1]
    if document.visible_from is None:
        by = last.created_by or "an instruction that the image does not name"
        yield (f"{document.asked}{real}: deleted in layer {last.layer} by {' '.join(by.split())[:70]}",)
    else:
        yield (f"{document.asked}{real}: {last.text}, from layer {document.visible_from}",)
    for one in reversed(document.events):
        verb = _VERBS.get(one.action) or (f"removes it with {one.through}" if one.through else "removes it")
        made = f" [{' '.join(one.created_by.split())[:50]}]" if one.created_by else ""
        yield (f"  layer {one.layer} {verb}: {one.text}{made}",)


def history_document(
    name: str, rows: Sequence[tuple[HistoryEntry, int | None]], program: str, *, simulated: bool
) -> HistoryDocument:
    """The document of a history; ``rows`` are entries with the bytes of their layers, the oldest first."""
    return HistoryDocument(
        restow=program,
        name=name,
        simulated=simulated,
        rows=tuple(
            HistoryRowDocument(
                created=entry.created,
                created_by=shown(entry.created_by),
                size=size,
                comment=entry.comment,
                empty_layer=entry.empty_layer,
            )
            for entry, size in reversed(rows)
        ),
    )


def history_text(document: HistoryDocument) -> Iterator[Line]:
    """The document for people, in the columns of `docker history --no-trunc`, without the images' IDs."""
    rows = [("CREATED", "SIZE", "CREATED BY", "COMMENT")]
    rows += [(row.created or "at the build", _size_text(row), row.created_by, row.comment) for row in document.rows]
    yield from ((text,) for text in table(rows))


def _size_text(row: HistoryRowDocument) -> str:
    if row.empty_layer:
        return "0B"
    return "not known" if row.size is None else size_text(row.size)


def inspect_value(
    image: Image | None, config: Mapping[str, object], name: str, layers: Sequence[str]
) -> dict[str, Any]:
    """What `docker inspect` says of an image, as far as the image says it itself; None stands for a simulated one."""
    if image is None:
        return {"Id": None, "RepoTags": [], "Name": name, "Config": dict(config), "RootFS": None}
    document = image.document
    return {
        "Id": str(image.id),
        "Digest": None if image.digest is None else str(image.digest),
        "RepoTags": list(image.names),
        "Name": name,
        "Created": document.get("created"),
        "Author": document.get("author") or "",
        "Architecture": image.platform.architecture,
        "Variant": image.platform.variant,
        "Os": image.platform.os,
        "Size": image.size,
        "Config": dict(config),
        "RootFS": {"Type": "layers", "Layers": list(layers)},
    }
