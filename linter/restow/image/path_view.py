"""One path of a real image through its layers: where it comes from, what it hides below, who deleted it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from restow.errors import UsageError
from restow.image.differ import node_text
from restow.image.draft import Draft, Folder
from restow.image.image import Image
from restow.oci.layer import LayerEntry
from restow.vfs import Absent, Directory, Node, join

IMPLIED = "directory 0755 0:0, which no entry lists"
"""What stands above an entry whose directory no layer lists."""


@dataclass(frozen=True, slots=True)
class PathEvent:
    """What a layer (from 0) does at the path. ``text`` says what stands there afterwards; for ``removed`` what stood there.

    ``through`` is the path whose removal or replacement took it away, where that is a directory above it.
    """

    layer: int
    action: Literal["added", "replaced", "attributes", "removed"]
    text: str
    through: str | None = None


@dataclass(frozen=True, slots=True)
class PathView:
    """A path's events, from the lowest layer on. ``path`` is the real one, links on the way followed."""

    asked: str
    path: str
    events: tuple[PathEvent, ...]

    @property
    def visible(self) -> PathEvent | None:
        """What brought what a container sees; None where it sees nothing."""
        last = self.events[-1] if self.events else None
        return None if last is None or last.action == "removed" else last


def view_path(image: Image, asked: str) -> PathView:
    """The events at a path. Raises UsageError for one that is not absolute."""
    if not asked.startswith("/"):
        raise UsageError(f"{asked}: a path in the image begins with /")
    folder, _, name = join(asked).rpartition("/")
    path = join(image.filesystem.resolve(folder or "/"), name) if name else "/"
    watcher = _Watcher(path)
    draft = Draft(observer=watcher)
    for index, layer in enumerate(image.layers):
        watcher.layer = index
        for entry in layer.entries:
            if path == "/" and entry.type != "opaque":
                watcher.of_root(entry)
        draft.apply(layer.entries)
    return PathView(asked, path, tuple(watcher.events))


class _Watcher:
    """The observer of a draft that writes down what happens at one path."""

    def __init__(self, path: str) -> None:
        self.layer = 0
        self.events: list[PathEvent] = []
        self._path = path
        self._there: str | None = None

    def __call__(self, path: str, old: Node | Folder | None, entry: LayerEntry, target: str) -> None:
        gone = entry.type in ("whiteout", "opaque")
        keeps = entry.type == "directory" and isinstance(old, Folder | Directory)
        if path == self._path and gone:
            self._remove(old, None)
        elif path == self._path:
            self._put(old, entry, keeps=keeps)
        elif self._path.startswith(f"{path}/") and not keeps and isinstance(old, Folder | Directory):
            self._remove(old, path)
        elif not gone and path.startswith(f"{self._path}/"):
            self._imply()

    def of_root(self, entry: LayerEntry) -> None:
        """An entry of a layer, where the path is the root: the root's own, or one that stands below it."""
        if entry.path:
            self._imply()
        else:
            self._list("added" if self._there is None else "attributes", entry_text(entry))

    def _list(self, action: Literal["added", "replaced", "attributes"], text: str) -> None:
        """An entry at the path itself; one for a directory that its own layer has implied takes that event's place."""
        last = self.events[-1] if self.events else None
        if action == "attributes" and last == PathEvent(self.layer, "added", IMPLIED):
            self.events.pop()
            action = "added"
        self._there = text
        self.events.append(PathEvent(self.layer, action, text))

    def _imply(self) -> None:
        """Something stands below the path, so that a directory does, whether a layer lists it or not."""
        if self._there is None:
            self._there = IMPLIED
            self.events.append(PathEvent(self.layer, "added", IMPLIED))

    def _remove(self, old: Node | Folder | None, through: str | None) -> None:
        if self._there is not None and old is not None and not isinstance(old, Absent):
            self.events.append(PathEvent(self.layer, "removed", self._there, through))
            self._there = None

    def _put(self, old: Node | Folder | None, entry: LayerEntry, *, keeps: bool) -> None:
        there = old is not None and not isinstance(old, Absent)
        self._list("attributes" if keeps else "replaced" if there else "added", entry_text(entry))


def entry_text(entry: LayerEntry) -> str:
    """An entry of a layer in a few words."""
    from restow.image.draft import node_of
    from restow.vfs import Attributes

    attributes = Attributes(entry.mode, entry.uid, entry.gid)
    if entry.type == "hardlink":
        return f"another name of /{entry.target}"
    if entry.type == "directory":
        return f"directory {entry.mode:04o} {entry.uid}:{entry.gid}"
    size = f", {entry.length} bytes" if entry.type == "file" else ""
    return node_text(node_of(entry, attributes)) + size
