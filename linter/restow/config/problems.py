"""What is wrong with a settings file, in words: the line, the setting, and what to write."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from restow.config.settings import FAIL_LEVELS

if TYPE_CHECKING:
    from pydantic import ValidationError

_KEY = re.compile(r"""\s*((?:"[^"\n]*"|'[^'\n]*'|[^=#"'\[\s]|[ \t])+?)\s*=""")
_HEADER = re.compile(r"""\s*\[\[?((?:"[^"\n]*"|'[^'\n]*'|[^\]#"'])+)\]""")
_WANTED = {
    "tuple_type": 'a list of strings, for example ["a", "b"]',
    "string_type": "a string",
    "bool_type": "true or false",
    "float_type": "a number",
    "int_type": "a whole number",
    "dict_type": "a table",
    "model_type": "a table",
}
"""What a setting has to be, by the code of pydantic's complaint."""


def line_of(text: str, path: tuple[str, ...], below: int = 0) -> int | None:
    """The line (from 1) of a TOML text that gives the setting ``path``, or the nearest table above it that is written out
    and is more than the first ``below`` names of the path.

    None where neither stands there in a form that is recognised.
    """
    best, depth, table = None, below, tuple[str, ...]()
    for number, line in enumerate(text.splitlines(), 1):
        header, key = _HEADER.match(line), _KEY.match(line)
        if header:
            table = found = _parts(header[1])
        elif key:
            found = (*table, *_parts(key[1]))
        else:
            continue
        shared = min(len(found), len(path))
        if shared > depth and path[:shared] == found[:shared]:
            best, depth = number, shared
    return best


def _parts(key: str) -> tuple[str, ...]:
    """The names of a dotted key; an empty one where it is no key."""
    import tomllib

    try:
        value: Any = tomllib.loads(f"{key} = 0")
    except tomllib.TOMLDecodeError:
        return ("",)
    found: list[str] = []
    while isinstance(value, dict) and len(value) == 1:
        name, value = next(iter(value.items()))
        found.append(name)
    return tuple(found)


def message(error: ValidationError) -> tuple[tuple[str, ...], str]:
    """The first problem: the setting's path, and words that name it."""
    from restow.config.document import EffectDocument, SettingsDocument

    problem = error.errors(include_url=False)[0]
    path = tuple(str(part) for part in problem["loc"])
    where = ".".join(path)
    if problem["type"] == "extra_forbidden" and path[0] == "effects" and len(path) == 3:
        known = sorted(field.alias or name for name, field in EffectDocument.model_fields.items())
        likely = did_you_mean(path[2], known).partition("; known")[0]
        return path, f'unknown key "{path[2]}" of the declared effect "{path[1]}"{likely}; known are {", ".join(known)}'
    if problem["type"] == "extra_forbidden":
        known = [field.alias or name for name, field in SettingsDocument.model_fields.items()]
        return path, f'unknown setting "{where}"{did_you_mean(where, known)}'
    if path == ("fail-level",):
        return path, f"fail-level must be one of {', '.join(FAIL_LEVELS)}"
    kind = problem["type"]
    said = f"must be {_WANTED[kind]}" if kind in _WANTED else f"{problem['msg'][:1].lower()}{problem['msg'][1:]}"
    return path, f"{where or 'the table'}: {said}"


def did_you_mean(name: str, known: list[str]) -> str:
    """``; did you mean "..."?`` for the known name most like ``name``, else the known ones where they are few."""
    from difflib import get_close_matches

    close = get_close_matches(name, known, n=1, cutoff=0.6)
    if close:
        return f'; did you mean "{close[0]}"?'
    return f"; known are {', '.join(sorted(known))}" if 0 < len(known) <= 10 else ""
