"""CMD or ENTRYPOINT in shell form puts a shell between the engine and the program.

## What it does
Finds CMD and ENTRYPOINT in shell form. A command that begins with `exec`, and one whose stage chose its shell with
SHELL, are left alone, and so is what a later instruction of the same kind replaces.

## Why is this bad?
The shell is process 1. It does not hand on SIGTERM, so `docker stop` waits and then kills the program, and after
ENTRYPOINT in shell form neither CMD nor the arguments of `docker run` reach the program.

## Example
```dockerfile
FROM node:20
CMD node server.js
```

## Use instead
```dockerfile
FROM node:20
CMD ["node", "server.js"]
```

## Fix safety
There is no fix: a shell may be wanted, for variables, pipes or `&&`. Then write `exec` before the last command.

## References
- Dockerfile reference, *Shell and exec form*
"""

from __future__ import annotations

from collections.abc import Iterator

from restow.rule import Bad, Case, Finding, Good, RuleContext, RuleMeta
from restow.syntax.ast import Cmd, Entrypoint
from restow_rules.stages import DEFAULT_SHELL, instructions_of, shell_at

meta = RuleMeta(
    code="CO006",
    name="shell-form-entrypoint",
    summary="CMD or ENTRYPOINT in shell form runs a shell as process 1.",
    since="0.1.0",
    aliases=("DL3025", "JSONArgsRecommended"),
)

cases: tuple[Case, ...] = (
    Bad("FROM node:20\nENTRYPOINT /start.sh\nCMD node server.js\n", lines=(2, 3)),
    Good('FROM node:20\nCMD ["node", "server.js"]\n'),
    Good("FROM node:20\nCMD exec node server.js\n"),
    Good('FROM node:20\nSHELL ["/bin/bash", "-c"]\nCMD node server.js\n'),
)


def check(ctx: RuleContext) -> Iterator[Finding]:
    """A finding at each such instruction."""
    for stage in ctx.model.stages:
        nodes = [node for node in instructions_of(stage) if isinstance(node, Cmd | Entrypoint)]
        for index, node in enumerate(nodes):
            if node.command.form == "exec" or not node.command.text.strip() or node.command.text.split()[0] == "exec":
                continue
            if (
                any(later.kind == node.kind for later in nodes[index + 1 :])
                or shell_at(ctx, stage, node) != DEFAULT_SHELL
            ):
                continue
            yield ctx.finding(
                meta,
                node,
                f"{node.keyword.upper()} in shell form: a shell is process 1 and does not pass signals on",
                help=_advice(node.keyword.upper(), node.command.text),
            )


def _advice(keyword: str, text: str) -> str:
    if any(character in text for character in "$&|;<>*?`\"'\\(){}~="):
        return f"write {keyword} as a JSON array, or begin the last command with exec"
    words = ", ".join(f'"{word}"' for word in text.split())
    return f"write {keyword} [{words}]"
