"""MAINTAINER is deprecated.

## What it does
Finds MAINTAINER.

## Why is this bad?
It sets a field of the image that most tools do not show, and it may cease to work. A label can be read and searched
everywhere.

## Example
```dockerfile
FROM alpine:3.20
MAINTAINER Jane Doe <jane@host.example>
```

## Use instead
```dockerfile
FROM alpine:3.20
LABEL org.opencontainers.image.authors="Jane Doe <jane@host.example>"
```

## Fix safety
There is no fix: a label in place of the author field is another image.

## References
- Dockerfile reference, *MAINTAINER (deprecated)*
"""

from __future__ import annotations

from collections.abc import Iterator

from restow.rule import Bad, Case, Finding, Good, RuleContext, RuleMeta
from restow.syntax.ast import Invalid, Maintainer

meta = RuleMeta(
    code="CO007",
    name="maintainer-deprecated",
    summary="MAINTAINER is deprecated.",
    since="0.1.0",
    aliases=("DL4000", "MaintainerDeprecated"),
)

cases: tuple[Case, ...] = (
    Bad("FROM alpine:3.20\nMAINTAINER Jane Doe <jane@host.example>\n", lines=(2,)),
    Bad("FROM alpine:3.20\nMAINTAINER\n", lines=(2,)),
    Good('FROM alpine:3.20\nLABEL org.opencontainers.image.authors="Jane Doe"\n'),
)


def check(ctx: RuleContext) -> Iterator[Finding]:
    """A finding at each MAINTAINER, also at one that does not parse."""
    for node in ctx.dockerfile.instructions:
        if isinstance(node, Invalid) and node.keyword.lower() == "maintainer":
            yield ctx.finding(meta, node, "MAINTAINER is deprecated", help="write a LABEL, or remove the line")
        elif isinstance(node, Maintainer):
            label = f'LABEL org.opencontainers.image.authors="{node.name.strip().strip(chr(34))}"'
            yield ctx.finding(meta, node, "MAINTAINER is deprecated", help=f"write {label}")
