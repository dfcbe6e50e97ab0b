"""A file is brought in by one layer and deleted by a later one: the image is smaller to look at, not to pull.

## What it does
Finds a path that COPY, ADD or a download (`curl`, `wget`) creates and that a later RUN of the same stage deletes.
Stages whose layers do not reach an image are left alone.

## Why is this bad?
A layer cannot be changed by those above it. The deleted file is pushed and pulled with every image, behind a marker
that hides it.

## Example
```dockerfile
FROM debian:12
COPY tool.tar.gz /tmp/tool.tar.gz
RUN tar -xzf /tmp/tool.tar.gz -C /opt && rm /tmp/tool.tar.gz
```

## Use instead
```dockerfile
FROM debian:12
RUN --mount=type=bind,source=tool.tar.gz,target=/tmp/tool.tar.gz tar -xzf /tmp/tool.tar.gz -C /opt
```

## Fix safety
There is no fix. A download can be joined with the RUN that deletes it; what COPY brings can be mounted instead.

## References
- OCI image specification, *Image layer filesystem changeset*, whiteouts
"""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import basename, join, normpath

from restow.rule import Bad, Case, Finding, Good, RuleContext, RuleMeta, Stage
from restow.syntax.ast import Add, Copy, Instruction, Workdir
from restow_rules.commands import Body, Called, bodies
from restow_rules.stages import shipped_stages

meta = RuleMeta(
    code="CL004",
    name="deleted-in-later-layer",
    summary="A path is deleted by a later layer than the one that brought it in.",
    since="0.1.0",
)

cases: tuple[Case, ...] = (
    Bad("FROM debian:12\nCOPY a.tgz /tmp/a.tgz\nRUN tar -xzf /tmp/a.tgz -C /opt && rm /tmp/a.tgz\n", lines=(3,)),
    Bad(
        "FROM debian:12\nWORKDIR /tmp\nRUN curl -fsSO https://host.example/a.tgz\nRUN tar xf a.tgz\nRUN rm -f a.tgz\n",
        lines=(5,),
    ),
    Bad("FROM debian:12\nCOPY wheels/ /wheels/\nRUN pip install /wheels/*\nRUN rm -rf /wheels\n", lines=(4,)),
    Good("FROM debian:12\nWORKDIR /tmp\nRUN curl -fsSO https://host.example/a.tgz && tar xf a.tgz && rm a.tgz\n"),
    Good("FROM debian:12\nCOPY app /app\nRUN rm -rf /tmp/build\n"),
    Good(
        "FROM debian:12 AS unpack\nCOPY a.tgz /a.tgz\nRUN tar xf /a.tgz && rm /a.tgz\n\n"
        "FROM scratch\nCOPY --from=unpack /opt /opt\n"
    ),
)


def check(ctx: RuleContext) -> Iterator[Finding]:
    """A finding at each command that deletes what an earlier instruction of the stage created."""
    by_node = {body.node.start: body for body in bodies(ctx)}
    for stage in shipped_stages(ctx):
        yield from _in_stage(ctx, stage, by_node)


def _in_stage(ctx: RuleContext, stage: Stage, by_node: dict[int, Body]) -> Iterator[Finding]:
    created: dict[str, Instruction] = {}
    directory = "/"
    for node in stage.instructions:
        if isinstance(node, Workdir):
            directory = _place(directory, node.path.text.strip("\"'"))
        elif isinstance(node, Copy | Add):
            created.update(dict.fromkeys(_copied(node, directory), node))
        elif node.start in by_node:
            here, fetched = directory, list[str]()
            for command in by_node[node.start].commands:
                if command.name == "cd" and len(command.words) == 2:
                    here = _place(here, command.words[1])
                for path, origin in _deleted(command, here, created):
                    line = ctx.source.position(origin.start).line
                    what = f"{path} stays in the layer of line {line}; deleting it here only hides it"
                    yield ctx.finding(
                        meta, command.node.span, what, help="delete it in the RUN that creates it, or mount it there"
                    )
                    created = {p: o for p, o in created.items() if o is not origin}
                fetched += [_place(here, name) for name in _downloaded(command)]
            created.update(dict.fromkeys(fetched, node))


def _copied(node: Copy | Add, directory: str) -> Iterator[str]:
    """Where the sources go: the destination itself, or below it under their own names."""
    destination = node.destination.text.strip("\"'")
    if "$" in destination:
        return
    base = _place(directory, destination)
    several = len(node.sources) > 1 or destination.endswith(("/", "."))
    if not several or not node.sources[0].text.rstrip("/").rpartition("/")[2].count("."):
        yield base
    for word in node.sources:
        name = basename(normpath(word.text.strip("\"'")))
        if name not in ("", ".", "..") and not set(name) & set("*?$[<"):
            yield _place(base, name)


def _downloaded(command: Called) -> Iterator[str]:
    names = {"curl": ("-o", "--output"), "wget": ("-O", "--output-document")}.get(command.name, ())
    given = [after for word, after in zip(command.words, command.words[1:], strict=False) if word in names]
    if names and not given and (command.name == "wget" or any(w.startswith("-") and "O" in w for w in command.words)):
        given = [basename(word) for word in command.words[1:] if "://" in word]
    yield from (name for name in given if name and "$" not in name and name not in ("-", "/dev/null"))


def _deleted(command: Called, directory: str, created: dict[str, Instruction]) -> list[tuple[str, Instruction]]:
    if command.name != "rm" or command.conditional:
        return []
    words = [
        _place(directory, word.removesuffix("/*"))
        for word in command.words[1:]
        if not word.startswith("-") and "$" not in word
    ]
    return [
        (path, origin) for path, origin in created.items() if any(f"{path}/".startswith(f"{word}/") for word in words)
    ][:1]


def _place(*parts: str) -> str:
    """The absolute, clean path of ``parts``; a part that begins with ``/`` starts anew."""
    return "/" + normpath(join("/", *parts)).lstrip("/")
