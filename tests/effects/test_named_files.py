"""Files that variables name are read by every program that listens to them, by one rule."""

import pytest

from restow.effects.effect import SYMBOLIC
from restow.vfs import Region

UNKNOWN = f"{SYMBOLIC}build argument:X{SYMBOLIC}"
OF_BASE = f"{SYMBOLIC}environment of base:1{SYMBOLIC}"


@pytest.mark.parametrize(
    ("name", "value", "command", "path"),
    [
        ("LD_PRELOAD", "/srv/x.so", "cat /etc/passwd", "/srv/x.so"),
        ("LD_PRELOAD", "libx.so /srv/x.so", "sed -i s/a/b/ /opt/f", "/srv/x.so"),
        ("LD_LIBRARY_PATH", "/usr/lib:/srv/l", "openssl rand -out o 3", "/srv/l/libcrypto.so.3"),
        ("LD_LIBRARY_PATH", f"/srv/l:{OF_BASE}", "apt-get install -y curl", "/srv/l/libc.so.6"),
        ("LD_LIBRARY_PATH", "lib", "mkdir /opt/d", "/app/lib/libc.so.6"),
        ("LOCPATH", "/srv/locale", "sort /etc/passwd", "/srv/locale/C/LC_COLLATE"),
        ("MAGIC", "/srv/m", "file /etc/passwd", "/srv/m"),
        ("CURL_CA_BUNDLE", "/srv/ca.pem", "curl -o f https://e.com", "/srv/ca.pem"),
        ("SSL_CERT_FILE", "ca.pem", "curl -o f https://e.com", "/app/ca.pem"),
        ("SSL_CERT_DIR", "/srv/g", "wget -O f https://e.com", "/srv/g/a.pem"),
        ("OPENSSL_CONF", "/srv/g", "curl -o f https://e.com", "/srv/g"),
        ("COMPOSER_CAFILE", "/srv/ca.pem", "composer global require x/y", "/srv/ca.pem"),
        ("PIP_CERT", "/srv/ca.pem", "pip install six", "/srv/ca.pem"),
        ("PERL5LIB", "/srv/p", "apt-get install -y curl", "/srv/p/x.pm"),
        ("JAVA_TOOL_OPTIONS", "-javaagent:/srv/a.jar", "mvn -B package", "/srv/a.jar"),
        ("GIT_CONFIG_GLOBAL", "~/.gc", "pip install six", "/root/.gc"),
        ("PATH", "/usr/bin:tools", "cat /etc/passwd", "/app/tools/cat"),
    ],
)
def test_a_file_that_a_variable_names(world, reads, name, value, command, path):
    assert reads(world(environment={name: value}, accept=True).effect(command), path)
    assert not reads(world(accept=True).effect(command), path) or "mvn" in command


def test_a_place_that_only_the_build_gives(world):
    everything = Region.everything()
    for value in (UNKNOWN, f"/srv/{UNKNOWN}", "/"):
        assert everything in world(environment={"CURL_CA_BUNDLE": value}).effect("curl -o f https://e.com").reads
    assert everything not in world(environment={"CURL_CA_BUNDLE": OF_BASE}).effect("curl -o f https://e.com").reads
    assert everything not in world(environment={"GREP_X": "/"}).effect("cat /etc/passwd").reads


def test_what_a_link_on_the_way_leads_to(world, reads):
    given = world({"/srv/link": "->/opt/real"}, environment={"SSL_CERT_FILE": "/srv/link/ca.pem"})
    effect = given.effect("curl -o f https://e.com")
    assert reads(effect, "/srv/link")
    assert reads(effect, "/opt/real/ca.pem")


def test_variables_of_the_loader_count_for_every_program(world):
    for command in ("cat /etc/passwd", "mkdir /opt/d", "curl -o f https://e.com"):
        assert "LD_*" in world().effect(command).environment


def test_what_nobody_listens_to_is_not_read(world, reads):
    given = world(
        environment={"APP_ROOT": "/srv/app", "PYTHONPATH": "/srv/p", "HOME": "/srv/h", "PIP_INDEX_URL": "https://e/x"}
    )
    for command in ("cat /etc/passwd", "pip install six"):
        assert not reads(given.effect(command), "/srv/app/x")
    assert not reads(given.effect("apt-get install -y curl"), "/srv/h/x")


def test_libraries_of_the_build_in_a_program_that_is_computed(world):
    environment = {"LD_LIBRARY_PATH": "/srv/l"}
    assert world(environment=environment).effect("mkdir /opt/d").exact
    for files in ({"/srv/l/libc.so.6": "x"}, {"/srv/l/deep/libc.so.6": "->/x"}):
        effect = world(files, environment=environment).effect("mkdir /opt/d")
        assert effect.exact is None
        assert not effect.certain


@pytest.mark.parametrize("name", ["XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME"])
def test_folders_of_a_user_are_written_where_a_variable_puts_them(world, reads, writes, name):
    given = world(environment={name: "/srv/x"}, accept=True)
    for command in (
        "pip install six",
        "composer global require x/y",
        "uv tool install ruff",
        "npm install -g typescript",
    ):
        assert writes(given.effect(command), "/srv/x/y")
        assert reads(given.effect(command), "/srv/x/y")
    assert not writes(given.effect("touch /opt/f"), "/srv/x/y")
