"""What a rule is. Rule packs import from here alone."""

from restow.build import Command, Context, ContextUse, Simulation, StageResult, State, Step
from restow.effects import Assumption, Cache, Effect
from restow.rule.case import Bad, Case, Good
from restow.rule.context import RuleContext
from restow.rule.finding import Finding, Fix, Severity
from restow.rule.meta import Option, RuleMeta
from restow.semantics import Model, Stage, is_known
from restow.source import Edit, Span

__all__ = [
    "Assumption",
    "Bad",
    "Cache",
    "Case",
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
    "is_known",
]
