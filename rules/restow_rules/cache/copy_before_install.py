"""A COPY brings in more than the installation after it reads, so every change of the rest repeats the installation.

## What it does
Finds COPY and ADD of context files that are followed, in the same stage, by a RUN which uses the network or takes
seconds, and which reads only some of the copied files, or none. What a RUN reads is known for programs with a model,
and a RUN with any other command is left alone.

## Why is this bad?
A step is rebuilt when anything changed that came before it. With the whole source tree in front of it, `pip install`
runs again for every edit of every file.

## Example
```dockerfile
FROM python:3.12
WORKDIR /app
COPY . .
RUN pip install --no-cache-dir -r requirements.txt
```

## Use instead
```dockerfile
FROM python:3.12
WORKDIR /app
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
COPY . .
```

## Fix safety
The rule itself has no fix. `restow fix` looks for a cheaper arrangement, applies it only where the simulated image is
the same, and names what that rests on.

## References
- BuildKit documentation, *Build cache invalidation*
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from restow.rule import Bad, Case, Finding, Good, RuleContext, RuleMeta
from restow.syntax.ast import Add, Copy, Run
from restow_rules.stages import local_sources

if TYPE_CHECKING:
    from restow.rule import StageResult, Step
    from restow.vfs import Node

EXPENSIVE = 2.0  # seconds from which a step is worth keeping in the cache

meta = RuleMeta(
    code="CA001",
    name="copy-before-install",
    summary="A COPY in front of an installation brings in files that the installation does not read.",
    since="0.1.0",
    needs=frozenset({"context"}),
)

_FILES = {"requirements.txt": "flask==3.0.3\n", "app.py": "import flask\n"}
cases: tuple[Case, ...] = (
    Bad("FROM python:3.12\nWORKDIR /app\nCOPY . .\nRUN pip install -r requirements.txt\n", lines=(3,), files=_FILES),
    Bad("FROM debian:12\nCOPY . /app\nRUN apt-get update && apt-get install -y curl\n", lines=(2,), files=_FILES),
    Bad(
        "FROM python:3.12\nWORKDIR /app\nCOPY requirements.txt app.py ./\nRUN pip install -r requirements.txt\n",
        lines=(3,),
        files=_FILES,
    ),
    Good(
        "FROM python:3.12\nWORKDIR /app\nCOPY requirements.txt .\nRUN pip install -r requirements.txt\nCOPY . .\n",
        files=_FILES,
    ),
    Good("FROM python:3.12\nCOPY . /app\nRUN mkdir /data\n", files=_FILES, note="Cheap."),
    Good("FROM python:3.12\nCOPY . /app\nRUN make -C /app\n", files=_FILES, note="What `make` reads is not known."),
    Good("FROM debian:12\nCOPY requirements.txt /app/\nRUN ./make.sh\nRUN apt-get install -y git\n", files=_FILES),
)


def check(ctx: RuleContext) -> Iterator[Finding]:
    """A finding at each COPY or ADD that an expensive RUN does not need in full."""
    for result, index, step in ctx.steps():
        node = step.instruction
        if not isinstance(node, Copy | Add) or not local_sources(node) or step.unknown or not step.context.sources:
            continue
        copied = _copied(ctx, step)
        run = _expensive_reader(result, index, copied) if copied else None
        if run is None:
            continue
        used = sorted(path for path in copied if _needed(path, run))
        line = ctx.source.position(run.instruction.start).line
        reads = f"reads only {_listed(used)} of it" if used else "reads none of it"
        yield ctx.finding(
            meta,
            node,
            f"every change of the copied files repeats the RUN of line {line} (about {run.seconds:.0f} s), which {reads}",
            help="copy what the RUN reads, then RUN, then copy the rest" if used else "copy after the RUN",
            rearrange=True,
        )


def _copied(ctx: RuleContext, step: Step) -> tuple[str, ...]:
    """The paths in the image that the step's files get; folders in full."""
    if ctx.context is None or len(step.places) < len(step.context.sources):
        return ()
    if len(step.places) != len(step.context.sources):
        return step.places
    found: list[str] = []
    for source, place in zip(step.context.sources, step.places, strict=True):
        node = ctx.context.lookup(source)
        if node is None:
            return step.places
        found += _files(node, place)
    return tuple(found)


def _files(node: Node, place: str) -> Iterator[str]:
    from restow.vfs import Directory, join

    if isinstance(node, Directory):
        for name, child in node.children.items():
            yield from _files(child, join(place, name))
    else:
        yield place


def _expensive_reader(result: StageResult, index: int, copied: tuple[str, ...]) -> Step | None:
    """The first expensive RUN after the step, if all its commands are known and it leaves some of the copied files unread."""
    for step in result.steps[index + 1 :]:
        if step.unknown:
            return None
        if isinstance(step.instruction, Run) and not step.context.sources and step.commands:
            if any(command.effect.network or command.effect.seconds >= EXPENSIVE for command in step.commands):
                return step if any(not _needed(path, step) for path in copied) else None
            if any(_needed(path, step) for path in copied):
                return None
    return None


def _needed(path: str, step: Step) -> bool:
    """Whether a command of the RUN needs the path: names it or a folder around it, or, without such names, reads there."""
    for command in step.commands:
        if any(f"{path}/".startswith(f"{need}/") for need in command.effect.needs):
            return True
        if not command.effect.needs and any(region.covers(path) for region in command.effect.reads):
            return True
    return False


def _listed(paths: list[str]) -> str:
    return ", ".join(paths[:3]) + (f" and {len(paths) - 3} more" if len(paths) > 3 else "")
