"""EXPOSE names a protocol in upper case.

## What it does
Finds ports such as `80/TCP`.

## Why is this bad?
The image has `80/tcp` in any case. Tools that compare what the Dockerfile says with the image stumble over it.

## Example
```dockerfile
FROM nginx:1.27
EXPOSE 80/TCP
```

## Use instead
```dockerfile
FROM nginx:1.27
EXPOSE 80/tcp
```

## Fix safety
The fix changes the protocol alone, where no variable and no quotes are in the word; the image stays the same.

## References
- Dockerfile reference, *EXPOSE*; BuildKit's check *ExposeProtoCasing*
"""

from __future__ import annotations

from collections.abc import Iterator

from restow.rule import Bad, Case, Edit, Finding, Fix, Good, RuleContext, RuleMeta, Severity
from restow.syntax.ast import Word
from restow_rules.ports import ports

meta = RuleMeta(
    code="ST006",
    name="port-protocol-case",
    summary="EXPOSE names a protocol in upper case.",
    since="0.1.0",
    severity=Severity.INFO,
    aliases=("ExposeProtoCasing",),
)

cases: tuple[Case, ...] = (
    Bad("FROM nginx:1.27\nEXPOSE 80/TCP 81 53/Udp\n", lines=(2, 2), fixed="FROM nginx:1.27\nEXPOSE 80/tcp 81 53/udp\n"),
    Bad("FROM nginx:1.27\nARG PROTOCOL=TCP\nEXPOSE 80/$PROTOCOL\n", lines=(3,)),
    Good("FROM nginx:1.27\nEXPOSE 80/tcp 443 53/udp\n"),
)


def check(ctx: RuleContext) -> Iterator[Finding]:
    """A finding at each such port."""
    for port in ports(ctx):
        if port.protocol != port.protocol.lower():
            yield ctx.finding(
                meta,
                port.span,
                f"{port.text} names its protocol in upper case",
                help=f"write {port.protocol.lower()}",
                fix=_fix(ctx, port.word, port.text),
            )


def _fix(ctx: RuleContext, word: Word | None, text: str) -> Fix | None:
    if word is None or word.span.of(ctx.dockerfile.text) != text:
        return None
    return Fix("write the protocol in lower case", (Edit(word.span, text.lower()),))
