"""Scripts that commands hand on: to a shell under find, to awk's ``system``, to su; and openssl, patch and the root directory."""

import pytest

from restow.effects import effect_of
from restow.effects.effect import SYMBOLIC
from restow.errors import UnknownEffect

UNKNOWN = f"{SYMBOLIC}X{SYMBOLIC}"


@pytest.mark.parametrize(
    "script",
    [
        'strip --strip-all "$@" || :',
        'for f; do dpkg -S "$f" > /dev/null 2>&1 || rm -f "$f"; done',
        'chmod 755 "$1"; touch "$@"',
    ],
)
def test_find_runs_plain_commands(world, writes, script):
    effect = world().effect("find", "/srv/x", "-type", "f", "-exec", "sh", "-euxc", script, "--", "{}", "+")
    assert writes(effect, "/srv/x/deep/y")
    assert not writes(effect, "/srv/other")


@pytest.mark.parametrize(
    "script",
    [
        "rm $@",
        'rm "$@" /etc/passwd; make',
        'cp "$1" "$1.bak"',
        'echo x > "$1"',
        'rm "$(cat x)"',
        'if true; then rm "$@"; fi',
        'X=1 rm "$@"',
        'for f in a b; do rm "$f"; done',
        'cd /; rm "$@"',
        "",
    ],
)
def test_find_runs_a_script_that_is_not_read(world, script):
    assert world().reason("find", "/srv/x", "-exec", "sh", "-c", script, "--", "{}", ";")


def test_find_runs_a_shell_in_another_way(world):
    for words in (
        ("-c", "rm $0", "{}"),
        ("script.sh", "{}"),
        ("-lc", 'rm "$@"', "--", "{}"),
        ("-c", UNKNOWN, "--", "{}"),
    ):
        assert world().reason("find", "/srv/x", "-exec", "sh", *words, ";")


def test_awk_asks_for_files(world, reads):
    given = world()
    effect = given.effect("awk", 'system("[ -e /usr/local/lib/" $1 " ]") == 0 { next } { print "so:" $1 }')
    assert reads(effect, "/anything")
    assert not any(effect.writes)
    assert "plain-values" in given.assumed
    for program in ('system("rm " $1)', 'system("[ -e " $1 "; rm x ]")', 'system("[ -e /x" $0 " ]" $2)', "system(x)"):
        assert given.reason("awk", program)


def test_su_runs_a_plain_command(world, writes):
    given = world(environment={"HOME": "/root"})
    effect = given.effect("su", "www-data", "-s", "/bin/sh", "-c", "mkdir -p /srv/x")
    assert writes(effect, "/srv/x")
    for words in (
        ("-", "app", "-c", "true"),
        ("app",),
        ("-c", "true; make"),
        ("-c", "echo $HOME"),
        ("-c", "X=1 true"),
        ("-s", "x", "-c", "id"),
        ("-", "-c", "touch x"),
        ("-l", "app", "-c", "true"),
    ):
        assert given.reason("su", *words)


@pytest.mark.parametrize(
    ("files", "environment"),
    [
        ({}, {"BASH_ENV": "/srv/env"}),
        ({}, {"ZDOTDIR": "/srv"}),
        ({"/home/app/.zshenv": "touch /srv/x"}, {}),
        ({"/root/.cshrc": "touch /srv/x"}, {}),
        ({"/home/app/.pam_environment": "PATH=/srv"}, {}),
    ],
)
def test_a_shell_that_reads_settings_first(world, files, environment):
    words = ("su", "app", "-c", "touch /srv/x")
    assert world(environment={"HOME": "/root"}).effect(*words)
    assert "settings of its own" in world(files, environment={"HOME": "/root", **environment}).reason(*words)


def test_find_that_starts_a_shell_with_settings(world):
    words = ("find", "/srv", "-exec", "bash", "-c", 'chmod 600 "$1"', "_", "{}", ";")
    assert world().effect(*words)
    assert "settings of its own" in world(environment={"BASH_ENV": "/srv/env"}).reason(*words)


@pytest.mark.parametrize(
    ("argv", "read", "written"),
    [
        ("openssl genrsa -out key.pem 2048", "/etc/ssl/openssl.cnf", "/app/key.pem"),
        ("openssl req -new -x509 -nodes -newkey rsa:2048 -keyout k -out c -subj /CN=x -days 9", "/root/.rnd", "/app/k"),
        (
            "openssl x509 -req -in a.csr -CA ca.pem -CAkey ca.key -CAcreateserial -out a.crt",
            "/app/ca.key",
            "/app/ca.srl",
        ),
        (
            "openssl x509 -req -in a.csr -CA sub.d/ca.pem -CAkey ca.key -out a.crt",
            "/app/sub.d/ca.srl",
            "/app/sub.d/ca.srl",
        ),
        ("openssl x509 -req -in a.csr -CA ca -CAkey ca.key -out a.crt", "/app/ca.srl", "/app/ca.srl"),
        ("openssl req -config my.cnf -new -key k -out a", "/app/my.cnf", "/app/a"),
        ("openssl req -in a.csr -verify -out b.csr", "/app/a.csr", "/app/b.csr"),
        ("openssl dgst -verify key.pub -signature s file", "/app/key.pub", None),
        ("openssl dgst -sha256 file", "/app/file", None),
        ("openssl pkcs12 -export -in c -inkey k -out p -passout file:secret", "/app/secret", "/app/p"),
    ],
)
def test_openssl(world, reads, writes, argv, read, written):
    effect = world({"my.cnf": "[req]\ndistinguished_name = dn\n[dn]\n"}).effect(argv)
    assert reads(effect, read)
    assert written is None or writes(effect, written)
    assert not writes(effect, "/app/other")


@pytest.mark.parametrize(
    "argv",
    [
        "openssl s_client -connect e.com:443",
        "openssl ca -in x",
        "openssl req -new -newkey param:p -out x",
        "openssl genrsa -engine x -out y",
        "openssl enc -in x -out y -pass weird",
        "openssl rand -out",
        f"openssl genrsa -out {UNKNOWN}",
        f"openssl rand {UNKNOWN}",
        "openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=x -out cert.pem",
        "openssl req -new -subj /CN=x -nodes -out a.csr",
        "openssl x509 -in file:/srv/k.pem -out o.pem",
        "openssl rsa -in http://e.com/x",
        "openssl req -new -key k -out a -config missing.cnf",
        "openssl req -new -key k -out a -addext proxyCertInfo=language:x,policy:file:/srv/p",
    ],
)
def test_openssl_that_is_not_read(world, argv):
    assert world().reason(argv)


@pytest.mark.parametrize(
    "line", [".include /srv/more.cnf", "oid_file = /srv/oids", "default_keyfile = /srv/k", "MODULE_PATH = /srv/x.so"]
)
def test_openssl_with_settings_that_lead_to_other_files(world, line):
    files = {"my.cnf": f"[req]\n{line}\n"}
    for argv in ("req -new -key k -out a -config my.cnf", "x509 -req -in a -signkey k -out c -extfile my.cnf"):
        assert "has" in world(files).reason(f"openssl {argv}")
    assert "has" in world(files, environment={"OPENSSL_CONF": "my.cnf"}).reason("openssl rand -out f 3")
    assert "has" in world({"/etc/ssl/openssl.cnf": line}).reason("openssl rand -out f 3")
    assert world({"/etc/ssl/openssl.cnf": "[req]"}).effect("openssl rand -out f 3")


def test_patch(world, reads, writes):
    plain = "diff --git a/x b/x\n--- a/x\t2020-01-01\n+++ /dev/null\n@@ -1 +1 @@\n-/etc/x\n+../y\n"
    files = {"src/fix.diff": plain, "/srv/x.diff": plain}
    effect = world(files).effect("patch -p1 -d src -i fix.diff")
    assert reads(effect, "/app/src/fix.diff")
    assert writes(effect, "/app/src/a/b")
    assert not writes(effect, "/app/c")
    assert reads(world(files).effect("patch -p0 name /srv/x.diff"), "/srv/x.diff")
    assert world(files, environment={"PATCH_GET": "1"}).reason("patch -p1 -i /srv/x.diff")
    assert world(files).reason("patch -p1 -o /etc/x -i /srv/x.diff")
    assert world(files).reason("patch -p1 -z /../../etc/x -i /srv/x.diff")
    assert world(files, environment={"SIMPLE_BACKUP_SUFFIX": "/x"}).reason("patch -p1 -i /srv/x.diff")
    beside = world(files).effect("patch -z .old /opt/name /srv/x.diff")
    assert all(writes(beside, f"/opt/name{end}") for end in ("", ".orig", ".rej", ".old"))
    assert world(files).reason("patch -p1 -d / -i /srv/x.diff")


@pytest.mark.parametrize(
    "line",
    [
        "--- /srv/foo",
        "+++ ../foo",
        "*** a/../../foo\t1",
        "Index: /srv/foo",
        "rename to ../x",
        'diff --git a/x "/srv/x"',
    ],
)
def test_patch_with_names_that_lead_out_of_the_folder(world, line):
    assert "outside" in world({"x": f"{line}\n@@ -1 +1 @@\n"}).reason("patch -p0 -i x")
    assert "outside" in world({"x": f"  {line}\n"}).reason("patch -p1 name x")


def test_patch_that_may_be_opened_before_the_folder_is_entered(world, reads):
    files = {"src/x": "--- a\n+++ a\n", "x": "--- /srv/a\n"}
    assert "outside" in world(files).reason("patch -p0 -d src -i x")
    assert reads(world({**files, "x": "--- a\n"}).effect("patch -p0 -d src -i x"), "/app/x")


def test_patch_that_is_fed(world, reads):
    call = world({"x": "--- a\n+++ a\n"}).call("patch", "-p1", "-d", "src", standard_input="/app/x")
    assert reads(effect_of(call), "/app/x")
    assert effect_of(call).needs == ("/app/x",)
    for text, reason in (("--- /srv/a\n", "outside"), (None, "not known")):
        with pytest.raises(UnknownEffect, match=reason):
            effect_of(world({"x": text}).call("patch", "-p1", standard_input="/app/x"))
    assert "standard input" in world({"x": "--- a\n"}).reason("patch -p1")


def test_patch_whose_patch_is_not_at_hand(world):
    assert "not known" in world({"x": None}).reason("patch -p0 -i x")
    for argv in ("patch -p1", "patch -p1 -i -", "patch name"):
        assert "standard input" in world().reason(argv)


def test_copies_into_the_root_directory(world, writes):
    effect = world().effect("cp /go/bin/tool other /")
    assert writes(effect, "/tool")
    assert writes(effect, "/other")
    assert not writes(effect, "/etc/passwd")
    for argv in ("cp -r src/. /", "cp -r src/* /", "cp --parents a/b /", f"cp x{UNKNOWN} /"):
        assert world().reason(argv)


def test_a_link_whose_name_only_the_build_gives(world, writes):
    given = world()
    assert writes(given.effect(f"ln -svT python3 /usr/local/bin/{UNKNOWN}"), "/usr/local/bin/python")
    assert "links-left-alone" in given.assumed
    for argv in (
        f"ln -s /a/b /usr/local/bin/{UNKNOWN}",
        f"ln -s . /srv/{UNKNOWN}",
        f"ln -s x {UNKNOWN}",
        f"ln -s a b /srv/{UNKNOWN}",
    ):
        assert given.reason(argv)
