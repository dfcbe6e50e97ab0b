"""The comment above ARG or FROM does not describe it in the form that tools read.

## What it does
Finds comments right above an ARG, or a FROM with a stage name, whose last line does not begin with the name. An empty
comment line between keeps them apart.

## Why is this bad?
`docker build --call=outline` and `--call=targets` show such comments as descriptions of arguments and stages, and only in
the form `# name text`.

## Example
```dockerfile
# The version of the tool
ARG VERSION=1.2
FROM alpine:3.20
```

## Use instead
```dockerfile
# VERSION of the tool
ARG VERSION=1.2
FROM alpine:3.20
```

## Fix safety
There is no fix: what the comment means is for its author to say.

## References
- Docker documentation, *Build variables*; BuildKit's experimental check *InvalidDefinitionDescription*: it runs where
  `# check=experimental=InvalidDefinitionDescription` asks for it
"""

from __future__ import annotations

from collections.abc import Iterator

from restow.rule import Bad, Case, Finding, Good, RuleContext, RuleMeta, Severity, comments_above
from restow.syntax.ast import Arg, From, Instruction

meta = RuleMeta(
    code="ST008",
    name="unrelated-description",
    summary="The comment above ARG or FROM does not describe it in the form that tools read.",
    since="0.1.0",
    severity=Severity.INFO,
    aliases=("InvalidDefinitionDescription",),
    preview=True,
)

cases: tuple[Case, ...] = (
    Bad("# a version\nARG VERSION=1\n# the tools\nFROM alpine:3.20 AS tools\n", lines=(2, 4)),
    Bad("# ONE is first\n# and more\nARG ONE TWO\n", lines=(3,)),
    Good("# VERSION of it\nARG VERSION=1\n# tools to build with\nFROM alpine:3.20 AS tools\n"),
    Good("# a heading\n#\nARG VERSION=1\n# not named\nFROM alpine:3.20\n# anything\nRUN a\n"),
)


def check(ctx: RuleContext) -> Iterator[Finding]:
    """A finding at each instruction that such a comment stands above."""
    for node, comments in comments_above(ctx.dockerfile):
        names = _names(node)
        if names and comments and comments[-1][1].split(" ", 1)[0] not in names:
            wanted = names[0] if len(names) == 1 else "NAME"
            yield ctx.finding(
                meta,
                node,
                f"the comment above does not describe {' or '.join(names)}",
                help=f"write # {wanted} and what it is, or an empty comment line between them",
            )


def _names(node: Instruction) -> tuple[str, ...]:
    """The names that the instruction defines."""
    if isinstance(node, Arg):
        return tuple(pair.key for pair in node.pairs)
    return (node.stage_name.text.lower(),) if isinstance(node, From) and node.stage_name else ()
