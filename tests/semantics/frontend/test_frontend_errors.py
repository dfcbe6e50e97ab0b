"""What the frontend refuses in a file whose instructions all parse, and what it says nothing about."""

import pytest

from restow.semantics.frontend import BuildInputs, frontend_errors
from restow.syntax import parse

KNOWN = BuildInputs({}, {"PATH": "/bin"}, "/", "linux/amd64", labs=False)


def errors(text, inputs=KNOWN):
    """Line (0 for the file as a whole) and message of each error."""
    tree = parse(text)
    return [
        (tree.source.position(e.span.start).line if e.span else 0, e.message) for e in frontend_errors(tree, inputs)
    ]


REFUSED = [
    ("", 0, "no instructions"),
    ("# only a comment\n", 0, "no instructions"),
    ("ARG A=1\n", 0, "no stage"),
    ("RUN a\nFROM alpine\n", 1, "before the first FROM"),
    ('FROM ""\n', 1, "expands to nothing"),
    ("FROM $A\n", 1, "expands to nothing"),
    ("FROM ${A:-$B\n", 1, "missing '}'"),
    ("FROM Alpine\n", 1, "lower-case"),
    ("FROM --platform=$A alpine\n", 1, "expands to nothing"),
    ("FROM --platform=linux/a/b/c alpine\n", 1, "no platform"),
    ("FROM --platform=nonsense alpine\n", 1, "neither"),
    ("FROM alpine AS a\nCOPY --from=a /x /y\n", 2, "from itself"),
    ("FROM alpine AS a\nCOPY --from=0 /x /y\n", 2, "from itself"),
    ("FROM alpine AS a\nRUN --mount=from=A,target=/m x\n", 2, "from itself"),
    ("FROM alpine AS a\nCOPY --from=b /x /y\nFROM alpine AS b\n", 2, "comes later"),
    ("FROM alpine AS a\nCOPY --from=a /x /y\nFROM alpine AS a\n", 2, "comes later"),
    ("FROM alpine\nCOPY --from=2 /x /y\n", 2, "no stage 2"),
    ("FROM alpine\nCOPY --from=-1 /x /y\n", 2, "no stage -1"),
    ("FROM alpine\nCOPY --from=$A /x /y\n", 2, "no variables"),
    ("FROM alpine\nCOPY --from=Not/Lower /x /y\n", 2, "lower-case"),
    ("FROM alpine\nCOPY 'x /y\n", 2, "single-quote"),
    ("FROM alpine\nCOPY <<EOF /y\n${X\nEOF\n", 3, "cannot be expanded"),
    ("FROM alpine\nCOPY --chmod=9 x /y\n", 2, "no mode"),
    ("FROM alpine\nCOPY --chmod=10000 x /y\n", 2, "too large"),
    ("FROM alpine\nCOPY https://host.example/a /y\n", 2, "write ADD"),
    ("FROM alpine\nCOPY git@host.example:a/b.git /y\n", 2, "write ADD"),
    ("FROM alpine\nADD --checksum=sha256:0 a /y\n", 2, "needs an address"),
    ("FROM alpine\nADD --checksum=md5:0 https://host.example/a /y\n", 2, "algorithm"),
    ("FROM alpine\nADD https://host.example/a.git?tag=a&branch=b /y\n", 2, "not both"),
    ("FROM alpine\nADD --keep-git-dir=false https://host.example/a.git?keep-git-dir=true /y\n", 2, "contradict"),
    ("FROM alpine\nRUN --mount=type=cache x\n", 2, "root directory"),
    ("FROM alpine\nWORKDIR /a\nRUN --mount=type=cache,target=.. x\n", 3, "root directory"),
    ("FROM alpine\nRUN --mount=type=secret x\n", 2, "id=NAME"),
    ("FROM alpine\nRUN --mount=type=cahce,target=/a x\n", 2, "type"),
    ("FROM alpine\nENV T=cahce\nRUN --mount=type=$T,target=/a x\n", 3, "type"),
    ("FROM alpine\nRUN --mount=type=cache,traget=/a x\n", 2, "did you mean target?"),
    ("FROM alpine\nRUN --mount=type=tmpfs,target=/a,size=much x\n", 2, "size"),
    ("FROM alpine\nRUN --device=vendor.example/gpu x\n", 2, "labs"),
    ("FROM alpine\nRUN []\n", 2, "no command"),
    ("FROM alpine\nEXPOSE 1-0\n", 2, "ends before"),
    ("FROM alpine\nEXPOSE 80/quic\n", 2, "protocol"),
    ("FROM alpine\nEXPOSE x:80\n", 2, "no port"),
    ("FROM alpine\nENV A=${B:?no}\n", 2, "B: no"),
    ("FROM alpine\nVOLUME $A\n", 2, "empty path"),
    ("FROM alpine\nSTOPSIGNAL SIGTREM\n", 2, "no signal"),
    ("FROM alpine\nSTOPSIGNAL 0\n", 2, "no signal"),
    ("FROM alpine AS a\nONBUILD EXPOSE x\nFROM a\n", 3, "trigger"),
    ("FROM alpine AS a\nONBUILD HEALTHCHECK\nFROM a\n", 3, "trigger"),
    ("ARG SOURCE_DATE_EPOCH=noon\nFROM alpine\n", 0, "SOURCE_DATE_EPOCH"),
    ("ARG SOURCE_DATE_EPOCH=t\nFROM scratch AS t\nRUN x\nFROM alpine\n", 3, "SOURCE_DATE_EPOCH"),
]


@pytest.mark.parametrize(("text", "line", "part"), REFUSED)
def test_refused(text, line, part):
    found = errors(text)
    assert [at for at, _ in found] == [line], found
    assert part in found[0][1]


@pytest.mark.parametrize(
    "text",
    [
        "ARG A\nFROM alpine:$TARGETARCH\n",
        "ARG A=b\nFROM $A AS c\nFROM c\nCOPY --from=C / /\nCOPY --from=0 / /\n",
        "FROM alpine\nCOPY --from=busybox / /\nCOPY --from=1 / /\n",
        "FROM alpine\nEXPOSE 80 127.0.0.1:81:82/udp 90-99:80 [::1]:1:2\n",
        "FROM alpine\nEXPOSE $NOTHING\n",
        "FROM alpine\nSTOPSIGNAL sigrtmin+3\nSTOPSIGNAL 9\nSTOPSIGNAL QUIT\n",
        "FROM alpine\nCOPY --chmod=u+x,go-w x /y\nADD --chmod=07777 x /y\n",
        "FROM alpine\nADD https://host.example/a.git#main:sub /y\nADD github.com/a/b /y\nCOPY github.com/a/b /y\n",
        "FROM alpine\nRUN --mount=type=secret,id=a --mount=type=ssh,required x\nRUN --mount=target=/a,from=busybox x\n",
        "FROM alpine AS a\nONBUILD EXPOSE x\n",
        "ARG SOURCE_DATE_EPOCH=t\nFROM scratch AS t\nARG U=https://host.example\nADD $U/a /\nFROM alpine\n",
    ],
)
def test_taken(text):
    assert errors(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "ARG BASE\nFROM $BASE\n",
        "ARG BASE=\nFROM $BASE\n",
        "ARG PORT=none\nFROM alpine\nARG PORT\nEXPOSE $PORT\nSTOPSIGNAL $PORT\nVOLUME $PORT\n",
        "FROM alpine\nEXPOSE $OF_THE_IMAGE\nENV A=${OF_THE_IMAGE:?x}\nSTOPSIGNAL $A\n",
        "FROM alpine\nRUN --mount=type=cache x\n",
        "ARG MUST=${MUST:?}\nFROM alpine\n",
        "FROM --platform=$TARGETPLATFORM alpine\nRUN --device=vendor.example/gpu x\n",
        "ARG SOURCE_DATE_EPOCH=noon\nFROM alpine\n",
    ],
)
def test_nothing_is_said_where_the_answer_is_not_known(text):
    assert errors(text, BuildInputs()) == []


def test_only_the_stages_of_the_build_stop_it():
    text = "FROM alpine AS a\nEXPOSE x\nFROM alpine AS b\nSTOPSIGNAL x\nFROM b\n"
    found = frontend_errors(parse(text), KNOWN)
    assert [error.stops_build for error in found] == [False, True]


def test_build_arguments_count():
    text = "ARG PORT=80\nFROM alpine\nARG PORT\nEXPOSE $PORT\n"
    assert errors(text, KNOWN) == []
    assert errors(text, BuildInputs({"PORT": "x"}))[0][0] == 4


def test_many_stages_in_a_chain():
    names = [f"s{i}" for i in range(3000)]
    text = "".join(
        f"FROM alpine AS {b}\nCOPY --from={a} / /\n" for a, b in zip([names[-1], *names], names, strict=False)
    )
    assert [line for line, _ in errors(text)] == [4, 2]


def test_a_target_that_is_not_there():
    assert "no stage is called c" in errors("FROM alpine AS a\nFROM alpine AS b\n", BuildInputs(target="c"))[0][1]
    assert errors("FROM alpine AS a\nFROM alpine AS b\n", BuildInputs(target="A")) == []


def test_what_the_parser_refuses_counts_in_triggers_too():
    assert [node.message for node in parse("FROM alpine\nONBUILD ENV A\n").broken] != []
    assert parse("FROM alpine\nONBUILD COPY a\nONBUILD NONSENSE\nONBUILD ENV\n").broken == ()
