"""The simulated build: ``step(state, instruction, context)`` over filesystem values, stage after stage."""

from restow.build.context import Context, context_of_listing, read_context
from restow.build.engine import Simulation, StageResult, simulate
from restow.build.state import Command, ContextUse, State, Step

__all__ = [
    "Command",
    "Context",
    "ContextUse",
    "Simulation",
    "StageResult",
    "State",
    "Step",
    "context_of_listing",
    "read_context",
    "simulate",
]
