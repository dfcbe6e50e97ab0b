"""Another program than Docker's frontend reads the file.

## What it does
Reports that `# syntax=` names an image that is neither `docker/dockerfile` nor `docker/dockerfile-upstream`, nor a mirror
of one of them by its name. No other rule then looks at the file, and `restow fix` and `restow advise` leave it alone.

## Why is this bad?
It is not bad, but what the file means is for that program to say: instructions may be added, or mean something else.

## Example
```dockerfile
# syntax=host.example/own-frontend:1
FROM alpine:3.20
```

## Use instead
```dockerfile
# syntax=docker/dockerfile:1
FROM alpine:3.20
```

## Fix safety
There is no fix: another frontend may be needed.

## References
- Dockerfile reference, *syntax*; Docker documentation, *Custom Dockerfile syntax*
"""

from __future__ import annotations

from collections.abc import Iterator

from restow.rule import Bad, Case, Finding, Good, RuleContext, RuleMeta, Severity, other_frontend

meta = RuleMeta(
    code="CO022",
    name="other-frontend",
    summary="Another program than Docker's frontend reads the file.",
    since="0.1.0",
    severity=Severity.INFO,
    any_frontend=True,
)

cases: tuple[Case, ...] = (
    Bad("# syntax=host.example/own-frontend:1\nFROM alpine:3.20\n", lines=(1,)),
    Bad("# syntax=docker/buildfile\nFROM alpine:3.20\n", lines=(1,)),
    Good("# syntax=docker/dockerfile:1.7-labs\nFROM alpine:3.20\n"),
    Good("# syntax=mirror.example/hub/docker/dockerfile-upstream:master\nFROM alpine:3.20\n"),
    Good("FROM alpine:3.20\n# syntax=host.example/own-frontend:1\n"),
)


def check(ctx: RuleContext) -> Iterator[Finding]:
    """A finding at the name of the other frontend."""
    found = other_frontend(ctx.dockerfile)
    if found is not None:
        yield ctx.finding(
            meta,
            found[1],
            f"{found[0]} reads this file, so nothing else is checked",
            help="nothing has to be done; rules for Dockerfiles may not hold here",
        )
