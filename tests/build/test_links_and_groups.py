"""Hard links of the context, and directories that hand on their group."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from restow.build import read_context, simulate
from restow.image import compare
from restow.syntax import parse


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
