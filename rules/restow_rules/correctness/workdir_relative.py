"""A relative WORKDIR depends on what the base image was left in.

## What it does
Finds the first WORKDIR of a stage where its path, variables expanded, is relative, unless a stage that it is built on has
a WORKDIR. A path with a variable that only the base image could set is left alone.

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
from restow_rules.dispatch import dispatched
from restow_rules.global_arguments import expanded

_ON_WINDOWS = re.compile(r"(?:[Cc]:)?[/\\]")

meta = RuleMeta(
    code="CO005",
    name="workdir-relative",
    summary="A relative WORKDIR depends on the base image's working directory.",
    since="0.1.0",
    aliases=("DL3000", "WorkdirRelativePath"),
)

cases: tuple[Case, ...] = (
    Bad("FROM python:3.12\nWORKDIR app\n", lines=(2,)),
    Bad("FROM python:3.12\nARG FOLDER=app\nWORKDIR $FOLDER\nWORKDIR more\n", lines=(3,)),
    Good("FROM python:3.12\nWORKDIR /srv\nWORKDIR app\n"),
    Good("FROM python:3.12\nWORKDIR $PYTHON_HOME\n"),
    Good("FROM mcr.microsoft.com/windows/nanoserver:ltsc2022\nWORKDIR C:\\\\srv\n"),
    Good("FROM python:3.12\nARG HOME_FOLDER=/srv\nWORKDIR ${HOME_FOLDER}\n"),
    Good("FROM python:3.12 AS base\nWORKDIR /srv\n\nFROM base\nWORKDIR app\n"),
)


def check(ctx: RuleContext) -> Iterator[Finding]:
    """A finding at the first WORKDIR of each stage, where it is relative."""
    for item in dispatched(ctx):
        node, state = item.node, item.state
        if not isinstance(node, Workdir) or state.workdir:
            continue
        expansion = expanded(ctx, node.path.text, state.values.get)
        if expansion is None or (expansion.missing - state.declared.keys() and not state.complete):
            continue
        path = expansion.text
        if not (_ON_WINDOWS.match(path) if state.windows else path.startswith("/")):
            yield ctx.finding(
                meta,
                node.path.span if item.place is node else item.place,
                f"{path or node.path.text} is joined to the base image's working directory",
                help=f"write the whole path, for example WORKDIR /{path}",
            )
