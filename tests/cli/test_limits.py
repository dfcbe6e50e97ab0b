"""Huge and hostile files on the command line: an answer or a clear error within seconds, and never a traceback."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import restow
import restow_rules
from restow.semantics.model import LONGEST_BUILD
from restow.syntax.parser import MOST_INSTRUCTIONS, MOST_LINES

SECONDS = 8
"""CPU time that a command may take here: on a quiet machine each takes less than 2 s, on a slow and busy one up to 4 times that."""

FROM = "FROM alpine:3.20\n"
MANY = MOST_INSTRUCTIONS - 2
LINES = MOST_LINES - 10
INSTALL = "apt-get update && apt-get install -y x{} && rm -rf /var/lib/apt/lists/*"

LONG_BUILDS = {
    "runs": FROM + "".join(f"RUN {INSTALL.format(i)}\n" for i in range(MANY)),
    "here-documents": FROM + "RUN <<EOF\napt-get install x\nEOF\n" * MANY,
    "triggers": FROM + "ONBUILD RUN apt-get install x\n" * MANY,
    "copies": FROM + "".join(f"COPY a{i} /b{i}\n" for i in range(MANY)),
    "variables": FROM + "".join(f"ENV A{i}=$B{i}\n" for i in range(MANY)),
    "chained variables": FROM + "ENV A0=x\n" + "".join(f"ENV A{i + 1}=$A{i}\n" for i in range(MANY - 1)),
    "arguments": FROM + "".join(f"ARG A{i}=$B{i}\n" for i in range(MANY)),
    "chained arguments": "ARG A0=x\n" + "".join(f"ARG A{i + 1}=${{A{i}}}\n" for i in range(MANY - 1)) + FROM,
    "stages": "".join(f"FROM a AS s{i}\n" for i in range(MANY)),
    "chained stages": FROM + "".join(f"FROM s{i} AS s{i + 1}\nCOPY --from=s{i} /a /b\n" for i in range(MANY // 2)),
    "unknown instructions": FROM + "FOO bar\n" * MANY,
}
LONG_TEXTS = {
    "comments": FROM + "# c\n" * LINES + "RUN true\n",
    "comments inside": FROM + "RUN a \\\n" + "# c\n" * LINES + " b\n",
    "blank lines": FROM + "\n" * LINES + "RUN true\n",
    "continued": FROM + "RUN a" + " \\\n b" * 15_000 + "\n",
    "continued pairs": FROM + "ENV A=1" + "".join(f" \\\n A{i}=b" for i in range(5_000)) + "\n",
    "long here-document": FROM + "COPY <<EOF /a\n" + "x y z\n" * LINES + "EOF\n",
    "long line": FROM + "RUN echo " + "x" * (1 << 20) + "\n",
    "substitutions": FROM + "RUN echo " + "$(" * 500 + "x" + ")" * 500 + "\n",
    "open substitutions": FROM + "RUN echo " + "$(" * 500 + "\n",
    "values without end": FROM + "ENV A=aaaaaaaaaa\n" + "ENV A=$A$A$A$A$A$A$A$A$A$A\n" * 40,
    "nul": FROM + "RUN echo \0\nENV A=\0\n",
    "form feeds": FROM + "RUN\fecho\fa\n\f\n",
    "byte order mark": "\ufeff" + FROM.replace("\n", "\r\n") + "RUN a \\\r\n b",
    "ends inside of a continued line": FROM + "RUN a \\\n",
}
TOO_LONG = {
    "runs": (FROM + "RUN apt-get install -y x\n" * 10_000, f"Dockerfile:{MOST_INSTRUCTIONS + 1}: Restow reads"),
    "stages": (
        "".join(f"FROM a AS s{i}\n" for i in range(10_000)),
        f"Dockerfile:{MOST_INSTRUCTIONS + 1}: Restow reads",
    ),
    "comments": (FROM + "# c\n" * 200_000, "Dockerfile: 200001 lines; Restow reads"),
    "continued": (FROM + "RUN a" + " \\\n b" * 200_000 + "\n", "Dockerfile: 200002 lines; Restow reads"),
    "characters": (FROM + "#" + "c" * 5_000_000, "characters; Restow reads"),
    "not UTF-8": (b"FROM a\n\xff\n", "Dockerfile:2:1: byte 0xff is not UTF-8"),
}
VERBS = ("check", "parse", "format", "fix")


def cases(texts: dict[str, object], *names: str) -> list[tuple[str, str]]:
    """``check`` of every text; the other commands of those with ``names``, as each case is a process of a second."""
    return [(verb, name) for name in texts for verb in VERBS if verb == "check" or name in names]


def limited(folder: Path, text: str | bytes, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A command on a file in a process of its own that is ended once it has used up its CPU time."""
    import resource

    (folder / "Dockerfile").write_bytes(text if isinstance(text, bytes) else text.encode())
    path = os.pathsep.join(str(Path(module.__file__).parents[1]) for module in (restow, restow_rules))
    return subprocess.run(
        [sys.executable, "-m", "restow", *arguments, "Dockerfile"],
        check=False,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        timeout=60 * SECONDS,  # on the clock, for a machine with other work
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS)),
    )


def answers(result: subprocess.CompletedProcess[str]) -> bool:
    assert result.returncode in (0, 1, 2), result.stderr  # one that is ended has a negative code
    assert "Traceback" not in result.stderr
    assert "internal error" not in result.stderr
    assert result.returncode != 2 or "Dockerfile" in result.stderr
    return result.returncode != 2


@pytest.mark.parametrize(("verb", "name"), cases(LONG_BUILDS, "runs", "variables", "chained stages"))
def test_files_of_many_instructions(verb, name, tmp_path):
    result = limited(tmp_path, LONG_BUILDS[name], verb)
    answered = answers(result)
    if verb == "check":
        assert answered
        assert "are simulated, so what rules find in a simulated build is not looked for" in result.stderr
    if verb == "fix":
        assert f"Restow simulates builds of up to {LONGEST_BUILD}" in result.stderr


@pytest.mark.parametrize(
    ("verb", "name"), cases(LONG_TEXTS, "comments", "continued", "continued pairs", "long line", "substitutions", "nul")
)
def test_files_of_long_texts(verb, name, tmp_path):
    assert answers(limited(tmp_path, LONG_TEXTS[name], verb)) or verb == "format"


@pytest.mark.parametrize(("verb", "name"), cases(TOO_LONG, "runs", "comments", "not UTF-8"))
def test_files_that_are_not_read(verb, name, tmp_path):
    text, message = TOO_LONG[name]
    result = limited(tmp_path, text, verb)
    assert not answers(result)
    assert message in result.stderr


def test_standard_input_has_the_same_limits(tmp_path):
    code = "import sys; from restow.cli.main import main; sys.exit(main(['check', '-']))"
    text = "FROM a\n" * (MOST_INSTRUCTIONS + 1)
    done = subprocess.run([sys.executable, "-c", code], input=text, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert f"<stdin>:{MOST_INSTRUCTIONS + 1}: Restow reads Dockerfiles of up to {MOST_INSTRUCTIONS}" in done.stderr


def test_reports_say_that_the_build_was_not_simulated(tmp_path):
    text = FROM + "RUN true\n" * LONGEST_BUILD
    result = limited(tmp_path, text, "check", "--quiet", "--output-format", "json")
    (note,) = json.loads(result.stdout)["files"][0]["notes"]
    assert note.startswith(f"{LONGEST_BUILD + 1} instructions; builds of up to {LONGEST_BUILD} are simulated")
    assert note in result.stderr
    result = limited(tmp_path, FROM + "RUN true\n", "check", "--output-format", "json")
    assert json.loads(result.stdout)["files"][0]["notes"] == []


@pytest.mark.parametrize("verb", ["layers", "advise"])
def test_a_build_that_is_too_long_is_refused(verb, tmp_path):
    result = limited(tmp_path, FROM + "RUN true\n" * LONGEST_BUILD, verb)
    assert result.returncode == 2
    assert f"{LONGEST_BUILD + 1} instructions; Restow simulates builds of up to {LONGEST_BUILD}" in result.stderr
