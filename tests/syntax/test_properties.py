"""Laws that hold for any text."""

from hypothesis import given, settings
from hypothesis import strategies as st

from restow.syntax import WordError, expand_word, parse

PIECES = st.sampled_from(
    [
        *(
            "FROM",
            "RUN",
            "COPY",
            "ADD",
            "ENV",
            "ARG",
            "LABEL",
            "CMD",
            "HEALTHCHECK",
            "ONBUILD",
            "SHELL",
            "VOLUME",
            "USER",
        ),
        *(
            "NONE",
            "AS",
            "a",
            "b=",
            "=c",
            "--x",
            "--from=y",
            "--",
            "<<E",
            "<<-E",
            "<<'E'",
            "E",
            '["a","b"]',
            "[",
            "]",
            ",",
        ),
        *("1", '"', "'", "\\", "`", "$A", "${B:-c}", "#", "é", " ", "\t", "\n", "\r\n", "\n\n", "\\\n", "`\n"),
        *("\\ \r\n", "\n#c\n", "\nE\n", "# escape=`\n", "\ufeff", "\u00a0", "\v"),
    ]
)
DOCKERFILES = st.one_of(st.text(), st.lists(PIECES, max_size=30).map("".join), st.lists(PIECES).map(" ".join))


@given(DOCKERFILES)
@settings(max_examples=500, deadline=None)
def test_lossless(text):
    tree = parse(text)
    assert str(tree) == text
    at = 0
    for token in tree.tokens:
        assert token.start == at < token.end
        at = token.end
    assert at == len(text)


@given(DOCKERFILES)
@settings(max_examples=500, deadline=None)
def test_spans_are_ordered_and_inside(text):
    tree = parse(text)
    at = 0
    for node in tree.instructions:
        assert at <= node.start <= node.end <= len(text)
        at = node.end
        if node.kind == "invalid":
            assert node.start <= node.offset <= node.end
            assert node.message
    for comment in tree.comments:
        assert text[comment.start : comment.end] == comment.text
        assert comment.text.startswith("#")


@given(st.lists(st.sampled_from(list("$a{}:-+?#%/\\'\"` <x*")), max_size=20).map("".join), st.sampled_from("\\`"))
@settings(max_examples=500, deadline=None)
def test_words_expand_or_raise_word_error(word, escape):
    try:
        expansion = expand_word(word, {"a": "x*y", "x": ""}.get, escape=escape)
    except WordError:
        return
    assert expansion.used <= {"a", "x"}
