"""Without build arguments the base image has no valid name.

## What it does
Finds FROM whose image, with the defaults of the ARGs above it, is empty or no image's name.

## Why is this bad?
`docker build` without `--build-arg` fails, and so does every tool that looks at the Dockerfile alone.

## Example
```dockerfile
ARG VERSION
FROM python:$VERSION
```

## Use instead
```dockerfile
ARG VERSION=3.12
FROM python:$VERSION
```

## Fix safety
There is no fix: which default is right is for the author to say.

## References
- Dockerfile reference, *ARG*; BuildKit's check *InvalidDefaultArgInFrom*
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from restow.rule import Bad, Case, Finding, Good, RuleContext, RuleMeta
from restow_rules.global_arguments import default_arguments, expanded

meta = RuleMeta(
    code="CO016",
    name="invalid-default-base",
    summary="Without build arguments the base image has no valid name.",
    since="0.1.0",
    aliases=("InvalidDefaultArgInFrom",),
)

cases: tuple[Case, ...] = (
    Bad("ARG VERSION\nFROM python:$VERSION\n", lines=(2,)),
    Bad("ARG IMAGE\nFROM $IMAGE\nFROM Alpine\n", lines=(2, 3)),
    Good("ARG VERSION=3.12\nFROM python:$VERSION AS one\nFROM python${VERSION:+-slim}\nFROM one\n"),
    Good("FROM alpine:3.20-$TARGETARCH\n"),
)

_PLAIN = re.compile(r"[a-z]{1,40}(?::[a-z0-9][a-z0-9.-]{0,80})?")  # most names: to parse the others takes loading more


def check(ctx: RuleContext) -> Iterator[Finding]:
    """A finding at each such FROM, up to the first that cannot be expanded."""
    arguments = default_arguments(ctx)
    if arguments.broken:
        return
    for stage in ctx.model.stages:
        word = stage.opening.image
        expansion = expanded(ctx, word.text, arguments.values.get)
        if expansion is None:
            return
        if not _is_name(expansion.text):
            yield ctx.finding(
                meta,
                word.span,
                f"{word.text} gives {expansion.text!r}, which names no image, where no build argument is set",
                help="give each ARG above FROM a default",
            )


def _is_name(text: str) -> bool:
    if _PLAIN.fullmatch(text):
        return True
    from restow.oci.reference import ImageReferenceError, parse_reference

    try:
        parse_reference(text)
    except ImageReferenceError:
        return False
    return True
