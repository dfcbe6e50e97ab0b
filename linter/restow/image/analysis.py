"""What each layer of a real image adds, changes and removes, and the bytes that no container ever sees.

Wasted is every stored file that a later layer hides: a path that is stored n times wastes n - 1 copies, and what is deleted,
alone or with a directory above it, is wasted whole. A file with several names is wasted when the last one is hidden.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from restow.image.draft import Draft, Folder, content_of
from restow.image.image import Image, ImageLayer
from restow.oci.layer import LayerEntry
from restow.vfs import Absent, Directory, File, Node, Special, Symlink


@dataclass(frozen=True, slots=True)
class Waste:
    """A stored file that nobody sees: the layer (from 0) that brought it, and the one that hides or deletes it."""

    path: str
    size: int
    stored_in: int
    hidden_by: int
    removed: bool


@dataclass(frozen=True, slots=True)
class LayerContent:
    """One layer. ``bytes`` is the content of the files that it stores; ``repeated`` are paths that it stores again as
    they were.

    ``removed`` are paths of the layers below that it deletes (a directory stands for all below it); ``wasted`` are
    files of this layer that later ones hide.
    """

    index: int
    layer: ImageLayer
    bytes: int
    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    repeated: tuple[str, ...]
    wasted: tuple[Waste, ...]


@dataclass(frozen=True, slots=True)
class Analysis:
    """An image's layers. The first ``base_layers`` are those of its base image: what they waste is counted apart."""

    image: Image
    layers: tuple[LayerContent, ...]
    base_layers: int

    @property
    def bytes(self) -> int:
        """The content of all files stored."""
        return sum(layer.bytes for layer in self.layers)

    @property
    def own_waste(self) -> tuple[Waste, ...]:
        """What the image's own layers store for nothing, the largest first."""
        return self._waste(self.base_layers, len(self.layers))

    @property
    def base_waste(self) -> tuple[Waste, ...]:
        """What the base image's layers store for nothing, whoever hides it."""
        return self._waste(0, self.base_layers)

    def _waste(self, start: int, end: int) -> tuple[Waste, ...]:
        found = [waste for layer in self.layers[start:end] for waste in layer.wasted]
        return tuple(sorted(found, key=lambda waste: (-waste.size, waste.path)))


def offenders(waste: tuple[Waste, ...]) -> tuple[tuple[str, int, int], ...]:
    """Path, hidden copies and their bytes together, the largest first."""
    copies: defaultdict[str, list[int]] = defaultdict(list)
    for one in waste:
        copies[one.path].append(one.size)
    found = [(path, len(sizes), sum(sizes)) for path, sizes in copies.items()]
    return tuple(sorted(found, key=lambda item: (-item[2], item[0])))


def analyse(image: Image, base_layers: int = 0) -> Analysis:
    """The layers of ``image``, the first ``base_layers`` of them its base image's."""
    tracker = _Tracker()
    draft = Draft(observer=tracker)
    for layer in image.layers:
        tracker.begin()
        draft.apply(layer.entries)
        tracker.end()
    wasted: defaultdict[int, list[Waste]] = defaultdict(list)
    for waste in tracker.waste:
        wasted[waste.stored_in].append(waste)
    return Analysis(
        image,
        tuple(
            LayerContent(
                index,
                image.layers[index],
                found.bytes,
                tuple(sorted(found.added)),
                tuple(sorted(found.changed)),
                tuple(sorted(found.removed)),
                tuple(sorted(found.repeated)),
                tuple(wasted[index]),
            )
            for index, found in enumerate(tracker.layers)
        ),
        base_layers,
    )


def common_layers(image: Image, base: Image) -> int:
    """How many layers ``image`` has in common with ``base`` from the bottom on, by chain ID."""
    count = 0
    for mine, other in zip(image.layers, base.layers, strict=False):
        if mine.chain_id != other.chain_id:
            break
        count += 1
    return count


@dataclass(slots=True)
class _Inode:
    """A stored file: its size, its layer, and how many names of it can be seen."""

    size: int
    layer: int
    names: int = 1


@dataclass(slots=True)
class _Layer:
    bytes: int = 0
    added: set[str] = field(default_factory=set)
    changed: set[str] = field(default_factory=set)
    removed: set[str] = field(default_factory=set)
    repeated: set[str] = field(default_factory=set)


class _Tracker:
    """The observer of a draft: it knows which layer each visible file comes from."""

    def __init__(self) -> None:
        self.layers: list[_Layer] = []
        self.waste: list[Waste] = []
        self._files: dict[str, _Inode] = {}

    def begin(self) -> None:
        """A layer begins."""
        self.layers.append(_Layer())

    def end(self) -> None:
        """A layer ends: what it deletes and brings anew, it changes."""
        layer = self.layers[-1]
        anew = layer.removed & (layer.added | layer.changed)
        layer.removed -= anew
        layer.added -= anew
        layer.changed |= anew

    def __call__(self, path: str, old: Node | Folder | None, entry: LayerEntry, target: str) -> None:
        layer, at = self.layers[-1], len(self.layers) - 1
        there = old is not None and not isinstance(old, Absent)
        if entry.type in ("whiteout", "opaque"):
            if there:
                layer.removed.add(path)
                self._hide(path, old, removed=True)
            return
        if not there:
            layer.added.add(path)
        elif not _same(old, entry):
            layer.changed.add(path)
        elif entry.type != "directory":
            layer.repeated.add(path)
        if entry.type != "directory" or not isinstance(old, Folder | Directory):
            inode = self._files.get(target) if entry.type == "hardlink" else None
            if inode is not None:
                inode.names += 1
            self._hide(path, old, removed=False)
            if entry.type == "file":
                layer.bytes += entry.length
                self._files[path] = _Inode(entry.length, at)
            elif inode is not None:
                self._files[path] = inode

    def _hide(self, path: str, old: Node | Folder | None, *, removed: bool) -> None:
        for name in _files_of(path, old):
            inode = self._files.pop(name, None)
            if inode is None:
                continue
            inode.names -= 1
            if not inode.names:
                self.waste.append(Waste(name, inode.size, inode.layer, len(self.layers) - 1, removed))


def _files_of(path: str, node: Node | Folder | None) -> Iterator[str]:
    """The files at and below a node."""
    todo: list[tuple[str, Node | Folder | None]] = [(path, node)]
    while todo:
        here, one = todo.pop()
        if isinstance(one, File):
            yield here
        elif isinstance(one, Folder | Directory):
            todo += [(f"{here}/{name}", child) for name, child in one.children.items()]


def _same(old: Node | Folder | None, entry: LayerEntry) -> bool:
    """Whether the entry leaves what stands there as it is, times apart."""
    attributes = getattr(old, "attributes", None)
    if attributes is None or (attributes.mode, attributes.uid, attributes.gid) != (entry.mode, entry.uid, entry.gid):
        return False
    if isinstance(old, File) and entry.type == "file":
        return old.content.identity == content_of(entry).identity and old.capability == entry.capability
    if isinstance(old, Symlink) and entry.type == "symlink":
        return old.target == entry.target
    if isinstance(old, Special) and entry.type in ("fifo", "char", "block"):
        return entry.target == ("" if old.kind == "fifo" else f"{old.major}:{old.minor}")
    return isinstance(old, Folder | Directory) and entry.type == "directory"
