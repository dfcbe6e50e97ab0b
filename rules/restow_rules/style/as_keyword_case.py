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
from bisect import bisect_left
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
    text = ctx.dockerfile.text
    nodes = [node for node in ctx.dockerfile.instructions if isinstance(node, From) and node.stage_name is not None]
    for node, span in zip(nodes, _keywords(ctx, nodes), strict=True):
        lower, upper = node.keyword.islower(), node.keyword.isupper()
        if span is None or not (lower or upper):
            continue
        written = "".join(_LETTERS.findall(span.of(text)))
        wanted = "as" if lower else "AS"
        if written != wanted:
            whole = span.end - span.start == len(wanted)
            fix = Fix(f"write {wanted}", (Edit(span, wanted),)) if whole else None
            message = f"{written} is written in another case than {node.keyword}"
            yield ctx.finding(meta, span, message, help=f"write {wanted}", fix=fix)


def _keywords(ctx: RuleContext, nodes: list[From]) -> Iterator[Span | None]:
    """Where AS stands in each of ``nodes``: between the image and the stage's name."""
    found = [Span(token.start, token.end) for token in ctx.dockerfile.tokens if token.type == "AS"]
    for node in nodes:
        at = bisect_left(found, node.start, key=lambda span: span.start)
        yield found[at] if at < len(found) and found[at].start < node.end else None
