"""What curl, wget, gpg, tar and unzip read and write; where a name is not known, its folder counts."""

import pytest

from restow.effects import No, commute
from restow.effects.effect import NAME, SYMBOLIC

MADE = f"/tmp/{SYMBOLIC}{NAME}d"


@pytest.mark.parametrize(
    ("argv", "path"),
    [
        ("curl -fsSL -o /opt/x.tgz https://e.com/x", "/opt/x.tgz"),
        ("curl -fsSLO https://e.com/a/x.tgz?raw=1", "/app/x.tgz"),
        ("curl -O -J https://e.com/x", "/app/anything"),
        ("curl --output-dir /opt -O https://e.com/x", "/opt/x"),
        ("curl https://e.com/[1-3] -o /opt/x_#1", "/opt/x_2"),
        ("wget https://e.com/a/x.tgz", "/app/x.tgz"),
        ("wget https://e.com/a/x.tgz", "/app/x.tgz.1"),
        ("wget https://e.com/a/x?b=1", "/app/x?b=1"),
        ("wget https://e.com", "/app/index.html"),
        ("wget -P /opt --content-disposition https://e.com/x", "/opt/anything"),
        ("wget -t 10 --max-redirect 1 -O /opt/x https://e.com/y", "/opt/x"),
        ("tar xzf x.tgz -C /opt", "/opt/a/b"),
        ("unzip -q x.zip -d /opt", "/opt/a"),
        ("tar czf /opt/x.tgz .", "/opt/x.tgz"),
        ("xz -d /opt/x.xz", "/opt/x"),
        ("bunzip2 /opt/x.bz2", "/opt/x"),
    ],
)
def test_written(world, writes, argv, path):
    effect = world({"x.tgz": None, "x.zip": None}).effect(argv)
    assert writes(effect, path)
    assert not writes(effect, "/etc/passwd")


@pytest.mark.parametrize(
    "argv",
    [
        "curl -T x https://e.com",
        "curl -K x https://e.com",
        "curl -d @x https://e.com",
        "curl --data-urlencode a@x https://e.com",
        "curl -H @headers https://e.com",
        "curl file:///etc/passwd",
        "curl -b cookies https://e.com",
        "wget -i list",
        "wget -r https://e.com",
        "wget -o log https://e.com/x",
        "wget -e use_proxy=on https://e.com/x",
        "tar xf x.tgz -C /",
        "tar -P -xf x.tgz",
        "tar -I prog -xf x.tgz",
        "tar --checkpoint-action=exec=x -xf x.tgz",
        "tar -xf host:x.tgz",
        "unzip x.zip -d /",
        "gpg --frobnicate",
        "gpg --exec-path /app x",
    ],
)
def test_refused(world, argv):
    assert world({"x.tgz": None}).reason(argv)


def test_a_name_in_the_root_directory(world, writes):
    unnamed = world({}, directory="/").effect("wget https://e.com/x?y")
    assert writes(unnamed, "/x?y")
    assert not writes(unnamed, "/etc/x")
    assert writes(world({}, directory="/").effect("wget https://e.com/x"), "/x")


def test_addresses_that_only_the_build_gives_may_be_local(world, reads, writes):
    checked = world({})
    effect = checked.effect("curl", "-o", "/opt/x", f"{SYMBOLIC}output")
    assert reads(effect, "/app/main.c")
    assert writes(effect, "/opt/x")
    assert checked.assumed["download-words"] == "standing"


def test_names_made_up_by_the_build_count_as_their_folder(world, writes):
    effect = world({}).effect("curl", "-o", f"{MADE}/x.zip", "https://e.com/x")
    assert writes(effect, "/tmp/other")
    assert not writes(effect, "/opt")
    assert writes(world({}).effect("tar", "-xf", "x.tgz", "-C", MADE), "/tmp/a")
    assert world({}).reason("curl", "-o", f"{SYMBOLIC}output/x", "https://e.com/x")


def test_an_archive_somewhere_unknown_reads_everything(world, reads, writes):
    effect = world({}, directory=f"/{SYMBOLIC}dir").effect("tar -xf x.tgz -C /opt")
    assert reads(effect, "/srv/x.tgz")
    assert writes(effect, "/opt/x")
    assert not writes(effect, "/srv/x")


def test_gpg_keeps_its_keys_in_its_home(world, reads, writes):
    checked = world({})
    effect = checked.effect("gpg --batch --keyserver hkps://keys.openpgp.org --recv-keys AB12")
    assert writes(effect, "/root/.gnupg/pubring.kbx")
    assert not writes(effect, "/app/AB12")
    assert effect.network
    assert checked.assumed == {"home-directory": "standing", "same-keys": "standing"}
    elsewhere = world({}, environment={"GNUPGHOME": MADE}).effect("gpg --batch --import keys.asc")
    assert writes(elsewhere, "/tmp/x")
    assert reads(elsewhere, "/app/keys.asc")
    assert not elsewhere.network
    assert world({}, environment={"GNUPGHOME": f"{SYMBOLIC}x"}).reason("gpg --list-keys")


@pytest.mark.parametrize(
    ("command", "path"),
    [
        ("gpg --batch --verify x.asc x.tgz", "/app/x.tgz"),
        ("gpg --verify x.tgz.asc", "/app/x.tgz"),
        ("gpg --no-default-keyring --keyring ./keys.kbx --list-keys", "/app/keys.kbx"),
        ("gpg --decrypt /srv/x.asc", "/srv/x.asc"),
    ],
)
def test_gpg_reads_the_files_named(world, reads, command, path):
    assert reads(world({}).effect(command), path)


def test_gpg_writes_its_output(world, writes):
    assert writes(world({}).effect("gpg --batch --decrypt --output sums sums.asc"), "/app/sums")
    assert writes(world({}).effect("gpg --dearmor key.asc"), "/app/key.asc.gpg")
    assert not writes(world({}).effect("gpg --batch --verify x.asc x"), "/app/x")


def test_gpg_settings_of_the_build_are_looked_at(world):
    assert world({"/root/.gnupg/gpg.conf": "no-tty\n"}).effect("gpg --list-keys")
    assert "gpg.conf" in world({"/root/.gnupg/gpg.conf": "keyring /app/k\n"}).reason("gpg --list-keys")


def test_a_download_into_the_root_directory_is_one_entry_there(world, reads, writes):
    given = world(directory="/")
    for argv in (
        f"curl -fsSLO https://e.com/node-v20-{SYMBOLIC}arch{SYMBOLIC}.tar.xz",
        "wget --content-disposition https://e.com/x",
    ):
        effect = given.effect(argv)
        assert writes(effect, "/node-v20-x64.tar.xz")
        assert not writes(effect, "/etc/passwd")
        assert not writes(effect, "/app/main.py")


def test_what_such_a_download_writes_may_be_read_by_name(world):
    given = world({"/node.tar": "x"}, directory="/")
    one, two = given.effect(f"curl -O https://e.com/{SYMBOLIC}x{SYMBOLIC}"), given.effect("cat /node.tar")
    assert isinstance(commute(one, two, given.filesystem), No)
