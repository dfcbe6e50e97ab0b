"""A filesystem in the making: layers unpacked one on the other, as an engine does it, in time linear in their entries.

Directories are opened for change where an entry goes, and shared with the filesystem below everywhere else. A layer is
unpacked beside the ones below and laid over them, as engines with overlay filesystems do it: what a lower layer has on the
way to an entry and is no directory, a link too, is replaced by one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import TypeAlias

from restow.errors import ArchiveError
from restow.oci.layer import LayerEntry
from restow.vfs import (
    ABSENT,
    Absent,
    Attributes,
    Content,
    Directory,
    File,
    Filesystem,
    Node,
    Origin,
    Special,
    Symlink,
    Unknown,
)
from restow.vfs.filesystem import split

_SPECIAL = {"char": "character", "block": "block", "fifo": "fifo"}
_IMPLIED = 0o755
_MADE = Attributes(_IMPLIED)


class Folder:
    """A directory that is open for change. ``children`` are nodes and open directories."""

    __slots__ = ("attributes", "children", "rest")

    def __init__(self, node: Directory) -> None:
        self.attributes = node.attributes
        self.children: dict[str, Node | Folder] = dict(node.children)
        self.rest: Origin | None = node.rest

    def remove(self, name: str) -> None:
        """Take away what stands at ``name``, if anything does."""
        if self.rest:
            self.children[name] = ABSENT
        else:
            self.children.pop(name, None)


Observer: TypeAlias = Callable[[str, "Node | Folder | None", LayerEntry, str], None]
"""Told of each entry before it takes effect: its path, what stands there, the entry, and the path of a hard link's target
(else the empty text). A directory on the way that replaces something is told as an entry of its own.
"""


class Draft:
    """A root that layers are unpacked on: nothing, or a filesystem whose hard-link groups are named by the first of their
    paths. ``filesystem`` gives the value that has come about.
    """

    def __init__(self, lower: Filesystem | None = None, observer: Observer | None = None) -> None:
        self._observer = observer
        self._root = Folder((lower or Filesystem.empty()).root)
        self._attributes: dict[tuple[int, int, int], Attributes] = {}
        self._inodes = 0
        self._linked: dict[str, File] = {}  # by link group: what its last hard link made of all of them
        self._relinked = False  # whether names of a file that has several came or went
        self.visited = 0  # nodes of directories that were opened, which is what an unpacked layer costs

    def apply(self, entries: Iterable[LayerEntry]) -> None:
        """Unpack a layer. Whiteouts reach the layers below alone, wherever they stand, so they come first.

        Raises ArchiveError, which names the entry, for a hard link to nothing.
        """
        listed = tuple(entries)
        for entry in listed:
            if entry.type == "whiteout":
                parts = split(entry.path)
                folder = self._find(parts[:-1])
                if folder is not None:
                    self._tell(folder, parts[-1], entry, entry.path)
                    self._lose(folder, parts[-1])
                    folder.remove(parts[-1])
            elif entry.type == "opaque":
                place = self._find(split(entry.path))
                if place is not None:
                    for name in tuple(place.children):
                        self._tell(place, name, entry, f"{entry.path}/{name}" if entry.path else name)
                        self._lose(place, name)
                        place.remove(name)
        for entry in listed:
            if entry.type == "opaque":
                self._open(split(entry.path))
            elif entry.type == "whiteout":
                self._open(split(entry.path)[:-1])
            else:
                self._unpack(entry)

    def filesystem(self, *, digests: bool = True) -> Filesystem:
        """The filesystem as a value, hard-link groups named by the first of their paths.

        Without ``digests`` those of its directories are left to who asks for one.
        """
        groups: defaultdict[str, list[tuple[str, Folder, str]]] = defaultdict(list)
        order: list[tuple[int, str, Folder]] = [(-1, "", self._root)]  # the place of the one above in this list
        for at, (_, _, folder) in enumerate(order):
            self.visited += len(folder.children)
            for name, node in folder.children.items():
                if self._relinked and isinstance(node, Directory) and node.has_links:
                    node = folder.children[name] = Folder(node)  # noqa: PLW2901 - opened where it stands
                if isinstance(node, Folder):
                    order.append((at, name, node))
                elif self._relinked and isinstance(node, File) and node.link_group:
                    groups[node.link_group].append((f"{_path(order, at)}/{name}", folder, name))
        for group, members in groups.items():
            first = min(path for path, _, _ in members) if len(members) > 1 else None
            for _, folder, name in members:
                node = self._linked.get(group, folder.children[name])
                if isinstance(node, File):
                    folder.children[name] = replace(node, link_group=first)
        closed: dict[int, Directory] = {}
        while order:  # children before their parents
            folder = order.pop()[2]
            children = {
                name: closed.pop(id(node)) if isinstance(node, Folder) else node
                for name, node in folder.children.items()
            }
            made = Directory(folder.attributes, children, folder.rest)
            if digests:
                _ = made.digest  # from the bottom up, so that no depth of directories makes it deep
            closed[id(folder)] = made
        return Filesystem(closed[id(self._root)])

    def _unpack(self, entry: LayerEntry) -> None:
        attributes = self._shared(entry)
        if not entry.path:
            self._root.attributes = attributes
            return
        *above, name = split(entry.path)
        folder = self._open(above)
        if entry.type != "directory":
            self._lose(folder, name)
        if entry.type == "hardlink":
            linked, target = self._link(entry, attributes)
            self._tell(folder, name, entry, entry.path, target)
            folder.children[name] = linked
            return
        self._tell(folder, name, entry, entry.path)
        if entry.type == "directory":
            old = folder.children.get(name)
            if isinstance(old, Directory):
                old = Folder(old)
            if not isinstance(old, Folder):
                self._lose(folder, name)
                old = Folder(Directory(attributes, {}))
            old.attributes = attributes
            folder.children[name] = old
        else:
            folder.children[name] = node_of(entry, attributes)

    def _lose(self, folder: Folder, name: str) -> None:
        """Something else, or nothing, takes the place of what stands at ``name``."""
        node = folder.children.get(name)
        closed = (
            node.has_links if isinstance(node, Directory) else isinstance(node, File) and node.link_group is not None
        )
        self._relinked = self._relinked or closed or isinstance(node, Folder)

    def _tell(self, folder: Folder, name: str, entry: LayerEntry, path: str, target: str = "") -> None:
        if self._observer is not None:
            self._observer(f"/{path}", folder.children.get(name), entry, target)

    def _shared(self, entry: LayerEntry) -> Attributes:
        key = (entry.mode, entry.uid, entry.gid)
        found = self._attributes.get(key)
        if found is None:
            found = self._attributes[key] = Attributes(*key)
        return found

    def _link(self, entry: LayerEntry, attributes: Attributes) -> tuple[Node, str]:
        """A further name of what stands at the entry's target, and that path (empty for links and devices).

        The entry's mode, owner and capability count for all names of the file.
        """
        *above, name = split(entry.target)
        folder = self._find(above)
        node = folder.children.get(name) if folder is not None else None
        if isinstance(node, Symlink | Special):
            return node, ""
        if folder is None or not isinstance(node, File):
            raise ArchiveError(
                f"{entry.path!r}: a hard link to {entry.target!r}, which is no file of the image, or lies beyond a link"
            )
        group = node.link_group
        self._relinked = True
        if group is None:
            self._inodes += 1
            group = f"inode {self._inodes}"
        linked = folder.children[name] = self._linked[group] = File(attributes, node.content, entry.capability, group)
        return linked, f"/{entry.target}"

    def _find(self, parts: Sequence[str]) -> Folder | None:
        """The directory at ``parts``, open; None where there is none. Links are not followed."""
        folder = self._root
        for name in parts:
            node = folder.children.get(name)
            if isinstance(node, Directory):
                node = folder.children[name] = Folder(node)
            if not isinstance(node, Folder):
                return None
            folder = node
        return folder

    def _open(self, parts: Sequence[str]) -> Folder:
        """The directory at ``parts``, open; made where there is none, also in the place of something else."""
        folder = self._root
        for at, name in enumerate(parts, 1):
            node = folder.children.get(name)
            if not isinstance(node, Folder):
                if node is not None and not isinstance(node, Directory | Absent | Unknown):
                    path = "/".join(parts[:at])
                    self._tell(folder, name, LayerEntry(path, "directory", _IMPLIED), path)
                    self._lose(folder, name)
                node = Folder(node if isinstance(node, Directory) else Directory(_MADE, {}))
                folder.children[name] = node
            folder = node
        return folder


def _path(order: Sequence[tuple[int, str, Folder]], at: int) -> str:
    """The path of a directory in a list of (place of the one above, name, directory); empty for the root."""
    parts: list[str] = []
    while at > 0:
        at, name, _ = order[at]
        parts.append(f"/{name}")
    return "".join(reversed(parts))


def node_of(entry: LayerEntry, attributes: Attributes) -> Node:
    """What a file, a symlink or a device of a layer is in a filesystem."""
    if entry.type == "symlink":
        return Symlink(entry.target, attributes)
    if entry.type == "file":
        return File(attributes, content_of(entry), entry.capability)
    major, _, minor = entry.target.partition(":")
    return Special(_SPECIAL[entry.type], attributes, int(major or 0), int(minor or 0))


def content_of(entry: LayerEntry) -> Content:
    """A file's content: its bytes where they were kept, else their digest."""
    if entry.sha256 is None:
        return Content.of(entry.data)
    return Content(f"sha256:{entry.sha256}", entry.size)
