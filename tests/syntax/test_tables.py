"""The grammar's two variants, their tables, and what importing costs."""

import subprocess
import sys
from pathlib import Path

import pytest

from restow.source.tables import load_tables, save_tables
from restow.syntax import parse, tables


@pytest.mark.parametrize("escape", tables.TABLES)
def test_loaded_tables_parse_as_built_ones(escape, tmp_path):
    from lark import TextSlice

    path = tmp_path / "some.tables"
    built = tables.build(escape)
    save_tables(tables.GRAMMAR, path, lambda: built)
    loaded = load_tables(tables.GRAMMAR, path, lambda: pytest.fail("the tables do not fit"))
    text = f'xx COPY --from=a b {escape}\n # c\n "c" yy'
    sliced = TextSlice(text, 3, len(text) - 3)
    assert loaded.parse(sliced, start="copy") == built.parse(sliced, start="copy")
    assert [token.start_pos for token in loaded.parse(sliced, start="copy").children] == [3, 8, 17, text.index('"c"')]


def test_tables_that_cannot_be_read_or_do_not_fit_are_built(tmp_path, monkeypatch):
    foreign, closed = tmp_path / "foreign.tables", tmp_path / "closed.tables"
    foreign.write_bytes(b"restow-tables-1 0 0 0\nanything")
    save_tables(tables.GRAMMAR, closed, lambda: tables.build("`"))
    read = Path.read_bytes

    def refusing(path):
        if path == closed:
            raise PermissionError(13, "Permission denied", str(path))
        return read(path)

    monkeypatch.setattr(Path, "read_bytes", refusing)
    for path in (foreign, closed, tmp_path, tmp_path / "missing.tables"):
        assert load_tables(tables.GRAMMAR, path, lambda: "built") == "built"


def test_every_macro_is_filled_in():
    import re

    for escape in tables.TABLES:
        assert not re.search(r"(?<!\?)<[A-Z_]+>", tables.grammar(escape))


def test_importing_is_cheap():
    code = "import sys, restow.syntax; print([name for name in ('lark', 'pydantic') if name in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
    code = "import sys, restow.syntax.ast; print('lark' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"


def test_every_start_rule_has_an_instruction():
    for name in tables.INSTRUCTIONS:
        (node,) = parse(f"{name} x").instructions
        assert "unknown instruction" not in getattr(node, "message", "")
