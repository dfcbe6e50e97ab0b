"""``restow verify --engine docker`` with a real engine."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest


@pytest.fixture
def verify(engine, tmp_path):
    """``verify(before, after, *options)``: exit code, document, standard error; the context holds ``a`` and ``d/b``."""
    _, environment = engine
    (tmp_path / "d").mkdir()
    (tmp_path / "a").write_text("a\n", encoding="utf-8")
    (tmp_path / "d" / "b").write_text("b\n", encoding="utf-8")

    def start(before, after, *options):
        for name, text in (("Dockerfile", before), ("Dockerfile.new", after)):
            (tmp_path / name).write_text(text, encoding="utf-8")
        files = [str(tmp_path / name) for name in ("Dockerfile", "Dockerfile.new")]
        command = [sys.executable, "-m", "restow", "verify", *files, "--engine", "docker", "--format", "json"]
        command += ["--context", str(tmp_path), "--engine-option=--network=host", *options]
        return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def run(before, after, *options):
        process = start(before, after, *options)
        output, error = process.communicate()
        return process.returncode, json.loads(output) if output else None, error

    run.start = start
    run.environment = environment
    return run


def images(environment):
    command = ["docker", "image", "ls", "--format", "{{.Repository}}", "--filter", "reference=restow-verify/*"]
    return subprocess.run(command, env=environment, capture_output=True, check=True, text=True).stdout.split()


def test_equal_images_of_other_layers(verify, base):
    before = f"FROM {base}\nCOPY . /app\nRUN mkdir -p /x && echo one > /x/f\nENV A=1 B=2\n"
    after = f"FROM {base}\nENV B=2\nRUN mkdir -p /x\nRUN echo one > /x/f\nCOPY . /app\nENV A=1\n"
    code, document, error = verify(before, after)
    assert code == 0, error
    assert document["differences"] == document["noise"] == []
    assert document["engine"].startswith("docker ")


def test_what_differs_is_told(verify, base):
    code, document, _ = verify(f"FROM {base}\nCOPY a /a\nUSER 1\n", f"FROM {base}\nCOPY --chmod=600 a /a\nUSER 2\n")
    assert code == 1
    assert {(one["where"], one["what"]) for one in document["differences"]} == {
        ("/a", "mode or owner"),
        ("User", "configuration"),
    }


def test_noise_is_set_aside(verify, base):
    line = "RUN head -c 16 /dev/urandom > /id && echo {} > /x"
    code, document, _ = verify(f"FROM {base}\n{line.format(1)}\n", f"FROM {base}\n{line.format(2)}\n")
    assert code == 1
    assert [one["where"] for one in document["noise"]] == ["/id"]
    assert [one["where"] for one in document["differences"]] == ["/x"]


def test_arguments_and_target(verify, base):
    lines = "ARG V\nRUN echo $V > /v\nFROM scratch\nCOPY a /{}\n"
    code, document, error = verify(
        f"FROM {base} AS one\n{lines.format(1)}",
        f"FROM {base} AS one\n{lines.format(2)}",
        "--target",
        "one",
        "--build-arg",
        "V=7",
    )
    assert (code, document["differences"]) == (0, []), error


def test_a_build_that_fails(verify, base):
    code, _, error = verify(f"FROM {base}\n", f"FROM {base}\nRUN echo no such luck && false\n")
    assert code == 2
    assert "docker cannot build" in error
    assert "no such luck" in error
    assert images(verify.environment) == []


def test_an_interrupt_leaves_nothing(verify, base, request):
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored where these tests run in the background
    request.addfinalizer(lambda: signal.signal(signal.SIGINT, before))
    process = verify.start(f"FROM {base}\n", f"FROM {base}\nRUN sleep 40 || while true; do :; done\n")
    started = ""
    end = time.monotonic() + 120
    while "the rewrite" not in started and time.monotonic() < end:
        started += process.stderr.readline()
    time.sleep(2)
    os.kill(process.pid, signal.SIGINT)
    process.communicate(timeout=60)
    assert process.returncode == 130
    assert images(verify.environment) == []
