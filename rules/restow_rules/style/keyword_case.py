"""Instructions are written in different cases.

## What it does
Finds keywords of stages that are written in another case than most of them. `From` and the like, neither upper nor lower
case, are always found. ARG above the first FROM and the trigger of an ONBUILD do not count.

## Why is this bad?
Case means nothing to the builder, and readers should not have to wonder.

## Example
```dockerfile
FROM alpine:3.20
run apk add --no-cache curl
```

## Use instead
```dockerfile
FROM alpine:3.20
RUN apk add --no-cache curl
```

## Fix safety
The fix changes keywords alone; the image and the build cache stay the same.

## References
- Dockerfile reference, *Format*; BuildKit's check *ConsistentInstructionCasing*
"""

from __future__ import annotations

from collections.abc import Iterator

from restow.rule import Bad, Case, Edit, Finding, Fix, Good, RuleContext, RuleMeta, Severity
from restow.syntax.ast import Invalid

meta = RuleMeta(
    code="ST001",
    name="keyword-case",
    summary="Instructions are written in different cases.",
    since="0.1.0",
    severity=Severity.INFO,
    aliases=("ConsistentInstructionCasing",),
)

cases: tuple[Case, ...] = (
    Bad("FROM alpine:3.20\nrun a\nCmd b\n", lines=(2, 3), fixed="FROM alpine:3.20\nRUN a\nCMD b\n"),
    Bad("from alpine:3.20\nrun a\nCMD b\n", lines=(3,), fixed="from alpine:3.20\nrun a\ncmd b\n"),
    Good("from alpine:3.20\nrun a\n"),
    Good("FROM alpine:3.20\nRUN a\nRUNN b\n"),
    Good("arg A\nFROM alpine:3.20\nRUN a\nONBUILD run b\n"),
)


def check(ctx: RuleContext) -> Iterator[Finding]:
    """A finding at each keyword in another case than most; upper case wins a tie."""
    nodes = [
        node
        for stage in ctx.model.stages
        for node in (stage.opening, *stage.instructions)
        if not isinstance(node, Invalid)
    ]
    lower = sum(node.keyword.islower() for node in nodes) > sum(node.keyword.isupper() for node in nodes)
    for node in nodes:
        wanted = node.keyword.lower() if lower else node.keyword.upper()
        if node.keyword != wanted:
            span = ctx.dockerfile.keyword_span(node)
            fix = Fix(f"write {wanted}", (Edit(span, wanted),))
            yield ctx.finding(
                meta,
                span,
                f"{node.keyword} is written in another case than most keywords here",
                help=f"write {wanted}",
                fix=fix,
            )
