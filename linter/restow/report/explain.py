"""``restow explain`` and ``restow rules``: what rules say of themselves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from inspect import cleandoc
from typing import Any, Literal

from restow.report.json_report import Document
from restow.report.styled import Line, table
from restow.rule import Bad, RuleMeta


class OptionDocument(Document):
    """An option of a rule with its default."""

    name: str
    default: Any
    description: str


class RuleDocument(Document):
    """A rule's name card and its documentation (Markdown)."""

    code: str
    name: str
    family: str
    severity: Literal["error", "warning", "info"]
    summary: str
    aliases: tuple[str, ...]
    since: str
    preview: bool
    needs: tuple[str, ...]
    options: tuple[OptionDocument, ...]
    documentation: str


class RulesDocument(Document):
    """All rules, in the order of their codes."""

    version: Literal[1] = 1
    restow: str
    rules: tuple[RuleDocument, ...]


def rule_document(meta: RuleMeta, documentation: str | None) -> RuleDocument:
    """The document of one rule; ``documentation`` is its module's docstring."""
    return RuleDocument(
        code=meta.code,
        name=meta.name,
        family=meta.family,
        severity=meta.severity.value,
        summary=meta.summary,
        aliases=meta.aliases,
        since=meta.since,
        preview=meta.preview,
        needs=tuple(sorted(meta.needs)),
        options=tuple(
            OptionDocument(name=one.name, default=one.default, description=one.description) for one in meta.options
        ),
        documentation=cleandoc(documentation or ""),
    )


def explain_text(document: RuleDocument, cases: Sequence[object] = ()) -> Iterator[Line]:
    """One rule for people; its first bad case stands in for an example where the documentation has none."""
    yield (
        (f"{document.code} {document.name}", "bold"),
        f" ({document.severity}, {document.family}, since {document.since})",
    )
    yield (document.summary,)
    if document.aliases:
        yield (f"Known elsewhere as: {', '.join(document.aliases)}",)
    if document.preview:
        yield ("A preview: on only where it is selected by name.",)
    if document.needs:
        yield (f"Silent without: {', '.join(document.needs)}",)
    yield ()
    for line in document.documentation.splitlines():
        yield ((line, "bold" if line.startswith("#") else ""),)
    if "```" not in document.documentation and "Example" not in document.documentation:
        yield from _example(cases)
    if document.options:
        yield ()
        yield (("Options", "bold"),)
        yield from ((f"  {one.name} (default {one.default!r}): {one.description}",) for one in document.options)


def _example(cases: Sequence[object]) -> Iterator[Line]:
    bad = next((case for case in cases if isinstance(case, Bad)), None)
    if bad is not None:
        yield ()
        yield (("Example", "bold"),)
        yield from ((f"    {line}",) for line in bad.text.splitlines())
        if bad.fixed is not None:
            yield ()
            yield (("Use instead", "bold"),)
            yield from ((f"    {line}",) for line in bad.fixed.splitlines())


def rules_text(document: RulesDocument) -> Iterator[Line]:
    """A line for each rule."""
    if not document.rules:
        yield ("no rules are installed",)
        return
    head, *rows = table(
        [("code", "name", "severity", "what it finds"), *(_row(rule) for rule in document.rules)],
    )
    yield ((head, "dim"),)
    yield from ((row,) for row in rows)


def _row(rule: RuleDocument) -> tuple[str, ...]:
    return rule.code, rule.name, rule.severity, rule.summary + (" (preview)" if rule.preview else "")
