"""Layers: the entries of an OCI layer tar as values, and their writer, which leaves out all noise.

A path is relative to the root of the filesystem, with ``/`` between its parts, and ``""`` is the root itself. Bytes of
a name that are not UTF-8 are held as surrogates (`os.fsdecode`). Entries stay in the order of the archive: a later one
is applied after an earlier one, but whiteouts reach the layers below alone, wherever they stand.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias, get_args

from restow.errors import ArchiveError
from restow.oci.tar_header import BLOCK, CAPABILITY, CAPABILITY_BYTES

if TYPE_CHECKING:
    import tarfile

EntryType: TypeAlias = Literal[
    "file", "directory", "symlink", "hardlink", "fifo", "char", "block", "whiteout", "opaque"
]

WHITEOUT = ".wh."
OPAQUE = ".wh..wh..opq"
_DEVICE = re.compile(r"([0-9]{1,10}):([0-9]{1,10})")
LARGEST_ID = 2**32 - 1
_LARGEST_DEVICE = 8**7 - 1
_DEVICES = ("char", "block")


@dataclass(frozen=True, slots=True)
class LayerEntry:
    """One path of a layer.

    ``mode`` has 12 bits. ``data`` is a file's content. ``target`` is the text of a symlink, the path of the entry that
    a hard link shares its content with, or ``major:minor`` of a device. ``capability`` is the extended attribute
    ``security.capability``. A whiteout removes ``path`` in the layers below; an opaque entry empties the directory
    ``path`` in the layers below; both have nothing but a path. Where the bytes were not kept, ``size`` is their number
    and ``sha256`` their digest (hexadecimal digits).
    """

    path: str
    type: EntryType
    mode: int = 0
    uid: int = 0
    gid: int = 0
    data: bytes = b""
    target: str = ""
    capability: bytes = b""
    size: int | None = None
    sha256: str | None = None

    @property
    def length(self) -> int:
        """The bytes of a file's content."""
        return len(self.data) if self.size is None else self.size


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
        info.pax_headers = {CAPABILITY: entry.capability.decode("utf-8", "surrogateescape")}
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
    if not 0 <= entry.mode <= 0o7777 or not 0 <= entry.uid <= LARGEST_ID or not 0 <= entry.gid <= LARGEST_ID:
        return f"mode {entry.mode:o}, owner {entry.uid}:{entry.gid} are out of range"
    if entry.size is not None or entry.sha256 is not None:
        return "its bytes were not kept"
    if len(entry.capability) > CAPABILITY_BYTES:
        return f"a capability has at most {CAPABILITY_BYTES} bytes"
    if entry.data and entry.type != "file":
        return f"a {entry.type} has no data"
    if entry.type in _DEVICES:
        device = _DEVICE.fullmatch(entry.target)
        if entry.type == "char" and device is not None and int(device[1]) == int(device[2]) == 0:
            return "the character device 0:0 is a whiteout for some engines"
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
