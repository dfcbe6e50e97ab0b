"""Where an image's blobs lie: a folder, a tar, or a compressed tar. They are read in pieces and never written anywhere."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, Protocol

from restow.errors import ArchiveError, SourceError
from restow.oci.compression import compression_of, unpacked
from restow.oci.layer_reader import clean_path
from restow.oci.tar_header import TarHeader
from restow.oci.tar_reader import ArchiveLimits, TarStream

READ = 2**20
DOCUMENT_BYTES = 8 * 2**20  # as much as a registry takes for a manifest, twice
_DOCUMENTS = 64 * 2**20  # of a compressed archive, in which nothing can be read twice
_LINKS = 8


class Blobs(Protocol):
    """Named blobs. ``place`` is the name of what a name leads to, for links. ``streams`` gives some of those, each once
    and in the order in which they lie; read one before the next.
    """

    def has(self, name: str) -> bool: ...
    def place(self, name: str) -> str: ...
    def document(self, name: str) -> bytes: ...
    def streams(self, names: Iterable[str]) -> Iterator[tuple[str, Iterator[bytes]]]: ...


def open_blobs(path: Path, limits: ArchiveLimits) -> Blobs:
    """The blobs at ``path``, a folder or an archive. Raises SourceError where there is nothing that can be read."""
    if path.is_dir():
        return FolderBlobs(path)
    with open_regular(path) as file:
        start = file.read(8)
    return TarBlobs(path, limits) if compression_of(start) == "none" else PackedBlobs(path, limits)


class FolderBlobs:
    """An OCI layout in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def has(self, name: str) -> bool:
        """Whether there is a file of that name."""
        return self._path(name).is_file()

    def place(self, name: str) -> str:
        """The clean name."""
        return clean_path(name, name)

    def document(self, name: str) -> bytes:
        """The bytes of a small file."""
        with open_regular(self._path(name)) as file:
            return _small(file.read(DOCUMENT_BYTES + 1), name)

    def streams(self, names: Iterable[str]) -> Iterator[tuple[str, Iterator[bytes]]]:
        """Each file in pieces."""
        for name in names:
            with open_regular(self._path(name)) as file:
                yield name, iter(lambda file=file: file.read(READ), b"")  # type: ignore[misc]  # a default binds it

    def _path(self, name: str) -> Path:
        return self._folder / clean_path(name, name)


class TarBlobs:
    """The members of a tar that is not compressed: found by their headers alone, and read where they lie."""

    def __init__(self, path: Path, limits: ArchiveLimits) -> None:
        self._file = path
        self._members = _Members()
        with open_regular(path) as file:
            for header in _SeekingTar(file, limits):
                self._members.admit(header)

    def has(self, name: str) -> bool:
        """Whether there is a member of that name."""
        return self._members.find(name) is not None

    def place(self, name: str) -> str:
        """The name of the member that holds the bytes."""
        return self._members.found(name).name

    def document(self, name: str) -> bytes:
        """The bytes of a small member."""
        header = self._members.found(name)
        with open_regular(self._file) as file:
            file.seek(header.offset)
            return _small(file.read(min(header.size, DOCUMENT_BYTES + 1)), name)

    def streams(self, names: Iterable[str]) -> Iterator[tuple[str, Iterator[bytes]]]:
        """Each member in pieces, in the order of the archive."""
        found = {name: self._members.found(name) for name in names}
        with open_regular(self._file) as file:
            for name in sorted(found, key=lambda name: found[name].offset):
                yield name, _part(file, found[name])


class PackedBlobs:
    """The members of a compressed tar, which is unpacked twice: for the documents, and for the layers."""

    def __init__(self, path: Path, limits: ArchiveLimits) -> None:
        self._file, self._limits = path, limits
        self._members = _Members()
        self._kept: dict[int, bytes] = {}
        room = _DOCUMENTS
        with open_regular(path) as file:
            stream = self._stream(file)
            for header in stream:
                self._members.admit(header)
                if header.regular and header.size <= min(DOCUMENT_BYTES, room):
                    data = b"".join(stream.content())
                    if data.lstrip()[:1] in (b"{", b"["):
                        room -= len(data)
                        self._kept[header.offset] = data

    def has(self, name: str) -> bool:
        """Whether there is a member of that name."""
        return self._members.find(name) is not None

    def place(self, name: str) -> str:
        """The name of the member that holds the bytes."""
        return self._members.found(name).name

    def document(self, name: str) -> bytes:
        """The bytes of a small member that may be JSON."""
        data = self._kept.get(self._members.found(name).offset)
        if data is None:
            raise ArchiveError(f"{name!r}: no JSON, or too much of it")
        return data

    def streams(self, names: Iterable[str]) -> Iterator[tuple[str, Iterator[bytes]]]:
        """Each member in pieces, in the order of the archive."""
        wanted = {self._members.found(name).offset: name for name in names}
        with open_regular(self._file) as file:
            stream = self._stream(file)
            for header in stream:
                if header.offset in wanted:
                    yield wanted[header.offset], stream.content()

    def _stream(self, file: BinaryIO) -> TarStream:
        pieces = iter(lambda: file.read(READ), b"")
        return TarStream(unpacked(pieces, self._limits.total_bytes), self._limits)


class _Members:
    """The members of an archive by name; symbolic links among them are followed, as `docker save` writes them."""

    def __init__(self) -> None:
        self._headers: dict[str, TarHeader] = {}

    def admit(self, header: TarHeader) -> None:
        """Take one in. Raises ArchiveError for a name that leaves the archive, and for one that comes twice."""
        name = clean_path(header.name, header.name)
        if header.type == b"5":
            return
        if name in self._headers:
            raise ArchiveError(f"{header.name!r}: comes twice in the archive")
        self._headers[name] = header

    def find(self, name: str) -> TarHeader | None:
        """The regular member that a name leads to; None where it leads nowhere, out of the archive or in a circle."""
        clean: str | None = clean_path(name, name)
        for _ in range(_LINKS):
            header = self._headers.get(clean) if clean is not None else None
            if header is None or header.regular:
                return header
            if header.type not in (b"1", b"2"):
                return None
            above = [] if header.type == b"1" else (clean or "").split("/")[:-1]
            clean = _joined(above, header.linkname)
        return None

    def found(self, name: str) -> TarHeader:
        """The same. Raises ArchiveError where there is none."""
        header = self.find(name)
        if header is None:
            raise ArchiveError(f"{name!r}: not in the archive (or a link that leads nowhere in it)")
        return header


class _SeekingTar(TarStream):
    """A tar on disk whose content is passed over without being read."""

    def __init__(self, file: BinaryIO, limits: ArchiveLimits) -> None:
        super().__init__(iter(lambda: file.read(2**14), b""), limits)
        self._file = file
        self._end = file.seek(0, os.SEEK_END)
        file.seek(0)

    def _pass_over(self) -> None:
        skip = self._left + self._padding - (len(self._buffer) - self._at)
        if skip > 0:
            if self._file.seek(skip, os.SEEK_CUR) > self._end:
                raise ArchiveError(f"{self._last}: the archive is cut off in its content")
            self._begin += len(self._buffer) + skip
            self._buffer, self._at = b"", 0
        else:
            self._at += self._left + self._padding
        self._left = self._padding = 0


def _joined(above: list[str], target: str) -> str | None:
    """A link's target within the archive; None where it leaves it."""
    parts = list(above)
    for part in target.split("/"):
        if part == "..":
            if not parts:
                return None
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    return None if target.startswith("/") else "/".join(parts)


def _part(file: BinaryIO, header: TarHeader) -> Iterator[bytes]:
    file.seek(header.offset)
    left = header.size
    while left:
        piece = file.read(min(READ, left))
        if not piece:
            raise ArchiveError(f"{header.name!r}: the archive is cut off in its content")
        left -= len(piece)
        yield piece


def _small(data: bytes, name: str) -> bytes:
    if len(data) > DOCUMENT_BYTES:
        raise ArchiveError(f"{name!r}: more than {DOCUMENT_BYTES} bytes of JSON")
    return data


def open_regular(path: Path) -> BinaryIO:
    """The regular file at ``path``, open. Raises SourceError for anything else."""
    try:
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except OSError as error:
        raise SourceError(f"{path}: {error.strerror or error}") from None
    file = os.fdopen(handle, "rb")
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        file.close()
        raise SourceError(f"{path}: neither a file nor a folder with an image")
    return file
