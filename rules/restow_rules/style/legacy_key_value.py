"""ENV or LABEL with a blank between key and value.

## What it does
Finds `ENV KEY value` and `LABEL key value`.

## Why is this bad?
The old form takes the whole rest of the line as one value: `ENV ONE=1 TWO=2` sets two variables, `ENV ONE 1 TWO=2` one,
with the value `1 TWO=2`. It may cease to work.

## Example
```dockerfile
FROM alpine:3.20
ENV GREETING hello world
```

## Use instead
```dockerfile
FROM alpine:3.20
ENV GREETING="hello world"
```

## Fix safety
The fix writes an equals sign, and quotes around a value with blanks. There is none where quotes, escapes, line breaks or
an equals sign in the value could mean something else then. The simulated image has to be the same.

## References
- Dockerfile reference, *ENV*, *LABEL*; BuildKit's check *LegacyKeyValueFormat*
"""

from __future__ import annotations

from collections.abc import Iterator

from restow.rule import Bad, Case, Edit, Finding, Fix, Good, RuleContext, RuleMeta, Span
from restow.syntax.ast import Env, Label
from restow_rules.dispatch import dispatched

meta = RuleMeta(
    code="ST005",
    name="legacy-key-value",
    summary="ENV or LABEL with a blank between key and value.",
    since="0.1.0",
    aliases=("LegacyKeyValueFormat",),
)

cases: tuple[Case, ...] = (
    Bad(
        "FROM alpine:3.20\nENV HOME /srv\nLABEL title  a tool\n",
        lines=(2, 3),
        fixed='FROM alpine:3.20\nENV HOME=/srv\nLABEL title="a tool"\n',
    ),
    Bad('FROM alpine:3.20\nENV A it is "so"\nENV B one \\\n  two\n', lines=(2, 3), note="No fix: see above."),
    Good("FROM alpine:3.20\nENV A=1 B=2\nLABEL c=3\n"),
)

_RISKY = frozenset("\"'\\`\n\r=")


def check(ctx: RuleContext) -> Iterator[Finding]:
    """A finding at each such instruction."""
    for item in dispatched(ctx):
        node = item.node
        if isinstance(node, Env | Label) and node.legacy:
            name, key = node.kind.upper(), node.pairs[0].key
            yield ctx.finding(
                meta,
                item.place,
                f"{name} has a blank between {key} and its value",
                help=f"write {name} {key}=..., with quotes around a value that has blanks",
                fix=_fix(ctx, node) if item.place is node else None,
            )


def _fix(ctx: RuleContext, node: Env | Label) -> Fix | None:
    pair = node.pairs[0]
    value = pair.value or ""
    written = pair.span.of(ctx.dockerfile.text)
    after_key = written.removeprefix(pair.key)
    if not value or _RISKY & set(written) or written == after_key or after_key.strip() != value.strip():
        return None
    value = value.strip()
    quoted = f'"{value}"' if any(character.isspace() for character in value) else value
    return Fix(f"write {pair.key}=", (Edit(Span(pair.start, pair.end), f"{pair.key}={quoted}"),))
