"""``restow verify --engine``: two real builds compared, as a document and as text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

from restow.engines.comparison import RealComparison
from restow.image import Difference
from restow.report.instruction_text import shown
from restow.report.json_report import Document
from restow.report.styled import Line, count_text
from restow.report.verify_report import DifferenceDocument

MAX_NOISE_LINES = 20


class EngineVerifyDocument(Document):
    """``equal`` says that the rewrite differs from the original in nothing but what two builds of the original do.

    ``noise`` is what those two differ in. ``own_files`` are paths at which each image holds its own Dockerfile.
    """

    version: Literal[1] = 1
    restow: str
    engine: str
    before: str
    after: str
    context: str
    equal: bool
    differences: tuple[DifferenceDocument, ...]
    noise: tuple[DifferenceDocument, ...]
    own_files: tuple[str, ...]


def engine_document(
    comparison: RealComparison, *, engine: str, before: str, after: str, context: str, program: str
) -> EngineVerifyDocument:
    """The document of a comparison; ``program`` is Restow's version, ``engine`` the engine's name and version."""
    return EngineVerifyDocument(
        restow=program,
        engine=engine,
        before=before,
        after=after,
        context=context,
        equal=not comparison.differences,
        differences=_documents(comparison.differences),
        noise=_documents(comparison.noise),
        own_files=comparison.own_files,
    )


def _documents(differences: Sequence[Difference]) -> tuple[DifferenceDocument, ...]:
    return tuple(
        DifferenceDocument(where=shown(one.where), what=one.what, before=shown(one.before), after=shown(one.after))
        for one in differences
    )


def engine_text(document: EngineVerifyDocument) -> Iterator[Line]:
    """The document for people: the first line is the answer."""
    if document.equal:
        yield (("Equal", "bold green"), f": {document.before} and {document.after} build the same image")
    else:
        count = count_text(len(document.differences), "difference")
        yield (("Different", "bold red"), f": {document.before} and {document.after}: {count}")
        for one in document.differences:
            yield ("  ", (one.where, "bold"), f": {one.what}")
            yield (f"    {document.before}: {one.before}",)
            yield (f"    {document.after}: {one.after}",)
    yield (f"built by: {document.engine}",)
    yield (f"context: {document.context}",)
    if document.own_files:
        yield (f"set aside, each image's own Dockerfile: {', '.join(document.own_files)}",)
    if document.noise:
        yield (f"set aside, since two builds of {document.before} differ in it too ({len(document.noise)}):",)
        yield from ((f"  {one.where}: {one.what}",) for one in document.noise[:MAX_NOISE_LINES])
        if len(document.noise) > MAX_NOISE_LINES:
            yield (f"  and {len(document.noise) - MAX_NOISE_LINES} more",)
