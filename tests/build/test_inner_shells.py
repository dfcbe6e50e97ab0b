"""Scripts that a RUN starts: followed where their text is at hand, and what they rest on."""

import pytest

from restow.image import compare

FILES = {
    "one.sh": b"#!/bin/sh\nset -e\nmkdir /x\necho hi > /x/y\n",
    "two.sh": b"#!/bin/sh\nset -e\nmkdir /x\necho ho > /x/y\n",
    "moves.sh": b"set -e\ncd /opt\nexport V=2\nmkdir n\n",
    "says.sh": b'echo "$V" > /y\n',
    "first.sh": b'set -e\nmkdir "$1"\n',
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
    "flags of the shell": (
        "RUN bash -exc 'mkdir /x; mkdir /y'",
        "RUN mkdir /x && mkdir /y",
    ),
    "a word of the shell with pipefail": (
        "RUN bash -euo pipefail -c 'mkdir /x; mkdir /y'",
        "RUN mkdir /x && mkdir /y",
    ),
    "parameters of the script": ("RUN sh -c 'mkdir \"$1\"' name /x", "RUN mkdir /x"),
    "exec": ("RUN mkdir /x && exec mkdir /y", "RUN mkdir /x && mkdir /y"),
    "exec of a shell": ("RUN exec sh -ec 'mkdir /x; exec mkdir /y'", "RUN mkdir /x && mkdir /y"),
    "exec within": ("RUN sh -c 'exec mkdir /x' && mkdir /y", "RUN mkdir /x && mkdir /y"),
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
        (f"{COPY}RUN sh /s/bare.sh || true", "runs the script"),
        ("COPY --chmod=644 one.sh /s/one.sh\nRUN /s/one.sh", "may not be executed"),
        ("COPY --chmod=644 env.sh /s/env.sh\nRUN /s/env.sh", "may not be executed"),
        (f"{COPY}RUN bash -eo one.sh /s/one.sh", "bash"),
        (f"{COPY}RUN /s/python", "/s/python"),
        (f"{COPY}RUN /s/bare.sh", "/s/bare.sh"),
        (f"{COPY}RUN sh /s/windows.sh", "not followed"),
        (f"{COPY}RUN sh /s/latin.sh", "runs the script"),
        (f"{COPY}RUN bash /s/where.sh", "not followed"),
        (f"{COPY}USER app\nRUN sh /s/one.sh", "whether the user may read"),
        (f"{COPY}RUN sh /elsewhere.sh", "sh runs the script /elsewhere.sh, whose text is not at hand"),
        (f"{COPY}RUN sh /s/one.sh > /log", "runs the script"),
        (f"{COPY}ENV BASH_ENV=/s/bare.sh\nRUN bash /s/one.sh", "a variable tells bash"),
        (f"{COPY}COPY --chmod=755 one.sh /usr/local/bin/bash\nRUN bash /s/one.sh", "the build itself put"),
        (f"{COPY}RUN sh -s /s/one.sh", "the option -s of sh is not modelled"),
        (f"{COPY}RUN sh -o noglob /s/one.sh", "sh"),
        (f"{COPY}WORKDIR /s\nRUN sh errexit one.sh", "errexit"),
    ],
)
def test_what_is_not_followed_has_a_reason(lines, reason, build):
    (_, said), *_ = built(build, lines).unknown
    assert reason in said


@pytest.mark.parametrize("command", ["/s/says.sh", "sh /s/says.sh", "exec sh /s/says.sh"])
def test_a_pattern_among_the_parameters_is_not_followed(command, build):
    """The script gets the files that it matches, and not its text."""
    files = {**FILES, "says.sh": b'#!/bin/sh\necho "$1" > /y\n'}
    matched, quoted = (built(build, f"{COPY}WORKDIR /s\nRUN {command} {word}", files) for word in ("*.sh", "'*.sh'"))
    assert [step.unknown for step in matched.target.steps if step.unknown]
    assert compare(matched, quoted)


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


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        ("exec mkdir /x && mkdir /y", "exec ends the shell"),
        ("exec mkdir /x; mkdir /y", "exec ends the shell"),
        ("{ exec mkdir /x; }; mkdir /y", "exec ends the shell"),
        ("false || exec mkdir /x", "exec inside of a condition"),
        ("if true; then exec mkdir /x; fi; mkdir /y", "exec inside of a condition"),
        ("exec > /log", "exec without a command"),
        ("exec -a x mkdir /y", "exec without a command"),
        ("exec echo a", "exec echo: what stands under the name of a command of the shell"),
        ("exec cd /x", "exec cd: what stands"),
        ("X=exec; $X mkdir /x", "exec that a variable names"),
        ("bash -lc 'mkdir /x'", "is a login shell"),
        ("bash -kc 'mkdir /x'", "the option -kc of bash"),
        ("sh -c 'mkdir $0' /x", "the value of $0 is not followed"),
        ("mkdir a | bash -lc 'mkdir /x'", "is a login shell"),
    ],
)
def test_exec_and_flags_that_are_not_followed(command, reason, build):
    (_, said), *_ = built(build, f"RUN {command}").unknown
    assert reason in said


def test_a_shell_that_fails_half_way(build):
    one, two = (build(f"FROM debian\nRUN sh -{flags} 'mkdir /a; mkdir /b'\n", {}) for flags in ("ec", "c"))
    assert not one.unknown
    assert compare(one, two) or two.unknown


@pytest.mark.parametrize(
    "started", ["sudo git clone https://x/y /z", "sh -c 'git clone https://x/y /z'", "git clone https://x/y /z"]
)
def test_a_program_that_another_part_of_a_pipeline_puts_in_place(build, started):
    (_, said), *_ = built(build, f"RUN {{ curl -o /usr/local/bin/git https://x/y; {started}; }} | tee /log").unknown
    assert said == "/usr/local/bin/git is a program that another part of the same command may write"
    assert not built(build, f"RUN {{ curl -o /usr/local/bin/jq https://x/y; {started}; }} | tee /log").unknown
