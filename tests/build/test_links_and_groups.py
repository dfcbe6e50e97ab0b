"""Hard links of the context, and directories that hand on their group."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from restow.build import Context, read_context, simulate
from restow.image import compare
from restow.syntax import parse
from restow.vfs import Attributes, Content, Directory, File


@pytest.fixture
def linked(tmp_path: Path) -> Path:
    (tmp_path / "a").write_text("one\n")
    os.link(tmp_path / "a", tmp_path / "b")
    return tmp_path


def differences(folder: Path, one: str, two: str):
    context = read_context(folder)
    return compare(simulate(parse(one), context), simulate(parse(two), context))


def test_names_of_one_copy_stay_hard_links(linked: Path) -> None:
    together = "FROM scratch\nCOPY . /x/\n"
    apart = "FROM scratch\nCOPY a /x/\nCOPY b /x/\n"
    assert differences(linked, together, together) == ()
    assert [difference.what for difference in differences(linked, together, apart)] == ["hard links or capability"] * 2


def test_two_sources_of_one_copy_are_no_hard_links(linked: Path) -> None:
    assert differences(linked, "FROM scratch\nCOPY a b /x/\n", "FROM scratch\nCOPY a /x/\nCOPY b /x/\n") == ()
    assert differences(linked, "FROM scratch\nCOPY --link a b /x/\n", "FROM scratch\nCOPY a /x/\nCOPY b /x/\n") == ()


def test_a_later_copy_of_one_name_breaks_the_link(linked: Path) -> None:
    whole_last = "FROM scratch\nCOPY a /x/\nCOPY . /x/\n"
    one_last = "FROM scratch\nCOPY . /x/\nCOPY a /x/\n"
    assert differences(linked, whole_last, one_last) != ()


@pytest.mark.parametrize("line", ["COPY a /g/new/a", "COPY . /g/new/", "WORKDIR /g/new"])
def test_a_directory_below_a_set_group_id_one_is_unknown(tmp_path: Path, line: str) -> None:
    (tmp_path / "a").write_text("one\n")
    text = f"FROM scratch\nCOPY a /g/\nRUN chmod 2775 /g && chown 0:50 /g\n{line}\n"
    step = simulate(parse(text), read_context(tmp_path)).stages[0].steps[-1]
    assert step.unknown is not None
    assert "set-group-ID" in step.unknown


@pytest.mark.parametrize("command", ["chmod 600 /w/a", "chown 1 /w/a", "make /w/a && chmod 600 /w/a"])
def test_a_name_that_a_run_changes_is_a_file_of_its_own(command) -> None:
    """An overlay copies the file up by the name that is used; found by a random build."""
    group = File(Attributes(0o644), Content.of(b"x"), link_group="g")
    tree = Directory(Attributes(0o755), {"a": group, "b": group})
    text = f"FROM scratch\nCOPY . /w/\nRUN {command}\n"
    left = simulate(parse(text), Context(tree, "a test")).target.filesystem
    groups = [getattr(left.lookup(path), "link_group", None) for path in ("/w/a", "/w/b")]
    assert groups[0] is None or groups[0] != groups[1]


def test_an_equal_file_over_one_of_several_names_may_stay_a_name_of_it() -> None:
    group = File(Attributes(0o644), Content.of(b"x"), link_group="g")
    tree = Directory(Attributes(0o755), {"a": group, "b": group, "c": File(Attributes(0o644), Content.of(b"c"))})
    for source, unknown in (("b", True), ("c", False)):
        text = f"FROM scratch\nCOPY . /w/\nCOPY {source} /w/a\n"
        step = simulate(parse(text), Context(tree, "a test")).target.steps[-1]
        assert bool(step.unknown) is unknown
