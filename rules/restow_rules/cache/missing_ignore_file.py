"""The whole context is copied, and no ignore file says what to leave out.

## What it does
Finds the first COPY or ADD of the whole build context where there is no `.dockerignore`. It names what would be worth
ignoring.

## Why is this bad?
Everything in the folder takes part: the history in `.git`, installed dependencies, local settings with secrets. They
make the image larger, they repeat the step whenever they change, and folders such as `node_modules` overwrite what a
RUN installed.

## Example
```dockerfile
FROM node:20
COPY . /app
```

## Use instead
```dockerfile
FROM node:20
COPY src /app/src
```

## Fix safety
There is no fix: what the image needs is for the author to say.

## References
- Docker documentation, *.dockerignore files*
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from restow.rule import Bad, Case, Finding, Good, RuleContext, RuleMeta
from restow.syntax.ast import Add, Copy
from restow_rules.stages import instructions_of, local_sources

if TYPE_CHECKING:
    from restow.rule import Context

USELESS = tuple(
    ".git .hg .svn node_modules .venv venv __pycache__ .mypy_cache .pytest_cache .ruff_cache .tox .env .idea "
    ".vscode .github dist build target coverage .coverage htmlcov .next .terraform .DS_Store .gitignore "
    ".dockerignore Dockerfile docker-compose.yml".split()
)

meta = RuleMeta(
    code="CA003",
    name="missing-ignore-file",
    summary="The whole context is copied without an ignore file.",
    since="0.1.0",
    needs=frozenset({"context"}),
)

cases: tuple[Case, ...] = (
    Bad(
        "FROM node:20\nCOPY . /app\n",
        lines=(2,),
        files={"package.json": "{}", "node_modules/a/index.js": "", "app.js": ""},
    ),
    Bad("FROM node:20\nCOPY ./ /app\n", lines=(2,), files={"app.js": ""}),
    Good("FROM node:20\nCOPY . /app\n", files={"app.js": "", ".dockerignore": "node_modules\n"}),
    Good("FROM node:20\nCOPY app.js /app/\n", files={"app.js": ""}),
    Good("FROM node:20\nCOPY . /app\n", note="Without a context nobody can tell."),
)


def check(ctx: RuleContext) -> Iterator[Finding]:
    """At most one finding: at the first instruction that copies everything."""
    if ctx.context is None or ctx.context.ignore_file is not None:
        return
    for stage in ctx.model.stages:
        for node in instructions_of(stage):
            if isinstance(node, Copy | Add) and any(_is_whole(source) for source in local_sources(node)):
                found = _useless(ctx.context)
                yield ctx.finding(
                    meta,
                    node,
                    "the whole build context is copied, and no .dockerignore leaves anything out"
                    + (f": {', '.join(found)} would be worth ignoring" if found else ""),
                    help=f"write a .dockerignore; begin with {', '.join(found) or '.git'}",
                )
                return


def _is_whole(source: str) -> bool:
    return source.strip("\"'").rstrip("/") in (".", "", "./.")


def _useless(context: Context) -> list[str]:
    return [name for name in USELESS if context.lookup(name) is not None]
