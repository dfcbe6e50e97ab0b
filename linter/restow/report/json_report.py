"""``--output-format json`` of ``restow check``: one document for all files.

The document is stable: within one ``version`` fields are only added. Lines and columns count from 1, columns and
offsets in Unicode code points (a byte order mark counts as an offset and not as a column); ends are exclusive.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from pydantic import BaseModel, ConfigDict

from restow.report.checked import CheckedFile
from restow.rule import Finding
from restow.source import Source

VERSION: Literal[1] = 1


class Document(BaseModel):
    """What all documents share: frozen, and nothing in them that is not declared."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class EditDocument(Document):
    """Replace what stands from ``start`` to ``end`` with ``text``; offsets into the file."""

    start: int
    end: int
    text: str


class FixDocument(Document):
    """Edits that mend the finding, all or nothing; ``removes`` are the paths that the image then lacks."""

    title: str
    edits: tuple[EditDocument, ...]
    removes: tuple[str, ...]


class FindingDocument(Document):
    """One finding. ``help`` is empty where there is nothing to add; ``fix`` is null where the rule offers no edits.

    ``rearrange``: ``restow fix`` may mend it by a cheaper order of instructions.
    """

    code: str
    name: str
    message: str
    severity: Literal["error", "warning", "info"]
    line: int
    column: int
    end_line: int
    end_column: int
    help: str
    fix: FixDocument | None
    rearrange: bool


class FileDocument(Document):
    """One Dockerfile. ``context`` is the build context's folder or null; ``context_reason`` says why.

    ``notes`` say what was not looked for in this file, and why.
    """

    path: str
    context: str | None
    context_reason: str
    suppressed: int
    notes: tuple[str, ...]
    findings: tuple[FindingDocument, ...]


class CheckDocument(Document):
    """The whole: ``version`` is that of the document's form, ``restow`` that of the program."""

    version: Literal[1] = VERSION
    restow: str
    files: tuple[FileDocument, ...]


def check_document(files: Sequence[CheckedFile], program: str) -> CheckDocument:
    """The document of checked files; ``program`` is Restow's version."""
    return CheckDocument(restow=program, files=tuple(_file(file) for file in files))


def json_text(document: BaseModel) -> str:
    """A document as JSON, two blanks a level, with a line end."""
    return document.model_dump_json(indent=2) + "\n"


def _file(file: CheckedFile) -> FileDocument:
    return FileDocument(
        path=file.path,
        context=file.context,
        context_reason=file.context_reason,
        suppressed=file.suppressed,
        notes=file.notes,
        findings=tuple(_finding(finding, file.source) for finding in file.findings),
    )


def _finding(finding: Finding, source: Source) -> FindingDocument:
    first, last = source.position(finding.span.start), source.position(finding.span.end)
    return FindingDocument(
        code=finding.code,
        name=finding.name,
        message=finding.message,
        severity=finding.severity.value,
        line=first.line,
        column=first.column,
        end_line=last.line,
        end_column=last.column,
        help=finding.help,
        fix=None
        if finding.fix is None
        else FixDocument(
            title=finding.fix.title,
            edits=tuple(EditDocument(start=e.span.start, end=e.span.end, text=e.text) for e in finding.fix.edits),
            removes=finding.fix.removes,
        ),
        rearrange=finding.rearrange,
    )
