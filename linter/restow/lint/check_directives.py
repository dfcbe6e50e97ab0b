"""The options of BuildKit's checks that a file, or its build, sets: for the whole file and above instructions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from restow.errors import UsageError
from restow.rule import (
    BuildFacts,
    CheckOptions,
    CheckOptionsError,
    Finding,
    comments_above,
    find_check_directive,
    parse_check_options,
)
from restow.rule.check_options import BUILD_ARGUMENT, OF_THE_FILE, options_above
from restow.source import Span
from restow.syntax.ast import Dockerfile


@dataclass(frozen=True, slots=True)
class OptionsAbove:
    """Options in a comment at ``place``, for the instruction at ``scope``."""

    options: CheckOptions
    place: Span
    scope: Span


@dataclass(frozen=True, slots=True)
class FileOptions:
    """``options`` hold for the whole file; ``place`` is the directive, None where the build sets them, or nobody."""

    options: CheckOptions
    place: Span | None
    above: tuple[OptionsAbove, ...]

    def asks_for(self, check: str, finding: Finding) -> bool:
        """Whether the experimental check is wanted where the finding stands."""
        if self.options.asks_for(check):
            return True
        at = finding.span.start
        return any(
            above.options.asks_for(check) and above.scope.start <= at <= above.scope.end
            for above in self.above
            if check not in OF_THE_FILE
        )

    def mentions(self, check: str) -> bool:
        """Whether the experimental check is wanted somewhere."""
        return self.options.asks_for(check) or any(above.options.asks_for(check) for above in self.above)


def read_file_options(dockerfile: Dockerfile, build: BuildFacts) -> FileOptions:
    """The options of the file; a directive that cannot be read counts as none, and a rule reports it.

    Raises UsageError where the build's own argument cannot be read.
    """
    above = tuple(_above(dockerfile)) if "check" in dockerfile.text.lower() else ()
    given = build.arguments.get(BUILD_ARGUMENT)
    if given is not None:
        try:
            return FileOptions(parse_check_options(given), None, above)
        except CheckOptionsError as error:
            raise UsageError(f"build argument {BUILD_ARGUMENT}: {error}") from None
    found = find_check_directive(dockerfile)
    if found is None:
        return FileOptions(CheckOptions(), None, above)
    try:
        return FileOptions(parse_check_options(found[0]), found[1], above)
    except CheckOptionsError:
        return FileOptions(CheckOptions(), found[1], above)


def _above(dockerfile: Dockerfile) -> Iterator[OptionsAbove]:
    for node, comments in comments_above(dockerfile):
        if found := options_above(comments):
            yield OptionsAbove(found[0], found[1], node.span)
