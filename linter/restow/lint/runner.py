"""One Dockerfile under all the rules that the settings ask for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from restow.config.settings import Settings
from restow.lint.packs import RuleModule, load_rules
from restow.lint.selection import options_of, select
from restow.lint.suppressions import Suppression, read_suppressions
from restow.rule import Finding, RuleContext
from restow.syntax.ast import Dockerfile

if TYPE_CHECKING:
    from restow.build import Context


@dataclass(frozen=True)
class LintResult:
    """What the rules found, by place; iterating gives the findings.

    ``suppressed`` are findings that a comment silences; ``unused`` are Restow's own comments that silence nothing,
    though all rules that they name did run.
    """

    findings: tuple[Finding, ...]
    suppressed: tuple[tuple[Finding, Suppression], ...] = ()
    unused: tuple[Suppression, ...] = ()

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
) -> LintResult:
    """The findings of the selected rules in ``dockerfile``; ``rules`` are those to select from, by default all
    installed ones.

    Raises UsageError for broken packs and settings. A rule that raises is a bug: RuntimeError with the rule's code.
    """
    settings = settings or Settings()
    rules = load_rules() if rules is None else rules
    chosen = select(rules, settings)
    examined = RuleContext(dockerfile, context, options_of(rules, settings))
    suppressions = read_suppressions(dockerfile)
    findings: list[Finding] = []
    suppressed: list[tuple[Finding, Suppression]] = []
    for rule in chosen:
        if "context" in rule.meta.needs and context is None:
            continue
        for finding in _checked(rule, examined):
            by = next((s for s in suppressions if s.covers(finding, rule.meta)), None)
            if by is None:
                findings.append(finding)
            else:
                suppressed.append((finding, by))
    used = {by for _, by in suppressed}
    unused = [s for s in suppressions if s.tool == "restow" and s not in used and _all_ran(s, rules, chosen)]
    return LintResult(
        tuple(sorted(findings, key=_place)), tuple(sorted(suppressed, key=lambda pair: _place(pair[0]))), tuple(unused)
    )


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
