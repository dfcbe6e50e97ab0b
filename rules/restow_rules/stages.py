"""What several rules ask of stages: their instructions, which of them are shipped, and what is in force at a place."""

from __future__ import annotations

from collections.abc import Iterator

from restow.rule import RuleContext, Stage
from restow.semantics.base_images import is_windows
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
    while (index := found[0].base.index) is not None and index < found[0].index:
        found.insert(0, ctx.model.stages[index])
    return found


def shipped_stages(ctx: RuleContext) -> list[Stage]:
    """The stages whose layers end up in an image: those that no other stage takes from, and what these are built on."""
    model = ctx.model
    used = {index for stage in model.stages for index in model.inputs(stage)}
    ends = [stage for stage in model.stages if stage.index not in used or stage is model.target]
    kept = {stage.index for end in ends for stage in lineage(ctx, end)}
    return [stage for stage in model.stages if stage.index in kept]


def shell_at(ctx: RuleContext, stage: Stage, node: Instruction) -> tuple[str, ...]:
    """The shell that runs the shell form at ``node``: of the last SHELL before it in the stage's lineage; on the base images
    of Windows that is cmd."""
    line = lineage(ctx, stage)
    shell: tuple[str, ...] = WINDOWS_SHELL if is_windows(line[0].base.name) else DEFAULT_SHELL
    for other in line:
        for earlier in other.instructions:
            if earlier.start >= node.start and other is stage:
                break
            if isinstance(earlier, Shell):
                shell = earlier.words
    return shell


def variables_at(ctx: RuleContext, stage: Stage, node: Instruction) -> dict[str, str]:
    """The variables that ENV, and ARG with a default, set before ``node`` in the stage's lineage, as written."""
    found: dict[str, str] = {}
    for other in lineage(ctx, stage):
        for earlier in instructions_of(other):
            if earlier.start >= node.start and other is stage:
                break
            if isinstance(earlier, Env | Arg):
                found.update({pair.key: pair.value.strip("\"'") for pair in earlier.pairs if pair.value is not None})
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
    for flag in node.flags:
        if flag.name == "mount" and flag.value:
            pairs = dict(part.partition("=")[::2] for part in flag.value.split(","))
            target = pairs.get("target") or pairs.get("dst") or pairs.get("destination") or pairs.get("id") or ""
            if pairs.get("type") in ("cache", "tmpfs") and (path + "/").startswith(target.rstrip("/") + "/"):
                return True
    return False


def mount_names(node: Run, word: str) -> bool:
    """Whether the value of a mount of the RUN contains ``word``: caches of users whose home is not known."""
    return any(flag.name == "mount" and word in (flag.value or "") for flag in node.flags)
