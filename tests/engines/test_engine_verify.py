"""``restow verify --engine`` with stand-ins for the engines' programs."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from restow.cli.main import main
from restow.engines import EngineError, find_engine
from restow.engines.failure import MAX_LINES, failure_text

FAKE = Path(__file__).with_name("fake_engine.py")


@pytest.fixture
def engines(tmp_path, monkeypatch):
    """A function that makes programs with the given names the only ones on the path; it gives the log's reader."""
    state = tmp_path / "state"
    state.mkdir()
    monkeypatch.setenv("FAKE_ENGINE", str(state))
    monkeypatch.setenv("TMPDIR", str(tmp_path))

    def install(*names):
        programs = tmp_path / "bin"
        programs.mkdir()
        for name in names:
            program = programs / name
            program.write_text(f"#!{sys.executable}\n" + FAKE.read_text(encoding="utf-8"), encoding="utf-8")
            program.chmod(0o755)
        monkeypatch.setenv("PATH", str(programs))
        return lambda: (state / "log").read_text(encoding="utf-8").splitlines()

    install.state = state
    return install


@pytest.fixture
def pair(tmp_path):
    """A function that writes two Dockerfiles and gives their paths."""
    folder = tmp_path / "project"
    folder.mkdir()

    def write(before, after):
        paths = [folder / "Dockerfile", folder / "Dockerfile.new"]
        for path, lines in zip(paths, (before, after), strict=True):
            path.write_text("FROM scratch\n" + "".join(f"# {line}\n" for line in lines), encoding="utf-8")
        return [str(path) for path in paths]

    return write


def verify(paths, *options):
    return main(["verify", *paths, "--engine", "auto", "--format", "json", *options])


@pytest.mark.parametrize("name", ["docker", "podman", "buildah"])
def test_equal_images(engines, pair, capsys, name):
    log = engines(name)
    paths = pair(["file a 1", "noise etc/id", "env X 1"], ["file a 1", "noise etc/id", "env X 1"])
    assert verify(paths) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["equal"] is True
    assert document["engine"].startswith(name) or document["engine"] == "99.0"
    assert [(one["where"], one["what"]) for one in document["noise"]] == [("/etc/id", "content")]
    assert sum(" --no-cache " in line for line in log()) == 3
    assert [path.name for path in engines.state.iterdir()] == ["log"], "images are left behind"


def test_a_difference_in_a_file_and_in_the_configuration(engines, pair, capsys):
    engines("docker")
    assert verify(pair(["file a 1", "env X 1"], ["file a 2", "env X 2", "file b 3"])) == 1
    document = json.loads(capsys.readouterr().out)
    assert {one["where"] for one in document["differences"]} == {"/a", "/b", "Env"}
    assert document["noise"] == []


def test_each_images_own_dockerfile_is_set_aside(engines, pair, capsys):
    engines("docker")
    assert verify(pair(["own app/Dockerfile"], ["own app/Dockerfile", "a comment more"])) == 0
    assert json.loads(capsys.readouterr().out)["own_files"] == ["/app/Dockerfile"]
    assert verify(pair(["own app/D"], ["own app/D", "mode app/D 600"])) == 1, "its mode counts all the same"
    (one,) = json.loads(capsys.readouterr().out)["differences"]
    assert (one["where"], one["what"]) == ("/app/D", "mode or owner")


def test_noise_hides_neither_another_aspect_nor_another_path(engines, pair, capsys):
    engines("docker")
    noise = [f"noise log/{number}" for number in range(250)]
    assert verify(pair(["file a 1", *noise], ["file a 2", *noise, "mode log/7 600"])) == 1
    document = json.loads(capsys.readouterr().out)
    assert [(one["where"], one["what"]) for one in document["differences"]] == [
        ("/a", "content"),
        ("/log/7", "mode or owner"),
    ]
    assert len(document["noise"]) == 250


def test_options_reach_the_build(engines, pair, capsys):
    log = engines("podman")
    options = ("--build-arg", "A=1", "--target", "t", "--platform", "linux/amd64", "--engine-option=--network=host")
    assert verify(pair([], []), *options) == 0
    builds = [line for line in log() if " build " in line]
    assert len(builds) == 3
    assert all("--build-arg A=1 --target t --platform linux/amd64 --network=host " in line for line in builds)


@pytest.mark.parametrize(
    ("text", "message"),
    [("linux/amd64,linux/arm64", "names several platforms; one image is for one of them"), ("amd64", "is no platform")],
)
def test_what_is_no_one_platform_is_refused_before_anything_is_built(engines, pair, capsys, text, message):
    engines("docker")
    assert verify(pair([], []), "--platform", text) == 2
    assert message in capsys.readouterr().err
    assert not any(engines.state.iterdir()), "an engine was asked"


@pytest.mark.parametrize("buildx", ["", "1"])
def test_a_failing_build_shows_its_step(engines, pair, capsys, monkeypatch, buildx):
    engines("docker")
    monkeypatch.setenv("FAKE_BUILDX", buildx)
    assert verify(pair([], ["fail"])) == 2
    error = capsys.readouterr().err
    assert "docker cannot build" in error
    assert "RUN false" in error
    assert "no such luck" in error
    assert "FROM scratch" not in error
    assert [path.name for path in engines.state.iterdir()] == ["log"]


def test_no_engine(engines, pair, capsys):
    engines()
    assert verify(pair([], [])) == 2
    assert capsys.readouterr().err == (
        "restow: error: docker is not installed; podman is not installed; buildah is not installed\n"
    )


def test_an_engine_that_cannot_be_reached(tmp_path, monkeypatch):
    program = tmp_path / "docker"
    program.write_text("#!/bin/sh\necho 'Cannot connect to the daemon' >&2\nexit 1\n", encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(EngineError, match="docker cannot be used: Cannot connect to the daemon"):
        find_engine("docker")


def test_options_of_the_engine_need_one(pair, capsys):
    assert main(["verify", *pair([], []), "--target", "x"]) == 2
    assert "go with --engine" in capsys.readouterr().err


def test_a_long_failure_is_cut():
    assert len(failure_text("\n".join(["------", *(["line"] * 500)])).splitlines()) == MAX_LINES
    assert failure_text("one\ntwo") == "  one\n  two"


def test_nothing_is_left_after_an_interrupt(engines, pair, capsys, monkeypatch, tmp_path):
    engines("docker")
    from restow.engines import comparison

    def interrupted(path, platform):
        raise KeyboardInterrupt

    monkeypatch.setattr(comparison, "read_image", interrupted)
    assert verify(pair([], [])) == 130
    assert [path.name for path in engines.state.iterdir()] == ["log"]
    assert not list(tmp_path.glob("restow-*"))


def take_interrupts(request):
    """Let programs that are started from here take SIGINT, also where these tests run in the background, which ignores it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    request.addfinalizer(lambda: signal.signal(signal.SIGINT, before))


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_the_build_and_removes_all(engines, pair, tmp_path, request, number, code):
    engines("docker")
    before, after = pair([], ["wait"])
    command = [sys.executable, "-m", "restow", "verify", before, after, "--engine", "docker"]
    take_interrupts(request)
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        waits = engines.state / "waits"
        end = time.monotonic() + 50
        while not (waits.is_file() and waits.read_text(encoding="utf-8")) and time.monotonic() < end:
            time.sleep(0.05)
        build = int(waits.read_text(encoding="utf-8"))
        process.send_signal(number)
        process.communicate(timeout=50)
    assert process.returncode == code
    with pytest.raises(ProcessLookupError):
        os.kill(build, 0)
    assert sorted(path.name for path in engines.state.iterdir()) == ["log", "waits"]
    assert not list(tmp_path.glob("restow-*"))


def test_the_real_programs_are_not_used(engines):
    engines("docker")
    assert shutil.which("docker").startswith(os.environ["PATH"])
