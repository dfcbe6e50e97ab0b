"""Programs that read and print write nothing; what they read is named, or everything."""

import pytest

from restow.effects.effect import NAME, SYMBOLIC
from restow.effects.programs.filesystem.text import PROGRAMS
from restow.effects.registry import known_programs

UNKNOWN = f"{SYMBOLIC}shell:X{SYMBOLIC}"


def test_every_program_of_the_table_is_registered():
    assert set(PROGRAMS) <= set(known_programs())


@pytest.mark.parametrize(
    ("command", "path"),
    [
        ("cat a b", "/app/b"),
        ("head -20 a", "/app/a"),
        ("grep -qF x a", "/app/a"),
        ("grep -f p -r .", "/app/p"),
        ("awk {print} a", "/app/a"),
        ("sort -u a", "/app/a"),
        ("sha256sum -c sums", "/srv/anything"),
        ("ls", "/app/a"),
        ("du -sh /srv/*", "/srv/a"),
        ("zcat a", "/app/a.gz"),
        ("ldd /bin/sh", "/anywhere"),
        (f"cat {UNKNOWN}", "/anywhere"),
        (f"cat /srv/x-{UNKNOWN}", "/srv/x-1"),
        ("date -r a", "/app/a"),
        ("test -f a -a -d b", "/app/b"),
        (f"[ -f {UNKNOWN} ]", "/anywhere"),
    ],
)
def test_what_is_read(world, reads, command, path):
    effect = world({}).effect(command)
    assert reads(effect, path)
    assert effect.writes == ()


@pytest.mark.parametrize(
    ("command", "path"),
    [
        ("grep a b", "/app/a"),
        ("cut -d/ -f1 a", "/app/b"),
        ("tr / x", "/app/x"),
        ("basename /srv/a", "/srv/a"),
        ("[ a = b ]", "/app/a"),
    ],
)
def test_what_is_not_read(world, reads, command, path):
    assert not reads(world({}).effect(command), path)


@pytest.mark.parametrize(
    "command",
    [
        "sort -o a b",
        "head -c 9 /dev/urandom",
        "uniq a b",
        "xxd -r a b",
        "awk -f x a",
        "cat --frobnicate a",
        f"sort {UNKNOWN}",
        "date -s 1",
        "umask 077",
        f"awk {UNKNOWN} a",
        "gawk -i inplace {print} a",
        "scanelf -X a",
    ],
)
def test_what_is_not_modelled(world, command):
    assert world({}).reason(command)


def test_awk_hears_the_environment_where_it_asks(world):
    assert world({}).effect("awk", '{print ENVIRON["A"]}').environment is None
    assert "A" not in world({}).effect("awk", "{print}").environment


def test_a_file_in_a_folder_of_unknown_name(world, reads, writes):
    made = f"/tmp/{SYMBOLIC}{NAME}x{SYMBOLIC}"
    effect = world({}).effect("sed", "-i", "s/a/b/", f"{made}/f")
    assert writes(effect, "/tmp/q/f")
    assert not writes(effect, "/app/f")
    assert "not known" in world({}).reason("sed", "-i", "s/a/b/", f"/x{UNKNOWN}/f")
    assert world({}).reason("sed", "-i", "s/a/b/", f"/srv/{SYMBOLIC}shell:X{SYMBOLIC}/../f")
