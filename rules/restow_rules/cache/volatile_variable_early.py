"""A value that changes with every build is set in front of expensive steps that do not use it.

## What it does
Finds ARG and ENV with names such as `GIT_SHA`, `BUILD_DATE` or `BUILD_NUMBER` that are followed by an expensive RUN
before anything uses them. The names are an option.

## Why is this bad?
A RUN sees every variable in force, so a new value repeats every RUN after it, also those that never look at it.

## Example
```dockerfile
FROM debian:12
ARG GIT_SHA
RUN apt-get update && apt-get install -y curl
LABEL org.opencontainers.image.revision=$GIT_SHA
```

## Use instead
```dockerfile
FROM debian:12
RUN apt-get update && apt-get install -y curl
ARG GIT_SHA
LABEL org.opencontainers.image.revision=$GIT_SHA
```

## Fix safety
The rule itself has no fix. `restow fix` moves the instruction where the simulated image stays the same.

## References
- Dockerfile reference, *Impact on build caching* of ARG
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from restow.rule import Bad, Case, Finding, Good, Option, RuleContext, RuleMeta
from restow.syntax.ast import Arg, Env, Instruction, Label, Run

if TYPE_CHECKING:
    from restow.rule import StageResult, Step

NAMES = (
    "GIT_SHA GIT_COMMIT GIT_COMMIT_SHA GIT_REV GIT_REVISION GIT_HASH GIT_REF COMMIT COMMIT_SHA COMMIT_HASH "
    "COMMIT_ID SHA SHA1 REVISION VCS_REF SOURCE_COMMIT CI_COMMIT_SHA GITHUB_SHA BUILD_DATE BUILD_TIME "
    "BUILD_TIMESTAMP BUILDTIME BUILD_NUMBER BUILD_NUM BUILD_ID BUILD_REF BUILD_VERSION APP_VERSION VERSION "
    "RELEASE_VERSION"
).split()
EXPENSIVE = 2.0  # seconds from which a step is worth keeping in the cache

meta = RuleMeta(
    code="CA002",
    name="volatile-variable-early",
    summary="A value that changes with every build is set in front of expensive steps that do not use it.",
    since="0.1.0",
    options=(Option("names", list(NAMES), "names of variables that change with every build; case does not matter"),),
)

cases: tuple[Case, ...] = (
    Bad(
        "FROM debian:12\nARG GIT_SHA\nRUN apt-get update && apt-get install -y curl\nLABEL revision=$GIT_SHA\n",
        lines=(2,),
    ),
    Bad(
        "FROM debian:12\nARG BUILD_DATE=unset\nENV BUILD_DATE=$BUILD_DATE\nRUN apt-get install -y curl\n", lines=(2, 3)
    ),
    Good("FROM debian:12\nRUN apt-get update && apt-get install -y curl\nARG GIT_SHA\nLABEL revision=$GIT_SHA\n"),
    Good("FROM debian:12\nARG VERSION=1.2\nRUN curl -fsSLO https://host.example/tool-$VERSION.tgz\n"),
    Good("FROM debian:12\nARG GIT_SHA\nRUN mkdir /data\n", note="Cheap."),
    Good("ARG GIT_SHA\nFROM debian:12\nRUN apt-get install -y curl\n", note="Not in force in the stage."),
)


def check(ctx: RuleContext) -> Iterator[Finding]:
    """A finding at each such ARG and ENV."""
    given = ctx.option(meta, "names")
    names = {str(name).upper() for name in given} if isinstance(given, list | tuple) else set(NAMES)
    if not any(_volatile(node, names) for stage in ctx.model.stages for node in stage.instructions):
        return
    for result, index, step in ctx.steps():
        node = step.instruction
        keys = _volatile(node, names)
        if not keys:
            continue
        run = _first_bystander(ctx, result, index, set(keys))
        if run is not None:
            line = ctx.source.position(run.instruction.start).line
            yield ctx.finding(
                meta,
                node,
                f"every new value of {keys[0]} repeats the RUN of line {line} (about {run.seconds:.0f} s), which does not use it",
                help=f"move the {node.keyword.upper()} down to where {keys[0]} is used",
                rearrange=True,
            )


def _volatile(node: Instruction, names: set[str]) -> list[str]:
    """The variables that the instruction sets to a value that changes with every build."""
    if not isinstance(node, Arg | Env):
        return []
    found = [pair for pair in node.pairs if pair.key.upper() in names]
    if isinstance(node, Env) and not any("$" in (pair.value or "") for pair in found):
        return []
    return [pair.key for pair in found]


def _first_bystander(ctx: RuleContext, result: StageResult, index: int, names: set[str]) -> Step | None:
    """The first expensive RUN after the step that comes before any use of the names but those of ENV, ARG and LABEL."""
    for step in result.steps[index + 1 :]:
        node = step.instruction
        text = ctx.dockerfile.text[node.start : node.end]
        uses = any(re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text) for name in names)
        if isinstance(node, Env | Arg):
            names |= {pair.key for pair in node.pairs if uses}
        elif uses and not isinstance(node, Label):
            return None
        elif isinstance(node, Run) and step.seconds >= EXPENSIVE:
            return step
    return None
