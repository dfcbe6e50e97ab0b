"""npm keeps what it downloaded in a cache, and the cache stays in the layer.

## What it does
Finds `npm install`, `npm ci` and `npm i` where neither a cache mount holds `~/.npm`, nor the same RUN deletes or
cleans it. Stages whose layers do not reach an image are left alone.

## Why is this bad?
Every package is stored twice: unpacked in `node_modules` and packed in `~/.npm`. Often that is more than the
application itself.

## Example
```dockerfile
FROM node:20
RUN npm install -g serve@14.2.3
```

## Use instead
```dockerfile
FROM node:20
RUN npm install -g serve@14.2.3 && npm cache clean --force
```

## Fix safety
The image afterwards lacks the cache folder of npm, and is otherwise the same.

## References
- npm documentation, *npm cache*
"""

from __future__ import annotations

from collections.abc import Iterator

from restow.rule import Bad, Case, Finding, Fix, Good, RuleContext, RuleMeta, Severity
from restow_rules.commands import Called, appended, bodies, cache_places, removes
from restow_rules.stages import mount_covers, mount_names, shipped_stages

INSTALLS = frozenset("install i ci add clean-install".split())
VALUED = ("--prefix", "-C", "--registry", "--loglevel", "--cache", "-w", "--workspace")

meta = RuleMeta(
    code="CL003",
    name="npm-cache-left",
    summary="The download cache of npm stays in the layer.",
    since="0.1.0",
    severity=Severity.INFO,
)

cases: tuple[Case, ...] = (
    Bad(
        "FROM node:20\nRUN npm install -g serve@14.2.3\n",
        lines=(2,),
        fixed="FROM node:20\nRUN npm install -g serve@14.2.3 && npm cache clean --force\n",
    ),
    Good("FROM node:20\nRUN npm ci && npm cache clean --force\n"),
    Good("FROM node:20\nRUN npm ci && rm -rf /root/.npm\n"),
    Good("FROM node:20\nRUN --mount=type=cache,target=/root/.npm npm ci\n"),
    Good("FROM node:20 AS build\nRUN npm ci\n\nFROM nginx:1.27\nCOPY --from=build /dist /srv\n"),
)


def check(ctx: RuleContext) -> Iterator[Finding]:
    """A finding at the first installation of each RUN that fills the cache."""
    shipped = {stage.index for stage in shipped_stages(ctx)}
    for body in bodies(ctx):
        if body.stage.index not in shipped or mount_covers(body.node, "/root/.npm") or mount_names(body.node, ".npm"):
            continue
        found = [i for i, c in enumerate(body.commands) if c.name == "npm" and c.subcommand(*VALUED) in INSTALLS]
        if not found or any(_cleans(command) for command in body.commands[found[-1] :]):
            continue
        edit = appended(ctx, body, "npm cache clean --force")
        kept = cache_places(ctx, body.commands[found[0]]) or ("/root/.npm/_cacache",)
        places = tuple(place.removesuffix("/_cacache") for place in kept)  # npm itself leaves logs beside its cache
        yield ctx.finding(
            meta,
            body.commands[found[0]].node.span,
            "the packages that npm downloads stay in its cache, a second time beside node_modules",
            help="end the RUN with `npm cache clean --force`, or mount a cache: `RUN --mount=type=cache,target=/root/.npm`",
            fix=Fix("clean the cache of npm in the same RUN", (edit,), removes=places) if edit else None,
        )


def _cleans(command: Called) -> bool:
    if command.name == "npm" and "cache" in command.words:
        return bool({"clean", "clear", "rm"} & set(command.words))
    return removes(command, ".npm", ".npm/_cacache")
