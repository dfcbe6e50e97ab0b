"""Continuations of the Dockerfile within shell text."""

import pytest

from restow.shell import Script, SimpleCommand, parse_shell
from restow.shell.mask import mask, unmask
from restow.syntax import parse


@pytest.mark.parametrize(
    ("text", "escape", "expected"),
    [
        ("a \\\n b", "\\", "a  b"),
        ("a \\ \t\r\n b", "\\", "a  b"),
        ("a \\\n# c\n\n  # d\n b", "\\", "a  b"),
        ("a \\\n# c", "\\", "a "),
        ("a\\\nb", "\\", "ab"),
        ("a \\", "\\", "a \\"),
        ("a \\\r\r\n\v\n b", "\\", "a  b"),
        ("a \\\n\x1c\n b", "\\", "a \x1c\n b"),
        ("a\r", "\\", "a"),
        ("a \\\\", "\\", "a \\\\"),
        ("a `\n b", "`", "a  b"),
        ("a `b`", "\\", "a `b`"),
        ("a \\\n b", "", "a \\\n b"),
    ],
)
def test_mask(text, escape, expected):
    masked = mask(text, escape)
    assert len(masked) == len(text)
    assert unmask(masked) == expected


@pytest.mark.parametrize(
    ("text", "escape", "expected"),
    [
        ("a \\\n  b", "\\", ["a", "b"]),
        ("a\\\nb", "\\", ["ab"]),
        ("'a\\\nb' \"c\\\n# x\nd\"", "\\", ["ab", "cd"]),
        ("'a'\\\nb\\\n'c'", "\\", ["abc"]),
        ("a `\n b `\n# it's a comment\n c", "`", ["a", "b", "c"]),
        ("a # b \\\n c", "\\", ["a"]),
        ("a \\\r\n  b\r", "\\", ["a", "b"]),
        ("\\\n a", "\\", ["a"]),
    ],
)
def test_words_across_continuations(text, escape, expected):
    script = parse_shell(text, 0, len(text), escape=escape)
    assert isinstance(script, Script), script
    command = script.items[0].command
    assert isinstance(command, SimpleCommand)
    assert [word.static for word in command.words] == expected


def test_an_operator_behind_a_continuation():
    text = "a\\\n>b\\\n;c\\\n|d"
    script = parse_shell(text, 0, len(text))
    assert isinstance(script, Script), script
    assert [item.separator for item in script.items] == [";", ""]


@pytest.mark.parametrize(
    "rest",
    ["a \\\r\r\n\v\n b", "a \\\n\x1c\n\\\n", "a \\\f\n", "a \\\xa0", "a \\\n# c\n \u2003\n\n# d", "\\\n a\\\\\n"],
)
def test_what_is_left_is_the_command_that_the_shell_is_given(rest):
    text = f"RUN {rest}"
    command = parse(text).instructions[0].command
    assert unmask(mask(text[command.start : command.end], "\\")) == command.text
