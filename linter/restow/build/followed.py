"""Which paths of the context a client sends: those that are asked for, and what the symbolic links on their way lead to.

As BuildKit's client does: a path may be a pattern, and a link is followed where the folder that it stands in is named without
one. So what a link leads to is missing where a pattern stands for its folder, as in ``COPY */link /``, unless something else
asks for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from restow.build.context import Context
from restow.build.sources import Found, has_wildcards
from restow.build.state import matches
from restow.errors import BuildFailure, UnknownEffect
from restow.semantics import Model, Stage
from restow.syntax.ast import Add, Copy, Instruction, Onbuild, Run
from restow.vfs import Directory, Filesystem, Node, Symlink, join, split
from restow.vfs.ignorefile import IgnoreFile, IgnoreFileError

_PATTERN = re.compile(r"(?:[^\\*?\[]|\\.)*[*?\[]", re.DOTALL)


def followed_paths(root: Directory, paths: Iterable[str]) -> tuple[str, ...] | None:
    """The patterns, as an ignore file has them, of what is sent of the tree ``root``, none below another; None for all of it.

    A path need not exist. A loop of links ends where it meets itself.
    """
    found: set[str] = set()
    waiting = list(paths)
    while waiting:
        parts = split(waiting.pop())
        if not parts:
            return None
        for depth in range(1, len(parts) + 1):
            targets = _targets(root, parts[:depth])
            here = "/".join(parts[:depth])
            if (targets or depth == len(parts)) and here not in found:
                found.add(here)
                waiting += [join(target, *parts[depth:]) for target in targets]
            if targets:
                break
    kept: list[str] = []
    for path in sorted(found):
        if not kept or not path.startswith(f"{kept[-1]}/"):
            kept.append(path)
    return tuple(kept)


def _targets(root: Directory, parts: tuple[str, ...]) -> list[str]:
    """Where the links called ``parts`` lead, of which the last may be a pattern: absolute paths."""
    folder: Node | None = root
    for name in parts[:-1]:
        folder = folder.child(name) if isinstance(folder, Directory) else None
    if not isinstance(folder, Directory):
        return []
    above, name = "/" + "/".join(parts[:-1]), parts[-1]
    pattern = _PATTERN.match(name) is not None
    nodes = [node for key, node in folder.children.items() if key == name or (pattern and matches(name, key))]
    return [join(above, node.target) for node in nodes if isinstance(node, Symlink)]


@dataclass(frozen=True, slots=True)
class Askers:
    """Who else asks for files of the context: ``all`` is asked for in the same stage; ``others`` may ask for some."""

    all: bool
    others: bool


def other_askers(node: Instruction, stage: Stage, model: Model) -> Askers | None:
    """Who asks beside the instruction, where that may decide what it gets; None where it does not matter."""
    if not isinstance(node, Copy | Add) or not any("$" in word.text or _may_miss(word.text) for word in node.sources):
        return None
    asking = sum(_asks(other) for each in model.stages for other in each.instructions)
    return Askers(any(map(_asks_for_all, stage.instructions)), asking > 1)


def require_sent(
    context: Context, sources: list[str], parts: list[Found], askers: Askers | None, *, parents: bool
) -> None:
    """Refuse a COPY or ADD of ``sources``, which are the ``parts``, where the client does not send what they lead to.

    With ``parents`` no link is on the way of a pattern, and what matches lies below the parts. Raises BuildFailure for a file
    that is surely not sent, UnknownEffect where other instructions decide.
    """
    if askers is None or askers.all or not any(map(_may_miss, sources)):
        return
    if parents:
        if any("\\" in source or _excludes(source) for source in sources):
            raise UnknownEffect("which files the client sends for --parents with an escape or a ! is not computed")
        return
    sent = followed_paths(context.root, sources)
    if sent is None:
        return
    try:
        patterns = IgnoreFile.from_lines(enumerate(sent, 1), "the sources of COPY and ADD")
    except IgnoreFileError as error:
        raise UnknownEffect(str(error)) from None
    filesystem = Filesystem(context.root)
    for part in parts:
        path = filesystem.resolve(part.path)
        if patterns.decide(path.lstrip("/")).ignored:
            continue
        if isinstance(part.node, Directory) or askers.others:
            raise UnknownEffect(
                f"whether the client sends {path} depends on what else the build takes from its context"
            )
        raise BuildFailure(f'failed to calculate checksum: "{path}": not found (the client does not send it)')


def _may_miss(source: str) -> bool:
    """Whether what the client sends for a source may be less than what it means."""
    parts = split(source)
    return "\\" in source or _excludes(source) or any(map(has_wildcards, parts[:-1]))


def _excludes(source: str) -> bool:
    """Whether the client takes the source for a pattern of what it leaves out."""
    return source.lstrip("./").startswith("!")


def _asks(node: Instruction) -> bool:
    """Whether the instruction may ask for a path of the context."""
    if isinstance(node, Onbuild):
        return True
    if isinstance(node, Run):
        return any(flag.name == "mount" for flag in node.flags)
    return isinstance(node, Copy | Add) and node.flag("from") is None


def _asks_for_all(node: Instruction) -> bool:
    """Whether the instruction surely asks for the whole context."""
    return (
        isinstance(node, Copy | Add)
        and node.flag("from") is None
        and any(word.text in (".", "./", "/") for word in node.sources)
    )
