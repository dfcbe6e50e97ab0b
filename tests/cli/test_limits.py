"""Huge and hostile files on the command line: an answer or a clear error, never a traceback, and no hang."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import restow
import restow_rules
from restow.semantics.model import LONGEST_BUILD

SECONDS = 60
"""CPU time of one command: several times what the longest takes (see ``restow check`` of 10,000 RUN); a hang takes all of it."""

FROM = "FROM alpine:3.20\n"
MANY = 10_000
TEXTS = {
    "run": FROM + "RUN apt-get install -y x\n" * MANY,
    "env": FROM + "".join(f"ENV A{i}=$B{i}\n" for i in range(MANY)),
    "blank lines": FROM + "\n" * (1 << 20) + "RUN true\n",
    "continued": FROM + "RUN a" + " \\\n b" * 200_000 + "\n",
    "long line": FROM + "RUN echo " + "x" * (1 << 20) + "\n",
    "substitutions": FROM + "RUN echo " + "$(" * 500 + "x" + ")" * 500 + "\n",
    "open substitutions": FROM + "RUN echo " + "$(" * 500 + "\n",
    "values without end": FROM + "ENV A=aaaaaaaaaa\n" + "ENV A=$A$A$A$A$A$A$A$A$A$A\n" * 40,
    "nul": FROM + "RUN echo \0\nENV A=\0\n",
    "form feeds": FROM + "RUN\fecho\fa\n\f\n",
    "byte order mark": "\ufeff" + FROM.replace("\n", "\r\n") + "RUN a \\\r\n b",
    "ends inside of a continued line": FROM + "RUN a \\\n",
    "not UTF-8": None,
}
SHORT = [name for name in TEXTS if name not in ("run", "env", "continued", "long line")]


def limited(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A command in a process of its own that is ended once it has used up its CPU time."""
    import resource

    path = os.pathsep.join(str(Path(module.__file__).parents[1]) for module in (restow, restow_rules))
    return subprocess.run(
        [sys.executable, "-m", "restow", *arguments],
        check=False,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        timeout=20 * SECONDS,  # on the clock, for a machine with other work
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS)),
    )


def written(folder: Path, name: str) -> None:
    text = TEXTS[name]
    (folder / "Dockerfile").write_bytes(b"FROM a\n\xff\n" if text is None else text.encode())


@pytest.mark.parametrize("name", TEXTS)
def test_check_answers(name, tmp_path):
    written(tmp_path, name)
    result = limited(tmp_path, "check", "Dockerfile")
    assert result.returncode in (0, 1, 2), result.stderr
    assert "Traceback" not in result.stderr
    assert "Error" not in result.stderr
    assert (result.returncode == 2) == (name == "not UTF-8")
    assert ("are simulated" in result.stderr) == (name in ("run", "env"))


@pytest.mark.parametrize("name", SHORT)
@pytest.mark.parametrize("verb", ["parse", "format", "fix"])
def test_other_commands_answer(verb, name, tmp_path):
    written(tmp_path, name)
    result = limited(tmp_path, verb, "Dockerfile")
    assert result.returncode in (0, 1, 2), result.stderr
    assert "Traceback" not in result.stderr
    assert result.returncode != 2 or "Dockerfile" in result.stderr


def test_a_build_that_is_too_long_is_refused(tmp_path):
    (tmp_path / "Dockerfile").write_text(FROM + "RUN true\n" * LONGEST_BUILD)
    result = limited(tmp_path, "layers", "Dockerfile")
    assert result.returncode == 2
    assert f"{LONGEST_BUILD + 1} instructions; Restow simulates builds of up to {LONGEST_BUILD}" in result.stderr
