"""Hostile and huge texts: an answer, or an error that says what is too long; never an exception, and in linear time."""

import time

import pytest

from restow.semantics import read_model
from restow.semantics.in_force import read_in_force
from restow.syntax import parse
from restow.syntax.lines import LONGEST_INSTRUCTION

SECONDS = 20
"""CPU time for one text: ten times what it takes, as machines differ; a quadratic reader needs minutes."""

FROM = "FROM alpine:3\n"
TEXTS = {
    "ten thousand RUN": FROM + "RUN true\n" * 10_000,
    "ten thousand ENV": FROM + "".join(f"ENV A{i}=$A{i - 1}x\n" for i in range(10_000)),
    "ten thousand ARG before FROM": "".join(f"ARG A{i}=1\n" for i in range(10_000)) + FROM,
    "ten thousand stages": "".join(f"FROM alpine AS s{i}\n" for i in range(10_000)),
    "values that grow tenfold": FROM + "ENV A=aaaaaaaaaa\n" + "ENV A=$A$A$A$A$A$A$A$A$A$A\n" * 12,
    "a million blank lines": FROM + "\n" * (1 << 20),
    "comments in a continued line": FROM + "RUN echo \\\n" + "# c\n" * 100_000 + " b\n",
    "escape characters": FROM + "\\\n" * 100_000,
    "brackets": FROM + "CMD " + "[" * 30_000 + "]" * 30_000 + "\n",
    "substitutions": FROM + "ENV A=" + "${A:-" * 500 + "a" + "}" * 500 + "\n",
    "nul": FROM + "RUN echo \0 a\0b\nCOPY a\0 b\n",
    "form feeds": FROM + "RUN\fecho\fa\n\f\nCOPY\fa\fb\n",
    "tabs": "\tFROM\talpine\n\tRUN\ttrue\t\\\n\t\ta",
    "byte order mark": "\ufeffFROM alpine\r\nRUN a \\\r\n b",
    "nothing": "",
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_an_answer_without_loss(text):
    begin = time.process_time()
    tree = parse(text)
    read_in_force(read_model(tree))
    assert time.process_time() - begin < SECONDS
    assert str(tree) == text


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("RUN echo " + "a " * (1 << 19), "longer than 65535 bytes"),
        ("ENV " + "A=b " * (1 << 18), "longer than 65535 bytes"),
        ("CMD [" + ",".join(['"a"'] * (1 << 18)) + "]", "longer than 65535 bytes"),
        ("RUN <<E\n" + "a" * 70_000 + "\nE", "longer than 65535 bytes"),
        ("COPY a \\\n" + " b \\\n" * 200_000 + " /b", f"of which Restow reads {LONGEST_INSTRUCTION}"),
    ],
)
def test_an_error_that_says_what_is_too_long(line, message):
    begin = time.process_time()
    tree = parse(FROM + line + "\nUSER a\n")
    assert time.process_time() - begin < SECONDS
    assert message in tree.instructions[1].message
    assert tree.instructions[-1].kind == "user"
    assert str(tree) == tree.text
