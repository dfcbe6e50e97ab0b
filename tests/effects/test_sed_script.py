"""Which sed scripts only edit text; anything that may name a file or start a program is refused."""

import pytest

from restow.effects.awk import only_prints
from restow.effects.effect import SYMBOLIC
from restow.effects.sed_script import only_edits
from restow.errors import UnknownEffect

EDITS = """s/a/b/
s#a#b#g;s|c|d|
/x/d
1d
$!N;s/\\n/ /;P;D
:a;N;$!ba;s/\\n/ /g
2,5{H;d}; ${p;x;s/^\\n//}
0,/re/s//x/
s/^[[:space:]]*mirror/#m/
y/abc/xyz/
/re/a [ -x /usr ] && x
s/a\\/b/c/""".split("\n")
MORE = """s/a/b/w /x
w /x
r /x
R x
e
s/a/b/e
1e ls
s/a/b/;w x
$w x
/x/w /etc/passwd
1!w x
s/[/]/b/w x/
s/[^]/]/b/
s/[[:alpha:]/]/g;w x/
s/a
F""".split("\n")
PRINTS = (
    "{print $1}",
    "/=>/ { print $(NF-1) }",
    '$1 == "#define" { print; next } { print }',
    '{ gsub("^/(usr/)?", "", so) }',
)
NOT_ONLY = (
    '{ print > "x" }',
    '/"/ { print > "x" } /"/',
    '{ print | "sh" }',
    '{ system("ls") }',
    '@load "filefuncs"',
    '{ print a / b > "x/" }',
    'x++ / 2 > "f" / 3',
    "/[/]/ { print }",
    '{ print "a',
)


@pytest.mark.parametrize("script", EDITS)
def test_scripts_that_edit(script):
    only_edits(script)


@pytest.mark.parametrize("script", MORE)
def test_scripts_that_may_do_more(script):
    with pytest.raises(UnknownEffect):
        only_edits(script)


@pytest.mark.parametrize("program", PRINTS)
def test_awk_that_prints(program):
    assert ">" not in only_prints(program)


@pytest.mark.parametrize("program", NOT_ONLY)
def test_awk_that_may_do_more(program):
    with pytest.raises(UnknownEffect):
        only_prints(program)


def test_sed_in_place(world, reads, writes):
    effect = world({"a": ""}).effect("sed", "-i.bak", "-e", "s/x/y/", "a", "/etc/x/*.conf")
    for path in ("/app/a", "/app/a.bak", "/etc/x/b.conf"):
        assert writes(effect, path), path
        assert reads(effect, path), path
    assert not writes(effect, "/etc/y")
    assert world({}).effect("sed", "s/x/y/", "a").writes == ()
    assert "mistaken" in world({}).reason("sed", "-ie", "s/x/y/", "a")


def test_a_value_in_a_script_is_assumed_to_be_plain(world):
    here = world({})
    here.effect("sed", "-i", f"s/x/{SYMBOLIC}shell:V{SYMBOLIC}/", "/etc/a")
    assert here.assumed == {"plain-values": "standing"}
    assert "not known" in here.reason("sed", "-i", f"{SYMBOLIC}shell:V{SYMBOLIC}", "/etc/a")


def test_a_script_file_is_read_through(world, reads):
    assert reads(world({"s.sed": "s/a/b/\n"}).effect("sed", "-f", "s.sed", "a"), "/app/s.sed")
    assert "files" in world({"s.sed": "w /x\n"}).reason("sed", "-f", "s.sed", "a")
