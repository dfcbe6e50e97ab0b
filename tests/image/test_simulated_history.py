"""The history of a simulated build: every text here was written by a real BuildKit (0.13) for the same lines."""

import pytest

from restow.build import Context, simulate
from restow.image.history import simulated_history
from restow.syntax import parse
from restow.vfs import Attributes, Content, Directory, File

CONTEXT = Context(Directory(Attributes(0o755), {"a": File(Attributes(0o644), Content.of(b"a"))}), "a test")


def entries(lines, **arguments):
    return simulated_history(simulate(parse(f"FROM scratch\n{lines}\n"), CONTEXT, arguments=arguments))


def told(lines, **arguments):
    return [entry.created_by for entry, _ in entries(lines, **arguments)]


@pytest.mark.parametrize(
    ("line", "written"),
    [
        ("CMD", 'CMD ["/bin/sh" "-c" ""]'),
        ("ENTRYPOINT e x", 'ENTRYPOINT ["/bin/sh" "-c" "e x"]'),
        ("HEALTHCHECK NONE", 'HEALTHCHECK &{["NONE"] "0s" "0s" "0s" "0s" \'\\x00\'}'),
        ("WORKDIR /w/", "WORKDIR /w/"),
        ("EXPOSE 80 1", "EXPOSE map[1/tcp:{} 80/tcp:{}]"),
        ("ARG V", "ARG V"),
        ("ARG V=1", "ARG V=1"),
        ("COPY --link --chmod=0700 --chown=1:2 a /x/", "COPY --chown=1:2 --chmod=0700 a /x/ # buildkit"),
        ("COPY <<-'END' a /x/\n\tone\nEND", "COPY a <<END /x/ # buildkit"),
        ("RUN <<END\nset -e\n: $A\nEND", "RUN /bin/sh -c set -e\n: $A\n # buildkit"),
    ],
)
def test_an_entry_as_the_engine_writes_it(line, written) -> None:
    assert told(line, V="2") == [written]


def test_a_copy_from_a_stage_does_not_name_it() -> None:
    lines = "COPY a /a\nFROM scratch\nCOPY --from=0 /a /b"
    assert told(lines) == ["COPY /a /b # buildkit"]


def test_a_port_that_was_exposed_before_is_told_again() -> None:
    assert told("EXPOSE 80\nEXPOSE 80/TCP 9")[-1] == "EXPOSE map[80/tcp:{} 9/tcp:{}]"


def test_a_trigger_leaves_no_entry() -> None:
    assert told("ONBUILD ENV A=1\nENV B=2") == ["ENV B=2"]


def test_only_steps_have_a_layer() -> None:
    assert [entry.empty_layer for entry, _ in entries("ENV A=1\nCOPY a /\nWORKDIR /w\nCMD x")] == [
        True,
        False,
        False,
        True,
    ]


def test_arguments_of_a_stage_below_are_not_told() -> None:
    lines = "ARG A=1\nRUN x\nFROM 0\nARG B=2\nRUN y"
    text = "FROM scratch AS s\n" + lines.replace("FROM 0", "FROM s") + "\n"
    found = [entry.created_by for entry, _ in simulated_history(simulate(parse(text), CONTEXT))]
    assert found == ["ARG A=1", "RUN |1 A=1 /bin/sh -c x # buildkit", "ARG B=2", "RUN |1 B=2 /bin/sh -c y # buildkit"]
