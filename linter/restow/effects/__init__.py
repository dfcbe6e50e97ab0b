"""What a command reads and writes. The proof's trusted base: a model may say too much, never too little."""

from restow.effects.commute import Conflict, No, Yes, commute
from restow.effects.effect import Assumption, Cache, Effect, Invocation, Verdict
from restow.effects.registry import effect_of, known_programs

__all__ = [
    "Assumption",
    "Cache",
    "Conflict",
    "Effect",
    "Invocation",
    "No",
    "Verdict",
    "Yes",
    "commute",
    "effect_of",
    "known_programs",
]
