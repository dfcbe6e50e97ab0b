"""Patterns of the shell (``*``, ``?``, ``[...]``) and plain regular expressions of grep and sed, as Python's."""

from __future__ import annotations

import re
from functools import lru_cache

from restow.errors import UnknownEffect

_CLASSES = {
    "alpha": "a-zA-Z", "digit": "0-9", "alnum": "a-zA-Z0-9", "upper": "A-Z", "lower": "a-z", "space": r" \t\n\r\f\v",
    "blank": r" \t", "punct": r"!-/:-@\[-`{-~", "xdigit": "0-9A-Fa-f",
}  # fmt: skip
SPECIAL = "*?["


def is_pattern(text: str) -> bool:
    """Whether an unescaped character of the text makes it a pattern."""
    return any(character in _unescaped(text) for character in SPECIAL)


def literal(pattern: str) -> str:
    """The text of a pattern that has no special character left: backslashes removed."""
    return re.sub(r"\\(.)", r"\1", pattern, flags=re.DOTALL)


def escaped(text: str) -> str:
    """The text as a pattern that matches nothing else."""
    return re.sub(r"([*?\[\]\\])", r"\\\1", text)


def _unescaped(text: str) -> str:
    return re.sub(r"\\.", "", text, flags=re.DOTALL)


@lru_cache(maxsize=512)
def shell_expression(pattern: str, *, shortest: bool = False) -> str:
    """The regular expression of a shell pattern. ``shortest``: ``*`` takes as little as it can."""
    out, at = "", 0
    while at < len(pattern):
        character = pattern[at]
        if character == "*":
            out += ".*?" if shortest else ".*"
        elif character == "?":
            out += "."
        elif character == "[" and (bracket := _bracket(pattern, at)) is not None:
            inside, at = bracket
            out += inside
            continue
        else:
            if character == "\\" and at + 1 < len(pattern):
                at += 1
                character = pattern[at]
            out += re.escape(character)
        at += 1
    return out


def matches(pattern: str, text: str) -> bool:
    """Whether all of ``text`` fits the shell pattern."""
    return re.fullmatch(shell_expression(pattern), text, re.DOTALL) is not None


def _bracket(pattern: str, at: int) -> tuple[str, int] | None:
    """The bracket expression at ``at`` and where it ends; None where it is not closed."""
    start = at + 1
    negated = pattern[start : start + 1] in ("!", "^")
    start += negated
    end = start + (pattern[start : start + 1] == "]")
    while end < len(pattern) and pattern[end] != "]":
        closing = pattern.find(":]", end) if pattern.startswith("[:", end) else -1
        end = closing + 2 if closing >= 0 else end + 1
    if end >= len(pattern):
        return None
    body = re.sub(r"\[:(\w+):\]", _class, re.sub(r"([\\&~|]|\[(?!:))", r"\\\1", pattern[start:end]))
    return f"[{'^' if negated else ''}{body}]", end + 1


def _class(match: re.Match[str]) -> str:
    if match[1] not in _CLASSES:
        raise UnknownEffect(f"the character class [:{match[1]}:] is not computed")
    return _CLASSES[match[1]]


@lru_cache(maxsize=512)
def regular_expression(text: str, *, extended: bool, ignore_case: bool = False) -> re.Pattern[str]:
    """A POSIX regular expression as Python's, where both mean the same. Raises UnknownEffect for anything else.

    Alternatives are refused: POSIX takes the longest one, Python the first.
    """
    out, at = "", 0
    while at < len(text):
        character, following = text[at], text[at + 1 : at + 2]
        if character == "[":
            bracket = _bracket(text, at)
            if bracket is None:
                raise UnknownEffect("a regular expression with a bracket that is not closed")
            inside, at = bracket
            out += inside
            continue
        if character == "\\":
            at += 1
            special = following in ("(", ")", "{", "}") and not extended
            special |= following.isalnum() or following in ("|", "+", "?", "<", ">", "")
            if special and not (extended and following and following in "|+?"):
                raise UnknownEffect("a regular expression that is not computed")
            out += re.escape(following)
        elif character in ".^$*" or (extended and character in "+?"):
            if character == "*" and (not out or out == "^"):
                raise UnknownEffect("a regular expression that begins with *")
            if (character == "^" and at) or (character == "$" and following):
                raise UnknownEffect("a regular expression with an anchor in its middle")
            out += character
        elif extended and character in "(){}|":
            raise UnknownEffect("a regular expression that is not computed")
        else:
            out += re.escape(character)
        at += 1
    try:
        return re.compile(out, re.IGNORECASE if ignore_case else 0)
    except re.error:
        raise UnknownEffect("a regular expression that is not computed") from None


def is_fixed(text: str, *, extended: bool) -> bool:
    """Whether a regular expression stands for itself."""
    return not set(text) & set(".^$*[]\\" + ("+?(){}|" if extended else ""))
