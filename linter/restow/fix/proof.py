"""The proof of one rewrite: it parses, both texts build the same image, and nothing else gets worse."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from restow.build import Context, simulate
from restow.build.base_image import Images
from restow.effects import Assumption
from restow.image import Difference, compare
from restow.rule import Finding
from restow.syntax.ast import Dockerfile

Check = Callable[[Dockerfile, Context | None], Sequence[Finding]]
"""All findings of the rules in force on one Dockerfile."""


@dataclass(frozen=True)
class Proof:
    """Whether a rewrite may be applied. ``text`` says what was shown, or, where not ``holds``, what stands against it."""

    holds: bool
    text: str
    assumptions: tuple[Assumption, ...] = ()


def prove(
    before: Dockerfile,
    after: Dockerfile,
    context: Context | None,
    check: Check,
    *,
    removes: tuple[str, ...] = (),
    mends: str | None = None,
    accept: bool = False,
    images: Images | None = None,
) -> Proof:
    """Build both texts over the context and compare.

    ``removes`` are paths that the rewrite declares to remove: differences inside of them are what it is for. ``mends``
    is the code of the finding that has to be gone. ``accept`` takes assumptions that nobody can check as true. ``images``
    are base images at hand.
    """
    broken = [node for node in after.instructions if node.kind == "invalid"]
    if len(broken) > sum(node.kind == "invalid" for node in before.instructions):
        return Proof(False, f"the new text would not parse: {broken[0].message if broken[0].kind == 'invalid' else ''}")
    old, new = Counter(f.code for f in check(before, context)), Counter(f.code for f in check(after, context))
    worse = [code for code, count in new.items() if count > old[code]]
    if worse:
        return Proof(False, f"it would bring a new finding: {', '.join(sorted(worse))}")
    if mends is not None and new[mends] >= old[mends]:
        return Proof(False, f"the finding {mends} would remain")
    left, right = (simulate(text, context, accept=accept, images=images) for text in (before, after))
    differences = [d for d in compare(left, right) if not _declared(d, removes)]
    if differences:
        first = differences[0]
        more = f" (and {len(differences) - 1} more)" if len(differences) > 1 else ""
        return Proof(
            False, f"the images would differ: {first.where}: {first.what}: {first.before} / {first.after}{more}"
        )
    shown = "the simulated images are equal in filesystem and configuration"
    if removes:
        shown = f"the simulated images differ in nothing but {', '.join(removes)}, which the fix removes"
    return Proof(True, shown, tuple(dict.fromkeys((*left.assumptions, *right.assumptions))))


def _declared(difference: Difference, removes: tuple[str, ...]) -> bool:
    return any(difference.where == path or difference.where.startswith(path.rstrip("/") + "/") for path in removes)
