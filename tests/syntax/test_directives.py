"""Parser directives at the top of a file."""

import pytest

from restow.syntax import parse


@pytest.mark.parametrize(
    ("text", "directives", "escape"),
    [
        (
            "# syntax=a\n# escape=`\n# check=skip=all\nFROM a",
            [("syntax", "a"), ("escape", "`"), ("check", "skip=all")],
            "`",
        ),
        ("#   EsCape   =   `   \nFROM a", [("escape", "`")], "`"),
        ("  # escape=`\r\nFROM a", [("escape", "`")], "`"),
        ("# syntax=a b c\n", [("syntax", "a b c")], "\\"),
        ("# comment\n# escape=`\nFROM a", [], "\\"),
        ("\n# escape=`\nFROM a", [], "\\"),
        ("# unknown=x\n# escape=`\nFROM a", [], "\\"),
        ("# escape=`\n\n# check=skip=all\nFROM a", [("escape", "`")], "`"),
        ("# syntax=\nFROM a", [], "\\"),
        ("#!/bin/x\n# syntax=x\nFROM a", [], "\\"),
        ("FROM a\n# escape=`", [], "\\"),
    ],
)
def test_directives(text, directives, escape):
    tree = parse(text)
    assert str(tree) == text
    assert [(directive.name, directive.value) for directive in tree.directives] == directives
    assert tree.escape == escape
    assert not any(comment.start == directive.start for comment in tree.comments for directive in tree.directives)


def test_span():
    text = " # syntax = a \nFROM b"
    (directive,) = parse(text).directives
    assert text[directive.start : directive.end] == "# syntax = a"
    assert parse(text).directive("syntax") == directive


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("#check= ", " "),
        ("#check=\x85", "\x85"),
        ("# check = a\xa0 \t", "a\xa0"),
        ("#\xa0check=\v", "\v"),
        ("#check=\f ", " "),
    ],
)
def test_a_value_may_be_a_blank(line, value):
    text = f"{line}\n# escape=`\nFROM a"
    tree = parse(text)
    assert (tree.directives[0].value, tree.escape) == (value, "`")
    span = text[tree.directives[0].start : tree.directives[0].end]
    assert span == line.rstrip(" \t") if value.strip(" ") else line
    assert parse(span).directives[0].value == value


@pytest.mark.parametrize(
    ("text", "message"),
    [("# escape=x\nFROM a", "write \\ or `"), ("# escape=`\n# escape=\\\nFROM a", "keep one")],
)
def test_broken_directives(text, message):
    broken, image = parse(text).instructions
    assert broken.kind == "invalid"
    assert message in broken.message
    assert image.kind == "from"


def test_directive_is_not_among_the_comments():
    assert [comment.text for comment in parse("# syntax=a\n# b\nFROM c").comments] == ["# b"]
