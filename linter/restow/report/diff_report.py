"""``restow diff``: do two images hold the same, as a document and as text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

from restow.build import Simulation
from restow.image import Difference, Image
from restow.image.differ import MAX_DIFFERENCES
from restow.image.layer_diff import LayerPair
from restow.report.instruction_text import shown
from restow.report.json_report import Document
from restow.report.styled import Line, count_text, size_text
from restow.report.verify_report import DifferenceDocument, UnknownDocument, unknown_steps

SHOWN_DIFFERENCES = 20  # of one layer, in text: the document has all
_TITLE = 70


class SideDocument(Document):
    """One of the images: read from an archive (with its digests and its size as stored), or simulated."""

    name: str
    kind: Literal["image", "simulation"]
    id: str | None = None
    digest: str | None = None
    platform: str | None = None
    size: int | None = None
    layers: int | None = None


class LayerPairDocument(Document):
    """The layers at one position (from 1): their instructions or digests, null where an image has fewer layers."""

    number: int
    before: str | None
    after: str | None
    differences: tuple[DifferenceDocument, ...]


class DiffDocument(Document):
    """``equal`` says that both hold the same files and the same configuration. ``layers`` is null unless asked for.

    ``notes`` are no differences; ``assumptions`` and ``unknown`` are those of simulated builds. ``complete`` is false
    where there are more differences than are listed.
    """

    version: Literal[1] = 1
    restow: str
    before: SideDocument
    after: SideDocument
    equal: bool
    complete: bool
    differences: tuple[DifferenceDocument, ...]
    layers: tuple[LayerPairDocument, ...] | None
    notes: tuple[str, ...]
    assumptions: tuple[str, ...]
    unknown: tuple[UnknownDocument, ...]


def diff_document(
    before: Image | Simulation,
    after: Image | Simulation,
    differences: Sequence[Difference],
    layers: Sequence[LayerPair] | None,
    notes: Sequence[str],
    program: str,
) -> DiffDocument:
    """The document of a comparison; ``program`` is Restow's version."""
    built = [one for one in (before, after) if isinstance(one, Simulation)]
    assumptions = [assumption.text for one in built for assumption in one.assumptions]
    return DiffDocument(
        restow=program,
        before=_side(before),
        after=_side(after),
        equal=not differences,
        complete=len(differences) < MAX_DIFFERENCES,
        differences=tuple(map(_difference, differences)),
        layers=None if layers is None else tuple(map(_pair, layers)),
        notes=tuple(notes),
        assumptions=tuple(dict.fromkeys(assumptions)),
        unknown=tuple(step for one in built for step in unknown_steps(one)),
    )


def _side(one: Image | Simulation) -> SideDocument:
    if isinstance(one, Simulation):
        return SideDocument(name=one.model.dockerfile.source.name, kind="simulation")
    return SideDocument(
        name=one.name,
        kind="image",
        id=str(one.id),
        digest=None if one.digest is None else str(one.digest),
        platform=str(one.platform),
        size=one.size,
        layers=len(one.layers),
    )


def _difference(one: Difference) -> DifferenceDocument:
    return DifferenceDocument(where=shown(one.where), what=one.what, before=shown(one.before), after=shown(one.after))


def _pair(pair: LayerPair) -> LayerPairDocument:
    return LayerPairDocument(
        number=pair.number,
        before=None if pair.before is None else shown(pair.before.title),
        after=None if pair.after is None else shown(pair.after.title),
        differences=tuple(map(_difference, pair.differences)),
    )


def diff_text(document: DiffDocument) -> Iterator[Line]:
    """The document for people: the first line is the answer."""
    left, right = document.before, document.after
    if document.equal:
        yield (("Equal", "bold green"), f": {left.name} and {right.name} hold the same image")
    else:
        count = count_text(len(document.differences), "difference")
        count = count if document.complete else f"more than {count}"
        yield (("Different", "bold red"), f": {left.name} and {right.name}: {count}")
        yield from _differences(document.differences, document)
    for side in (left, right):
        yield (f"{side.name}: {_side_text(side)}",)
    for note in document.notes:
        yield (f"note: {note}",)
    for pair in document.layers or ():
        yield from _pair_lines(pair, document)
    if document.assumptions:
        yield ("this rests on:",)
        yield from ((f"  {assumption}",) for assumption in document.assumptions)
    if document.unknown:
        yield ("not computed, and so different from any real image:",)
        for step in document.unknown:
            yield (f"  {step.path}:{step.line}: {step.instruction}: {step.reason}",)


def _side_text(side: SideDocument) -> str:
    if side.kind == "simulation":
        return "simulated"
    return f"{side.digest or side.id}, {side.platform}, {count_text(side.layers or 0, 'layer')}, {size_text(side.size or 0)} stored"


def _differences(differences: Sequence[DifferenceDocument], document: DiffDocument) -> Iterator[Line]:
    for one in differences:
        yield ("  ", (one.where, "bold"), f": {one.what}")
        yield (f"    {document.before.name}: {one.before}",)
        yield (f"    {document.after.name}: {one.after}",)


def _pair_lines(pair: LayerPairDocument, document: DiffDocument) -> Iterator[Line]:
    texts = tuple("no layer" if text is None else text[:_TITLE] for text in (pair.before, pair.after))
    title = texts[0] if texts[0] == texts[1] else f"{texts[0]} / {texts[1]}"
    state = count_text(len(pair.differences), "difference") if pair.differences else "equal"
    yield ((f"layer {pair.number}", "bold"), f": {state}: {title}")
    yield from _differences(pair.differences[:SHOWN_DIFFERENCES], document)
    if len(pair.differences) > SHOWN_DIFFERENCES:
        yield (f"    and {len(pair.differences) - SHOWN_DIFFERENCES} more",)
