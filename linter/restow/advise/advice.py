"""What the advisor says."""

from __future__ import annotations

from dataclasses import dataclass

from restow.effects import Assumption
from restow.syntax.ast import Instruction


@dataclass(frozen=True)
class LineAdvice:
    """One instruction: its layer, estimated ``size`` (bytes) and ``seconds``, and how often a change makes it run
    again.

    ``miss_rate`` is the share of change events, 0 to 1. ``invalidated_by`` says what causes it.
    """

    instruction: Instruction
    line: int
    makes_layer: bool
    size: int
    seconds: float
    invalidated_by: str
    miss_rate: float


@dataclass(frozen=True)
class StageAdvice:
    """The instructions of one stage."""

    title: str
    lines: tuple[LineAdvice, ...]


@dataclass(frozen=True)
class Proposal:
    """A cheaper arrangement, proven. ``text`` is the whole Dockerfile; ``saving`` the share of the expected cost, 0 to
    1.

    ``safe`` is False where the proof rests on an assumption that nobody could check.
    """

    text: str
    cost: float
    saving: float
    summary: tuple[str, ...]
    assumptions: tuple[Assumption, ...]
    safe: bool


@dataclass(frozen=True)
class Refusal:
    """A rewrite that is not made: what, why, and at which line of the file."""

    what: str
    reason: str
    line: int


@dataclass(frozen=True)
class Advice:
    """The advisor's answer. Costs are expected seconds per change event."""

    stages: tuple[StageAdvice, ...]
    cost_now: float
    cost_then: float
    events: str
    verdict: str
    proposal: Proposal | None
    refusals: tuple[Refusal, ...]
