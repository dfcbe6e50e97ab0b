"""Lists of repositories of apk that a build appends to: what is added is known where it is plain text."""

import pytest

APPEND = "echo {} >> /etc/apk/repositories"


def added(build, lines):
    """The effect of the last ``apk add`` of a build."""
    simulation = build(f"FROM alpine\n{lines}\n", {"list": b"x\n"})
    assert not simulation.unknown
    commands = [command for stage in simulation.stages for step in stage.steps for command in step.commands]
    return next(command.effect for command in reversed(commands) if command.text.startswith("apk"))


def reads(effect, path):
    return any(region.covers(path) for region in effect.reads)


@pytest.mark.parametrize(
    "lines",
    [
        f"RUN {APPEND.format('https://example.org/main')} && apk add curl",
        f"RUN {APPEND.format('@edge https://example.org/x')}; {APPEND.format('https://example.org/y')}; apk add curl",
        f"RUN apk add bash && {APPEND.format('https://example.org/main')}\nRUN apk update\nRUN apk add curl",
        "RUN apk add curl",
    ],
)
def test_addresses_that_are_appended_lead_to_no_files(build, lines):
    effect = added(build, lines)
    assert not reads(effect, "/srv/any")
    assert reads(effect, "/etc/apk/repositories")


def test_a_folder_that_is_appended_is_read(build):
    effect = added(build, f"RUN {APPEND.format('/srv/packages')} && apk add curl")
    assert reads(effect, "/srv/packages/x86_64/APKINDEX.tar.gz")
    assert not reads(effect, "/srv/other")


@pytest.mark.parametrize(
    "lines",
    [
        "ARG X\nRUN echo $X >> /etc/apk/repositories && apk add curl",
        "RUN echo -e 'a\\n/srv' >> /etc/apk/repositories && apk add curl",
        "RUN cat /list >> /etc/apk/repositories && apk add curl",
        f"RUN if true; then {APPEND.format('https://example.org')}; fi && apk add curl",
        f"RUN sed -i s/a/b/ /etc/apk/repositories && {APPEND.format('https://example.org')} && apk add curl",
        f"COPY list /x\nRUN cp /x /etc/apk/repositories && {APPEND.format('https://example.org')} && apk add curl",
        f"RUN {APPEND.format('https://example.org')} && cp /etc/issue /etc/apk/repositories && apk add curl",
        f"RUN {APPEND.format('https://example.org')} 2> /etc/apk/repositories && apk add curl",
    ],
)
def test_whatever_else_was_done_to_the_list_reads_everything(build, lines):
    assert reads(added(build, lines), "/srv/any")


def test_a_second_build_with_the_same_memory_knows_as_much():
    from restow.build import simulate
    from restow.syntax import parse

    text = f"FROM alpine\nRUN {APPEND.format('https://example.org')}\nRUN apk add {{}}\n"
    memory = {}
    first, second = (simulate(parse(text.format(name)), None, memory=memory) for name in ("curl", "wget"))
    assert not any(reads(each.target.steps[-1].commands[-1].effect, "/srv/any") for each in (first, second))
