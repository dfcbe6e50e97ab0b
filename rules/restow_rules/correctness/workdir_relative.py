"""A relative WORKDIR depends on what the base image was left in.

## What it does
Finds WORKDIR with a relative path in a stage that has not set an absolute one before, nor a stage that it is built
on.

## Why is this bad?
The folder is joined to the base image's own working directory. A new release of that image may change it, and
everything after the WORKDIR lands elsewhere.

## Example
```dockerfile
FROM python:3.12
WORKDIR app
```

## Use instead
```dockerfile
FROM python:3.12
WORKDIR /app
```

## Fix safety
There is no fix: which folder was meant depends on the base image.

## References
- Dockerfile reference, *WORKDIR*
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from restow.rule import Bad, Case, Finding, Good, RuleContext, RuleMeta
from restow.syntax.ast import Workdir
from restow_rules.stages import instructions_of, lineage

_ABSOLUTE = re.compile(r"[\"']?(?:[/\\$%]|[A-Za-z]:)")

meta = RuleMeta(
    code="CO005",
    name="workdir-relative",
    summary="A relative WORKDIR depends on the base image's working directory.",
    since="0.1.0",
    aliases=("DL3000", "WorkdirRelativePath"),
)

cases: tuple[Case, ...] = (
    Bad("FROM python:3.12\nWORKDIR app\n", lines=(2,)),
    Good("FROM python:3.12\nWORKDIR /srv\nWORKDIR app\n"),
    Good("FROM python:3.12\nARG HOME_FOLDER=/srv\nWORKDIR ${HOME_FOLDER}\n"),
    Good("FROM python:3.12 AS base\nWORKDIR /srv\n\nFROM base\nWORKDIR app\n"),
)


def check(ctx: RuleContext) -> Iterator[Finding]:
    """A finding at each relative WORKDIR with no absolute one before it."""
    absolute: set[int] = set()
    for stage in ctx.model.stages:
        if any(other.index in absolute for other in lineage(ctx, stage)):
            absolute.add(stage.index)
        for node in instructions_of(stage):
            if not isinstance(node, Workdir):
                continue
            if _ABSOLUTE.match(node.path.text):
                absolute.add(stage.index)
            elif node.path.text not in (".", "./") and stage.index not in absolute:
                yield ctx.finding(
                    meta,
                    node.path.span,
                    f"{node.path.text} is joined to the base image's working directory",
                    help=f"write the whole path, for example WORKDIR /{node.path.text}",
                )
