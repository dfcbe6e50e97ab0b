"""apt-get asks whether to go on, and in a build nobody answers.

## What it does
Finds `apt-get install`, `upgrade`, `remove` and the like without `-y` or an option to the same end.

## Why is this bad?
As soon as more than the named packages are concerned, apt-get asks, reads the end of its input, and gives up. The
build fails, or worse, fails on the day a package gets a new dependency.

## Example
```dockerfile
FROM debian:12
RUN apt-get update && apt-get install git && rm -rf /var/lib/apt/lists/*
```

## Use instead
```dockerfile
FROM debian:12
RUN apt-get update && apt-get install -y git && rm -rf /var/lib/apt/lists/*
```

## Fix safety
There is no fix that could be proven: with the option the command does something else where it would have asked.

## References
- Debian manual page apt-get(8), *--assume-yes*
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from restow.rule import Bad, Case, Finding, Good, RuleContext, RuleMeta
from restow_rules.commands import Called, bodies
from restow_rules.stages import instructions_of

VALUED = ("-o", "--option", "-t", "--target-release", "-c", "--config-file")
ASKS = frozenset("install upgrade dist-upgrade full-upgrade build-dep remove purge autoremove".split())
_YES = re.compile(
    r"-[a-zA-Z]*y[a-zA-Z]*|--yes|--assume-yes|--force-yes|-q?=2|-qq+[a-zA-Z]*|-[a-zA-Z]*q[a-zA-Z]*q[a-zA-Z]*|--trivial-only|--dry-run|-s|--simulate|--print-uris|--assume-no|-[a-zA-Z]*d"
)

meta = RuleMeta(
    code="CO011",
    name="apt-without-yes",
    summary="apt-get asks a question that nobody answers.",
    since="0.1.0",
    aliases=("DL3014",),
)

cases: tuple[Case, ...] = (
    Bad("FROM debian:12\nRUN apt-get update && apt-get install git\n", lines=(2,)),
    Good("FROM debian:12\nRUN apt-get install -y git && apt-get -qqy upgrade && apt-get --yes remove git\n"),
    Good("FROM debian:12\nRUN yes | apt-get install git\n"),
    Good(
        "FROM debian:12\nRUN echo 'APT::Get::Assume-Yes \"true\";' > /etc/apt/apt.conf.d/90yes\nRUN apt-get install git\n"
    ),
)


def check(ctx: RuleContext) -> Iterator[Finding]:
    """A finding at each command that may ask."""
    for stage in ctx.model.stages:
        for node in instructions_of(stage):
            if "Assume-Yes" in ctx.dockerfile.text[node.start : node.end]:
                return
    for body in bodies(ctx):
        if any(command.name == "yes" for command in body.commands):
            continue
        for command in body.commands:
            if command.name in ("apt-get", "apt") and command.subcommand(*VALUED) in ASKS and not _answered(command):
                yield ctx.finding(
                    meta,
                    command.node.span,
                    f"{command.name} may ask here, and nobody answers",
                    help=f"write {command.name} -y",
                )


def _answered(command: Called) -> bool:
    texts = [word for word in command.words[1:] if word.startswith("-") or "$" in word]
    return any(
        _YES.fullmatch(word) or "$" in word or "Assume-Yes" in word
        for word in command.words[1:]
        if word in texts or "Yes" in word
    )
