"""Random builds by a real engine and by the simulator: flattened filesystem, configuration, hit or miss per step.

    python scripts/oracle [--builder buildkit|classic|buildah|podman] [--engine-env FILE] [--seconds N] [--cases N] [--seed N]

Each case is a random Dockerfile over a random context and one random change of either. Both are built with the real engine,
one after the other. What the simulator says that it knows of the two images has to be so; what it holds as unknown is counted.
Hit or miss of the second build is compared step by step; a miss that the model says only to be careful is counted apart. Of a
build that fails, whether the simulator says so is compared, and the case is not counted. Exit code 1 where something differs.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import buildah
from builders import LIBRARY, engine_environment, find_builder
from built import EmptyImageError, EngineError
from comparison import Comparer
from small_base import base_archive, base_name, ensure_base

KINDS = ("buildkit", "classic", *LIBRARY)
TOLD_AFTER = 100
COUNTED = (
    *("images", "known paths", "unknown paths", "unknown contents", "unknown attributes", "hard links"),
    "hard links that the cache keeps",
    *(
        "known fields",
        "unknown fields",
        "unknown configurations",
        "steps",
        "hits",
        "careful",
        "entries of the history",
        "stages with triggers",
    ),
    "images of which an assumption does not hold",
    "RUNs that are computed",
    "RUNs that are taken by their effects",
    "explained by the builder",
    "images without a layer, which cannot be saved",
    "failed builds",
    "failed builds that the simulator foresees",
    "failed builds with an unknown step",
    "failed builds by a RUN that is taken by its effects",
    "failed builds after a RUN that is taken by its effects",
)


def main() -> int:
    """Run cases until the time or their number is used up."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    state = Path(os.environ.get("ENGINE_ROOT") or Path(tempfile.gettempdir()) / "restow-engine")
    parser.add_argument(
        "--engine-env", type=Path, default=state / "env", metavar="FILE",
        help=f"the engine's variables, as export lines (default: {state / 'env'})",
    )  # fmt: skip
    parser.add_argument(
        "--storage", type=Path, default=state.with_name("restow-oracle-storage"), metavar="DIR",
        help="where buildah and podman keep their images (default: %(default)s)",
    )  # fmt: skip
    parser.add_argument("--builder", choices=KINDS, default="buildkit", help="which one (default: buildkit)")
    parser.add_argument("--seconds", type=float, default=60, help="when to stop (default: 60)")
    parser.add_argument("--cases", type=int, default=1_000_000, help="how many cases at most")
    parser.add_argument("--seed", type=int, default=1, help="that of the first case; each case has the next one")
    parser.add_argument("--show", action="store_true", help="print every case's Dockerfile")
    arguments = parser.parse_args()
    try:
        comparer = prepared(arguments)
        try:
            return compare(arguments, comparer)
        finally:
            if arguments.builder in LIBRARY:
                buildah.release(arguments.builder, comparer.builder.environment)
    except EngineError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2


def prepared(arguments: argparse.Namespace) -> Comparer:
    """The comparer of a builder that has the base images. Raises EngineError."""
    library = arguments.builder in LIBRARY
    names, archives = list[str](), list[Path]()
    environment = dict(os.environ) if library else engine_environment(arguments.engine_env)
    environment[buildah.STORAGE] = str(arguments.storage.absolute())
    for triggers in (False, True):
        if library:
            name, archive = base_name(triggers=triggers), base_archive(arguments.storage.absolute(), triggers=triggers)
            buildah.load_base(arguments.builder, name, archive, environment)
        else:
            name, archive = ensure_base(environment, arguments.engine_env.parent / "oracle", triggers=triggers)
        names.append(name)
        archives.append(archive)
    builder = find_builder(arguments.builder, environment, *names)
    return Comparer(builder, *archives, Counter(), arguments.show)


def compare(arguments: argparse.Namespace, comparer: Comparer) -> int:
    """All cases, one after the other, with the figures on the last lines."""
    builder, begin = comparer.builder, time.monotonic()
    differing = number = 0
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    print(f"builder {builder.kind}: {' '.join(sorted(builder.features))}", flush=True)
    try:
        while number < arguments.cases and time.monotonic() - begin < arguments.seconds:
            try:
                differing += comparer.case(arguments.seed + number)
            except EmptyImageError:
                comparer.tally["images without a layer, which cannot be saved"] += 1
            number += 1
            if number % TOLD_AFTER == 0:
                print(f"{number} seeds, {comparer.tally['cases']} cases so far, {differing} differ", flush=True)
    except KeyboardInterrupt:
        print("interrupted")
    print(f"seeds {arguments.seed} to {arguments.seed + number - 1}")
    for name in COUNTED:
        print(f"{name} {comparer.tally[name]}")
    for reason, count in comparer.reasons.most_common(12):
        print(f"unknown step, {count} times: {reason}")
    print(f"cases {comparer.tally['cases']}")
    print(f"disagreements {differing}")
    return 1 if differing else 0


if __name__ == "__main__":
    raise SystemExit(main())
