"""A source of COPY or ADD is left out by the ignore file.

## What it does
Finds sources that a pattern of the ignore file matches. As in BuildKit, nothing is said where the ignore file has
exceptions (`!pattern`), and `.` counts only where a pattern leaves out everything.

## Why is this bad?
The builder does not see the file: the build stops, or copies less than it seems to.

## Example
```dockerfile
FROM debian:12
COPY build.env /srv/
```

## Use instead
```dockerfile
FROM debian:12
COPY build.conf /srv/
```

## Fix safety
There is no fix: whether the ignore file or the instruction is wrong is for the author to say.

## References
- Docker documentation, *Build context*; BuildKit's check *CopyIgnoredFile*
"""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import normpath

from restow.rule import Bad, Case, Finding, Good, RuleContext, RuleMeta
from restow.syntax.ast import Add, Copy
from restow_rules.dispatch import dispatched
from restow_rules.global_arguments import expanded
from restow_rules.stages import local_sources

meta = RuleMeta(
    code="CO012",
    name="copy-ignored-file",
    summary="A source of COPY or ADD is left out by the ignore file.",
    since="0.1.0",
    aliases=("CopyIgnoredFile",),
    needs=frozenset({"context"}),
)

_FILES = {"build.env": "", "build.conf": "", ".dockerignore": "*.env\n"}
cases: tuple[Case, ...] = (
    Bad("FROM debian:12\nCOPY build.env /srv/\n", lines=(2,), files=_FILES),
    Bad("FROM debian:12\nARG NAME=build\nADD $NAME.env /srv/\n", lines=(3,), files=_FILES),
    Bad("FROM debian:12\nCOPY . /srv/\n", lines=(2,), files={"a": "", ".dockerignore": "*\n"}),
    Good("FROM debian:12\nCOPY . /srv/\nCOPY --from=debian:12 a.env /a\n", files=_FILES),
    Good("FROM debian:12\nCOPY a /srv/\n", files={"a": "", ".dockerignore": "*\n!b\n"}),
)


def check(ctx: RuleContext) -> Iterator[Finding]:
    """A finding at each such source."""
    ignore = ctx.context.ignore_file if ctx.context else None
    if ignore is None or any(pattern.exception for pattern in ignore.patterns):
        return
    everything = next((pattern.line for pattern in ignore.patterns if pattern.text in ("*", "**", "**/*")), None)
    for item in dispatched(ctx):
        node = item.node
        if not isinstance(node, Copy | Add):
            continue
        local = local_sources(node)
        for word in node.sources:
            expansion = expanded(ctx, word.text, item.state.values.get) if word.text in local else None
            if expansion is None or (expansion.missing and not item.state.complete):
                continue
            path = normpath(expansion.text or ".")
            root = path in (".", "/", "//")
            decision = ignore.decide(path)
            line = everything if root else decision.line if decision.ignored else None
            if line is not None:
                yield ctx.finding(
                    meta,
                    word.span if item.place is node else item.place,
                    f"{path} is left out by line {line} of {ignore.name}",
                    help=f"add an exception, !{path}, or copy something else",
                )
