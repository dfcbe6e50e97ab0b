"""``restow format``: what became of each file, as a document and as text; and what it costs the build cache once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Literal

from restow.report.instruction_text import shown
from restow.report.json_report import Document
from restow.report.styled import Line, count_text

if TYPE_CHECKING:
    from restow.format import Formatted
    from restow.source import Source


class RefusalDocument(Document):
    """Why a file is left as it is, and where. ``fault``: something is wrong with it; the exit code is 2."""

    line: int
    column: int
    reason: str
    fault: bool


class FormattedDocument(Document):
    """One file. ``changed``: its text is not (or was not) the formatted one. All numbers are lines of the old text.

    ``reworded`` are RUNs whose own words changed, ``rebuilt`` the steps that miss the cache once because of them,
    ``with_context`` the steps that read the Dockerfile as a part of the build context, ``unread`` the RUNs whose words
    ``--format-run`` leaves alone, as they cannot be read as shell.
    """

    path: str
    changed: bool
    refusal: RefusalDocument | None
    reworded: tuple[int, ...]
    rebuilt: tuple[int, ...]
    with_context: tuple[int, ...]
    unread: tuple[int, ...]


class FormatDocument(Document):
    """The whole: ``version`` is that of the document's form, ``restow`` that of the program."""

    version: Literal[1] = 1
    restow: str
    files: tuple[FormattedDocument, ...]


def formatted_document(source: Source, result: Formatted) -> FormattedDocument:
    """The document of one file."""
    refusal = result.refusal
    at = source.position(refusal.offset) if refusal is not None else None
    return FormattedDocument(
        path=source.name,
        changed=result.text != source.text,
        refusal=None
        if refusal is None or at is None
        else RefusalDocument(line=at.line, column=at.column, reason=refusal.reason, fault=refusal.fault),
        reworded=result.reworded,
        rebuilt=result.rebuilt,
        with_context=result.with_context if result.text != source.text else (),
        unread=result.unread,
    )


def format_text(files: Iterable[FormattedDocument], *, would: bool) -> Iterator[Line]:
    """A line for each file that changed or was refused, and what it costs; ``would`` says that nothing was written."""
    for file in files:
        if file.refusal is not None:
            place = f":{file.refusal.line}:{file.refusal.column}" if file.refusal.fault else ""
            yield ((f"{file.path}{place}", "bold"), f": left as it is: {shown(file.refusal.reason)}")
        if file.changed:
            yield ((file.path, "bold"), ": would be formatted" if would else ": formatted")
        if file.reworded:
            runs = _lines(file.reworded, "the words of the RUN in ", "the words of the RUNs in ")
            again = count_text(len(file.rebuilt), "step misses", "steps miss")
            yield (f"  {runs} change: {again} the build cache once ({_lines(file.rebuilt)})",)
        if file.with_context:
            them = "it misses" if len(file.with_context) == 1 else "they miss"
            yield (
                f"  {_lines(file.with_context)} {'takes' if len(file.with_context) == 1 else 'take'} the Dockerfile, "
                f"too: {them} the build cache once, unless an ignore file leaves it out",
            )
        if file.unread:
            yield (f"  {_lines(file.unread)}: not read as shell, so the words stay as they are",)


def _lines(lines: tuple[int, ...], one: str = "", many: str = "") -> str:
    """``line 3`` or ``lines 3, 5``, behind the beginning that fits."""
    if len(lines) == 1:
        return f"{one}line {lines[0]}"
    return f"{many}lines {', '.join(map(str, lines))}"
