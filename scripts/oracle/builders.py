"""Runs a real engine, BuildKit or the classic builder: one build, and what it says of each step.

Every build is run with ``--network host``, since the network mode is part of a RUN's cache key. ``engine_environment`` reads
a file of ``export NAME=VALUE`` lines (``$PATH`` is filled in), as the engine's set-up script leaves one.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

_STEP = re.compile(r"^\[(?:(?P<stage>[^\]]*?) )?(?P<number>\d+)/\d+\] (?P<text>.*)$", re.DOTALL)
_ALONE = re.compile(r"^\[(?P<stage>[^\]]+)\] (?P<text>.*)$", re.DOTALL)


class EngineError(Exception):
    """The engine cannot be reached, or its output cannot be read."""


@dataclass(frozen=True)
class BuiltStep:
    """One step as the engine shows it: ``stage`` is empty where the Dockerfile has one stage only."""

    stage: str
    number: int
    text: str
    cached: bool
    error: str = ""


@dataclass(frozen=True)
class Built:
    """One build: its steps in the engine's order, and what the engine said where it failed."""

    steps: tuple[BuiltStep, ...]
    ok: bool
    output: str


def engine_environment(file: Path) -> dict[str, str]:
    """This process's environment with the file's variables over it. Raises EngineError where there is no such file."""
    if not file.is_file():
        raise EngineError(f"{file}: no such file; start the engine first, or name its file with --engine-env")
    found = dict(os.environ)
    for line in file.read_text("utf-8").splitlines():
        for word in shlex.split(line.strip().removeprefix("export ")):
            name, equals, value = word.partition("=")
            if equals and name.isidentifier():
                found[name] = value.replace("$PATH", found.get("PATH", ""))
    return found


def build(folder: Path, environment: Mapping[str, str], options: Sequence[str] = (), *, seconds: float = 300) -> Built:
    """Build ``folder`` (its ``Dockerfile``, unless ``options`` say ``-f``) and return what became of each step."""
    command = ["docker", "buildx", "build", "--progress=rawjson", "--network", "host", *options, str(folder)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=seconds, check=False)
    vertices: dict[str, dict[str, object]] = {}
    statuses, rest = _objects(done.stderr)
    for status in statuses:
        for vertex in status.get("vertexes") or ():
            vertices.setdefault(vertex["digest"], {}).update(vertex)
    if not vertices:
        raise EngineError(f"the engine built nothing: {done.stderr[-1000:]}")
    return Built(tuple(_steps(vertices)), done.returncode == 0, rest)


_CLASSIC_STEP = re.compile(r"^Step (\d+)/\d+ : (.*)$")


def build_classic(
    folder: Path, environment: Mapping[str, str], options: Sequence[str] = (), *, seconds: float = 300
) -> Built:
    """The same with the classic builder, which tells of every instruction, FROM among them; its stages have no names."""
    command = ["docker", "build", "--network", "host", *options, str(folder)]
    classic = {**environment, "DOCKER_BUILDKIT": "0"}
    done = subprocess.run(command, env=classic, capture_output=True, text=True, timeout=seconds, check=False)
    steps: list[BuiltStep] = []
    for line in done.stdout.splitlines():
        match = _CLASSIC_STEP.match(line)
        if match:
            steps.append(BuiltStep("", int(match[1]), match[2], cached=False))
        elif line.strip() == "---> Using cache" and steps:
            steps[-1] = replace(steps[-1], cached=True)
    return Built(tuple(steps), done.returncode == 0, done.stderr)


def _objects(text: str) -> tuple[list[dict], str]:
    """The JSON objects at the beginning of the engine's output, one after the other, and the text after them."""
    decoder, found, at = json.JSONDecoder(), [], text.find("{")
    while 0 <= at < len(text) and text[at] == "{":
        try:
            value, end = decoder.raw_decode(text, at)
        except json.JSONDecodeError:
            break
        found.append(value)
        at = end + len(text[end:]) - len(text[end:].lstrip())
    return found, text[max(at, 0) :]


def _steps(vertices: Mapping[str, Mapping[str, object]]):
    for vertex in vertices.values():
        name = str(vertex["name"])
        match = _STEP.match(name)
        if match:
            cached, error = bool(vertex.get("cached")), str(vertex.get("error") or "")
            yield BuiltStep(match["stage"] or "", int(match["number"]), match["text"], cached, error)
