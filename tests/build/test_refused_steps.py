"""Steps that the engine refuses for what they say."""

import pytest

from restow.build import context_of_listing, simulate
from restow.syntax import parse


def last_step(text):
    return simulate(parse(text), context_of_listing([("a", 0o100644, "1", 1)])).target.steps[-1]


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ('FROM scratch\nENV foo=""\nVOLUME $foo\n', "empty string"),
        ("FROM scratch\nADD --checksum=sha256:00 a /a\n", "checksum requires"),
        ("FROM scratch\nCOPY --from=scratch a b\n", "lstat /a: no such file"),
    ],
)
def test_refused(text, part):
    assert part in last_step(text).error


@pytest.mark.parametrize(
    "text",
    [
        "FROM scratch\nADD --checksum=sha256:00 https://example.com/a /a\n",
        "FROM scratch\nARG where\nADD --checksum=sha256:00 $where /a\n",
        "FROM scratch\nCOPY --from=scratch / /b\n",
        "FROM scratch\nCOPY --from=scratch a* /b\n",
    ],
)
def test_not_refused(text):
    assert last_step(text).error is None


@pytest.mark.parametrize("flag", ["--keep-git-dir=true", f"--checksum=sha256:{64 * 'a'}", "--keep-git-dir"])
def test_flags_of_addresses_are_part_of_what_they_bring(flag):
    line = "FROM scratch\nADD {} https://example.com/a.git /a\n"
    step, same, plain = (last_step(line.format(text)) for text in (flag, flag, ""))
    assert step.unknown is None
    brought = [one.state.filesystem.lookup("/a").digest for one in (step, same, plain)]
    assert brought[0] == brought[1] != brought[2]


@pytest.mark.parametrize("line", ["ARG S\nADD --checksum=$S https://example.com/a /a", "ADD --keep-git-dir=true a /a"])
def test_flags_of_addresses_that_are_not_known_or_of_other_sources(line):
    assert last_step(f"FROM scratch\n{line}\n").unknown


def test_a_pattern_of_parents_in_an_image_that_is_not_at_hand():
    step = last_step("FROM scratch\nCOPY --from=alpine --parents /a/b*/./c /x/\n")
    assert step.unknown
    assert step.error is None


@pytest.mark.parametrize("ports", ["80 and", "${A}", "70000", "8002-8000"])
def test_a_port_that_is_none(build, ports) -> None:
    step = build(f"FROM scratch\nENV A='1 and more'\nEXPOSE {ports}\n").target.steps[-1]
    assert "invalid containerPort" in step.error


def test_a_named_owner_cannot_be_looked_up_with_link(build) -> None:
    lines = "COPY a /etc/passwd\nCOPY --link --chown={} a /x"
    assert "invalid user index" in build(f"FROM scratch\n{lines.format('joe')}\n").target.steps[-1].error
    assert build(f"FROM scratch\n{lines.format('root')}\n").target.steps[-1].error is None
