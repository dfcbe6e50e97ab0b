"""The image runs as root.

## What it does
Finds a last USER of the image that is root, and images without USER whose base is known to run as root.

## Why is this bad?
A program that is taken over is root inside of the container, and with that nearer to root outside than it needs to
be.

## Example
```dockerfile
FROM python:3.12
USER root
CMD ["python", "app.py"]
```

## Use instead
```dockerfile
FROM python:3.12
RUN useradd --system app
USER app
CMD ["python", "app.py"]
```

## Fix safety
There is no fix: files, ports and folders have to suit another user first.

## References
- Dockerfile reference, *USER*
"""

from __future__ import annotations

from collections.abc import Iterator

from restow.rule import Bad, Case, Finding, Good, RuleContext, RuleMeta, Severity
from restow.syntax.ast import User
from restow_rules.stages import instructions_of, lineage

ROOT = ("root", "0", "root:root", "0:0", "root:0", "0:root")

meta = RuleMeta(
    code="SE001",
    name="run-as-root",
    summary="The image runs as root.",
    since="0.1.0",
    severity=Severity.INFO,
    aliases=("DL3002",),
    preview=True,
)

cases: tuple[Case, ...] = (
    Bad("FROM python:3.12\nUSER app\nRUN a\nUSER root\n", lines=(4,)),
    Bad(
        "FROM golang:1.22 AS build\nUSER root\n\nFROM debian:12\n",
        lines=(4,),
        note="No USER, and Debian's image sets none.",
    ),
    Good("FROM python:3.12\nUSER root\nRUN a\nUSER app\n"),
    Good("FROM host.example/team/base:1\n", note="Which user that image sets is not known."),
    Good("FROM scratch\nCOPY app /app\nUSER 1000\n"),
)


def check(ctx: RuleContext) -> Iterator[Finding]:
    """At most one finding: at the USER, or at the FROM of the last stage."""
    target = ctx.model.target
    if target is None:
        return
    users = [node for stage in lineage(ctx, target) for node in instructions_of(stage) if isinstance(node, User)]
    if users:
        if users[-1].user.text.strip("\"'") in ROOT:
            yield ctx.finding(meta, users[-1], "the image runs as root", help="end with a USER that is not root")
        return
    result = ctx.simulation.target if ctx.simulation is not None else None
    if result is not None and target.base.kind != "scratch" and result.start.user == "":
        yield ctx.finding(
            meta,
            target.opening,
            f"no USER is set, and {target.base.name} runs as root",
            help="add a USER that is not root",
        )
