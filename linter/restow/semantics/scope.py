"""Variables in force: ENV and ARG, and the expansion of words with them (BuildKit's rules of precedence).

A variable whose value nobody knows before the build (a bare ARG, the base image's environment) has a *symbolic* value:
a text with ``SYMBOLIC`` in it. It flows through expansions, and whoever needs a concrete value asks ``is_known``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from restow.semantics.variables import Variables

SYMBOLIC = "\ue000"
"""Encloses the name of a value that is not known (a private-use character: no Dockerfile contains it)."""

PLATFORM_ARGUMENTS = frozenset(
    f"{side}{part}" for side in ("TARGET", "BUILD") for part in ("PLATFORM", "OS", "ARCH", "VARIANT")
) | {"TARGETSTAGE"}
"""Set by BuildKit; in scope of a stage only where it has an ARG for them."""

PROXY_ARGUMENTS = frozenset(
    name
    for base in ("HTTP_PROXY", "HTTPS_PROXY", "FTP_PROXY", "NO_PROXY", "ALL_PROXY")
    for name in (base, base.lower())
)
"""Build arguments that need no ARG and are no part of a cache key."""


_OPERATED = re.compile(r"\$\{(\w+|[@*#?\-$!])[^}\w]")


def symbolic(kind: str, name: str) -> str:
    """The value of a variable that is not known; equal for equal kind and name."""
    return f"{SYMBOLIC}{kind}:{name}{SYMBOLIC}"


def is_known(value: str) -> bool:
    """Whether no part of the value is symbolic."""
    return SYMBOLIC not in value


@dataclass(frozen=True)
class Scope:
    """Variables at one place. ``environment`` is the image's, ``arguments`` are the ARGs declared since FROM.

    ``of_run`` is what a RUN sees: of an ENV and an ARG with one name the later wins, and each name stands at the place of
    its last assignment, which counts in a RUN's cache key. ``base`` is the image whose own environment is not known,
    None where there is none (``FROM scratch``).
    """

    environment: Mapping[str, str] = field(default_factory=dict)
    arguments: Mapping[str, str] = field(default_factory=dict)
    of_run: Mapping[str, str] = field(default_factory=dict)
    base: str | None = None
    escape: str = "\\"

    def lookup(self, name: str) -> str | None:
        """The value of ``$name``; symbolic where only the base image could tell, None where it is unset."""
        if name in self.of_run:
            return self.of_run[name]
        return None if self.base is None else symbolic(f"environment of {self.base}", name)

    def expand(self, word: str, *, keep_quotes: bool = False) -> str:
        """``word`` with its variables expanded and its quotes removed (``keep_quotes``: they mean nothing, as in a
        here-document). Raises WordError for a broken expansion.

        Where an operator (``${X:-a}``, ``${X#a}``) is used on a value that is not known, the whole is not known.
        """
        from restow.syntax.words import expand_word

        found = expand_word(word, self.lookup, escape=self.escape, keep_quotes=keep_quotes)
        return self._unsure(word, found.used) or found.text

    def expand_all(self, word: str) -> list[str]:
        """Like ``expand``, then split at blanks, as EXPOSE does it."""
        from restow.syntax.words import expand_word, expand_words

        unsure = self._unsure(word, expand_word(word, self.lookup, escape=self.escape).used)
        return [unsure] if unsure else expand_words(word, self.lookup, escape=self.escape)

    def _unsure(self, word: str, used: frozenset[str]) -> str | None:
        """The symbolic value of a word with an operator on a symbolic value; None where there is none."""
        values = {name: self.lookup(name) or "" for name in sorted(used)}
        if all(map(is_known, values.values())):
            return None
        operated = {match[1] for match in _OPERATED.finditer(word)}
        if not any(name in operated and not is_known(value) for name, value in values.items()):
            return None
        from restow.vfs.inode import digest_of

        return symbolic("expansion", digest_of(word, *(part for pair in values.items() for part in pair)))

    def with_environment(self, values: Mapping[str, str]) -> Scope:
        """ENV."""
        environment, of_run = _variables(self.environment), _variables(self.of_run)
        return replace(self, environment=environment.assigned(values), of_run=of_run.assigned(values))

    def with_arguments(self, values: Mapping[str, str]) -> Scope:
        """ARG."""
        arguments, of_run = _variables(self.arguments), _variables(self.of_run)
        return replace(self, arguments=arguments.assigned(values), of_run=of_run.assigned(values))


def _variables(values: Mapping[str, str]) -> Variables:
    return values if isinstance(values, Variables) else Variables(values)
