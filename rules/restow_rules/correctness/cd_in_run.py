"""A RUN ends with `cd`, and the change of folder ends with it.

## What it does
Finds RUN instructions whose last command is `cd`.

## Why is this bad?
Every RUN begins in the folder that WORKDIR set. A `cd` holds until the end of its own RUN, so the next instruction
works elsewhere than it seems.

## Example
```dockerfile
FROM debian:12
RUN cd /srv
RUN make
```

## Use instead
```dockerfile
FROM debian:12
WORKDIR /srv
RUN make
```

## Fix safety
There is no fix: WORKDIR would change what the instructions after it do, which may be what is wanted.

## References
- Dockerfile reference, *WORKDIR*
"""

from __future__ import annotations

from collections.abc import Iterator

from restow.rule import Bad, Case, Finding, Good, RuleContext, RuleMeta
from restow_rules.commands import bodies

meta = RuleMeta(
    code="CO003",
    name="cd-in-run",
    summary="A RUN ends with cd, which has no lasting effect.",
    since="0.1.0",
    aliases=("DL3003",),
)

cases: tuple[Case, ...] = (
    Bad("FROM debian:12\nRUN cd /srv\nRUN make\n", lines=(2,)),
    Bad("FROM debian:12\nRUN mkdir /srv/a && \\\n    cd /srv/a\n", lines=(3,)),
    Good("FROM debian:12\nRUN cd /srv && make\n"),
    Good("FROM debian:12\nRUN (cd /srv && make)\n"),
    Good("FROM debian:12\nRUN cd /srv && make | tee log && cd /srv/doc && make\n"),
    Good("FROM debian:12\nRUN cd /tmp && make && cd / && rm -rf /tmp/*\n"),
)


def check(ctx: RuleContext) -> Iterator[Finding]:
    """A finding at a last command that is ``cd``, where the RUN has done nothing in a folder that it changed to before."""
    for body in bodies(ctx):
        if not body.commands or body.commands[-1].name not in ("cd", "pushd"):
            continue
        last = body.commands[-1]
        if not last.conditional and last.node.end == body.script.items[-1].command.end and not _goes_back(last.words):
            yield ctx.finding(
                meta,
                last.node.span,
                "this change of folder ends with the RUN",
                help=f"write WORKDIR {last.words[1] if len(last.words) > 1 else ''}".rstrip(),
            )


def _goes_back(words: tuple[str, ...]) -> bool:
    return words[1:2] in (("-",), ("..",), ("/",), ())
