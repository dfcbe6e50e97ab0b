"""Loops over known words are taken turn by turn; names that mktemp makes up lie in a known folder."""

import pytest

BASE = "COPY a b d /w/\n"


def changed(build, script, path):
    before = build(f"FROM alpine\n{BASE}")
    after = build(f"FROM alpine\n{BASE}RUN {script}\n")
    assert after.unknown == ()
    return after.target.filesystem.lookup(path).digest != before.target.filesystem.lookup(path).digest


@pytest.mark.parametrize(
    ("script", "path", "is_changed"),
    [
        ("for x in a b; do rm -f /w/$x; done", "/w/a", True),
        ("for x in a b; do rm -f /w/$x; done", "/w/b", True),
        ("for x in a c; do rm -f /w/$x; done", "/w/b", False),
        ("for x in a; do for y in b c; do rm -f /w/$y; done; done", "/w/b", True),
        ("for x in a; do for y in b c; do rm -f /w/$y; done; done", "/w/a", False),
        ("for x in /w/*; do rm -f /w/y-$x; done", "/w/a", True),
        ("v=/w/c; for x in 1 2; do rm -f /w/$v.x; v=a; done", "/w/b", True),
        ("t=$(mktemp -d) && touch $t/x && rm -r $t", "/w/a", False),
        ('t="$(mktemp -d -t foo.XXXX)" && touch "$t/y"', "/w/a", False),
    ],
)
def test_what_a_loop_may_write(build, script, path, is_changed):
    assert changed(build, script, path) is is_changed


def test_what_a_later_turn_assigns_counts_in_an_earlier_line(build):
    said = build(f"FROM alpine\n{BASE}RUN v=/w/c; for x in 1 2; do rm -f $v; v=/w/b; done\n").unknown
    assert "not known" in said[0][1]


def test_a_substitution_in_a_loop_is_run_in_every_turn(build):
    text = "FROM alpine\n{}RUN for x in a b; do echo $(cat /w/$x) > /w/c; done\n"
    one = build(text.format("COPY a /w/a\nCOPY b /w/b\n")).target.filesystem.lookup("/w/c").digest
    two = build(text.format("COPY a /w/a\nCOPY t.txt /w/b\n")).target.filesystem.lookup("/w/c").digest
    assert one != two


def test_a_template_in_an_unknown_place_is_no_known_folder(build):
    assert build("FROM alpine\nRUN t=$(mktemp x.XXXX) && rm -rf $t\n").unknown
