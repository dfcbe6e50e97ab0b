"""Scripts that a RUN starts: followed where their text is at hand, and what they rest on."""

import pytest

from restow.image import compare

FILES = {
    "one.sh": b"#!/bin/sh\nset -e\nmkdir /x\necho hi > /x/y\n",
    "two.sh": b"#!/bin/sh\nset -e\nmkdir /x\necho ho > /x/y\n",
    "moves.sh": b"set -e\ncd /opt\nexport V=2\nmkdir n\n",
    "says.sh": b'echo "$V" > /y\n',
    "first.sh": b'mkdir "$1"\n',
    "all.sh": b'mkdir "$@"\n',
    "shifts.sh": b"set -- b\nmkdir $1\n",
    "fails.sh": b"mkdir /a\nmkdir /x\n",
    "calls.sh": b"set -e\nsh /s/one.sh\nmkdir /z\n",
    "again.sh": b"sh /s/again.sh\n",
    "sources.sh": b". /s/sources.sh\n",
    "writes.sh": b"set -e\nmkdir /x\necho hi > /s/writes.sh\nmkdir /z\n",
    "braces.sh": b"#!/bin/bash\nmkdir -p /x/{a,b}\n",
    "tool.sh": b"mytool\n",
    "env.sh": b"#!/usr/bin/env bash\nmkdir /x\n",
    "strict.sh": b"#!/bin/sh -e\nmkdir /a\nmkdir /x\n",
    "python": b"#!/usr/bin/python3\nprint()\n",
    "windows.sh": b"mkdir /x\r\n",
    "latin.sh": b"mkdir /\xe9\n",
    "where.sh": b"echo ${BASH_SOURCE} > /x\n",
    "bare.sh": b"mkdir /x\n",
}
COPY = "COPY --chmod=755 . /s/\n"


def built(build, text, files=FILES):
    return build(f"FROM debian\n{text}\n", files)


SAME = {
    "its commands": (f"{COPY}RUN sh /s/one.sh", f"{COPY}RUN mkdir /x && echo hi > /x/y"),
    "executed": (f"{COPY}WORKDIR /s\nRUN ./one.sh", f"{COPY}WORKDIR /s\nRUN mkdir /x && echo hi > /x/y"),
    "its parameters": (f"{COPY}RUN bash /s/first.sh /x y", f"{COPY}RUN mkdir /x"),
    "with options": (f"{COPY}RUN bash -eux /s/one.sh", f"{COPY}RUN mkdir /x && echo hi > /x/y"),
    "the options of its first line": (f"{COPY}RUN /s/strict.sh", f"{COPY}RUN mkdir /a && mkdir /x"),
    "through env": (f"{COPY}RUN /s/env.sh", f"{COPY}RUN mkdir /x"),
    "one in the other": (f"{COPY}RUN sh /s/calls.sh", f"{COPY}RUN mkdir /x && echo hi > /x/y && mkdir /z"),
    "a state of its own": (
        f"{COPY}RUN V=1; sh /s/moves.sh && mkdir m && echo $V > /v",
        f"{COPY}RUN mkdir /opt/n && mkdir m && echo 1 > /v",
    ),
    "made by the build": (
        "RUN echo 'mkdir /x' > /x.sh && sh /x.sh && rm /x.sh",
        "RUN mkdir /x && echo 'mkdir /x' > /x.sh && rm /x.sh",
    ),
    "what is exported": (f"{COPY}RUN export V=1; sh /s/says.sh", f"{COPY}RUN echo 1 > /y"),
}  # fmt: skip


@pytest.mark.parametrize("name", SAME)
def test_a_script_does_what_its_commands_do(name, build):
    one, two = (built(build, text) for text in SAME[name])
    assert not one.unknown
    assert not compare(one, two)


DIFFERENT = {
    "what is not exported": (f"{COPY}RUN V=1; sh /s/says.sh", f"{COPY}RUN echo 1 > /y"),
    "the text of the script": ("COPY one.sh /s\nRUN sh /s && rm /s", "COPY two.sh /s\nRUN sh /s && rm /s"),
    "parameters": (f"{COPY}RUN sh /s/first.sh /a", f"{COPY}RUN sh /s/first.sh /b"),
    "parameters set anew": (f"{COPY}RUN sh /s/shifts.sh a", f"{COPY}RUN mkdir a"),
    "the shell": (f"{COPY}RUN bash /s/braces.sh", f"{COPY}RUN sh /s/braces.sh"),
    "its place": (
        "COPY where.sh /a\nCOPY where.sh /b\nRUN bash /a",
        "COPY where.sh /a\nCOPY where.sh /b\nRUN bash /b",
    ),
    "a script that comes later": ("COPY one.sh /s\nRUN sh /s", "RUN sh /s\nCOPY one.sh /s"),
}  # fmt: skip


@pytest.mark.parametrize("name", DIFFERENT)
def test_what_counts(name, build):
    one, two = (built(build, text) for text in DIFFERENT[name])
    assert compare(one, two)


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        (f"{COPY}RUN sh /s/again.sh", "within too many others"),
        (f"{COPY}RUN . /s/sources.sh", "within too many others"),
        (f"{COPY}RUN sh /s/writes.sh", "may change while it runs"),
        (f"{COPY}RUN sh /s/all.sh /x", "$@ is not followed"),
        (f"{COPY}RUN sh /s/shifts.sh a", "$1 is not followed"),
        (f"{COPY}RUN sh /s/strict.sh", "the script goes on where"),
        (f"{COPY}RUN sh /s/tool.sh", "no model of what 'mytool'"),
        (f"{COPY}RUN sh /s/fails.sh; mkdir /q", "may end half-way"),
        (f"{COPY}RUN sh /s/bare.sh || true", "no model"),
        ("COPY --chmod=644 one.sh /s/one.sh\nRUN /s/one.sh", "may not be executed"),
        (f"{COPY}RUN /s/python", "/s/python"),
        (f"{COPY}RUN /s/bare.sh", "/s/bare.sh"),
        (f"{COPY}RUN sh /s/windows.sh", "not followed"),
        (f"{COPY}RUN sh /s/latin.sh", "no model"),
        (f"{COPY}RUN bash /s/where.sh", "not followed"),
        (f"{COPY}USER app\nRUN sh /s/one.sh", "whether the user may read"),
        (f"{COPY}RUN sh /elsewhere.sh", "no model"),
        (f"{COPY}RUN sh /s/one.sh > /log", "no model"),
        (f"{COPY}ENV BASH_ENV=/s/bare.sh\nRUN bash /s/one.sh", "a variable tells bash"),
        (f"{COPY}COPY --chmod=755 one.sh /usr/local/bin/bash\nRUN bash /s/one.sh", "the build itself put"),
        (f"{COPY}RUN sh -s /s/one.sh", "no model"),
    ],
)
def test_what_is_not_followed_has_a_reason(lines, reason, build):
    (_, said), *_ = built(build, lines).unknown
    assert reason in said


def test_the_script_is_read_and_needed(build):
    commands = [command for step in steps(built(build, f"{COPY}RUN sh /s/one.sh")) for command in step.commands]
    assert any("/s/one.sh" in command.effect.needs for command in commands)


def steps(simulation):
    return [step for stage in simulation.stages for step in stage.steps]


PATCH = b"--- a/d/x\n+++ b/d/x\n@@ -1 +1 @@\n-1\n+2\n"


def test_what_a_redirection_feeds_is_known_to_the_program(build):
    files = {"fix.diff": PATCH, "d": {"x": b"1\n"}}
    copy = "WORKDIR /w\nCOPY . .\n"
    found = built(build, f"{copy}RUN patch -p1 < fix.diff", files)
    assert not found.unknown
    other = built(build, f"{copy}RUN patch -p1 < fix.diff", {**files, "fix.diff": PATCH.replace(b"+2", b"+3")})
    assert compare(found, other)
    for lines in ("RUN patch -p1 < fix.diff < /etc/x", "RUN patch -p1 < /srv/elsewhere", "RUN patch -p1 3< fix.diff"):
        assert built(build, copy + lines, files).unknown, lines
