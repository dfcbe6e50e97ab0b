"""The options of BuildKit's own checks: ``# check=skip=...;error=...;experimental=...``, read as BuildKit reads them.

They stand in the parser directive ``# check=``, in a comment right above an instruction (there only ``skip`` and
``experimental`` mean something), or in the build argument ``BUILDKIT_DOCKERFILE_CHECK``, which replaces the directive.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from restow.errors import UsageError
from restow.source import Span
from restow.source.text import BOM
from restow.syntax.ast import Comment, Dockerfile

BUILD_ARGUMENT = "BUILDKIT_DOCKERFILE_CHECK"
EXPERIMENTAL = frozenset(["InvalidDefinitionDescription"])
"""BuildKit's checks that run only where ``experimental=`` asks for them; ``skip=`` does not reach them."""
CHECKS = EXPERIMENTAL | frozenset(
    "ConsistentInstructionCasing CopyIgnoredFile DuplicateStageName ExposeInvalidFormat ExposeProtoCasing FromAsCasing "
    "FromPlatformFlagConstDisallowed InvalidBaseImagePlatform InvalidDefaultArgInFrom JSONArgsRecommended "
    "LegacyKeyValueFormat MaintainerDeprecated MultipleInstructionsDisallowed NoEmptyContinuation RedundantTargetPlatform "
    "ReservedStageName SecretsUsedInArgOrEnv StageNameCasing UndefinedArgInFrom UndefinedVar WorkdirRelativePath".split()
)
"""The names of all of BuildKit's checks."""
OF_THE_FILE = frozenset(
    "ConsistentInstructionCasing DuplicateStageName InvalidBaseImagePlatform InvalidDefaultArgInFrom NoEmptyContinuation "
    "ReservedStageName".split()
)
"""Checks of the whole file, which a comment above an instruction does not reach."""

_SPACES = "\t\n\v\f\r \x85\xa0"
_DIRECTIVE = re.compile(r"([a-zA-Z][a-zA-Z0-9]*)[\t\n\f\r ]*=[\t\n\f\r ]*(.+?)[\t\n\f\r ]*\Z")
_NAMES = ("syntax", "escape", "check")
_TRUE = ("1", "t", "T", "true", "TRUE", "True")
_FALSE = ("0", "f", "F", "false", "FALSE", "False")


class CheckOptionsError(UsageError):
    """A text is no list of check options; the message says which part is wrong."""


@dataclass(frozen=True, slots=True)
class CheckOptions:
    """What is skipped, which experimental checks run, and whether findings fail the build."""

    skip: tuple[str, ...] = ()
    skip_all: bool = False
    experimental: tuple[str, ...] = ()
    experimental_all: bool = False
    error: bool = False

    def skips(self, check: str) -> bool:
        """Whether the check of this name does not run; experimental ones are not skipped but not asked for."""
        return check not in EXPERIMENTAL and (self.skip_all or check in self.skip)

    def asks_for(self, check: str) -> bool:
        """Whether the check is experimental, and wanted."""
        return check in EXPERIMENTAL and (self.experimental_all or check in self.experimental)


def parse_check_options(text: str) -> CheckOptions:
    """The options that ``text`` writes: at most three parts between ``;``, the last one reaches to the end.

    Of a part that stands twice the last counts. Raises CheckOptionsError.
    """
    stripped = text.strip(_SPACES)
    names: dict[str, tuple[str, ...]] = {}
    every: set[str] = set()
    error = False
    for part in stripped.split(";", 2) if stripped else ():
        key, equals, value = (piece.strip(_SPACES) for piece in part.partition("="))
        if not equals or key not in ("skip", "experimental", "error"):
            raise CheckOptionsError(
                f"{(part if not equals else key)!r} is no check option: skip=, experimental= or error="
            )
        if key == "error":
            if value not in _TRUE + _FALSE:
                raise CheckOptionsError(f"error={value}: write error=true or error=false")
            error = value in _TRUE
        elif value == "all":
            every.add(key)
        else:
            names[key] = tuple(name.strip(_SPACES) for name in value.split(","))
    return CheckOptions(
        names.get("skip", ()), "skip" in every, names.get("experimental", ()), "experimental" in every, error
    )


def find_check_directive(dockerfile: Dockerfile) -> tuple[str, Span] | None:
    """The text of the file's options, up to its first blank, and where the directive stands; None where there is none.

    BuildKit looks for it more strictly than for other directives: the ``#`` begins the line. A first line ``#!`` is
    passed over.
    """
    text = dockerfile.text
    at = len(BOM) if text.startswith(BOM) else 0
    seen: set[str] = set()
    for start, line in _lines(text, at):
        if start == at and line.startswith("#!"):
            continue
        match = _DIRECTIVE.match(line[1:].lstrip(_SPACES)) if line.startswith("#") else None
        if match is None or match[1].lower() not in _NAMES or match[1].lower() in seen:
            return None
        if match[1].lower() == "check":
            return match[2].split(" ", 1)[0], Span(start, start + len(line))
        seen.add(match[1].lower())
    return None


def options_above(comments: list[tuple[Comment, str]]) -> tuple[CheckOptions, Span] | None:
    """The options in comments right above an instruction, given with their texts; of several the first counts."""
    for comment, text in comments:
        match = _DIRECTIVE.match(text)
        if match and match[1].lower() == "check":
            try:
                return parse_check_options(match[2].split(" ", 1)[0]), comment.span
            except CheckOptionsError:
                return None  # BuildKit passes over it, and over the rest
    return None


def _lines(text: str, at: int) -> Iterator[tuple[int, str]]:
    """Offset and text of each line, its line end excluded."""
    while at < len(text):
        newline = text.find("\n", at)
        end = len(text) if newline < 0 else newline
        yield at, text[at:end].removesuffix("\r")
        at = end + 1
