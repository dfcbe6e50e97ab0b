r"""A blank line inside of a continued instruction.

## What it does
Finds instructions that go on after a blank line: the line before ends in a backslash, and the blank line is passed over.
The finding stands at the last line of the instruction, as in BuildKit. Comment lines are fine.

## Why is this bad?
It looks as if the instruction ended at the blank line. It will be an error.

## Example
```dockerfile
FROM debian:12
RUN apt-get update && \

    apt-get install -y curl
```

## Use instead
```dockerfile
FROM debian:12
RUN apt-get update && \
    apt-get install -y curl
```

## Fix safety
The fix deletes the blank lines, which the builder passes over: image and build cache stay the same. There is none where
the file ends inside of the instruction.

## References
- Dockerfile reference, *Format*; BuildKit's check *NoEmptyContinuation*
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator

from restow.rule import Bad, Case, Edit, Finding, Fix, Good, RuleContext, RuleMeta, Span
from restow.source import Source
from restow.source.text import BOM

meta = RuleMeta(
    code="CO017",
    name="empty-continuation",
    summary="A blank line inside of a continued instruction.",
    since="0.1.0",
    aliases=("NoEmptyContinuation",),
)

cases: tuple[Case, ...] = (
    Bad("FROM debian:12\nRUN a && \\\n\n  b\nRUN c\n", lines=(4,), fixed="FROM debian:12\nRUN a && \\\n  b\nRUN c\n"),
    Bad(
        "# escape=`\nFROM debian:12\nRUN a `\n# and\n \n\n  b `\n  c\n",
        lines=(8,),
        fixed="# escape=`\nFROM debian:12\nRUN a `\n# and\n  b `\n  c\n",
    ),
    Bad("FROM debian:12\nRUN a \\\n\n", lines=(3,)),
    Good("FROM debian:12\nRUN a && \\\n  # and\n  b\n\nRUN c\n"),
    Good("FROM debian:12\nRUN <<EOF\na \\\n\nb\nEOF\n"),
)

_WRITTEN = re.compile(r"\S")


def check(ctx: RuleContext) -> Iterator[Finding]:
    """A finding at the last line of each such instruction."""
    source = ctx.source
    for first, last, blanks in _instructions(ctx):
        if blanks:
            span = _line(source, last)
            ends = span.of(source.text).strip() and last > blanks[-1]
            edits = (
                tuple(Edit(Span(source.line_starts[n - 1], source.line_starts[n]), "") for n in blanks) if ends else ()
            )
            lines = " and ".join(map(str, blanks))
            yield ctx.finding(
                meta,
                Span(span.start + len(text := span.of(source.text)) - len(text.lstrip()), span.end),
                f"the instruction of line {first} goes on after blank lines ({lines})",
                help="delete the blank lines",
                fix=Fix("delete the blank lines", edits) if edits else None,
            )


def _instructions(ctx: RuleContext) -> Iterator[tuple[int, int, list[int]]]:
    """First and last line of each instruction, heredocs excluded, and the blank lines in it."""
    source = ctx.source
    mark = re.escape(ctx.dockerfile.escape)
    continued = re.compile(rf"(?:^|[^{mark}]){mark}[ \t]*\Z")
    ends = {source.position(node.start).line: source.position(node.end).line for node in ctx.dockerfile.instructions}
    starts, at, passed = sorted(ends), 1, 0
    while at <= source.line_count:
        written = _WRITTEN.search(source.text, source.line_starts[at - 1])
        if written is None:
            return
        at = source.position(written.start()).line
        first, blanks, text = at, list[int](), source.line(at).lstrip()
        at += 1
        if not text or text.startswith("#"):
            continue
        going = continued.search(text) is not None
        while going and at <= source.line_count:
            text = source.line(at).lstrip(BOM)
            at += 1
            if not text.strip():
                blanks.append(at - 1)
            elif not text.lstrip().startswith("#"):
                going = continued.search(text) is not None
        yield first, at - 1, blanks
        until = bisect_left(starts, at, passed)
        at = max([at, *(ends[line] + 1 for line in starts[passed:until] if line >= first)])
        passed = until


def _line(source: Source, number: int) -> Span:
    start = source.line_starts[number - 1]
    return Span(start, start + len(source.line(number)))
