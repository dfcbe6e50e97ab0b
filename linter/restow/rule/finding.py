"""What a rule reports, and the edits that would mend it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from restow.source import Edit, Span


class Severity(Enum):
    """How bad it is. All are reported; ``--fail-level`` decides which make the exit code 1."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Fix:
    """Edits that mend a finding, all or nothing, and what they may change in the image.

    ``removes`` are the paths (and all below) that the mended image lacks: a cleanup says so, any other fix removes
    nothing. The fix is applied only where the simulated images are otherwise equal.
    """

    title: str
    edits: tuple[Edit, ...]
    removes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """One problem at one place of the Dockerfile.

    ``help`` says what to do. ``rearrange`` tells that ``restow fix`` may mend it by a cheaper arrangement of
    instructions. ``origin`` is the instruction that brings the finding about, where that is another than the one marked:
    BuildKit's ``# check=`` comments stand above that one.
    """

    code: str
    name: str
    message: str
    span: Span
    severity: Severity
    help: str = ""
    fix: Fix | None = None
    rearrange: bool = False
    origin: Span | None = None
