"""yarn keeps what it downloaded in a cache, and the cache stays in the layer.

## What it does
Finds `yarn`, `yarn install` and `yarn add` where neither a cache mount holds yarn's cache, nor the same RUN cleans
it. Stages whose layers do not reach an image are left alone.

## Why is this bad?
Every package is stored twice: unpacked in `node_modules` and once more in the cache, which nobody uses in a
container.

## Example
```dockerfile
FROM node:20
RUN yarn install --frozen-lockfile
```

## Use instead
```dockerfile
FROM node:20
RUN yarn install --frozen-lockfile && yarn cache clean
```

## Fix safety
The image afterwards lacks yarn's cache folder, and is otherwise the same.

## References
- yarn documentation, *yarn cache*
"""

from __future__ import annotations

from collections.abc import Iterator

from restow.rule import Bad, Case, Finding, Fix, Good, RuleContext, RuleMeta, Severity
from restow_rules.commands import Called, appended, bodies, cache_places, removes
from restow_rules.stages import mount_covers, mount_names, shipped_stages

CACHE = "/usr/local/share/.cache/yarn"

meta = RuleMeta(
    code="CL006",
    name="yarn-cache-left",
    summary="The download cache of yarn stays in the layer.",
    since="0.1.0",
    severity=Severity.INFO,
    aliases=("DL3060",),
)

cases: tuple[Case, ...] = (
    Bad(
        "FROM node:20\nRUN yarn install --frozen-lockfile\n",
        lines=(2,),
        fixed="FROM node:20\nRUN yarn install --frozen-lockfile && yarn cache clean\n",
    ),
    Good("FROM node:20\nRUN yarn install --frozen-lockfile && yarn cache clean\n"),
    Good("FROM node:20\nRUN --mount=type=cache,target=/usr/local/share/.cache yarn install\n"),
    Good("FROM node:20\nRUN yarn run build\n"),
)


def check(ctx: RuleContext) -> Iterator[Finding]:
    """A finding at the first installation of each RUN that fills the cache."""
    shipped = {stage.index for stage in shipped_stages(ctx)}
    for body in bodies(ctx):
        if body.stage.index not in shipped or mount_covers(body.node, CACHE) or mount_names(body.node, "yarn"):
            continue
        found = [index for index, command in enumerate(body.commands) if _installs(command)]
        if not found or any(_cleans(command) for command in body.commands[found[-1] :]):
            continue
        edit = appended(ctx, body, "yarn cache clean")
        places = cache_places(ctx, body.commands[found[0]]) or (CACHE,)
        yield ctx.finding(
            meta,
            body.commands[found[0]].node.span,
            "the packages that yarn downloads stay in its cache, a second time beside node_modules",
            help="end the RUN with `yarn cache clean`, or keep the cache in a mount",
            fix=Fix("clean the cache of yarn in the same RUN", (edit,), removes=places) if edit else None,
        )


def _installs(command: Called) -> bool:
    if command.name != "yarn" or command.has("--version", "-v", "--help"):
        return False
    words = [
        command.words[index]
        for index in command.operands("--cwd", "--network-timeout", "--registry", "--modules-folder")
    ]
    return not words or words[0] in ("install", "add") or words[:2] == ["global", "add"]


def _cleans(command: Called) -> bool:
    return (command.name == "yarn" and command.words[1:3] == ("cache", "clean")) or removes(
        command, ".cache", ".cache/yarn"
    )
