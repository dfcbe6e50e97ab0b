"""FROM uses a variable that no ARG above it declares.

## What it does
Finds variables in FROM, in the image's name or in `--platform`, that no ARG above the first FROM declares and that the
builder does not define itself.

## Why is this bad?
They are empty. ARG and ENV inside of a stage do not reach FROM.

## Example
```dockerfile
ARG VERSION=3.12
FROM python:$VERSOIN
```

## Use instead
```dockerfile
ARG VERSION=3.12
FROM python:$VERSION
```

## Fix safety
There is no fix: what was meant is for the author to say.

## References
- Dockerfile reference, *Understand how ARG and FROM interact*; BuildKit's check *UndefinedArgInFrom*
"""

from __future__ import annotations

from collections.abc import Iterator

from restow.rule import Bad, Case, Finding, Good, RuleContext, RuleMeta
from restow_rules.global_arguments import global_arguments, names_without_value

meta = RuleMeta(
    code="CO019",
    name="undefined-argument-in-from",
    summary="FROM uses a variable that no ARG above it declares.",
    since="0.1.0",
    aliases=("UndefinedArgInFrom",),
)

cases: tuple[Case, ...] = (
    Bad("ARG VERSION=3.12\nFROM python:$VERSOIN\n", lines=(2,)),
    Bad("FROM alpine:3.20\nARG OWN=1\nFROM --platform=$BULIDPLATFORM alpine:${OWN:-3.20}\n", lines=(3, 3)),
    Good("ARG VERSION=3.12\nARG EMPTY\nFROM --platform=$BUILDPLATFORM python:$VERSION$EMPTY\n"),
)


def check(ctx: RuleContext) -> Iterator[Finding]:
    """A finding for each such variable."""
    arguments = global_arguments(ctx)
    for stage in ctx.model.stages:
        flag = stage.opening.flag("platform")
        words = [(stage.opening.image.text, stage.opening.image.span)]
        if flag is not None:
            words.append((flag.value or "", flag.span))
        for word, span in words:
            for name in sorted(names_without_value(ctx, word, arguments.values) - arguments.declared):
                from difflib import get_close_matches

                close = get_close_matches(name, arguments.declared, 1)
                yield ctx.finding(
                    meta,
                    span,
                    f"no ARG above the first FROM declares {name}",
                    help=f"did you mean {close[0]}?" if close else f"add ARG {name} above the first FROM",
                )
