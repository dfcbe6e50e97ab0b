"""Whether an awk program only prints: read by the rules of its lexical grammar (POSIX awk, "Lexical Conventions")."""

from __future__ import annotations

import re

from restow.errors import UnknownEffect

_DANGEROUS = ("system", "fflush", "close", "extension")
_BEFORE_PATTERN = "(,{!~&|;\n=?:+-*%<>["
"""After one of these, or at the beginning, a slash opens a regular expression; after a value it divides."""
_UNSURE = re.compile(r"(\)|\}|\$|\+\+|--|\b(print|printf|return|in|else|do|case|exit|delete|getline|not))\s*\Z")
_ASKS = re.compile(r'system\("\[ -[efdsrwxLh] [\w./-]*" \$\d+ "[\w./-]* \]"\)')
"""``system("[ -e /usr/lib/" $1 " ]")``: asks whether a file stands there; the value in it is taken for a plain name."""
_ODD_BRACKET = re.compile(r"\[\^?\]|\[[^\]]*/")


def asks_for_files(program: str) -> bool:
    """Whether the program asks the shell for files that only its input names."""
    return bool(_ASKS.search(program))


def only_prints(program: str) -> str:
    """The program without its texts and regular expressions.

    Raises UnknownEffect where it may write files or start programs, and where a slash can be read in two ways.
    """
    bare = _bare(_ASKS.sub("0", program))
    joined = bare.replace("||", " ").replace(">=", " ")
    words = "".join(character if character.isalnum() or character == "_" else " " for character in joined).split()
    if any(mark in joined for mark in (">", "|", "@")) or any(word in _DANGEROUS for word in words):
        raise UnknownEffect("an awk program that may write files or start programs is not modelled")
    return bare


def _bare(program: str) -> str:
    out, at, before = "", 0, ""
    while at < len(program):
        character = program[at]
        if character == "/" and _UNSURE.search(out):
            raise UnknownEffect("an awk program in which a slash can be read in two ways is not modelled")
        if character == '"' or (character == "/" and (not before or before in _BEFORE_PATTERN)):
            at = _closed(program, at)
            out, before = out + " 0 ", "0"
            continue
        if character == "#":
            at = program.find("\n", at) if "\n" in program[at:] else len(program)
            continue
        out += character
        if not character.isspace() or character == "\n":
            before = character
        at += 1
    return out


def _closed(program: str, begin: int) -> int:
    """The offset behind a text or regular expression that begins at ``begin``."""
    mark, at = program[begin], begin + 1
    while at < len(program) and program[at] != "\n":
        if program[at] == mark:
            if mark == "/" and _ODD_BRACKET.search(program[begin + 1 : at + 1]):
                raise UnknownEffect("an awk program with a slash or a bracket in a bracket is not modelled")
            return at + 1
        at += 2 if program[at] == "\\" else 1
    raise UnknownEffect("an awk program with a text that does not end is not modelled")
