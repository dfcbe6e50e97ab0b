"""AS is written in another case than its FROM.

## What it does
Finds `FROM image as name` and `from image AS name`. A FROM in mixed case is left to keyword-case.

## Why is this bad?
Case means nothing to the builder, and readers should not have to wonder.

## Example
```dockerfile
FROM golang:1.22 as build
RUN go build -o /app
```

## Use instead
```dockerfile
FROM golang:1.22 AS build
RUN go build -o /app
```

## Fix safety
The fix changes the keyword alone; the image and the build cache stay the same.

## References
- Dockerfile reference, *FROM*; BuildKit's check *FromAsCasing*
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from restow.rule import Bad, Case, Edit, Finding, Fix, Good, RuleContext, RuleMeta, Severity, Span
from restow.syntax.ast import From

meta = RuleMeta(
    code="ST003",
    name="as-keyword-case",
    summary="AS is written in another case than its FROM.",
    since="0.1.0",
    severity=Severity.INFO,
    aliases=("FromAsCasing",),
)

cases: tuple[Case, ...] = (
    Bad("FROM alpine:3.20 as a\n", lines=(1,), fixed="FROM alpine:3.20 AS a\n"),
    Bad("from alpine:3.20 \\\n  AS a\n", lines=(2,), fixed="from alpine:3.20 \\\n  as a\n"),
    Bad("FROM as As as\n", lines=(1,), fixed="FROM as AS as\n"),
    Good("FROM alpine:3.20 AS a\nfrom a as b\n"),
    Good("From alpine:3.20 as a\nFROM a\n"),
)

_LETTERS = re.compile("[A-Za-z]")


def check(ctx: RuleContext) -> Iterator[Finding]:
    """A finding at each such keyword."""
    for node in ctx.dockerfile.instructions:
        if not isinstance(node, From) or node.stage_name is None:
            continue
        lower, upper = node.keyword.islower(), node.keyword.isupper()
        span = _keyword(ctx, node)
        if span is None or not (lower or upper):
            continue
        written = "".join(_LETTERS.findall(span.of(ctx.dockerfile.text)))
        wanted = "as" if lower else "AS"
        if written != wanted:
            whole = span.end - span.start == len(wanted)
            fix = Fix(f"write {wanted}", (Edit(span, wanted),)) if whole else None
            message = f"{written} is written in another case than {node.keyword}"
            yield ctx.finding(meta, span, message, help=f"write {wanted}", fix=fix)


def _keyword(ctx: RuleContext, node: From) -> Span | None:
    """Where AS stands: between the image and the stage's name."""
    for token in ctx.dockerfile.tokens:
        if token.type == "AS" and node.start <= token.start < node.end:
            return Span(token.start, token.end)
    return None
