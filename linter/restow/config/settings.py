"""The settings in force: what a settings file says, with what the command line says on top."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from restow.effects.declaration import Declaration

FAIL_LEVELS = ("error", "warning", "info")
"""Severities, the worst first."""


@dataclass(frozen=True)
class FormatSettings:
    """How ``restow format`` prints. ``indent`` is how many blanks stand before a line that goes on (0 to 16).

    ``run``: also the lines of a RUN's own words are indented, which costs each of these steps its cache once.
    """

    indent: int = 4
    run: bool = False


@dataclass(frozen=True)
class Settings:
    """Settings of one run. ``origin`` is the file that they come from, None for the defaults.

    ``select`` and ``ignore`` hold codes, beginnings of codes, families, names and aliases of rules; an empty
    ``select`` means every rule that is not a preview. ``preview`` counts previews among those. ``fail_level`` is the
    mildest severity that makes the exit code 1. ``rules`` holds the options of rules by the rule's name or code.
    ``effects`` are declared effects of programs.
    """

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    fail_level: str = "info"
    preview: bool = False
    rules: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    format: FormatSettings = FormatSettings()
    effects: tuple[Declaration, ...] = ()
    origin: str | None = None
    from_command_line: frozenset[str] = frozenset()

    def overridden(
        self, select: Sequence[str] = (), ignore: Sequence[str] = (), fail_level: str | None = None
    ) -> Settings:
        """With the command line's values: ``select`` replaces both lists, ``ignore`` is added, a level replaces."""
        changed = self
        if select:
            changed = replace(changed, select=tuple(select), ignore=())
        if ignore:
            changed = replace(changed, ignore=(*changed.ignore, *ignore))
        if fail_level is not None:
            changed = replace(changed, fail_level=fail_level)
        return replace(changed, from_command_line=frozenset((*select, *ignore)))
