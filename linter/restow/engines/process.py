"""Programs of engines, run with their output watched; stopped gently where Restow is."""

from __future__ import annotations

import os
import signal
import subprocess
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass

KEPT_LINES = 20_000
STOP_SECONDS = 10.0
_ENVIRONMENT = {"BUILDX_NO_DEFAULT_ATTESTATIONS": "1", "DOCKER_CLI_HINTS": "false"}


@dataclass(frozen=True, slots=True)
class Done:
    """A program that ended: its exit code, and the last 20,000 lines of its two outputs, mixed as they came."""

    code: int
    output: str


def run(command: Sequence[str], watch: Callable[[str], None] | None = None, seconds: float | None = None) -> Done:
    """Run a program to its end; ``watch`` is told each line. Raises TimeoutError after ``seconds`` of silence at its start.

    The program gets a session of its own, so that an interrupt at the terminal reaches Restow alone; whatever ends this
    function early ends the program first, with SIGTERM and, 10 seconds later, SIGKILL.
    """
    lines: deque[str] = deque(maxlen=KEPT_LINES)
    with subprocess.Popen(
        list(command),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
        env={**os.environ, **_ENVIRONMENT},
        start_new_session=True,
    ) as process:
        try:
            if seconds is not None:
                output, _ = process.communicate(timeout=seconds)
                return Done(process.returncode, output)
            assert process.stdout is not None
            for line in process.stdout:
                lines.append(line)
                if watch is not None:
                    watch(line.rstrip("\n"))
            return Done(process.wait(), "".join(lines))
        except subprocess.TimeoutExpired:
            _stop(process)
            raise TimeoutError from None
        except BaseException:
            _stop(process)
            raise


def _stop(process: subprocess.Popen[str]) -> None:
    """End a program that still runs."""
    with suppress(ProcessLookupError):
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()


@contextmanager
def undisturbed() -> Iterator[None]:
    """A stretch in which an interrupt or a request to end waits: for cleaning up."""
    waiting = {signal.SIGINT, signal.SIGTERM}
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, waiting)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
