"""Values that nobody knows before the build, in expansions."""

import pytest

from restow.build import simulate
from restow.image import compare
from restow.semantics.scope import Scope, is_known
from restow.syntax import parse

UNKNOWN = Scope(base="some image").with_arguments({"KNOWN": "a.b"})


@pytest.mark.parametrize(
    "word", ["${X:-a}", "${X-a}", "${X:+a}", "${X+a}", "${X:?a}", "${X#a}", "${X%%.a}", "${X/a/b}", "x${KNOWN}${X:+a}"]
)
def test_an_operator_on_an_unknown_value_is_unknown_and_named_by_the_whole_word(word) -> None:
    assert not is_known(UNKNOWN.expand(word))
    assert UNKNOWN.expand(word) == UNKNOWN.expand(word)
    assert UNKNOWN.expand(word) != UNKNOWN.expand(word.replace("a", "c"))
    assert not is_known(UNKNOWN.expand(word, keep_quotes=True))
    assert [is_known(one) for one in UNKNOWN.expand_all(word)] == [False]


def test_known_values_and_plain_uses_stay_what_they_are() -> None:
    assert UNKNOWN.expand("${KNOWN%.*}-${KNOWN:+set}") == "a-set"
    assert UNKNOWN.expand("${KNOWN:-x}$X").startswith("a.b\ue000")
    assert Scope().expand("${X:-a}${X:+b}") == "a"


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("ARG V\nLABEL v=${V:-1}", "ARG V\nLABEL v=${V:-2}"),
        ("LABEL v=${V:+1}", "LABEL v=1"),
        ("ARG V\nEXPOSE ${V:-80}", "ARG V\nEXPOSE ${V:-81}"),
        ("COPY <<E /f\n${V:+1}\nE", "COPY <<E /f\n1\nE"),
    ],
)
def test_other_defaults_are_other_images(one, two) -> None:
    before, after = (simulate(parse(f"FROM debian\n{lines}\n"), None) for lines in (one, two))
    assert compare(before, after) != ()
    assert compare(before, simulate(parse(f"FROM debian\n{one}\n"), None)) == ()
