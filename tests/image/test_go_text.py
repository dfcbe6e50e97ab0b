"""Values as Go prints them: each text on the right was written by a BuildKit, or is that of Go's documentation."""

import pytest

from restow.image.go_text import go_character, go_duration, go_quoted, go_quoted_list


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ("", '""'),
        ("a b", '"a b"'),
        ('say "x"', '"say \\"x\\""'),
        ("\a\b\f\n\r\t\v", r'"\a\b\f\n\r\t\v"'),
        ("\0\x01\x1f\x7f", r'"\x00\x01\x1f\x7f"'),
        ("b<>&\\ é'", '"b<>&\\\\ é\'"'),
        ("\u00a0\u00ad\u200b\u2028\ufeff\ue000", r'"\u00a0\u00ad\u200b\u2028\ufeff\ue000"'),
        ("\u3000😀\U000e0001", '"\\u3000😀\\U000e0001"'),
        ("\x80\u0378", r'"\u0080\u0378"'),
        ("\ud800", r'"\ufffd"'),
    ],
)
def test_texts_in_quotes(text, quoted):
    assert go_quoted(text) == quoted


def test_lists():
    assert go_quoted_list([]) == "[]"
    assert go_quoted_list(("a", "b c")) == '["a" "b c"]'


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        (0, r"'\x00'"),
        (2, r"'\x02'"),
        (7, r"'\a'"),
        (10, r"'\n'"),
        (34, "'\"'"),
        (39, r"'\''"),
        (65, "'A'"),
        (92, r"'\\'"),
        (127, r"'\x7f'"),
        (128, r"'\u0080'"),
        (0xE9, "'é'"),
        (0xD800, "'\ufffd'"),
        (0x1F600, "'😀'"),
        (0xE0001, r"'\U000e0001'"),
        (0x110000, "'\ufffd'"),
        (-1, "'\ufffd'"),
    ],
)
def test_a_number_as_a_character(number, shown):
    assert go_character(number) == shown


@pytest.mark.parametrize(
    ("duration", "text"),
    [
        (0, "0s"),
        (1, "1ns"),
        (1100, "1.1µs"),
        (2 * 10**6, "2ms"),
        (1_234_567, "1.234567ms"),
        (5 * 10**8, "500ms"),
        (1_234_567_000, "1.234567s"),
        (1500 * 10**6, "1.5s"),
        (10**10, "10s"),
        (90 * 10**9, "1m30s"),
        (90_500_000_000, "1m30.5s"),
        (3600 * 10**9, "1h0m0s"),
        (3600 * 10**9 + 1, "1h0m0.000000001s"),
        (100 * 3600 * 10**9, "100h0m0s"),
        (-1500 * 10**6, "-1.5s"),
        (2**63 - 1, "2562047h47m16.854775807s"),
    ],
)
def test_durations(duration, text):
    assert go_duration(duration) == text
