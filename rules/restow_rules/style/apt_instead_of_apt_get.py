"""apt is made for people, apt-get for scripts.

## What it does
Finds `apt` as a command of a RUN.

## Why is this bad?
`apt` warns that its command line is not stable, and shows progress in a way that fills build logs. What it prints and
how it behaves may change with a release of the base image.

## Example
```dockerfile
FROM debian:12
RUN apt update && apt install -y curl && rm -rf /var/lib/apt/lists/*
```

## Use instead
```dockerfile
FROM debian:12
RUN apt-get update && apt-get install -y curl && rm -rf /var/lib/apt/lists/*
```

## Fix safety
There is no fix that could be proven: `apt` and `apt-get` have different defaults, for example of what they keep in
their cache.

## References
- Debian manual page apt(8), *Script usage and differences from other APT tools*
"""

from __future__ import annotations

from collections.abc import Iterator

from restow.rule import Bad, Case, Finding, Good, RuleContext, RuleMeta, Severity
from restow_rules.commands import bodies

meta = RuleMeta(
    code="ST002",
    name="apt-instead-of-apt-get",
    summary="apt is used in a script, where apt-get is meant.",
    since="0.1.0",
    severity=Severity.INFO,
    aliases=("DL3027",),
)

cases: tuple[Case, ...] = (
    Bad("FROM debian:12\nRUN apt update && \\\n    apt install -y curl\n", lines=(2,)),
    Good("FROM debian:12\nRUN apt-get update && apt-get install -y apt\n"),
    Good("FROM debian:12\nRUN apt-mark hold curl && apt-cache policy\n"),
)


def check(ctx: RuleContext) -> Iterator[Finding]:
    """A finding at the first ``apt`` of each RUN."""
    for body in bodies(ctx):
        command = next((command for command in body.commands if command.name == "apt"), None)
        if command is not None:
            yield ctx.finding(
                meta,
                command.node.span,
                "apt is made for people, and its behaviour may change",
                help="write apt-get or apt-cache",
            )
