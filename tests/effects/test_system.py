"""Programs that set up a system: each touches the places that its manual names."""

import pytest

from restow.effects.effect import SYMBOLIC


@pytest.mark.parametrize(
    ("command", "path"),
    [
        ("locale-gen en_US.UTF-8", "/usr/lib/locale/locale-archive"),
        ("localedef -i en_US -c -f UTF-8 -A /usr/share/locale/locale.alias en_US.UTF-8", "/usr/lib/locale/x"),
        ("update-ca-certificates", "/etc/ssl/certs/ca-certificates.crt"),
        ("update-ca-certificates", "/usr/local/openjdk-11/lib/security/cacerts"),
        ("chpasswd", "/etc/shadow"),
        ("a2enmod rewrite", "/etc/apache2/mods-enabled/rewrite.load"),
        ("update-rc.d -f x remove", "/etc/rc2.d/S01x"),
        ("setcap cap_net_bind_service=+ep /srv/x", "/srv/x"),
        ("strip --strip-all /srv/x", "/srv/x"),
        ("ldconfig", "/etc/ld.so.cache"),
        ("ldconfig", "/usr/local/lib/libx.so.1"),
        ("update-alternatives --install /usr/bin/x x /opt/x 1", "/etc/alternatives/x"),
        ("systemctl enable x", "/etc/systemd/system/multi-user.target.wants/x.service"),
        ("userdel x", "/etc/passwd"),
        ("ssh-keygen -q -t rsa -N x -f /srv/k", "/srv/k.pub"),
        ("ssh-keygen -A", "/etc/ssh/ssh_host_rsa_key"),
        ("dd if=/dev/zero of=/srv/x bs=1 count=1", "/srv/x"),
        ("crontab tab", "/var/spool/cron/crontabs/root"),
        ("mktemp -d", "/tmp/tmp.x"),
        ("mktemp -p /srv", "/srv/x"),
        ("mktemp /var/x.XXXX", "/var/x.1"),
        ("fc-cache -fv", "/var/cache/fontconfig/x"),
    ],
)
def test_what_is_written(world, reads, writes, command, path):
    effect = world({}).effect(command)
    assert writes(effect, path)
    assert reads(effect, path)
    assert not writes(effect, "/app/other")


@pytest.mark.parametrize(
    "command",
    [
        "locale-gen --frob",
        "systemctl start x",
        "systemctl daemon-reload",
        "systemctl enable /srv/x.service",
        "userdel -r x",
        "update-alternatives --altdir /x --set a b",
        "ssh-keygen -t rsa",
        "dd frob=1",
        "mandb /srv",
        "strip /",
        f"strip {SYMBOLIC}shell:X{SYMBOLIC}",
        f"mktemp -p {SYMBOLIC}shell:X{SYMBOLIC}",
        "service x start",
    ],
)
def test_what_is_not_modelled(world, command):
    assert world({}).reason(command)


def test_library_folders_that_the_build_lists(world, reads, writes):
    listed = world({"/etc/ld.so.conf.d/x.conf": "# mine\n/app/lib\n"})
    effect = listed.effect("ldconfig")
    assert writes(effect, "/app/lib/libx.so")
    assert listed.assumed["library-folders"] == "standing"
    assert "content" in world({"/etc/ld.so.conf.d/x.conf": None}).reason("ldconfig")
    assert "includes" in world({"/etc/ld.so.conf": "include /srv/*.conf\n"}).reason("ldconfig")


def test_the_folder_of_temporary_files(world, writes):
    assert writes(world({}, environment={"TMPDIR": "/srv/t"}).effect("mktemp"), "/srv/t/x")
    plain = world({})
    plain.effect("mktemp -d")
    assert plain.assumed == {"base-tmpdir": "standing"}
