"""One interface for the engines that build real images: Docker, Podman and Buildah, each through its own program.

This is the only part of Restow that runs a Dockerfile, and only where the user named ``--engine``. What is built gets a
random name, and is removed again.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from restow.engines.failure import EngineError, failure_text
from restow.engines.process import run, undisturbed

ENGINES = ("docker", "podman", "buildah")
PROBE_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class BuildRequest:
    """What is built: a Dockerfile with its context, build arguments, target stage, platform and further options.

    ``options`` are handed to the engine's ``build`` as they stand (``--network=host``).
    """

    dockerfile: Path
    context: Path
    arguments: tuple[tuple[str, str], ...] = ()
    target: str | None = None
    platform: str | None = None
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Engine:
    """An engine at hand. ``build_words`` start a build, ``version`` is what it says of itself."""

    name: str
    build_words: tuple[str, ...]
    version: str

    def build(self, request: BuildRequest, tag: str, watch: Callable[[str], None] | None = None) -> None:
        """Build without the cache and name the image ``tag``; ``watch`` is told each line of output.

        Raises EngineError with the failing step and its output.
        """
        named = [
            ("--file", str(request.dockerfile)),
            ("--tag", tag),
            *(("--build-arg", f"{name}={value}") for name, value in request.arguments),
            *((("--target", request.target),) if request.target else ()),
            *((("--platform", request.platform),) if request.platform else ()),
        ]
        words = [word for pair in named for word in pair]
        command = [*self.build_words, "--no-cache", *words, *request.options, str(request.context)]
        done = run(command, watch)
        if done.code:
            raise EngineError(f"{self.name} cannot build {request.dockerfile}:\n{failure_text(done.output)}")

    def save(self, tag: str, archive: Path) -> None:
        """Write the image as an archive in the form of ``docker save``. Raises EngineError."""
        command = {
            "docker": ["docker", "save", "--output", str(archive), tag],
            "podman": ["podman", "save", "--quiet", "--format", "docker-archive", "--output", str(archive), tag],
            "buildah": ["buildah", "push", "--quiet", tag, f"docker-archive:{archive}:{tag}"],
        }[self.name]
        done = run(command)
        if done.code:
            raise EngineError(f"{self.name} cannot save {tag}:\n{failure_text(done.output)}")

    def remove(self, tag: str) -> None:
        """Take the name ``tag`` away, and the image with it where nothing else has it; one that is gone is no error.

        An interrupt waits until it is done.
        """
        words = ("image", "rm") if self.name == "docker" else ("rmi",)
        with undisturbed():
            run([self.name, *words, tag])


def find_engine(name: str) -> Engine:
    """The engine of that name, or with ``auto`` the first that answers. Raises EngineError, which says what was tried."""
    reasons = []
    for one in ENGINES if name == "auto" else (name,):
        try:
            return _PROBES[one]()
        except EngineError as error:
            reasons.append(str(error))
    raise EngineError("; ".join(reasons))


def _docker() -> Engine:
    """BuildKit through buildx where there is one, and ``DOCKER_BUILDKIT=0`` does not ask for the classic builder."""
    version = _answer("docker", "version", "--format", "{{.Server.Version}}")
    try:
        if os.environ.get("DOCKER_BUILDKIT") == "0":
            raise EngineError("not wanted")
        _answer("docker", "buildx", "version")
    except EngineError:
        return Engine("docker", ("docker", "build", "--force-rm"), f"docker {version}, classic builder")
    return Engine("docker", ("docker", "buildx", "build", "--load", "--progress=plain"), f"docker {version}, BuildKit")


def _podman() -> Engine:
    version = _answer("podman", "info", "--format", "{{.Version.Version}}")
    return Engine(
        "podman", ("podman", "build", "--layers=false", "--force-rm", "--format", "docker"), f"podman {version}"
    )


def _buildah() -> Engine:
    _answer("buildah", "images", "--quiet")
    return Engine("buildah", ("buildah", "bud", "--format", "docker"), _answer("buildah", "--version"))


_PROBES: dict[str, Callable[[], Engine]] = {"docker": _docker, "podman": _podman, "buildah": _buildah}


def _answer(program: str, *arguments: str) -> str:
    """The first line that a program prints. Raises EngineError where it is missing, or fails."""
    if shutil.which(program) is None:
        raise EngineError(f"{program} is not installed")
    try:
        done = run([program, *arguments], seconds=PROBE_SECONDS)
    except TimeoutError:
        raise EngineError(f"{program} does not answer within {PROBE_SECONDS:.0f} seconds") from None
    lines = done.output.strip().splitlines()
    if done.code:
        raise EngineError(f"{program} cannot be used: {lines[-1] if lines else f'exit code {done.code}'}")
    return lines[0] if lines else ""
