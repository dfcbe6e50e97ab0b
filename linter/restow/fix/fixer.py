"""Fixing one Dockerfile: the rules' fixes and the advisor's arrangement, in rounds, until nothing changes any more."""

from __future__ import annotations

from dataclasses import dataclass, field

from restow.advise import Advice, History, Refusal, advise
from restow.build import Context
from restow.build.base_image import Images
from restow.build.engine import refuse_long_builds
from restow.effects import Assumption
from restow.errors import EditError
from restow.fix.proof import Check, prove
from restow.rule import Finding, other_frontend, refusal_of_frontend
from restow.source import Source, apply_edits
from restow.syntax import parse
from restow.syntax.ast import Dockerfile

MAX_ROUNDS = 50  # every round applies one rewrite; a file with more to mend is mended by a second run


@dataclass(frozen=True)
class Applied:
    """One rewrite that was made. ``saving`` is the share of the expected rebuild cost, None where it is not about cost."""

    title: str
    saving: float | None
    proof: str
    assumptions: tuple[Assumption, ...]


@dataclass(frozen=True)
class FixResult:
    """The new text (the old one where nothing was done), what was applied and what was refused. Costs as in ``Advice``."""

    text: str
    applied: tuple[Applied, ...]
    refused: tuple[Refusal, ...]
    cost_now: float
    cost_then: float
    events: str = ""


@dataclass
class _Fixer:
    context: Context | None
    history: History
    check: Check
    unsafe: bool
    images: Images | None = None
    applied: list[Applied] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    tried: set[tuple[str, str]] = field(default_factory=set)

    def rule_fix(self, current: Dockerfile) -> Dockerfile | None:
        """The text after the first fix of a rule that is proven; None where none is."""
        for finding in self.check(current, self.context):
            mended = self._mended(current, finding)
            if mended is not None:
                return mended
        return None

    def _mended(self, current: Dockerfile, finding: Finding) -> Dockerfile | None:
        fix = finding.fix
        line = current.source.position(finding.span.start).line
        key = (finding.code, current.source.line(line))
        if fix is None or key in self.tried:
            return None
        title = f"{finding.code} {finding.name}: {fix.title}"
        try:
            after = parse(apply_edits(current.text, fix.edits), current.source.name)
        except EditError as error:
            self.tried.add(key)
            self.refused.append(Refusal(title, f"its edits do not fit together: {error}", line))
            return None
        proof = prove(
            current,
            after,
            self.context,
            self.check,
            removes=fix.removes,
            mends=finding.code,
            accept=self.unsafe,
            images=self.images,
        )
        if not proof.holds:
            self.tried.add(key)
            self.refused.append(Refusal(title, proof.text, line))
            return None
        self.applied.append(Applied(f"line {line}: {title}", None, proof.text, proof.assumptions))
        return after

    def arrangement(self, current: Dockerfile) -> tuple[Dockerfile | None, Advice]:
        """The text in the cheapest proven order; None where it stands so already."""
        advice = advise(current, self.context, self.history, accept=self.unsafe, images=self.images)
        proposal = advice.proposal
        if proposal is None:
            return None, advice
        after = parse(proposal.text, current.source.name)
        proof = prove(current, after, self.context, self.check, accept=self.unsafe, images=self.images)
        if not proof.holds:
            self.refused.append(Refusal("; ".join(proposal.summary), proof.text, 1))
            return None, advice
        for summary in proposal.summary[:-1]:
            self.applied.append(Applied(summary, None, proof.text, proposal.assumptions))
        self.applied.append(Applied(proposal.summary[-1], proposal.saving, proof.text, proposal.assumptions))
        return after, advice


def fix(
    source: Source,
    context: Context | None,
    history: History,
    check: Check,
    *,
    unsafe: bool = False,
    images: Images | None = None,
) -> FixResult:
    """Mend a Dockerfile as far as that can be proven.

    ``check`` gives all findings on a tree. ``unsafe`` also applies what is equal only under assumptions that nobody can
    check; each ``Applied`` names them. A file for another frontend, and one that BuildKit refuses, is left as it is, with
    that refusal. ``images`` are base images at hand: every proof then rests on them. Raises UsageError for a file without FROM,
    or with more instructions than are simulated.
    """
    fixer = _Fixer(context, history, check, unsafe, images)
    current = parse(source.text, source.name)
    refuse_long_builds(current)
    if other_frontend(current) is not None or refusal_of_frontend(current) is not None:
        advice = advise(current, context, history)
        return FixResult(source.text, (), advice.refusals, 0.0, 0.0, advice.events)
    first: Advice | None = None
    for _ in range(MAX_ROUNDS):
        better = fixer.rule_fix(current)
        if better is None:
            better, advice = fixer.arrangement(current)
            first = first or advice
            if better is None:
                fixer.refused += [r for r in advice.refusals if r not in fixer.refused]
                return _result(fixer, current, first, advice)
        current = better
    last = advise(current, context, history, accept=unsafe, images=images)
    return _result(fixer, current, first or last, last)


def _result(fixer: _Fixer, current: Dockerfile, first: Advice, last: Advice) -> FixResult:
    return FixResult(
        current.text, tuple(fixer.applied), tuple(fixer.refused), first.cost_now, last.cost_then, last.events
    )
