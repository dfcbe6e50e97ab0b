"""One instruction, printed: keyword and flags in their form, single blanks, one indent for lines that go on.

The words stay as they are written. A shell text is a part of the cache key (or, in CMD and the like, of the image), so
its lines keep their indent too, and so do the lines of flags before it: they would no longer fit each other.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace

from restow.format.between import UnprintableError
from restow.syntax.ast import Dockerfile, Instruction, Onbuild, Token
from restow.syntax.lines import BLANKS, SPACES

FLAG_ORDER = {
    "run": ("mount", "device", "network", "security"),
    "copy": ("from", "chown", "chmod", "link", "parents", "exclude"),
    "add": ("chown", "chmod", "link", "exclude", "checksum", "keep-git-dir", "unpack"),
    "healthcheck": ("interval", "timeout", "start-period", "start-interval", "retries"),
}
"""The order of flags. It means nothing to BuildKit, but for flags of one name, which keep theirs."""

_BETWEEN = frozenset({"WHITESPACE", "NEWLINE", "CONTINUATION", "COMMENT", "MARGIN", "CHECK_MARGIN"})
_HEREDOC = frozenset({"HEREDOC_BODY", "HEREDOC_END"})
_UPPER = frozenset({"KEYWORD", "AS", "CMD", "NONE"})
_SHELL_TEXT = "TEXT"
_OWN_LINES = frozenset({_SHELL_TEXT, "CHECK_TEXT", "LEGACY_VALUE"})
"""Tokens whose lines keep their indent: it is a part of a command, or of a value."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A token of an instruction as it is printed; ``start`` and ``end`` are where it stood."""

    type: str
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Layout:
    """Blanks before a line that goes on, and the escape character.

    ``kept``: such lines keep the blanks that they have. ``shell_indent`` stands before the line that the shell text begins.
    """

    indent: str
    escape: str
    kept: bool
    shell_indent: str


@dataclass(frozen=True, slots=True)
class ShellText:
    """A shell text as it is to be printed, and the blanks before it where it begins a line."""

    text: str
    indent: str


def print_instruction(
    dockerfile: Dockerfile, node: Instruction, tokens: Sequence[Token], indent: str, shell: ShellText | None = None
) -> str:
    """The text of ``node``, whose tokens are ``tokens``; ``shell`` takes the place of its shell text.

    Raises UnprintableError.
    """
    pieces = _pieces(dockerfile, node, tokens)
    kept = shell is None and any(piece.type in _OWN_LINES and "\n" in piece.text for piece in pieces)
    layout = Layout(indent, dockerfile.escape, kept, indent if shell is None else shell.indent)
    pieces = _sorted_flags(node, pieces, dockerfile.text)
    if shell is not None:
        pieces[-1] = replace(pieces[-1], text=shell.text)
    parts = [_lead(dockerfile.text[node.start : pieces[0].start], node.start, pieces[0], layout), pieces[0].text]
    for before, after in itertools.pairwise(pieces):
        parts += [_gap(dockerfile.text, before, after, layout), after.text]
    return _tidied("".join(parts), dockerfile.escape) + _tail(dockerfile, pieces[-1].end, node)


def _pieces(dockerfile: Dockerfile, node: Instruction, tokens: Sequence[Token]) -> list[Piece]:
    """What is printed, one after the other; the trigger of an ONBUILD is one piece: the image holds its text."""
    kept = [token for token in tokens if token.type not in _BETWEEN and token.type not in _HEREDOC]
    if isinstance(node, Onbuild):
        trigger = kept[1:]
        text = dockerfile.text[trigger[0].start : trigger[-1].end]
        return [_piece(kept[0]), Piece(_SHELL_TEXT, text, trigger[0].start, trigger[-1].end)]
    return [_without_line_end(_piece(token), dockerfile.escape) for token in kept]


def _piece(token: Token) -> Piece:
    upper = token.type in _UPPER and "\n" not in token.text
    return Piece(token.type, token.text.upper() if upper else token.text, token.start, token.end)


def _without_line_end(piece: Piece, escape: str) -> Piece:
    """The piece without the continuations at its end: of a word that goes on over a line end, with nothing there."""
    text = piece.text
    while piece.type not in _OWN_LINES and text.endswith("\n") and text.rstrip(" \t\r\n").endswith(escape):
        text = text[: text.rindex(escape)]
    return replace(piece, text=text, end=piece.end - (len(piece.text) - len(text)))


def _sorted_flags(node: Instruction, pieces: list[Piece], text: str) -> list[Piece]:
    """The flags in their order, each in the place of another one.

    They stay where they are where one goes on over a line end, or a comment stands between them.
    """
    places = [index for index, piece in enumerate(pieces) if piece.type == "FLAG"]
    order = FLAG_ORDER.get(node.kind)
    if order is None or len(places) < 2:
        return pieces
    gaps = (text[pieces[at].end : pieces[at + 1].start] for at in range(places[-1]))
    if any("\n" in pieces[at].text for at in places) or any("#" in gap for gap in gaps):
        return pieces
    ranks = [order.index(flag.name) if flag.name in order else len(order) for flag in node.flags]
    wanted = sorted(range(len(places)), key=ranks.__getitem__)
    texts = [pieces[places[index]].text for index in wanted]
    found = list(pieces)
    for place, new in zip(places, texts, strict=True):
        found[place] = replace(found[place], text=new)
    return found


def _lead(lead: str, offset: int, keyword: Piece, layout: Layout) -> str:
    """What is printed for lines of an escape character alone above the keyword: the first of them, where a comment follows."""
    return _line_break(lead, offset, keyword, layout).lstrip(" ") if "#" in lead else ""


def _gap(text: str, before: Piece, after: Piece, layout: Layout) -> str:
    """What is printed between two pieces."""
    gap = text[before.end : after.start]
    if after.type not in ("FLAG", "DASHES") and after.text.startswith("--") and gap.strip(BLANKS):
        return gap  # without the wide space it would be a flag
    if before.type == "LEGACY_KEY" and before.text.endswith(layout.escape) and "\n" not in gap:
        return gap  # one blank would be a part of the name
    if "\n" in gap:
        return _line_break(gap, before.end, after, layout)
    if before.type == "COMMA":
        return " "
    if before.type == "JSON_OPEN" or after.type in ("COMMA", "JSON_CLOSE"):
        return ""
    return " " if gap else ""


def _line_break(gap: str, offset: int, after: Piece, layout: Layout) -> str:
    """A continuation, the comments in it (their indent comes later), and the indent of the line that ``after`` begins."""
    first, *between, last = gap.split("\n")
    ending = "\r" * (len(first) - len(first.rstrip("\r"))) + "\n"
    parts = [" ", layout.escape, ending]
    for line in between:
        content = line.lstrip(SPACES)
        if content.startswith("#"):
            parts += [content, "\n"]
        elif content and content.rstrip(SPACES) != layout.escape:
            raise UnprintableError(offset, f"{content[:20]!r} stands where a comment is expected")
    if layout.kept:
        return "".join([*parts, last])
    indents = {"KEYWORD": "", "JSON_CLOSE": "", _SHELL_TEXT: layout.shell_indent}
    return "".join([*parts, indents.get(after.type, layout.indent)])


def _tidied(text: str, escape: str) -> str:
    """An instruction without blank lines and without blanks behind its escape characters, its comments indented like
    the line below each."""
    if "\n" not in text:
        return text
    indent, found = "", list[str]()
    first, *rest = text.split("\n")
    for at, line in enumerate(reversed(rest)):
        content = line.lstrip(SPACES)
        body, ending = line.rstrip("\r"), "\r" * (len(line) - len(line.rstrip("\r")))
        if content.startswith("#"):
            found.append(indent + content.rstrip(" \t\r") + ending)
        elif content or at == 0:
            indent = line[: len(line) - len(content)]
            found.append(_unpadded(body, escape) + ending if at else line)
    ending = "\r" * (len(first) - len(first.rstrip("\r")))
    return "\n".join([_unpadded(first.rstrip("\r"), escape) + ending, *reversed(found)])


def _unpadded(line: str, escape: str) -> str:
    """``line``, which another one follows, without the blanks behind its escape character."""
    cut = line.rstrip(" \t")
    return cut if cut.endswith(escape) else line


def _tail(dockerfile: Dockerfile, at: int, node: Instruction) -> str:
    """What follows the last piece: here-document bodies as they are, or an escape character that continues nothing,
    with the blank lines and comments behind it. Blanks that keep one from continuing stay."""
    tail = dockerfile.text[at : node.end]
    first = tail.lstrip(SPACES.replace("\n", "").replace("\r", ""))
    bare = "\n" in tail and not first.startswith(dockerfile.escape) and dockerfile.text[at - 1] != dockerfile.escape
    return first if bare else tail
