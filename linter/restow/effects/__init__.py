"""What a command reads and writes. The proof's trusted base: a model may say too much, never too little."""

from restow.effects.effect import Assumption, Cache, Effect, Invocation, Verdict
from restow.effects.registry import effect_of, known_programs

__all__ = ["Assumption", "Cache", "Effect", "Invocation", "Verdict", "effect_of", "known_programs"]
