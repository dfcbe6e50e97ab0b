"""How a shell leaves a place before its end."""

from __future__ import annotations


class ExitShell(Exception):  # noqa: N818 - a jump, no failure
    """``exit``, or a failure under ``set -e``: the shell ends with ``status``."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class ReturnFunction(Exception):  # noqa: N818 - a jump, no failure
    """``return``: the function ends with ``status``."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class BreakLoop(Exception):  # noqa: N818 - a jump, no failure
    """``break``: as many loops as ``levels`` end."""

    def __init__(self, levels: int) -> None:
        super().__init__(levels)
        self.levels = levels


class ContinueLoop(Exception):  # noqa: N818 - a jump, no failure
    """``continue``: the next round of the loop ``levels`` up."""

    def __init__(self, levels: int) -> None:
        super().__init__(levels)
        self.levels = levels
