"""Which frontend reads a file, the options of BuildKit's checks in it, and the comments above its instructions."""

import pytest

from restow.advise import advise
from restow.advise.history import History
from restow.fix import fix
from restow.rule import comments_above, find_check_directive, other_frontend, refusal_of_frontend
from restow.source import Source
from restow.syntax import parse

OTHER = "# syntax=host.example/own:1 with words\nFROM alpine:3.20\nRUN a\nCMD a\nCMD b\n"


@pytest.mark.parametrize(
    ("text", "image"),
    [
        (OTHER, "host.example/own:1"),
        ("# syntax = docker/dockerfile\nFROM a\n", None),
        ("# syntax=docker.io/docker/dockerfile:1@sha256:" + "a" * 64 + "\nFROM a\n", None),
        ("# syntax=docker/dockerfile-upstream:master-labs\nFROM a\n", None),
        ("# syntax=mirror.example:5000/proxy/docker/dockerfile:1\nFROM a\n", None),
        ("# syntax=somebody/docker/dockerfile\nFROM a\n", "somebody/docker/dockerfile"),
        ("# syntax=dockerfile\nFROM a\n", "dockerfile"),
        ("# syntax=Not/An/Image\nFROM a\n", "Not/An/Image"),
        ("// syntax=host.example/own\nFROM a\n", "host.example/own"),
        ("#!/usr/bin/x\n# syntax=host.example/own\nFROM a\n", "host.example/own"),
        ("\ufeff#!/usr/bin/x\n//syntax=host.example/own\nFROM a\n", "host.example/own"),
        ('{"syntax": "host.example/own", "more": 1}', "host.example/own"),
        ("FROM a\n# syntax=host.example/own\n", None),
    ],
)
def test_other_frontends(text, image):
    found = other_frontend(parse(text))
    assert (found[0] if found else None) == image


def test_no_rewrite_for_another_frontend():
    history = History((), "no history", shallow=False, complete=False)
    result = fix(Source("Dockerfile", OTHER), None, history, lambda dockerfile, context: ())
    assert (result.text, result.applied) == (OTHER, ())
    assert [refusal.line for refusal in result.refused] == [1]
    assert "host.example/own:1" in result.refused[0].reason
    advice = advise(parse(OTHER), None, history)
    assert advice.proposal is None
    assert "another program" in advice.verdict


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("FROM alpine:3.20\nRUN a\nEXPOSE 80800\nCMD a\nCMD b\n", 3, "'80800' is no port"),
        ("FROM alpine:3.20\nRUNN a\nCMD a\nCMD b\n", 2, "unknown instruction RUNN"),
    ],
)
def test_no_rewrite_of_what_the_engine_refuses(text, line, reason):
    history = History((), "no history", shallow=False, complete=False)
    result = fix(Source("Dockerfile", text), None, history, lambda dockerfile, context: ())
    assert (result.text, result.applied) == (text, ())
    assert [refusal.line for refusal in result.refused] == [line]
    assert reason in result.refused[0].reason
    assert "engine refuses" in advise(parse(text), None, history).verdict


def test_a_stage_that_is_not_built_refuses_nothing():
    assert refusal_of_frontend(parse("FROM alpine:3.20\nEXPOSE x\nFROM alpine:3.20\n")) is None


@pytest.mark.parametrize(
    ("text", "options"),
    [
        ("# check=skip=all\nFROM a\n", "skip=all"),
        ("# escape=\\\n# CHECK = skip=A;error=true because\nFROM a\n", "skip=A;error=true"),
        ("#!/usr/bin/x\n# check=skip=A\nFROM a\n", "skip=A"),
        ("\ufeff#check=skip=A\r\nFROM a\r\n", "skip=A"),
        (" # check=skip=A\nFROM a\n", None),
        ("# a comment\n# check=skip=A\nFROM a\n", None),
        ("FROM a\n# check=skip=A\n", None),
    ],
)
def test_check_directive(text, options):
    found = find_check_directive(parse(text))
    assert (found[0] if found else None) == options


def test_comments_above():
    text = "# one\nFROM a\n# two\n\n# three\nRUN b \\\n# inside\n c\n# lost\n#\n  # four\nCMD d\n# last\n"
    above = [[comment for _, comment in comments] for _, comments in comments_above(parse(text))]
    assert above == [["one"], ["two", "three"], ["# four"]]
