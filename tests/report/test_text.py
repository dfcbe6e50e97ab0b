"""Findings and tables as text."""

import io

import pytest

from restow.report.checked import CheckedFile
from restow.report.styled import (
    percent_text,
    plain,
    seconds_text,
    size_text,
    table,
    visible,
    write,
)
from restow.report.text import findings_text
from restow.rule import Edit, Finding, Fix, Severity, Span
from restow.source import Source


def lines(text, start, end, **fields):
    finding = Finding("ST001", "name", "message", Span(start, end), Severity.ERROR, **fields)
    file = CheckedFile("Dockerfile", Source("Dockerfile", text), (finding,))
    return plain(findings_text([file], quiet=True)).splitlines()


@pytest.mark.parametrize(
    ("text", "start", "end", "shown", "marker"),
    [
        ("FROM a\n", 5, 6, "FROM a", "     ^"),
        ("RUN\ta\n", 4, 5, "RUN a", "    ^"),
        ("RUN \ta\n", 5, 6, "RUN     a", "        ^"),
        ("RUN a \\\n b\n", 0, 10, "RUN a \\", "^^^^^^^"),
        ("LABEL a=日本 b\n", 11, 12, "LABEL a=日本 b", "             ^"),
        ("\ufeffFROM a\r\n", 6, 7, "FROM a", "     ^"),
        ("FROM a\n", 6, 6, "FROM a", "      ^"),
        ("FROM a", 6, 6, "FROM a", "      ^"),
        ("", 0, 0, "", "^"),
    ],
)
def test_marker(text, start, end, shown, marker):
    found = lines(text, start, end)
    assert found[2].removeprefix("1 | ").rstrip() == shown.rstrip()
    assert found[3] == f"  | {marker}"


def test_end_of_the_file_is_a_place():
    assert lines("FROM a\n", 7, 7)[0].startswith("Dockerfile:2:1: error")


def test_long_lines_are_cut():
    found = lines("RUN " + "x" * 1000 + "\n", 0, 1004)
    assert all(len(line) <= 210 for line in found)
    assert found[2].endswith("...")


def test_notes():
    fix = Fix("do it", (Edit(Span(0, 1), "x"),))
    found = lines("FROM a\n", 0, 4, help="think", fix=fix)
    assert found[4:6] == ["  = help: think", "  = fix: do it (restow fix)"]
    assert "cheaper order" in lines("FROM a\n", 0, 4, rearrange=True)[4]


def test_control_characters_are_shown():
    assert visible("a\x1b[31m\tb\u202e") == "a\\x1b[31m\tb\\u202e"
    assert visible("äöü 日本") == "äöü 日本"


def test_colours_carry_the_same_text():
    stream = io.StringIO()
    write([(("bold", "bold red"), " [not] :markup:")], stream, colour=True)
    assert "\x1b[1;31mbold\x1b[0m" in stream.getvalue()
    assert " [not] :markup:" in stream.getvalue()


def test_units():
    assert [size_text(n) for n in (0, 999, 1000, 1234, 34_500_000, 5e12)] == [
        "0 B",
        "999 B",
        "1.0 kB",
        "1.2 kB",
        "34 MB",
        "5000 GB",
    ]
    assert [seconds_text(n) for n in (0, 0.15, 14.4, 200)] == ["0.0 s", "0.1 s", "14 s", "3 min 20 s"]
    assert [percent_text(n) for n in (0, 0.0001, 0.004, 0.5, 0.999, 1)] == [
        "0 %",
        "below 0.1 %",
        "0.4 %",
        "50 %",
        "99.9 %",
        "100 %",
    ]


def test_table():
    assert table([("a", "n"), ("bbb", "10")], right=(1,)) == ["a     n", "bbb  10"]
