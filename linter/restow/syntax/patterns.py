"""The patterns of ``${NAME#pattern}``, ``${NAME%pattern}`` and ``${NAME/pattern/text}``: ``*``, ``?`` and escapes."""

from __future__ import annotations

import re
from functools import lru_cache

from restow.syntax.problem import WordError

_TEMPLATE = re.compile(r"\$(?:\{(\w+)\}|(\w+)|(\$))")


def to_regex(pattern: str, greedy: bool, anchored: bool) -> str:
    """``pattern`` as a regular expression; ``greedy`` lets ``*`` match the longest text. Raises WordError."""
    parts = ["^"] if anchored else []
    characters = iter(range(len(pattern)))
    for at in characters:
        character = pattern[at]
        if character == "*":
            parts.append(".*" if greedy else ".*?")
        elif character == "?":
            parts.append(".")
        elif character == "\\":
            following = pattern[at + 1 : at + 2]
            if following and following in "}/":
                continue
            if not following or following not in "*?\\":
                raise WordError(f"invalid escape '\\{following}'")
            parts.append("\\" + following)
            next(characters)
        else:
            parts.append("\\" + character if character in "[]{}.+()|^$" else character)
    return "".join(parts)


@lru_cache(maxsize=256)
def _compiled(pattern: str, greedy: bool, anchored: bool) -> re.Pattern[str]:
    try:
        return re.compile(to_regex(pattern, greedy, anchored))
    except WordError as error:
        raise WordError(f"invalid pattern ({pattern}) in substitution: {error}") from None


def trim_prefix(pattern: str, value: str, greedy: bool) -> str:
    """``value`` without what ``pattern`` matches at its start."""
    match = _compiled(pattern, greedy, True).search(value)
    return value[match.end() :] if match else value


def trim_suffix(pattern: str, value: str, greedy: bool) -> str:
    """``value`` without what ``pattern`` matches at its end."""
    return trim_prefix(reverse(pattern), value[::-1], greedy)[::-1]


def reverse(pattern: str) -> str:
    """``pattern`` backwards; an escaped character stays behind its escape character."""
    return "".join(reversed(re.findall(r"\\.|.", pattern, re.DOTALL)))


def replace(pattern: str, replacement: str, value: str, everywhere: bool) -> str:
    """``value`` with the first match, or all matches, replaced.

    As in BuildKit, only the replacement of all matches is a template in which ``$0`` stands for the match.
    """
    regex = _compiled(pattern, True, False)
    if not everywhere:
        match = regex.search(value)
        return value[: match.start()] + replacement + value[match.end() :] if match else value
    parts = []
    last = at = 0
    while at <= len(value) and (match := regex.search(value, at)):
        start, end = match.span()
        parts.append(value[last:start])
        if end > last or start == 0:
            parts.append(_filled(replacement, match[0]))
        last = end
        at = max(end, at + 1)
    return "".join(parts) + value[last:]


def _filled(template: str, whole: str) -> str:
    """``template`` with ``$0`` replaced by the match, ``$$`` by a dollar, and all other names by nothing."""

    def value(match: re.Match[str]) -> str:
        name = match[1] or match[2]
        return "$" if match[3] else whole if name == "0" else ""

    return _TEMPLATE.sub(value, template)
