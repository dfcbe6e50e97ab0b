"""Every report counts lines and columns from 1, columns and offsets in code points, also behind characters beyond U+FFFF."""

import json

from restow.config.settings import FormatSettings
from restow.format import format_dockerfile
from restow.lint.runner import lint
from restow.report.checked import CheckedFile
from restow.report.format_report import formatted_document
from restow.report.json_report import check_document, json_text
from restow.report.parse_report import parse_document
from restow.report.styled import plain
from restow.report.text import findings_text
from restow.source import Position
from restow.syntax import parse

WHALE = "\U0001f433"
TEXT = f"\ufeff# {WHALE}{WHALE}\nFROM a\nLABEL {WHALE}=1 b {WHALE}c=2\n"
"""Refused at the ``b``: LABEL takes pairs."""
AT = TEXT.index(" b ") + 1


def place(document):
    return document["line"], document["column"]


def findings():
    tree = parse(TEXT)
    (finding,) = [
        one for one in lint(tree) if one.span.start <= AT < max(one.span.end, AT + 1) and "LABEL" in one.message
    ]
    return CheckedFile("Dockerfile", tree.source, (finding,))


def test_the_document_of_check():
    (found,) = json.loads(json_text(check_document([findings()], "0")))["files"][0]["findings"]
    assert place(found) == (3, 11)
    assert (found["end_line"], found["end_column"]) >= (3, 11)


def test_the_text_of_check():
    lines = plain(findings_text([findings()], quiet=True)).splitlines()
    assert lines[0].startswith("Dockerfile:3:11: ")
    assert lines[3].removeprefix("  | ").index("^") == len("LABEL ??=1 "), "a whale is two columns wide on a terminal"


def test_the_document_of_parse():
    document = json.loads(json_text(parse_document(parse(TEXT.replace(" b ", " ")), "0", {})))
    span = document["instructions"][1]["span"]
    assert TEXT[span["start"] : span["start"] + 5] == "LABEL"
    assert (span["line"], span["column"], span["end_column"]) == (3, 1, len(f"LABEL {WHALE}=1 {WHALE}c=2") + 1)


def test_the_document_of_format():
    tree = parse(TEXT)
    document = json.loads(json_text(formatted_document(tree.source, format_dockerfile(tree, FormatSettings()))))
    assert place(document["refusal"]) == (3, 11)


def test_an_editor_counts_code_units():
    source = parse(TEXT).source
    assert source.position(AT) == Position(3, 11)
    assert source.utf16_position(AT) == Position(2, 11)
    assert source.utf16_position(AT + 3) == Position(2, 15)
    assert source.offset_of_utf16(Position(2, 15)) == AT + 3
