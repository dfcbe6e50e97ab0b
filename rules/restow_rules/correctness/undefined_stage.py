"""COPY --from names something that is nearly, but not quite, a stage.

## What it does
Finds `COPY --from=NAME` where no stage before is called NAME, but one is called almost so, or a later one is called
exactly so; and a number that no stage before has.

## Why is this bad?
A name that is no stage is taken for an image and pulled. The build fails, or takes its files from somebody else's
image.

## Example
```dockerfile
FROM golang:1.22 AS builder
RUN go build -o /app

FROM scratch
COPY --from=bulider /app /app
```

## Use instead
```dockerfile
FROM golang:1.22 AS builder
RUN go build -o /app

FROM scratch
COPY --from=builder /app /app
```

## Fix safety
There is no fix: an image of that name may be meant.

## References
- Dockerfile reference, *COPY --from*
"""

from __future__ import annotations

from collections.abc import Iterator

from restow.rule import Bad, Case, Finding, Good, RuleContext, RuleMeta, Severity
from restow.semantics.model import stage_number
from restow.syntax.ast import Add, Copy

meta = RuleMeta(
    code="CO009",
    name="undefined-stage",
    summary="COPY --from names no stage, but nearly one.",
    since="0.1.0",
    severity=Severity.ERROR,
    aliases=("DL3022", "DL3023"),
)

_BUILD = "FROM golang:1.22 AS builder\nRUN go build -o /app\n\nFROM scratch\n"
cases: tuple[Case, ...] = (
    Bad(_BUILD + "COPY --from=bulider /app /app\n", lines=(5,)),
    Bad("FROM debian:12 AS one\nCOPY --from=two /a /a\n\nFROM debian:12 AS two\n", lines=(2,)),
    Bad("FROM debian:12\nCOPY --from=0 /a /a\n", lines=(2,)),
    Good(_BUILD + "COPY --from=BUILDER /app /app\nCOPY --from=0 /app /app\n"),
    Good(_BUILD + "COPY --from=busybox:1.36 /bin/sh /bin/sh\nCOPY --from=nginx /etc/nginx /etc/nginx\n"),
    Good(_BUILD + "ARG FROM\nCOPY --from=$FROM /a /a\n"),
)


def check(ctx: RuleContext) -> Iterator[Finding]:
    """A finding at each flag that names no stage before."""
    names = {stage.name: stage.index for stage in ctx.model.stages if stage.name}
    for stage in ctx.model.stages:
        for node in stage.instructions:
            flag = node.flag("from") if isinstance(node, Copy | Add) else None
            name = (flag.value or "") if flag is not None else ""
            if flag is None or not name or "$" in name or ctx.model.stage_called(name, stage.index) is not None:
                continue
            from difflib import get_close_matches

            close = get_close_matches(name.lower(), [n for n, index in names.items() if index < stage.index], 1, 0.75)
            if stage_number(name) is not None:
                message, advice = (
                    f"there is no stage {name} before this one",
                    "name a stage, and give it a name with AS",
                )
            elif names.get(name.lower()) == stage.index:
                message, advice = f"the stage {name} cannot copy from itself", "name another stage, or use RUN cp"
            elif name.lower() in names:
                message, advice = (
                    f"the stage {name} comes later, and the engine takes from earlier stages only",
                    "move the stage up",
                )
            elif close and "/" not in name and ":" not in name:
                message, advice = (
                    f"no stage is called {name}, so this takes an image of that name",
                    f"did you mean {close[0]}?",
                )
            else:
                continue
            yield ctx.finding(meta, flag.span, message, help=advice)
