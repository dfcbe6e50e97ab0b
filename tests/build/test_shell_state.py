"""What a RUN's shell holds beside files: its variables, options, dialect, sourced scripts, redirections, mounts."""

import pytest

from restow.image import compare

FILES = {
    "a": b"1\n",
    "b": b"2\n",
    "one": b"V=1\n",
    "two": b"V=2\n",
    "latin": b"V=\xe9\n",
    "moves": b"cd /opt\n",
}

PAIRS = {
    "set -o of a name": ("RUN set -o noglob; rm -f /opt/*", "RUN rm -f /opt/*"),
    "set -o allexport": ("RUN set -o allexport; V=1; pip install x", "RUN V=1; pip install x"),
    "sourced bytes that are no text": ("COPY latin /x\nRUN . /x; echo \"$V\" > /y; rm /x", "RUN echo \"V=�\" > /y"),
    "sourced under dash": ("COPY one /x\nRUN source /x; echo \"$V\" > /y", "COPY one /x\nRUN . /x; echo \"$V\" > /y"),
    "sourced with a redirection": ("COPY one /x\nRUN . /x > /z; echo $V > /y", "COPY one /x\nRUN . /x; echo $V > /y"),
    "sourced by a user": (
        "COPY --chmod=600 one /x\nUSER app\nRUN . /x; echo \"$V\" > /tmp/y",
        "COPY --chmod=600 one /x\nUSER app\nRUN echo 1 > /tmp/y",
    ),
    "sourced and gone": ("COPY one /x\nRUN . /x; echo $V > /y; rm /x", "COPY two /x\nRUN . /x; echo $V > /y; rm /x"),
    "a name that os-release may set": (
        "RUN . /etc/os-release; echo $VARIANT_ID > /y",
        "RUN VARIANT_ID=1; . /etc/os-release; echo $VARIANT_ID > /y",
    ),
    "an assignment before cd": ("RUN V=1 cd /opt; echo \"$V\" > y", "RUN V=2 cd /opt; echo \"$V\" > y"),
    "an assignment before set": ("RUN V=1 set -e; echo \"$V\" > /y", "RUN V=2 set -e; echo \"$V\" > /y"),
    "an assignment before export": ("RUN V=1 export W=3; echo \"$V\" > /y", "RUN V=2 export W=3; echo \"$V\" > /y"),
    "an assignment before a colon": ("RUN V=1 : ; echo \"$V\" > /y", "RUN V=2 : ; echo \"$V\" > /y"),
    "export into a file": ("RUN export V=1 > /y", "RUN export V=1"),
    "set and unset into files": ("RUN set -e > /y; unset V > /z", "RUN set -e; unset V"),
    "unset of what ENV gives": ("ENV V=1\nRUN unset V; echo \"$V\" > /y", "ENV V=1\nRUN echo \"$V\" > /y"),
    "unset of what ARG gives": ("ARG V=1\nRUN unset V; mytool", "ARG V=1\nRUN mytool"),
    "unset of the home directory": ("RUN unset HOME; echo hi > ~/f", "RUN echo hi > ~/f"),
    "PWD of the stage": ("ENV PWD=/x\nWORKDIR /y\nRUN echo \"$PWD\" > /f", "ENV PWD=/x\nWORKDIR /y\nRUN echo /x > /f"),
    "UID of the stage": (
        "ENV UID=5\nSHELL [\"bash\", \"-c\"]\nRUN echo $UID > /f",
        "ENV UID=5\nSHELL [\"bash\", \"-c\"]\nRUN echo 5 > /f",
    ),
    "an inner shell sees what is exported": ("RUN V=1; sh -c 'echo \"$V\" > /y'", "RUN V=1; echo \"$V\" > /y"),
    "the inner shell's echo": ("RUN bash -c 'echo \"a\\nb\" | tee /f'", "RUN sh -c 'echo \"a\\nb\" | tee /f'"),
    "the inner shell's braces": ("RUN bash -c 'mkdir -p /x/{a,b}'", "RUN sh -c 'mkdir -p /x/{a,b}'"),
    "the stage's shell": (
        "FROM debian AS s\nSHELL [\"/bin/bash\", \"-c\"]\nRUN mkdir -p /x/{a,b}\nFROM debian\nCOPY --from=s /x /x",
        "FROM debian AS s\nRUN mkdir -p /x/{a,b}\nFROM debian\nCOPY --from=s /x /x",
    ),
    "the shell's version": (
        "FROM debian AS s\nSHELL [\"/bin/bash\", \"-c\"]\nRUN echo $BASH_VERSION > /f\nFROM debian\nCOPY --from=s /f /f",
        "FROM debian AS s\nRUN echo $BASH_VERSION > /f\nFROM debian\nCOPY --from=s /f /f",
    ),
    "printf into a variable": (
        "SHELL [\"bash\", \"-c\"]\nRUN printf -v V 1; echo \"$V\" > /y",
        "SHELL [\"bash\", \"-c\"]\nRUN printf -v V 2; echo \"$V\" > /y",
    ),
    "errors into the pipe": ("RUN cat /a | tee /x > /dev/null", "RUN cat /a 2>&1 | tee /x > /dev/null"),
    "errors after the file": ("RUN cat /a > /x 2>&1", "RUN cat /a 2>&1 > /x"),
    "the second output wins": ("RUN echo hi > /x 1>/dev/null", "RUN echo hi > /x"),
    "the output to another descriptor": ("RUN echo hi > /x >&2", "RUN echo hi > /x"),
    "two files": ("RUN echo hi > /x > /dev/stderr", "RUN echo hi > /x"),
    "a mounted link of a stage": (
        "FROM debian AS s\nCOPY a /real\nRUN ln -s /real /l\n"
        "FROM debian\nRUN --mount=type=bind,from=s,source=/l,target=/m cat /m > /y",
        "FROM debian AS s\nCOPY b /real\nRUN ln -s /real /l\n"
        "FROM debian\nRUN --mount=type=bind,from=s,source=/l,target=/m cat /m > /y",
    ),
    "a mounted path through a link": (
        "FROM debian AS s\nCOPY a /real/f\nRUN ln -s /real /l\n"
        "FROM debian\nRUN --mount=type=bind,from=s,source=/l/f,target=/m cat /m > /y",
        "FROM debian AS s\nCOPY b /real/f\nRUN ln -s /real /l\n"
        "FROM debian\nRUN --mount=type=bind,from=s,source=/l/f,target=/m cat /m > /y",
    ),
    "pipefail": (
        'SHELL ["bash", "-c"]\nRUN set -o pipefail; false | true || mkdir /x',
        'SHELL ["bash", "-c"]\nRUN false | true || mkdir /x',
    ),
    "nounset": ("RUN (set -u; echo $FOO > /f); true", "RUN (echo $FOO > /f); true"),
    "xtrace": ("RUN set -x; { mkdir /y; } > /log 2>&1", "RUN { mkdir /y; } > /log 2>&1"),
    "positional": ("RUN set -- a; for i; do echo $i > /y; done", "RUN set -- b; for i; do echo $i > /y; done"),
    "errexit of a subshell": ("RUN (set -e; false; echo 1 > /x); true", "RUN (false; echo 1 > /x); true"),
    "errexit of an inner shell": (
        "RUN sh -c 'set -e; test -f /foo; echo 1 > /x'; true",
        "RUN sh -c 'test -f /foo; echo 1 > /x'; true",
    ),
    "exit of a subshell": ("RUN (test -f /q || exit 1; echo 1 > /x); true", "RUN (echo 1 > /x); true"),
    "exit of an inner shell": (
        "RUN sh -c 'test -f /q || exit 1; echo 1 > /x'; true",
        "RUN sh -c 'test -f /q; echo 1 > /x'; true",
    ),
    "a failed redirection ends it": ("COPY a /f\nRUN (: > /f/x; echo 1 > /y); true", "COPY a /f\nRUN (echo 1 > /y); true"),
    "a broken expression ends it": ("RUN (echo $((1/0)); echo 1 > /y); true", "RUN (echo 1 > /y); true"),
    "the home directory is exported": ("RUN HOME=/srv; env > /y", "RUN env > /y"),
    "what the base image exports": (
        "FROM golang\nRUN GOPATH=/tmp/gp; go install example.org/x@v1.0.0",
        "FROM golang\nRUN go install example.org/x@v1.0.0",
    ),
    "the search path is exported": (
        "COPY --chmod=755 a /srv/bin/mkdir\nRUN PATH=/srv/bin:$PATH; mkdir /x",
        "COPY --chmod=755 a /srv/bin/mkdir\nRUN mkdir /x",
    ),
    "an empty entry of the search path": (
        "WORKDIR /w\nCOPY --chmod=755 a mkdir\nENV PATH=:$PATH\nRUN mkdir /x",
        "WORKDIR /w\nCOPY --chmod=755 a mkdir\nENV PATH=$PATH\nRUN mkdir /x\nENV PATH=:$PATH",
    ),
    "a home directory in a value": ("RUN X=~/foo; mkdir -p $X", "RUN X='~/foo'; mkdir -p $X"),
    "a home directory further on": ("RUN X=a:~/foo; echo $X > /y", "RUN X='a:~/foo'; echo $X > /y"),
    "export that appends": (
        'SHELL ["bash", "-c"]\nENV X=1\nRUN export X+=2; echo $X > /y',
        'SHELL ["bash", "-c"]\nENV X=1\nRUN echo $X > /y',
    ),
    "both outputs": ('SHELL ["bash", "-c"]\nRUN mkdir /x >& /y', 'SHELL ["bash", "-c"]\nRUN mkdir /x'),
    "both outputs of a group": (
        'SHELL ["bash", "-c"]\nRUN { mkdir /x; } >& /y\nCOPY a /y',
        'SHELL ["bash", "-c"]\nCOPY a /y\nRUN { mkdir /x; } >& /y',
    ),
    "a pattern as a target": (
        'SHELL ["bash", "-c"]\nCOPY a /y1\nRUN mkdir /q > /y*',
        "SHELL [\"bash\", \"-c\"]\nCOPY a /y1\nRUN mkdir /q > '/y*'",
    ),
    "where cd looks": ("ENV CDPATH=/srv\nRUN cd x && echo 1 > f", "ENV CDPATH=/srv\nRUN cd ./x && echo 1 > f"),
    "the file of BASH_ENV": ("COPY a /e\nRUN export BASH_ENV=/e; bash -c 'mkdir /x'", "COPY a /e\nRUN bash -c 'mkdir /x'"),
    "exported once more": ("RUN export PIP_TARGET=/a; unset PIP_TARGET; PIP_TARGET=/b; pip install six", "RUN pip install six"),
}  # fmt: skip
"""Two builds that leave other images in some shell, and that differ by one thing of the shell's state alone."""


@pytest.mark.parametrize("name", PAIRS)
def test_builds_that_differ_are_not_called_equal(name, build):
    one, two = (text if text.startswith("FROM") else f"FROM debian\n{text}" for text in PAIRS[name])
    assert compare(build(one, FILES), build(two, FILES))


SAME = {
    "what is sourced is followed": ("COPY one /x\nRUN . /x; echo $V > /y; rm /x", "COPY one /x\nRUN echo 1 > /y; rm /x"),
    "an exported variable in an inner shell": ("RUN export V=1; sh -c 'echo \"$V\" > /y'", "RUN V=1; echo \"$V\" > /y"),
    "what an inner shell exports ends with it": (
        "RUN V=1; sh -c 'export V=2'; sh -c 'echo \"$V\" > /y'",
        "RUN V=1; sh -c 'echo \"$V\" > /y'",
    ),
    "the working directory": ("WORKDIR /y\nRUN echo \"$PWD\" > /f", "WORKDIR /y\nRUN echo /y > /f"),
}  # fmt: skip


@pytest.mark.parametrize("name", SAME)
def test_builds_that_are_equal_are_called_so(name, build):
    one, two = (f"FROM debian\n{text}" for text in SAME[name])
    assert not compare(build(one, FILES), build(two, FILES))


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        ("RUN set -o noexec; echo hi > /x", "this use of set is not followed"),
        ("COPY latin /x\nRUN . /x", "/x holds bytes that are no text"),
        ("RUN source /etc/os-release", "not every shell called sh has source"),
        ("RUN if true; then V=1 cd /opt; fi", "cd with an assignment or a redirection is not followed"),
    ],
)
def test_what_is_not_followed_has_a_reason(lines, reason, build):
    assert [said for _, said in build(f"FROM debian\n{lines}\n", FILES).unknown] == [reason]
