"""Grammar tables: used where they fit, rebuilt where they do not."""

import os
import subprocess
import sys

import pytest
from lark import UnexpectedInput, UnexpectedToken

from restow.shell import tables
from restow.source.lalr import Session, Token, UnexpectedInputError
from restow.source.tables import load_tables, save_tables


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    path = tmp_path_factory.mktemp("tables") / "shell.tables"
    save_tables(tables.GRAMMAR, path, tables.build)
    return path


@pytest.fixture(scope="module")
def lark():
    return tables.build()


def refuse():
    raise AssertionError("the tables do not fit")


TEXTS = (
    'a "$(b)" && c',
    "if [[ -f x ]]; then echo ${A:-`b`} >> f 2>&1; elif ! true; then f() { x; }; f; else y; fi | z",
    "case $x in a|b) c;; *) d; esac; for i in 1 2; do (e; A=(x y)) & done\n# end",
    "A=1 B=$((1+2)) cat <(x) 'y' $'z'",
)


def plain(tree):
    """A tree of lark or of ours as lists."""
    if hasattr(tree, "children"):
        return [str(tree.data), *map(plain, tree.children)]
    return (tree.type, tree.start, tree.end) if isinstance(tree, Token) else (tree.type, tree.start_pos, tree.end_pos)


@pytest.mark.parametrize("text", TEXTS)
def test_loaded_parser_reads_as_lark_does(saved, lark, text):
    loaded = load_tables(tables.GRAMMAR, saved, refuse)
    assert plain(loaded.parse(text, 0, len(text), "script")) == plain(lark.parse(text, start="script"))


@pytest.mark.parametrize("text", ["a 'b", "if x; then", "echo ${", "(a", "a |", "$(", ")", "a b )"])
def test_errors_stand_where_lark_has_them(saved, lark, text):
    loaded = load_tables(tables.GRAMMAR, saved, refuse)
    with pytest.raises(UnexpectedInputError) as found:
        loaded.parse(text, 0, len(text), "script")
    with pytest.raises(UnexpectedInput) as expected:
        lark.parse(text, start="script")
    ends = isinstance(expected.value, UnexpectedToken) and expected.value.token.type == "$END"
    assert found.value.ends == ends
    assert ends or found.value.offset == expected.value.pos_in_stream


def test_what_may_come_next(saved):
    loaded = load_tables(tables.GRAMMAR, saved, refuse)
    session = Session(loaded, "(a", 0, 2, "script")
    assert [token.text for token in session.tokens()] == ["(", "a"]
    assert "CLOSE" in session.accepted()
    assert "DONE" not in session.accepted()


def test_a_grammar_has_the_same_tables_each_time(saved):
    code = "import sys; from restow.shell.tables import *\nfrom restow.source.tables import *\n" + (
        "save_tables(GRAMMAR, Path(sys.argv[1]), build)"
    )
    other = saved.with_name("other.tables")
    environment = {**os.environ, "PYTHONHASHSEED": "7", "PYTHONPATH": str(tables.GRAMMAR.parents[2])}
    subprocess.run([sys.executable, "-c", code, other], check=True, env=environment)
    assert other.read_bytes() == saved.read_bytes()


@pytest.mark.parametrize("change", ["format", "grammar", "cut short", "absent"])
def test_tables_that_do_not_fit_are_not_used(saved, tmp_path, change):
    grammar, path = tables.GRAMMAR, tmp_path / "shell.tables"
    if change != "absent":
        path.write_bytes(saved.read_bytes()[: -10 if change == "cut short" else None])
    if change == "format":
        path.write_bytes(b"restow-tables-1" + path.read_bytes())
    if change == "grammar":
        grammar = tmp_path / "shell.lark"
        grammar.write_bytes(tables.GRAMMAR.read_bytes() + b"// changed\n")
    with pytest.raises(AssertionError, match="do not fit"):
        load_tables(grammar, path, refuse)


def test_a_grammar_without_tables_is_built(tmp_path):
    parser = load_tables(tables.GRAMMAR, tmp_path / "absent.tables", tables.build)
    assert parser.parse("a b", 0, 3, "script").data == "script"


def test_importing_the_package_does_not_import_lark():
    code = "import sys, restow.shell; assert 'lark' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
