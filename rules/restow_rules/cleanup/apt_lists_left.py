"""The package lists of apt stay in the layer that fetched them.

## What it does
Finds a RUN with `apt-get update` (or `apt update`) that does not delete `/var/lib/apt/lists` itself. Stages whose
layers do not reach an image are left alone, and so is a RUN that keeps the lists in a cache mount.

## Why is this bad?
The lists take 20 to 50 MB, are out of date within days, and no program but apt reads them. A later RUN that deletes
them saves nothing: the layer that holds them is shipped all the same.

## Example
```dockerfile
FROM debian:12
RUN apt-get update && apt-get install -y curl
```

## Use instead
```dockerfile
FROM debian:12
RUN apt-get update && apt-get install -y curl && rm -rf /var/lib/apt/lists/*
```

## Fix safety
The image afterwards lacks what lies below `/var/lib/apt/lists`, and is otherwise the same. There is no fix where a
later RUN installs packages without an update of its own, since it needs the lists.

## References
- Debian manual page apt-get(8), *update* and *clean*
"""

from __future__ import annotations

from collections.abc import Iterator

from restow.rule import Bad, Case, Finding, Fix, Good, RuleContext, RuleMeta
from restow_rules.commands import Body, Called, appended, bodies, removes
from restow_rules.stages import lineage, mount_covers, shipped_stages

LISTS = "/var/lib/apt/lists"
VALUED = ("-o", "--option", "-t", "--target-release", "-c", "--config-file")
READERS = frozenset("install upgrade dist-upgrade full-upgrade build-dep source download".split())

meta = RuleMeta(
    code="CL001",
    name="apt-lists-left",
    summary="The package lists of apt stay in the layer.",
    since="0.1.0",
    aliases=("DL3009",),
)

cases: tuple[Case, ...] = (
    Bad(
        "FROM debian:12\nRUN apt-get update && apt-get install -y curl\n",
        lines=(2,),
        fixed="FROM debian:12\nRUN apt-get update && apt-get install -y curl && rm -rf /var/lib/apt/lists/*\n",
    ),
    Bad(
        'FROM debian:12\nRUN apt-get update \\\n && apt-get install -y \\\n      curl\nCMD ["sh"]\n',
        lines=(2,),
        fixed="FROM debian:12\nRUN apt-get update \\\n && apt-get install -y \\\n      curl \\\n && rm -rf /var/lib/apt/lists/*\n"
        'CMD ["sh"]\n',
    ),
    Bad(
        "FROM debian:12\nRUN apt-get update && \\\n    apt-get install -y curl\n",
        lines=(2,),
        fixed="FROM debian:12\nRUN apt-get update && \\\n    apt-get install -y curl && \\\n    rm -rf /var/lib/apt/lists/*\n",
    ),
    Bad(
        "FROM debian:12\nRUN <<EOF\nset -e\napt-get update\napt-get install -y curl\nEOF\n",
        lines=(4,),
        fixed="FROM debian:12\nRUN <<EOF\nset -e\napt-get update\napt-get install -y curl\nrm -rf /var/lib/apt/lists/*\nEOF\n",
    ),
    Bad(
        "FROM debian:12\nRUN <<EOF\napt-get update\napt-get install -y curl\nEOF\n",
        lines=(3,),
        fixed="FROM debian:12\nRUN <<EOF\napt-get update\napt-get install -y curl && rm -rf /var/lib/apt/lists/*\nEOF\n",
        note="Without `set -e` a line of its own would hide a failed installation.",
    ),
    Bad(
        "FROM debian:12\nRUN apt-get update\nRUN apt-get install -y curl\n",
        lines=(2,),
        note="No fix: the second RUN reads the lists.",
    ),
    Good("FROM debian:12\nRUN apt-get update && apt-get install -y curl && rm -rf /var/lib/apt/lists/*\n"),
    Good("FROM debian:12\nRUN --mount=type=cache,target=/var/lib/apt apt-get update && apt-get install -y curl\n"),
    Good(
        "FROM debian:12 AS tools\nRUN apt-get update && apt-get install -y gcc\n\n"
        "FROM scratch\nCOPY --from=tools /usr/bin/gcc /gcc\n",
        note="The layers of `tools` are not shipped.",
    ),
)


def check(ctx: RuleContext) -> Iterator[Finding]:
    """A finding at each command that fetches lists which the same RUN does not delete afterwards."""
    shipped = {stage.index for stage in shipped_stages(ctx)}
    everything = list(bodies(ctx))
    readers = [body for body in everything if _reads_first(body)]
    cleaned = {
        b.stage.index: b.node.start for b in everything if any(map(_cleans, b.commands))
    }  # the last of each stage
    for body in everything:
        if body.stage.index not in shipped or mount_covers(body.node, LISTS):
            continue
        updates = [
            i for i, c in enumerate(body.commands) if c.name in ("apt-get", "apt") and c.subcommand(*VALUED) == "update"
        ]
        if not updates or any(_cleans(command) for command in body.commands[updates[-1] :]):
            continue
        if body.node.start < cleaned.get(body.stage.index, 0):
            continue  # deleted by a later RUN: that is cleanup-in-later-run
        edit = None if _needed_later(ctx, body, readers) else appended(ctx, body, f"rm -rf {LISTS}/*")
        yield ctx.finding(
            meta,
            body.commands[updates[0]].node.span,
            "the package lists that this fetches stay in the layer (about 20 to 50 MB)",
            help=f"end the same RUN with `rm -rf {LISTS}/*`",
            fix=Fix("delete the package lists in the same RUN", (edit,), removes=(LISTS,)) if edit else None,
        )


def _cleans(command: Called) -> bool:
    """``dist-clean`` (apt 2.7.8 and later) deletes the lists too."""
    return removes(command, LISTS) or (
        command.name in ("apt-get", "apt") and command.subcommand(*VALUED) == "dist-clean"
    )


def _needed_later(ctx: RuleContext, body: Body, readers: list[Body]) -> bool:
    """Whether a later RUN, also of a stage built on this one, installs before it updates."""
    return any(other.node.start > body.node.start and body.stage in lineage(ctx, other.stage) for other in readers)


def _reads_first(body: Body) -> bool:
    """Whether the RUN installs before it updates."""
    for command in body.commands:
        if command.name in ("apt-get", "apt", "aptitude"):
            if command.subcommand(*VALUED) in READERS:
                return True
            if command.subcommand(*VALUED) == "update":
                return False
    return False
