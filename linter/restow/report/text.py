"""Findings for people: each with its line of the file and a marker under it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from restow.report.checked import CheckedFile
from restow.report.styled import Line, count_text
from restow.rule import Finding, Severity
from restow.source import Source

STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "bold yellow", Severity.INFO: "bold cyan"}
TAB_WIDTH = 4
MAX_WIDTH = 200  # a longer line of the file is cut: a marker far to the right helps nobody


def findings_text(files: Sequence[CheckedFile], *, quiet: bool = False) -> Iterator[Line]:
    """The findings of all files, and unless ``quiet`` each file's build context and a last line with the counts."""
    for file in files:
        for finding in file.findings:
            yield from finding_text(file, finding)
        if file.findings and not quiet:
            yield (f"{file.path}: ", ("context: ", "dim"), (context_text(file), "dim"))
            yield ()
    if not quiet:
        yield from _summary(files)


def finding_text(file: CheckedFile, finding: Finding) -> Iterator[Line]:
    """Place, rule and message; the marked line; what to do."""
    source = file.source
    at = source.position(finding.span.start)
    head = f"{file.path}:{at.line}:{at.column}: "
    severity = (finding.severity.value, STYLES[finding.severity])
    yield ((head, "bold"), severity, f" {finding.code} ", (f"[{finding.name}]", "dim"), f" {finding.message}")
    number = str(at.line)
    yield from _marked(source, finding, number)
    notes = [("help", finding.help)] if finding.help else []
    if finding.fix is not None:
        notes.append(("fix", f"{finding.fix.title} (restow fix)"))
    elif finding.rearrange:
        notes.append(("fix", "restow fix looks for a cheaper order of the instructions, and proves it"))
    for title, text in notes:
        yield (" " * len(number), (" = ", "blue"), (f"{title}: ", "bold"), text)
    yield ()


def context_text(file: CheckedFile) -> str:
    """The build context and why it is that one."""
    return file.context_reason if file.context is None else f"{file.context} ({file.context_reason})"


def _marked(source: Source, finding: Finding, number: str) -> Iterator[Line]:
    """The first line that the finding covers, with ``^`` below what is meant."""
    at = source.position(finding.span.start)
    line = source.line(at.line)
    first = at.column - 1
    last = min(first + max(1, len(finding.span)), max(len(line), first + 1))
    margin = " " * len(number)
    before, marked = _columns(line[:first]), max(1, _columns(line[:last]) - _columns(line[:first]))
    shown = line.expandtabs(TAB_WIDTH)
    cut = len(shown) > MAX_WIDTH
    yield (margin, (" |", "blue"))
    yield ((number, "blue"), (" | ", "blue"), shown[: MAX_WIDTH - 3] + "..." if cut else shown)
    if before < MAX_WIDTH:
        yield (margin, (" | ", "blue"), " " * before, ("^" * min(marked, MAX_WIDTH - before), STYLES[finding.severity]))


def _columns(text: str) -> int:
    """How many columns of a terminal the text takes; wide characters take two, marks on others none."""
    expanded = text.expandtabs(TAB_WIDTH)
    if expanded.isascii():
        return len(expanded)
    from unicodedata import combining, east_asian_width

    return sum(0 if combining(c) else 2 if east_asian_width(c) in "WF" else 1 for c in expanded)


def _summary(files: Sequence[CheckedFile]) -> Iterator[Line]:
    found = sum(len(file.findings) for file in files)
    silenced = sum(file.suppressed for file in files)
    tail = f" ({count_text(silenced, 'finding')} silenced by comments)" if silenced else ""
    if found:
        yield (f"{count_text(found, 'finding')}: {_by_severity(files)}, in {count_text(len(files), 'file')}{tail}",)
    elif len(files) == 1:
        yield (f"{files[0].path}: no findings{tail}; context: {context_text(files[0])}",)
    elif files:
        yield (f"no findings in {count_text(len(files), 'file')}{tail}",)


def _by_severity(files: Iterable[CheckedFile]) -> str:
    severities = [finding.severity for file in files for finding in file.findings]
    names = {
        Severity.ERROR: ("error", "errors"),
        Severity.WARNING: ("warning", "warnings"),
        Severity.INFO: ("info", "infos"),
    }
    return ", ".join(count_text(severities.count(s), *names[s]) for s in Severity if s in severities)
