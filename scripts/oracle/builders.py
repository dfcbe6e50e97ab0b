"""Runs a real builder: BuildKit, the classic one, buildah or podman. One build, and what it says of each step.

Every build is run with ``--network host``, since the network mode is part of a RUN's cache key. ``engine_environment`` reads
a file of ``export NAME=VALUE`` lines (``$PATH`` is filled in), as the engine's set-up script leaves one.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from buildah import build_buildah, remove
from built import SECONDS, Built, BuiltStep, EmptyImageError, EngineError, tag_of
from real_images import RealImage, read_real

_STEP = re.compile(r"^\[(?:(?P<stage>[^\]]*?) )?(?P<number>\d+)/\d+\] (?P<text>.*)$", re.DOTALL)
_ALONE = re.compile(r"^\[(?P<stage>[^\]]+)\] (?P<text>.*)$", re.DOTALL)


LIBRARY = ("buildah", "podman")
"""The builders that need no daemon."""


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


@dataclass(frozen=True)
class RealBuilder:
    """One builder at hand. ``features`` are what it knows beyond the classic one; see ``Writer``. ``base`` is the image that
    can run programs, ``triggers`` the same with triggers of ONBUILD.
    """

    kind: str
    environment: Mapping[str, str]
    base: str
    triggers: str
    features: frozenset[str] = frozenset()

    def build(self, folder: Path, options: Sequence[str], archive: Path) -> Built:
        """Build ``folder``, its image into ``archive`` where that succeeds."""
        if self.kind in LIBRARY:
            return build_buildah(self.kind, folder, self.environment, options, archive)
        return _BUILDS[self.kind](folder, self.environment, options, archive)

    @contextmanager
    def cleaned(self, name: str) -> Iterator[None]:
        """What was built for the folder ``name`` is removed in the end, where the builder stores images."""
        try:
            yield
        finally:
            if self.kind == "classic":
                tags = [tag_of(name, which) for which in ("first", "second")]
                _run(["docker", "image", "rm", *tags], self.environment)
            elif self.kind in LIBRARY:
                remove(self.kind, name, self.environment)

    def options(self, arguments: Mapping[str, str], target: str | None, renewed: str) -> list[str]:
        """The build's options; ``renewed`` is the stage that is built without the cache, ``*`` for all."""
        found = [f"--build-arg={name}={value}" for name, value in arguments.items()]
        if target:
            found.append(f"--target={target}")
        if renewed:
            found.append("--no-cache" if renewed == "*" else f"--no-cache-filter={renewed}")
        return found


def find_builder(kind: str, environment: Mapping[str, str], base: str, triggers: str) -> RealBuilder:
    """The builder, with what it was found to know."""
    if kind != "buildkit":
        return RealBuilder(kind, environment, base, triggers)
    known = {"heredoc", "mount", "link", "chmod"}
    probes: dict[str, tuple[str, Callable[[RealImage], bool]]] = {
        "parents": ("COPY --parents a /", lambda image: True),
        "exclude": ("COPY --exclude=b a /", lambda image: True),
        "made by chmod": ("COPY --chmod=0700 a /x/a", lambda image: image.entries["/x"].mode == 0o700),
        "ports as a map": ("COPY a /\nEXPOSE 80", lambda image: "map" in str(image.history[-1].get("created_by"))),
    }
    for feature, (lines, shows) in probes.items():
        with tempfile.TemporaryDirectory(prefix="restow-oracle-") as name:
            folder, archive = Path(name), Path(name) / "image.tar"
            (folder / "Dockerfile").write_text(f"FROM scratch\n{lines}\n")
            (folder / "a").write_text("a")
            if build_buildkit(folder, environment, (), archive, fails=True).ok and shows(read_real(archive)):
                known.add(feature)
    return RealBuilder(kind, environment, base, triggers, frozenset(known))


def _run(command: Sequence[str], environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=SECONDS, check=False)


def build_buildkit(
    folder: Path, environment: Mapping[str, str], options: Sequence[str], archive: Path, *, fails: bool = False
) -> Built:
    """Build with BuildKit; the image is exported only, and stored nowhere else.

    ``fails``: the frontend may refuse the Dockerfile.
    """
    output = f"--output=type=oci,dest={archive}"
    command = ["docker", "buildx", "build", "--progress=rawjson", "--network", "host", output, *options, str(folder)]
    done = _run(command, environment)
    vertices: dict[str, dict[str, object]] = {}
    statuses, rest = _objects(done.stderr)
    for status in statuses:
        for vertex in status.get("vertexes") or ():
            vertices.setdefault(vertex["digest"], {}).update(vertex)
    if not vertices and not fails:
        raise EngineError(f"the engine built nothing: {done.stderr[-1000:]}")
    return Built(tuple(_steps(vertices)), done.returncode == 0, rest)


_CLASSIC_STEP = re.compile(r"^Step (\d+)/\d+ : (.*)$")


def build_classic(folder: Path, environment: Mapping[str, str], options: Sequence[str], archive: Path) -> Built:
    """The same with the classic builder, which tells of every instruction, FROM among them; its stages have no names."""
    tag = tag_of(folder.name, archive.stem)
    command = ["docker", "build", "--network", "host", "-t", tag, *options, str(folder)]
    done = _run(command, {**environment, "DOCKER_BUILDKIT": "0"})
    steps: list[BuiltStep] = []
    for line in done.stdout.splitlines():
        match = _CLASSIC_STEP.match(line)
        if match:
            steps.append(BuiltStep("", int(match[1]), match[2], cached=False))
        elif line.strip() == "---> Using cache" and steps:
            steps[-1] = replace(steps[-1], cached=True)
    if done.returncode == 0:
        saved = _run(["docker", "save", "-o", str(archive), tag], environment)
        if "empty export" in saved.stderr:
            raise EmptyImageError(tag)
        if saved.returncode:
            raise EngineError(f"{tag} cannot be saved: {saved.stderr[-500:]}")
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


_BUILDS = {"buildkit": build_buildkit, "classic": build_classic}
