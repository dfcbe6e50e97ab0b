"""What one real build gives, whichever builder carried it out."""

from __future__ import annotations

import re
from dataclasses import dataclass

SECONDS = 300
"""How long a build may take."""


class EngineError(Exception):
    """The engine cannot be reached, or its output cannot be read."""


class EmptyImageError(Exception):
    """The image has no layer: Docker's own store cannot export such a one."""


@dataclass(frozen=True)
class BuiltStep:
    """One step as the engine shows it: ``stage`` is empty where the Dockerfile has one stage only."""

    stage: str
    number: int
    text: str
    cached: bool
    error: str = ""


@dataclass(frozen=True)
class Built:
    """One build: its steps in the engine's order, and what the engine said where it failed."""

    steps: tuple[BuiltStep, ...]
    ok: bool
    output: str


def tag_of(folder: str, which: str) -> str:
    """The name of an image that is built from a folder: names of images are narrower than those of folders."""
    return f"localhost/restow-oracle/{re.sub('[^a-z0-9]', '', folder.lower())}:{which}"
