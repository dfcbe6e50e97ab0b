"""A RUN that only cleans up after an earlier RUN: what it deletes stays in the earlier layer.

## What it does
Finds a RUN whose commands all delete files or caches (`rm`, `apt-get clean`, `npm cache clean`, ...) where an earlier RUN of the
same stage may have written what is deleted.

## Why is this bad?
A layer cannot be changed by those above it. The deletion hides the files and adds a layer of its own; the bytes are
pushed and pulled all the same.

## Example
```dockerfile
FROM debian:12
RUN apt-get update && apt-get install -y curl
RUN rm -rf /var/lib/apt/lists/*
```

## Use instead
```dockerfile
FROM debian:12
RUN apt-get update && apt-get install -y curl && rm -rf /var/lib/apt/lists/*
```

## Fix safety
The fix moves the commands to the end of the RUN that made the mess and deletes the later RUN. It is applied where the simulated
image stays the same: not where a step in between reads what is deleted.

## References
- OCI image specification, *Image layer filesystem changeset*, whiteouts
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from restow.rule import Bad, Case, Edit, Finding, Fix, Good, RuleContext, RuleMeta, Span
from restow.shell import AndOr, Node, SimpleCommand
from restow_rules.commands import Body, appended, bodies
from restow_rules.stages import shipped_stages

if TYPE_CHECKING:
    from restow.rule import Step

_CLEANERS = {
    "rm": ("",),
    "apt-get": ("clean", "autoclean"),
    "apt": ("clean", "autoclean"),
    "npm": ("cache",),
    "yarn": ("cache",),
    "pip": ("cache",),
    "pip3": ("cache",),
}

meta = RuleMeta(
    code="CL008",
    name="cleanup-in-later-run",
    summary="A RUN only deletes what an earlier RUN left behind.",
    since="0.1.0",
)

cases: tuple[Case, ...] = (
    Bad(
        "FROM debian:12\nRUN apt-get update && apt-get install -y curl\nRUN rm -rf /var/lib/apt/lists/*\n",
        lines=(3,),
        fixed="FROM debian:12\nRUN apt-get update && apt-get install -y curl && rm -rf /var/lib/apt/lists/*\n",
    ),
    Bad(
        "FROM debian:12\nRUN apt-get update \\\n && apt-get install -y curl\n\nENV A=1\nRUN apt-get clean && rm -rf /tmp/*\n",
        lines=(6,),
        fixed="FROM debian:12\nRUN apt-get update \\\n && apt-get install -y curl \\\n"
        " && apt-get clean && rm -rf /tmp/*\n\nENV A=1\n",
    ),
    Good("FROM debian:12\nRUN apt-get update && apt-get install -y curl && rm -rf /var/lib/apt/lists/*\n"),
    Good("FROM debian:12\nRUN mkdir /data\nRUN rm -rf /opt/unused\n", note="No earlier RUN wrote there."),
)


def check(ctx: RuleContext) -> Iterator[Finding]:
    """A finding at each RUN that only cleans, with the move into the last earlier RUN that may have written there."""
    shipped = {stage.index for stage in shipped_stages(ctx)}
    everything = {(body.node.start, body.node.end): body for body in bodies(ctx)}
    cleaners = {key: body for key, body in everything.items() if body.stage.index in shipped and _only_cleans(body)}
    if not cleaners:
        return
    for result, index, step in ctx.steps():
        body = cleaners.get((step.instruction.start, step.instruction.end))
        if body is None or step.unknown:
            continue
        maker = _maker(result.steps[:index], step)
        if maker is None:
            continue
        line = ctx.source.position(maker.instruction.start).line
        yield ctx.finding(
            meta,
            step.instruction,
            f"this deletes what the RUN of line {line} left behind, but the bytes stay in that layer",
            help=f"end the RUN of line {line} with these commands",
            fix=_fix(ctx, everything.get((maker.instruction.start, maker.instruction.end)), body),
        )


def _only_cleans(body: Body) -> bool:
    if not body.commands or body.node.heredocs or body.node.flags or len(body.script.items) != 1:
        return False
    wanted = all(c.name in _CLEANERS and (c.name == "rm" or c.subcommand() in _CLEANERS[c.name]) for c in body.commands)
    return wanted and _is_chain(body.script.items[0].command)


def _is_chain(node: Node) -> bool:
    """Simple commands joined by ``&&`` and nothing else."""
    if isinstance(node, AndOr):
        return node.operator == "&&" and _is_chain(node.left) and _is_chain(node.right)
    return isinstance(node, SimpleCommand)


def _maker(before: tuple[Step, ...], step: Step) -> Step | None:
    """The last RUN before that may have written what is deleted; None where it could not be computed."""
    gone = [region for command in step.commands for region in command.effect.writes if region]
    for earlier in reversed(before):
        if earlier.unknown:
            return None
        if any(one.overlaps(two) for command in earlier.commands for one in command.effect.writes for two in gone):
            return earlier
    return None


def _fix(ctx: RuleContext, maker: Body | None, cleaner: Body) -> Fix | None:
    if maker is None or maker.node.flags:
        return None
    text = ctx.dockerfile.text
    edit = appended(ctx, maker, text[cleaner.node.command.start : cleaner.node.end].strip())
    if edit is None:
        return None
    start = text.rfind("\n", 0, cleaner.node.start) + 1
    end = text.find("\n", cleaner.node.end) + 1 or len(text)
    return Fix("move the cleanup into the RUN that made the mess", (edit, Edit(Span(start, end), "")))
