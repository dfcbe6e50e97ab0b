"""Cache keys of builds: which steps of a second build would hit."""

import pytest

from restow.build.keys import cache_keys

FILES = {"a": b"a", "b": b"b", "d": {"x": b"x"}}


@pytest.fixture
def hits(build):
    """For each step of the second text that has a key, whether the first has it too."""

    def run(first, second, files=FILES, others=None):
        old = set(cache_keys(build(first, files)).values())
        return [key in old for key in cache_keys(build(second, files if others is None else others)).values()]

    return run


def test_the_same_hits(hits) -> None:
    text = "FROM x\nCOPY a /a\nRUN y\nWORKDIR /z\n"
    assert hits(text, text) == [True, True, True]


def test_instructions_that_make_no_layer_cost_nothing(hits) -> None:
    assert hits("FROM x\nCOPY a /a\nRUN y\n", "FROM x\nLABEL a=1\nCOPY a /a\nEXPOSE 1\nRUN y\n") == [True, True]


@pytest.mark.parametrize("line", ["ENV A=1", "ARG A=1"])
def test_variables_concern_later_runs_alone(hits, line) -> None:
    text = "FROM x\n{}\nCOPY a /a\nWORKDIR /w\nRUN y\n"
    assert hits(text.format(""), text.format(line)) == [True, True, False]


def test_the_order_of_variables_counts(hits) -> None:
    assert hits("FROM x\nENV A=1\nENV B=2\nRUN y\n", "FROM x\nENV B=2\nENV A=1\nRUN y\n") == [False]
    assert hits("FROM x\nENV A=1\nENV B=2\nRUN y\n", "FROM x\nENV A=1 B=2\nRUN y\n") == [True]


def test_an_argument_without_a_value_does_not_hide_an_earlier_one(hits) -> None:
    text = "FROM x\nARG A={}\nARG A\nRUN y\n"
    assert hits(text.format(1), text.format(1)) == [True]
    assert hits(text.format(1), text.format(2)) == [False]


@pytest.mark.parametrize(("script", "hit"), [("#!/bin/sh\nx", False), ("x", True)])
def test_the_name_of_a_script_that_names_its_program_counts(hits, script, hit) -> None:
    text = "FROM x\nRUN <<{0}\n{1}\n{0}\n"
    assert hits(text.format("A", script), text.format("B", script)) == [hit]
    assert hits(text.format("A", script), text.format("A", f"{script}y")) == [False]


def test_content_counts_and_a_miss_goes_down(hits) -> None:
    text = "FROM x\nCOPY a /a\nCOPY b /b\n"
    assert hits(text, text, others={**FILES, "a": b"other"}) == [False, False]
    assert hits(text, text, others={**FILES, "d": {}}) == [True, True]


def test_a_stage_with_the_same_output_hits_behind_one_that_ran_again(hits) -> None:
    text = "FROM scratch AS s\nCOPY {} /t/\nCOPY b /b\nFROM scratch\nCOPY --from=s /b /b\n"
    assert hits(text.format("a"), text.format("d")) == [False, False, True]


def test_names_of_sources_count_by_their_last_part(hits) -> None:
    files = {**FILES, "e": {"a": b"a"}, "z": b"a"}
    assert hits("FROM x\nCOPY a /a\n", "FROM x\nCOPY e/a /a\n", files) == [True]
    assert hits("FROM x\nCOPY a /a\n", "FROM x\nCOPY z /a\n", files) == [False]


def test_a_pattern_counts_with_the_names_it_matches(hits) -> None:
    text = "FROM x\nCOPY a* /d/\n"
    assert hits(text, text, {"a1": b"a"}, {"a2": b"a"}) == [False]


def test_here_documents_count_by_content(hits) -> None:
    text = "FROM x\nCOPY <<E /f\n{}\nE\n"
    assert hits(text.format("1"), text.format("2")) == [False]
    assert hits("FROM x\nRUN <<E\ny\nE\n", "FROM x\nRUN <<F\ny\nF\n") == [True]
    assert hits("FROM x\nRUN <<E\ny\nE\n", "FROM x\nRUN y\n") == [False]


def test_exec_form_of_the_shell_is_the_shell_form(hits) -> None:
    assert hits("FROM x\nRUN y\n", 'FROM x\nRUN ["/bin/sh",  "-c", "y"]\n') == [True]


@pytest.mark.parametrize(
    ("one", "two", "hit"),
    [
        ("type=cache,id=1,target=/c", "type=cache,id=2,target=/c", True),
        ("type=cache,target=/c", "type=cache,id=2,target=/c", False),
        ("type=cache,target=/c", "type=cache,id=/c,sharing=shared,target=/c", True),
        ("type=cache,target=/c", "type=cache,target=/d", False),
        ("type=secret,id=a", "type=secret,id=b", False),
        ("target=/c,source=/", "type=bind,dst=/c,ro", True),
        ("target=/c", "target=/c,readonly=true", True),
        ("target=/c", "target=/c,rw", False),
        ("type=cache,target=/c", 'TYPE=cache,"target=/c",rw', True),
        ("type=cache,target=/c", "type=cache,target=/c,ro", False),
        ("type=cache,target=/c", "type=cache,target=/c,uid=0", False),
        ("type=tmpfs,target=/c", "type=tmpfs,target=/c,size=10m", False),
    ],
)
def test_mounts(hits, one, two, hit) -> None:
    assert hits(f"FROM x\nRUN --mount={one} y\n", f"FROM x\nRUN --mount={two} y\n") == [hit]


def test_the_order_of_mounts_does_not_count(hits) -> None:
    one, two = "--mount=type=tmpfs,target=/t", "--mount=type=tmpfs,target=/u"
    assert hits(f"FROM x\nRUN {one} {two} y\n", f"FROM x\nRUN {two} {one} y\n") == [True]


def test_the_base_counts_by_its_reference(hits) -> None:
    assert hits("FROM x:1\nRUN y\n", "FROM x:2\nRUN y\n") == [False]
