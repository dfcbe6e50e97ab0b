"""Where cp, mv, ln and install put things: the root directory, and destinations that may be a directory."""

import pytest

from restow.effects.effect import SYMBOLIC
from restow.vfs import Directory

TREE = {"/tree/etc/motd": "x", "/tree/new/deep/file": "y", "/tree/run.sh": "z", "/tree/link": "->/srv/there"}


def laid_out(world):
    """``/tree`` with nothing in it but what is listed, and a link to the root directory."""
    given = world({**TREE, "/to-root": "->/"})
    for folder in ("/tree", "/tree/etc", "/tree/new", "/tree/new/deep"):
        node = given.filesystem.lookup(folder)
        given.filesystem = given.filesystem.put(folder, Directory(node.attributes, node.children))
    return given


@pytest.mark.parametrize(
    "command",
    [
        "cp -rT tree /",
        "cp -r --no-target-directory tree /",
        "cp -a tree/. /",
        "cp -a tree/. ..",
        "cp -rT tree /opt/..",
        "cp -a --parents tree/x /",
        "cp -a --parents ../x /srv",
        "cp -a tree/.. /srv",
        "mv -T tree /",
        "mv tree/. /",
        "install -T x /",
        "install -D x /",
        "install -D -t / x",
        "cp -a tree/* /",
        f"cp -a {SYMBOLIC}X{SYMBOLIC} /",
        f"cp -aT /srv/{SYMBOLIC}X{SYMBOLIC} /",
    ],
)
def test_the_root_directory_with_a_tree_that_is_not_known(world, command):
    assert world({"tree/x": "x", "x": "y"}).reason(command)


@pytest.mark.parametrize(
    "command",
    ["cp -rT /tree /", "cp -r /tree/. /", "cp -r -t / /tree/.", "cp -r /tree/. /to-root", "cp -r /tree/. /opt/.."],
)
def test_a_known_tree_laid_out_in_the_root_directory(world, reads, writes, command):
    effect = laid_out(world).effect(command)
    for path in ("/etc/motd", "/new", "/new/deep", "/new/deep/file", "/run.sh", "/link"):
        assert writes(effect, path), path
    assert reads(effect, "/tree/new/deep/file")
    for path in ("/", "/tree", "/etc", "/etc/passwd", "/new/other", "/srv/there"):
        assert not writes(effect, path), path
    assert ("/link", "/srv/there") in effect.links


@pytest.mark.parametrize("command", ["cp -aT /tree /", "cp -rp /tree/. /", "cp -r --preserve=mode /tree/. /"])
def test_attributes_that_are_kept_are_those_of_the_folders_too(world, writes, command):
    effect = laid_out(world).effect(command)
    assert all(writes(effect, path) for path in ("/", "/etc", "/new", "/etc/motd"))
    assert not any(writes(effect, path) for path in ("/etc/passwd", "/usr", "/srv"))


@pytest.mark.parametrize(
    "command",
    ["cp -rLT /tree /", "cp -RT /tree /to-root", "cp -rH /tree/. /", "cp -aT /missing /", "cp -a /tree/. /opt /"],
)
def test_a_known_tree_that_is_not_all_there_is(world, command):
    assert laid_out(world).reason(command)


def test_many_entries_are_not_told_one_by_one(world):
    given = laid_out(world)
    file = given.filesystem.lookup("/tree/run.sh")
    for number in range(500):
        given.filesystem = given.filesystem.put(f"/tree/{number}", file)
    assert "one by one" in given.reason("cp -rT /tree /")


@pytest.mark.parametrize(
    ("command", "place"),
    [
        ("cp -a src/link /opt/d", "/opt/d"),
        ("cp -a src/link /opt/d/", "/opt/d/link"),
        ("cp -a -t /opt/d src/link", "/opt/d/link"),
        ("cp -a src/link src/other /opt/d", "/opt/d/link"),
        ("mv src/link src/other /opt/d", "/opt/d/link"),
        ("mv -T src/link /app", "/app"),
        ("cp -a -n src/link /srv/shortcut", "/opt/x/link"),
        ("ln -s /etc /a/link /opt/d", "/opt/d/link"),
        ("ln -s /etc/link -t /opt/d", "/opt/d/link"),
        ("ln -s /etc/link /srv/shortcut", "/opt/x/link"),
        ("ln -sn /etc/link /srv/shortcut", "/srv/shortcut"),
        ("ln -sT /etc/link /srv/shortcut", "/srv/shortcut"),
    ],
)
def test_where_a_link_comes_to_stand(world, command, place):
    given = world({"src/link": "->/etc", "src/other": "->/srv", "/opt/x/f": "", "/srv/shortcut": "->/opt/x"})
    assert place in [link for link, _ in given.effect(command).links]
