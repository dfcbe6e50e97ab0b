"""One Dockerfile under all the rules that the settings ask for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from restow.config.settings import Settings
from restow.lint.check_directives import FileOptions, read_file_options
from restow.lint.packs import RuleModule, load_rules
from restow.lint.selection import options_of, select
from restow.lint.suppressions import Suppression, read_suppressions
from restow.rule import BuildFacts, Finding, RuleContext, Severity, other_frontend
from restow.semantics.model import LONGEST_BUILD
from restow.syntax.ast import Dockerfile

if TYPE_CHECKING:
    from restow.build import Context


@dataclass(frozen=True)
class LintResult:
    """What the rules found, by place; iterating gives the findings.

    ``suppressed`` are findings that a comment silences; ``unused`` are Restow's own comments that silence nothing,
    though all rules that they name did run. ``notes`` say what was not looked for, and why.
    """

    findings: tuple[Finding, ...]
    suppressed: tuple[tuple[Finding, Suppression], ...] = ()
    unused: tuple[Suppression, ...] = ()
    notes: tuple[str, ...] = ()

    def __iter__(self) -> Iterator[Finding]:
        return iter(self.findings)

    def __len__(self) -> int:
        return len(self.findings)


def lint(
    dockerfile: Dockerfile,
    context: Context | None = None,
    settings: Settings | None = None,
    *,
    rules: Sequence[RuleModule] | None = None,
    build: BuildFacts | None = None,
) -> LintResult:
    """The findings of the selected rules in ``dockerfile``; ``rules`` are those to select from, by default all
    installed ones. ``build`` is what is known of the build; its argument ``BUILDKIT_DOCKERFILE_CHECK`` replaces the
    directive ``# check=``.

    A file for another frontend than Docker's is left to the rules that work with any. Raises UsageError for broken packs,
    settings and check options of the build. A rule that raises is a bug: RuntimeError with the rule's code.
    """
    settings = settings or Settings()
    rules = load_rules() if rules is None else rules
    build = build or BuildFacts()
    checks = read_file_options(dockerfile, build)
    chosen, on_request = _running(rules, settings, checks, dockerfile)
    examined = RuleContext(dockerfile, context, options_of(rules, settings), build)
    suppressions = read_suppressions(dockerfile, checks)
    findings: list[Finding] = []
    suppressed: list[tuple[Finding, Suppression]] = []
    for rule, finding in _found((*chosen, *on_request), examined):
        check = rule.meta.check
        if rule in on_request and not (check and checks.asks_for(check, finding)):
            continue
        by = next((s for s in suppressions if s.covers(finding, rule.meta)), None)
        if by is not None:
            suppressed.append((finding, by))
        else:
            findings.append(replace(finding, severity=Severity.ERROR) if checks.options.error and check else finding)
    used = {by for _, by in suppressed}
    unused = [s for s in suppressions if s.tool == "restow" and s not in used and _all_ran(s, rules, chosen)]
    return LintResult(
        tuple(sorted(findings, key=_place)),
        tuple(sorted(suppressed, key=lambda pair: _place(pair[0]))),
        tuple(unused),
        _notes(dockerfile),
    )


def _notes(dockerfile: Dockerfile) -> tuple[str, ...]:
    """What no rule can find in this file."""
    count = len(dockerfile.instructions)
    if count <= LONGEST_BUILD:
        return ()
    return (
        f"{count} instructions; builds of up to {LONGEST_BUILD} are simulated, so what rules find in a simulated build "
        "is not looked for here",
    )


def _found(rules: Sequence[RuleModule], examined: RuleContext) -> Iterator[tuple[RuleModule, Finding]]:
    """What the rules find, those left out that lack the context which they need."""
    for rule in rules:
        if examined.context is not None or "context" not in rule.meta.needs:
            for finding in _checked(rule, examined):
                yield rule, finding


def _running(
    rules: Sequence[RuleModule], settings: Settings, checks: FileOptions, dockerfile: Dockerfile
) -> tuple[list[RuleModule], list[RuleModule]]:
    """The rules that run, and previews that run only where the file asks for them as experimental checks."""
    chosen = list(select(rules, settings))
    wanted = [rule for rule in select(rules, replace(settings, preview=True)) if rule not in chosen and rule.meta.check]
    on_request = [rule for rule in wanted if rule.meta.check and checks.mentions(rule.meta.check)]
    if other_frontend(dockerfile) is None:
        return chosen, on_request
    return [rule for rule in chosen if rule.meta.any_frontend], []


def _checked(rule: RuleModule, examined: RuleContext) -> list[Finding]:
    try:
        return list(rule.check(examined))
    except Exception as error:
        name = examined.dockerfile.source.name
        raise RuntimeError(
            f"rule {rule.meta.code} ({rule.meta.name}) failed on {name}: {type(error).__name__}: {error}"
        ) from error


def _place(finding: Finding) -> tuple[int, int, str]:
    return finding.span.start, finding.span.end, finding.code


def _all_ran(suppression: Suppression, rules: Sequence[RuleModule], chosen: Sequence[RuleModule]) -> bool:
    ran = {rule.meta.code for rule in chosen}
    return all(rule.meta.code in ran for rule in rules if suppression.names(rule.meta))
