"""FROM asks for the platform that it gets anyway.

## What it does
Finds `FROM --platform=$TARGETPLATFORM`.

## Why is this bad?
The target platform is the default. A reader takes the flag for something special.

## Example
```dockerfile
FROM --platform=$TARGETPLATFORM alpine:3.20
RUN apk add --no-cache curl
```

## Use instead
```dockerfile
FROM alpine:3.20
RUN apk add --no-cache curl
```

## Fix safety
There is no fix: that both are the same image is not something the simulated build can show.

## References
- Dockerfile reference, *FROM*; BuildKit's check *RedundantTargetPlatform*
"""

from __future__ import annotations

from collections.abc import Iterator

from restow.rule import Bad, Case, Finding, Good, RuleContext, RuleMeta, Severity
from restow_rules.global_arguments import expanded, global_arguments

meta = RuleMeta(
    code="ST007",
    name="redundant-target-platform",
    summary="FROM asks for the platform that it gets anyway.",
    since="0.1.0",
    severity=Severity.INFO,
    aliases=("RedundantTargetPlatform",),
)

cases: tuple[Case, ...] = (
    Bad("FROM --platform=$TARGETPLATFORM alpine:3.20\nFROM --platform=${TARGETPLATFORM} alpine:3.20\n", lines=(1, 2)),
    Good("FROM --platform=$BUILDPLATFORM golang:1.22\n"),
    Good("FROM --platform=linux/$TARGETARCH golang:1.22\n"),
)


def check(ctx: RuleContext) -> Iterator[Finding]:
    """A finding at each such flag."""
    values = global_arguments(ctx).values
    for stage in ctx.model.stages:
        flag = stage.opening.flag("platform")
        expansion = expanded(ctx, flag.value or "", values.get) if flag else None
        if flag is None or expansion is None or expansion.missing or expansion.used != {"TARGETPLATFORM"}:
            continue
        if expansion.text == values["TARGETPLATFORM"]:
            yield ctx.finding(
                meta, flag.span, "the target platform is what FROM takes without the flag", help="remove the flag"
            )
