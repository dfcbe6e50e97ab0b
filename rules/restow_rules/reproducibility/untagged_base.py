"""A base image without a tag is whatever `latest` is on that day.

## What it does
Finds FROM with an image that has neither tag nor digest. `scratch`, stages of the file and names that only a build
argument completes are left alone.

## Why is this bad?
The same commit builds on another base next month, and an upgrade of the base comes unasked, together with an
unrelated change.

## Example
```dockerfile
FROM debian
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
    code="RE001",
    name="untagged-base",
    summary="The base image has neither tag nor digest.",
    since="0.1.0",
    aliases=("DL3006",),
)

cases: tuple[Case, ...] = (
    Bad("FROM debian\n", lines=(1,)),
    Bad("FROM --platform=linux/amd64 registry.example:5000/team/tool AS tool\n", lines=(1,)),
    Good("FROM debian:12\n"),
    Good("FROM scratch\n"),
    Good("FROM debian:12 AS base\nFROM base\n"),
    Good("ARG BASE\nFROM ${BASE}\n"),
)


def check(ctx: RuleContext) -> Iterator[Finding]:
    """A finding at each image name that ends without tag and digest."""
    for node, name in base_references(ctx):
        if "@" not in name and ":" not in name.rsplit("/", 1)[-1]:
            yield ctx.finding(
                meta,
                node.image.span,
                f"{name} has no tag, so it is whatever {name}:latest is today",
                help="name a release, or pin a digest",
            )
