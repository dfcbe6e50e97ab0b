"""RUN instructions that follow each other make a layer each.

## What it does
Finds short RUN instructions in shell form (an option says how many commands are short), with the same flags, that
follow each other in a stage whose layers reach an image. Comments and blank lines between them do not count, other
instructions do.

## Why is this bad?
It need not be. One RUN makes one layer, so what a command deletes is really gone, and the image has fewer layers.
Several RUNs make a finer cache: an edit of the last one does not repeat the first. Join what belongs together and
changes together.

## Example
```dockerfile
FROM debian:12
RUN useradd app
RUN mkdir /data
```

## Use instead
```dockerfile
FROM debian:12
RUN useradd app \
 && mkdir /data
```

## Fix safety
There is no fix: which of both is better depends on how often the commands change.

## References
- Docker documentation, *Best practices*, RUN
"""

from __future__ import annotations

from collections.abc import Iterator

from restow.rule import Bad, Case, Finding, Good, Option, RuleContext, RuleMeta, Severity
from restow.syntax.ast import Run
from restow_rules.commands import bodies
from restow_rules.stages import shipped_stages

meta = RuleMeta(
    code="LA001",
    name="consecutive-runs",
    summary="RUN instructions that follow each other could be one layer.",
    since="0.1.0",
    severity=Severity.INFO,
    aliases=("DL3059",),
    options=(Option("max-commands", 2, "how many commands a RUN may have that counts as short"),),
)

cases: tuple[Case, ...] = (
    Bad("FROM debian:12\nRUN useradd app\nRUN mkdir /data\nRUN touch /data/a\n", lines=(3,)),
    Bad("FROM debian:12\nRUN a\n# why\nRUN b\nUSER app\nRUN c\n\nRUN d\n", lines=(4, 8)),
    Good("FROM debian:12\nRUN useradd app && mkdir /data\n"),
    Good(
        "FROM debian:12\nRUN apt-get update && apt-get install -y git && rm -rf /var/lib/apt/lists/*\nRUN mkdir /data\n"
    ),
    Good("FROM debian:12\nRUN a\nUSER app\nRUN b\n"),
    Good("FROM debian:12\nRUN --mount=type=cache,target=/c a\nRUN b\n", note="Not the same flags."),
    Good(
        "FROM debian:12 AS build\nRUN a\nRUN b\n\nFROM scratch\nCOPY --from=build /x /x\n",
        note="No layer of `build` is shipped.",
    ),
)


def check(ctx: RuleContext) -> Iterator[Finding]:
    """One finding for each group, at its second RUN."""
    limit = ctx.option(meta, "max-commands")
    short = {body.node.start for body in bodies(ctx) if not isinstance(limit, int) or len(body.commands) <= limit}
    for stage in shipped_stages(ctx):
        group: list[Run] = []
        for node in (*stage.instructions, None):
            if isinstance(node, Run) and node.start in short and not node.heredocs:
                if group and _flags(group[0]) == _flags(node):
                    group.append(node)
                    continue
                yield from _finding(ctx, group)
                group = [node]
            else:
                yield from _finding(ctx, group)
                group = []


def _finding(ctx: RuleContext, group: list[Run]) -> Iterator[Finding]:
    if len(group) > 1:
        first = ctx.source.position(group[0].start).line
        yield ctx.finding(
            meta,
            group[1],
            f"{len(group)} RUNs in a row, from line {first} on: one RUN makes one layer, but then an edit of any repeats all",
            help="join with `&&` what belongs together and changes together",
        )


def _flags(node: Run) -> list[tuple[str, str | None]]:
    return sorted((flag.name, flag.value or "") for flag in node.flags)
