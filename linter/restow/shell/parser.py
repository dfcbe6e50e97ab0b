"""Read the shell text of a Dockerfile. Nothing here raises on any text: what cannot be read becomes Opaque."""

from __future__ import annotations

from restow.shell.ast import Opaque, Script
from restow.shell.mask import MASKED, mask

LONGEST_TEXT = 65_536
"""How many characters of shell are read at once; longer texts are Opaque."""

POSIX_DIALECTS = frozenset({"sh", "bash", "dash", "ash", "ksh", "zsh"})
"""Shells that the grammar speaks for; they are all read alike."""


def shell_name(program: str) -> str:
    """The name of a shell by its path: ``bash`` of ``/bin/bash``, ``cmd`` of ``C:\\Windows\\System32\\cmd.exe``."""
    last = program.replace("\\", "/").rsplit("/", 1)[-1]
    return last[:-4].lower() if last.lower().endswith(".exe") else last


def unread_shell(name: str) -> str:
    """Why the text of a shell other than those of ``POSIX_DIALECTS`` is not read."""
    known = {"powershell": "PowerShell", "pwsh": "PowerShell", "cmd": "cmd, the shell of Windows,"}
    return f"the language of {known.get(name.lower(), name or 'an empty SHELL')} is not read"


def parse_shell(text: str, start: int, end: int, *, escape: str = "\\", dialect: str = "sh") -> Script | Opaque:
    """The script in ``text[start:end]``; all spans are offsets into ``text``.

    ``escape`` is the Dockerfile's escape character, whose continuations and the comment lines within them are no part
    of the script; it is empty for the body of a here-document, which the shell reads as it stands.
    """
    if dialect not in POSIX_DIALECTS:
        return Opaque(start, end, unread_shell(dialect))
    if end - start > LONGEST_TEXT:
        return Opaque(start, end, f"the script has {end - start} characters; up to {LONGEST_TEXT} are read")
    raw = text[start:end]
    if MASKED in raw:
        return Opaque(start, end, "the script has a NUL character")

    from restow.shell.reader import UnreadableError
    from restow.shell.tree import build_script

    try:
        return build_script(mask(raw, escape), start)
    except UnreadableError as error:
        return Opaque(start, end, f"{_position(text, start + error.at)}: {error.reason}")
    except RecursionError:
        return Opaque(start, end, "commands are nested too deeply")


def _position(text: str, offset: int) -> str:
    """Line and column of ``offset``, in words."""
    line_start = text.rfind("\n", 0, offset) + 1
    return f"line {text.count(chr(10), 0, offset) + 1}, column {offset - line_start + 1}"
