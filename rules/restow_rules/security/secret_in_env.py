"""A secret in ARG or ENV can be read from the image.

## What it does
Finds ARG and ENV with names such as `PASSWORD`, `API_KEY` or `AUTH_TOKEN`. Names of files, addresses and public keys,
empty values and values that are paths are left alone.

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
from restow.syntax.ast import Arg, Env, Instruction, KeyValue

_SECRET = re.compile(
    r"(?:^|_)(?:PASSWORD|PASSWD|PASSPHRASE|PASS|PWD|SECRET|SECRETS|TOKEN|APIKEY|CREDENTIAL|CREDENTIALS|(?:API|ACCESS|AUTH|PRIVATE|SECRET|SSH|ENCRYPTION|SIGNING"
    r"|LICENSE|MASTER|DEPLOY|SERVICE|ACCOUNT|STORAGE|DJANGO|APP)_?KEY|KEY)$|^AUTH$",
    re.IGNORECASE,
)
_HARMLESS = re.compile(
    r"PUBLIC|GPG|PGP|FINGERPRINT|^PWD$|^OLDPWD$|ALLOW_EMPTY|PRIMARY_KEY|SORT_KEY|PARTITION_KEY|CACHE_KEY|REPO_KEY|APT_KEY",
    re.IGNORECASE,
)

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
    Good("FROM node:20\nENV DB_PASSWORD_FILE=/run/secrets/db GPG_KEY=A035C8C1 TOKENIZER=fast MONKEY=1 PASSWORD=\n"),
    Good("FROM node:20\nENV TLS_KEY=/etc/tls/key.pem CA_KEY=certs/ca.key PUBLIC_KEY=abc\n"),
)


def check(ctx: RuleContext) -> Iterator[Finding]:
    """A finding at each such variable."""
    for node in ctx.dockerfile.instructions:
        for pair in _pairs(node):
            if _SECRET.search(pair.key) and not _HARMLESS.search(pair.key) and not _is_harmless(pair.value, node):
                yield ctx.finding(
                    meta,
                    pair.span,
                    f"{pair.key} can be read from the image or its history",
                    help="mount it for the one RUN that needs it: RUN --mount=type=secret,id=...",
                )


def _pairs(node: Instruction) -> tuple[KeyValue, ...]:
    return node.pairs if isinstance(node, Arg | Env) else ()


def _is_harmless(value: str | None, node: Instruction) -> bool:
    """Nothing, a path, or a switch is no secret; an ARG without a value will get one."""
    if value is None:
        return not isinstance(node, Arg)
    text = value.strip("\"'")
    if text.startswith(("/", "./", "~/")) or text.endswith((".key", ".pem", ".crt", ".json", ".txt")):
        return True
    return text.lower() in ("", "true", "false", "yes", "no", "1", "0", "none", "null")
