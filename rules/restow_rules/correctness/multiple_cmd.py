"""A stage has several CMD, ENTRYPOINT or HEALTHCHECK, and only the last of each counts.

## What it does
Finds every CMD, ENTRYPOINT and HEALTHCHECK that a later one of the same kind in the same stage replaces.

## Why is this bad?
The earlier one has no effect at all. Often somebody believes that both run.

## Example
```dockerfile
FROM nginx:1.27
CMD ["prepare"]
CMD ["nginx", "-g", "daemon off;"]
```

## Use instead
```dockerfile
FROM nginx:1.27
CMD ["nginx", "-g", "daemon off;"]
```

## Fix safety
The fix deletes the instruction without effect; the image stays the same. There is none where a comment stands right
above it, since the comment would then speak of something else.

## References
- Dockerfile reference, *CMD*, *ENTRYPOINT*, *HEALTHCHECK*
"""

from __future__ import annotations

from collections.abc import Iterator

from restow.rule import Bad, Case, Edit, Finding, Fix, Good, RuleContext, RuleMeta, Span
from restow.syntax.ast import Cmd, Entrypoint, HealthCheck, Instruction
from restow_rules.dispatch import Dispatched, dispatched

meta = RuleMeta(
    code="CO004",
    name="multiple-cmd",
    summary="A CMD, ENTRYPOINT or HEALTHCHECK is replaced by a later one of the same stage.",
    since="0.1.0",
    aliases=("DL3012", "DL4003", "DL4004", "MultipleInstructionsDisallowed"),
)

cases: tuple[Case, ...] = (
    Bad(
        'FROM nginx:1.27\nCMD ["prepare"]\nEXPOSE 80\nCMD ["nginx"]\n',
        lines=(2,),
        fixed='FROM nginx:1.27\nEXPOSE 80\nCMD ["nginx"]\n',
    ),
    Bad(
        'FROM nginx:1.27\n# first\nENTRYPOINT ["a"]\nENTRYPOINT ["b"]\n',
        lines=(3,),
        note="No fix: the comment would lose its object.",
    ),
    Good('FROM nginx:1.27\nENTRYPOINT ["nginx"]\nCMD ["-t"]\n'),
    Good('FROM nginx:1.27 AS a\nCMD ["a"]\n\nFROM a\nCMD ["b"]\n'),
)


def check(ctx: RuleContext) -> Iterator[Finding]:
    """A finding at each instruction that is replaced."""
    before: dict[tuple[int, str], Dispatched] = {}
    for item in dispatched(ctx):
        if not isinstance(item.node, Cmd | Entrypoint | HealthCheck):
            continue
        key = (item.stage.index, item.node.kind)
        replaced = before.get(key)
        before[key] = item
        if replaced is None:
            continue
        node, own = replaced.node, replaced.place is replaced.node
        line = ctx.source.position(item.place.start).line
        yield ctx.finding(
            meta,
            replaced.place,
            f"this {node.keyword.upper()} has no effect, since the one of line {line} replaces it",
            help="delete it, or join both",
            fix=_fix(ctx, node) if own else None,
            origin=item.node.span,
        )


def _fix(ctx: RuleContext, node: Instruction) -> Fix | None:
    text = ctx.dockerfile.text
    start = text.rfind("\n", 0, node.start) + 1
    end = text.find("\n", node.end)
    above = text[text.rfind("\n", 0, start - 1) + 1 : start].strip() if start else ""
    inside = any(node.start < comment.start < node.end for comment in ctx.dockerfile.comments)
    if above.startswith("#") or inside or end < 0 or text[start : node.start].strip():
        return None
    return Fix(f"delete the {node.keyword.upper()} without effect", (Edit(Span(start, end + 1), ""),))
