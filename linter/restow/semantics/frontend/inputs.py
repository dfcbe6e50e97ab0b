"""What a build is given besides its Dockerfile, as far as it is known, and the words that depend on it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from restow.semantics.frontend.errors import Refusal
from restow.semantics.scope import Scope, is_known, symbolic
from restow.source import Span


@dataclass(frozen=True)
class BuildInputs:
    """Build arguments, the environment and the working directory of every base image, the platform, and whether the
    frontend is one with the features of its ``labs`` channel (``RUN --device``); None: not known. ``target`` names the
    stage that is built, None for the last one.

    A check whose answer hangs on something that is not known says nothing. Where the build arguments are not known, no
    ARG has a known value: an argument may replace every default.
    """

    arguments: Mapping[str, str] | None = None
    environment: Mapping[str, str] | None = None
    directory: str | None = None
    platform: str | None = None
    labs: bool | None = None
    target: str | None = None

    def platform_arguments(self, target: str) -> dict[str, str]:
        """The arguments that BuildKit sets itself; ``target`` is the stage that is built."""
        parts = dict.fromkeys(("PLATFORM", "OS", "OSVERSION", "ARCH", "VARIANT"), "")
        if self.platform is not None:
            system, architecture, variant = [*self.platform.split("/"), "", ""][:3]
            parts |= {"PLATFORM": self.platform, "OS": system, "ARCH": architecture, "VARIANT": variant}
        values = {f"{side}{part}": value for side in ("TARGET", "BUILD") for part, value in parts.items()}
        values["TARGETSTAGE"] = target or "default"
        if self.platform is None:
            return {name: symbolic("platform", name) for name in values}
        return values | self._given(values)

    def _given(self, names: Mapping[str, str]) -> dict[str, str]:
        return {name: value for name, value in (self.arguments or {}).items() if name in names}

    def base_scope(self, name: str | None, escape: str) -> Scope:
        """The variables of a stage that starts from the image ``name``, from nothing where that is None."""
        if name is None:
            return Scope(environment=_PATH, of_run=_PATH, escape=escape)
        if self.environment is None:
            return Scope(base=name, escape=escape)
        environment = {**_PATH, **self.environment}
        return Scope(environment=environment, of_run=environment, escape=escape)


UNKNOWN_INPUTS = BuildInputs()
"""A build of which nothing is known but its Dockerfile."""

_PATH = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}


class Words:
    """Expands words with the variables that ``lookup`` knows."""

    def __init__(self, lookup: Callable[[str], str | None], escape: str) -> None:
        self._lookup = lookup
        self._escape = escape
        self._unknown = False

    def _value(self, name: str) -> str | None:
        value = self._lookup(name)
        self._unknown |= value is not None and not is_known(value)
        return value

    def expand(self, word: str, span: Span, *, raw: bool = False) -> str | None:
        """``word`` expanded; None where a variable in it has a value that is not known. Raises Refusal at ``span``.

        ``raw`` is for the text of a heredoc, in which quotes mean nothing and the escape is a backslash.
        """
        if not any(mark in word for mark in ("$", "'", '"', "\\", self._escape)):
            return word
        from restow.syntax.words import WordError, expand_word

        self._unknown = False
        try:
            text = expand_word(word, self._value, escape="\\" if raw else self._escape, keep_quotes=raw).text
        except WordError as error:
            raise Refusal(f"{_shown(word)} cannot be expanded: {error}", span) from None
        return None if self._unknown else text

    def expand_all(self, word: str, span: Span) -> list[str] | None:
        """The words that ``word`` expands to; None where that is not known. Raises Refusal."""
        from restow.syntax.words import WordError, expand_words

        self._unknown = False
        try:
            words = expand_words(word, self._value, escape=self._escape)
        except WordError as error:
            raise Refusal(f"{_shown(word)} cannot be expanded: {error}", span) from None
        return None if self._unknown else words


def _shown(word: str) -> str:
    return word if len(word) <= 60 else f"{word[:57]}..."
