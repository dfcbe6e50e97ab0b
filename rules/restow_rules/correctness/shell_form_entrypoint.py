"""CMD or ENTRYPOINT in shell form puts a shell between the engine and the program.

## What it does
Finds CMD and ENTRYPOINT in shell form. A stage that chose its shell with SHELL is left alone.

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
There is no fix: a shell may be wanted, for variables, pipes or `&&`. Then write `exec` before the last command and choose
the shell with SHELL, or write the shell into the array: `["/bin/sh", "-c", "exec ..."]`.

## References
- Dockerfile reference, *Shell and exec form*
"""

from __future__ import annotations

from collections.abc import Iterator

from restow.rule import Bad, Case, Finding, Good, RuleContext, RuleMeta
from restow.syntax.ast import Cmd, Entrypoint
from restow_rules.dispatch import dispatched

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
    Bad("FROM node:20 AS a\nONBUILD CMD b\n\nFROM a\n", lines=(4,), note="The trigger runs in the stage of line 4."),
    Good('FROM node:20\nSHELL ["/bin/bash", "-c"]\nCMD node server.js\n'),
)


def check(ctx: RuleContext) -> Iterator[Finding]:
    """A finding at each such instruction."""
    for item in dispatched(ctx):
        node = item.node
        if isinstance(node, Cmd | Entrypoint) and node.command.form == "shell" and not item.state.shell:
            name = node.keyword.upper()
            yield ctx.finding(
                meta,
                item.place,
                f"{name} in shell form: a shell is process 1 and does not pass signals on",
                help=_advice(name, node.command.text),
            )


def _advice(keyword: str, text: str) -> str:
    if any(character in text for character in "$&|;<>*?`\"'\\(){}~="):
        return f"write {keyword} as a JSON array, or choose the shell with SHELL"
    words = ", ".join(f'"{word}"' for word in text.split())
    return f"write {keyword} [{words}]"
