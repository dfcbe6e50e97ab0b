"""Lines of parts with styles: plain strings for pipes and files, colours by rich where somebody looks."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TextIO, TypeAlias

Part: TypeAlias = str | tuple[str, str]
"""A text, or a text and its style in rich's words."""

Line: TypeAlias = tuple[Part, ...]


def plain(lines: Iterable[Line]) -> str:
    """The lines without styles, each with its line end."""
    return "".join(
        "".join(visible(part if isinstance(part, str) else part[0]) for part in line) + "\n" for line in lines
    )


def write(lines: Iterable[Line], stream: TextIO, *, colour: bool) -> None:
    """Print the lines, through rich where ``colour``."""
    if not colour:
        stream.write(plain(lines))
        return
    from rich.console import Console
    from rich.text import Text

    console = Console(file=stream, force_terminal=True, highlight=False, markup=False, emoji=False, soft_wrap=True)
    for line in lines:
        parts = [(part, "") if isinstance(part, str) else part for part in line]
        console.print(Text.assemble(*((visible(text), style) for text, style in parts)))


def visible(text: str) -> str:
    """``text`` with control characters as escapes, so that no file can steer the terminal; tabs stay."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c in "\t " else c.encode("unicode_escape", "replace").decode() for c in text)


def size_text(size: int) -> str:
    """Bytes as people read them: ``0 B``, ``999 B``, ``1.2 kB``, ``34 MB``; powers of ten."""
    amount = float(size)
    for unit in ("B", "kB", "MB", "GB"):
        if amount < 999.5 or unit == "GB":
            return f"{amount:.0f} {unit}" if unit == "B" or amount >= 9.95 else f"{amount:.1f} {unit}"
        amount /= 1000
    raise AssertionError("GB is the last unit")


def seconds_text(seconds: float) -> str:
    """A duration: ``0.2 s``, ``14 s``, ``3 min 20 s``."""
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    return f"{whole} s" if whole < 120 else f"{whole // 60} min {whole % 60} s"


def percent_text(share: float) -> str:
    """A share of 1 as a percentage: ``12 %``; ``0.4 %`` below ten; never 0 or 100 for what is only close to it."""
    percent = share * 100
    if 0 < percent < 0.1:
        return "below 0.1 %"
    return f"{percent:.1f} %" if 0 < percent < 9.95 or 99.5 <= percent < 100 else f"{percent:.0f} %"


def count_text(count: int, noun: str, plural: str = "") -> str:
    """``1 file``, ``2 files``."""
    return f"{count} {noun if count == 1 else plural or noun + 's'}"


def table(rows: Iterable[tuple[str, ...]], *, right: Iterable[int] = ()) -> list[str]:
    """The rows in aligned columns, to the left or, for the columns ``right``, to the right; no trailing blanks."""
    listed, aligned = list(rows), frozenset(right)
    widths = [max(map(len, column)) for column in zip(*listed, strict=True)]
    return [
        "  ".join(
            cell.rjust(w) if i in aligned else cell.ljust(w)
            for i, (cell, w) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in listed
    ]
