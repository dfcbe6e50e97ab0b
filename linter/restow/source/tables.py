"""Grammar tables next to their grammar: made by lark when the wheel is built, read as JSON by every start.

A tables file is one header line (format, checksum of the grammar, checksum of the rest) and the JSON that
``restow.source.lalr.Parser`` takes. Where a file does not fit its grammar, is cut short or missing, as in a checkout whose
grammar was changed, the tables are made anew, for which lark has to be installed.
"""

from __future__ import annotations

import json
from binascii import crc32
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from restow.source.lalr import Parser

if TYPE_CHECKING:
    from lark import Lark
    from lark.grammar import Rule

_FORMAT = "restow-tables-2"


def load_tables(grammar: Path, tables: Path, build: Callable[[], Lark]) -> Parser:
    """The parser of ``grammar``: from ``tables`` where that file fits, else from what ``build`` returns."""
    payload = fitting(grammar, tables)
    return Parser(json.loads(payload) if payload else make_tables(build()))


def fitting(grammar: Path, tables: Path) -> bytes:
    """The JSON in ``tables``; nothing where there is no such file, or it does not fit ``grammar``."""
    line, _, payload = tables.read_bytes().partition(b"\n") if tables.is_file() else (b"", b"", b"")
    return payload if line == _header(grammar, payload) else b""


def save_tables(grammar: Path, tables: Path, build: Callable[[], Lark]) -> None:
    """Make the tables and write them to ``tables``, with the header that ``load_tables`` compares."""
    payload = json.dumps(make_tables(build()), separators=(",", ":"), sort_keys=True).encode("ascii")
    tables.write_bytes(_header(grammar, payload) + b"\n" + payload)


def make_tables(lark: Lark) -> dict[str, Any]:
    """The tables of a grammar that lark has analysed (LALR, contextual lexer, no flags, no transformer).

    Lark numbers rules and states anew each time; here the same grammar gives the same tables.
    """
    parser: Any = lark.parser
    table = parser.parser._parse_table
    rules = {rule: index for index, rule in enumerate(sorted(lark.rules, key=repr))}
    order = _reached(table.states, [state for _, state in sorted(table.start_states.items())])
    number = {state: index for index, state in enumerate(order)}

    def action(found: tuple[Any, Any]) -> int:
        return ~rules[found[1]] if found[1] in rules else number[found[1]]

    lexers: dict[tuple[str, ...], int] = {}
    return {
        "terminals": {terminal.name: terminal.pattern.to_regexp() for terminal in lark.terminals},
        "ignored": sorted(lark.ignore_tokens),
        "starts": {name: [number[state], number[table.end_states[name]]] for name, state in table.start_states.items()},
        "rules": [_rule(rule) for rule in rules],
        "states": [{symbol: action(found) for symbol, found in table.states[state].items()} for state in order],
        "lexer_of": [lexers.setdefault(_terminals(parser.lexer.lexers[state]), len(lexers)) for state in order],
        "lexers": [list(names) for names in lexers],
    }


def _reached(states: dict[int, dict[str, tuple[Any, Any]]], starts: list[int]) -> list[int]:
    """The states in the order in which they are met from ``starts``, symbols in alphabetical order."""
    order = list(starts)
    for state in order:
        for _, (_, arg) in sorted(states[state].items(), key=lambda item: item[0]):
            if isinstance(arg, int) and arg not in order:
                order.append(arg)
    return order


def _terminals(lexer: Any) -> tuple[str, ...]:
    """The terminals of a lexer, those that win first."""
    names = tuple(terminal.name for terminal in lexer.scanner.terminals)
    if lexer.callback:
        raise ValueError(f"a terminal that is a string hides behind a pattern of the same priority: {names}")
    return names


def _rule(rule: Rule) -> list[Any]:
    """The fields of ``restow.source.lalr.Rule``."""
    name = str(rule.alias or rule.options.template_source or rule.origin.name)
    kept = [
        [index, not symbol.is_term and symbol.name.startswith("_")]
        for index, symbol in enumerate(rule.expansion)
        if rule.options.keep_all_tokens or not getattr(symbol, "filter_out", False)
    ]
    plain = len(kept) == len(rule.expansion) and not any(joined for _, joined in kept)
    inlined = rule.origin.name.startswith("_") and not rule.alias
    single = rule.options.expand1 and not rule.alias
    return [rule.origin.name, len(rule.expansion), None if inlined else name, None if plain else kept, single]


def _header(grammar: Path, payload: bytes) -> bytes:
    """What the first line of a fitting tables file reads."""
    text = grammar.read_bytes().replace(b"\r\n", b"\n")
    return f"{_FORMAT} {crc32(text):08x} {crc32(payload):08x}".encode("ascii")
