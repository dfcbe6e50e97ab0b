"""`restow diff`: two images, an image and a simulated Dockerfile, base images, engines."""

import json
import stat
import sys
from pathlib import Path

import pytest

from restow.oci.layer import LayerEntry

CONFIG = {"Env": ["PATH=/bin", "A=1"], "Cmd": ["sh"], "WorkingDir": "/w"}
TEXT = """FROM base:1
ENV B=$A/b
WORKDIR app
COPY a.txt Dockerfile ./
COPY --chown=33:34 a.txt /owned
RUN mkdir -p x/y && rm /etc/gone
HEALTHCHECK --interval=1m30s --retries=2 CMD true
EXPOSE 80
"""
PASSWD = b"root:x:0:0::/root:/bin/sh\nwww:x:33:34::/:/bin/sh\n"


def folder(path, mode=0o755):
    return LayerEntry(path, "directory", mode)


def file(path, data, mode=0o644, uid=0, gid=0):
    return LayerEntry(path, "file", mode, uid, gid, data=data)


@pytest.fixture
def base(archives):
    programs = tuple(file(f"bin/{name}", b"elf", 0o755) for name in ("sh", "mkdir", "rm"))
    files = (file("etc/passwd", PASSWD), file("etc/gone", b"gone"), *programs)
    return archives.layer(folder(""), folder("etc"), folder("bin"), folder("w"), *files)


def test_equal_images_in_different_layers(restow, archives, tmp_path):
    one = archives.write_folder(tmp_path / "one", archives.oci_files([archives.tree(a=b"1", b=b"2")], CONFIG))
    two = archives.oci_files([archives.tree(a=b"1"), archives.tree(b=b"2")], CONFIG, archives.zipped)
    two = archives.write_tar(tmp_path / "two.tar", two)
    code, out, err = restow("diff", str(one), str(two))
    assert (code, err) == (0, "")
    assert out.startswith(f"Equal: {one} and {two} hold the same image\n")
    code, out, _ = restow("diff", str(one), str(two), "--layers", "-f", "json")
    document = json.loads(out)
    assert (code, document["equal"]) == (0, True)
    assert document["before"]["layers"] == 1
    first, second = document["layers"]
    assert [found["where"] for found in first["differences"]] == ["/b"]
    assert second["before"] is None


def test_different_images(restow, archives, tmp_path):
    one = archives.write_folder(tmp_path / "one", archives.oci_files([archives.tree(a=b"1")], CONFIG))
    changed = {**CONFIG, "Env": ["A=1", "PATH=/bin"], "Cmd": ["bash"]}
    two = archives.write_folder(tmp_path / "two", archives.oci_files([archives.tree(a=b"2")], changed))
    code, out, err = restow("diff", str(one), str(two))
    assert (code, err) == (1, "")
    assert out.startswith(f"Different: {one} and {two}: 2 differences\n")
    assert "  /a: content\n" in out
    assert "  Cmd: configuration\n" in out
    assert "note: Env holds its variables in another order" in out


def real_config():
    return {
        "Env": ["PATH=/bin", "A=1", "B=1/b"],
        "Cmd": ["sh"],
        "WorkingDir": "/w/app",
        "ExposedPorts": {"80/tcp": {}},
        "Healthcheck": {"Test": ["CMD-SHELL", "true"], "Interval": 90 * 10**9, "Retries": 2},
    }


def test_an_image_and_the_dockerfile_that_it_was_built_from(restow, archives, base, tmp_path):
    for name, text in {"Dockerfile": TEXT, "a.txt": "a"}.items():
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o644)
    layers = [
        base,
        archives.layer(folder("w/app")),
        archives.layer(file("w/app/a.txt", b"a"), file("w/app/Dockerfile", b"an older text")),
        archives.layer(file("owned", b"a", uid=33, gid=34)),
        archives.layer(folder("w/app/x"), folder("w/app/x/y"), LayerEntry("etc/gone", "whiteout")),
    ]
    image = archives.write_tar(tmp_path / "image.tar", archives.oci_files(layers, real_config()))
    below = archives.write_tar(tmp_path / "base.tar", archives.oci_files([base], CONFIG))
    context = ("--context", str(tmp_path))
    code, out, err = restow("diff", str(image), "Dockerfile", *context, "--base", f"base:1={below}", "--layers")
    assert (code, err) == (0, ""), out
    assert "Dockerfile: simulated" in out
    assert [line.partition(": ")[0] for line in out.splitlines() if ": equal: " in line] == [
        *("layer 2", "layer 3", "layer 4", "layer 5")
    ]
    code, out, _ = restow("diff", str(image), "Dockerfile", *context)
    assert code == 1  # without the base image nobody knows
    assert "not known: base:1" in out
    code, out, _ = restow("verify", "Dockerfile", "Dockerfile", *context, "--base", f"base:1={below}")
    assert code == 0
    code, out, _ = restow("layers", *context, "--base", f"docker.io/library/base:1={below}", "-f", "json")
    assert json.loads(out)["stages"][0]["layers"][3]["removed"] == ["/etc/gone"]


def test_a_platform_that_the_base_image_is_not_for(restow, archives, base, tmp_path):
    Path("Dockerfile").write_text("FROM --platform=linux/arm64 base:1\n")
    below = archives.write_tar(tmp_path / "base.tar", archives.oci_files([base], CONFIG))
    code, _, err = restow("layers", "--base", f"base:1={below}")
    assert code == 2
    assert "FROM --platform=linux/arm64 base:1: the image given for it is for linux/amd64" in err


NOT_COMPARED = "note: the platforms were not compared"


@pytest.mark.parametrize(
    ("opening", "options", "answer"),
    [
        ("FROM base:1", ("--base", "base:1=base.tar"), "linux/arm64"),
        ("FROM base:1 AS a\nFROM a", ("--base", "base:1=base.tar"), "linux/arm64"),
        ("FROM --platform=linux/riscv64 scratch", ("--platform", "linux/s390x"), "linux/riscv64"),
        ("FROM scratch", ("--platform", "linux/s390x"), "linux/s390x"),
        ("FROM scratch", (), None),
        ("FROM --platform=$TARGETPLATFORM scratch", (), None),
    ],
)
def test_the_platform_of_a_simulated_image(restow, archives, base, opening, options, answer):
    Path("Dockerfile").write_text(f"{opening}\nUSER 1\n")
    archives.write_tar(Path("base.tar"), archives.oci_files([base], architecture="arm64"))
    image = archives.write_tar(Path("image.tar"), archives.oci_files([base], architecture="s390x"))
    code, out, err = restow("diff", str(image), "Dockerfile", *options)
    assert (code, err) == (1, "")
    assert (NOT_COMPARED in out) is (answer is None)
    assert ("  Platform: configuration\n" in out) is (answer not in (None, "linux/s390x"))
    assert answer in (None, "linux/s390x") or answer in out


@pytest.mark.parametrize(("written", "code"), [("/", 0), ("", 0), ("/x", 1)])
def test_the_root_as_working_directory_is_none(restow, archives, written, code):
    Path("Dockerfile").write_text("FROM scratch\nCOPY a /\n")
    Path("a").write_text("a")
    Path("a").chmod(0o644)
    config = {"Env": ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"], "WorkingDir": written}
    files = archives.oci_files([archives.layer(file("a", b"a"))], config)
    image = archives.write_tar(Path("image.tar"), files)
    assert restow("diff", str(image), "Dockerfile", "--context", ".")[0] == code


def test_two_dockerfiles_for_two_platforms_are_not_equal(restow):
    Path("one").write_text("FROM --platform=linux/arm64 scratch\nUSER 1\n")
    Path("two").write_text("FROM scratch\nUSER 1\n")
    code, out, _ = restow("verify", "one", "two")
    assert code == 1
    assert "Platform" in out
    assert "that of the build" in out


@pytest.mark.parametrize(
    ("operand", "message"),
    [
        (
            "absent.tar",
            "absent.tar: no such file or folder; an image of a running engine is written as docker://absent.tar",
        ),
        ("podman://", "name an image behind podman://"),
        ("docker://-o", "name an image behind docker://"),
        ("docker://gone", "docker cannot save it: no such image: gone"),
        ("buildah://a", "buildah cannot be run: No such file or directory"),
        ("cut.tar", "cut.tar: after the start: the archive is damaged or cut off"),
    ],
)
def test_errors_are_clear(restow, tmp_path, monkeypatch, operand, message):
    program = tmp_path / "bin" / "docker"
    program.parent.mkdir()
    program.write_text(f"#!{sys.executable}\nimport sys\nsys.exit('no such image: ' + sys.argv[-1])\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", str(program.parent))
    Path("cut.tar").write_bytes(bytes(257) + b"ustar" + bytes(300))
    Path("Dockerfile").write_text("FROM scratch\n")
    code, out, err = restow("diff", operand, "Dockerfile")
    assert (code, out) == (2, "")
    assert message in err


def test_an_engine_saves_to_a_place_that_is_gone_afterwards(restow, archives, tmp_path, monkeypatch):
    one = archives.write_tar(tmp_path / "one.tar", archives.oci_files([archives.tree(a=b"1")], CONFIG))
    program = tmp_path / "bin" / "podman"
    program.parent.mkdir()
    program.write_text(
        f"#!{sys.executable}\nimport shutil, sys\n"
        f"assert sys.argv[1] == 'save' and sys.argv[-1] == 'app:1'\n"
        f"target = sys.argv[sys.argv.index('--output') + 1]\n"
        f"shutil.copy({str(one)!r}, target)\nopen({str(tmp_path / 'target')!r}, 'w').write(target)\n"
    )
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", str(program.parent))
    code, out, err = restow("diff", "podman://app:1", str(one))
    assert (code, err) == (0, "")
    assert out.startswith("Equal: podman://app:1 and")
    assert not Path((tmp_path / "target").read_text()).parent.exists()


def test_advice_and_fixes_on_a_base_image_rest_on_it(restow, archives, base, tmp_path):
    """With the base image at hand a proof holds for that image alone, and says so."""
    for name, text in {"Dockerfile": "FROM base:1\nRUN cd /w && mkdir x\n", "a.txt": "a"}.items():
        (tmp_path / name).write_text(text)
    below = archives.write_tar(tmp_path / "base.tar", archives.oci_files([base], CONFIG))
    code, out, err = restow("verify", "Dockerfile", "Dockerfile", "--base", f"base:1={below}")
    assert (code, err) == (0, "")
    assert "the image base:1 is the one that was given for it" in out
    for command in ("advise", "fix"):
        code, out, err = restow(command, "Dockerfile", "--base", f"base:1={below}")
        assert (code, err) == (0, "")
        code, _, err = restow(command, "Dockerfile", "--base", "base:1=absent.tar")
        assert code == 2
        assert "absent.tar: no such file" in err
