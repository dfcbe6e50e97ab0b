"""Digests of files as a cache key holds them.

BuildKit (``cache/contenthash``): mode, owner, link text, ``security.capability`` and bytes count, for directories below the
top and the top itself; times, other attributes and hard links do not (a link has the digest of its target). Below what a
pattern matches, releases before 0.20 count what a symbolic link leads to, and later ones its text: here both count.

The classic builder (``tarsum``): the name within the context counts too, symbolic links stand for what they point to, and a
link that points to nothing stands for nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import lru_cache

from restow.errors import UnknownEffect
from restow.vfs import Directory, File, Filesystem, Node, Symlink, Unknown, digest_of


def content_digest(node: Node) -> str:
    """BuildKit's: equal for equal trees, however their files are linked to each other."""
    return _unlinked(node).digest


def _unlinked(node: Node) -> Node:
    if isinstance(node, File):
        return replace(node, link_group=None) if node.link_group else node
    return _unlinked_directory(node) if isinstance(node, Directory) else node


@lru_cache(maxsize=4096)
def _unlinked_directory(directory: Directory) -> Directory:
    children = {name: _unlinked(child) for name, child in directory.children.items()}
    if all(child is directory.children[name] for name, child in children.items()):
        return directory
    return Directory(directory.attributes, children, directory.rest)


def is_computed(node: Node) -> bool:
    """Whether everything at and below the node is known, so that its digest is that of bytes and not of a term."""
    if isinstance(node, Directory):
        return node.rest is None and node.attributes is not None and all(map(is_computed, node.children.values()))
    if isinstance(node, File):
        return not node.content.identity.startswith("term:")
    return not isinstance(node, Unknown)


def named_digest(root: Directory, found: Iterable[tuple[str, Node]]) -> str:
    """The classic builder's, of (path, node) pairs of a context with the given root. Owners of its files are 0:0.

    The context arrives as an archive: of several names of one file the first holds the bytes, and the others its name.
    """
    filesystem = Filesystem(root)
    return digest_of(*(part for path, node in found for part in _named(path.strip("/"), node, filesystem)))


def _named(path: str, node: Node, filesystem: Filesystem) -> Iterator[str]:
    if isinstance(node, Symlink):
        target = _target(path, filesystem)
        yield digest_of(path, "nothing") if target is None else digest_of(path, node.target, content_digest(target))
    elif isinstance(node, Directory):
        yield digest_of(path, node.attributes.digest if node.attributes else "", node.rest.digest if node.rest else "")
        for name, child in sorted(node.children.items()):
            yield from _named(f"{path}/{name}".lstrip("/"), child, filesystem)
    elif (
        isinstance(node, File) and node.link_group and (first := _first_names(filesystem.root)[node.link_group]) != path
    ):
        yield digest_of(path, "hard link to", first)
    else:
        yield digest_of(path, content_digest(node))


def led_to(path: str, node: Node, filesystem: Filesystem) -> Iterator[str]:
    """Digests of what the symbolic links at and below a path lead to, each once; "nothing" for one that leads nowhere."""
    if isinstance(node, Symlink):
        target = _target(path, filesystem)
        yield "nothing" if target is None else content_digest(target)
    elif isinstance(node, Directory):
        for name, child in sorted(node.children.items()):
            yield from led_to(f"{path.rstrip('/')}/{name}", child, filesystem)


def top_links(node: Node) -> tuple[tuple[str, Symlink], ...]:
    """The symbolic links of a directory itself, by name."""
    listed = sorted(node.children.items()) if isinstance(node, Directory) else ()
    return tuple((name, child) for name, child in listed if isinstance(child, Symlink))


@lru_cache(maxsize=8)
def _first_names(root: Directory) -> dict[str, str]:
    """For each file of several names the first of them, in the order of an archive."""
    found: dict[str, str] = {}
    for path, node in Filesystem(root).walk():
        if isinstance(node, File) and node.link_group:
            found.setdefault(node.link_group, path.strip("/"))
    return found


def _target(path: str, filesystem: Filesystem) -> Node | None:
    try:
        return filesystem.lookup(filesystem.resolve(path))
    except UnknownEffect:  # a loop of links points to nothing
        return None
