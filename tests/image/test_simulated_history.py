"""The history of a simulated build: every text here was written by a real BuildKit (0.13) for the same lines."""

import re

import pytest

from restow.build import Context, simulate
from restow.build.release import Release
from restow.image.history import simulated_history
from restow.syntax import parse
from restow.vfs import Attributes, Content, Directory, File

CONTEXT = Context(Directory(Attributes(0o755), {"a": File(Attributes(0o644), Content.of(b"a"))}), "a test")


OLD = Release((0, 13))


def entries(lines, release=None, **arguments):
    built = simulate(parse(f"FROM scratch\n{lines}\n"), CONTEXT, arguments=arguments)
    return simulated_history(built, release=release)


def told(lines, release=None, **arguments):
    return [entry.created_by for entry, _ in entries(lines, release, **arguments)]


@pytest.mark.parametrize(
    ("line", "written"),
    [
        ("CMD", 'CMD ["/bin/sh" "-c" ""]'),
        ("ENTRYPOINT e x", 'ENTRYPOINT ["/bin/sh" "-c" "e x"]'),
        ("HEALTHCHECK NONE", 'HEALTHCHECK &{["NONE"] "0s" "0s" "0s" "0s" \'\\x00\'}'),
        ("WORKDIR /w/", "WORKDIR /w/"),
        ("ARG V", "ARG V"),
        ("ARG V=1", "ARG V=1"),
        ("COPY --link --chmod=0700 --chown=1:2 a /x/", "COPY --chown=1:2 --chmod=0700 a /x/ # buildkit"),
        ("COPY <<-'END' a /x/\n\tone\nEND", "COPY a <<END /x/ # buildkit"),
        ("RUN <<END\nset -e\n: $A\nEND", "RUN /bin/sh -c set -e\n: $A\n # buildkit"),
    ],
)
def test_an_entry_as_the_engine_writes_it(line, written) -> None:
    assert told(line, OLD, V="2") == [written]


@pytest.mark.parametrize(
    ("line", "written"),
    [
        ("USER $U", "USER me"),
        ('USER "$U":grp', "USER me:grp"),
        ("STOPSIGNAL $S", "STOPSIGNAL SIGINT"),
        ('MAINTAINER $U "x" <a@b>', 'MAINTAINER $U "x" <a@b>'),
        ('VOLUME ["/v 1", "$U/x"]', "VOLUME [/v 1 me/x]"),
        ('SHELL ["/bin/bash", "-o", "pipefail", "-c"]', "SHELL [/bin/bash -o pipefail -c]"),
        ('CMD ["\\u0007", "\\u007f", "é\\t"]', 'CMD ["\\a" "\\x7f" "é\\t"]'),
        ("CMD ['a']", """CMD ["/bin/sh" "-c" "['a']"]"""),
        ("HEALTHCHECK --retries=39 CMD a", """HEALTHCHECK &{["CMD-SHELL" "a"] "0s" "0s" "0s" "0s" '\\''}"""),
        ("HEALTHCHECK --retries=55296 CMD a", """HEALTHCHECK &{["CMD-SHELL" "a"] "0s" "0s" "0s" "0s" '\ufffd'}"""),
        (
            "HEALTHCHECK --interval=1234567us --start-period=100h --retries=10 CMD x",
            """HEALTHCHECK &{["CMD-SHELL" "x"] "1.234567s" "0s" "100h0m0s" "0s" '\\n'}""",
        ),
        ("RUN <<EOF\n#!/bin/bash\necho hi\nEOF", "RUN /bin/sh -c /dev/pipes/EOF # buildkit"),
        ("RUN <<EOF cat\n#!/bin/bash\nEOF", "RUN /bin/sh -c <<EOF cat\n#!/bin/bash\nEOF # buildkit"),
    ],
)
def test_values_of_variables_and_odd_texts(line, written) -> None:
    assert told(f"ENV U=me S=SIGINT\n{line}")[1:] == [written]


def test_build_arguments_of_a_run_in_the_order_of_their_instructions() -> None:
    lines = "ARG Z=1\nARG B\nARG A=2\nENV Z=envz\nRUN 1\nARG Z=3\nRUN 2\nARG B=4\nENV B=\nRUN 3\nENV Q=x\nARG Q=y\n"
    lines += "RUN 4\nARG Q\nRUN 5"

    def runs(**arguments):
        return [text.removesuffix(" # buildkit") for text in told(lines, OLD, **arguments) if text.startswith("RUN")]

    assert runs() == [
        "RUN |3 Z=envz B= A=2 /bin/sh -c 1",
        "RUN |4 Z=3 B= A=2 Z=3 /bin/sh -c 2",
        "RUN |5 Z=3 B= A=2 Z=3 B= /bin/sh -c 3",
        "RUN |6 Z=3 B= A=2 Z=3 B= Q=y /bin/sh -c 4",
        "RUN |7 Z=3 B= A=2 Z=3 B= Q=y Q=y /bin/sh -c 5",
    ]
    assert runs(B="given", Z="gz", Q="gq")[::2] == [
        "RUN |3 Z=envz B=given A=2 /bin/sh -c 1",
        "RUN |5 Z=gz B= A=2 Z=gz B= /bin/sh -c 3",
        "RUN |7 Z=gz B= A=2 Z=gz B= Q=gq Q=gq /bin/sh -c 5",
    ]


def test_arguments_that_a_trigger_declares_and_a_run_of_one() -> None:
    text = "FROM scratch AS b\nONBUILD RUN x\nONBUILD ENV T=1\nONBUILD ARG Q=1\nFROM b\nARG Z=1\nRUN y\nFROM 1\nRUN z\nARG Z\n"
    text = text.replace("FROM b\n", "FROM b AS c\n").replace("FROM 1", "FROM c")
    found = [entry.created_by for entry, _ in simulated_history(simulate(parse(text), CONTEXT), release=OLD)]
    assert found == [
        "RUN /bin/sh -c x # buildkit",
        "ENV T=1",
        "ARG Q=1",
        "ARG Z=1",
        "RUN |2 Q=1 Z=1 /bin/sh -c y # buildkit",
        "RUN /bin/sh -c z # buildkit",
        "ARG Z",
    ]


def test_a_copy_from_a_stage_does_not_name_it() -> None:
    lines = "COPY a /a\nFROM scratch\nCOPY --from=0 /a /b"
    assert told(lines) == ["COPY /a /b # buildkit"]


def test_a_port_that_was_exposed_before_is_told_again() -> None:
    assert told("EXPOSE 80\nEXPOSE 80/TCP 9")[-1] == "EXPOSE [80/tcp 9/tcp]"


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
    found = [entry.created_by for entry, _ in simulated_history(simulate(parse(text), CONTEXT), release=OLD)]
    assert found == ["ARG A=1", "RUN |1 A=1 /bin/sh -c x # buildkit", "ARG B=2", "RUN |1 B=2 /bin/sh -c y # buildkit"]


def test_ports_and_arguments_as_later_releases_tell_of_them() -> None:
    # written by BuildKit 0.25
    assert told("EXPOSE 80 9 53/udp 80/tcp 2-3") == ["EXPOSE [2/tcp 3/tcp 53/udp 80/tcp 80/tcp 9/tcp]"]
    below = "ARG GL=g\nFROM scratch AS a\nARG Z=1\nARG B\nRUN 1\nFROM a\n"
    lines = "ARG A=$Z-x\nARG GL\nARG B\nARG Z U\nRUN 2\nENV Z=e\nARG Z=3\nRUN 3\n"
    simulation = simulate(parse(below + lines), CONTEXT, arguments={"B": "b"})

    def texts(release):
        history = simulated_history(simulation, release=release)
        return [entry.created_by.replace("/bin/sh -c ", "").removesuffix(" # buildkit") for entry, _ in history]

    latest = texts(None)
    assert latest == [
        *("ARG Z=1", "ARG B=b", "RUN |2 Z=1 B=b 1", "ARG A=1-x", "ARG GL=g", "ARG B=b", "ARG Z U"),
        *("RUN |5 Z=1 B=b A=1-x GL=g U= 2", "ENV Z=e", "ARG Z=3", "RUN |5 Z=3 B=b A=1-x GL=g U= 3"),
    ]
    assert texts(Release((0, 17)))[-1] == "RUN |8 Z=3 B=b A=1-x GL=g B=b Z=3 U= Z=3 3"
    assert texts(Release((0, 14)))[-1] == "RUN |6 A=1-x GL=g B=b Z=3 U= Z=3 3"
    assert texts(Release((0, 14)))[1] == "ARG B=b"
    assert texts(Release((0, 13)))[1] == "ARG B"


def test_ports_as_releases_before_25_tell_of_them() -> None:
    simulation = simulate(parse("FROM scratch\nEXPOSE 90 80 53/udp 80/tcp 1-2\n"), CONTEXT)
    found = [entry.created_by for entry, _ in simulated_history(simulation, release=Release((0, 24)))]
    assert found == ["EXPOSE map[1/tcp:{} 2/tcp:{} 53/udp:{} 80/tcp:{} 90/tcp:{}]"]


CLASSIC = [  # what Docker 26.1 wrote with DOCKER_BUILDKIT=0
    ("EXPOSE 90 80 53/udp 80/tcp 1-3", "/bin/sh -c #(nop)  EXPOSE 1-3 53/udp 80 80/tcp 90"),
    (
        "HEALTHCHECK --retries=3 --interval=5s CMD true",
        """/bin/sh -c #(nop)  HEALTHCHECK &{["CMD-SHELL" "true"] "5s" "0s" "0s" "0s" '\\x03'}""",
    ),
    ("HEALTHCHECK NONE", """/bin/sh -c #(nop)  HEALTHCHECK &{["NONE"] "0s" "0s" "0s" "0s" '\\x00'}"""),
    ('VOLUME ["/x y", "/z"]', "/bin/sh -c #(nop)  VOLUME [/x y /z]"),
    ("CMD a", '/bin/sh -c #(nop)  CMD ["/bin/sh" "-c" "a"]'),
    ("ARG A=1 B", "/bin/sh -c #(nop)  ARG A=1 B"),
    ("RUN  true  x", "|1 A=1 /bin/sh -c true  x"),
    ('SHELL ["a","b"]', "a b #(nop)  SHELL [a b]"),
    ("USER 1", "a b #(nop)  USER 1"),
    ("WORKDIR x/", "a b #(nop) WORKDIR /x"),
    ('ENV A=1 B="2 x"', "a b #(nop)  ENV A=1 B=2 x"),
    ('RUN ["r", "$A"]', "r $A"),
    ("ONBUILD RUN x", "a b #(nop)  ONBUILD RUN x"),
    ("MAINTAINER x y", "a b #(nop)  MAINTAINER x y"),
    ("ENTRYPOINT e $A", 'a b #(nop)  ENTRYPOINT ["a" "b" "e $A"]'),
]


def test_a_history_of_the_classic_builder() -> None:
    text = "".join(f"{line}\n" for line, _ in CLASSIC)
    simulation = simulate(parse(f"FROM scratch\n{text}COPY --chown=1:$A a /x/\n"), CONTEXT, builder="classic")
    *found, (copied, _) = simulated_history(simulation, "classic")
    assert [entry.created_by for entry, _ in found] == [told for _, told in CLASSIC]
    assert re.fullmatch("a b #\\(nop\\) COPY --chown=1:1 \ue000.*\ue000 in /x/ ", copied.created_by)
    assert {entry.comment for entry, _ in found} == {""}


def test_sizes_that_nobody_knows_before_the_build() -> None:
    text = "FROM x\nRUN pip install y\nCOPY a /b\nADD https://example.com/c /d\nCOPY --from=z /e /f\nENV A=1\n"
    sizes = [size for _, size in simulated_history(simulate(parse(text), CONTEXT))]
    assert sizes == [None, CONTEXT.lookup("a").content.size, None, None, 0]
