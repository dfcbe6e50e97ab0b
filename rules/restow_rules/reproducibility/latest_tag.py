"""The tag `latest` moves.

## What it does
Finds FROM with the tag `latest` and no digest, also where it is the default of a build argument.

## Why is this bad?
The same commit builds on another base next month. `latest` names what somebody pushed last, not the newest release.

## Example
```dockerfile
FROM debian:latest
```

## Use instead
```dockerfile
FROM debian:12.6-slim
```

## Fix safety
There is no fix: which release the file was written for is for the author to say.

## References
- Dockerfile reference, *FROM*
"""

from __future__ import annotations

from collections.abc import Iterator

from restow.rule import Bad, Case, Finding, Good, RuleContext, RuleMeta
from restow_rules.references import base_references

meta = RuleMeta(
    code="RE002",
    name="latest-tag",
    summary="The base image has the tag latest.",
    since="0.1.0",
    aliases=("DL3007",),
)

cases: tuple[Case, ...] = (
    Bad("FROM debian:latest\n", lines=(1,)),
    Bad("ARG TAG=latest\nFROM debian:${TAG} AS base\n", lines=(2,)),
    Good("FROM debian:12\n"),
    Good(f"FROM debian:latest@sha256:{'a' * 64}\n"),
)


def check(ctx: RuleContext) -> Iterator[Finding]:
    """A finding at each image name that ends with the tag."""
    for node, name in base_references(ctx):
        if name.endswith(":latest"):
            yield ctx.finding(
                meta,
                node.image.span,
                f"{name} is another image from time to time",
                help="name a release, or pin a digest",
            )
