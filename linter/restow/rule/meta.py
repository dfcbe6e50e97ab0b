"""What a rule says of itself; documentation, tables and machine-readable reports are made from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from restow.rule.check_options import CHECKS
from restow.rule.finding import Severity

FAMILIES = {
    "CA": "cache",
    "LA": "layers",
    "CL": "cleanup",
    "CO": "correctness",
    "SE": "security",
    "RE": "reproducibility",
    "SH": "shell",
    "ST": "style",
}
"""Families by the two letters of their codes."""


@dataclass(frozen=True, slots=True)
class Option:
    """A setting of a rule: ``[tool.restow.rules.<name>] <option> = ...``."""

    name: str
    default: object
    description: str


@dataclass(frozen=True, slots=True)
class RuleMeta:
    """A rule's name card.

    ``code`` is for ever: two letters of the family, three digits. ``name`` is kebab-case and reads as "allow <name>".
    ``summary`` is one sentence. ``aliases`` are the codes of hadolint (DL3008) and BuildKit's checks
    (WorkdirRelativePath) that mean the same. ``needs`` tells what the rule cannot do without: it stays silent where
    there is no build context. ``any_frontend`` rules also run where ``# syntax=`` names another frontend than Docker's.
    """

    code: str
    name: str
    summary: str
    since: str
    severity: Severity = Severity.WARNING
    aliases: tuple[str, ...] = ()
    needs: frozenset[Literal["context"]] = frozenset()
    options: tuple[Option, ...] = ()
    preview: bool = False
    any_frontend: bool = False

    @property
    def family(self) -> str:
        """The family's name."""
        return FAMILIES[self.code[:2]]

    @property
    def check(self) -> str | None:
        """The name of the check of BuildKit that the rule is; None where it is none."""
        return next((alias for alias in self.aliases if alias in CHECKS), None)
