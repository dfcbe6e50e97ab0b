"""Heredocs of RUN, COPY and ADD."""

import pytest

from restow.syntax import parse


def first(text):
    tree = parse(text)
    assert str(tree) == text
    return tree.instructions[0]


@pytest.mark.parametrize(
    ("opener", "name", "expand", "chomp", "descriptor"),
    [
        ("<<EOF", "EOF", True, False, 0),
        ("<<-EOF", "EOF", True, True, 0),
        ("<<'EOF'", "EOF", False, False, 0),
        ('3<<-"E F"', "E F", False, True, 3),
        ('<<E"O"F', "EOF", False, False, 0),
        ("<< EOF", "EOF", True, False, 0),
        ("cat <<EOF | sh", "EOF", True, False, 0),
    ],
)
def test_openers(opener, name, expand, chomp, descriptor):
    text = f"RUN {opener}\n\tbody $x\n{name}\nUSER a"
    node = first(text)
    (heredoc,) = node.heredocs
    assert (heredoc.name, heredoc.expand, heredoc.chomp) == (name, expand, chomp)
    assert heredoc.file_descriptor == descriptor
    assert heredoc.content == "\tbody $x\n" == text[heredoc.start : heredoc.end]
    assert node.command.text == opener
    assert parse(text).instructions[1].kind == "user"


def test_chomp_lets_the_closing_line_be_indented():
    assert first("RUN <<-E\n\ta\n\t\tE\n").heredocs[0].content == "\ta\n"
    assert first("RUN <<E\n\tE\nE").heredocs[0].content == "\tE\n"


def test_copy_sources():
    node = first("COPY <<a <<b c /d/\n1\na\n2\nb\n")
    assert [word.text for word in node.sources] == ["<<a", "<<b", "c"]
    assert [heredoc.content for heredoc in node.heredocs] == ["1\n", "2\n"]


def test_body_is_taken_as_it_is():
    node = first("RUN <<E\n# no comment\nx \\\nE\n")
    assert node.heredocs[0].content == "# no comment\nx \\\n"
    assert parse("RUN <<E\n# no comment\nE\n").comments == ()


def test_onbuild():
    node = first("ONBUILD RUN <<E\nx\nE\n")
    assert node.instruction.heredocs[0].content == "x\n"
    assert node.end == node.instruction.end == len("ONBUILD RUN <<E\nx\nE")


@pytest.mark.parametrize(
    "text",
    [
        'RUN "<<E"',
        "RUN '<<E'",
        'RUN ["<<E"]',
        "RUN <<<E",
        "CMD <<E",
        "USER <<E",
        'RUN $((1<<2)) "',
    ],
)
def test_none(text):
    node = parse(text + "\nFROM a").instructions[0]
    assert not getattr(node, "heredocs", ())
    assert len(parse(text + "\nFROM a").instructions) == 2


def test_broken_flags_still_own_their_heredoc():
    tree = parse("RUN --nope <<E\nfoo bar\nE\nUSER x\n")
    assert [node.kind for node in tree.instructions] == ["invalid", "user"]


def test_unterminated_takes_the_rest():
    text = "FROM a\nRUN <<E\nx\nUSER y\n"
    tree = parse(text)
    assert str(tree) == text
    assert [node.kind for node in tree.instructions] == ["from", "invalid"]
    broken = tree.instructions[1]
    assert broken.message == "the heredoc has no end: add a line that reads only E"
    assert text[broken.offset :].startswith("<<E")
    assert text[broken.start : broken.end] == "RUN <<E\nx\nUSER y"
