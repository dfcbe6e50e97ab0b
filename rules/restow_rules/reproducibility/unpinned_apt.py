"""apt-get installs whatever version is current.

## What it does
Finds `apt-get install` with packages that have no version and no release (`name=version`, `name/release`).

## Why is this bad?
The same commit gets other versions next month. On the other hand a pinned version is gone from the mirrors once a
newer one replaces it, and the build fails: that is why the rule is in preview. A snapshot archive or a pinned base
image is often the better answer.

## Example
```dockerfile
FROM debian:12
RUN apt-get update && apt-get install -y curl && rm -rf /var/lib/apt/lists/*
```

## Use instead
```dockerfile
FROM debian:12
RUN apt-get update && apt-get install -y curl=7.88.1-10+deb12u6 && rm -rf /var/lib/apt/lists/*
```

## Fix safety
There is no fix: only the package index knows the versions.

## References
- Debian manual page apt-get(8), *install*
"""

from __future__ import annotations

from collections.abc import Iterator

from restow.rule import Bad, Case, Finding, Good, RuleContext, RuleMeta, Severity
from restow_rules.commands import bodies

VALUED = ("-o", "--option", "-t", "--target-release", "-c", "--config-file")
RELEASE = ("-t", "--target-release", "--default-release")

meta = RuleMeta(
    code="RE003",
    name="unpinned-apt",
    summary="apt-get installs packages without a version.",
    since="0.1.0",
    severity=Severity.INFO,
    aliases=("DL3008",),
    preview=True,
)

cases: tuple[Case, ...] = (
    Bad("FROM debian:12\nRUN apt-get install -y curl git=1:2.39.2-1.1\n", lines=(2,)),
    Good("FROM debian:12\nRUN apt-get install -y curl=7.88.1-10+deb12u6 git/bookworm ./own.deb\n"),
    Good("FROM debian:12\nRUN apt-get install -y $PACKAGES\n"),
    Good("FROM debian:12\nRUN apt-get install -y -t bookworm-backports git\n"),
)


def check(ctx: RuleContext) -> Iterator[Finding]:
    """A finding at each installation of packages without a version."""
    for body in bodies(ctx):
        for command in body.commands:
            if (
                command.name not in ("apt-get", "apt")
                or command.subcommand(*VALUED) != "install"
                or command.has(*RELEASE)
            ):
                continue
            packages = [command.words[index] for index in command.operands(*VALUED)[1:]]
            loose = [
                name
                for name in packages
                if not any(mark in name for mark in "=/$*") and not name.endswith((".deb", "-"))
            ]
            if loose:
                more = f" and {len(loose) - 3} more" if len(loose) > 3 else ""
                yield ctx.finding(
                    meta,
                    command.node.span,
                    f"no version is given for {', '.join(loose[:3])}{more}",
                    help="write name=version, or pin the base image",
                )
