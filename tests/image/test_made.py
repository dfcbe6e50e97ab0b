"""Which instruction made which layer: entries of the history as BuildKit, the classic builder and buildah write them."""

import pytest

from restow.build import Context, simulate
from restow.image import read_image
from restow.image.made import made_by
from restow.syntax import parse
from restow.vfs import Attributes, Content, Directory, File

CONTEXT = Context(Directory(Attributes(0o755), {"a": File(Attributes(0o644), Content.of(b"a"))}), "a test")


@pytest.fixture
def lines(archives, tmp_path):
    """A function that takes a Dockerfile and a history, ``-`` before an entry without a layer, and gives the lines of the
    layers, or the reason that there are none.
    """

    def run(text, *history):
        entries = [{"created_by": one.removeprefix("-"), "empty_layer": one.startswith("-")} for one in history]
        layers = [archives.tree(**{f"f{at}": b"1"}) for at, one in enumerate(entries) if not one["empty_layer"]]
        files = archives.oci_files(layers, history=entries)
        image = read_image(archives.write_folder(tmp_path, files))
        made, reason = made_by(image, simulate(parse(text), CONTEXT))
        return reason or [one and one.line for one in made]

    return run


@pytest.mark.parametrize(
    "told",
    [
        "RUN /bin/sh -c make all # buildkit",
        "RUN |1 A=x y /bin/sh -c make all # buildkit",
        "RUN /bin/bash -o pipefail -c make  all # buildkit",
        "/bin/sh -c make all",
        "|1 A=1 /bin/sh -c make all",
        "cmd /S /C make all",
        "RUN make all",
        "",
    ],
)
def test_the_same_command(lines, told):
    assert lines("FROM scratch\nRUN make   \\\n  all\n", told) == [2]


@pytest.mark.parametrize(
    "told",
    [
        "COPY a /a # buildkit",
        "RUN /bin/sh -c echo other # buildkit",
        "RUN /bin/sh -c x && make all # buildkit",
        "RUN /bin/sh -c remake all # buildkit",
        "/bin/sh -c #(nop) COPY file:12 in /a ",
        "/bin/sh -c echo RUN make",
        "base",
    ],
)
def test_another_instruction_or_command(lines, told):
    reason = lines("FROM scratch\nRUN make all\n", told)
    assert reason == f"line 2 is RUN make all, and the image's history has {told[:60]!r} there"


def test_a_word_of_another_instruction_is_not_its_keyword(lines):
    text = "FROM scratch\nCOPY a /\n"
    assert "line 2 is COPY" in lines(text, "RUN /bin/sh -c echo COPY # buildkit")
    assert "line 2 is COPY" in lines(text, "ADD COPY / # buildkit")
    assert lines(text, "/bin/sh -c #(nop) COPY file:12 in / ") == [2]


@pytest.mark.parametrize(
    "told", ['RUN echo a "b" # buildkit', 'echo a "b"', '|1 A=1 /bin/sh -c ["echo", "a", "\\"b\\""]']
)
def test_exec_form(lines, told):
    assert lines('FROM scratch\nRUN ["echo", "a", "\\"b\\""]\n', told) == [2]


def test_builders_differ_in_what_makes_a_layer(lines):
    text = "FROM base\nARG A=1\nRUN x\nCOPY a /\nWORKDIR /w\nONBUILD RUN y\nCMD z\n"
    buildkit = (
        "base",
        "-ARG A=1",
        "RUN |1 A=1 /bin/sh -c x # buildkit",
        "COPY a / # buildkit",
        "WORKDIR /w",
        '-CMD ["z"]',
    )
    assert lines(text, *buildkit) == [None, 3, 4, 5]
    classic = ("-/bin/sh -c #(nop)  ARG A=1", "-|1 A=1 /bin/sh -c x", "/bin/sh -c #(nop) COPY file:1 in / ")
    rest = ("/bin/sh -c #(nop) WORKDIR /w", "-/bin/sh -c #(nop)  ONBUILD RUN y", '-/bin/sh -c #(nop)  CMD ["z"]')
    assert lines(text, "base", *classic, *rest) == [None, 4, 5]
    assert lines(text, "base", *classic, "-/bin/sh -c #(nop) WORKDIR /w", *rest[1:]) == [None, 4]


def test_a_trigger_is_told_at_its_from(lines):
    text = "FROM scratch AS b\nONBUILD COPY a /\nFROM b\nRUN x\n"
    assert lines(text, "COPY a / # buildkit", "RUN /bin/sh -c x # buildkit") == [3, 4]
