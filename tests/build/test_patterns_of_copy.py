"""Patterns of COPY, as random builds on a real BuildKit showed them: links below what they match, and folders that are not sent."""

import pytest

from restow.build.keys import cache_keys
from restow.vfs import Symlink

FILES = {"a": b"a", "lib": {"f": b"f", "g": b"f"}, "src": {"f": b"f", "up": Symlink("../lib/f"), "lost": Symlink("no")}}
LINKED = {"lib": FILES["lib"], "src": {"up": Symlink("../lib/f")}}


def last(simulation):
    return simulation.target.steps[-1]


@pytest.mark.parametrize("line", ["COPY s* /x/", "COPY s*/ /x/", "ADD [s]rc a /x/"])
def test_releases_differ_in_links_to_nothing_below_a_match(build, line) -> None:
    assert "a link to nothing" in last(build(f"FROM scratch\n{line}\n", FILES)).unknown


def test_the_same_from_a_stage(build) -> None:
    text = "FROM scratch AS s\nCOPY src /src\nFROM scratch\nCOPY --from=s /s* /x/\n"
    assert "a link to nothing" in last(build(text, FILES)).unknown


def test_a_folder_by_its_name_is_copied_with_such_links(build) -> None:
    step = last(build("FROM scratch\nCOPY src /x/\n", FILES))
    assert step.unknown is None
    assert step.state.filesystem.lookup("/x/lost").target == "no"


def test_a_link_to_what_no_source_names_leads_nowhere(build) -> None:
    assert "a link to nothing" in last(build("FROM scratch\nCOPY s* /x/\n", LINKED)).unknown
    assert last(build("FROM scratch\nCOPY lib /y/\nCOPY s* /x/\n", LINKED)).unknown is None


def test_what_a_link_below_a_match_leads_to_is_in_the_key(build) -> None:
    text = "FROM scratch\nCOPY lib /y/\nFROM scratch\nCOPY s* /x/\nCOPY lib/g /g\n"
    edited = {**LINKED, "lib": {"f": b"other", "g": b"f"}}
    first, second = (set(cache_keys(build(text, files)).values()) for files in (LINKED, edited))
    assert len(first & second) == 0, "the second COPY follows the first"
    alone = text.replace("COPY s* /x/", "COPY src /x/")
    first, second = (set(cache_keys(build(alone, files)).values()) for files in (LINKED, edited))
    assert len(first & second) == 2, "without a pattern the link's text counts"


@pytest.mark.parametrize(
    ("lines", "fails"),
    [
        ("COPY none/* /x/", True),
        ("COPY lib/z* /x/", True),
        ("COPY lib/f lib/z* /x/", False),
        ("COPY lib /y/\nCOPY lib/z* /x/", False),
        ("COPY z*/f /x/", False),
        ("COPY a/* /x/", False),
    ],
)
def test_the_folder_before_a_pattern_has_to_be_sent(build, lines, fails) -> None:
    step = last(build(f"FROM scratch\n{lines}\n", FILES))
    assert bool(step.error) is fails
    assert bool(step.unknown) is fails


def test_nobody_knows_whether_another_stage_is_built(build) -> None:
    text = "FROM scratch\nCOPY lib /y/\nFROM scratch\nCOPY lib/z* /x/\n"
    step = last(build(text, FILES))
    assert step.error is None
    assert "nobody knows" in step.unknown


@pytest.mark.parametrize(
    ("source", "unknown"), [("/none/*", True), ("/lib/no/z*", True), ("/lib/z*", False), ("/a/no/*", False)]
)
def test_a_folder_that_a_stage_lacks(build, source, unknown) -> None:
    step = last(build(f"FROM scratch AS s\nCOPY . /\nFROM scratch\nCOPY --from=s {source} /x/\n", FILES))
    assert bool(step.unknown) is unknown
