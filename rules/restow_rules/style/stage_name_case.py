"""A stage's name has upper-case letters.

## What it does
Finds stage names that are not lower case.

## Why is this bad?
The builder makes them lower case. `FROM Builder` then names no stage but an image, which is refused, while
`COPY --from=Builder` works.

## Example
```dockerfile
FROM golang:1.22 AS Builder
RUN go build -o /app
```

## Use instead
```dockerfile
FROM golang:1.22 AS builder
RUN go build -o /app
```

## Fix safety
The fix changes the name where it is given. Whoever copies from the stage finds it in any case; the image and the build
cache stay the same.

## References
- Dockerfile reference, *FROM*; BuildKit's check *StageNameCasing*
"""

from __future__ import annotations

from collections.abc import Iterator

from restow.rule import Bad, Case, Edit, Finding, Fix, Good, RuleContext, RuleMeta, Severity
from restow.syntax.ast import From

meta = RuleMeta(
    code="ST004",
    name="stage-name-case",
    summary="A stage's name has upper-case letters.",
    since="0.1.0",
    severity=Severity.INFO,
    aliases=("StageNameCasing",),
)

cases: tuple[Case, ...] = (
    Bad(
        "FROM alpine:3.20 AS Tools\n\nFROM scratch\nCOPY --from=Tools /bin/sh /bin/sh\n",
        lines=(1,),
        fixed="FROM alpine:3.20 AS tools\n\nFROM scratch\nCOPY --from=Tools /bin/sh /bin/sh\n",
    ),
    Good("FROM alpine:3.20 AS tools-2\n"),
)


def check(ctx: RuleContext) -> Iterator[Finding]:
    """A finding at each such name."""
    for node in ctx.dockerfile.instructions:
        word = node.stage_name if isinstance(node, From) else None
        if word is None or word.text == word.text.lower():
            continue
        name = word.text.lower()
        fix = Fix(f"write {name}", (Edit(word.span, name),)) if word.span.of(ctx.dockerfile.text) == word.text else None
        yield ctx.finding(
            meta, word.span, f"the builder knows the stage as {name}, not as {word.text}", help=f"write {name}", fix=fix
        )
