"""An instruction cannot be read.

## What it does
Reports each instruction that does not parse, at the place where it goes wrong, with what to do about it.

## Why is this bad?
The build stops at it, or worse, an older frontend takes it for something else. Every other rule passes the
instruction over.

## Example
```dockerfile
FROM alpine:3.20
RUNN apk add curl
```

## Use instead
```dockerfile
FROM alpine:3.20
RUN apk add curl
```

## Fix safety
There is no fix: what was meant is for the author to say.

## References
- Dockerfile reference, *Format*
"""

from __future__ import annotations

from collections.abc import Iterator

from restow.rule import Bad, Case, Finding, Good, RuleContext, RuleMeta, Severity, Span
from restow.syntax.ast import Invalid, Onbuild

meta = RuleMeta(
    code="CO001",
    name="invalid-instruction",
    summary="An instruction does not parse.",
    since="0.1.0",
    severity=Severity.ERROR,
    aliases=("DL1000",),
)

cases: tuple[Case, ...] = (
    Bad("FROM alpine:3.20\nRUNN apk add curl\n", lines=(2,)),
    Bad('FROM alpine:3.20\nENV A B=\n\nHEALTHCHECK\nCMD ["sh"]\n', lines=(4,)),
    Good('FROM alpine:3.20\nENV A=1 B="2 3"\nHEALTHCHECK NONE\n'),
)


def check(ctx: RuleContext) -> Iterator[Finding]:
    """A finding at each ``Invalid`` node, from where it goes wrong to the end of that line."""
    for node in ctx.dockerfile.instructions:
        inner = node.instruction if isinstance(node, Onbuild) else node
        if isinstance(inner, Invalid):
            yield ctx.finding(meta, _place(ctx, inner), inner.message)


def _place(ctx: RuleContext, node: Invalid) -> Span:
    text = ctx.dockerfile.text[: node.end]
    start = node.offset if node.start < node.offset < node.end and text[node.offset : node.end].strip() else node.start
    end = text.find("\n", start)
    return Span(start, end if end >= 0 else node.end)
