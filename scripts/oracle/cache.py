"""Hits and misses of random rebuilds: a real engine against the model.

    python scripts/oracle/cache.py --engine-env FILE [--builder classic] [--seconds N] [--cases N] [--seed N]

Each case is a random Dockerfile over a random context and one random change of either. Both are built with the real engine,
one after the other, and CACHED is compared with the model, step by step. A miss that the model says only to be careful (what a
program writes may have changed) is counted apart. A case whose builds fail is left out. Exit code 1 where something differs.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

from builders import Built, BuiltStep, EngineError, build, build_classic, engine_environment
from contexts import Tree, random_change, random_tree, unsent, write
from dockerfiles import Sketch, Writer, random_edit

from restow.build import read_context, simulate
from restow.build.cache_changes import as_sent, with_texts
from restow.build.cache_operations import BuildOptions
from restow.build.context import Context
from restow.build.keys import Builder
from restow.build.rebuild import OneBuild, Rebuild, RebuiltStage, rebuild
from restow.syntax import parse
from restow.syntax.ast import Workdir

IGNORE_FILES = ("", "", "Dockerfile\n.dockerignore\n", "*.md\n", "docs\n!docs/a\n", "**/b.txt\nDockerfile\n")


@dataclass(frozen=True)
class Side:
    """One of the two builds of a case. ``renewed`` is a stage that is built without the cache, ``*`` for all."""

    sketch: Sketch
    tree: Tree
    ignore: str
    renewed: str = ""


@dataclass(frozen=True)
class Case:
    """Two builds, and in words what changed between them."""

    first: Side
    second: Side
    change: str


def random_case(seed: int, salt: str, builder: str) -> Case:
    """The case of a seed for a builder."""
    random = Random(seed)
    tree = random_tree(random, salt)
    first = Side(Writer(random, tree, salt, builder == "classic").sketch(), tree, random.choice(IGNORE_FILES))
    kind = random.random()
    if kind < 0.5:
        changed, words = random_change(tree, random, salt)
        return Case(first, Side(first.sketch, changed, first.ignore), words)
    if kind < 0.55:
        renewed = "*" if builder == "classic" else random.choice(("*", "s0", "s1"))
        return Case(first, replace(first, renewed=renewed), f"without the cache: {renewed}")
    if kind < 0.93:
        edited, words = random_edit(first.sketch, random)
        return Case(first, Side(edited, tree, first.ignore), words)
    ignore = random.choice(IGNORE_FILES)
    return Case(first, Side(first.sketch, tree, ignore), f"the ignore file becomes {ignore!r}")


def put(side: Side, folder: Path) -> Context:
    """The side on disk, and as the model reads it."""
    write(side.tree, folder)
    (folder / "Dockerfile").write_text(side.sketch.text)
    if side.ignore:
        (folder / ".dockerignore").write_text(side.ignore)
    context = read_context(folder, folder / "Dockerfile", hashed=True)
    return with_texts(context, {"Dockerfile": side.sketch.text, ".dockerignore": side.ignore})


def differences(done: Rebuild, built: Built, tally: Counter[str]) -> list[str]:
    """The steps that the engine treats otherwise than the model says."""
    found: list[str] = []
    for stage in done.stages:
        rows = rows_of(stage, done, built)
        steps = [step for step in stage.steps if step.outcome != "no step"] if stage.built else []
        if len(rows) != len(steps):
            found.append(
                f"{stage.stage.title}: the model has {len(steps)} steps, the engine {[one.text for one in rows]}"
            )
            continue
        for step, row in zip(steps, rows, strict=True):
            tally["steps"] += 1
            tally["hits"] += row.cached
            if (step.outcome == "hit") is row.cached or starts_from_nothing(done, stage, step.index):
                continue
            if row.cached and careful(done, stage.stage.index, step.index):
                tally["careful"] += 1
                continue
            found.append(
                f"{stage.stage.title}: {row.text}: the model says {step.outcome} ({step.miss}), the engine did not"
            )
    return found


def rows_of(stage: RebuiltStage, done: Rebuild, built: Built) -> list[BuiltStep]:
    """What the engine told of a stage's steps, in their order, FROM and the merges of --link left out."""
    if done.builder == "classic":
        openings = [index for index, one in enumerate(built.steps) if one.text.upper().startswith("FROM ")]
        openings.append(len(built.steps))
        return (
            list(built.steps[openings[stage.stage.index] + 1 : openings[stage.stage.index + 1]]) if stage.built else []
        )
    names = {stage.stage.name, f"stage-{stage.stage.index}", "" if len(done.stages) == 1 else None}
    rows = [one for one in built.steps if one.stage in names and not one.text.upper().startswith(("FROM ", "LINK "))]
    return sorted(rows, key=lambda one: one.number)


def starts_from_nothing(done: Rebuild, stage: RebuiltStage, index: int) -> bool:
    """Whether the step is a WORKDIR on an empty filesystem: the engine shows it as CACHED only if it needs the result."""
    node = done.after.stages[stage.stage.index].steps[index].instruction
    below = [step for step in stage.steps[:index] if step.outcome != "no step"]
    return done.builder == "buildkit" and isinstance(node, Workdir) and stage.stage.base.kind == "scratch" and not below


def careful(done: Rebuild, stage: int, index: int) -> bool:
    """Whether a miss rests on what a program may have written, in its own stage or in one that it takes files from."""
    reasons = [
        step.miss
        for one in done.stages
        for step in one.steps
        if step.miss and (one.stage.index, step.index) <= (stage, index)
    ]
    return any(reason.kind == "stage" and "may" in reason.text for reason in reasons)


def run(case: Case, builder: Builder, environment: dict[str, str], tally: Counter[str]) -> list[str] | None:
    """What differs in one case; None where one of its builds failed."""
    with tempfile.TemporaryDirectory(prefix="restow-oracle-") as name:
        folder = Path(name)  # the engine keeps what it was sent by the folder's own name, so that has to be a new one
        before = put(case.first, folder)
        carry_out = build if builder == "buildkit" else build_classic
        if not carry_out(folder, environment, options(case.first, builder)).ok:
            return None
        after = put(case.second, folder)
        built = carry_out(folder, environment, options(case.second, builder))
        if not built.ok:
            return None
    if builder == "buildkit":  # the classic builder is sent everything
        after = as_sent(before, after, unsent(case.first.tree, case.second.tree))
    return differences(rebuild(one_build(case.first, before), one_build(case.second, after), builder), built, tally)


def options(side: Side, builder: Builder) -> list[str]:
    """The build's options as the engine's client takes them."""
    found = ["--output=type=cacheonly"] if builder == "buildkit" else []  # no image is left behind
    found += [f"--build-arg={name}={value}" for name, value in side.sketch.arguments.items()]
    if side.sketch.target:
        found.append(f"--target={side.sketch.target}")
    if side.renewed:
        found.append("--no-cache" if side.renewed == "*" else f"--no-cache-filter={side.renewed}")
    return found


def one_build(side: Side, context: Context) -> OneBuild:
    """The side as the model takes it."""
    simulation = simulate(parse(side.sketch.text), context, arguments=side.sketch.arguments)
    options = BuildOptions(no_cache=frozenset([side.renewed] if side.renewed else []))
    return OneBuild(simulation, side.sketch.target, options)


def main() -> int:
    """Run cases until the time or their number is used up."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--engine-env", type=Path, required=True, metavar="FILE", help="the engine's variables, as export lines"
    )
    parser.add_argument(
        "--builder", choices=("buildkit", "classic"), default="buildkit", help="which one (default: buildkit)"
    )
    parser.add_argument("--seconds", type=float, default=60, help="when to stop (default: 60)")
    parser.add_argument("--cases", type=int, default=1_000_000, help="how many cases at most")
    parser.add_argument("--seed", type=int, default=1, help="that of the first case; each case has the next one")
    arguments = parser.parse_args()
    try:
        environment = engine_environment(arguments.engine_env)
        return compare(arguments, environment)
    except EngineError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2


def compare(arguments: argparse.Namespace, environment: dict[str, str]) -> int:
    """All cases, one after the other, with the figures on the last lines."""
    tally, begin = Counter[str](), time.monotonic()
    differing = 0
    number = 0
    try:
        while number < arguments.cases and time.monotonic() - begin < arguments.seconds:
            differing += one_case(arguments.seed + number, arguments.builder, environment, tally)
            number += 1
    except KeyboardInterrupt:
        print("interrupted")
    print(f"seeds {arguments.seed} to {arguments.seed + number - 1}")
    for name in ("steps", "hits", "careful", "failed builds"):
        print(f"{name} {tally[name]}")
    print(f"cases {tally['cases']}")
    print(f"disagreements {differing}")
    return 1 if differing else 0


def one_case(seed: int, builder: Builder, environment: dict[str, str], tally: Counter[str]) -> bool:
    """Whether the case of a seed differs; it is printed then."""
    case = random_case(seed, f"x{time.time_ns():x}", builder)
    found = run(case, builder, environment, tally)
    tally["failed builds" if found is None else "cases"] += 1
    if found:
        print(
            f"seed {seed}: {case.change}",
            *found,
            case.first.sketch.text,
            sorted(case.first.tree),
            sep="\n  ",
            flush=True,
        )
    return bool(found)


if __name__ == "__main__":
    raise SystemExit(main())
