"""Fuzz targets of the language front end, with atheris (libFuzzer for Python; Linux, x86-64).

Run one target for 30 minutes, inputs that failed are written to the folder given:

    pip install atheris
    python scripts/fuzz/fuzz.py dockerfile -max_total_time=1800 -max_len=4096 -artifact_prefix=/tmp/crash-

Targets: ``dockerfile`` (whole files: grammar, logical lines, heredocs, directives, the model and the formatter's
own checks),
``shell`` (the grammar of RUN bodies), ``words`` (variable expansion) and ``ignorefile`` (``.dockerignore``, its patterns and
the paths they decide). Each target states a law besides "no exception": tokens joined are the text, spans lie inside, a decision
names a line that exists. A slow input is a failure too: libFuzzer's ``-timeout=`` is set to 10 seconds unless given.
A folder of seeds may follow: every file in it is one input. The last line that libFuzzer prints has the number of executions.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import atheris

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "linter"))

LANGUAGE = ["restow.source", "restow.syntax", "restow.shell", "restow.semantics", "restow.format", "restow.vfs"]
"""What guides the search; the simulated build, which the formatter asks, would only slow it down."""

with atheris.instrument_imports(include=LANGUAGE):
    from restow.config.settings import FormatSettings
    from restow.errors import RestowError
    from restow.format import format_dockerfile, formatter
    from restow.semantics import read_model
    from restow.semantics.in_force import read_in_force
    from restow.shell import parse_shell, walk
    from restow.shell import parser as _shell_parser  # noqa: F401 - instrumented here, not on first use
    from restow.shell import tree as _shell_tree  # noqa: F401
    from restow.syntax import ast as _ast  # noqa: F401
    from restow.syntax import parse
    from restow.syntax.words import expand_word, expand_words
    from restow.vfs.ignorefile import IgnoreFile


formatter.missed_steps = lambda *_: ()  # the simulated build: not the target here, and slow
STYLES = (FormatSettings(), FormatSettings(run=True))


def dockerfile(data: bytes) -> None:
    """Any text is a tree without loss; that tree has a model, and is formatted to the same meaning or refused."""
    text = data.decode("utf-8", "surrogateescape")
    tree = parse(text)
    assert str(tree) == text
    for node in tree.instructions:
        assert 0 <= node.start <= node.end <= len(text)
    if all(node.kind != "invalid" or node.keyword for node in tree.instructions):
        read_in_force(read_model(tree))
    for style in STYLES:
        formatted = format_dockerfile(tree, style)
        assert formatted.refusal is None or "bug" not in formatted.refusal.reason, formatted.refusal


def shell(data: bytes) -> None:
    """Any text is a script or Opaque, and all nodes lie inside."""
    text = data[1:].decode("utf-8", "replace")
    escape = ("\\", "`", "")[data[0] % 3] if data else "\\"
    script = parse_shell(text, 0, len(text), escape=escape)
    for node in walk(script):
        assert 0 <= node.start <= node.end <= len(text)


def words(data: bytes) -> None:
    """A word expands, or says why it does not."""
    text = data[1:].decode("utf-8", "replace")
    escape = "\\`"[data[0] % 2] if data else "\\"
    values = {"A": "a b", "B": "", "C": "x*y?z", "D": "a/b.c"}
    for expand in (expand_word, expand_words):
        try:
            expand(text, values.get, escape=escape)
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
    "words": words,
    "ignorefile": ignorefile,
}


def main(arguments: list[str]) -> None:
    """Fuzz the target that is named first; the other arguments are libFuzzer's."""
    if len(arguments) < 2 or arguments[1] not in TARGETS:
        raise SystemExit(f"usage: fuzz.py {{{','.join(TARGETS)}}} [libFuzzer options] [folder of seeds]")
    options = [arguments[0], *arguments[2:]]
    if not any(option.startswith("-timeout=") for option in options):
        options.insert(1, "-timeout=10")
    atheris.Setup(options, TARGETS[arguments[1]])
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv)
