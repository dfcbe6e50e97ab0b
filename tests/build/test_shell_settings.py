"""What decides over commands without being in them: the shell, its options, programs and libraries put in place by the build."""

import pytest

from restow.build import simulate
from restow.image import compare
from restow.syntax import parse

FILES = {"m": b"#!/bin/sh\necho hi > /mm\n", "x": b"x\n"}
PIPEFAIL, BASH = ('SHELL ["/bin/bash", "-o", "pipefail", "-c"]\n', 'SHELL ["/bin/bash", "-c"]\n')


def swapped(step, moved="COPY x /mm"):
    """Two builds that differ in where ``moved`` stands: before the step, or after it."""
    return f"{moved}\n{step}", f"{step}\n{moved}"


PAIRS = {
    "pipefail of a pipeline that may fail": (
        f"{PIPEFAIL}RUN false | true && touch /a || touch /b\n{PIPEFAIL}",
        f"{BASH}RUN false | true && touch /a || touch /b\n{PIPEFAIL}",
    ),
    "-e of a loop": (
        'SHELL ["sh", "-ec"]\nRUN for i in a; do cat /no; touch /a; done; touch /b\nSHELL ["sh", "-c"]',
        'SHELL ["sh", "-c"]\nRUN for i in a; do cat /no; touch /a; done; touch /b\nSHELL ["sh", "-c"]',
    ),
    "-u of a condition": (
        f'SHELL ["sh", "-uc"]\nRUN if cat /x$V; then touch /a; else touch /b; fi\n{BASH}',
        f'SHELL ["sh", "-c"]\nRUN if cat /x$V; then touch /a; else touch /b; fi\n{BASH}',
    ),
    "-x of a group": (
        f'SHELL ["sh", "-xc"]\nRUN {{ cat /x; }} > /log 2>&1\n{BASH}',
        f'SHELL ["sh", "-c"]\nRUN {{ cat /x; }} > /log 2>&1\n{BASH}',
    ),
    "the shell of a substitution": (
        f'{BASH}RUN touch "/x-$(cat /a | tr a b)"',
        'RUN touch "/x-$(cat /a | tr a b)"\n' + BASH,
    ),
    "an option given to cd": (
        "WORKDIR /w\nRUN mkdir ./-- && cd -- && touch a",
        "WORKDIR /w\nRUN mkdir ./-- && touch ./--/a",
    ),
    "what export splits": (
        "RUN V='a b'; export W=$V; mkdir -p \"/q$W\"",
        "RUN V='a b'; export W=a b; mkdir -p \"/q$W\"",
    ),
    "another shell in the place of sh": swapped(r"RUN echo 'a\nb' > /q", "RUN ln -sf /bin/bash /bin/sh"),
    "another shell under its other name": swapped(r"RUN echo 'a\nb' > /q", "RUN ln -sf bash /usr/bin/sh"),
    "a file in the place of sh": swapped("RUN touch /q", "COPY m /bin/sh"),
    "another shell that is started": swapped(r"RUN dash -c 'printf a | tee /q'", "RUN ln -sf /bin/bash /bin/dash"),
    "a program made in the same condition": swapped("RUN if true; then cp /m /usr/local/bin/touch; touch /q; fi"),
    "a program made by its name": swapped("RUN cp /m /usr/local/bin/touch && touch /q"),
    "a program copied into a folder": swapped("RUN cp -a /m/touch /usr/local/bin/ && touch /q"),
    "a program moved into a folder": swapped("RUN mv /m/touch /usr/local/bin && touch /q"),
    "a program installed into a folder": swapped("WORKDIR /w\nRUN install -m755 m/touch /usr/local/bin && touch /q"),
    "a program that is fetched": swapped("RUN curl -o /usr/local/bin/touch http://x/y && touch /q"),
    "libraries that are loaded first": swapped("RUN touch /q", "COPY m /etc/ld.so.preload"),
    "the C library": swapped("RUN touch /q", "COPY m /lib/x86_64-linux-gnu/libc.so.6"),
    "a folder that gives its group": (
        "RUN mkdir /g && chmod 2775 /g && chgrp 50 /g && touch /g/a",
        "RUN mkdir /g && touch /g/a && chmod 2775 /g && chgrp 50 /g",
    ),
    "a function that a variable defines": swapped(f"{BASH}RUN touch /q", "ENV BASH_FUNC_touch%%='() { mkdir /z; }'"),
    "options that a variable sets": swapped(f"{BASH}RUN echo /x* > /q", "ENV SHELLOPTS=noglob"),
    "a link to what is asked for": swapped("RUN [ -e /y ] || touch /q", "RUN ln -s /etc/motd /y"),
    "a link to what is read": swapped("RUN cat /y > /q", "RUN ln -sf /etc/motd /y"),
    "a link on the way to what is read": swapped("RUN cat /y/motd > /q", "RUN ln -sfn /etc /y"),
    "a file of the build in the place of a program": (
        "COPY m x /app/\nRUN cp /app/m /usr/local/bin/pip && pip install y",
        "COPY m /app/\nRUN cp /app/m /usr/local/bin/pip && pip install y\nCOPY x /app/",
    ),
    "files of the build in the place of programs": (
        "COPY m /app/bin/pip\nCOPY x /app/\nRUN cp -r /app/bin/. /usr/local/bin && pip install y",
        "COPY m /app/bin/pip\nRUN cp -r /app/bin/. /usr/local/bin && pip install y\nCOPY x /app/",
    ),
    "files that a pattern finds in the place of programs": (
        "COPY m /app/bin/pip\nCOPY x /app/\nRUN install -m755 /app/bin/* /usr/local/bin && pip install y",
        "COPY m /app/bin/pip\nRUN install -m755 /app/bin/* /usr/local/bin && pip install y\nCOPY x /app/",
    ),
    "options behind operands": swapped("RUN rm -f /a -r /b", "ENV POSIXLY_CORRECT=1"),
}


@pytest.mark.parametrize("name", PAIRS)
def test_builds_that_differ_are_not_called_equal(name, build):
    one, two = (f"FROM debian\n{text}\n" for text in PAIRS[name])
    assert compare(build(one, FILES), build(two, FILES))


def test_a_program_that_is_brought_is_assumed_to_be_the_one_of_its_name(build):
    simulation = build("FROM debian\nRUN curl -o /usr/local/bin/gosu http://x/y && gosu nobody true\n")
    assert simulation.unknown == ()
    said = "what the build itself puts at /usr/local/bin/gosu is the program of that name"
    assert said in [each.text for each in simulation.assumptions]


def test_options_of_the_shell_do_not_count_for_single_commands(build):
    one, two = (f"FROM debian\n{shell}RUN printf a > /f && pip install x\n{BASH}" for shell in (PIPEFAIL, BASH))
    assert not compare(build(one, FILES), build(two, FILES))


@pytest.mark.parametrize(("line", "assumed"), [("make", True), ("apt-get update", False)])
def test_that_programs_stay_what_they_are_after_one_without_a_model_is_said(line, assumed) -> None:
    last = simulate(parse(f"FROM debian\nRUN {line}\nRUN touch /a\n"), None).target.steps[-1]
    assert ("standard-programs" in [each.code for each in last.assumptions]) is assumed
