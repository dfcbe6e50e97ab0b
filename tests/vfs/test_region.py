"""Regions: what rules say of paths, digests that do not depend on how a tree came about, and writes."""

import itertools

import pytest

from restow.vfs import ABSENT, Attributes, Content, Directory, File, Filesystem, Origin, Region, Unknown

FILE = File(Attributes(0o644), Content.of(b"x"))
UNKNOWN = Filesystem.unknown("image x")


@pytest.mark.parametrize(
    ("region", "inside", "outside"),
    [
        (Region(("/a",)), ["/a", "/a/b"], ["/", "/ab", "/b"]),
        (Region(("/a",), ("/a/b",)), ["/a", "/a/c"], ["/a/b", "/a/b/c"]),
        (Region(("/a", "/a/b/c"), ("/a/b",)), ["/a/b/c", "/a/b/c/d"], ["/a/b", "/a/b/d"]),
        (Region(("/a/*/c",)), ["/a/b/c", "/a/x/c/d"], ["/a", "/a/b", "/a/b/d", "/a/c"]),
        (Region(("/",), ("/proc",)), ["/", "/x"], ["/proc/1"]),
        (Region(("/a",), ("/a/*/tmp",)), ["/a/x", "/a/x/y"], ["/a/x/tmp", "/a/x/tmp/y"]),
        (Region(("/a/b",), ("/a/*",)), ["/a/b"], ["/a/c"]),
        (Region(), [], ["/", "/a"]),
    ],
)
def test_covers(region, inside, outside) -> None:
    assert [path for path in (*inside, *outside) if region.covers(path)] == inside


def test_touches_what_has_something_inside_below() -> None:
    region = Region(("/a/b/c",), ("/a/b/c/d",))
    assert [region.touches(path) for path in ("/", "/a/b", "/a/b/c/x", "/a/b/c/d", "/x")] == [
        True,
        True,
        True,
        False,
        False,
    ]


@pytest.mark.parametrize(
    ("one", "two", "expected"),
    [
        (Region(("/a",)), Region(("/a/b",)), True),
        (Region(("/a/b",)), Region(("/a/c",)), False),
        (Region(("/a",), ("/a/b",)), Region(("/a/b",)), False),
        (Region(("/a",), ("/a/b",)), Region(("/a/b/c", "/a/d")), True),
        (Region(("/a/*/c",)), Region(("/a/b/c",)), True),
        (Region(("/a/*/c",)), Region(("/a/b/d",)), False),
        (Region(("/a/*",)), Region(("/*/b",)), True),
        (Region(("/a",)), Region(), False),
        (Region.everything(), Region(("/x/y",)), True),
    ],
)
def test_overlaps_is_symmetric(one, two, expected) -> None:
    assert (one.overlaps(two), two.overlaps(one)) == (expected, expected)


def test_digest_sees_what_is_inside_alone() -> None:
    empty = Filesystem.empty().make_directories("/a/b", Attributes(0o755)).make_directories("/c", Attributes(0o755))
    region = Region(("/a",), ("/a/b",))
    assert region.digest(empty) == region.digest(empty.put("/a/b/x", FILE).put("/c/x", FILE))
    assert region.digest(empty) != region.digest(empty.put("/a/x", FILE))


def test_digest_tells_absent_from_unknown_from_there() -> None:
    region = Region(("/a/b",))
    looked = [UNKNOWN, UNKNOWN.put("/a/b", None), UNKNOWN.put("/a/b", FILE), Filesystem.empty()]
    assert len({region.digest(filesystem) for filesystem in looked}) == 4


def test_digest_does_not_depend_on_what_was_looked_at() -> None:
    opened = UNKNOWN.put("/a/b", UNKNOWN.lookup("/a/b"))
    assert isinstance(opened.root.children["/a"[1:]], Directory)
    for region in (Region(("/a",)), Region(("/a/b/c",)), Region(("/",), ("/a/b",)), Region(("/a/*/c",))):
        assert region.digest(opened) == region.digest(UNKNOWN)


def in_order(paths):
    filesystem = UNKNOWN
    for path in paths:
        filesystem = Region((path,)).write(filesystem, f"term {path}")
    return filesystem.digest


def test_writes_to_separate_places_commute() -> None:
    paths = ["/usr/x", "/usr/y", "/opt/z"]
    assert len({in_order(order) for order in itertools.permutations(paths)}) == 1


def test_who_writes_first_makes_the_directories_that_are_missing() -> None:
    assert in_order(["/a/x", "/a/y"]) != in_order(["/a/y", "/a/x"])
    assert in_order(["/a/x", "/b"]) == in_order(["/b", "/a/x"])


def test_writes_to_one_place_do_not_commute() -> None:
    one, two = Region(("/a",)), Region(("/a/b",))
    assert two.write(one.write(UNKNOWN, "1"), "2").digest != one.write(two.write(UNKNOWN, "2"), "1").digest


def test_write_changes_the_inside_and_leaves_exclusions() -> None:
    base = Filesystem.empty().make_directories("/a/b", Attributes(0o755)).put("/a/b/x", FILE).put("/a/x", FILE)
    after = Region(("/a",), ("/a/b",)).write(base, "t")
    assert after.lookup("/a/b/x") == FILE
    assert after.lookup("/a/x").digest != FILE.digest
    assert isinstance(after.lookup("/a/new"), Unknown)
    assert after.lookup("/a/b/new") is None
    assert after.lookup("/c") is None


def test_write_with_a_star_reaches_known_and_unknown_names() -> None:
    base = UNKNOWN.put("/a/b/x", FILE).put("/a/b/y", FILE)
    after = Region(("/a/*/x",)).write(base, "t")
    assert after.lookup("/a/b/x").digest != FILE.digest
    assert after.lookup("/a/b/y") == FILE
    assert after.lookup("/a/c/x").digest != UNKNOWN.lookup("/a/c/x").digest


def test_a_write_where_nothing_stands_is_not_lost() -> None:
    for path in ("/x", "/x/y"):
        after = Region((path,)).write(Filesystem.empty(), "t")
        assert isinstance(after.lookup(path), Unknown)
        assert after.digest != Filesystem.empty().digest
    removed = UNKNOWN.put("/x", None)
    assert removed.lookup("/x") is None
    assert isinstance(Region(("/x",)).write(removed, "t").lookup("/x"), Unknown)


def test_known_yields_what_lies_inside() -> None:
    base = Filesystem(Directory(None, {"a": Directory(None, {"b": FILE, "c": FILE, "d": ABSENT}, Origin("x"))}))
    assert [path for path, _ in Region(("/a",), ("/a/c",)).known(base)] == ["/a", "/a/b"]


def test_a_file_in_the_way_of_the_region_is_met_and_not_known() -> None:
    region = Region(("/opt/*/bin",))
    tree = Filesystem(Directory(Attributes(0o755), {"opt": Directory(Attributes(0o755), {"f": FILE})}))
    assert [path for path, _ in region.known(tree)] == []
    assert [path for path, _ in region.met(tree)] == ["/opt/f"]
