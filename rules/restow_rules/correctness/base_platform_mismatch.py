"""The base image is for another platform than the stage.

## What it does
Finds FROM with an image that exists for another operating system or architecture than the stage is built for. It needs
to know the image's platform, which the Dockerfile does not tell, and the target platform, unless `--platform` gives it:
without them it is silent. `restow.lint` takes both as `build=`.

## Why is this bad?
The programs of the image run by emulation, or not at all.

## Example
```dockerfile
FROM --platform=linux/amd64 host.example/only-arm64:1
RUN make
```

## Use instead
```dockerfile
FROM --platform=linux/arm64 host.example/only-arm64:1
RUN make
```

## Fix safety
There is no fix: which platform was meant is for the author to say.

## References
- Docker documentation, *Multi-platform builds*; BuildKit's check *InvalidBaseImagePlatform*
"""

from __future__ import annotations

from collections.abc import Iterator

from restow.rule import Bad, BaseImage, BuildFacts, Case, Finding, Good, RuleContext, RuleMeta, Stage
from restow_rules.global_arguments import expanded, global_arguments
from restow_rules.platforms import parse_platform

meta = RuleMeta(
    code="CO015",
    name="base-platform-mismatch",
    summary="The base image is for another platform than the stage.",
    since="0.1.0",
    aliases=("InvalidBaseImagePlatform",),
)


def _on_arm(reference: str) -> BaseImage:
    del reference
    return BaseImage({}, "linux/arm64")


_FACTS = BuildFacts(image=_on_arm)
_FOR_AMD = BuildFacts(platform="linux/amd64", image=_on_arm)
cases: tuple[Case, ...] = (
    Bad(
        "FROM --platform=linux/amd64 host.example/only-arm64:1\n",
        lines=(1,),
        build=_FACTS,
        note="The image is known to be for linux/arm64.",
    ),
    Bad("FROM host.example/only-arm64:1\n", lines=(1,), build=_FOR_AMD, note="The build is for linux/amd64."),
    Good("FROM host.example/only-arm64:1\n", build=_FACTS, note="The target platform is not known."),
    Good("FROM --platform=linux/amd64 alpine:3.20\n", note="The image's platform is not known."),
)


def check(ctx: RuleContext) -> Iterator[Finding]:
    """A finding at each such FROM."""
    for stage in ctx.model.stages:
        image = ctx.build.image(stage.base.name) if stage.base.kind == "image" else None
        has = parse_platform(image.platform) if image and image.platform else None
        wanted = _wanted(ctx, stage)
        if has and wanted and has != wanted:
            yield ctx.finding(
                meta,
                stage.opening,
                f"{stage.base.name} is for {'/'.join(has)}, and the stage for {'/'.join(wanted)}",
                help="take an image that exists for the stage's platform, or set --platform",
            )


def _wanted(ctx: RuleContext, stage: Stage) -> tuple[str, str] | None:
    """The stage's platform; None where nobody knows it."""
    flag = stage.opening.flag_value("platform")
    if flag is None:
        return parse_platform(ctx.build.platform) if ctx.build.platform else None
    expansion = expanded(ctx, flag, global_arguments(ctx).values.get)
    if expansion is None or expansion.missing or (expansion.used and not ctx.build.platform):
        return None
    return parse_platform(expansion.text)
