"""WORKDIR: what it makes, for whom, and what it leaves alone."""

import pytest

from restow.vfs import Attributes


def test_it_makes_every_missing_directory_for_the_user(built) -> None:
    found = built("USER 5:6\nWORKDIR /a/b")
    assert [found.lookup(path).attributes for path in ("/a", "/a/b")] == [Attributes(0o755, 5, 6)] * 2


def test_a_user_alone_is_its_own_group_by_number(built) -> None:
    assert built("USER 5\nWORKDIR /a").lookup("/a").attributes == Attributes(0o755, 5, 5)


def test_what_exists_keeps_its_owner(built) -> None:
    assert built("WORKDIR /a\nUSER 5\nWORKDIR /a").lookup("/a").attributes == Attributes(0o755)


def test_relative_paths_join_the_one_before(build) -> None:
    state = build("FROM scratch\nWORKDIR /a\nWORKDIR b/../c\n").target.state
    assert (state.directory, state.configuration["WorkingDir"]) == ("/a/c", "/a/c")


def test_the_root_makes_no_layer(build) -> None:
    steps = build("FROM scratch\nWORKDIR /\nWORKDIR /a\n").target.steps
    assert [step.makes_layer for step in steps] == [False, True]


def test_an_unknown_path_is_unknown_in_the_configuration_as_well(build) -> None:
    one = build("FROM scratch\nARG X\nWORKDIR /a\nWORKDIR $X\n")
    assert len(one.unknown) == 1
    assert one.target.state.configuration["WorkingDir"] == one.target.state.directory != "/a"


def test_in_an_unknown_base_a_directory_made_by_another_user_is_another(built) -> None:
    as_root, as_five = built("WORKDIR /x", base="alpine"), built("USER 5\nWORKDIR /x", base="alpine")
    assert as_root.lookup("/x").digest != as_five.lookup("/x").digest


@pytest.mark.parametrize(
    ("lines", "written"), [("/a/", "/a/"), ("/a/x/..", "/a/x/.."), ("/a\nWORKDIR b/", "/a/b"), ("/a/\nWORKDIR .", "/a")]
)
def test_the_configuration_keeps_an_absolute_path_as_it_is_written(build, lines, written) -> None:
    state = build(f"FROM scratch\nWORKDIR {lines}\n").target.state
    assert state.configuration["WorkingDir"] == written
    assert not state.directory.endswith("/")


def test_a_directory_that_cannot_be_made_is_the_working_directory_all_the_same(build) -> None:
    one = build("FROM scratch\nCOPY a /a\nWORKDIR /a/b\n")
    assert len(one.unknown) == 1
    assert one.target.state.configuration["WorkingDir"] == one.target.state.directory == "/a/b"


def test_dots_in_an_absolute_path_are_made_in_some_releases_only(build) -> None:
    one = build("FROM scratch\nWORKDIR /a/x/..\n")
    assert "releases" in one.unknown[0][1]
    assert one.target.state.directory == "/a"
