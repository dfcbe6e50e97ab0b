"""Layers read without trust: the entries of a tar, judged one by one. Nothing is written anywhere."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from typing import Literal, TypeAlias

from restow.errors import ArchiveError
from restow.oci.compression import unpacked
from restow.oci.layer import LARGEST_ID, OPAQUE, WHITEOUT, EntryType, LayerEntry
from restow.oci.tar_header import TarHeader
from restow.oci.tar_reader import DEFAULT_LIMITS, ArchiveLimits, Room, TarStream, pieces_of, weight

Duplicates: TypeAlias = Literal["error", "keep"]
Keep: TypeAlias = Callable[[str, int], bool]
"""Whether to keep a file's bytes, by its path and size; of all others only the digest is kept."""

_AUFS = ".wh..wh."  # other names with this prefix belong to an old storage driver, and are no content
_DEVICES = ("char", "block")
_TYPES: dict[bytes, EntryType] = {
    b"0": "file",
    b"1": "hardlink",
    b"2": "symlink",
    b"3": "char",
    b"4": "block",
    b"5": "directory",
    b"6": "fifo",
}


def read_layer(
    data: bytes, *, limits: ArchiveLimits = DEFAULT_LIMITS, duplicates: Duplicates = "error"
) -> Iterator[LayerEntry]:
    """The entries of a layer in memory, plain or compressed, in their order; see `read_entries`. All bytes are kept."""
    stream = TarStream(unpacked(pieces_of(data), limits.total_bytes), limits)
    return read_entries(stream, limits=limits, duplicates=duplicates)


def read_entries(
    stream: TarStream,
    *,
    limits: ArchiveLimits = DEFAULT_LIMITS,
    duplicates: Duplicates = "error",
    keep: Keep = lambda path, size: True,
    room: Room | None = None,
) -> Iterator[LayerEntry]:
    """The entries of a layer that arrives as a stream, in their order.

    ``duplicates="error"`` refuses a path that comes twice, except for a directory that is listed again;
    ``"keep"`` yields both, and the later one counts. Raises ArchiveError, which names the entry, for an absolute path,
    a ``..``, an entry beneath something that is no directory, a type that layers do not have, a cut-off or damaged
    archive, and for what exceeds ``limits``. Extended attributes but ``security.capability`` are left out. Entries and
    directories on the way to them are taken out of ``room``.
    """
    names = _Names(duplicates, room or Room(limits))
    for header in stream:
        entry = _entry(header, stream, limits, keep)
        if entry is not None:
            names.admit(entry)
            yield entry


def _entry(header: TarHeader, stream: TarStream, limits: ArchiveLimits, keep: Keep) -> LayerEntry | None:
    """The entry of one member; None for one that is no content."""
    path = clean_path(header.name, header.name, limits)
    folder, slash, name = path.rpartition("/")
    if WHITEOUT in path:
        if any(part.startswith(WHITEOUT) for part in folder.split("/")):
            raise ArchiveError(f"{header.name!r}: lies beneath a whiteout")
        if name == OPAQUE:
            return LayerEntry(folder, "opaque")
        if name.startswith(_AUFS):
            return None
        if name.startswith(WHITEOUT):
            hidden = name.removeprefix(WHITEOUT)
            if hidden in ("", ".", ".."):
                raise ArchiveError(f"{header.name!r}: the whiteout names no entry")
            return LayerEntry(f"{folder}{slash}{hidden}", "whiteout")
    kind = _TYPES.get(header.type)
    if kind is None or header.contiguous:
        raise ArchiveError(f"{header.name!r}: the type {header.written!r} is none that layers have")
    if not path and kind != "directory":
        raise ArchiveError(f"{header.name!r}: the root cannot be a {kind}")
    if header.uid > LARGEST_ID or header.gid > LARGEST_ID:
        raise ArchiveError(f"{header.name!r}: the owner {header.uid}:{header.gid} is out of range")
    target = "" if kind in ("file", "directory") else _target(header, kind, path, limits)
    mode = header.mode & 0o7777
    if kind != "file":
        return LayerEntry(path, kind, mode, header.uid, header.gid, b"", target, header.capability)
    if keep(path, header.size):
        data = b"".join(stream.content())
        return LayerEntry(path, kind, mode, header.uid, header.gid, data, target, header.capability)
    hasher = hashlib.sha256()
    for piece in stream.content():
        hasher.update(piece)
    return LayerEntry(
        path, kind, mode, header.uid, header.gid, b"", target, header.capability, header.size, hasher.hexdigest()
    )


def _target(header: TarHeader, kind: EntryType, path: str, limits: ArchiveLimits) -> str:
    """The target of a link or device, the empty text for other types. What a symlink says is not judged."""
    if kind in _DEVICES:
        if kind == "char" and header.devmajor == header.devminor == 0:
            raise ArchiveError(f"{header.name!r}: the character device 0:0, which is a whiteout for some engines")
        return f"{header.devmajor}:{header.devminor}"
    if kind == "hardlink":
        target = clean_path(header.linkname, header.name, limits)
        if target in ("", path) or any(part.startswith(WHITEOUT) for part in target.split("/")):
            raise ArchiveError(f"{header.name!r}: a hard link to {header.linkname!r} names no file")
        return target
    if kind != "symlink":
        return ""
    if not header.linkname or "\0" in header.linkname or len(header.linkname) > limits.path_bytes:
        raise ArchiveError(f"{header.name!r}: the symlink's target is empty, too long, or holds a NUL")
    return header.linkname


def clean_path(path: str, name: str, limits: ArchiveLimits = DEFAULT_LIMITS) -> str:
    """``path`` without ``./``, empty parts and a final ``/``; raises ArchiveError where it leaves the root."""
    if path.startswith("/"):
        raise ArchiveError(f"{name!r}: the path {path!r} is absolute")
    parts = [part for part in path.split("/") if part not in ("", ".")]
    if ".." in parts:
        raise ArchiveError(f"{name!r}: the path {path!r} goes up with ..")
    if "\0" in path or len(path) > limits.path_bytes or len(parts) > limits.depth:
        raise ArchiveError(f"{name[:200]!r}: the path holds a NUL, or is longer or deeper than the limits allow")
    return "/".join(parts)


class _Names:
    """The paths of an archive so far; refuses those that contradict each other."""

    def __init__(self, duplicates: Duplicates, room: Room) -> None:
        self._duplicates = duplicates
        self._room = room
        self._types: dict[str, EntryType] = {}
        self._folders: set[str] = set()

    def admit(self, entry: LayerEntry) -> None:
        """Take ``entry`` in; raises ArchiveError where it repeats a path or lies beneath a file or link."""
        self._room.take(1, weight(entry.path) + weight(entry.target), entry.path)
        folder = entry.path if entry.type == "opaque" else entry.path.rpartition("/")[0]
        while folder and folder not in self._folders:
            if self._types.get(folder, "directory") != "directory":
                raise ArchiveError(f"{entry.path!r}: lies beneath {folder!r}, which is a {self._types[folder]}")
            if folder not in self._types:
                self._room.take(1, weight(folder), entry.path)
            self._folders.add(folder)
            folder = folder.rpartition("/")[0]
        if entry.type in ("whiteout", "opaque"):
            return
        before = self._types.get(entry.path)
        if entry.type != "directory" and entry.path in self._folders:
            raise ArchiveError(f"{entry.path!r}: is a {entry.type}, and other entries lie beneath it")
        if before and self._duplicates == "error" and not before == entry.type == "directory":
            raise ArchiveError(f"{entry.path!r}: comes twice")
        self._types[entry.path] = entry.type
