"""What an engine prints when a build fails, cut down to the failing step."""

from __future__ import annotations

import re

from restow.errors import UsageError

_STEP = re.compile(r"(?:STEP|Step) [0-9]+(?:/[0-9]+)?\s*:", re.ASCII)
_RULE = "------"
MAX_LINES = 40


class EngineError(UsageError):
    """An engine is missing, cannot be reached, or cannot build; the message has its own words."""


def failure_text(output: str) -> str:
    """The failing step and its output, at most 40 lines: from BuildKit's first rule, or from the last step's title."""
    lines = output.rstrip().splitlines()
    rules = [number for number, line in enumerate(lines) if line.strip() == _RULE]
    steps = [number for number, line in enumerate(lines) if _STEP.match(line.strip())]
    start = rules[0] if rules else steps[-1] if steps else 0
    return "\n".join(f"  {line}" for line in lines[start:][-MAX_LINES:])
