"""Hide from the shell grammar what the Dockerfile's reader takes out of a command, without moving anything.

BuildKit joins the lines of an instruction: it removes the escape character at a line's end, and comment and empty lines
that follow. Here each of these characters becomes NUL, which the shell grammar reads as nothing: the masked text has
the length of the raw one, so offsets into it are offsets into the file. An escape character that the text ends in stays:
what stands behind it in the file kept it from continuing.
"""

from __future__ import annotations

import re
from functools import cache

MASKED = "\x00"


def mask(text: str, escape: str) -> str:
    """``text`` with continuations made of ``escape`` masked; unchanged where ``escape`` is empty."""
    if not escape or not (escape in text or "\r" in text):
        return text
    return _continuation(escape).sub(lambda match: MASKED * len(match[0]), text)


def unmask(text: str) -> str:
    """``text`` as the shell gets it: what was masked is gone."""
    return text.replace(MASKED, "") if MASKED in text else text


@cache
def _continuation(escape: str) -> re.Pattern[str]:
    """An escape at a line's end (not a doubled one) with the comment and empty lines behind it; a line end's return."""
    mark = re.escape(escape)
    blanks = r"[^\S\n\x1c-\x1f]*+"
    dropped_lines = rf"(?:{blanks}(?:#[^\n]*+)?\n)*+(?:{blanks}#[^\n]*+\Z)?"
    return re.compile(rf"(?<!{mark}){mark}[ \t]*+\r*+\n{dropped_lines}|\r++(?=\n|\Z)")
