"""Expansion of words."""

import pytest

from restow.syntax import WordError, expand_word, expand_words

VALUES = {"a": "one", "empty": "", "path": "/usr/local/lib.so", "two": "x  y"}


@pytest.mark.parametrize(
    ("word", "text"),
    [
        ("plain", "plain"),
        ("$a$b", "one"),
        ("'$a'", "$a"),
        ('"$a"', "one"),
        ("\\$a", "$a"),
        ('"\\$a \\x"', "$a \\x"),
        ("${a}x", "onex"),
        ("${b:-d}", "d"),
        ("${empty:-d}${empty-d}", "d"),
        ("${a:+s}${b:+s}${empty+t}", "st"),
        ("${b:-${c:-${a}}}", "one"),
        ("${path#/*/}", "local/lib.so"),
        ("${path##*/}", "lib.so"),
        ("${path%/*}", "/usr/local"),
        ("${path%%/*}", ""),
        ("${path/l/L}", "/usr/Local/lib.so"),
        ("${path//l/L}", "/usr/LocaL/Lib.so"),
        ("${a:?x}", "one"),
        ("$", "$"),
        ("$1x", "x"),
        ("a\\", "a"),
    ],
)
def test_expand_word(word, text):
    assert expand_word(word, VALUES.get).text == text


def test_used_and_missing():
    expansion = expand_word("${a}${b:-$c}", VALUES.get)
    assert (expansion.used, expansion.missing) == (frozenset({"a"}), frozenset({"b", "c"}))


def test_backtick():
    assert expand_word("`$a\\$a", VALUES.get, escape="`").text == "$a\\one"


def test_expand_words():
    assert expand_words("a \"b c\" $two d\\ e ''", VALUES.get) == ["a", "b c", "x", "y", "d e"]


@pytest.mark.parametrize(
    "word", ["'a", '"a', "${", "${}", "${a", "${a:x}", "${b:?no}", "${b?}", "${a:#x}", "${a#\\x}", "${a:-" * 1000]
)
def test_errors(word):
    with pytest.raises(WordError):
        expand_word(word, VALUES.get)
