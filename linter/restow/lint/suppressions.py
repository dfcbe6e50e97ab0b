"""Comments that silence rules.

    # restow: ignore=CODE[,CODE] [reason=...]     the instruction below, or the one that the comment stands in
    # restow: ignore-file=CODE[,CODE] [reason=...]      the whole file, from anywhere in it
    # hadolint ignore=DL3008[,...]                the instruction below; ``global ignore=`` the whole file
    # check=skip=Name[,Name]                      the whole file (BuildKit's directive); ``all``: all of its checks

CODE is a code, its beginning, a family, a name or an alias. hadolint's codes and BuildKit's checks work through the
aliases.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from restow.lint.selection import matches
from restow.rule import Finding, RuleMeta
from restow.source import Span
from restow.syntax.ast import Comment, Dockerfile

_CODES = r"([\w./-]+(?:\s*,\s*[\w./-]+)*)"
_OWN = re.compile(rf"#\s*restow:\s*(ignore(?:-file)?)\s*=\s*{_CODES}(?:\s+reason\s*=\s*(.*\S))?\s*\Z", re.IGNORECASE)
_HADOLINT = re.compile(rf"#\s*hadolint\s+(?:(global)\s+)?ignore\s*=\s*{_CODES}", re.IGNORECASE)
_FOREIGN = re.compile(r"(?:DL|SC)\d+\Z")


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
        inside = self.scope.start <= finding.span.start <= self.scope.end
        return inside and self.names(meta)

    def names(self, meta: RuleMeta) -> bool:
        """Whether one of the selectors means the rule."""
        if self.tool == "buildkit" and "all" in self.selectors:
            return any(not _FOREIGN.match(alias) for alias in meta.aliases)
        return any(matches(meta, selector) for selector in self.selectors)


def read_suppressions(dockerfile: Dockerfile) -> tuple[Suppression, ...]:
    """The suppressions of a file, in the order of their places."""
    found = [s for comment in dockerfile.comments for s in _of_comment(comment, dockerfile)]
    found += _of_directive(dockerfile)
    return tuple(sorted(found, key=lambda suppression: suppression.span))


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


def _of_directive(dockerfile: Dockerfile) -> Iterator[Suppression]:
    directive = dockerfile.directive("check")
    fields = dict(part.strip().partition("=")[::2] for part in directive.value.split(";")) if directive else {}
    if directive and fields.get("skip"):
        yield Suppression(_names(fields["skip"]), Span(0, len(dockerfile.text)), directive.span, tool="buildkit")


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())
