"""``--format-run``: the lines of a RUN's shell text, shifted as a whole to the indent; what is in quotes stays.

A line keeps its indent relative to the others. The new text is taken only where its shell tree is the old one's.
"""

from __future__ import annotations

from restow.format.equal import Meaning, ShellMeaning
from restow.format.instruction import ShellText
from restow.semantics import read_model
from restow.semantics.in_force import read_in_force
from restow.shell import Opaque, Script, ShellNode, Word, children, parse_shell, shell_name, walk
from restow.shell.parser import POSIX_DIALECTS
from restow.syntax.ast import Dockerfile, Run
from restow.syntax.lines import SPACES

_PLACES = frozenset({"start", "end", "operator_start"})


def dialects_of(dockerfile: Dockerfile) -> tuple[str, ...]:
    """The shell that is in force at each instruction: the name of its program, empty where there is none."""
    found = read_in_force(read_model(dockerfile))
    return tuple(shell_name(one.shell[0]) if one.shell else "" for one in found)


def shell_meaning(dockerfile: Dockerfile) -> ShellMeaning:
    """What the shell texts of the RUNs mean: the shape of the shell tree; the exact text where it cannot be read."""
    dialects = dialects_of(dockerfile)

    def meaning(index: int, node: Run) -> Meaning:
        script = _read(dockerfile, node, dialects[index])
        return ("exact", node.command.text) if script is None else ("shell", shape(script))

    return meaning


def relaid_run(dockerfile: Dockerfile, node: Run, dialect: str, indent: int) -> ShellText | None:
    """The shell text of a RUN with its lines at the indent; None where it cannot be read as a whole, so must stay."""
    if _read(dockerfile, node, dialect) is None:
        return None
    return relaid(dockerfile.text, node.command.start, node.command.end, dockerfile.escape, dialect, indent)


def _read(dockerfile: Dockerfile, node: Run, dialect: str) -> Script | None:
    """The script of a RUN in shell form without here-documents; None where any part of it is Opaque."""
    if node.command.form == "exec" or node.heredocs or dialect not in POSIX_DIALECTS:
        return None
    command = node.command
    script = parse_shell(dockerfile.text, command.start, command.end, escape=dockerfile.escape, dialect=dialect)
    return None if isinstance(script, Opaque) or any(isinstance(part, Opaque) for part in walk(script)) else script


def relaid(text: str, start: int, end: int, escape: str, dialect: str, indent: int) -> ShellText | None:
    """The shell text ``text[start:end]`` with its lines at the indent; None where it cannot be read, so must stay."""
    script = parse_shell(text, start, end, escape=escape, dialect=dialect)
    if isinstance(script, Opaque):
        return None
    inside = _inside_words(script, text)
    begins_line = not text[text.rfind("\n", 0, start) + 1 : start].strip(SPACES)
    lines = text[start:end].split("\n")
    offsets = [start]
    for line in lines:
        offsets.append(offsets[-1] + len(line) + 1)
    moved = [
        index for index, line in enumerate(lines) if index and not inside[offsets[index] - start] and _is_content(line)
    ]
    first_width = _width(text[text.rfind("\n", 0, start) + 1 : start], indent) if begins_line else None
    widths = {index: _width(_blanks(lines[index]), indent) for index in moved}
    least = min([*widths.values(), *([first_width] if first_width is not None else [])], default=0)
    for index in moved:
        lines[index] = " " * (indent + widths[index] - least) + lines[index].lstrip(SPACES)
    last = len(lines) - 1
    for index, line in enumerate(lines):
        if index < last and not inside[offsets[index + 1] - start] and (index == 0 or _is_content(line)):
            lines[index] = _one_blank(line, escape)
    new = "\n".join(lines)
    after = parse_shell(new, 0, len(new), escape=escape, dialect=dialect)
    if shape(after) != shape(script):
        return None
    return ShellText(new, " " * (indent + (first_width or 0) - least if begins_line else indent))


def shape(script: Script | Opaque) -> object:
    """What a script is, without its places: the kind of each node, its texts, and how many nodes are below it."""
    return tuple((type(node).__name__, _texts(node), len(children(node))) for node in walk(script))


def _texts(node: ShellNode) -> tuple[object, ...]:
    """The fields of a node that hold no node: of those with nodes only how many there are, and which are missing."""
    return tuple(_bare(value) for name, value in node.field_items() if name not in _PLACES)


def _bare(value: object) -> object:
    if isinstance(value, tuple):
        return tuple(_bare(item) for item in value)
    return type(value).__name__ if isinstance(value, ShellNode) else value


def _inside_words(script: Script, text: str) -> list[bool]:
    """For each offset into the script, and the one behind it, whether it lies in a word that goes on over a line end."""
    found = [False] * (script.end - script.start + 2)
    for node in walk(script):
        if isinstance(node, Word) and "\n" in text[node.start : node.end]:
            for at in range(node.start + 1 - script.start, node.end - script.start):
                found[at] = True
    return found


def _is_content(line: str) -> bool:
    content = line.lstrip(SPACES)
    return bool(content) and not content.startswith("#")


def _blanks(line: str) -> str:
    return line[: len(line) - len(line.lstrip(SPACES))]


def _width(blanks: str, indent: int) -> int:
    """How wide blanks are; a tab is one indent."""
    return sum(indent if blank == "\t" else 1 for blank in blanks)


def _one_blank(line: str, escape: str) -> str:
    """``line``, which goes on in the next one, with one blank before its escape character."""
    body = line.rstrip("\r")
    ending = line[len(body) :]
    body = body.rstrip(" \t")
    if not body.endswith(escape):
        return line
    words = body[: -len(escape)]
    if not words.strip(SPACES):
        return words + escape + ending
    return words.rstrip(" \t") + " " + escape + ending
