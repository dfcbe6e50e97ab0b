"""What a rebuild carries out again: hit or miss for each step, as a document and as text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from restow.build.rebuild import Outcome, Rebuild, RebuiltStage
from restow.report.instruction_text import instruction_text, shown
from restow.report.json_report import Document
from restow.report.styled import Line, count_text, seconds_text, table

STYLES = {"hit": "green", "miss": "red", "no step": "dim"}


class RebuiltStepDocument(Document):
    """One instruction. ``kind`` and ``reason`` say why it is a miss, ``paths`` which context paths; ``seconds`` is a prior.

    ``outcome`` is ``no step`` where the builder makes no step of the instruction.
    """

    line: int
    instruction: str
    outcome: Outcome
    kind: str | None
    reason: str | None
    paths: tuple[str, ...]
    seconds: float


class RebuiltStageDocument(Document):
    """One stage; ``built`` is False where the last stage does not need it, and then its outcomes mean nothing."""

    title: str
    built: bool
    steps: tuple[RebuiltStepDocument, ...]


class RebuildDocument(Document):
    """A rebuild: ``changed`` are the context's paths that differ, ``notes`` what was asked for and changes nothing.

    ``dockerfile`` is the name of the edited Dockerfile, None where it is the same one; lines are those of the second build's.
    """

    builder: Literal["buildkit", "classic"]
    dockerfile: str | None
    changed: tuple[str, ...]
    notes: tuple[str, ...]
    hits: int
    misses: int
    seconds: float
    stages: tuple[RebuiltStageDocument, ...]


def rebuild_document(
    done: Rebuild, changed: tuple[str, ...], notes: tuple[str, ...], dockerfile: str | None
) -> RebuildDocument:
    """The document of a rebuild."""
    stages = tuple(_stage(stage, done) for stage in done.stages)
    built = [step for stage in stages if stage.built for step in stage.steps]
    return RebuildDocument(
        builder=done.builder,
        dockerfile=dockerfile,
        changed=changed,
        notes=notes,
        hits=sum(step.outcome == "hit" for step in built),
        misses=sum(step.outcome == "miss" for step in built),
        seconds=sum(step.seconds for step in built if step.outcome == "miss"),
        stages=stages,
    )


def _stage(stage: RebuiltStage, done: Rebuild) -> RebuiltStageDocument:
    source, results = done.after.model.dockerfile.source, done.after.stages[stage.stage.index].steps
    steps = [
        RebuiltStepDocument(
            line=source.position(results[step.index].instruction.start).line,
            instruction=instruction_text(results[step.index].instruction, source.text),
            outcome=step.outcome,
            kind=step.miss.kind if step.miss else None,
            reason=shown(step.miss.text) if step.miss else None,
            paths=step.miss.paths if step.miss else (),
            seconds=results[step.index].seconds,
        )
        for step in stage.steps
    ]
    return RebuiltStageDocument(title=stage.stage.title, built=stage.built, steps=tuple(steps))


def rebuild_text(document: RebuildDocument) -> Iterator[Line]:
    """The document for people."""
    yield ()
    yield (("rebuild", "bold"), f" with {_builder(document)}{_change(document)}:")
    for note in document.notes:
        yield ((f"  note: {note}", "yellow"),)
    for stage in document.stages:
        if not stage.built:
            yield (f"  {stage.title}: not built, the last stage does not need it",)
            continue
        steps = [step for step in stage.steps if step.outcome != "no step"]
        yield (f"  {stage.title}:" + ("" if steps else " nothing to look up"),)
        rows = [(str(step.line), step.instruction, step.outcome, step.reason or "") for step in steps]
        for text, step in zip(table(rows, right=(0,)) if rows else [], steps, strict=True):
            yield (f"    {text}".rstrip() if step.outcome == "hit" else (f"    {text}", STYLES[step.outcome]),)
    steps_again = count_text(document.misses, "step")
    yield (f"  {steps_again} again, {document.hits} from the cache, about {seconds_text(document.seconds)}",)


def _builder(document: RebuildDocument) -> str:
    return "BuildKit" if document.builder == "buildkit" else "the classic builder"


def _change(document: RebuildDocument) -> str:
    parts = [f"the edited Dockerfile {document.dockerfile}"] if document.dockerfile else []
    if document.changed:
        more = len(document.changed) - 3
        parts.append(f"a change of {', '.join(document.changed[:3])}{f' and {more} more' if more > 0 else ''}")
    return f" after {' and '.join(parts)}" if parts else " without a change"
