"""The program as a process: what it imports, closed pipes, colours, `python -m restow`, the hooks file."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from restow.config.discovery import NAME, NOT_NAME

ROOT = Path(__file__).parents[2]
CLEAN = 'FROM alpine:3.20\nRUN apk add --no-cache curl && echo done > /ok\nWORKDIR /app\nCOPY a.txt ./\nCMD ["sh"]\n'
CLEAN_WITHOUT_CONTEXT = CLEAN.replace("COPY a.txt", "COPY absent.txt")
ABSENT = (
    *("rich", "libcst", "asyncio", "requests", "tomllib", "importlib.metadata", "pydantic", "difflib"),
    *("restow.advise", "restow.fix", "restow.api", "restow.image", "restow.oci"),
)
ABSENT_WITHOUT_CONTEXT = (*ABSENT, "restow.build", "restow.effects", "restow.vfs")
"""What simulates a build is not imported where no rule asks for it."""


def run(*arguments, folder, code=None, **environment):
    command = [sys.executable, "-m", "restow", *arguments] if code is None else [sys.executable, "-c", code]
    outer = {key: value for key, value in os.environ.items() if key not in ("FORCE_COLOR", "NO_COLOR")}
    return subprocess.run(command, cwd=folder, env=outer | environment, capture_output=True, text=True, check=False)


@pytest.fixture
def clean(tmp_path):
    (tmp_path / "Dockerfile").write_text(CLEAN)
    (tmp_path / "a.txt").touch()
    return tmp_path


def test_module_is_the_program(clean):
    assert run("--version", folder=clean).stdout == "restow 0.1.0\n"


@pytest.mark.parametrize(
    ("text", "absent"), [(CLEAN, ABSENT), (CLEAN_WITHOUT_CONTEXT, ABSENT_WITHOUT_CONTEXT)], ids=["context", "none"]
)
def test_check_of_a_clean_file_imports_little(clean, text, absent):
    (clean / "Dockerfile").write_text(text)
    code = f"""
import sys
from restow.cli.main import main
assert main(["check", "Dockerfile"]) == 0
loaded = [name for name in {absent!r} if name in sys.modules]
assert not loaded, loaded
"""
    done = run(folder=clean, code=code)
    assert done.returncode == 0, done.stderr + done.stdout


def test_closed_pipe_is_no_error(clean):
    command = f"{sys.executable} -m restow rules; echo code=$? >&2"
    done = subprocess.run(
        ["bash", "-c", f"({command}) | true; sleep 0.1"], cwd=clean, capture_output=True, text=True, check=False
    )
    assert "Traceback" not in done.stderr
    assert "Exception" not in done.stderr
    assert done.stderr in ("code=0\n", "code=141\n")


def test_colours_only_where_they_are_wanted(clean):
    (clean / "Dockerfile").write_text("FROM alpine\nFOO\n")
    assert "\x1b[" not in run("check", folder=clean).stdout
    assert "\x1b[" in run("check", folder=clean, FORCE_COLOR="1").stdout
    assert "\x1b[" not in run("check", folder=clean, FORCE_COLOR="1", NO_COLOR="1").stdout


def test_hooks_take_the_files_that_a_search_takes():
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    assert [hook["id"] for hook in hooks] == ["restow-check", "restow-fix", "restow-format"]
    for hook in hooks:
        assert (hook["language"], hook["types"]) == ("python", ["text"])
        assert (hook["files"], hook["exclude"]) == (NAME, NOT_NAME)
