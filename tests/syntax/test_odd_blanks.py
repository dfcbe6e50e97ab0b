"""Blanks that are no ASCII spaces, and escape characters that continue nothing: read as BuildKit's parser reads them."""

import pytest

from restow.syntax import parse

WIDE = ["\xa0", "\x85", "\u2003", "\u2028", "\u3000"]
TEXTS = {
    "RUN": lambda node: node.command.text,
    "CMD": lambda node: node.command.text,
    "ENTRYPOINT": lambda node: node.command.text,
    "USER": lambda node: node.user.text,
    "WORKDIR": lambda node: node.path.text,
    "STOPSIGNAL": lambda node: node.signal.text,
    "MAINTAINER": lambda node: node.name,
    "ARG": lambda node: node.pairs[0].key,
}

_WORDS = {"sources", "paths", "ports", "pairs", "image"}


def only(text):
    tree = parse(text)
    assert str(tree) == text
    (node,) = tree.instructions
    return node


@pytest.mark.parametrize("keyword", TEXTS)
@pytest.mark.parametrize("blank", WIDE)
def test_a_word_behind_a_wide_blank_is_no_flag(keyword, blank):
    node = only(f"{keyword} {blank}--from")
    assert (node.flags, TEXTS[keyword](node)) == ((), "--from")


@pytest.mark.parametrize("blank", WIDE)
def test_a_wide_blank_ends_the_flags_of_triggers_and_checks(blank):
    assert only(f"SHELL {blank}--x").message.startswith("SHELL takes JSON only")
    assert "unknown instruction --x" in only(f"ONBUILD {blank}--x").instruction.message
    assert only(f"HEALTHCHECK {blank}--interval=1s CMD x").kind == "invalid"


@pytest.mark.parametrize("blank", WIDE)
def test_a_check_keeps_a_wide_blank_before_its_command_but_not_before_json(blank):
    assert only(f"HEALTHCHECK CMD {blank}x").command.text == f"{blank}x"
    assert only(f'HEALTHCHECK CMD {blank}["x"]').command.words == ("x",)
    assert only(f'HEALTHCHECK CMD {blank}\\\n {blank}["x"]').command.words == ("x",)
    assert only(f"CMD {blank}x").command.text == "x"


@pytest.mark.parametrize(
    "line", ['ADD {} ["a", "b"]', "COPY {} a b", "VOLUME {} a b", "EXPOSE {} a b", "ENV {} a=b", "FROM {} a"]
)
def test_wide_blanks_before_words_are_cut_off_on_every_line(line):
    node = only(line.format("\u3000\\\n # c\n \u2003 \xa0\\\n"))
    plain = only(line.format(""))
    assert node.kind == plain.kind != "invalid"
    first, other = (next(value for name, value in one.field_items() if name in _WORDS) for one in (node, plain))
    assert str(first).count("\\u") == str(first).count("\\xa0") == 0
    assert type(first) is type(other)


@pytest.mark.parametrize("end", ["\\", "\\\n", "\\ \n\n# c\n", "\\\f", "\\\xa0"])
@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("ENV a=b ", [("a", "b")]),
        ("LABEL a=b c=d ", [("a", "b"), ("c", "d")]),
        ("ARG a ", [("a", None)]),
        ("ARG a=b", [("a", "b")]),
        ('ENV a="b', [("a", '"b')]),
    ],
)
def test_an_escape_character_at_the_end_is_no_word(text, pairs, end):
    assert [(pair.key, pair.value) for pair in only(text + end).pairs] == pairs


def test_in_single_quotes_the_escape_character_at_the_end_is_kept():
    assert only("ENV a='b\\\xa0").pairs[0].value == "'b\\"
    assert only("ENV a='b\\").pairs[0].value == "'b"


@pytest.mark.parametrize("blank", ["\f", "\v", "\xa0", "\r ", " \u2003\t"])
def test_other_blanks_keep_an_escape_character_from_continuing(blank):
    text = f"RUN a \\{blank}\nRUN b\n"
    first, second = parse(text).instructions
    assert (first.command.text, second.command.text) == ("a \\", "b")
    assert text[first.start : first.end] == f"RUN a \\{blank}".rstrip("\r")
    assert parse(text[first.start : first.end]).instructions[0].command.text == "a \\"


@pytest.mark.parametrize(
    ("line", "by_parser"),
    [
        ("ENV -- a", True),
        ("ENV --x a", True),
        ("LABEL -- = c", True),
        ("ENV a", True),
        ("ENV", False),
        ("ENV --x", False),
        ("ENV \\\f", False),
        ("HEALTHCHECK ONCE [1]", True),
        ('HEALTHCHECK ONCE ["a"]', False),
        ('CMD --x ["a", 1]', True),
        ('CMD --x ["a"]', False),
        ("RUN [1e400]", None),
        (f"RUN [{'1' * 400}]", None),
    ],
)
def test_what_the_parser_refuses_stops_a_build_as_a_trigger_too(line, by_parser):
    (node,) = parse(f"ONBUILD {line}\n").instructions
    trigger = node.instruction
    assert getattr(trigger, "by_parser", None) == by_parser
    assert bool(parse(f"ONBUILD {line}\n").broken) == bool(by_parser)
