"""A pipeline succeeds when its last command does, whatever happened to the ones before.

## What it does
Finds RUN with a pipeline where neither SHELL nor the script sets `pipefail`. Pipelines in which nothing but the last
command can reasonably fail (`echo`, `printf`, `yes` before it) are left alone. One finding a RUN.

## Why is this bad?
`curl ... | tar xz` with a broken download is taken for a success, and the layer goes into the cache.

## Example
```dockerfile
FROM debian:12
RUN curl -fsSL https://host.example/a.tgz | tar xz -C /opt
```

## Use instead
```dockerfile
FROM debian:12
SHELL ["/bin/bash", "-o", "pipefail", "-c"]
RUN curl -fsSL https://host.example/a.tgz | tar xz -C /opt
```

## Fix safety
There is no fix: SHELL is part of the image's configuration, and not every `/bin/sh` knows the option.

## References
- POSIX.1-2024, Shell Command Language, *Pipelines*
"""

from __future__ import annotations

from collections.abc import Iterator

from restow.rule import Bad, Case, Finding, Good, RuleContext, RuleMeta
from restow.shell import Node, Pipeline, SimpleCommand, walk
from restow_rules.commands import Called, bodies
from restow_rules.stages import shell_at

SAFE = frozenset(["echo", "printf", "yes", "true", ":"])

meta = RuleMeta(
    code="SH001",
    name="pipe-without-pipefail",
    summary="A failure in front of a pipe is not noticed.",
    since="0.1.0",
    aliases=("DL4006",),
)

cases: tuple[Case, ...] = (
    Bad("FROM debian:12\nRUN true && \\\n    curl -f https://host.example | tar xz\n", lines=(3,)),
    Good('FROM debian:12\nSHELL ["/bin/bash", "-o", "pipefail", "-c"]\nRUN curl -f https://host.example | tar xz\n'),
    Good("FROM debian:12\nRUN set -eo pipefail; curl -f https://host.example | tar xz\n"),
    Good("FROM debian:12\nRUN echo 'app:x' | chpasswd\n"),
    Good('FROM debian:12\nRUN ["/bin/bash", "-o", "pipefail", "-c", "a | b"]\n'),
)


def check(ctx: RuleContext) -> Iterator[Finding]:
    """A finding at the first such pipeline of each RUN."""
    for body in bodies(ctx):
        if "pipefail" in " ".join(shell_at(ctx, body.stage, body.node)) or any(
            _sets(command) for command in body.commands
        ):
            continue
        for node in walk(body.script):
            if (
                isinstance(node, Pipeline)
                and len(node.commands) > 1
                and not all(_is_safe(part) for part in node.commands[:-1])
            ):
                yield ctx.finding(
                    meta,
                    node.span,
                    "a failure in front of the pipe is not noticed",
                    help='write SHELL ["/bin/bash", "-o", "pipefail", "-c"], or `set -o pipefail` where the shell knows it',
                )
                break


def _sets(command: Called) -> bool:
    return "pipefail" in command.words and command.name in ("set", "bash", "sh", "ash")


def _is_safe(node: Node) -> bool:
    return isinstance(node, SimpleCommand) and bool(node.words) and node.words[0].static in SAFE
