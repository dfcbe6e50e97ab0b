"""What a rule is. Rule packs import from here alone.

The types of the simulated build are looked up on first use: a rule that only names them in its annotations imports them
where ``TYPE_CHECKING`` holds, and a file that needs no simulation does not pay for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from restow.rule.build_facts import BaseImage, BuildFacts
from restow.rule.case import Bad, Case, Good
from restow.rule.check_options import CheckOptions, CheckOptionsError, find_check_directive, parse_check_options
from restow.rule.comments import comments_above
from restow.rule.context import RuleContext
from restow.rule.finding import Finding, Fix, Severity
from restow.rule.frontend import other_frontend, refusal_of_frontend, require_build
from restow.rule.meta import Option, RuleMeta
from restow.semantics import Model, Stage, is_known
from restow.source import Edit, Span

if TYPE_CHECKING:
    from restow.build import Command, Context, ContextUse, Simulation, StageResult, State, Step
    from restow.effects import Assumption, Cache, Effect

__all__ = [
    "Assumption",
    "Bad",
    "BaseImage",
    "BuildFacts",
    "Cache",
    "Case",
    "CheckOptions",
    "CheckOptionsError",
    "Command",
    "Context",
    "ContextUse",
    "Edit",
    "Effect",
    "Finding",
    "Fix",
    "Good",
    "Model",
    "Option",
    "RuleContext",
    "RuleMeta",
    "Severity",
    "Simulation",
    "Span",
    "Stage",
    "StageResult",
    "State",
    "Step",
    "comments_above",
    "find_check_directive",
    "is_known",
    "other_frontend",
    "parse_check_options",
    "refusal_of_frontend",
    "require_build",
]

_OF_EFFECTS = frozenset({"Assumption", "Cache", "Effect"})


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module("restow.effects" if name in _OF_EFFECTS else "restow.build"), name)
    globals()[name] = value
    return value
