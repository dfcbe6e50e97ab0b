"""Tar archives of unknown origin, read in memory: nothing costs more than the archive's size and the limits allow."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from restow.errors import ArchiveError

if TYPE_CHECKING:
    import tarfile

BLOCK = 512
_CHAIN = 8  # extended headers that one entry may have


@dataclass(frozen=True, slots=True)
class ArchiveLimits:
    """Bounds for reading an archive of unknown origin; what exceeds one is an ArchiveError.

    ``total_bytes`` bounds the unpacked archive and the sum of its files, holes included; ``file_bytes`` one file;
    ``path_bytes`` a name or a link target (Linux allows 4,096); ``depth`` the parts of a path; ``header_bytes`` one
    extended header.
    """

    entries: int = 1_000_000
    file_bytes: int = 2 * 2**30
    total_bytes: int = 4 * 2**30
    path_bytes: int = 4_096
    depth: int = 512
    header_bytes: int = 2**20


DEFAULT_LIMITS = ArchiveLimits()


def read_members(data: bytes, limits: ArchiveLimits = DEFAULT_LIMITS) -> Iterator[tuple[tarfile.TarInfo, bytes]]:
    """The members of a tar, plain or compressed with gzip, each with its content (empty for all but regular files).

    Raises ArchiveError for what is damaged, cut off or larger than ``limits``, also where `tarfile` would stop in
    silence, and for global headers and sparse files. Names and targets are handed over as they stand.
    """
    data = _unpack(data, limits)
    total = 0
    for count, info in enumerate(_headers(data, limits), 1):
        if count > limits.entries:
            raise ArchiveError(f"{info.name!r}: the archive has more than {limits.entries} entries")
        if not info.isreg():
            yield info, b""
            continue
        total += info.size
        if info.size > limits.file_bytes or total > limits.total_bytes:
            raise ArchiveError(f"{info.name!r}: {info.size} bytes are more than the limits allow")
        if info.offset_data + info.size > len(data):
            raise ArchiveError(f"{info.name!r}: the archive is cut off: {info.size} bytes of content are not there")
        yield info, data[info.offset_data : info.offset_data + info.size]


def _headers(data: bytes, limits: ArchiveLimits) -> Iterator[tarfile.TarInfo]:
    """The headers in order; raises ArchiveError where there is neither another one nor the end mark."""
    import io
    import tarfile

    last = "the start"
    checked = _checked_tarinfo(limits)
    try:
        with tarfile.open(
            fileobj=io.BytesIO(data), mode="r:", tarinfo=checked, encoding="utf-8", errors="surrogateescape"
        ) as archive:
            at = -1
            while (info := archive.next()) is not None:
                last = repr(info.name)
                if archive.offset <= at or info.size < 0:
                    raise ArchiveError(f"{last}: its size, {info.size}, leads back into the archive")
                at = archive.offset
                yield info
            end = data[archive.offset : archive.offset + BLOCK]
    except (tarfile.TarError, ValueError, IndexError, KeyError, OverflowError, RecursionError, EOFError) as error:
        raise ArchiveError(f"after {last}: the archive is damaged or cut off: {error}") from None
    if len(end) < BLOCK or end.strip(b"\0"):
        raise ArchiveError(
            f"after {last}: the archive is damaged or cut off: there is neither an entry nor an end mark"
        )


def _unpack(data: bytes, limits: ArchiveLimits) -> bytes:
    """The tar in ``data``, at most ``limits.total_bytes`` of it."""
    if data.startswith(b"\x28\xb5\x2f\xfd"):
        raise ArchiveError("the layer is compressed with zstd, which is not read here")
    if data.startswith(b"\x1f\x8b"):
        import gzip
        import io
        import zlib

        try:
            data = gzip.GzipFile(fileobj=io.BytesIO(data)).read(limits.total_bytes + 1)
        except (EOFError, OSError, zlib.error) as error:
            raise ArchiveError(f"the layer's gzip stream is damaged or cut off: {error}") from None
    if len(data) > limits.total_bytes:
        raise ArchiveError(f"the layer unpacks to more than {limits.total_bytes} bytes")
    return data


def _checked_tarinfo(limits: ArchiveLimits) -> type[tarfile.TarInfo]:
    """A header class that looks at each header before `tarfile` trusts it.

    It refuses what costs more time or memory than it has bytes: headers that lead to more headers without end, long or
    malformed PAX records, sizes below zero.
    """
    import tarfile

    extensions = (tarfile.XHDTYPE, tarfile.SOLARIS_XHDTYPE, tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK)

    class CheckedTarInfo(tarfile.TarInfo):
        chain = 0

        @classmethod
        def fromtarfile(cls, archive: tarfile.TarFile) -> CheckedTarInfo:
            file = archive.fileobj
            assert file is not None
            start = file.tell()
            block = file.read(BLOCK)
            header = tarfile.TarInfo.frombuf(block, "utf-8", "surrogateescape")
            if header.type in extensions:
                CheckedTarInfo.chain += 1
                if CheckedTarInfo.chain > _CHAIN or not 0 <= header.size <= limits.header_bytes:
                    raise ArchiveError(f"byte {start}: an extended header is too long, or leads to too many others")
                if header.type in extensions[:2]:
                    _check_records(file.read(header.size), start)
            elif header.type in (tarfile.XGLTYPE, tarfile.GNUTYPE_SPARSE):
                raise ArchiveError(f"{header.name!r}: layers have neither global headers nor sparse files")
            else:
                CheckedTarInfo.chain = 0
            file.seek(start)
            return super().fromtarfile(archive)

    return CheckedTarInfo


def _check_records(body: bytes, start: int) -> None:
    """Raise ArchiveError unless ``body`` is a sequence of whole PAX records that `tarfile` reads in linear time."""
    at = 0
    while at < len(body):
        length, space, _ = body[at : at + 8].partition(b" ")
        end = at + int(length) if space and length.isdigit() else 0
        record = body[at + len(length) + 1 : end]
        if not at < end <= len(body) or not record.endswith(b"\n") or b"=" not in record[1:]:
            raise ArchiveError(f"byte {start}: an extended header is damaged")
        if record.startswith(b"GNU.sparse."):
            raise ArchiveError(f"byte {start}: layers have no sparse files")
        at = end
    if re.search(rb"[0-9]{256}", body):
        raise ArchiveError(f"byte {start}: an extended header holds a number of more than 255 digits")
