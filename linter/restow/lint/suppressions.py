"""Comments that silence rules.

    # restow: ignore=CODE[,CODE] [reason=...]     the instruction below, or the one that the comment stands in
    # restow: ignore-file=CODE[,CODE] [reason=...]      the whole file, from anywhere in it
    # hadolint ignore=DL3008[,...]                the instruction below; ``global ignore=`` the whole file
    # check=skip=Name[,Name]                      BuildKit's: as a directive the whole file, else the instruction below

CODE is a code, its beginning, a family, a name or an alias. hadolint's codes work through the aliases. BuildKit's option
takes the exact names of its checks, or ``all`` for all of them, and silences no other rule.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from restow.lint.check_directives import FileOptions
from restow.lint.selection import matches
from restow.rule import CheckOptions, Finding, RuleMeta
from restow.rule.check_options import CHECKS, OF_THE_FILE
from restow.source import Span
from restow.syntax.ast import Comment, Dockerfile

_CODES = r"([\w./-]+(?:\s*,\s*[\w./-]+)*)"
_OWN = re.compile(rf"#\s*restow:\s*(ignore(?:-file)?)\s*=\s*{_CODES}(?:\s+reason\s*=\s*(.*\S))?\s*\Z", re.IGNORECASE)
_HADOLINT = re.compile(rf"#\s*hadolint\s+(?:(global)\s+)?ignore\s*=\s*{_CODES}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Suppression:
    """One comment that silences the rules named by ``selectors`` within ``scope``; it stands at ``span``.

    ``tool`` is restow, hadolint or buildkit.
    """

    selectors: tuple[str, ...]
    scope: Span
    span: Span
    reason: str = ""
    tool: str = "restow"

    def covers(self, finding: Finding, meta: RuleMeta) -> bool:
        """Whether the comment silences the finding, which is of the rule ``meta``."""
        at = finding.origin if finding.origin and self.tool == "buildkit" else finding.span
        return self.scope.start <= at.start <= self.scope.end and self.names(meta)

    def names(self, meta: RuleMeta) -> bool:
        """Whether one of the selectors means the rule."""
        if self.tool == "buildkit":
            return meta.check is not None and meta.check in self.selectors
        return any(matches(meta, selector) for selector in self.selectors)


def read_suppressions(dockerfile: Dockerfile, checks: FileOptions) -> tuple[Suppression, ...]:
    """The suppressions of a file, in the order of their places; ``checks`` are its options of BuildKit's checks."""
    found = [s for comment in dockerfile.comments for s in _of_comment(comment, dockerfile)]
    if skipped := _skipped(checks.options):
        whole = Span(0, len(dockerfile.text))
        found.append(Suppression(skipped, whole, checks.place or Span(0, 0), tool="buildkit"))
    for above in checks.above:
        if skipped := tuple(name for name in _skipped(above.options) if name not in OF_THE_FILE):
            found.append(Suppression(skipped, above.scope, above.place, tool="buildkit"))
    return tuple(sorted(found, key=lambda suppression: suppression.span))


def _skipped(options: CheckOptions) -> tuple[str, ...]:
    """The names of the checks that do not run."""
    return tuple(name for name in sorted(CHECKS) if options.skips(name))


def _of_comment(comment: Comment, dockerfile: Dockerfile) -> Iterator[Suppression]:
    whole = Span(0, len(dockerfile.text))
    if own := _OWN.match(comment.text):
        scope = whole if own[1].lower() == "ignore-file" else _instruction(comment, dockerfile)
        yield Suppression(_names(own[2]), scope, comment.span, own[3] or "")
    elif other := _HADOLINT.match(comment.text):
        scope = whole if other[1] else _instruction(comment, dockerfile)
        yield Suppression(_names(other[2]), scope, comment.span, tool="hadolint")


def _instruction(comment: Comment, dockerfile: Dockerfile) -> Span:
    """The instruction that the comment stands in, else the first one after it, else nothing."""
    for node in dockerfile.instructions:
        if node.end > comment.start:
            return node.span
    return Span(comment.end, comment.end)


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())
