"""Configurations of simulated builds as engines write them, and images on concrete base images."""

import pytest

from restow.api import diff, read_image, simulate
from restow.image.simulated import config_of
from restow.oci.layer import LayerEntry
from restow.vfs import File


@pytest.mark.parametrize(
    ("text", "expected"),
    [("30s", 30 * 10**9), ("1m30s", 90 * 10**9), ("1.5h", 5400 * 10**9), ("100ms", 10**8), ("2000us", 2 * 10**6)],
)
def test_durations(text, expected):
    built = simulate(f"FROM scratch\nHEALTHCHECK --interval={text} CMD x\n")
    assert config_of(built.stages[0]).healthcheck.interval == expected


def test_a_simulated_configuration():
    text = (
        'FROM scratch\nENV A=1 B="x y"\nLABEL l=1\nEXPOSE 80/udp\nVOLUME /v\nUSER 9\nCMD ["a"]\nENTRYPOINT e\n'
        'SHELL ["/x"]\nSTOPSIGNAL 9\nHEALTHCHECK --timeout=3s --start-period=1m CMD ["t"]\nONBUILD RUN x\nMAINTAINER me\n'
    )
    config = config_of(simulate(text).stages[0])
    assert dict(config.env) == {"A": "1", "B": "x y"} | {k: v for k, v in config.env if k == "PATH"}
    assert config.entrypoint == ("/bin/sh", "-c", "e")
    assert config.cmd == ("a",)
    assert (config.labels, config.exposed_ports, config.volumes) == ((("l", "1"),), ("80/udp",), ("/v",))
    assert (config.user, config.shell, config.stop_signal, config.on_build) == ("9", ("/x",), "9", ("RUN x",))
    assert config.healthcheck.test == ("CMD", "t")
    assert (config.healthcheck.timeout, config.healthcheck.start_period) == (3 * 10**9, 60 * 10**9)


@pytest.fixture
def base(archives, tmp_path):
    layer = archives.layer(
        LayerEntry("lib", "symlink", 0o777, target="usr/lib"), LayerEntry("usr/lib/a", "file", 0o644, data=b"a")
    )
    config = {"Env": ["A=1"], "User": "9", "Shell": ["/bin/bash", "-c"], "WorkingDir": "/w/", "Cmd": ["x"]}
    return read_image(archives.write_folder(tmp_path, archives.oci_files([layer], config)))


def test_a_stage_starts_with_what_its_base_image_holds(base):
    built = simulate("FROM busybox\nENV B=$A\nCOPY <<E /lib/b\nE\nRUN x", images={"docker.io/library/busybox": base})
    start, end = built.stages[0].start, built.stages[0].steps[1].state
    assert (start.user, start.directory, start.shell) == ("9", "/w", ("/bin/bash", "-c"))
    assert end.configuration["Env"] == {"A": "1", "B": "1"}
    assert end.filesystem.lookup("/usr/lib/b") is not None
    assert [assumption.code for assumption in built.assumptions] == ["base-image"]
    assert end.configuration["Cmd"] == ["x"]


def test_files_come_from_an_image_at_hand(base):
    text = "FROM scratch\nCOPY --from=busybox /lib/a /b\n"
    (found,) = diff(text, "FROM scratch\nCOPY <<E /b\nE\n", images={"busybox": base})
    assert (found.where, found.what) == ("/b", "content")
    node = simulate(text, images={"busybox": base}).stages[0].filesystem.lookup("/b")
    assert node.content.identity.startswith("sha256:")


def test_after_triggers_of_the_base_image_nothing_is_known(archives, tmp_path):
    files = archives.oci_files([archives.tree(a=b"1")], {"OnBuild": ["RUN x"]})
    image = read_image(archives.write_folder(tmp_path, files))
    stage = simulate("FROM a\n", images={"a": image}).stages[0]
    assert stage.filesystem.root.rest is not None
    assert "OnBuild" not in stage.state.configuration
    assert diff("FROM a\n", image, images={"a": image})


def test_a_program_that_the_build_replaced_is_not_the_base_images(archives, tmp_path):
    programs = [LayerEntry(f"bin/{name}", "file", 0o755, data=b"elf") for name in ("mkdir", "sh")]
    image = read_image(archives.write_folder(tmp_path, archives.oci_files([archives.layer(*programs)])))
    plain = simulate("FROM a\nRUN mkdir /d\n", images={"a": image})
    assert not plain.unknown
    replaced = simulate("FROM a\nCOPY --chmod=755 <<E /bin/mkdir\nE\nRUN mkdir /d\n", images={"a": image})
    assert "the build itself put" in replaced.unknown[0][1]


def test_what_exact_commands_read_of_a_base_image_is_kept(archives, tmp_path):
    programs = "sh mkdir cat id stat chown cut grep dash".split()
    entries = [LayerEntry(f"bin/{name}", "file", 0o755, data=name.encode()) for name in programs if name != "sh"]
    files = {
        "etc/passwd": b"root:x:0:0::/root:/bin/sh\njoe:x:7:8::/home/joe:/bin/sh\n",
        "etc/group": b"root:x:0:\ngrp:x:8:\n",
        "etc/hostname": b"host\n",
        "usr/lib/os-release": b"ID=tiny\n",
        "var/lib/dpkg/info/coreutils.list": b"",
        "usr/share/large": b"text",
    }
    entries += [LayerEntry(path, "file", 0o644, data=data) for path, data in files.items()]
    entries += [LayerEntry("bin/sh", "symlink", 0o777, target="dash")]
    entries += [LayerEntry("etc/os-release", "symlink", 0o777, target="../usr/lib/os-release")]
    image = read_image(archives.write_folder(tmp_path, archives.oci_files([archives.layer(*entries)])))
    text = (
        "FROM a\nRUN mkdir /o && cat /etc/os-release /etc/hostname > /o/f && chown joe:grp /o\nUSER joe\nWORKDIR /o/w\n"
    )
    built = simulate(text, images={"a": image})
    assert built.unknown == ()
    filesystem = built.stages[0].filesystem
    assert filesystem.lookup("/o/f").content.data == b"ID=tiny\nhost\n"
    owners = [(node.attributes.uid, node.attributes.gid) for node in map(filesystem.lookup, ("/o", "/o/w"))]
    assert owners == [(7, 8), (7, 8)]
    other = simulate("FROM a\nRUN cat /usr/share/large > /f\n", images={"a": image}).stages[0].filesystem
    assert not isinstance(other.lookup("/f"), File)
