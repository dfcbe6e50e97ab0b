"""Directories that are one in many distributions."""

from restow.vfs import Attributes, Content, File, Filesystem, Region, Unknown
from restow.vfs.aliases import above, twins, with_twins, written

FILE = File(Attributes(0o644), Content.of(b"x"))


def test_twins_go_both_ways_and_keep_the_rest_of_the_path() -> None:
    assert "/usr/bin/x" in twins("/bin/x")
    assert "/bin/x" in twins("/usr/bin/x")
    assert "/var/run/x" in twins("/run/x")
    assert twins("/usr/binary") == twins("/opt/x") == ()


def test_above_names_those_below_a_path() -> None:
    assert {"/usr/bin", "/usr/lib"} <= set(above("/usr"))
    assert "/bin" not in above("/usr")
    assert "/bin" in above("/")


def test_a_region_gets_the_other_names() -> None:
    region = with_twins(Region(("/bin/x",), ("/bin/x/y",)))
    assert region.covers("/usr/bin/x")
    assert not region.covers("/usr/bin")
    assert not region.covers("/bin/x/y")
    assert with_twins(Region(("/opt",))) == Region(("/opt",))


def test_what_is_written_under_one_name_may_show_under_the_others() -> None:
    base = Filesystem.unknown("image x").put("/usr/bin/tool", FILE)
    after = written(base.put("/bin/tool", FILE), ("/bin/tool",), "t")
    assert after.lookup("/bin/tool") == FILE
    assert after.lookup("/usr/bin/tool").digest != FILE.digest
    assert after.lookup("/usr/share").digest == base.lookup("/usr/share").digest


def test_on_an_empty_root_nothing_is_a_link() -> None:
    base = Filesystem.empty().make_directories("/bin", Attributes(0o755)).put("/bin/x", FILE)
    after = written(base, ("/bin/x",), "t")
    assert after.digest == base.digest
    assert not isinstance(after.lookup("/usr"), Unknown)
