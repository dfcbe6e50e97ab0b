"""Findings about files that the ignore file leaves out name the file and the line; the Dockerfile's own one is read."""

from restow.build import read_context
from restow.rule import RuleContext
from restow.syntax import parse
from restow_rules.correctness import copy_ignored_file, copy_source_missing

TEXT = "FROM x\nCOPY src/a.py note.md /\n"


def messages(rule, folder, name):
    context = read_context(folder, folder / name)
    return [finding.message for finding in rule.check(RuleContext(parse(TEXT), context))]


def test_the_line_that_decides_is_named(tmp_path):
    (tmp_path / "src").mkdir()
    for name in ("src/a.py", "note.md", "app.Dockerfile"):
        (tmp_path / name).write_text(TEXT)
    (tmp_path / ".dockerignore").write_text("# all\nsrc\n")
    place = tmp_path / ".dockerignore"
    assert messages(copy_ignored_file, tmp_path, "app.Dockerfile") == [f"src/a.py is left out by line 2 of {place}"]
    own = tmp_path / "app.Dockerfile.dockerignore"
    own.write_text("*\n!note.md\n")
    assert messages(copy_source_missing, tmp_path, "app.Dockerfile") == [f"src/a.py is left out by line 1 of {own}"]
    assert messages(copy_ignored_file, tmp_path, "app.Dockerfile") == []
