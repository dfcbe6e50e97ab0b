"""The advisor: what each change costs to rebuild, and the arrangement that costs least, proven."""

from restow.advise.advice import Advice, LineAdvice, Proposal, Refusal, StageAdvice
from restow.advise.advisor import advise
from restow.advise.history import ChangeEvent, History, telling_history

__all__ = [
    "Advice",
    "ChangeEvent",
    "History",
    "LineAdvice",
    "Proposal",
    "Refusal",
    "StageAdvice",
    "advise",
    "telling_history",
]
