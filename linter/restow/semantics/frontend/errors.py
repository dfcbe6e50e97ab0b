"""Errors of the frontend as values, and how the checks hand them over."""

from __future__ import annotations

from dataclasses import dataclass

from restow.source import Span


@dataclass(frozen=True, slots=True)
class FrontendError:
    """What is wrong, what to do about it, and where; ``span`` is None where it is the file as a whole.

    ``stops_build``: a build of the last stage meets the error; else only a build of the stage that it stands in does.
    ``of_stages``: it is about the stage that ``COPY --from`` names.
    """

    message: str
    span: Span | None = None
    stops_build: bool = True
    of_stages: bool = False


class Refusal(Exception):  # noqa: N818 - raised and caught within this package, never seen outside
    """One instruction is refused; ``message`` says why, ``span`` where."""

    def __init__(self, message: str, span: Span | None, *, of_stages: bool = False) -> None:
        super().__init__(message)
        self.message = message
        self.span = span
        self.of_stages = of_stages

    def error(self, stops_build: bool = True) -> FrontendError:
        """The refusal as a value."""
        return FrontendError(self.message, self.span, stops_build, self.of_stages)
