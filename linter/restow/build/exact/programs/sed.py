"""sed: substitutions and deletions of plain patterns, to the output or ``-i`` into the file."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from restow.build.exact.call import Call
from restow.build.exact.disk import FileError
from restow.build.exact.patterns import regular_expression
from restow.errors import UnknownEffect
from restow.semantics.scope import is_known
from restow.vfs import Content, File

Edit = Callable[[str, int], "str | None"]
"""A line (without its end) and its number in, the line after it out; None: it is deleted."""

_ADDRESS = re.compile(r"(?:(\d+)|/((?:[^/\\\n]|\\.)*)/)?\s*")


def run(call: Call) -> int:
    """Only what GNU and busybox do alike; anything else raises UnknownEffect."""
    words = call.argv[1:]
    if any(word.startswith(("-i", "--in-place")) and word not in ("-i", "--in-place") for word in words):
        raise UnknownEffect("sed -i with a suffix is not computed")
    arguments = call.arguments(["-i", "--in-place", "-E", "-r"], ["-e"])
    scripts = arguments.values("-e") or arguments.operands[:1]
    operands = arguments.operands[0 if arguments.values("-e") else 1 :]
    if not scripts or not all(map(is_known, scripts)):
        raise UnknownEffect("a script of sed that is not known")
    extended = arguments.has("-E", "-r")
    edits = [edit for script in scripts for edit in _edits(script, extended)]
    status = 0
    if not arguments.has("-i", "--in-place"):
        if len(operands) > 1:
            raise UnknownEffect("sed of several files is not computed")
        for _, output in call.inputs(operands):
            if output is None:
                return 1 if call.flavour == "busybox" else 2
            call.print(edited(output.plain(), edits))
        return 0
    for path in operands:
        try:
            status |= _in_place(call, path, edits)
        except FileError:
            status = call.complain(1 if call.flavour == "busybox" else 2)
    return status


def _in_place(call: Call, path: str, edits: list[Edit]) -> int:
    """``-i`` writes a new file and renames it: a hard link is cut, mode and owner stay for root."""
    place = call.disk.locate(path, follow=False)
    if place.node is None:
        raise FileError("ENOENT")
    if not isinstance(place.node, File):
        raise UnknownEffect("sed -i of what is no file")
    if call.disk.credentials.uid != 0 or place.node.link_group is not None or place.node.capability:
        raise UnknownEffect("sed -i by a user other than root, or of a hard link")
    text = edited(call.disk.text(path), edits)
    content = Content.of(text.encode("utf-8", "surrogateescape"))
    call.disk.put(place.path, replace(place.node, content=content))
    return 0


def edited(text: str, edits: list[Edit]) -> str:
    """The text after all edits, line by line; a last line without an end keeps having none."""
    if "\0" in text:
        raise UnknownEffect("programs differ in what they make of a NUL")
    whole = text.endswith("\n")
    lines = text.removesuffix("\n").split("\n") if text else []
    out = ""
    for number, before in enumerate(lines, 1):
        line: str | None = before
        for edit in edits:
            line = None if line is None else edit(line, number)
        if line is not None:
            out += line + ("" if number == len(lines) and not whole else "\n")
    return out


def _edits(script: str, extended: bool) -> list[Edit]:
    found: list[Edit] = []
    at = 0
    while at < len(script):
        if script[at] in "; \t\n":
            at += 1
            continue
        address = _ADDRESS.match(script, at)
        assert address is not None
        at = address.end()
        number = int(address[1]) if address[1] else None
        only = regular_expression(address[2], extended=extended) if address[2] else None
        if script[at : at + 1] == "d":
            edit: Edit = lambda line, number: None  # noqa: E731 - one of two shapes of the same value
            at += 1
        elif script[at : at + 1] == "s":
            edit, at = _substitution(script, at + 1, extended)
        else:
            raise UnknownEffect("a command of sed that is not computed")
        if at < len(script) and script[at] not in "; \t\n":
            raise UnknownEffect("a command of sed that is not computed")
        found.append(_where(edit, number, only))
    return found


def _where(edit: Edit, wanted: int | None, only: re.Pattern[str] | None) -> Edit:
    def limited(line: str, number: int) -> str | None:
        meant = (wanted is None or number == wanted) and (only is None or only.search(line) is not None)
        return edit(line, number) if meant else line

    return limited


def _substitution(script: str, at: int, extended: bool) -> tuple[Edit, int]:
    mark = script[at : at + 1]
    if not mark or mark.isalnum() or mark in "\\\n ":
        raise UnknownEffect("a command of sed that is not computed")
    parts: list[str] = []
    at += 1
    for _ in range(2):
        part = ""
        while at < len(script) and script[at] != mark:
            if script[at] == "\\" and at + 1 < len(script):
                part += (
                    script[at + 1] if script[at + 1] == mark and mark not in ".*[]^$+?(){}|&" else script[at : at + 2]
                )
                at += 2
                continue
            if script[at] == "[" and not parts:
                raise UnknownEffect("a bracket in a pattern of sed")
            part += script[at]
            at += 1
        if at >= len(script):
            raise UnknownEffect("a substitution that is not closed")
        parts.append(part)
        at += 1
    every = script[at : at + 1] == "g"
    pattern = regular_expression(parts[0], extended=extended)
    if not parts[0] or pattern.fullmatch(""):
        raise UnknownEffect("a pattern of sed that matches nothing")
    new = _replacement(parts[1])
    return (lambda line, number: pattern.sub(new, line, count=0 if every else 1)), at + every


def _replacement(text: str) -> Callable[[re.Match[str]], str]:
    pieces: list[str | None] = []
    for piece in re.findall(r"\\.|&|[^\\&]+|\\", text, re.DOTALL):
        if piece == "&":
            pieces.append(None)
        elif piece.startswith("\\"):
            if piece[1:].isalnum() or piece == "\\" or piece[1:] == "\n":
                raise UnknownEffect("a replacement of sed that is not computed")
            pieces.append(piece[1:])
        else:
            pieces.append(piece)
    return lambda match: "".join(match[0] if piece is None else piece for piece in pieces)
