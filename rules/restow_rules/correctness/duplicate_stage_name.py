"""Two stages have the same name.

## What it does
Finds FROM with a stage name that an earlier stage has. Case does not matter, as for the builder.

## Why is this bad?
After the second one nobody can name the first, and `--target` means the first or the last, depending on the builder.

## Example
```dockerfile
FROM golang:1.22 AS build
RUN go build -o /app

FROM node:20 AS build
RUN npm run build
```

## Use instead
```dockerfile
FROM golang:1.22 AS build
RUN go build -o /app

FROM node:20 AS pages
RUN npm run build
```

## Fix safety
There is no fix: which of the stages others mean is for the author to say.

## References
- Dockerfile reference, *FROM*
"""

from __future__ import annotations

from collections.abc import Iterator

from restow.rule import Bad, Case, Finding, Good, RuleContext, RuleMeta, Severity

meta = RuleMeta(
    code="CO010",
    name="duplicate-stage-name",
    summary="Two stages have the same name.",
    since="0.1.0",
    severity=Severity.ERROR,
    aliases=("DL3024", "DuplicateStageName"),
)

cases: tuple[Case, ...] = (
    Bad("FROM debian:12 AS build\nFROM debian:12 AS BUILD\n", lines=(2,)),
    Good("FROM debian:12 AS build\nFROM debian:12 AS test\nFROM debian:12\n"),
)


def check(ctx: RuleContext) -> Iterator[Finding]:
    """A finding at each name that is taken."""
    seen: dict[str, int] = {}
    for stage in ctx.model.stages:
        word = stage.opening.stage_name
        if word is None or stage.name is None:
            continue
        if stage.name in seen:
            line = ctx.source.position(seen[stage.name]).line
            yield ctx.finding(
                meta,
                word.span,
                f"the stage of line {line} has this name already",
                help="give each stage a name of its own",
            )
        seen.setdefault(stage.name, word.start)
