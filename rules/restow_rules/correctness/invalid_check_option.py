"""The directive check= cannot be read.

## What it does
Finds `# check=` directives whose options are not `skip=`, `experimental=` or `error=`.

## Why is this bad?
BuildKit refuses the whole file.

## Example
```dockerfile
# check=ignore=JSONArgsRecommended
FROM alpine:3.20
```

## Use instead
```dockerfile
# check=skip=JSONArgsRecommended
FROM alpine:3.20
```

## Fix safety
There is no fix: what was meant is for the author to say.

## References
- Dockerfile reference, *check*
"""

from __future__ import annotations

from collections.abc import Iterator

from restow.rule import (
    Bad,
    Case,
    CheckOptionsError,
    Finding,
    Good,
    RuleContext,
    RuleMeta,
    Severity,
    find_check_directive,
    parse_check_options,
)

meta = RuleMeta(
    code="CO021",
    name="invalid-check-option",
    summary="The directive check= cannot be read.",
    since="0.1.0",
    severity=Severity.ERROR,
)

cases: tuple[Case, ...] = (
    Bad("# check=error=maybe\nFROM alpine:3.20\n", lines=(1,)),
    Bad("# syntax=docker/dockerfile:1\n# check=skip\nFROM alpine:3.20\n", lines=(2,)),
    Good("# check=skip=StageNameCasing,FromAsCasing;error=true;experimental=all\nFROM alpine:3.20\n"),
    Good("FROM alpine:3.20\n# check=no directive\nRUN a\n"),
)


def check(ctx: RuleContext) -> Iterator[Finding]:
    """A finding at the directive."""
    found = find_check_directive(ctx.dockerfile)
    if found is None:
        return
    try:
        parse_check_options(found[0])
    except CheckOptionsError as error:
        yield ctx.finding(meta, found[1], str(error), help="separate options with ; and names with , and no blanks")
