"""``restow advise``: what each instruction costs, and the cheaper arrangement, as a document and as text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from restow.advise.advice import Advice, LineAdvice, Proposal, Refusal
from restow.report.instruction_text import instruction_text, shown
from restow.report.json_report import Document
from restow.report.styled import Line, percent_text, seconds_text, size_text, table
from restow.source import Source, unified_diff

COLUMNS = ("line", "instruction", "layer", "size", "time", "reruns", "because of")


class LineDocument(Document):
    """An instruction: estimated ``size`` in bytes and ``seconds``; ``miss_rate``: share of changes that rerun it."""

    line: int
    instruction: str
    makes_layer: bool
    size: int
    seconds: float
    invalidated_by: str
    miss_rate: float


class StageDocument(Document):
    """The instructions of one stage."""

    title: str
    lines: tuple[LineDocument, ...]


class ProposalDocument(Document):
    """A cheaper arrangement, proven equal under its ``assumptions``; ``saving`` is a share of the cost, 0 to 1.

    ``safe`` is false where the proof rests on an assumption that nobody could check.
    """

    text: str
    diff: str
    cost: float
    saving: float
    summary: tuple[str, ...]
    assumptions: tuple[str, ...]
    safe: bool


class RefusalDocument(Document):
    """A rewrite that is not proposed, and why; ``line`` is where in the file."""

    what: str
    reason: str
    line: int


class AdviceDocument(Document):
    """The whole. Costs are expected seconds of rebuilding per change; ``events`` says which changes were counted."""

    version: Literal[1] = 1
    restow: str
    path: str
    context: str | None
    context_reason: str
    events: str
    cost_now: float
    cost_then: float
    verdict: str
    stages: tuple[StageDocument, ...]
    proposal: ProposalDocument | None
    refusals: tuple[RefusalDocument, ...]


def advice_document(advice: Advice, source: Source, context: tuple[str | None, str], program: str) -> AdviceDocument:
    """The document of advice on ``source``; ``context`` is the folder and the reason, ``program`` Restow's version."""
    folder, reason = context
    return AdviceDocument(
        restow=program,
        path=source.name,
        context=folder,
        context_reason=reason,
        events=advice.events,
        cost_now=advice.cost_now,
        cost_then=advice.cost_then,
        verdict=advice.verdict,
        stages=tuple(
            StageDocument(title=stage.title, lines=tuple(_line(line, source) for line in stage.lines))
            for stage in advice.stages
        ),
        proposal=None if advice.proposal is None else _proposal(advice.proposal, source),
        refusals=tuple(refusal_document(refusal) for refusal in advice.refusals),
    )


def _line(line: LineAdvice, source: Source) -> LineDocument:
    return LineDocument(
        line=line.line,
        instruction=instruction_text(line.instruction, source.text, 48),
        makes_layer=line.makes_layer,
        size=line.size,
        seconds=line.seconds,
        invalidated_by=shown(line.invalidated_by),
        miss_rate=line.miss_rate,
    )


def _proposal(proposal: Proposal, source: Source) -> ProposalDocument:
    return ProposalDocument(
        text=proposal.text,
        diff=unified_diff(source.name, source.text, proposal.text),
        cost=proposal.cost,
        saving=proposal.saving,
        summary=proposal.summary,
        assumptions=tuple(assumption.text for assumption in proposal.assumptions),
        safe=proposal.safe,
    )


def refusal_document(refusal: Refusal) -> RefusalDocument:
    """A refusal as part of a document."""
    return RefusalDocument(what=refusal.what, reason=shown(refusal.reason), line=refusal.line)


def advice_text(document: AdviceDocument) -> Iterator[Line]:
    """The document for people, without the diff: the caller prints that after it."""
    place = document.context_reason if document.context is None else f"{document.context} ({document.context_reason})"
    yield ((document.path, "bold"), f": context: {place}")
    yield (f"changes counted: {document.events}",)
    for stage in document.stages:
        yield ()
        yield ((stage.title, "bold"),)
        if stage.lines:
            head, *rows = table([COLUMNS, *map(_row, stage.lines)], right=(0, 3, 4, 5))
            yield ("  ", (head, "dim"))
            yield from ((f"  {row}",) for row in rows)
    yield ()
    yield ("expected rebuild after a change: ", (seconds_text(document.cost_now), "bold"), *_then(document))
    yield (document.verdict,)
    if document.proposal is not None:
        yield from _proposal_lines(document.proposal)
    if document.refusals:
        yield ()
        yield ("not done:",)
        yield from ((f"  line {one.line}: {one.what}: {one.reason}",) for one in document.refusals)


def _row(line: LineDocument) -> tuple[str, ...]:
    number, text = str(line.line), line.instruction
    if not line.makes_layer:
        return number, text, "", "", "", "", line.invalidated_by
    share = percent_text(line.miss_rate)
    return number, text, "yes", size_text(line.size), seconds_text(line.seconds), share, line.invalidated_by


def _then(document: AdviceDocument) -> tuple[str, ...]:
    if document.proposal is None:
        return ()
    return (f" now, {seconds_text(document.cost_then)} as proposed ({percent_text(document.proposal.saving)} less)",)


def _proposal_lines(proposal: ProposalDocument) -> Iterator[Line]:
    yield ()
    yield (
        "proposed",
        "" if proposal.safe else " (unsafe: it rests on what nobody could check; --unsafe-fixes applies it)",
        ":",
    )
    yield from ((f"  {part}",) for part in proposal.summary)
    yield from ((f"  assumes: {assumption}",) for assumption in proposal.assumptions)
