"""Layers as tar entries: the changes between two filesystems written out, and entries applied to a filesystem.

Only what is known can be written: a layer with terms in it has no bytes.
"""

from __future__ import annotations

from collections.abc import Iterable

from restow.errors import ArchiveError
from restow.image.draft import Draft
from restow.oci.layer import LayerEntry
from restow.vfs import Attributes, Directory, File, Filesystem, Node, Special, Symlink
from restow.vfs.changes import Change, with_canonical_links

_DEVICE_TYPES = {"character": "char", "block": "block", "fifo": "fifo"}


def entries_of(changes: Iterable[Change]) -> tuple[LayerEntry, ...]:
    """The tar entries of a layer: removals as whiteouts first, then what stands there afterwards, parents first.

    Hard links of one group are one file and links to it. Raises ArchiveError for what has no bytes: a term, a socket.
    """
    listed = tuple(changes)
    entries = [LayerEntry(change.path.lstrip("/"), "whiteout") for change in listed if change.node is None]
    first: dict[str, str] = {}
    for change in listed:
        if change.node is not None:
            entries.append(_entry(change.path.lstrip("/"), change.node, first))
    return tuple(entries)


def apply_entries(lower: Filesystem, entries: Iterable[LayerEntry]) -> Filesystem:
    """``lower`` with a layer's entries unpacked on it. Whiteouts reach the layers below alone, wherever they stand.

    Raises ArchiveError for a hard link to a path that does not exist.
    """
    draft = Draft(with_canonical_links(lower))
    draft.apply(entries)
    return draft.filesystem()


def _entry(path: str, node: Node, first: dict[str, str]) -> LayerEntry:
    if isinstance(node, Symlink):
        mode, uid, gid = _numbers(path, node.attributes)
        return LayerEntry(path, "symlink", mode, uid, gid, target=node.target)
    if isinstance(node, Directory):
        if node.attributes is None or node.rest is not None:
            raise ArchiveError(f"{path}: not all that stands there is known")
        return LayerEntry(path, "directory", *_numbers(path, node.attributes))
    if isinstance(node, File):
        mode, uid, gid = _numbers(path, node.attributes)
        if node.link_group is not None and node.link_group in first:
            target = first[node.link_group]
            return LayerEntry(path, "hardlink", mode, uid, gid, target=target, capability=node.capability)
        if node.link_group is not None:
            first[node.link_group] = path
        if node.content.data is None:
            raise ArchiveError(f"{path}: its bytes are not known")
        return LayerEntry(path, "file", mode, uid, gid, node.content.data, capability=node.capability)
    if isinstance(node, Special) and node.kind in _DEVICE_TYPES:
        mode, uid, gid = _numbers(path, node.attributes)
        device = "" if node.kind == "fifo" else f"{node.major}:{node.minor}"
        return LayerEntry(path, _DEVICE_TYPES[node.kind], mode, uid, gid, target=device)  # type: ignore[arg-type]  # a value of the table
    raise ArchiveError(f"{path}: nothing that a layer can hold is known of it")


def _numbers(path: str, attributes: Attributes) -> tuple[int, int, int]:
    mode, uid, gid = attributes.mode, attributes.uid, attributes.gid
    if not (isinstance(mode, int) and isinstance(uid, int) and isinstance(gid, int)):
        raise ArchiveError(f"{path}: its mode or owner is not known")
    return mode, uid, gid
