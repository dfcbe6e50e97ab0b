"""The walks over a shell tree."""

import pytest

from restow.shell import Variable, parse_shell, read_otherwise, walk, walk_commands


def occurrences(text):
    """Each command's first word with a mark: ``?`` for conditional, ``$`` for within a substitution."""
    found = []
    for one in walk_commands(parse_shell(text, 0, len(text), escape="")):
        name = text[one.command.words[0].start : one.command.words[0].end]
        found.append(name + "?" * one.conditional + "$" * one.substitution)
    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a; b", ["a", "b"]),
        ("a && b", ["a", "b"]),
        ("a && b; c", ["a", "b?", "c"]),
        ("a && b &", ["a", "b?"]),
        ("a || b", ["a", "b?"]),
        ("a && b || c", ["a", "b?", "c?"]),
        ("a && { b && c; }", ["a", "b", "c"]),
        ("a | b", ["a", "b"]),
        ("if a; then b; else c; fi", ["a", "b?", "c?"]),
        ("for x in $(a); do b; done", ["a$", "b?"]),
        ("while a; do b; done", ["a", "b?"]),
        ("case $(a) in b) c;; esac", ["a$", "c?"]),
        ("f() { a; }", ["a?"]),
        ("a $(b | c) <(d) `e`", ["a", "b$", "c$", "d$", "e$"]),
        ("a || b $(c)", ["a", "b?", "c?$"]),
        ("a ${b:-$(c)} $((1 + $(d))) e=(f) <<X\n$(g)\nX\n", None),
    ],
)
def test_occurrences(text, expected):
    if expected is None:
        text, expected = text.replace(" e=(f)", ""), ["a", "c$", "d$", "g$"]
    assert occurrences(text) == expected


def test_walk_is_in_the_order_of_the_text():
    text = "a=$b c >$d $e && (f $g)"
    found = [node.name for node in walk(parse_shell(text, 0, len(text))) if isinstance(node, Variable)]
    assert found == ["b", "d", "e", "g"]


@pytest.mark.parametrize(
    "text", ["[[ 1 > /x ]] || true", "if [[ a && b ]]; then c; fi", "x=$([[ a ]])", "! [[ a < b ]]", "a &> /x"]
)
def test_texts_that_some_shells_read_otherwise(text):
    for dialect in ("sh", "ash", "dash", "ksh"):
        assert read_otherwise(parse_shell(text, 0, len(text), dialect=dialect), dialect)
    for dialect in ("bash", "zsh"):
        assert read_otherwise(parse_shell(text, 0, len(text), dialect=dialect), dialect) is None


def test_a_bracket_that_all_shells_read_alike():
    text = "[ 1 > /x ] || echo '[[' a[[b"
    assert read_otherwise(parse_shell(text, 0, len(text)), "sh") is None
