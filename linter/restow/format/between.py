"""What stands between instructions: comments at the left edge, at most one blank line, one before a new stage.

Every line keeps its own line end; no line moves over another one.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass

from restow.errors import RestowError
from restow.source.text import BOM
from restow.syntax.ast import Dockerfile, From
from restow.syntax.directives import read_directives
from restow.syntax.lines import SPACES


class UnprintableError(RestowError):
    """The printer does not know what stands at ``offset``: the file is left as it is."""

    def __init__(self, offset: int, reason: str) -> None:
        super().__init__(reason)
        self.offset = offset
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Line:
    """A comment, or a blank line (``text`` is empty), without the blanks around it; ``end`` is its line end."""

    text: str
    end: str


def assemble(dockerfile: Dockerfile, printed: Sequence[str]) -> str:
    """The file with ``printed`` in place of its instructions. Raises UnprintableError."""
    text, newline = dockerfile.text, dockerfile.source.newline
    at = len(BOM) if text.startswith(BOM) else 0
    kept = {directive.start for directive in dockerfile.directives if not directive.value.strip(SPACES)}
    parts = [text[:at]]
    for index, (node, new) in enumerate(zip(dockerfile.instructions, printed, strict=True)):
        lines = _lines(text[at : node.start], at, kept)
        if index == 0:
            parts += _written(_top(lines))
        else:
            blank = Line("", newline) if _opens_stage(dockerfile, index) else None
            parts += [lines[0].end, *_written(_single_blanks(lines[1:], blank))]
        parts.append(new)
        at = node.end
    rest = text[at:]
    if not rest and printed and printed[-1].endswith("\n"):  # a continued line that the file ends in
        return "".join(parts)
    if at < len(text) or printed:
        rest += "" if rest.endswith("\n") else newline
    lines = _lines(rest, at, kept)
    if printed:
        parts.append(lines.pop(0).end)
        parts += _written(_without_last_blank(_single_blanks(lines)))
    else:
        parts += _written(_without_last_blank(_top(lines)))
    return "".join(parts)


def _lines(gap: str, offset: int, kept: Container[int]) -> list[Line]:
    """The lines of ``gap``, which stands at ``offset``; what follows the last line end indents an instruction.

    ``kept`` is where lines begin that keep the blanks at their end: directives with a value of blanks.
    """
    found: list[Line] = []
    for line in gap.split("\n"):
        content = line.lstrip(SPACES)
        if content and not content.startswith("#"):
            raise UnprintableError(offset, f"{content[:20]!r} stands where only comments and blank lines do")
        body = content.rstrip("\r")
        ending = "\r" * (len(line) - len(line.rstrip("\r")))
        whole = offset + len(line) - len(content) in kept
        found.append(Line(body if whole else body.rstrip(" \t\r"), ending + "\n"))
        offset += len(line) + 1
    return found[:-1]


def _opens_stage(dockerfile: Dockerfile, index: int) -> bool:
    """Whether a stage that follows another one begins at the instruction; a FROM alone is not set apart from the next."""
    nodes = dockerfile.instructions
    before = nodes[:index]
    return (
        isinstance(nodes[index], From)
        and not isinstance(nodes[index - 1], From)
        and any(isinstance(node, From) for node in before)
    )


def _single_blanks(lines: Iterable[Line], before_last_comments: Line | None = None) -> list[Line]:
    """``lines`` with no two blank ones in a row.

    ``before_last_comments`` is the blank line that must stand before the comments at the end, which belong to what
    follows.
    """
    found: list[Line] = []
    for line in lines:
        if line.text or not found or found[-1].text:
            found.append(line)
    if before_last_comments is not None and (not found or found[-1].text):
        at = max((index + 1 for index, line in enumerate(found) if not line.text), default=0)
        if at == 0:
            found.insert(0, before_last_comments)
    return found


def _top(lines: Iterable[Line]) -> list[Line]:
    """The lines at the top of the file, without a blank one, unless the first comment would become a directive."""
    found = _single_blanks(lines)
    if found and not found[0].text and not (len(found) > 1 and read_directives(found[1].text, 0)[0]):
        del found[0]
    return found


def _without_last_blank(lines: list[Line]) -> list[Line]:
    return lines[:-1] if lines and not lines[-1].text else lines


def _written(lines: Iterable[Line]) -> list[str]:
    return [line.text + line.end for line in lines]
