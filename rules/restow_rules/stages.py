"""What several rules ask of stages: their instructions, which of them are shipped, and what is in force at a place."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping

from restow.rule import RuleContext, Stage
from restow.semantics.base_images import is_windows
from restow.semantics.mounts import written_mounts
from restow.semantics.variables import Variables
from restow.syntax.ast import Add, Arg, Copy, Env, Instruction, Onbuild, Run, Shell

DEFAULT_SHELL = ("/bin/sh", "-c")
WINDOWS_SHELL = ("cmd", "/S", "/C")


def instructions_of(stage: Stage) -> Iterator[Instruction]:
    """The stage's instructions, with the trigger of an ONBUILD in its place."""
    for node in stage.instructions:
        yield node.instruction if isinstance(node, Onbuild) else node


def lineage(ctx: RuleContext, stage: Stage) -> list[Stage]:
    """The stage and the stages that it is built on, the oldest first."""
    found = [stage]
    while (index := found[-1].base.index) is not None and index < found[-1].index:
        found.append(ctx.model.stages[index])
    return found[::-1]


def shipped_stages(ctx: RuleContext) -> list[Stage]:
    """The stages whose layers end up in an image: those that no other stage takes from, and what these are built on."""
    return ctx.shared(_shipped)


def _shipped(ctx: RuleContext) -> list[Stage]:
    model = ctx.model
    used = {index for stage in model.stages for index in model.inputs(stage)}
    ends = [stage for stage in model.stages if stage.index not in used or stage is model.target]
    kept: set[int] = set()
    for end in ends:
        index: int | None = end.index
        while index is not None and index not in kept:
            kept.add(index)
            base = model.stages[index].base.index
            index = base if base is not None and base < index else None
    return [stage for stage in model.stages if stage.index in kept]


def shell_at(ctx: RuleContext, stage: Stage, node: Instruction) -> tuple[str, ...]:
    """The shell that runs the shell form at ``node``: of the last SHELL before it in the stage's lineage; on the base images
    of Windows that is cmd."""
    starts, shells = ctx.shared(_shells)[stage.index]
    return shells[bisect_left(starts, node.start)]


def _shells(ctx: RuleContext) -> list[tuple[list[int], list[tuple[str, ...]]]]:
    """For each stage where its SHELLs stand, and the shell before the first, after the first, and so on."""
    found: list[tuple[list[int], list[tuple[str, ...]]]] = []
    for stage in ctx.model.stages:
        base = stage.base.index
        if base is not None and base < stage.index:
            first = found[base][1][-1]
        else:
            first = WINDOWS_SHELL if is_windows(stage.base.name) else DEFAULT_SHELL
        nodes = [node for node in stage.instructions if isinstance(node, Shell)]
        found.append(([node.start for node in nodes], [first, *(node.words for node in nodes)]))
    return found


def variables_at(ctx: RuleContext, stage: Stage, node: Instruction) -> Mapping[str, str]:
    """The variables that ENV, and ARG with a default, set before ``node`` in the stage's lineage, as written."""
    starts, values = ctx.shared(_variables)[stage.index]
    return values[bisect_left(starts, node.start)]


def _variables(ctx: RuleContext) -> list[tuple[list[int], list[Variables]]]:
    """For each stage where its ENVs and ARGs stand, and the values before the first, after the first, and so on."""
    found: list[tuple[list[int], list[Variables]]] = []
    for stage in ctx.model.stages:
        base = stage.base.index
        values = [found[base][1][-1] if base is not None and base < stage.index else Variables()]
        starts: list[int] = []
        for node in instructions_of(stage):
            if isinstance(node, Env | Arg):
                pairs = {pair.key: pair.value.strip("\"'") for pair in node.pairs if pair.value is not None}
                values.append(values[-1].assigned(pairs))
                starts.append(node.start)
        found.append((starts, values))
    return found


def local_sources(node: Copy | Add) -> list[str]:
    """The source words that name something in the context: no here-document, no address, nothing of another stage."""
    if node.flag("from") is not None:
        return []
    texts = [word.text for word in node.sources]
    if node.heredocs:
        texts = [text for text in texts if not text.lstrip("0123456789").startswith("<<")]
    return [text for text in texts if not is_address(text)]


def is_address(source: str) -> bool:
    """Whether ADD fetches the source."""
    return source.strip("\"'").startswith(("http://", "https://", "git://", "git@", "ssh://", "ftp://"))


def mount_covers(node: Run, path: str) -> bool:
    """Whether a cache or tmpfs mount of the RUN keeps ``path`` (absolute) out of the layer."""
    return any(
        mount.type in ("cache", "tmpfs")
        and mount.target.startswith("/")
        and f"{path}/".startswith(f"{mount.target.rstrip('/')}/")
        for mount in written_mounts(node)
    )


def mount_names(node: Run, word: str) -> bool:
    """Whether the value of a mount of the RUN contains ``word``: caches of users whose home is not known."""
    return any(flag.name == "mount" and word in (flag.value or "") for flag in node.flags)
