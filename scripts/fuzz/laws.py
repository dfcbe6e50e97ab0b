"""What holds for every input: the targets of the fuzzer, as plain functions that tests call, too.

A target takes bytes and returns nothing; AssertionError, or any other exception, is a failure. Besides "no exception" each
states a law: tokens joined are the text, nodes lie inside and read the same alone, a formatted text says the same, a decision
names a line that exists.
"""

from __future__ import annotations

from collections.abc import Callable

from restow.config.settings import FormatSettings
from restow.errors import RestowError
from restow.format import format_dockerfile
from restow.lint.check_directives import read_file_options
from restow.lint.suppressions import read_suppressions
from restow.rule import BuildFacts
from restow.rule.frontend import is_dockerfile_frontend, other_frontend
from restow.semantics import read_model
from restow.semantics.in_force import read_in_force
from restow.shell import Opaque, Redirection, Script, children, parse_shell, walk
from restow.source.text import BOM
from restow.syntax import parse
from restow.syntax.ast import Dockerfile
from restow.syntax.words import expand_word, expand_words
from restow.vfs.ignorefile import IgnoreFile

STYLES = (FormatSettings(), FormatSettings(run=True))
VALUES = {"A": "a b", "B": "", "C": "x*y?z", "D": "a/b.c"}
SHEBANG = "#!"


def dockerfile(data: bytes) -> None:
    """Any text is a tree without loss; that tree has a model, and is formatted to the same meaning or refused."""
    tree = _tree(data.decode("utf-8", "surrogateescape"))
    if all(node.kind != "invalid" or node.keyword for node in tree.instructions):
        read_in_force(read_model(tree))
    formatted = format_dockerfile(tree, STYLES[sum(data) % len(STYLES)])
    assert formatted.refusal is None or "a bug in Restow" not in formatted.refusal.reason, formatted.refusal


def _tree(text: str) -> Dockerfile:
    """The tree of the text: its tokens are the text, its nodes lie one behind the other, its comments are as written."""
    tree = parse(text)
    assert str(tree) == text
    at = 0
    for node in tree.instructions:
        assert at <= node.start <= node.end <= len(text)
        at = node.end
    for comment in tree.comments:
        assert text[comment.start : comment.end] == comment.text
    return tree


def directives(data: bytes) -> None:
    """The lines at the top: directives lie inside and in order, a comment that silences covers a part of the file.

    The same text behind a byte order mark has the same directives.
    """
    text = data.decode("utf-8", "replace")
    tree = _tree(text)
    named = [(directive.name, directive.value) for directive in tree.directives]
    assert len({name for name, _ in named}) == len(named)
    assert tree.escape == next((value for name, value in named if name == "escape"), "\\")
    other = other_frontend(tree)
    assert other is None or 0 <= other[1].start <= other[1].end <= len(text)
    for suppression in read_suppressions(tree, read_file_options(tree, BuildFacts())):
        for span in (suppression.span, suppression.scope):
            assert 0 <= span.start <= span.end <= len(text)
        assert suppression.selectors
    for _, value in named:
        is_dockerfile_frontend(value)
    if not text.startswith((BOM, SHEBANG)):
        assert [(same.name, same.value) for same in parse(BOM + text).directives] == named


def shell(data: bytes) -> None:
    """Behind a first byte that picks the escape character, any text is a script or Opaque; nodes nest, and read the same alone."""
    text = data[1:].decode("utf-8", "replace")
    escape = ("", "\\", "`")[data[0] % 3] if data else ""
    script = parse_shell(text, 0, len(text), escape=escape)
    for node in walk(script):
        assert 0 <= node.start <= node.end <= len(text)
        if isinstance(node, Opaque):
            assert node.reason
        elif not isinstance(node, Redirection):  # a here-document's body lies outside of its redirection
            assert all(node.start <= child.start for child in children(node))
    if escape or isinstance(script, Opaque):
        return  # a continuation is read with the line that it stands in
    for item in script.items[:2]:
        start, end = item.command.start, item.command.end
        if "<<" not in text[start:end]:
            alone = parse_shell(text, start, end, escape="")
            assert isinstance(alone, Script), alone
            assert alone.items[0].command == item.command


def words(data: bytes) -> None:
    """Behind a first byte that picks the escape character, a word expands, or says why it does not."""
    text = data[1:].decode("utf-8", "replace")
    escape = "\\`"[data[0] % 2] if data else "\\"
    for expand in (expand_word, expand_words):
        try:
            expand(text, VALUES.get, escape=escape)
        except RestowError:
            continue


def ignorefile(data: bytes) -> None:
    """The first line is a path, the rest an ignore file: it decides, by a line that exists, or says what is wrong."""
    path, _, text = data.decode("utf-8", "replace").partition("\n")
    lines = text.count("\n") + 1
    try:
        ignore = IgnoreFile.parse(text)
        for decision in (ignore.decide(path), ignore.decide_alone(path)):
            assert decision.line is None or 1 <= decision.line <= lines
        ignore.can_prune(path)
    except RestowError:
        return


TARGETS: dict[str, Callable[[bytes], None]] = {
    "dockerfile": dockerfile,
    "shell": shell,
    "directives": directives,
    "words": words,
    "ignorefile": ignorefile,
}


def every(data: bytes) -> None:
    """One target, picked by the first byte, gets the rest."""
    if data:
        list(TARGETS.values())[data[0] % len(TARGETS)](data[1:])


def marked(target: str, data: bytes) -> bytes:
    """``data`` for ``target``, as ``every`` takes it."""
    return bytes([list(TARGETS).index(target)]) + data
