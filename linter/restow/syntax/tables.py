"""The parser of one instruction: the grammar with its macros filled in, one parser for each escape character.

Building takes some hundred milliseconds, loading the shipped tables a few: ``load`` is what the parser calls. Imports
nothing that a build environment with lark alone lacks.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

from restow.source.tables import load_tables, save_tables

if TYPE_CHECKING:
    from lark import Lark

GRAMMAR = Path(__file__).with_name("dockerfile.lark")
TABLES = {
    "\\": GRAMMAR.with_name("dockerfile_backslash.tables"),
    "`": GRAMMAR.with_name("dockerfile_backtick.tables"),
}
INSTRUCTIONS = (
    "from", "run", "cmd", "entrypoint", "shell", "copy", "add", "volume", "env", "label", "arg", "expose", "user",
    "workdir", "stopsignal", "maintainer", "onbuild", "healthcheck",
)  # fmt: skip
"""The start rules, which are the instructions in lower case."""

_MACRO = re.compile(r"^//= (\w+) (.*)$")


def grammar(escape: str) -> str:
    """The text of the grammar for ``escape`` (a backslash or a backtick), macros filled in."""
    macros = {"ESC": re.escape(escape)}
    lines = []

    def fill(text: str) -> str:
        return re.sub(r"<([A-Z_]+)>", lambda match: macros[match[1]], text)

    for line in GRAMMAR.read_text(encoding="utf-8").splitlines():
        if macro := _MACRO.match(line):
            macros[macro[1]] = fill(macro[2])
        elif not line.startswith("//"):
            lines.append(fill(line))
    return "\n".join(lines)


def build(escape: str) -> Lark:
    """The parser for ``escape``, built from the grammar."""
    from lark import Lark

    return Lark(
        grammar(escape),
        parser="lalr",
        lexer="contextual",
        start=list(INSTRUCTIONS),
        keep_all_tokens=True,
        propagate_positions=False,
        maybe_placeholders=False,
    )


@cache
def load(escape: str) -> Lark:
    """The parser for ``escape``: from its tables where they fit, else built; once a process."""
    return load_tables(GRAMMAR, TABLES[escape], partial(build, escape))


def save() -> list[Path]:
    """Write the tables of both escapes next to the grammar; returns their paths."""
    for escape, path in TABLES.items():
        builder: Callable[[], Lark] = partial(build, escape)
        save_tables(GRAMMAR, path, builder)
    return list(TABLES.values())
