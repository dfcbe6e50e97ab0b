"""FROM with a platform that is written out.

## What it does
Finds `FROM --platform=linux/arm64` and the like, unless the stage's name has the operating system or the architecture in
it.

## Why is this bad?
The stage is built for that platform whatever `docker build --platform` asks for, and the image may hold programs that do
not run where it says it does.

## Example
```dockerfile
FROM --platform=linux/amd64 golang:1.22 AS build
RUN go build -o /app
```

## Use instead
```dockerfile
FROM --platform=$BUILDPLATFORM golang:1.22 AS build
RUN go build -o /app
```

## Fix safety
There is no fix: the image would be another one.

## References
- Docker documentation, *Multi-platform builds*; BuildKit's check *FromPlatformFlagConstDisallowed*
"""

from __future__ import annotations

from collections.abc import Iterator

from restow.rule import Bad, Case, Finding, Good, RuleContext, RuleMeta
from restow_rules.global_arguments import expanded, global_arguments
from restow_rules.platforms import parse_platform

meta = RuleMeta(
    code="CO014",
    name="constant-platform",
    summary="FROM with a platform that is written out.",
    since="0.1.0",
    aliases=("FromPlatformFlagConstDisallowed",),
)

cases: tuple[Case, ...] = (
    Bad("FROM --platform=linux/amd64 alpine:3.20 AS tools\nFROM --platform=arm64 alpine:3.20\n", lines=(1, 2)),
    Good("FROM --platform=linux/amd64 alpine:3.20 AS tools-amd64\nFROM --platform=$BUILDPLATFORM alpine:3.20\n"),
    Good("FROM --platform=nonsense alpine:3.20\n"),
)


def check(ctx: RuleContext) -> Iterator[Finding]:
    """A finding at each such flag."""
    values = global_arguments(ctx).values
    for stage in ctx.model.stages:
        flag = stage.opening.flag("platform")
        expansion = expanded(ctx, flag.value or "", values.get) if flag else None
        if flag is None or expansion is None or expansion.used or expansion.missing:
            continue
        platform = parse_platform(expansion.text)
        if platform is None or any(part in (stage.name or "") for part in platform):
            continue
        yield ctx.finding(
            meta,
            flag.span,
            f"the stage is built for {expansion.text}, whatever platform is asked for",
            help="use $BUILDPLATFORM or no flag, or name the stage after its platform",
        )
