"""A secret in ARG or ENV can be read from the image.

## What it does
Finds ARG and ENV of stages with names such as `PASSWORD`, `API_KEY` or `AUTH_TOKEN`, whatever their value. Names with the
words `PUBLIC`, `FILE` or `VERSION` are left alone.

## Why is this bad?
ENV is part of the image's configuration, and the values of ARG stand in its history and in the provenance of the
build. Whoever can pull the image can read them, also if a later instruction sets them to nothing.

## Example
```dockerfile
FROM node:20
ARG NPM_TOKEN
RUN npm config set //host.example/:_authToken $NPM_TOKEN
```

## Use instead
```dockerfile
FROM node:20
RUN --mount=type=secret,id=npm,target=/root/.npmrc npm ci && npm cache clean --force
```

## Fix safety
There is no fix: how the secret reaches the build changes with it.

## References
- Docker documentation, *Build secrets*
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from restow.rule import Bad, Case, Finding, Good, RuleContext, RuleMeta
from restow.syntax.ast import Arg, Env
from restow_rules.dispatch import dispatched
from restow_rules.global_arguments import expanded

_SECRET = re.compile(
    r"(?:_|^)(?:apikey|auth|credentials?|key|password|pword|passwd|secret|token)(?:_|\Z)", re.IGNORECASE | re.ASCII
)
_HARMLESS = re.compile(r"(?:_|^)(?:public|file|version)(?:_|\Z)", re.IGNORECASE | re.ASCII)

meta = RuleMeta(
    code="SE002",
    name="secret-in-env",
    summary="A secret in ARG or ENV can be read from the image.",
    since="0.1.0",
    aliases=("SecretsUsedInArgOrEnv",),
)

cases: tuple[Case, ...] = (
    Bad("FROM node:20\nARG NPM_TOKEN\nENV DB_PASSWORD=hunter2 PORT=80\n", lines=(2, 3)),
    Bad("FROM node:20\nENV A=1 \\\n    AWS_SECRET_ACCESS_KEY=abc\n", lines=(3,)),
    Good("FROM node:20\nENV DB_PASSWORD_FILE=/run/secrets/db KEY_VERSION=2 TOKENIZER=fast MONKEY=1 PUBLIC_KEY=abc\n"),
    Good("ARG TOKEN\nFROM node:20\n"),
)


def check(ctx: RuleContext) -> Iterator[Finding]:
    """A finding at each such variable."""
    for item in dispatched(ctx):
        node = item.node
        for pair in node.pairs if isinstance(node, Arg | Env) else ():
            expansion = expanded(ctx, pair.key, item.state.values.get) if isinstance(node, Env) else None
            name = expansion.text if expansion else pair.key
            if _SECRET.search(name) and not _HARMLESS.search(name):
                yield ctx.finding(
                    meta,
                    pair.span if item.place is node else item.place,
                    f"{name} can be read from the image or its history",
                    help="mount it for the one RUN that needs it: RUN --mount=type=secret,id=...",
                )
