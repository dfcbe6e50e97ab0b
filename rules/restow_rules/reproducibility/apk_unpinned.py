"""apk installs whatever version is current.

## What it does
Finds `apk add` with packages that have no version (`name=version`, `name~version`).

## Why is this bad?
The same commit gets other versions next month. On the other hand Alpine's mirrors keep only the newest build of a
release, so an exact version soon fails: that is why the rule is in preview. `name~=1.2`, or a pinned base image, is
often the better answer.

## Example
```dockerfile
FROM alpine:3.20
RUN apk add --no-cache curl
```

## Use instead
```dockerfile
FROM alpine:3.20
RUN apk add --no-cache curl~=8.9
```

## Fix safety
There is no fix: only the package index knows the versions.

## References
- Alpine manual page apk-world(5)
"""

from __future__ import annotations

from collections.abc import Iterator

from restow.rule import Bad, Case, Finding, Good, RuleContext, RuleMeta, Severity
from restow_rules.commands import bodies

VALUED = ("-t", "--virtual", "-X", "--repository", "--keys-dir", "--repositories-file", "-p", "--root", "--wait")

meta = RuleMeta(
    code="RE005",
    name="apk-unpinned",
    summary="apk installs packages without a version.",
    since="0.1.0",
    severity=Severity.INFO,
    aliases=("DL3018",),
    preview=True,
)

cases: tuple[Case, ...] = (
    Bad("FROM alpine:3.20\nRUN apk add --no-cache curl git~=2.45\n", lines=(2,)),
    Good("FROM alpine:3.20\nRUN apk add --no-cache -t .build curl=8.9.1-r1 git~=2.45 ./own.apk $MORE\n"),
)


def check(ctx: RuleContext) -> Iterator[Finding]:
    """A finding at each installation of packages without a version."""
    for body in bodies(ctx):
        for command in body.commands:
            if command.name != "apk" or command.subcommand(*VALUED) != "add":
                continue
            packages = [command.words[index] for index in command.operands(*VALUED)[1:]]
            loose = [
                name for name in packages if not any(mark in name for mark in "=~<>$@/") and not name.endswith(".apk")
            ]
            if loose:
                more = f" and {len(loose) - 3} more" if len(loose) > 3 else ""
                yield ctx.finding(
                    meta,
                    command.node.span,
                    f"no version is given for {', '.join(loose[:3])}{more}",
                    help="write name~=version",
                )
