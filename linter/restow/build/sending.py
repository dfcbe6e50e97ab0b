"""What the client sends of a build context: what the instructions of the stages name, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import takewhile
from typing import TYPE_CHECKING

from restow.build.sources import Found, has_wildcards, is_url, matched_paths
from restow.errors import BuildFailure, UnknownEffect
from restow.graph.content import top_links
from restow.syntax.ast import Add, Copy, Instruction, Run
from restow.vfs import Directory, File, Filesystem, Node, Symlink, join, split

if TYPE_CHECKING:
    from restow.build.engine import Build


def is_sent(path: str, build: Build) -> bool | None:
    """Whether the client sends a path of the context in every build of this stage; None where nobody knows."""
    own = build.model.stages[build.stage_index]
    if any(_covers(source, path) for node in own.instructions for source in _named(node, build)):
        return True
    others = [node for stage in build.model.stages for node in stage.instructions]
    unsure = any(_is_unread(node) for node in others)
    return None if unsure or any(_covers(source, path) for node in others for source in _named(node, build)) else False


def asked_words(node: Instruction, build: Build) -> tuple[frozenset[str], frozenset[str]] | None:
    """The sources in the instruction's own stage and in all stages, where a pattern makes them count; else None."""
    if not isinstance(node, Copy | Add) or not any(
        "$" in word.text or has_wildcards(word.text) for word in node.sources
    ):
        return None
    own, everywhere = set[str](), set[str]()
    for stage in build.model.stages:
        for one in stage.instructions:
            words = [word.text for word in one.sources] if isinstance(one, Copy | Add) and not one.flag("from") else []
            words += ["a mount"] if isinstance(one, Run) and _is_unread(one) else []
            everywhere.update(words)
            own.update(words if stage.index == build.stage_index else ())
    return frozenset(own), frozenset(everywhere)


def refuse_unsent(source: str, build: Build) -> None:
    """Refuse a pattern that matches nothing of the context: BuildKit looks into the folder that it names, and fails where
    that was not sent.

    Raises BuildFailure, and UnknownEffect where nobody knows whether it was.
    """
    folder = "/".join(takewhile(lambda part: not has_wildcards(part), split(source)))
    assert build.context is not None
    node = build.context.lookup(folder) if folder else build.context.root
    sent = not folder or (is_sent(folder, build) if node is not None else False)
    if sent is False and not (node is not None and not isinstance(node, Directory)):
        raise BuildFailure(f"lstat /{folder}: no such file or directory: {source} matches nothing")
    if sent is None:
        raise UnknownEffect(f"{source} matches nothing, and nobody knows whether the client sends {folder}")


def refuse_missing_folder(source: str, filesystem: Filesystem) -> None:
    """Raise UnknownEffect for a pattern that looks into a folder which a stage does not have: BuildKit refuses it, unless
    nothing else is taken from the stage, or a file stands above.
    """
    folder = list(takewhile(lambda part: not has_wildcards(part), split(source)))
    standing = [
        filesystem.lookup(filesystem.resolve("/" + "/".join(folder[:depth]))) for depth in range(len(folder) + 1)
    ]
    if standing[-1] is None and not any(isinstance(node, File) for node in standing):
        raise UnknownEffect(
            f"{source} looks into a folder that is not there: it depends on the cache whether that fails"
        )


def refuse_lost_links(filesystem: Filesystem, found: Iterable[Found], sent: Callable[[str], bool | None]) -> None:
    """Raise UnknownEffect where a folder that a pattern matches holds a symbolic link that leads nowhere, or to what is not
    ``sent``: BuildKit before 0.20 refuses that, later releases copy the link.
    """
    for part in found:
        for path, node in _below(part.path, part.node):
            if not isinstance(node, Symlink):
                continue
            place = filesystem.resolve(path)
            if filesystem.lookup(place) is None or not sent(place):
                raise UnknownEffect(f"a pattern matches the folder of {path}, a link to nothing: engines differ in it")


def refuse_top_links(filesystem: Filesystem, found: Iterable[Found]) -> None:
    """Raise UnknownEffect where ``--exclude`` stands with a whole root that holds a symbolic link to nothing at its top:
    BuildKit 0.25 refuses that, though it copies such a link of any other directory.
    """
    for part in found:
        for name, _ in top_links(part.node) if not part.path.strip("/") else ():
            if filesystem.lookup(filesystem.resolve(f"/{name}")) is None:
                raise UnknownEffect(
                    f"--exclude stands with a root that holds /{name}, a link to nothing: engines refuse it"
                )


def _below(path: str, node: Node) -> Iterator[tuple[str, Node]]:
    """What stands below a directory, with its path."""
    for name, child in node.children.items() if isinstance(node, Directory) else ():
        yield (inner := f"{path.rstrip('/')}/{name}"), child
        yield from _below(inner, child)


def _named(node: Instruction, build: Build) -> Iterator[str]:
    """The absolute paths of the context that an instruction names."""
    if not isinstance(node, Copy | Add) or node.flag("from") is not None or build.context is None:
        return
    for word in node.sources:
        if "$" in word.text or word.text.startswith("<<") or is_url(word.text):
            continue
        yield from matched_paths(Filesystem(build.context.root), word.text)


def _covers(source: str, path: str) -> bool:
    """Whether ``path`` comes along with ``source``: it is that, below it, or a folder above it."""
    one, other = f"{join(source).rstrip('/')}/", f"{join(path).rstrip('/')}/"
    return one.startswith(other) or other.startswith(one)


def _is_unread(node: Instruction) -> bool:
    """Whether an instruction may name paths that are not read here: by a variable or a mount."""
    if isinstance(node, Run):
        return any(flag.name == "mount" for flag in node.flags)
    return isinstance(node, Copy | Add) and any("$" in word.text for word in node.sources)
