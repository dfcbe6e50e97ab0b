"""Options and settings of the most used programs that lead to other files: each is modelled, or makes the command unknown."""

import pytest

from restow.effects.effect import NAME, SYMBOLIC

UNKNOWN = f"{SYMBOLIC}X{SYMBOLIC}"
MADE = f"/tmp/{SYMBOLIC}{NAME}d{SYMBOLIC}"


@pytest.mark.parametrize(
    "argv",
    [
        "curl -w %{http_code}%output{/etc/x} https://e.com",
        "curl {file,http}:///etc/passwd",
        "curl --url @/srv/list -o x",
        f"curl --url {UNKNOWN} -o x",
        "curl --proto-default file etc/passwd",
        f"curl -d {UNKNOWN} https://e.com",
        f"curl -H {UNKNOWN} https://e.com",
        "curl -o=/opt/x https://e.com",
        "curl --proto-redir =all -o x https://e.com",
        "curl --proto-redir -all,https,file -o x https://e.com",
        "curl -o /opt/#1 https://e.com/{../../x,y}",
        "wget -N https://e.com/x",
        "cp -u a b",
        "cp -r --no-preserve mode a b",
        "mv --update=older a b",
        "unzip -uo x.zip",
        "unzip -f x.zip",
        "tar xf x.tgz --keep-newer-files",
        "tar cf x.tar --mtime=/srv/f src",
        "[ a -nt b ]",
        "test a -ot b",
        "ls -lt /opt",
        "ls --sort=time /opt",
        "strings @list",
        "nm -D @/srv/list",
        "tar xf x.tgz --one-top-level=/etc",
        "tar xf x.tgz --transform s,^,/etc/,",
        "tar xf x.tgz --xform s,a,../b,",
        "tar cf x.tar --owner-map map src",
        "bsdtar -cf x.tar @other.tar",
        "gunzip -N /x.gz",
        "find . -inum 5",
        "find . -printf %D",
        "useradd -K MAIL_DIR=/srv/mail app",
        "usermod -L -m -d /x app",
        "chown -RL 1:1 src",
        "apt-get -o Dpkg::Options::=--log=/app/x install -y curl",
        "apt-get -o Acquire::https::CaInfo=certs/x install -y curl",
        "apt-get -o APT::Compressor::gzip::Binary=tool install -y curl",
    ],
)
def test_unknown(world, argv):
    assert world({"x.tgz": None}).reason(argv)


@pytest.mark.parametrize(
    ("argv", "path"),
    [
        ("wget --random-wait https://e.com/a/x.tgz", "/app/x.tgz"),
        ("wget https://e.com/a/x\u00e9", "/app/x%C3%A9"),
        ("wget -O x https://e.com/a", "/root/.local/share/wget/.wget-hsts"),
        ("curl --no-clobber -o /opt/x https://e.com", "/opt/x.1"),
        ("curl --no-clobber -O https://e.com/x", "/app/x.99"),
        ("wget --proxy https://e.com/a/x.tgz", "/app/x.tgz"),
        ("tar xf x.tgz --one-top-level -C /opt", "/opt/a"),
        ("useradd -f 0 app", "/home/app"),
        ("install tool /srv/link", "/srv/link"),
        ("ln -s /a/one -t /opt/bin", "/opt/bin/one"),
        ("ln -s /a/one .", "/app/one"),
        ("gunzip -N x.gz", "/app/other-name"),
        ("gunzip x", "/app/x-gz"),
        ("touch -h /srv/link", "/srv/link"),
    ],
)
def test_written(world, writes, argv, path):
    effect = world({"x.tgz": None, "/srv/link": "->/opt/x"}).effect(argv)
    assert writes(effect, path)


@pytest.mark.parametrize(
    ("argv", "path"),
    [
        ("tar cf /srv/x.tar a -C sub b", "/app/a"),
        ("tar cf /srv/x.tar a -C sub b", "/app/sub/b"),
        ("unzip x.1", "/app/x.1.zip"),
        ("realpath --relative-to /srv/d x", "/srv/d"),
        ("curl -o x sftp://e.com/x", "/root/.ssh/known_hosts"),
        ("useradd -m -k /app/skel app", "/app/skel/.profile"),
    ],
)
def test_read(world, reads, argv, path):
    assert reads(world().effect(argv), path)


@pytest.mark.parametrize(
    ("path", "argv"),
    [
        ("/root/.curlrc", "curl -O https://e.com/x"),
        ("/root/.wgetrc", "wget https://e.com/x"),
        ("/etc/wgetrc", "wget https://e.com/x"),
        ("/etc/wget2rc", "wget https://e.com/x"),
        ("/root/.config/wget/wget2rc", "wget https://e.com/x"),
        ("/etc/default/useradd", "useradd app"),
        ("/etc/adduser.conf", "adduser --system app"),
        ("/usr/local/sbin/adduser.local", "adduser --system app"),
    ],
)
def test_settings_that_the_build_put_there(world, path, argv):
    world().effect(argv)
    assert "put there" in world({path: "x"}).reason(argv)


def test_settings_in_the_folder_that_a_variable_names(world):
    for name in (".curlrc", "curlrc"):
        given = world({f"/srv/c/{name}": "output = /etc/x"}, environment={"XDG_CONFIG_HOME": "/srv/c"})
        assert "put there" in given.reason("curl -o x https://e.com")
    for name in ("WGET2RC", "QLOGDIR"):
        assert "variable" in world(environment={name: "/srv/x"}).reason("curl -o x https://e.com")
    assert "variable" in world(environment={"BZIP2": "-k /srv/x"}).reason("bunzip2 x.bz2")


def test_env_takes_every_variable_away_that_it_names(world, writes):
    given = world(environment={"PIP_TARGET": "/srv/one", "PIP_CACHE_DIR": "/srv/two"})
    assert not writes(given.effect("env -u PIP_TARGET -u PIP_CACHE_DIR pip install flask"), "/srv/one/x")
    assert not writes(given.effect("env -u PIP_CACHE_DIR --unset=PIP_TARGET pip install flask"), "/srv/one/x")
    assert writes(given.effect("env -u PIP_CACHE_DIR pip install flask"), "/srv/one/x")
    assert "not known" in given.reason(f"env -u {UNKNOWN} pip install flask")


def test_a_folder_of_keys_that_mktemp_makes_holds_no_settings(world):
    given = world({"/tmp/gpg.conf": "keyring /app/keys"}, environment={"GNUPGHOME": MADE})
    assert given.effect("gpg --batch --recv-keys ABC")
    assert given.assumed["fresh-keyring"] == "standing"
    assert world({"/root/.gnupg/gpg.conf": "keyring /app/keys"}).reason("gpg --recv-keys ABC")


def test_a_link_that_may_lead_anywhere(world):
    effect = world().effect(f"ln -sf {UNKNOWN} /opt/java")
    assert effect.links == (("/opt/java", "\0"),)
    assert effect.exact is None
    assert world().effect(f"ln -s /opt/{UNKNOWN}/bin/java /usr/bin/").links == (("/usr/bin/java", "\0"),)
    for argv in (f"ln -s {UNKNOWN} /usr/bin/", f"ln -s /a /opt/{UNKNOWN}", f"ln -s {UNKNOWN} /a /opt/b/"):
        assert world().reason(argv)


def test_links_that_a_pattern_brings_along(world):
    given = world({"src/link": "->/etc", "src/deep/other": "->/srv"})
    assert set(given.effect("cp -a src/* /dst").links) == {("/dst/link", "/etc"), ("/dst/deep/other", "/srv")}
    assert given.effect("cp -aT src /dst").links
    assert ("/dst/src/link", "/etc") in given.effect("cp -a --parents src /dst").links
    assert "where cp puts" in given.reason("cp -a s*c/deep /dst")
