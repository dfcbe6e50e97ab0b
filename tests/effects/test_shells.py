"""Shells that another program starts, and commands of the shell as models; make."""

import pytest

from restow.effects import commute, effect_of, known_programs
from restow.effects.commute import No, Yes


@pytest.mark.parametrize(
    "argv",
    [
        ("sh", "-c", "mkdir -p /srv/x"),
        ("bash", "-ec", "mkdir -p /srv/x"),
        ("bash", "-exc", "mkdir -p /srv/x"),
        ("bash", "-euo", "pipefail", "-c", "mkdir -p /srv/x"),
        ("/bin/sh", "-c", "true && mkdir -p /srv/x || exit 1"),
        ("sudo", "sh", "-c", "mkdir -p /srv/x; true"),
        ("env", "A=b", "bash", "-c", "mkdir -p /srv/$A /srv/x"),
        ("timeout", "5", "sh", "-c", "cd /srv && mkdir x"),
        ("nice", "sh", "-c", "export D=/srv/x && mkdir $D"),
        ("gosu", "nobody", "sh", "-c", "mkdir /srv/x 2>/dev/null"),
        ("su-exec", "nobody", "sh", "-c", "echo hi | tee /srv/x"),
        ("sudo", "sh", "-c", "echo hi > /srv/x"),
        ("sudo", "sh", "-c", "rm -rf /srv/x/*"),
        ("exec", "mkdir", "/srv/x"),
    ],
)
def test_what_the_script_does(world, writes, argv):
    effect = world({}).effect(*argv)
    assert writes(effect, "/srv/x") or writes(effect, "/srv/x/y")
    assert not writes(effect, "/srv/y")
    assert effect.exact is None
    assert not effect.certain
    assert not effect.sets


def test_all_commands_count_together(world, reads, writes):
    effect = world({"in": "a"}).effect("sudo", "sh", "-c", "cat in > /srv/a; cp in /srv/b")
    assert reads(effect, "/app/in")
    assert writes(effect, "/srv/a")
    assert writes(effect, "/srv/b")


def test_a_variable_counts(world):
    checked = world({}, environment={"D": "/srv/x"})
    effect = checked.effect("sh", "-c", 'mkdir "$D"')
    assert "D" in effect.environment
    assert "BASH_ENV" in effect.environment


@pytest.mark.parametrize(
    ("argv", "reason"),
    [
        (("bash", "-lc", "mkdir /x"), "is a login shell: /etc/profile"),
        (("bash", "--login", "-c", "mkdir /x"), "is a login shell"),
        (("sudo", "bash", "-lc", "mkdir /x"), "is a login shell"),
        (("bash", "-ic", "mkdir /x"), "is an interactive shell"),
        (("bash", "-kc", "mkdir /x"), "the option -kc of bash is not modelled"),
        (("bash", "-O", "extglob", "-c", "x"), "the option -O of bash is not modelled"),
        (("bash", "-o", "posix", "-c", "x"), "the option -o posix of bash is not modelled"),
        (("sh", "-c"), "sh -c lacks its script"),
        (("sh", "-c", "mytool"), "there is no model of what 'mytool'"),
        (("sh", "-c", "mkdir a &"), "background"),
        (("sh", "-c", "if true; then mkdir a; fi"), "more than plain commands in a row"),
        (("sh", "-c", "mkdir $(pwd)"), "more than plain commands in a row"),
        (("sh", "-c", "mkdir $NOT"), "a value in a script given to a shell is not known"),
        (("sh", "-c", "cd /x; rm -rf y"), "cd in a script of sh -c is followed only in a row of &&"),
        (("sh", "-c", "cd /x || rm -rf y"), "cd in a script of sh -c"),
        (("sh", "-c", "ln -s /etc /x && touch /x/passwd"), "makes a symbolic link"),
        (("sh", "-c", "ln -s /etc /x && cd /x"), "makes a symbolic link"),
        (("sh", "-c", "echo -r other.txt > r.txt && pip install -r r.txt"), "may be written by another part"),
        (("sh", "-c", "pip install -r r.txt | tee r.txt"), "a pipeline in a script of sh -c"),
        (("sh", "-c", "cp y /usr/local/bin/mkdir && mkdir /y"), "may write"),
        (("sh", "-c", ". ./x"), "sh . is not followed"),
        (("sh", "-c", "eval x"), "sh eval is not followed"),
        (("sh", "-c", "A=1"), "sets variables of its own"),
        (("sh", "-c", "mkdir {a,b}"), "braces"),
        (("sh", "-c", "cp * /x"), "a pattern given to cp"),
        (("sh", "-c", "rm '*'"), "a quoted pattern"),
        (("sh", "-c", "echo $1", "a", "b"), "with parameters"),
        (("sh", "-c", "echo a &> /x"), "background"),
        (("sh", "run.sh"), "sh runs the script run.sh"),
        (("bash",), "given as its input"),
        (("make",), "make runs what the Makefile says, which may read and write everything"),
        (("make", "-C", "x", "install"), "make runs what the Makefile says"),
        (("exec",), "exec with redirections alone"),
        (("set", "-e"), "set changes how the commands after it run"),
        (("export", "-f", "x"), "this use of export is not modelled"),
    ],
)
def test_what_is_not_followed(world, argv, reason):
    assert reason in world({"r.txt": "a==1\n", "x": "y"}).reason(*argv)


@pytest.mark.parametrize("name", ["BASH_ENV", "SHELLOPTS", "BASH_FUNC_mkdir%%"])
def test_settings_of_the_shell(world, name):
    assert "a variable tells bash" in world({}, environment={name: "x"}).reason("sh", "-c", "mkdir /x")


def test_a_program_of_the_build(world):
    checked = world({"/usr/local/bin/mkdir": "x"})
    assert "the build itself put" in checked.reason("sh", "-c", "mkdir /x")


def test_export_does_not_pass_what_listens(world):
    export = world({}).effect("export", "LANG=C")
    assert export.sets == ("LANG",)
    assert isinstance(commute(export, world({}).effect("apt-get", "update")), No)
    assert (
        isinstance(commute(export, world({}).effect("mkdir", "/x")), Yes)
        or "LANG" in effect_of(world({}).call("mkdir", "/x")).environment
    )


def test_they_are_known():
    assert {"sh", "bash", "exec", "export", "set", "make"} <= set(known_programs())
