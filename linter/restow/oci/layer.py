"""Layers: the entries of an OCI layer tar as values, written without noise and read without trust.

A path is relative to the root of the filesystem, with ``/`` between its parts, and ``""`` is the root itself. Bytes of
a name that are not UTF-8 are held as surrogates (`os.fsdecode`). Entries stay in the order of the archive: a later one
is applied after an earlier one, but whiteouts reach the layers below alone, wherever they stand.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias, get_args

from restow.errors import ArchiveError
from restow.oci.tar_reader import BLOCK, DEFAULT_LIMITS, ArchiveLimits, read_members

if TYPE_CHECKING:
    import tarfile

EntryType: TypeAlias = Literal[
    "file", "directory", "symlink", "hardlink", "fifo", "char", "block", "whiteout", "opaque"
]
Duplicates: TypeAlias = Literal["error", "keep"]

WHITEOUT = ".wh."
OPAQUE = ".wh..wh..opq"
_AUFS = ".wh..wh."  # other names with this prefix belong to an old storage driver, and are no content
_CAPABILITY = "SCHILY.xattr.security.capability"
_DEVICE = re.compile(r"([0-9]{1,10}):([0-9]{1,10})")
_LARGEST_ID = 2**32 - 1
_LARGEST_DEVICE = 8**7 - 1
_DEVICES = ("char", "block")


@dataclass(frozen=True, slots=True)
class LayerEntry:
    """One path of a layer.

    ``mode`` has 12 bits. ``data`` is a file's content. ``target`` is the text of a symlink, the path of the entry that
    a hard link shares its content with, or ``major:minor`` of a device. ``capability`` is the extended attribute
    ``security.capability``. A whiteout removes ``path`` in the layers below; an opaque entry empties the directory
    ``path`` in the layers below; both have nothing but a path.
    """

    path: str
    type: EntryType
    mode: int = 0
    uid: int = 0
    gid: int = 0
    data: bytes = b""
    target: str = ""
    capability: bytes = b""


# --- writing -------------------------------------------------------------------------------------------------------


def write_layer(entries: Iterable[LayerEntry]) -> bytes:
    """The entries as a tar in PAX format, in their order; equal entries give equal bytes.

    Times are 0, there are no user and group names. Raises ArchiveError, which names the entry, for one that a layer
    cannot hold: a path that is not clean, a name that means a whiteout, a field that its type does not have.
    """
    import tarfile

    parts: list[bytes] = []
    for entry in entries:
        header = _header(entry).tobuf(tarfile.PAX_FORMAT, "utf-8", "surrogateescape")
        parts += [header, entry.data, bytes(-len(entry.data) % BLOCK)]
    parts.append(bytes(2 * BLOCK))
    return b"".join(parts)


def _header(entry: LayerEntry) -> tarfile.TarInfo:
    """The tar header of one entry."""
    import tarfile

    if (reason := _fault(entry)) is not None:
        raise ArchiveError(f"{entry.path!r}: {reason}")
    folder, slash, name = entry.path.rpartition("/")
    if entry.type == "whiteout":
        return _empty(tarfile.TarInfo(f"{folder}{slash}{WHITEOUT}{name}"))
    if entry.type == "opaque":
        return _empty(tarfile.TarInfo(f"{entry.path}/{OPAQUE}" if entry.path else OPAQUE))
    info = tarfile.TarInfo(entry.path or ".")
    info.type = {
        "file": tarfile.REGTYPE,
        "directory": tarfile.DIRTYPE,
        "symlink": tarfile.SYMTYPE,
        "hardlink": tarfile.LNKTYPE,
        "fifo": tarfile.FIFOTYPE,
        "char": tarfile.CHRTYPE,
        "block": tarfile.BLKTYPE,
    }[entry.type]
    info.mode, info.uid, info.gid, info.size = entry.mode, entry.uid, entry.gid, len(entry.data)
    if device := _DEVICE.fullmatch(entry.target) if entry.type in _DEVICES else None:
        info.devmajor, info.devminor = int(device[1]), int(device[2])
    else:
        info.linkname = entry.target
    if entry.capability:
        info.pax_headers = {_CAPABILITY: entry.capability.decode("utf-8", "surrogateescape")}
    return info


def _empty(info: tarfile.TarInfo) -> tarfile.TarInfo:
    info.mode = 0
    return info


def _fault(entry: LayerEntry) -> str | None:
    """Why no layer can hold ``entry``; None where one can."""
    mark = entry.type in ("whiteout", "opaque")
    if entry.type not in get_args(EntryType):
        return f"{entry.type!r} is no type of an entry"
    if (reason := _path_fault(entry.path)) is not None:
        return reason
    if not entry.path and entry.type not in ("directory", "opaque"):
        return f"the root cannot be a {entry.type}"
    if mark and entry != LayerEntry(entry.path, entry.type):
        return f"a {entry.type} entry has nothing but a path"
    if not 0 <= entry.mode <= 0o7777 or not 0 <= entry.uid <= _LARGEST_ID or not 0 <= entry.gid <= _LARGEST_ID:
        return f"mode {entry.mode:o}, owner {entry.uid}:{entry.gid} are out of range"
    if entry.data and entry.type != "file":
        return f"a {entry.type} has no data"
    if entry.type in _DEVICES:
        device = _DEVICE.fullmatch(entry.target)
        fits = device is not None and max(int(device[1]), int(device[2])) <= _LARGEST_DEVICE
        return None if fits else f"a device's target is major:minor, both at most {_LARGEST_DEVICE}"
    if entry.type == "symlink":
        return None if entry.target and _is_text(entry.target) else "a symlink's target is empty or cannot be written"
    if entry.type == "hardlink":
        reason = _path_fault(entry.target)
        return (
            reason
            if reason
            else "a hard link points at itself or the root"
            if entry.target in ("", entry.path)
            else None
        )
    return "only links and devices have a target" if entry.target else None


def _path_fault(path: str) -> str | None:
    """Why ``path`` is not clean, or means something else in a layer; None where it is fine."""
    parts = path.split("/") if path else []
    if not _is_text(path):
        return "the name holds a NUL or characters that cannot be written"
    if any(part in ("", ".", "..") for part in parts):
        return "the path is not clean: it must be relative, without empty parts, . and .."
    if any(part.startswith(WHITEOUT) for part in parts):
        return f"names that start with {WHITEOUT} mean whiteouts"
    return None


def _is_text(text: str) -> bool:
    try:
        return b"\0" not in text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return False


# --- reading -------------------------------------------------------------------------------------------------------


def read_layer(
    data: bytes, *, limits: ArchiveLimits = DEFAULT_LIMITS, duplicates: Duplicates = "error"
) -> Iterator[LayerEntry]:
    """The entries of a layer, a tar that may be compressed with gzip, in their order. Nothing is written anywhere.

    ``duplicates="error"`` refuses a path that comes twice, except for a directory that is listed again;
    ``"keep"`` yields both, and the later one counts. Raises ArchiveError, which names the entry, for an absolute path,
    a ``..``, an entry beneath something that is no directory, a type that layers do not have, a cut-off or damaged
    archive, and for what exceeds ``limits``. Extended attributes but ``security.capability`` are left out.
    """
    names = _Names(duplicates)
    for info, content in read_members(data, limits):
        entry = _entry(info, content, limits)
        if entry is not None:
            names.admit(entry)
            yield entry


def _entry(info: tarfile.TarInfo, content: bytes, limits: ArchiveLimits) -> LayerEntry | None:
    """The entry of one member; None for one that is no content."""
    path = _clean(info.name, info.name, limits)
    folder, slash, name = path.rpartition("/")
    if WHITEOUT in folder and any(part.startswith(WHITEOUT) for part in folder.split("/")):
        raise ArchiveError(f"{info.name!r}: lies beneath a whiteout")
    if name == OPAQUE:
        return LayerEntry(folder, "opaque")
    if name.startswith(_AUFS):
        return None
    if name.startswith(WHITEOUT):
        hidden = name.removeprefix(WHITEOUT)
        if hidden in ("", ".", ".."):
            raise ArchiveError(f"{info.name!r}: the whiteout names no entry")
        return LayerEntry(f"{folder}{slash}{hidden}", "whiteout")
    kind = _type(info)
    if not path and kind != "directory":
        raise ArchiveError(f"{info.name!r}: the root cannot be a {kind}")
    if not 0 <= info.uid <= _LARGEST_ID or not 0 <= info.gid <= _LARGEST_ID:
        raise ArchiveError(f"{info.name!r}: the owner {info.uid}:{info.gid} is out of range")
    capability = info.pax_headers.get(_CAPABILITY, "").encode("utf-8", "surrogateescape")
    target = _target(info, kind, path, limits)
    return LayerEntry(path, kind, info.mode & 0o7777, info.uid, info.gid, content, target, capability)


def _type(info: tarfile.TarInfo) -> EntryType:
    import tarfile

    types: dict[bytes, EntryType] = {
        tarfile.REGTYPE: "file",
        tarfile.AREGTYPE: "file",
        tarfile.CONTTYPE: "file",
        tarfile.DIRTYPE: "directory",
        tarfile.SYMTYPE: "symlink",
        tarfile.LNKTYPE: "hardlink",
        tarfile.FIFOTYPE: "fifo",
        tarfile.CHRTYPE: "char",
        tarfile.BLKTYPE: "block",
    }
    if info.type not in types:
        raise ArchiveError(f"{info.name!r}: the type {info.type!r} is none that layers have")
    return types[info.type]


def _target(info: tarfile.TarInfo, kind: EntryType, path: str, limits: ArchiveLimits) -> str:
    """The target of a link or device, the empty text for other types. What a symlink says is not judged."""
    if kind in _DEVICES:
        return f"{info.devmajor}:{info.devminor}"
    if kind == "hardlink":
        target = _clean(info.linkname, info.name, limits)
        if target in ("", path) or any(part.startswith(WHITEOUT) for part in target.split("/")):
            raise ArchiveError(f"{info.name!r}: a hard link to {info.linkname!r} names no file")
        return target
    if kind != "symlink":
        return ""
    if not info.linkname or len(info.linkname) > limits.path_bytes:
        raise ArchiveError(f"{info.name!r}: the symlink's target is empty or too long")
    return info.linkname


def _clean(path: str, name: str, limits: ArchiveLimits) -> str:
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

    def __init__(self, duplicates: Duplicates) -> None:
        self._duplicates = duplicates
        self._types: dict[str, EntryType] = {}
        self._folders: set[str] = set()

    def admit(self, entry: LayerEntry) -> None:
        """Take ``entry`` in; raises ArchiveError where it repeats a path or lies beneath a file or link."""
        folder = entry.path if entry.type == "opaque" else entry.path.rpartition("/")[0]
        while folder and folder not in self._folders:
            if self._types.get(folder, "directory") != "directory":
                raise ArchiveError(f"{entry.path!r}: lies beneath {folder!r}, which is a {self._types[folder]}")
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
