"""A text with its name and line index; reading it from disk and writing it back without loss."""

from __future__ import annotations

import os
import stat
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from restow.errors import SourceError, UndecodableError
from restow.source.span import Position

BOM = "\ufeff"
_STREAMED = 2**24
"""Bytes that are taken from a pipe or a device."""


@dataclass(frozen=True)
class Source:
    """A text and the name that reports show for it. The text keeps its byte order mark and its line ends."""

    name: str
    text: str

    @cached_property
    def line_starts(self) -> tuple[int, ...]:
        """Offset of the first character of each line. Only ``\\n`` ends a line, as in BuildKit."""
        starts = [0]
        at = self.text.find("\n")
        while at >= 0:
            starts.append(at + 1)
            at = self.text.find("\n", at + 1)
        return tuple(starts)

    @property
    def newline(self) -> str:
        """The line end of the text: that of its first line; ``\\n`` where there is none."""
        at = self.text.find("\n")
        return "\r\n" if at > 0 and self.text[at - 1] == "\r" else "\n"

    def position(self, offset: int) -> Position:
        """Line and column of ``offset``; an offset at the end of the text is allowed."""
        line = bisect_right(self.line_starts, offset)
        column = offset - self.line_starts[line - 1] + 1
        if line == 1 and self.text.startswith(BOM) and offset > 0:
            column -= 1
        return Position(line, column)

    def utf16_position(self, offset: int) -> Position:
        """As editors count: line and column from 0, the column in UTF-16 code units, the byte order mark not counted."""
        line = bisect_right(self.line_starts, offset)
        before = self.text[self._first_of_line(line) : offset]
        return Position(line - 1, len(before.encode("utf-16-le", "surrogatepass")) // 2)

    def offset_of_utf16(self, position: Position) -> int:
        """The offset that ``utf16_position`` has for it. A column inside of a character means the character, one behind the
        line's text the end of that text, and a line behind the last one the end of the file, as in the protocol of editors.
        """
        number = position.line + 1
        if number > len(self.line_starts):
            return len(self.text)
        start, units = self._first_of_line(number), position.column
        end = self.line_starts[number] if number < len(self.line_starts) else len(self.text)
        line = self.text[start:end].rstrip("\r\n")
        for at, character in enumerate(line, start):
            units -= 2 if ord(character) > 0xFFFF else 1
            if units < 0:
                return at
        return start + len(line)

    def _first_of_line(self, number: int) -> int:
        """Offset of the first character of a line behind the byte order mark."""
        return len(BOM) if number == 1 and self.text.startswith(BOM) else self.line_starts[number - 1]

    def line(self, number: int) -> str:
        """The text of line ``number`` (from 1), without its line end."""
        start = self.line_starts[number - 1]
        end = self.line_starts[number] if number < len(self.line_starts) else len(self.text)
        return self.text[start:end].rstrip("\r\n").lstrip(BOM)

    @property
    def line_count(self) -> int:
        """How many lines the text has; a final line end does not begin another one."""
        count = len(self.line_starts)
        return count - 1 if self.text.endswith("\n") else count


def decode(name: str, data: bytes) -> str:
    """UTF-8 text of ``data``, byte order mark and line ends kept.

    Raises UndecodableError with line and column where a byte is not UTF-8.
    """
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        before = data[: error.start]
        line = before.count(b"\n") + 1
        column = error.start - (before.rfind(b"\n") + 1) + 1
        raise UndecodableError(
            f"{name}:{line}:{column}: byte 0x{data[error.start]:02x} is not UTF-8 (offset {error.start}); "
            "save the file as UTF-8",
            data.decode("utf-8", "surrogateescape"),
        ) from None


def read_source(path: Path) -> Source:
    """The file at ``path``, or what a pipe or a terminal there gives until its end.

    Raises SourceError where it cannot be read as UTF-8 text, for a pipe that nobody writes to, and for more than 16 MiB of
    what is no file.
    """
    if path.is_dir():
        raise SourceError(f"{path}: Is a directory")
    try:
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        with os.fdopen(handle, "rb") as file:
            mode = os.fstat(handle).st_mode
            if not stat.S_ISREG(mode):
                os.set_blocking(handle, True)  # wait for whoever writes to it, and not for somebody to come
            data = file.read() if stat.S_ISREG(mode) else file.read(_STREAMED + 1)
    except OSError as error:
        raise SourceError(f"{path}: {error.strerror or error}") from None
    if stat.S_ISFIFO(mode) and not data:
        raise SourceError(f"{path}: a pipe that nobody writes to")
    if not stat.S_ISREG(mode) and len(data) > _STREAMED:
        raise SourceError(f"{path}: no file, and more than {_STREAMED} bytes come from it")
    return Source(str(path), decode(str(path), data))


def write_text(path: Path, text: str) -> None:
    """Replace the file's content in one step, its mode kept; a link is followed, never replaced.

    Raises SourceError where the folder or file cannot be written; the old content is then still whole.
    """
    import tempfile

    target = path.resolve()
    handle, temporary = -1, ""
    try:
        handle, temporary = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(text.encode("utf-8"))
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, target.stat().st_mode & 0o7777)
        os.replace(temporary, target)
    except OSError as error:
        if temporary and os.path.exists(temporary):
            os.unlink(temporary)
        raise SourceError(f"{path}: cannot be written: {error.strerror or error}") from None
