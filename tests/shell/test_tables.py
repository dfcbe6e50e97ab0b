"""Grammar tables: used where they fit, rebuilt where they do not."""

import subprocess
import sys

import pytest

from restow.shell import tables
from restow.source.tables import load_tables, save_tables


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    path = tmp_path_factory.mktemp("tables") / "shell.tables"
    save_tables(tables.GRAMMAR, path, tables.build)
    return path


def refuse():
    raise AssertionError("the tables do not fit")


def test_loaded_parser_reads_as_the_built_one(saved):
    text = 'a "$(b)" && c'
    loaded = load_tables(tables.GRAMMAR, saved, refuse)
    assert loaded.parse(text, start="script") == tables.build().parse(text, start="script")


@pytest.mark.parametrize("change", ["lark version", "grammar", "cut short", "absent"])
def test_tables_that_do_not_fit_are_not_used(saved, tmp_path, monkeypatch, change):
    grammar, path = tables.GRAMMAR, tmp_path / "shell.tables"
    if change != "absent":
        path.write_bytes(saved.read_bytes()[: -10 if change == "cut short" else None])
    if change == "lark version":
        monkeypatch.setattr("lark.__version__", "0.0")
    if change == "grammar":
        grammar = tmp_path / "shell.lark"
        grammar.write_bytes(tables.GRAMMAR.read_bytes() + b"// changed\n")
    built = object()
    assert load_tables(grammar, path, lambda: built) is built


def test_importing_the_package_does_not_import_lark():
    code = "import sys, restow.shell; assert 'lark' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
