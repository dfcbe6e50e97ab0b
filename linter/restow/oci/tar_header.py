"""Headers of tar archives: V7, USTAR, PAX, and GNU with long names."""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass, field

from restow.errors import ArchiveError

BLOCK = 512
_FIELDS = struct.Struct("100s8s8s8s12s12s8sc100s8s32s32s8s8s155s12x")
_OLD, _CONTIGUOUS = b"\0", b"7"
_REGULAR = b"0" + _OLD + _CONTIGUOUS  # an ordinary file, in V7 and as contiguous file
_LONG_NAME, _LONG_LINK, _GLOBAL = b"L", b"K", b"g"
EXTENDED = (b"x", _LONG_NAME, _LONG_LINK, _GLOBAL)
"""The types of entries that say something of the entry that follows: PAX, GNU's two, PAX for all."""
SPARSE = b"S"
CAPABILITY = "SCHILY.xattr.security.capability"
CAPABILITY_BYTES = 64
"""Bytes that a capability may have; the largest that Linux knows has 24."""
_NAMES = ("path", "linkpath", "uname", "gname")
_TELLING = frozenset([*_NAMES, "size", "uid", "gid", "hdrcharset"])
"""The PAX keys that change what an entry is; a global header must not set one."""
_KEPT = _TELLING | {CAPABILITY}


@dataclass(slots=True)
class TarHeader:
    """One entry as its header states it, names as they stand. ``capability`` is its ``security.capability``, or empty.

    ``type`` is the type's byte, ``0`` for every regular file and ``5`` for a directory however it was written, and
    ``written`` the byte that stands there. ``offset`` is where its content begins in the unpacked archive; links and
    devices have a ``size`` of 0. ``owner_names`` are the names of user and group, empty where the header has none.
    """

    name: str
    type: bytes
    mode: int
    uid: int
    gid: int
    size: int
    linkname: str
    devmajor: int
    devminor: int
    offset: int = 0
    capability: bytes = b""
    written: bytes = b"0"
    owner_names: tuple[str, str] = ("", "")

    @property
    def regular(self) -> bool:
        """Whether it is a file with content."""
        return self.type == b"0"

    @property
    def contiguous(self) -> bool:
        """Whether it is a regular file of the type ``7``, which not every reader takes for one."""
        return self.written == _CONTIGUOUS


@dataclass(slots=True)
class Extension:
    """What the extended headers before an entry say of it: their records, and their types."""

    records: dict[str, bytes] = field(default_factory=dict)
    types: bytes = b""


def parse_header(block: bytes) -> TarHeader:
    """The header in a block of 512 bytes. Raises ValueError where it is none."""
    (name, mode, uid, gid, size, _, checksum, kind, link, magic, user, group, major, minor, prefix) = _FIELDS.unpack(
        block
    )
    if not _sums_up(block, checksum):
        raise ValueError("a header's checksum is wrong")
    name = name.partition(b"\0")[0]
    if prefix[0] and magic.startswith(b"ustar\0"):
        prefix = prefix[:131] if block.endswith(b"tar\0") else prefix  # two times stand behind it in star's format
        name = prefix.partition(b"\0")[0] + b"/" + name
    written = kind
    if kind in _REGULAR:
        kind = b"0"
    device = kind in b"34" and magic.startswith(b"ustar")
    return TarHeader(
        _text(name),
        kind,
        _number(mode),
        _number(uid),
        _number(gid),
        0 if kind in b"123456" else _number(size),
        _text(link.partition(b"\0")[0]),
        _number(major) if device else 0,
        _number(minor) if device else 0,
        written=written,
        owner_names=_owner_names(user, group) if magic.startswith(b"ustar") else ("", ""),
    )


def _owner_names(user: bytes, group: bytes) -> tuple[str, str]:
    if user[0] or group[0]:
        return _text(user.partition(b"\0")[0]), _text(group.partition(b"\0")[0])
    return "", ""


def _sums_up(block: bytes, field_: bytes) -> bool:
    """Whether the header's checksum is right, its bytes taken as unsigned or, as old programs did, as signed ones."""
    stated = _number(field_)
    rest = sum(field_)
    if (zlib.adler32(block) & 0xFFFF) == (1 + stated - 256 + rest) % 65521:
        return True  # an Adler checksum holds the plain sum of the bytes, and is computed much faster
    return stated == sum(byte - 256 if byte > 127 else byte for byte in block[:148] + b" " * 8 + block[156:])


def _number(field_: bytes) -> int:
    """A number, octal or in base 256. Raises ValueError for anything else, for one below zero, and for digits behind a NUL."""
    if field_[0] & 0x80:
        if field_[0] != 0x80:
            raise ValueError("a number below zero, or too large")
        return int.from_bytes(field_[1:], "big")
    digits = field_.partition(b"\0")[0].strip(b" ")
    if not digits:
        if field_.strip(b" \0"):
            raise ValueError("a number behind a NUL, which is one for some readers and not for others")
        return 0
    if not digits.isdigit():
        raise ValueError(f"{digits!r} is no number")
    return int(digits, 8)


def _text(name: bytes) -> str:
    return name.decode("utf-8", "surrogateescape")


def merge(extension: Extension, header: TarHeader, body: bytes, start: int) -> None:
    """Take what an extended header says of the entry that follows.

    Raises ArchiveError for a second one of its type, of which readers take the first, the last or both, for a global one
    among them, with which some readers forget what came before, and for a global one that lies in a folder, which
    some readers make.
    """
    kind = header.type
    if extension.types and (kind in extension.types or kind == _GLOBAL):
        raise ArchiveError(
            f"byte {start}: an extended header of the type {kind.decode()!r} behind {extension.types.decode()!r}, which "
            "readers understand differently"
        )
    if kind == _GLOBAL:
        telling = [key for key in _records(body, start) if key in _TELLING or key.startswith("SCHILY.")]
        if telling:
            raise ArchiveError(f"byte {start}: a global header sets {telling[0]!r} of every entry")
        if "/" in header.name.removeprefix("././").removeprefix("./"):
            raise ArchiveError(f"byte {start}: a global header in a folder, {header.name!r}, which some readers make")
        return
    extension.types += kind
    if kind in (_LONG_NAME, _LONG_LINK):
        found = {"path" if kind == _LONG_NAME else "linkpath": body.partition(b"\0")[0]}
    else:
        found = {key: value for key, value in _records(body, start).items() if key in _KEPT}
    for key, value in found.items():
        if value and key in extension.records:
            raise ArchiveError(
                f"byte {start}: two extended headers set {key!r}, and readers differ in which one counts"
            )
        if value:  # empty: not set
            extension.records[key] = value


def extend(header: TarHeader, extension: Extension) -> None:
    """Put the values of the extended headers in the place of the header's own."""
    if extension.records:
        _override(header, extension.records)
    if header.type == b"0" and header.name.endswith("/"):
        if header.size:
            raise ArchiveError(f"{header.name!r}: the name of a directory, and the content of a file")
        if header.written != _OLD:  # how V7 writes a directory
            raise ArchiveError(f"{header.name!r}: the name of a directory, and the type of a file")
        header.type = b"5"


def _override(header: TarHeader, records: dict[str, bytes]) -> None:
    if "path" in records:
        header.name = _text(records["path"])
    if "linkpath" in records:
        header.linkname = _text(records["linkpath"])
    header.capability = records.get(CAPABILITY, b"")
    if len(header.capability) > CAPABILITY_BYTES:
        raise ArchiveError(f"{header.name[:200]!r}: a capability of {len(header.capability)} bytes, which is none")
    if "uname" in records or "gname" in records:
        user, group = header.owner_names
        header.owner_names = (
            _text(records.get("uname", user.encode("utf-8", "surrogateescape"))),
            _text(records.get("gname", group.encode("utf-8", "surrogateescape"))),
        )
    for key in ("size", "uid", "gid"):
        if key in records and not (key == "size" and header.type in b"123456"):
            text = records[key]
            if not text.isdigit() or len(text) > 20:
                raise ArchiveError(f"{header.name!r}: the {key} {text[:40]!r} in its extended header is no number")
            setattr(header, key, int(text))


def _records(body: bytes, start: int) -> dict[str, bytes]:
    """The PAX records of an extended header. Raises ArchiveError unless ``body`` is a sequence of whole ones."""
    found: dict[str, bytes] = {}
    at = 0
    while at < len(body):
        length, space, _ = body[at : at + 8].partition(b" ")
        end = at + int(length) if space and length.isdigit() else 0
        record = body[at + len(length) + 1 : end]
        key, equals, value = record[:-1].partition(b"=")
        if not at < end <= len(body) or not record.endswith(b"\n") or not equals or not key:
            raise ArchiveError(f"byte {start}: an extended header is damaged")
        if key.startswith(b"GNU.sparse."):
            raise ArchiveError(f"byte {start}: sparse files are not read")
        if b"\0" in key or (b"\0" in value and _text(key) in _NAMES):
            raise ArchiveError(f"byte {start}: an extended header's {_text(key)!r} holds a NUL")
        found[_text(key)] = value
        at = end
    return found
