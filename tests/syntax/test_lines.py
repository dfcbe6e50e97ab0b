"""Lines, spans, comments, line ends: everything that is not the content of an instruction."""

import pytest

from restow.syntax import parse


def spans(text):
    """The source text of each instruction."""
    return [text[node.start : node.end] for node in parse(text).instructions]


def kinds(text):
    return [node.kind for node in parse(text).instructions]


def test_spans_run_from_the_keyword_to_the_last_content():
    text = "  FROM a  \n\tRUN b \\\n   c \t\nUSER d"
    assert spans(text) == ["FROM a", "RUN b \\\n   c", "USER d"]


def test_heredoc_is_part_of_the_span():
    text = "RUN <<A cat <<B\none\nA\ntwo\nB\nUSER x\n"
    assert spans(text) == ["RUN <<A cat <<B\none\nA\ntwo\nB", "USER x"]


def test_crlf():
    text = "FROM a\r\nRUN b \\\r\n  # c\r\n  d\r\n\r\nCOPY <<E /x\r\nline\r\nE\r\n"
    tree = parse(text)
    assert str(tree) == text
    assert [node.kind for node in tree.instructions] == ["from", "run", "copy"]
    assert tree.instructions[1].command.text == "b   d"
    assert tree.instructions[2].heredocs[0].content == "line\r\n"
    assert tree.comments[0].text == "# c"


def test_byte_order_mark():
    text = "\ufeff# escape=`\nFROM a `\n AS b\n"
    tree = parse(text)
    assert str(tree) == text
    assert tree.escape == "`"
    assert tree.instructions[0].stage_name.text == "b"
    assert tree.tokens[0].type == "BOM"


def test_comments_everywhere():
    text = "# one\nRUN a \\\n  # two\n# three\n  b\n   # four \n"
    tree = parse(text)
    assert [comment.text for comment in tree.comments] == ["# one", "# two", "# three", "# four "]
    assert all(text[comment.start : comment.end] == comment.text for comment in tree.comments)
    assert tree.instructions[0].command.text == "a   b"


def test_hash_inside_of_a_line_is_no_comment():
    assert parse("RUN a # b").instructions[0].command.text == "a # b"


@pytest.mark.parametrize("text", ["", "\n", "# c", "#", "   ", "\ufeff", "\r\n\r\n"])
def test_no_instructions(text):
    tree = parse(text)
    assert tree.instructions == ()
    assert str(tree) == text


def test_escapes_that_continue_nothing():
    assert kinds("RUN a \\\\\nUSER b") == ["run", "user"]
    assert kinds("RUN a \\ b\nUSER b") == ["run", "user"]
    assert kinds("RUN a `\nUSER b") == ["run", "user"]


def test_continuation_with_blanks_after_the_escape():
    assert parse("RUN a \\ \t\nb").instructions[0].command.text == "a b"


def test_dangling_continuation_belongs_to_the_span():
    text = "RUN a \\\n# c\n\n"
    assert spans(text) == [text]
    assert parse(text).instructions[0].command.text == "a"


def test_backtick_escape():
    text = "# escape=`\nFROM a\nCOPY C:\\ `\n  D:\\\nRUN b `\n  c\nENV d=e` f\n"
    copy, run, env = parse(text).instructions[1:]
    assert (copy.sources[0].text, copy.destination.text) == ("C:\\", "D:\\")
    assert run.command.text == "b   c"
    assert env.pairs[0].value == "e` f"


@pytest.mark.parametrize("above", ["\\\n", "\\ \n\n# c\n", "\\\n  \\\n", " \\\n\xa0"])
def test_an_instruction_begins_at_the_escape_character_alone_on_the_line_above(above):
    text = f"ARG b\n{above}FROM a\nRUN c\n"
    tree = parse(text)
    assert [node.kind for node in tree.instructions] == ["arg", "from", "run"]
    assert tree.source.position(tree.instructions[1].start).line == 2
    assert text[tree.instructions[1].start] == "\\"
    keyword = tree.keyword_span(tree.instructions[1])
    assert text[keyword.start : keyword.end] == "FROM"


def test_a_keyword_may_be_cut_in_two():
    text = "FR\\\nOM a\nBAD b"
    tree = parse(text)
    spans = [tree.keyword_span(node) for node in tree.instructions]
    assert [text[span.start : span.end] for span in spans] == ["FR\\\nOM", "BAD"]


def test_tokens_name_what_stands_between():
    types = [token.type for token in parse("FROM a \\\n # c\n AS b\n").tokens]
    assert types == [
        "KEYWORD", "WHITESPACE", "IMAGE", "WHITESPACE", "CONTINUATION", "WHITESPACE", "COMMENT", "NEWLINE",
        "WHITESPACE", "AS", "WHITESPACE", "STAGE_NAME", "NEWLINE",
    ]  # fmt: skip


def test_unicode_spaces():
    assert [pair.key for pair in parse("ENV a=b\u3000c=d").instructions[0].pairs] == ["a", "c"]
    assert parse("COPY a\u00a0b c").instructions[0].sources[0].text == "a\u00a0b"
    assert parse("COPY \u00a0a b").instructions[0].sources[0].text == "a"


def test_name_of_the_file():
    assert parse("FROM a", "x/Dockerfile").source.name == "x/Dockerfile"
