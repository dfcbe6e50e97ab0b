"""Tar archives of unknown origin, read as a stream: no more is held than one header and one piece of the stream.

Read are the formats V7, USTAR, PAX and GNU with long names. What parsers understand differently is refused: sparse
files, global headers that change entries, several extended headers that say the same, a lone zero block in the middle,
sizes below zero.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from restow.errors import ArchiveError, CutOffError
from restow.oci.compression import PIECE, unpacked
from restow.oci.tar_header import BLOCK, EXTENDED, SPARSE, Extension, TarHeader, extend, merge, parse_header

_CHAIN = 8  # extended headers that one entry may have
_ZEROS = bytes(BLOCK)


@dataclass(frozen=True, slots=True)
class ArchiveLimits:
    """Bounds for reading an archive of unknown origin; what exceeds one is an ArchiveError.

    ``total_bytes`` bounds the unpacked archive; ``file_bytes`` one file; ``path_bytes`` a name or a link target (Linux
    allows 4,096); ``name_bytes`` all names together; ``depth`` the parts of a path or of a link's target;
    ``header_bytes`` one extended header. Directories that are not listed and lie on the way to an entry are entries of
    a layer too. A name counts as `weight` has it.
    """

    entries: int = 1_000_000
    file_bytes: int = 2 * 2**30
    total_bytes: int = 4 * 2**30
    path_bytes: int = 4_096
    name_bytes: int = 256 * 2**20
    depth: int = 256
    header_bytes: int = 2**20


DEFAULT_LIMITS = ArchiveLimits()


def weight(text: str) -> int:
    """The bytes that a name counts: four a character where one of them is not ASCII, as Python may hold it."""
    return len(text) if text.isascii() else 4 * len(text)


class Room:
    """What is left of the bounds for entries and their names, in one archive or in all layers of an image."""

    def __init__(self, limits: ArchiveLimits) -> None:
        self._limits = limits
        self.entries = limits.entries
        self.names = limits.name_bytes

    def take(self, entries: int, names: int, path: str) -> None:
        """Take some of it. Raises ArchiveError, which names ``path``, where that is more than there is."""
        self.entries -= entries
        self.names -= names
        if self.entries < 0:
            raise ArchiveError(
                f"{path[:200]!r}: more than {self._limits.entries} entries, with the directories on the way to them"
            )
        if self.names < 0:
            raise ArchiveError(f"{path[:200]!r}: the names take more than {self._limits.name_bytes} bytes")


class TarStream:
    """A tar that arrives in pieces. Iterate over its headers; ``content`` gives the bytes of the latest one.

    Content that nobody asked for is passed over. After the last entry the stream is read to its end, so that whoever
    hashes it has seen all. Raises ArchiveError, which names the entry, for what is damaged, cut off or too large.

    ``lenient``: the end mark may be missing, or half of it, and the padding of the last entry.
    """

    def __init__(
        self, pieces: Iterable[bytes], limits: ArchiveLimits = DEFAULT_LIMITS, *, lenient: bool = False
    ) -> None:
        self._lenient = lenient
        self._pieces = iter(pieces)
        self._limits = limits
        self._buffer = b""
        self._at = 0
        self._begin = 0  # the offset of the buffer's first byte
        self._left = 0  # bytes of the latest entry's content that are still to come
        self._padding = 0
        self._last = "the start"

    def __iter__(self) -> Iterator[TarHeader]:
        room = Room(self._limits)
        for header in self._headers():
            self._judge(header)
            room.take(1, weight(header.name) + weight(header.linkname), header.name)
            if header.size > self._limits.file_bytes:
                raise ArchiveError(f"{header.name!r}: {header.size} bytes are more than the limits allow")
            yield header

    def _judge(self, header: TarHeader) -> None:
        """Refuse a name or a target that is longer than the limits, or has more parts."""
        limits = self._limits
        for text in (header.name, header.linkname):
            long = len(text) > limits.path_bytes
            if long or (
                text.count("/") >= limits.depth
                and sum(part not in ("", ".") for part in text.split("/")) > limits.depth
            ):
                raise ArchiveError(f"{header.name[:200]!r}: it or its target is longer or deeper than the limits allow")

    def content(self) -> Iterator[bytes]:
        """The content of the latest header's entry, in pieces."""
        while self._left:
            if self._at == len(self._buffer) and not self._more():
                raise CutOffError(f"{self._last}: the archive is cut off: {self._left} bytes of content are not there")
            piece = self._buffer[self._at : self._at + self._left]
            self._at += len(piece)
            self._left -= len(piece)
            yield piece

    def _headers(self) -> Iterator[TarHeader]:
        extension, chain = Extension(), 0
        while (block := self._block()) is not None:
            start = self._begin + self._at - BLOCK
            try:
                header = parse_header(block)
            except ValueError as error:
                raise self._damaged(error) from None
            kind = header.type
            if kind in EXTENDED:
                chain += 1
                if chain > _CHAIN or header.size > self._limits.header_bytes:
                    raise ArchiveError(f"byte {start}: an extended header is too long, or leads to too many others")
                merge(extension, header, self._body(header.size, start), start)
                continue
            if kind == SPARSE:
                raise ArchiveError(f"{header.name!r}: sparse files are not read")
            extend(header, extension)
            header.offset = self._begin + self._at
            self._left = header.size
            self._padding = -header.size % BLOCK
            self._last = repr(header.name)
            if chain:
                extension, chain = Extension(), 0
            yield header
        if chain:
            raise self._damaged("an extended header belongs to no entry")

    def _block(self) -> bytes | None:
        """The next header's block; None at the end mark, with the rest of the stream read."""
        self._pass_over()
        block = self._exactly(BLOCK)
        if not block and self._lenient:
            return None
        if block != _ZEROS:
            if len(block) < BLOCK:
                raise CutOffError(str(self._damaged("there is neither an entry nor an end mark")))
            return block
        second = self._exactly(BLOCK)
        if self._lenient and 0 < len(second) < BLOCK:
            raise CutOffError(f"after {self._last}: the archive is cut off within its end mark")
        if second.strip(b"\0"):
            raise self._damaged("one zero block, which ends the archive for some readers and not for others")
        while self._more():
            pass
        return None

    def _pass_over(self) -> None:
        """Move behind the latest entry's content."""
        skip = self._left + self._padding
        while skip:
            step = min(skip, len(self._buffer) - self._at)
            self._at += step
            skip -= step
            if skip and not self._more():
                if self._lenient and skip <= self._padding:
                    break
                raise CutOffError(f"{self._last}: the archive is cut off: {skip} bytes of content are not there")
        self._left = self._padding = 0

    def _body(self, size: int, start: int) -> bytes:
        """The content of an extended header, with its padding passed over."""
        body = self._exactly(size + -size % BLOCK)
        if len(body) < size:
            raise ArchiveError(f"byte {start}: an extended header is cut off")
        return body[:size]

    def _exactly(self, size: int) -> bytes:
        """The next ``size`` bytes, fewer only at the end of the stream."""
        while len(self._buffer) - self._at < size:
            if not self._more():
                break
        found = self._buffer[self._at : self._at + size]
        self._at += len(found)
        return found

    def _more(self) -> bool:
        """Take one more piece; False at the end of the stream."""
        for piece in self._pieces:
            self._begin += self._at
            self._buffer = self._buffer[self._at :] + piece
            self._at = 0
            return True
        return False

    def _damaged(self, reason: object) -> ArchiveError:
        return ArchiveError(f"after {self._last}: the archive is damaged or cut off: {reason}")


class Member(NamedTuple):
    """An entry of an archive in memory, and its content (empty for all but regular files)."""

    header: TarHeader
    content: bytes


def read_members(data: bytes, limits: ArchiveLimits = DEFAULT_LIMITS) -> Iterator[Member]:
    """The members of an archive in memory, plain or compressed, each with its content.

    Raises ArchiveError for what is damaged, cut off or larger than ``limits``. Names and targets stand as written.
    """
    stream = TarStream(unpacked(pieces_of(data), limits.total_bytes), limits)
    for header in stream:
        yield Member(header, b"".join(stream.content()) if header.regular else b"")


def pieces_of(data: bytes) -> Iterator[bytes]:
    """``data`` cut into pieces."""
    for start in range(0, len(data), PIECE):
        yield data[start : start + PIECE]
