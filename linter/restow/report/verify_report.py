"""``restow verify``: are two images equal, as a document and as text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

from restow.build import Simulation
from restow.image import Difference
from restow.report.instruction_text import instruction_text, shown
from restow.report.json_report import Document
from restow.report.styled import Line, count_text


class DifferenceDocument(Document):
    """A path, or a field of the configuration, with both values as text; ``what`` says which aspect differs."""

    where: str
    what: str
    before: str
    after: str


class UnknownDocument(Document):
    """An instruction that could not be computed: everything after it is compared by what it depends on."""

    path: str
    line: int
    instruction: str
    reason: str


class VerifyDocument(Document):
    """``equal`` says that both leave the same image, provided that the ``assumptions`` hold."""

    version: Literal[1] = 1
    restow: str
    before: str
    after: str
    context: str
    equal: bool
    differences: tuple[DifferenceDocument, ...]
    assumptions: tuple[str, ...]
    unknown: tuple[UnknownDocument, ...]


def verify_document(
    before: Simulation, after: Simulation, differences: Sequence[Difference], context: str, program: str
) -> VerifyDocument:
    """The document of a comparison; ``context`` says which folders were used, ``program`` is Restow's version."""
    assumptions = [assumption.text for assumption in (*before.assumptions, *after.assumptions)]
    return VerifyDocument(
        restow=program,
        before=before.model.dockerfile.source.name,
        after=after.model.dockerfile.source.name,
        context=context,
        equal=not differences,
        differences=tuple(
            DifferenceDocument(where=shown(one.where), what=one.what, before=shown(one.before), after=shown(one.after))
            for one in differences
        ),
        assumptions=tuple(dict.fromkeys(assumptions)),
        unknown=(*unknown_steps(before), *unknown_steps(after)),
    )


def unknown_steps(simulation: Simulation) -> Iterator[UnknownDocument]:
    """The instructions of a simulated build that could not be computed."""
    source = simulation.model.dockerfile.source
    for node, reason in simulation.unknown:
        text = instruction_text(node, source.text)
        yield UnknownDocument(
            path=source.name, line=source.position(node.start).line, instruction=text, reason=shown(reason)
        )


def verify_text(document: VerifyDocument) -> Iterator[Line]:
    """The document for people: the first line is the answer."""
    if document.equal:
        yield (("Equal", "bold green"), f": {document.before} and {document.after} produce the same image")
    else:
        count = count_text(len(document.differences), "difference")
        yield (("Different", "bold red"), f": {document.before} and {document.after}: {count}")
        for one in document.differences:
            yield ("  ", (one.where, "bold"), f": {one.what}")
            yield (f"    {document.before}: {one.before}",)
            yield (f"    {document.after}: {one.after}",)
    yield (f"context: {document.context}",)
    if document.assumptions:
        yield ("this rests on:",)
        yield from ((f"  {assumption}",) for assumption in document.assumptions)
    if document.unknown:
        yield ("not computed, and so compared by everything that they could read:",)
        for step in document.unknown:
            yield (f"  {step.path}:{step.line}: {step.instruction}: {step.reason}",)
