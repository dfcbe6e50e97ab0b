"""sudo in a RUN.

## What it does
Finds RUN commands that begin with `sudo`.

## Why is this bad?
A build can be any user: USER says which. `sudo` has to be installed and set up for that, stays in the image, and lets
whoever takes over the program become root again.

## Example
```dockerfile
FROM debian:12
RUN sudo mkdir /data
```

## Use instead
```dockerfile
FROM debian:12
USER root
RUN mkdir /data
```

## Fix safety
There is no fix: without `sudo` the command runs with another environment.

## References
- Dockerfile reference, *USER*
"""

from __future__ import annotations

from collections.abc import Iterator

from restow.rule import Bad, Case, Finding, Good, RuleContext, RuleMeta
from restow_rules.commands import bodies

meta = RuleMeta(
    code="SE003",
    name="sudo-in-run",
    summary="A RUN uses sudo.",
    since="0.1.0",
    aliases=("DL3004",),
)

cases: tuple[Case, ...] = (
    Bad("FROM debian:12\nRUN true && \\\n    sudo -E mkdir /data\n", lines=(3,)),
    Good("FROM debian:12\nUSER root\nRUN mkdir /data\n"),
    Good("FROM debian:12\nRUN apt-get install -y sudo\n"),
)


def check(ctx: RuleContext) -> Iterator[Finding]:
    """A finding at each use of ``sudo``."""
    for body in bodies(ctx):
        for command in body.commands:
            if "sudo" in (command.name, *command.wrappers):
                yield ctx.finding(
                    meta,
                    command.node.span,
                    "sudo is not needed in a build",
                    help="set USER root for the RUN, and USER back after it",
                )
