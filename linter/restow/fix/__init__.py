"""Rewrites, applied one by one, each proven by simulating both texts; what cannot be proven is refused with its reason."""

from restow.fix.fixer import Applied, FixResult, fix
from restow.fix.proof import Proof, prove

__all__ = ["Applied", "FixResult", "Proof", "fix", "prove"]
