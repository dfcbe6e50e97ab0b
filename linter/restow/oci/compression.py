"""Compressed streams, recognised by their first bytes and unpacked piece by piece: gzip, zstd, bzip2, xz, or none.

Nothing is held but one piece (256 KiB) and the decompressor's own window (gzip 32 KiB, bzip2 8 MiB, zstd and xz up to
128 MiB). zstd is read by the standard library from Python 3.14 on, and by the package ``backports.zstd`` (the extra
``zstd``) before.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import Any, Literal, Protocol, TypeAlias

from restow.errors import ArchiveError, UsageError

PIECE = 2**18
Compression: TypeAlias = Literal["none", "gzip", "zstd", "bzip2", "xz"]

_MAGIC: tuple[tuple[bytes, Compression], ...] = (
    (b"\x1f\x8b", "gzip"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    *((bytes([0x50 + n]) + b"\x2a\x4d\x18", "zstd") for n in range(16)),  # a frame of zstd that has no content
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ\x00", "xz"),
)
_LZ4 = b"\x04\x22\x4d\x18"
_LONGEST_MAGIC = 6
_XZ_MEMORY = 2**27


class _Decompressor(Protocol):
    """What the decompressors of bz2, lzma and zstd have in common, for one stream or frame."""

    @property
    def eof(self) -> bool: ...
    @property
    def needs_input(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int = -1) -> bytes: ...


def compression_of(start: bytes) -> Compression:
    """How a stream that begins with ``start`` is compressed. Raises ArchiveError for lz4, which nothing here reads."""
    if start.startswith(_LZ4):
        raise ArchiveError("it is compressed with lz4; what is read is plain, gzip, zstd, bzip2 and xz")
    return next((kind for magic, kind in _MAGIC if start.startswith(magic)), "none")


def unpacked(pieces: Iterable[bytes], limit: int) -> Iterator[bytes]:
    """The stream without its compression, in pieces of at most 256 KiB where it was compressed.

    Raises ArchiveError for a damaged or cut-off stream and for more than ``limit`` bytes, and UsageError for zstd where
    nothing reads it.
    """
    rest = iter(pieces)
    start = b""
    for piece in rest:
        start += piece
        if len(start) >= _LONGEST_MAGIC:
            break
    kind = compression_of(start)
    source = chain((start,), rest)
    plain = source if kind == "none" else _gzip(source) if kind == "gzip" else _framed(source, kind)
    total = 0
    for piece in plain:
        total += len(piece)
        if total > limit:
            raise ArchiveError(f"it unpacks to more than {limit} bytes")
        yield piece


def _gzip(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The content of all members, one after the other; zeros may follow the last one."""
    state = zlib.decompressobj(31)
    for piece in pieces:
        data = piece
        while data:
            if state.eof:
                if not data.strip(b"\0"):
                    break
                state = zlib.decompressobj(31)
            try:
                found = state.decompress(data, PIECE)
            except zlib.error as error:
                raise ArchiveError(f"the gzip stream is damaged: {error}") from None
            data = state.unused_data if state.eof else state.unconsumed_tail
            if found:
                yield found
    if not state.eof:
        raise ArchiveError("the gzip stream is cut off")


def _framed(pieces: Iterable[bytes], kind: Compression) -> Iterator[bytes]:
    """The same for the formats whose decompressors hold their input themselves."""
    make, damaged = _opener(kind)
    state = make()
    for piece in pieces:
        data = piece
        while data or not (state.eof or state.needs_input):
            if state.eof:
                if not data.strip(b"\0"):
                    break
                state = make()
            try:
                found = state.decompress(data, PIECE)
            except damaged as error:
                raise ArchiveError(f"the {kind} stream is damaged: {error}") from None
            data = state.unused_data if state.eof else b""
            if found:
                yield found
    if not state.eof:
        raise ArchiveError(f"the {kind} stream is cut off")


def _opener(kind: Compression) -> tuple[Callable[[], _Decompressor], tuple[type[Exception], ...]]:
    """A function that begins a stream, and the exceptions that a damaged one raises."""
    if kind == "bzip2":
        import bz2

        return bz2.BZ2Decompressor, (OSError, ValueError, EOFError)
    if kind == "xz":
        import lzma

        return lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ, _XZ_MEMORY), (lzma.LZMAError, EOFError)
    zstd = _zstd()
    make: Callable[[], _Decompressor] = zstd.ZstdDecompressor
    return make, (zstd.ZstdError, EOFError)


def _zstd() -> Any:
    """One of two modules, of which a Python has at most one: the module that reads zstd. Raises UsageError where there is none."""
    import sys
    from importlib import import_module

    try:
        return import_module("compression.zstd" if sys.version_info >= (3, 14) else "backports.zstd")
    except ImportError:
        raise UsageError(
            "it is compressed with zstd, which this Python cannot read: install restow[zstd] (or Python 3.14 or later)"
        ) from None
