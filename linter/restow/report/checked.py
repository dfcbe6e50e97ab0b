"""One Dockerfile as it was checked: what all reports of findings are made from."""

from __future__ import annotations

from dataclasses import dataclass

from restow.rule import Finding
from restow.source import Source

UNREAD = "not looked for"


@dataclass(frozen=True)
class CheckedFile:
    """``path`` is the name to show; ``context`` the build context's folder, None where there was none, and why so.

    ``notes`` say what was not looked for, and why.
    """

    path: str
    source: Source
    findings: tuple[Finding, ...]
    context: str | None = None
    context_reason: str = UNREAD
    suppressed: int = 0
    notes: tuple[str, ...] = ()
