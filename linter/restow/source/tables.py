"""Grammar tables next to their grammar: written when the wheel is built, used only where they fit the installed lark.

A tables file is one header line (format, lark version, digest of the grammar, digest of the rest) and what
``Lark.save`` writes. A file that does not fit, is cut short, or cannot be read, is never unpickled: the grammar is built
instead.
"""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lark import Lark

_FORMAT = "restow-tables-1"


def load_tables(grammar: Path, tables: Path, build: Callable[[], Lark]) -> Lark:
    """The parser in ``tables`` where that file fits ``grammar`` and the installed lark, else what ``build`` returns."""
    from io import BytesIO

    from lark import Lark

    payload = fitting(grammar, tables)
    return Lark.load(BytesIO(payload)) if payload else build()


def fitting(grammar: Path, tables: Path) -> bytes:
    """What ``Lark.save`` wrote to ``tables``; nothing where there is no file that can be read, or it does not fit."""
    try:
        line, _, payload = tables.read_bytes().partition(b"\n")
    except OSError:
        return b""
    return payload if line == _header(grammar, payload) else b""


def save_tables(grammar: Path, tables: Path, build: Callable[[], Lark]) -> None:
    """Build the parser and write it to ``tables``, with the header that ``load_tables`` compares."""
    from io import BytesIO

    buffer = BytesIO()
    build().save(buffer)
    payload = buffer.getvalue()
    tables.write_bytes(_header(grammar, payload) + b"\n" + payload)


def _header(grammar: Path, payload: bytes) -> bytes:
    """What the first line of a fitting tables file reads."""
    import lark

    grammar_digest = sha256(grammar.read_bytes().replace(b"\r\n", b"\n")).hexdigest()
    return f"{_FORMAT} {lark.__version__} {grammar_digest} {sha256(payload).hexdigest()}".encode("ascii")
