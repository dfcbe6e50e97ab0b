"""`.dockerignore`: who decides, which line, what a walk may leave out, and what a hostile file costs."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from restow.errors import UsageError
from restow.vfs import ignore_pattern
from restow.vfs.ignore_pattern import any_test, compile_pattern
from restow.vfs.ignorefile import Decision, IgnoreFile, IgnoreFileError


def ignored(text, path):
    return IgnoreFile.parse(text).decide(path).ignored


@pytest.mark.parametrize(
    ("text", "path", "expected"),
    [
        ("", "a", Decision(False, None)),
        ("a\n", "b", Decision(False, None)),
        ("# a comment\n\na\n", "a", Decision(True, 3)),
        ("a\n", "a/b/c", Decision(True, 1)),
        ("*\n!a\n", "a/b", Decision(False, 2)),
        ("*\n!a\na/b\n", "a/b/c", Decision(True, 3)),
        ("*\r\n!a\r\n", "b", Decision(True, 1)),
        ("\ufeff# not a pattern\na", "a", Decision(True, 2)),
        ("docs\n*\n", "docs/x", Decision(True, 1)),
        ("foo/bar\n!foo\n", "foo/bar", Decision(True, 1)),
        ("a\n!a/b\n*\n", "a/b", Decision(False, 2)),
    ],
)
def test_the_last_pattern_that_matched_decides(text, path, expected):
    assert IgnoreFile.parse(text).decide(path) == expected


@pytest.mark.parametrize(
    ("pattern", "path", "expected"),
    [
        ("**/x", "x", True),
        ("**/x", "a/b/x", True),
        ("**x", "abx", True),
        ("a/**/b", "a/b", True),
        ("a**b", "a/cb", False),
        ("a**b", "a/b", True),
        ("*.p?", "x.py", True),
        ("[a-c]", "b", True),
        ("[^a-c]", "d", True),
        ("[^a-c]", "b", False),
        ("[*]", "*", False),  # the star inside becomes `[^/]*`, which ends the bracket too early
        (r"\*", "*", True),
        (r"\*", "a", False),
        (r"\d", "7", True),
        (r"\D", "7", False),
        (r"\x41", "A", True),
        (r"\101", "A", True),
        (r"\Qa.b", "a\\.b$c", True),  # the quotation goes on to the end, over the closing anchor
        (r"\Qa.b\E?", "a\\.bc", True),
        ("[[:digit:]]", "5", True),
        ("[[:digit:]]", "x", False),
        (r"[\w]", "_", True),
        ("a^?", "a^b", False),
        ("a^", "a^", True),
        ("a$(b)", "a$(b)", True),
        ("a$(?)", "a$(b)", True),
        ("é?", "éa", True),
    ],
)
def test_patterns_mean_what_gos_expressions_mean(pattern, path, expected):
    assert compile_pattern(pattern)(path) is expected


@pytest.mark.parametrize("line", ["!", "! ", "!/", "[", "[]a]", "[a-]", "a[", "a\\"])
def test_a_line_that_is_no_pattern_is_refused_with_file_and_line(line):
    with pytest.raises(IgnoreFileError, match=r"^x/\.dockerignore:2: ") as caught:
        IgnoreFile.parse(f"a\n{line}\n", "x/.dockerignore")
    assert isinstance(caught.value, UsageError)


@pytest.mark.parametrize("line", ["[z-a]", r"\y", r"\8", r"[[:nope:]]", r"\pL", r"[a-\d]", "\\é"])
def test_an_expression_that_go_refuses_is_an_error_when_it_is_needed(line):
    ignore = IgnoreFile.parse(f"a\n!x\n{line}\n")
    with pytest.raises(IgnoreFileError, match=r"^\.dockerignore:3: "):
        ignore.decide("b")
    assert ignore.decide("a").ignored  # the third pattern cannot change this, and is not tried


def test_exceptions_are_tried_only_where_something_is_ignored():
    ignore = IgnoreFile.parse("a\n![z-a]\n")
    assert not ignore.decide("b").ignored
    with pytest.raises(IgnoreFileError, match=":2: "):
        ignore.decide("a")


def test_a_line_as_long_as_buildkits_buffer_is_refused():
    assert ignored("x" * 65_535, "x" * 65_535)
    with pytest.raises(IgnoreFileError, match=r":2: "):
        IgnoreFile.parse("a\n" + "x" * 65_536)


@pytest.mark.parametrize(
    ("text", "folder", "expected"),
    [
        ("a\n", "a", True),
        ("a\n", "a/b", True),
        ("a\n", "b", False),
        ("!a/b\na\n", "a", True),
        ("a\n!a/b\n", "a", False),
        ("a\n!a/b/c\n", "a/b", False),
        ("a\n!a/b/c\n", "a/d", True),
        ("a\n!*/b\n", "a", False),
        ("a\n!*/b\n", "a/c", True),
        ("a\n!*.md\n", "a", True),
        ("a\n!**/*.md\n", "a", False),
        ("*\n!src\n", "src", False),
        ("*\n!src\n", "lib", True),
        ("*\n![s]rc\n", "lib", False),
    ],
)
def test_a_directory_is_left_out_where_nothing_in_it_can_be_kept(text, folder, expected):
    assert IgnoreFile.parse(text).can_prune(folder) is expected


NAMES = st.sampled_from(["a", "b", "ab", "a.b", "c"])
PARTS = st.sampled_from(["a", "b", "ab", "*", "?", "**", "a*", "*b", "[ab]", "**b", "a**", r"\a", ".", ".."])
LINES = st.tuples(st.sampled_from(["", "!"]), st.lists(PARTS, min_size=1, max_size=4)).map(
    lambda line: line[0] + "/".join(line[1])
)
FILES = st.lists(LINES, max_size=6).map("\n".join)
PATHS = st.lists(NAMES, min_size=1, max_size=5).map("/".join)


@settings(max_examples=500)
@given(FILES, PATHS)
def test_nothing_that_is_kept_lies_beneath_a_directory_that_can_be_left_out(text, path):
    try:
        ignore = IgnoreFile.parse(text)
    except IgnoreFileError:
        return
    kept = not ignore.decide(path).ignored
    parts = path.split("/")
    assert not (kept and any(ignore.can_prune("/".join(parts[:end])) for end in range(1, len(parts))))


@given(FILES, st.lists(PATHS, max_size=5))
def test_what_was_asked_before_changes_no_answer(text, paths):
    try:
        ignore = IgnoreFile.parse(text)
    except IgnoreFileError:
        return
    for path in paths:
        ignore.can_prune(path)
        assert ignore.decide(path) == IgnoreFile.parse(text).decide(path)


@given(st.lists(st.lists(PARTS, min_size=1, max_size=3).map("/".join), max_size=5), PATHS)
def test_the_quick_question_never_says_no_where_a_pattern_matches(patterns, path):
    if any(compile_pattern(pattern)(path) for pattern in patterns):
        assert any_test(patterns)(path)


@settings(max_examples=500)
@given(st.text("ab\\[]^-*?/.:dQEé\n", max_size=8), st.text("ab-]^*.\n7Q/", max_size=8))
def test_no_text_breaks_the_reader_of_patterns(pattern, path):
    try:
        IgnoreFile.parse(pattern).decide(path)
    except IgnoreFileError as error:
        message = str(error)
    else:
        return
    assert message.startswith(".dockerignore:")


@settings(max_examples=500)
@given(st.lists(PARTS.filter(lambda part: part != ".."), min_size=1, max_size=4), PATHS)
def test_both_ways_to_run_an_expression_agree(parts, path):
    pattern = "/".join(parts)
    quick = compile_pattern(pattern)(path)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ignore_pattern, "_STEPS", 0)
        patch.setattr(ignore_pattern, "_FEW", -1)
        assert compile_pattern(pattern)(path) is quick


def test_a_hostile_file_costs_no_more_than_a_second_or_two():
    ignore = IgnoreFile.parse("**/a" * 20 + "x*\n*" + "a*" * 30 + "b\n" + "a?" * 30 + "*" * 2 + "/c*d\n")
    start = time.process_time()
    assert not ignore.decide("a/" * 60 + "a").ignored
    assert not ignore.decide("a" * 500).ignored
    assert time.process_time() - start < 5


def test_fifty_thousand_paths_are_decided_quickly():
    text = "\n".join(
        ["**/node_modules", "**/*.pyc", ".git", "dist/", "*.md", "!README.md", "docs/**/*.png", ".env*"] * 4
    )
    paths = [f"src/package{index % 500}/part{index % 7}/file{index}.ts" for index in range(50_000)]
    ignore = IgnoreFile.parse(text)
    start = time.process_time()
    assert not any(ignore.decide(path).ignored for path in paths)
    assert time.process_time() - start < 3
