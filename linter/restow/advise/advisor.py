"""The advice on one Dockerfile: cost now, the cheapest arrangement that could be proven, and why others were refused."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from restow.advise.account import stages_of, verdict_of
from restow.advise.advice import Advice, Proposal, Refusal
from restow.advise.arrange import Arrangement, arrangements
from restow.advise.cost import all_masks, stage_costs, stage_masks, total_cost
from restow.advise.events import Events, events_of
from restow.advise.history import History
from restow.advise.split import NoSplit, splits_of
from restow.build import Context, Simulation, StageResult, simulate
from restow.build.base_image import Images
from restow.build.engine import Memory
from restow.effects import Verdict
from restow.image import Difference, compare
from restow.rule import other_frontend, refusal_of_frontend
from restow.source import Source, Span
from restow.syntax import parse
from restow.syntax.ast import Dockerfile

MAX_PROOFS = 24  # proofs tried a stage: after so many refusals the next one would fail for the same reason
WORTH = 0.03  # a rewrite that saves less than 3 % of the expected cost is not worth a reviewer's time
WORTH_SECONDS = 0.2  # nor one that saves less than that on the average change


def advise(
    dockerfile: Dockerfile,
    context: Context | None,
    history: History,
    *,
    accept: bool = False,
    images: Images | None = None,
) -> Advice:
    """Advice on a Dockerfile with its context and change events.

    Without ``accept`` only rewrites whose assumptions hold are proposed; what would need more is a refusal that says
    so. A file that another frontend reads, or that BuildKit refuses, gets no advice but that refusal. Raises UsageError
    for a file without FROM.
    """
    refused = _refused(dockerfile)
    if refused is not None:
        return refused
    events = events_of(context, history)
    safe = _Advisor(dockerfile, context, events, accept=False, images=images)
    safe.run()
    best = safe
    if accept or (safe.proposal is None and context is not None) or safe.refusals:
        daring = _Advisor(dockerfile, context, events, accept=True, images=images)
        daring.run()
        if worth(safe.cost_then, daring.cost_then):
            if accept:
                best = daring
            else:
                safe.note_unsafe(daring)
    return best.advice()


def _refused(dockerfile: Dockerfile) -> Advice | None:
    """The advice on a file that cannot be built, or not as far as anybody knows; None for any other."""
    other = other_frontend(dockerfile)
    if other is not None:
        verdict = "No advice: another program than Docker's frontend reads this file."
        return _no_advice(
            dockerfile, f"{other[0]} reads this file, and what it makes of it is not known", other[1], verdict
        )
    found = refusal_of_frontend(dockerfile) if any(node.kind == "from" for node in dockerfile.instructions) else None
    if found is None:
        return None
    reason = f"the engine refuses this file: {found[0]}"
    return _no_advice(dockerfile, reason, found[1], "No advice: the engine refuses this file.")


def _no_advice(dockerfile: Dockerfile, reason: str, span: Span | None, verdict: str) -> Advice:
    line = dockerfile.source.position(span.start if span else 0).line
    return Advice((), 0.0, 0.0, "no change events", verdict, None, (Refusal("any rewrite", reason, line),))


@dataclass
class _Advisor:
    """One search, with or without assumptions that cannot be checked."""

    dockerfile: Dockerfile
    context: Context | None
    events: Events
    accept: bool
    images: Images | None = None
    refusals: list[Refusal] = field(default_factory=list)
    proposal: Proposal | None = None
    memory: Memory = field(default_factory=dict)

    def run(self) -> None:
        """Stage after stage: the cheapest arrangement that is proven is taken, and the next stage starts from it."""
        self.simulation = simulate(
            self.dockerfile, self.context, accept=self.accept, memory=self.memory, images=self.images
        )
        self.cost_now = self.cost_then = total_cost(self.simulation, self.events)
        if not self.events.count:
            return
        current, summary, changed = self.dockerfile, list[str](), list[int]()
        needed = self.simulation.model.needed_by(self.simulation.model.stages[-1])
        simulation = self.simulation
        for index in range(len(simulation.stages)):
            if index not in needed:
                continue
            better = self._stage(current, simulation, index)
            if better is not None:
                current, simulation, lines = better
                summary += lines
                changed.append(index)
        cost = total_cost(simulation, self.events)
        if current is not self.dockerfile and worth(self.cost_now, cost):
            self.cost_then = cost
            steps = [step for index in changed for step in simulation.stages[index].steps]
            own = (assumption for step in steps for assumption in step.assumptions)
            assumptions = tuple(dict.fromkeys((*simulation.base_assumptions, *own)))
            safe = all(assumption.verdict is not Verdict.UNCHECKED for assumption in assumptions)
            self.proposal = Proposal(current.text, cost, 1 - cost / self.cost_now, tuple(summary), assumptions, safe)

    def _stage(
        self, current: Dockerfile, simulation: Simulation, index: int
    ) -> tuple[Dockerfile, Simulation, list[str]] | None:
        result = simulation.stages[index]
        splits, refused = splits_of(result)
        source = current.source
        producers = all_masks(simulation, self.events)
        units, along = stage_masks(result, simulation, self.events)
        for refusal in refused:
            at_best = self.events.rate(along[refusal.run] & ~_before(along, refusal.copy)) * units[refusal.run].seconds
            if worth(self.cost_now, self.cost_now - at_best):
                self._stays(result, refusal, source)
        now = total_cost(simulation, self.events)
        for proofs, candidate in enumerate(arrangements(source, result, simulation, self.events, splits, producers)):
            if proofs >= MAX_PROOFS:
                break
            proven = self._prove(current, simulation, candidate, index)
            if proven is None:
                continue
            if worth(now, total_cost(proven[1], self.events)):
                return (*proven, _summary(candidate, simulation, index, source))
            return None
        return None

    def _stays(self, result: StageResult, refusal: NoSplit, source: Source) -> None:
        """Note why an expensive RUN cannot come before a COPY that changes often."""
        run, copy = result.steps[refusal.run].instruction, result.steps[refusal.copy].instruction
        line, copy_line = source.position(run.start).line, source.position(copy.start).line
        what = f"{run.keyword.upper()} of line {line} stays after {copy.keyword.upper()} of line {copy_line}"
        self._refuse(what, refusal.reason, line)

    def _prove(
        self, current: Dockerfile, simulation: Simulation, candidate: Arrangement, index: int
    ) -> tuple[Dockerfile, Simulation] | None:
        """The candidate, built, where it leaves the same image in every stage; else the refusal is noted."""
        if stage_costs(simulation, self.events)[index] <= candidate.cost * (1 + 1e-9):
            return None
        dockerfile = parse(candidate.text, current.source.name)
        built = simulate(dockerfile, self.context, accept=self.accept, memory=self.memory, images=self.images)
        differences = compare(simulation, built)
        if not differences and _invalid(dockerfile) == _invalid(current):
            return dockerfile, built
        self._note_difference(simulation, candidate, index, differences, current.source)
        return None

    def _note_difference(
        self,
        simulation: Simulation,
        candidate: Arrangement,
        index: int,
        differences: Iterable[Difference],
        source: Source,
    ) -> None:
        shown = list(differences)
        known = [d for d in shown if "unknown" not in (d.before.split(" ")[0], d.after.split(" ")[0])] or shown
        first = known[0] if known else None
        steps = simulation.stages[index].steps
        node = steps[candidate.splits[0].run if candidate.splits else candidate.moved[0]].instruction
        line = source.position(node.start).line
        what = "splitting the COPY before" if candidate.splits else "moving"
        reason = (
            f"the images would differ: {first.where}: {first.what}: {first.before} / {first.after}"
            if first
            else "it does not parse"
        )
        if first and "/node_modules" in first.where:
            reason += "; the build context holds node_modules: add it to .dockerignore"
        self._refuse(f"{what} {node.keyword.upper()} of line {line}", reason, line)

    def _refuse(self, what: str, reason: str, line: int) -> None:
        refusal = Refusal(what, reason, line)
        if all((other.what, other.line) != (what, line) for other in self.refusals):
            self.refusals.append(refusal)

    def note_unsafe(self, daring: _Advisor) -> None:
        """What more could be saved with assumptions that nobody could check."""
        proposal = daring.proposal
        if proposal is None:
            return
        unchecked = [a.text for a in proposal.assumptions if a.verdict is Verdict.UNCHECKED]
        line = self.dockerfile.source.position(self.dockerfile.instructions[0].start).line
        self._refuse(
            f"a rewrite that saves {proposal.saving:.0%} ({'; '.join(proposal.summary)})",
            f"it is equal only if {' and if '.join(unchecked)}; nothing here can check that (--unsafe-fixes applies it)",
            line,
        )

    def advice(self) -> Advice:
        """The answer in its public form."""
        then = self.proposal.cost if self.proposal else self.cost_now
        return Advice(
            stages_of(self.simulation, self.events),
            self.cost_now,
            then,
            _events_text(self.events),
            verdict_of(self.simulation, self.events, self.proposal, self.refusals),
            self.proposal,
            tuple(self.refusals),
        )


def _invalid(dockerfile: Dockerfile) -> int:
    return sum(node.kind == "invalid" for node in dockerfile.instructions)


def _before(along: list[int], index: int) -> int:
    """The events that already miss before the step at ``index``."""
    return next((mask for mask in reversed(along[:index]) if mask), 0)


def worth(before: float, after: float) -> bool:
    """Whether a saving is large enough to propose it; both in expected seconds per change event."""
    return before - after >= max(WORTH * before, WORTH_SECONDS)


def _summary(candidate: Arrangement, simulation: Simulation, index: int, source: Source) -> list[str]:
    """What an arrangement does, in sentences; lines are those of the text before it."""
    steps = simulation.stages[index].steps

    def named(at: int) -> str:
        node = steps[at].instruction
        return f"{node.keyword.upper()} of line {source.position(node.start).line}"

    lines = [
        f"copy {', '.join(split.files)} before {named(split.run)}, and the rest after it" for split in candidate.splits
    ]
    freed = {copy for split in candidate.splits for copy in split.copies}
    for at in candidate.moved:
        if at in freed:
            continue
        place = candidate.order.index(at)
        lines.append(f"move {named(at)} " + (f"after {named(candidate.order[place - 1])}" if place else "to the top"))
    return lines


def _events_text(events: Events) -> str:
    return f"{events.count} change events from {events.source}" if events.count else events.source
