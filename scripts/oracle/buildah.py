"""Buildah, and ``podman build``, which is the same library: builds on a storage of their own, without a daemon.

Every instruction is a step, as in the classic builder; ``Using cache`` says that it hit. RUN is a chroot on the host's network.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from built import SECONDS, Built, BuiltStep, EngineError, tag_of

_STEP = re.compile(r"^(?:\[(\d+)/\d+\] )?STEP (\d+)/\d+: (.*)$")
_BUILD = {"buildah": ["bud"], "podman": ["build"]}
_PRUNE = {"buildah": ["rmi", "--prune"], "podman": ["image", "prune", "--force"]}
STORAGE = "RESTOW_ORACLE_STORAGE"
"""The variable of the environment that names the folder in which images are kept."""


def storage(program: str, environment: Mapping[str, str]) -> list[str]:
    """The program with the options that name its storage."""
    folder = Path(environment[STORAGE])
    return [program, "--root", str(folder / "root"), "--runroot", str(folder / "run"), "--storage-driver", "overlay"]


def build_buildah(
    program: str, folder: Path, environment: Mapping[str, str], options: Sequence[str], archive: Path
) -> Built:
    """Build ``folder``, its image into ``archive`` where that succeeds."""
    tag, first = tag_of(folder.name, archive.stem), storage(program, environment)
    common = ["--layers", "--force-rm", "--format", "docker", "--isolation", "chroot", "--network", "host", "-t", tag]
    done = _run([*first, *_BUILD[program], *common, *options, str(folder)], environment)
    steps: list[BuiltStep] = []
    stages: list[int] = []
    for line in done.stdout.splitlines():
        match = _STEP.match(line)
        if match:
            stages.append(int(match[1] or 1))
            steps.append(BuiltStep("", int(match[2]), match[3], cached=False))
        elif line.startswith("--> Using cache") and steps:
            steps[-1] = replace(steps[-1], cached=True)
    # a stage may be told of before one that stands above it
    steps = [step for _, step in sorted(zip(stages, steps, strict=True), key=lambda pair: pair[0])]
    if done.returncode == 0:
        saved = _run([*first, "push", "-q", tag, f"docker-archive:{archive}"], environment)
        if saved.returncode:
            raise EngineError(f"{tag} cannot be saved: {saved.stderr[-500:]}")
    return Built(tuple(steps), done.returncode == 0, done.stderr)


def load_base(program: str, name: str, archive: Path, environment: Mapping[str, str]) -> None:
    """Make the base image known where it is not. Raises EngineError."""
    if _run([*storage(program, environment), "inspect", "--type", "image", name], environment).returncode == 0:
        return
    done = _run([*storage(program, environment), "pull", "-q", f"docker-archive:{archive}"], environment)
    if done.returncode:
        raise EngineError(f"{program} cannot read the base image: {done.stderr[-1000:]}")


def remove(program: str, folder: str, environment: Mapping[str, str]) -> None:
    """Remove the images that were built for a folder, and those of their steps: each build looks at all that are stored."""
    tags = [tag_of(folder, which) for which in ("first", "second")]
    _run([*storage(program, environment), "rmi", *tags], environment)
    _run([*storage(program, environment), *_PRUNE[program]], environment)


def release(program: str, environment: Mapping[str, str]) -> None:
    """Take away the mounts that the storage keeps, so that its folder can be removed. No other build may use it meanwhile."""
    _run([*storage(program, environment), "rm", "--all"], environment)
    _run(["umount", "--recursive", str(Path(environment[STORAGE]) / "root" / "overlay")], environment)


def _run(command: Sequence[str], environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(
            command,
            env=environment,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
            stdin=subprocess.DEVNULL,
        )
    except FileNotFoundError:
        raise EngineError(f"{command[0]} is not installed") from None
