"""EXPOSE with a host's port or address.

## What it does
Finds ports such as `8080:80` and `127.0.0.1:80:80`.

## Why is this bad?
EXPOSE says which port the program listens on. What it is reached by outside is for `docker run -p` to say: the part before
the colon has no effect, and will be an error.

## Example
```dockerfile
FROM nginx:1.27
EXPOSE 8080:80
```

## Use instead
```dockerfile
FROM nginx:1.27
EXPOSE 80
```

## Fix safety
The fix removes what has no effect, where no variable and no quotes are in the word; the image stays the same.

## References
- Dockerfile reference, *EXPOSE*; BuildKit's check *ExposeInvalidFormat*
"""

from __future__ import annotations

from collections.abc import Iterator

from restow.rule import Bad, Case, Edit, Finding, Fix, Good, RuleContext, RuleMeta
from restow_rules.ports import Port, ports

meta = RuleMeta(
    code="CO013",
    name="port-mapping-in-expose",
    summary="EXPOSE with a host's port or address.",
    since="0.1.0",
    aliases=("ExposeInvalidFormat",),
)

cases: tuple[Case, ...] = (
    Bad(
        "FROM nginx:1.27\nEXPOSE 8080:80 443\nEXPOSE 127.0.0.1:53:53/udp\n",
        lines=(2, 3),
        fixed="FROM nginx:1.27\nEXPOSE 80 443\nEXPOSE 53/udp\n",
    ),
    Bad("FROM nginx:1.27\nARG PORT=8080:80\nEXPOSE $PORT\n", lines=(3,)),
    Good("FROM nginx:1.27\nEXPOSE 80 443/tcp 8000-8010\n"),
)


def check(ctx: RuleContext) -> Iterator[Finding]:
    """A finding at each such port."""
    for port in ports(ctx):
        if port.outside:
            yield ctx.finding(
                meta,
                port.span,
                f"{port.outside} of {port.text} has no effect in EXPOSE",
                help="write the port inside of the container, and publish it with docker run -p",
                fix=_fix(ctx, port),
            )


def _fix(ctx: RuleContext, port: Port) -> Fix | None:
    if port.word is None or port.word.span.of(ctx.dockerfile.text) != port.text:
        return None
    inside = port.text.rpartition(":")[2]
    return Fix(f"write {inside}", (Edit(port.word.span, inside),))
