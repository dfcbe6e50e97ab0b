"""apk stores the package index in the layer where nobody tells it not to.

## What it does
Finds `apk add` without `--no-cache` where neither a cache mount holds `/var/cache/apk`, nor the same RUN deletes what
is in it. Stages whose layers do not reach an image are left alone.

## Why is this bad?
The index takes some megabytes, a good part of a small Alpine image, and is out of date soon.

## Example
```dockerfile
FROM alpine:3.20
RUN apk add curl
```

## Use instead
```dockerfile
FROM alpine:3.20
RUN apk add --no-cache curl
```

## Fix safety
The image afterwards lacks what lies in `/var/cache/apk`, and is otherwise the same. There is no fix where the RUN
also runs `apk update` or `apk upgrade`: then it fills the cache on its own account.

## References
- Alpine manual page apk(8), *--no-cache*
"""

from __future__ import annotations

from collections.abc import Iterator

from restow.rule import Bad, Case, Edit, Finding, Fix, Good, RuleContext, RuleMeta, Span
from restow_rules.commands import Body, Called, bodies, removes
from restow_rules.stages import mount_covers, shipped_stages

CACHE = "/var/cache/apk"
VALUED = ("-t", "--virtual", "-X", "--repository", "--keys-dir", "--repositories-file", "-p", "--root", "--wait")
UPDATES = ("--update", "-U", "-u", "--update-cache")

meta = RuleMeta(
    code="CL005",
    name="apk-cache-left",
    summary="The package index of apk stays in the layer.",
    since="0.1.0",
    aliases=("DL3019",),
)

cases: tuple[Case, ...] = (
    Bad("FROM alpine:3.20\nRUN apk add curl\n", lines=(2,), fixed="FROM alpine:3.20\nRUN apk add --no-cache curl\n"),
    Bad(
        "FROM alpine:3.20\nRUN apk add --update curl\n",
        lines=(2,),
        fixed="FROM alpine:3.20\nRUN apk add --no-cache curl\n",
    ),
    Bad(
        "FROM alpine:3.20\nRUN apk update && apk add curl\n",
        lines=(2,),
        note="No fix: `apk update` fills the cache too; delete it.",
    ),
    Good("FROM alpine:3.20\nRUN apk add --no-cache curl\n"),
    Good("FROM alpine:3.20\nRUN apk add --update curl && rm -rf /var/cache/apk/*\n"),
    Good("FROM alpine:3.20\nRUN --mount=type=cache,target=/var/cache/apk apk add curl\n"),
)


def check(ctx: RuleContext) -> Iterator[Finding]:
    """A finding at each ``apk add`` that leaves the index."""
    shipped = {stage.index for stage in shipped_stages(ctx)}
    for body in bodies(ctx):
        if body.stage.index not in shipped or mount_covers(body.node, CACHE):
            continue
        for index, command in enumerate(body.commands):
            if command.name != "apk" or command.subcommand(*VALUED) != "add" or command.has("--no-cache"):
                continue
            if any(removes(later, CACHE) for later in body.commands[index:]):
                continue
            yield ctx.finding(
                meta,
                command.node.span,
                "the package index that apk fetches stays in the layer",
                help="write `apk add --no-cache`, without `apk update` before it",
                fix=_fix(body, command),
            )


def _fix(body: Body, command: Called) -> Fix | None:
    if any(c.name == "apk" and c.subcommand(*VALUED) in ("update", "upgrade") for c in body.commands):
        return None
    update = next((node for node, word in zip(command.nodes, command.words, strict=True) if word in UPDATES), None)
    at = command.nodes[command.operands(*VALUED)[0]].end
    edit = Edit(update.span, "--no-cache") if update is not None else Edit(Span(at, at), " --no-cache")
    return Fix("fetch the index without keeping it", (edit,), removes=(CACHE,))
