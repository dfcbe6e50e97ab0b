"""pip keeps what it downloaded in a cache, and the cache stays in the layer.

## What it does
Finds `pip install` without `--no-cache-dir` where neither `PIP_NO_CACHE_DIR` is set, nor a cache mount holds the
cache, nor the same RUN deletes it. Stages whose layers do not reach an image are left alone.

## Why is this bad?
Every wheel is stored twice: unpacked in `site-packages` and packed in `~/.cache/pip`. Nobody installs them again in a
container.

## Example
```dockerfile
FROM python:3.12
RUN pip install flask==3.0.3
```

## Use instead
```dockerfile
FROM python:3.12
RUN pip install --no-cache-dir flask==3.0.3
```

## Fix safety
The image afterwards lacks pip's cache folder, and is otherwise the same.

## References
- pip documentation, *Caching*, section on disabling it
"""

from __future__ import annotations

from collections.abc import Iterator

from restow.rule import Bad, Case, Edit, Finding, Fix, Good, RuleContext, RuleMeta, Span
from restow_rules.commands import Called, bodies, cache_places, removes
from restow_rules.pip import install_word
from restow_rules.stages import mount_covers, mount_names, shipped_stages, variables_at

meta = RuleMeta(
    code="CL002",
    name="pip-cache-left",
    summary="The download cache of pip stays in the layer.",
    since="0.1.0",
    aliases=("DL3042",),
)

cases: tuple[Case, ...] = (
    Bad(
        "FROM python:3.12\nRUN pip install flask==3.0.3\n",
        lines=(2,),
        fixed="FROM python:3.12\nRUN pip install --no-cache-dir flask==3.0.3\n",
    ),
    Bad(
        "FROM python:3.12\nRUN apt-get update && \\\n    python3 -m pip install -U flask==3.0.3\n",
        lines=(3,),
        fixed="FROM python:3.12\nRUN apt-get update && \\\n    python3 -m pip install --no-cache-dir -U flask==3.0.3\n",
    ),
    Good("FROM python:3.12\nRUN pip install --no-cache-dir flask==3.0.3\n"),
    Good("FROM python:3.12\nRUN pip install --no-cache flask==3.0.3\n"),
    Good("FROM python:3.12\nENV PIP_NO_CACHE_DIR=1\nRUN pip install flask==3.0.3\n"),
    Good("FROM python:3.12\nRUN --mount=type=cache,target=/root/.cache/pip pip install flask==3.0.3\n"),
    Good("FROM python:3.12\nRUN pip install flask==3.0.3 && rm -rf /root/.cache\n"),
)


def check(ctx: RuleContext) -> Iterator[Finding]:
    """A finding at each installation that fills the cache."""
    shipped = {stage.index for stage in shipped_stages(ctx)}
    for body in bodies(ctx):
        if (
            body.stage.index not in shipped
            or mount_covers(body.node, "/root/.cache/pip")
            or mount_names(body.node, "pip")
        ):
            continue
        if variables_at(ctx, body.stage, body.node).get("PIP_NO_CACHE_DIR") or any(
            word.startswith("PIP_NO_CACHE_DIR=")
            for command in body.commands
            for word in (*command.words, *command.wrappers)
        ):
            continue
        for index, command in enumerate(body.commands):
            at = install_word(command)
            if at is None or any(map(_without_cache, command.words[at:])) or _assigned(command):
                continue
            if any(removes(later, ".cache", ".cache/pip") or _purges(later) for later in body.commands[index:]):
                continue
            end = command.nodes[at].end
            yield ctx.finding(
                meta,
                command.node.span,
                "the wheels that pip downloads stay in its cache, a second time beside what it installs",
                help="add `--no-cache-dir`, or keep the cache in a mount: `RUN --mount=type=cache,target=/root/.cache/pip`",
                fix=Fix(
                    "install without the cache",
                    (Edit(Span(end, end), " --no-cache-dir"),),
                    removes=cache_places(ctx, command) or ("/root/.cache/pip",),
                ),
            )


def _without_cache(word: str) -> bool:
    """Whether it is the option, or a beginning of its name that means no other one: pip takes ``--no-cache`` for it."""
    return word.startswith("--no-ca") and "--no-cache-dir".startswith(word)


def _assigned(command: Called) -> bool:
    return any(assignment.name == "PIP_NO_CACHE_DIR" for assignment in command.node.assignments)


def _purges(command: Called) -> bool:
    return command.words[-2:] == ("cache", "purge")
