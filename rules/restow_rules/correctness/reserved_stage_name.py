"""A stage is called scratch or context.

## What it does
Finds stages with a name that the builder uses for something else.

## Why is this bad?
`FROM scratch` then means the stage and no longer the empty image, and `context` is the build context.

## Example
```dockerfile
FROM alpine:3.20 AS scratch
RUN make
```

## Use instead
```dockerfile
FROM alpine:3.20 AS build
RUN make
```

## Fix safety
There is no fix: what other instructions mean by the name is for the author to say.

## References
- Dockerfile reference, *FROM*; BuildKit's check *ReservedStageName*
"""

from __future__ import annotations

from collections.abc import Iterator

from restow.rule import Bad, Case, Finding, Good, RuleContext, RuleMeta

meta = RuleMeta(
    code="CO018",
    name="reserved-stage-name",
    summary="A stage is called scratch or context.",
    since="0.1.0",
    aliases=("ReservedStageName",),
)

cases: tuple[Case, ...] = (
    Bad("FROM alpine:3.20 AS scratch\nFROM alpine:3.20 AS Context\n", lines=(1, 2)),
    Good("FROM scratch AS scratch2\n"),
)

RESERVED = ("scratch", "context")


def check(ctx: RuleContext) -> Iterator[Finding]:
    """A finding at each such name."""
    for stage in ctx.model.stages:
        word = stage.opening.stage_name
        if word is not None and stage.name in RESERVED:
            yield ctx.finding(
                meta, word.span, f"{stage.name} means something else to the builder", help="give the stage another name"
            )
