"""What a layer holds: the changes from one filesystem to another, and their application.

Law (held by property tests through real tar bytes): ``apply(lower, changes(lower, upper))`` equals ``upper``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Literal

from restow.vfs.filesystem import Filesystem
from restow.vfs.inode import Absent, Directory, File, Node, Unknown


@dataclass(frozen=True, slots=True)
class Change:
    """One path of a layer. ``node`` is what stands there afterwards (a directory without its children), None where
    removed.
    """

    kind: Literal["add", "modify", "remove"]
    path: str
    node: Node | None


def changes(lower: Filesystem, upper: Filesystem, *, canonical: bool = False) -> tuple[Change, ...]:
    """The changes that turn ``lower`` into ``upper``, in the order of a walk; a removed tree is one change.

    A directory is listed only where it is new or its own attributes differ. Hard links are compared by the first name
    of their group; where one name of a group changes, all its names are listed, since they have to be written together.
    ``canonical``: the groups of both have those names already.
    """
    if not canonical:
        lower, upper = with_canonical_links(lower), with_canonical_links(upper)
    found = list(_changes("/", lower.root, upper.root))
    groups = {change.node.link_group for change in found if isinstance(change.node, File) and change.node.link_group}
    listed = {change.path for change in found}
    for path, node in _linked_files("", upper.root) if groups else ():
        if node.link_group in groups and path not in listed:
            found.append(Change("modify", path, node))
    return tuple(sorted(found, key=lambda change: change.path.split("/")))


def apply(lower: Filesystem, layer: Iterable[Change]) -> Filesystem:
    """``lower`` with a layer's changes made, removals first, as a container engine unpacks a layer."""
    listed = tuple(layer)
    filesystem = lower
    for change in listed:
        if change.node is None:
            filesystem = filesystem.put(change.path, None)
    for change in listed:
        node = change.node
        if node is None:
            continue
        if isinstance(node, Directory):
            old = filesystem.lookup(change.path)
            kept = old.children if isinstance(old, Directory) else {}
            node = Directory(node.attributes, kept, node.rest)
        filesystem = filesystem.put(change.path, node)
    return with_canonical_links(filesystem)


def with_canonical_links(filesystem: Filesystem) -> Filesystem:
    """Hard-link groups named by the first of their paths; a group of one name is no group."""
    groups: defaultdict[str, list[str]] = defaultdict(list)
    for path, node in _linked_files("", filesystem.root):
        groups[node.link_group or ""].append(path)
    for paths in groups.values():
        name = min(paths) if len(paths) > 1 else None
        for path in paths:
            member = filesystem.lookup(path)
            if isinstance(member, File) and member.link_group != name:
                filesystem = filesystem.put(path, replace(member, link_group=name))
    return filesystem


def _linked_files(path: str, directory: Directory) -> Iterator[tuple[str, File]]:
    """The files below that have several names; directories without such a one are passed over."""
    if not directory.has_links:
        return
    for name, node in directory.children.items():
        if isinstance(node, Directory):
            if node.has_links:
                yield from _linked_files(f"{path}/{name}", node)
        elif isinstance(node, File) and node.link_group:
            yield f"{path}/{name}", node


def _changes(path: str, lower: Directory, upper: Directory) -> Iterator[Change]:
    if lower is upper:
        return
    if lower.attributes != upper.attributes or lower.rest != upper.rest:
        yield Change("modify", path, _bare(upper))
    old, new = lower.children, upper.children
    names = old.keys() | new.keys()
    if lower.rest == upper.rest:
        names = {name for name in names if old.get(name) is not new.get(name)}
    for name in sorted(names):
        yield from _change(f"{path.rstrip('/')}/{name}", lower.child(name), upper.child(name))


def _change(path: str, old: Node | None, new: Node | None) -> Iterator[Change]:
    if old is new:
        return
    if isinstance(old, Unknown) and isinstance(new, Directory) and new.rest:
        old = Directory(None, {}, old.origin)
    if isinstance(old, Directory) and isinstance(new, Directory):
        yield from _changes(path, old, new)
    elif new is None or isinstance(new, Absent):
        if old is not None:
            yield Change("remove", path, None)
    elif old is None:
        yield from _added(path, new)
    elif old.digest != new.digest:
        if isinstance(new, Directory):
            yield Change("remove", path, None)
            yield from _added(path, new)
        else:
            yield Change("modify", path, new)


def _added(path: str, node: Node) -> Iterator[Change]:
    yield Change("add", path, _bare(node) if isinstance(node, Directory) else node)
    if isinstance(node, Directory):
        for name, child in sorted(node.children.items()):
            if not isinstance(child, Absent):
                yield from _added(f"{path.rstrip('/')}/{name}", child)


def _bare(directory: Directory) -> Directory:
    return Directory(directory.attributes, {}, directory.rest)
