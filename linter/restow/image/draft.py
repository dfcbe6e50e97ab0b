"""A filesystem in the making: layers unpacked one on the other, as an engine does it, in time linear in their entries.

Directories are opened for change where an entry goes, and shared with the filesystem below everywhere else. Symbolic
links on the way to an entry are followed within the root, as containerd and Docker follow them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import TypeAlias

from restow.errors import ArchiveError
from restow.oci.layer import LayerEntry
from restow.oci.tar_reader import DEFAULT_LIMITS
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
from restow.vfs.filesystem import MAX_LINKS, split

_SPECIAL = {"char": "character", "block": "block", "fifo": "fifo"}
_MADE = Attributes(0o755)


class Folder:
    """A directory that is open for change. ``children`` are nodes and open directories; ``path`` is empty for the root."""

    __slots__ = ("attributes", "children", "path", "rest")

    def __init__(self, node: Directory, path: str = "") -> None:
        self.path = path
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
"""Told of each entry before it takes effect: where it arrives, with links on the way followed; what stands there; the entry;
and where a hard link's target is (else the empty text).
"""


class Draft:
    """A root that layers are unpacked on. ``filesystem`` gives the value that has come about."""

    def __init__(self, lower: Filesystem | None = None, observer: Observer | None = None) -> None:
        self._observer = observer
        self._root = Folder((lower or Filesystem.empty()).root)
        self._attributes: dict[tuple[int, int, int], Attributes] = {}
        self._inodes = 0

    def apply(self, entries: Iterable[LayerEntry]) -> None:
        """Unpack a layer. Whiteouts reach the layers below alone, wherever they stand, so they come first.

        Raises ArchiveError, which names the entry, for one below something that is no directory, for a loop of links,
        and for a hard link to nothing.
        """
        listed = tuple(entries)
        for entry in listed:
            if entry.type == "whiteout":
                folder, name = self._place(entry, make=False)
                if folder is not None:
                    self._tell(folder, name, entry)
                    folder.remove(name)
            elif entry.type == "opaque":
                place = self._open(entry, split(entry.path), make=False)
                if place is not None:
                    for name in tuple(place.children):
                        self._tell(place, name, entry)
                        place.remove(name)
        for entry in listed:
            if entry.type not in ("whiteout", "opaque"):
                self._unpack(entry)

    def lookup(self, path: str) -> Node | Folder | None:
        """What stands at ``path``, symbolic links on the way to it followed; None for nothing."""
        folder, name = self._place(LayerEntry(path, "file"), make=False)
        return None if folder is None else folder.children.get(name)

    def filesystem(self) -> Filesystem:
        """The filesystem as a value, hard-link groups named by the first of their paths."""
        groups: defaultdict[str, list[tuple[str, Folder, str]]] = defaultdict(list)
        order = [("", self._root)]
        for path, folder in order:
            for name, node in folder.children.items():
                if isinstance(node, Directory) and _has_links(node):
                    node = folder.children[name] = Folder(node, f"{path}/{name}")  # noqa: PLW2901 - opened where it stands
                if isinstance(node, Folder):
                    order.append((f"{path}/{name}", node))
                elif isinstance(node, File) and node.link_group:
                    groups[node.link_group].append((f"{path}/{name}", folder, name))
        for members in groups.values():
            first = min(path for path, _, _ in members) if len(members) > 1 else None
            for _, folder, name in members:
                node = folder.children[name]
                if isinstance(node, File) and node.link_group != first:
                    folder.children[name] = replace(node, link_group=first)
        closed: dict[int, Directory] = {}
        for _, folder in reversed(order):  # children before their parents
            children = {name: closed[id(n)] if isinstance(n, Folder) else n for name, n in folder.children.items()}
            made = Directory(folder.attributes, children, folder.rest)
            _ = made.digest  # from the bottom up, so that no depth of directories makes it deep
            closed[id(folder)] = made
        return Filesystem(closed[id(self._root)])

    def _unpack(self, entry: LayerEntry) -> None:
        attributes = self._shared(entry)
        if not entry.path:
            self._root.attributes = attributes
            return
        folder, name = self._place(entry, make=True)
        assert folder is not None
        if entry.type == "hardlink":
            linked, target = self._linked(entry)
            self._tell(folder, name, entry, target)
            folder.children[name] = linked
            return
        self._tell(folder, name, entry)
        if entry.type == "directory":
            old = folder.children.get(name)
            path = f"{folder.path}/{name}"
            if isinstance(old, Directory):
                old = Folder(old, path)
            if not isinstance(old, Folder):
                old = Folder(Directory(attributes, {}), path)
            old.attributes = attributes
            folder.children[name] = old
        else:
            folder.children[name] = node_of(entry, attributes)

    def _tell(self, folder: Folder, name: str, entry: LayerEntry, target: str = "") -> None:
        if self._observer is not None:
            self._observer(f"{folder.path}/{name}", folder.children.get(name), entry, target)

    def _shared(self, entry: LayerEntry) -> Attributes:
        key = (entry.mode, entry.uid, entry.gid)
        found = self._attributes.get(key)
        if found is None:
            found = self._attributes[key] = Attributes(*key)
        return found

    def _linked(self, entry: LayerEntry) -> tuple[Node, str]:
        """A further name of what stands at the entry's target, and where that is."""
        folder, name = self._place(LayerEntry(entry.target, "file"), make=False)
        node = folder.children.get(name) if folder is not None else None
        if isinstance(node, Symlink | Special):
            return node, ""
        if folder is None or not isinstance(node, File):
            raise ArchiveError(f"{entry.path!r}: a hard link to {entry.target!r}, which is no file of the image")
        if node.link_group is None:
            self._inodes += 1
            node = folder.children[name] = replace(node, link_group=f"inode {self._inodes}")
        return node, f"{folder.path}/{name}"

    def _place(self, entry: LayerEntry, *, make: bool) -> tuple[Folder | None, str]:
        """The open directory that holds the entry, and its name in it."""
        parts = split(entry.path)
        return self._open(entry, parts[:-1], make=make), parts[-1] if parts else ""

    def _open(self, entry: LayerEntry, parts: tuple[str, ...], *, make: bool) -> Folder | None:
        """The directory at ``parts``, open; None where there is none and none is to be made."""
        stack = [self._root]
        todo = list(reversed(parts))
        links = 0
        while todo:
            name = todo.pop()
            if name in ("", ".", ".."):
                if name == ".." and len(stack) > 1:
                    stack.pop()
                continue
            if len(stack) > DEFAULT_LIMITS.depth:
                raise ArchiveError(
                    f"{entry.path!r}: symbolic links take it deeper than {DEFAULT_LIMITS.depth} directories"
                )
            node = stack[-1].children.get(name)
            if isinstance(node, Symlink):
                links += 1
                if links > MAX_LINKS:
                    raise ArchiveError(f"{entry.path!r}: runs through a loop of symbolic links")
                if node.target.startswith("/"):
                    del stack[1:]
                todo.extend(reversed(node.target.split("/")))
                continue
            if isinstance(node, Directory):
                node = stack[-1].children[name] = Folder(node, f"{stack[-1].path}/{name}")
            if isinstance(node, Folder):
                stack.append(node)
            elif not make:
                return None
            elif node is None or isinstance(node, Absent | Unknown):
                made = Folder(Directory(_MADE, {}), f"{stack[-1].path}/{name}")
                stack[-1].children[name] = made
                stack.append(made)
            else:
                raise ArchiveError(f"{entry.path!r}: lies beneath {name!r}, which is no directory")
        return stack[-1]


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


def _has_links(directory: Directory) -> bool:
    """Whether a file below has several names."""
    return any(isinstance(node, File) and node.link_group for _, node in walk_below(directory))


def walk_below(directory: Directory) -> Iterator[tuple[str, Node]]:
    """Every node below ``directory``, with its name."""
    todo = [directory]
    while todo:
        for name, node in todo.pop().children.items():
            yield name, node
            if isinstance(node, Directory):
                todo.append(node)
