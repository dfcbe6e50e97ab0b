"""Programs that start another one are looked through; find and what it runs."""

import pytest

from restow.effects.effect import SYMBOLIC


@pytest.mark.parametrize(
    "command",
    [
        "sudo mkdir -p /srv/x",
        "sudo -E -u root mkdir /srv/x",
        "env A=b mkdir /srv/x",
        "env -i mkdir /srv/x",
        "nice -n 5 mkdir /srv/x",
        "timeout -k 5 30 mkdir /srv/x",
        "nohup mkdir /srv/x",
        "time -p mkdir /srv/x",
        "gosu nobody mkdir /srv/x",
        "stdbuf -oL mkdir /srv/x",
        "command mkdir /srv/x",
        "sudo env A=b nice mkdir /srv/x",
    ],
)
def test_the_command_inside_counts(world, writes, command):
    effect = world({}).effect(command)
    assert writes(effect, "/srv/x")
    assert not writes(effect, "/srv/y")
    assert effect.exact is None
    assert not effect.certain


@pytest.mark.parametrize(
    "command",
    [
        "sudo -i mkdir /x",
        "sudo frobnicate",
        "env A=b cd /x",
        "sudo",
        "sudo -b mkdir /x",
        "timeout --frob 3 ls",
        "xargs rm",
        "xargs -n 1 chmod g+s",
        "sudo -u bob pip install x",
        f"sudo -u {SYMBOLIC}shell:U{SYMBOLIC} ls",
        f"sudo {SYMBOLIC}shell:U{SYMBOLIC} ls",
        "command cd /x",
    ],
)
def test_what_is_not_looked_through(world, command):
    assert world({}).reason(command)


def test_xargs_that_only_prints(world):
    assert world({}).effect("xargs").writes == ()
    assert world({}).effect("xargs -r -n 1 dirname").writes == ()


def test_a_program_that_the_build_put_there(world):
    assert "put at" in world({"/usr/local/bin/mkdir": "x"}).reason("sudo mkdir /x")


def test_env_hears_every_variable(world):
    assert world({}).effect("env").environment is None
    assert world({}).effect("sudo ls /").environment is None


def test_find_reads_names(world, reads):
    effect = world({}).effect("find", "/srv", "-type", "f", "(", "-name", "*.a", "-o", "-name", "*.b", ")", "-print0")
    assert reads(effect, "/srv/x")
    assert effect.writes == ()
    assert reads(world({}).effect("find", "-name", "x"), "/app/x")


@pytest.mark.parametrize(
    "words",
    [
        ["/srv", "-name", "*.pyc", "-delete"],
        ["/srv", "-type", "f", "-exec", "rm", "-f", "{}", ";"],
        ["/srv", "-exec", "chmod", "g+x", "{}", "+"],
        ["/srv/*", "-exec", "sed", "-i", "s/a/b/", "{}", "+"],
    ],
)
def test_find_that_changes(world, reads, writes, words):
    effect = world({}).effect("find", *words)
    assert writes(effect, "/srv/a/b")
    assert reads(effect, "/srv/a/b")
    assert not writes(effect, "/app/x")
    assert effect.exact is None


@pytest.mark.parametrize(
    "words",
    [
        ["/srv", "-newer", "x"],
        ["/srv", "-mtime", "+1", "-delete"],
        ["-L", "/srv"],
        ["/srv", "-exec", "sh", "-c", "x", "{}", ";"],
        ["/srv", "-exec", "mv", "{}", "{}.x", ";"],
        ["/srv", "-exec", "{}", ";"],
        ["/srv", "-fprint", "x"],
        ["/", "-name", "x", "-delete"],
        ["/srv", "-printf", "%T@"],
        [f"{SYMBOLIC}shell:X{SYMBOLIC}", "-delete"],
        ["/srv", "-exec", "rm", "{}"],
        ["/srv", "-exec", "sed", "-i", "w x", "{}", "+"],
    ],
)
def test_find_that_is_not_modelled(world, words):
    assert world({}).reason("find", *words)
