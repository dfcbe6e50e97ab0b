"""What the shells of one RUN share: how many commands may still run, and what was run so far."""

from __future__ import annotations

from dataclasses import dataclass

from restow.errors import UnknownEffect
from restow.vfs import digest_of

MAX_STEPS = 20_000
"""Commands that one RUN may take before it counts as not computed."""


@dataclass
class Budget:
    """How many commands may still run, and whether one of them was ``set -x``."""

    left: int = MAX_STEPS
    traced: bool = False
    heard: str = ""

    def note(self, *words: str) -> None:
        """Remember what may have written a message: ``heard`` tells apart runs whose messages may differ."""
        self.heard = digest_of(self.heard, *words)

    def spend(self) -> None:
        """Count one command."""
        self.left -= 1
        if self.left < 0:
            raise UnknownEffect("the script runs too many commands to be computed")
