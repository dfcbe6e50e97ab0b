"""The command lines that are traced: each with the programs it needs, the project's files, and what runs before it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from node_cases import NODE
from python_cases import PYTHON
from system_cases import SYSTEM
from tool_cases import TOOLS


@dataclass(frozen=True)
class Case:
    """One command line. ``files`` are relative to ``directory``; ``before`` is a shell script that runs untraced."""

    name: str
    programs: str
    command: tuple[str, ...]
    files: Mapping[str, str] = field(default_factory=dict)
    before: str = ""
    directory: str = "/app"
    user: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)


def cases() -> list[Case]:
    """All of them, in order."""
    return [Case(**{"command": (), **given}) for given in (*SYSTEM, *PYTHON, *NODE, *TOOLS)]
