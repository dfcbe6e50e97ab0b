"""A simulated build seen as an image: its final configuration in the form in which engines write it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from restow.build import StageResult, State
from restow.build.context import DOCKERFILE_IDENTITY
from restow.errors import UsageError
from restow.oci.image_config import Healthcheck, ImageConfig
from restow.vfs import File, Filesystem

_UNITS = {"ns": 1, "us": 10**3, "µs": 10**3, "ms": 10**6, "s": 10**9, "m": 60 * 10**9, "h": 3600 * 10**9}
_DURATION = re.compile(r"([0-9]*\.?[0-9]+)(ns|us|µs|ms|s|m|h)")
_OPTIONS = {
    "interval": "Interval",
    "timeout": "Timeout",
    "start-period": "StartPeriod",
    "start-interval": "StartInterval",
}


def config_of(result: StageResult) -> ImageConfig:
    """The configuration of a simulated stage. Values that are not known are in it as symbolic texts.

    Raises UsageError for a health check's option that is no duration.
    """
    held = result.state.configuration
    environment = held.get("Env")
    pairs = environment.items() if isinstance(environment, Mapping) else ()
    document = {key: value for key, value in held.items() if key not in ("Env", "Healthcheck")}
    found = ImageConfig.from_json(document)
    return replace(
        found,
        env=tuple((str(key), str(value)) for key, value in pairs),
        healthcheck=healthcheck_of(result.state),
    )


def healthcheck_of(state: State) -> Healthcheck | None:
    """The health check of a simulated build; None where there is none. Raises UsageError as `config_of`."""
    check = state.configuration.get("Healthcheck")
    return ImageConfig.from_json({"Healthcheck": _check(check)}).healthcheck if isinstance(check, Mapping) else None


def unknown_base(result: StageResult) -> str | None:
    """The base image of which only the name is known; None where all of the configuration is."""
    base = result.state.configuration.get("Base") or result.state.configuration.get("Unknown")
    return None if base is None else str(base)


def with_own_files(simulated: Filesystem, real: Filesystem) -> Filesystem:
    """``simulated`` with the real content of the Dockerfile and its ignore file, where a COPY brings them: both images
    hold their own, which is no difference.
    """
    for path, node in tuple(simulated.walk()):
        if isinstance(node, File) and node.content.identity.startswith(DOCKERFILE_IDENTITY):
            there = real.lookup(path)
            if isinstance(there, File):
                simulated = simulated.put(path, replace(node, content=there.content))
    return simulated


def nanoseconds(text: str) -> int:
    """A duration as Go writes it (``1m30s``), in nanoseconds. Raises UsageError for anything else."""
    parts = _DURATION.findall(text)
    if not parts or "".join(number + unit for number, unit in parts) != text:
        raise UsageError(f"HEALTHCHECK: {text!r} is no duration (30s, 1m30s)")
    return sum(round(float(number) * _UNITS[unit]) for number, unit in parts)


def _check(held: Mapping[str, object]) -> dict[str, object]:
    """The health check as engines write it: options by their names there, times in nanoseconds."""
    found: dict[str, object] = {}
    for key, value in held.items():
        if key in _OPTIONS:
            found[_OPTIONS[key]] = nanoseconds(str(value))
        elif key == "retries":
            found["Retries"] = int(str(value))
        else:
            found[key] = value
    return found
