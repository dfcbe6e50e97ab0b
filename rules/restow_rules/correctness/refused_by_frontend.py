"""The engine refuses the file before the first step.

## What it does
Finds what BuildKit's frontend refuses though every instruction parses: a file without a stage, instructions before the
first FROM, images and platforms that are none, stages that take from themselves, mounts, ports, signals, modes and
checksums that break their form, variables that cannot be expanded. Where the answer depends on a build argument, a
base image or the platform, nothing is said. Stages that `COPY --from` names are the business of undefined-stage.

## Why is this bad?
The build stops before it begins; where the stage is not part of the build, as soon as somebody builds it.

## Example
```dockerfile
FROM nginx:1.27
EXPOSE 80800
```

## Use instead
```dockerfile
FROM nginx:1.27
EXPOSE 8080
```

## Fix safety
There is no fix: what was meant is for the author to say. `restow fix` leaves such a file as it is.

## References
- Dockerfile reference; Docker documentation, *BuildKit*
"""

from __future__ import annotations

from collections.abc import Iterator

from restow.rule import Bad, BuildFacts, Case, Finding, Good, RuleContext, RuleMeta, Severity, Span
from restow.semantics.frontend import BuildInputs, frontend_errors

meta = RuleMeta(
    code="CO023",
    name="refused-by-frontend",
    summary="The engine refuses the file before the first step.",
    since="0.1.0",
    severity=Severity.ERROR,
)

_PORT = "ARG PORT=none\nFROM nginx:1.27\nARG PORT\nEXPOSE $PORT\n"
cases: tuple[Case, ...] = (
    Bad("FROM nginx:1.27\nEXPOSE 80800\n", lines=(2,)),
    Bad("FROM alpine:3.20\nRUN --mount=type=cache,target=/c,sharing=all a\nSTOPSIGNAL SIGTREM\n", lines=(2, 3)),
    Bad("ARG A\nENV B=1\nFROM alpine:3.20\n", lines=(2,)),
    Bad("ARG A=1\n", lines=(1,)),
    Bad("FROM $BASE\nCOPY --chmod=u=rwx,g=8 a /\nENV A=${B\n", lines=(1, 2, 3)),
    Bad(_PORT, lines=(4,), build=BuildFacts({"PORT": "70000"})),
    Good(_PORT, note="An argument may replace the default."),
    Good("FROM alpine:3.20\nEXPOSE 80/tcp\nSTOPSIGNAL SIGTERM\nCOPY --chmod=0755 a /\nENV A=${B:-1}\n"),
)


def check(ctx: RuleContext) -> Iterator[Finding]:
    """A finding at each error; one about the whole file stands at its beginning."""
    inputs = BuildInputs(dict(ctx.build.arguments) or None, platform=ctx.build.platform)
    for error in frontend_errors(ctx.dockerfile, inputs):
        if not error.of_stages:
            yield ctx.finding(meta, _first_line(ctx, error.span), error.message)


def _first_line(ctx: RuleContext, span: Span | None) -> Span:
    """The part of the span on its first line."""
    text = ctx.dockerfile.text
    start, end = (span.start, span.end) if span else (0, len(text))
    newline = text.find("\n", start, end)
    return Span(start, end if newline < 0 else newline)
