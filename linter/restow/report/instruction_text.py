"""Instructions and symbolic values in one line of a report."""

from __future__ import annotations

import re

from restow.semantics.scope import SYMBOLIC
from restow.syntax.ast import Instruction

MAX_LENGTH = 60
_SYMBOL = re.compile(f"{SYMBOLIC}([^{SYMBOLIC}]*){SYMBOLIC}")


def instruction_text(node: Instruction, text: str, length: int = MAX_LENGTH) -> str:
    """The instruction as written in ``text``, its blanks joined, cut after ``length`` characters."""
    words = " ".join(part for part in re.split(r"[\\`]?\s+", text[node.start : node.end]) if part)
    return words if len(words) <= length else words[: length - 3] + "..."


def shown(value: str) -> str:
    """A value with its symbolic parts as ``<name>``."""
    return _SYMBOL.sub(r"<\1>", value).replace(SYMBOLIC, "?")
