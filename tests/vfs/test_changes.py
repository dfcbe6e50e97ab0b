"""The changes between two trees."""

from dataclasses import replace

import pytest

from restow.vfs import Attributes, Content, Directory, File, Filesystem, Symlink
from restow.vfs.changes import apply, changes, with_canonical_links

FILE = File(Attributes(0o644), Content.of(b"x"))
LINKED = replace(FILE, link_group="group")
LOWER = Filesystem.empty().make_directories("/a/b", Attributes(0o755)).put("/a/f", FILE).put("/a/b/g", FILE)


def told(upper, lower=LOWER):
    return [(change.kind, change.path) for change in changes(lower, upper)]


@pytest.mark.parametrize(
    ("upper", "expected"),
    [
        (LOWER, []),
        (LOWER.put("/a/f", None), [("remove", "/a/f")]),
        (LOWER.put("/a", None), [("remove", "/a")]),
        (LOWER.put("/n", FILE), [("add", "/n")]),
        (LOWER.put("/a/f", Symlink("x")), [("modify", "/a/f")]),
        (LOWER.put("/a/b", FILE), [("modify", "/a/b")]),
        (
            LOWER.put("/a/f", Directory(Attributes(0o755), {"x": FILE})),
            [("remove", "/a/f"), ("add", "/a/f"), ("add", "/a/f/x")],
        ),
        (LOWER.put("/a", Directory(Attributes(0o700), LOWER.lookup("/a").children)), [("modify", "/a")]),
    ],
)
def test_what_is_told(upper, expected) -> None:
    assert told(upper) == expected
    assert apply(LOWER, changes(LOWER, upper)).digest == upper.digest


def test_a_new_name_for_a_file_lists_all_its_names() -> None:
    lower = LOWER.put("/one", FILE)
    upper = LOWER.put("/one", LINKED).put("/two", LINKED)
    assert {path for _, path in told(upper, lower)} == {"/one", "/two"}
    assert apply(lower, changes(lower, upper)).digest == with_canonical_links(upper).digest


def test_link_groups_are_named_by_their_first_path_and_one_name_is_no_group() -> None:
    other = replace(FILE, link_group="another name")
    one = with_canonical_links(LOWER.put("/x", LINKED).put("/y", LINKED))
    two = with_canonical_links(LOWER.put("/y", other).put("/x", other))
    assert one.digest == two.digest
    assert with_canonical_links(LOWER.put("/x", LINKED)).digest == LOWER.put("/x", FILE).digest


def test_looking_into_the_unknown_is_no_change() -> None:
    base = Filesystem.unknown("image x")
    assert told(base.put("/a/b", base.lookup("/a/b")), base) == []
