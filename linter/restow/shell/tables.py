"""The shell parser: from tables where they were built, else from the grammar."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from restow.source.tables import load_tables

if TYPE_CHECKING:
    from lark import Lark

GRAMMAR = Path(__file__).with_name("shell.lark")
TABLES = Path(__file__).with_name("shell.tables")


def build() -> Lark:
    """Build the parser from its grammar; takes about half a second."""
    from lark import Lark

    return Lark(
        GRAMMAR.read_text(encoding="utf-8"),
        parser="lalr",
        lexer="contextual",
        start=["script", "text"],
        maybe_placeholders=False,
        propagate_positions=False,
    )


@cache
def load() -> Lark:
    """The parser, from ``shell.tables`` where that file fits the grammar and the installed lark."""
    return load_tables(GRAMMAR, TABLES, build)
