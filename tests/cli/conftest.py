"""A rule pack of two rules for the command line's tests, in place of whatever is installed."""

import pytest

from restow.cli.main import main
from restow.lint import packs
from restow.lint.packs import load_rules

LATEST = '''
"""A base image with the tag latest.

## What it does
Reports `FROM image:latest`.
"""
from restow.rule import Bad, Edit, Fix, Good, Option, RuleMeta, Severity, Span

meta = RuleMeta("ST901", "latest-tag", "The base image has the tag latest.", "0.1.0", aliases=("DL3007",),
                options=(Option("allowed", (), "Images that may have it."),))
cases = (Good("FROM a:1\\n"), Bad("FROM a:latest\\n", lines=(1,)))


def check(ctx):
    for stage in ctx.model.stages:
        image = stage.opening.image
        name, _, tag = image.text.partition(":")
        if tag == "latest" and name not in ctx.option(meta, "allowed"):
            yield ctx.finding(meta, image.span, f"{name} has the tag latest", help="name a release")
'''
SHOUT = '''
"""A label that shouts."""
from restow.rule import Bad, Edit, Fix, Good, RuleMeta, Severity, Span

meta = RuleMeta("ST902", "shouting-comment", "An instruction is not in upper case.", "0.1.0", severity=Severity.INFO,
                aliases=("ConsistentInstructionCasing",))
cases = (Good("FROM a\\n"), Bad("from a\\n", lines=(1,), fixed="FROM a\\n"))


def check(ctx):
    for node in ctx.dockerfile.instructions:
        if node.keyword != node.keyword.upper():
            edit = Edit(Span(node.start, node.start + len(node.keyword)), node.keyword.upper())
            yield ctx.finding(meta, node, f"{node.keyword} is not in upper case", fix=Fix("write it in upper case", (edit,)))
'''
BROKEN = '''
"""A rule with a bug."""
from restow.rule import RuleMeta

meta = RuleMeta("ST909", "buggy", "Never.", "0.1.0")
cases = ()


def check(ctx):
    raise KeyError("oops")
    yield
'''


@pytest.fixture(autouse=True)
def pack(tmp_path_factory, monkeypatch):
    """The pack `tiny_pack` is the only one; returns a function that adds a module to it."""
    root = tmp_path_factory.mktemp("packs")
    folder = root / "tiny_pack"
    (folder / "style").mkdir(parents=True)
    for name, text in {"__init__": "", "style/__init__": "", "style/latest": LATEST, "style/shout": SHOUT}.items():
        (folder / f"{name}.py").write_text(text)
    monkeypatch.syspath_prepend(str(root))
    monkeypatch.setattr(packs, "values_of", lambda group: ["tiny_pack"] if group == "restow.rules" else [])
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    load_rules.cache_clear()
    yield lambda name, text: (folder / f"{name}.py").write_text(text)
    load_rules.cache_clear()
    import sys

    for name in [name for name in sys.modules if name.split(".")[0] == "tiny_pack"]:
        del sys.modules[name]


@pytest.fixture
def restow(capsys, monkeypatch, tmp_path):
    """Runs the command line in an empty folder; returns (exit code, standard output, standard error)."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))

    def run(*arguments):
        try:
            code = main([str(argument) for argument in arguments])
        except SystemExit as stop:
            code = stop.code
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run


@pytest.fixture
def broken_rule(pack):
    """Adds a rule that raises."""
    pack("style/buggy", BROKEN)
