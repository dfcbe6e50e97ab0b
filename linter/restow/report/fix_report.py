"""``restow fix``: what was rewritten, what that saves, and each proof or refusal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from restow.report.instruction_text import shown
from restow.report.styled import Line, count_text, percent_text, seconds_text

if TYPE_CHECKING:
    from restow.fix import FixResult


def fix_text(path: str, result: FixResult, context: str, *, changed: bool, would: bool = False) -> Iterator[Line]:
    """The report on one file; ``context`` says which build context was used, ``would`` that nothing was written."""
    verb = "would be rewritten" if would else "rewritten"
    head = f"{verb} by {count_text(len(result.applied), 'fix', 'fixes')}" if changed else "nothing to rewrite"
    yield ((path, "bold"), f": {head}; context: {context}")
    for one in result.applied:
        saving = f" (saves {percent_text(one.saving)} of the expected rebuild)" if one.saving else ""
        yield ("  ", ("applied", "green"), f": {one.title}{saving}")
        yield (f"    proof: {one.proof}",)
        yield from ((f"    assumes: {assumption.text}",) for assumption in one.assumptions)
    for refusal in result.refused:
        yield ("  ", ("refused", "yellow"), f": line {refusal.line}: {refusal.what}: {shown(refusal.reason)}")
    if changed and result.cost_now:
        now, then = seconds_text(result.cost_now), seconds_text(result.cost_then)
        yield (f"  expected rebuild after a change: {now} before, {then} now",)
