"""What an image says about how to run it: the ``config`` object of an OCI image configuration, as a value.

The object leaves out what is empty, and null stands for empty too, so an absent list and an empty one are the same.
Keys without a field (``Hostname``, ``ArgsEscaped``, ...) are not kept: they are no part of "the same image".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from restow.errors import ArchiveError

Json: TypeAlias = Mapping[str, object]
Pairs: TypeAlias = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Healthcheck:
    """A health check. Times are nanoseconds; 0, and an empty ``test``, mean: as the base image, or the default.

    ``test`` is ``("NONE",)``, ``("CMD", ...)`` or ``("CMD-SHELL", command)``.
    """

    test: tuple[str, ...] = ()
    interval: int = 0
    timeout: int = 0
    start_period: int = 0
    start_interval: int = 0
    retries: int = 0


_TIMES = (
    ("Interval", "interval"),
    ("Timeout", "timeout"),
    ("StartPeriod", "start_period"),
    ("StartInterval", "start_interval"),
    ("Retries", "retries"),
)


@dataclass(frozen=True, slots=True)
class ImageConfig:
    """The part of an image configuration that a Dockerfile decides.

    ``env`` keeps its order, and a name may repeat; ``bare_env`` are names in it that stand there without ``=``, which some
    engines take for "not set". ``labels``, ``exposed_ports`` (``80/tcp``) and ``volumes`` have no
    order and are held sorted; of several labels of one name the last counts. ``on_build`` holds the triggers' texts.
    """

    env: Pairs = ()
    cmd: tuple[str, ...] = ()
    entrypoint: tuple[str, ...] = ()
    user: str = ""
    working_dir: str = ""
    exposed_ports: tuple[str, ...] = ()
    volumes: tuple[str, ...] = ()
    labels: Pairs = ()
    shell: tuple[str, ...] = ()
    stop_signal: str = ""
    healthcheck: Healthcheck | None = None
    on_build: tuple[str, ...] = ()
    bare_env: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "exposed_ports", tuple(sorted(set(self.exposed_ports))))
        object.__setattr__(self, "volumes", tuple(sorted(set(self.volumes))))
        object.__setattr__(self, "labels", tuple(sorted(dict(self.labels).items())))

    @classmethod
    def from_json(cls, config: Json) -> ImageConfig:
        """The value of a ``config`` object. Raises ArchiveError, which names the key, for a value of a wrong type."""
        return cls(
            env=tuple(_pair(item) for item in _strings(config, "Env")),
            cmd=_strings(config, "Cmd"),
            entrypoint=_strings(config, "Entrypoint"),
            user=_string(config, "User"),
            working_dir=_string(config, "WorkingDir"),
            exposed_ports=tuple(_object(config, "ExposedPorts")),
            volumes=tuple(_object(config, "Volumes")),
            labels=tuple(
                sorted((key, _text(value, f"Labels.{key}")) for key, value in _object(config, "Labels").items())
            ),
            shell=_strings(config, "Shell"),
            stop_signal=_string(config, "StopSignal"),
            healthcheck=_healthcheck(config),
            on_build=_strings(config, "OnBuild"),
            bare_env=tuple(item for item in _strings(config, "Env") if "=" not in item),
        )

    @classmethod
    def from_image_json(cls, document: Json) -> ImageConfig:
        """The value of the ``config`` object in a whole image configuration. Raises ArchiveError as `from_json`."""
        return cls.from_json(_object(document, "config"))

    def to_json(self) -> dict[str, object]:
        """The ``config`` object, without what is empty; `from_json` gives an equal value back."""
        found: dict[str, object] = {
            "User": self.user,
            "ExposedPorts": {port: {} for port in self.exposed_ports},
            "Env": [key if not value and key in self.bare_env else f"{key}={value}" for key, value in self.env],
            "Entrypoint": list(self.entrypoint),
            "Cmd": list(self.cmd),
            "Healthcheck": None if self.healthcheck is None else _healthcheck_json(self.healthcheck),
            "Volumes": {volume: {} for volume in self.volumes},
            "WorkingDir": self.working_dir,
            "Labels": dict(self.labels),
            "StopSignal": self.stop_signal,
            "Shell": list(self.shell),
            "OnBuild": list(self.on_build),
        }
        return {key: value for key, value in found.items() if value or (key == "Healthcheck" and value is not None)}


def _pair(text: str) -> tuple[str, str]:
    """A variable and its value; the value of one without ``=`` is empty."""
    key, _, value = text.partition("=")
    return key, value


def _healthcheck(config: Json) -> Healthcheck | None:
    if config.get("Healthcheck") is None:
        return None
    found = _object(config, "Healthcheck")
    numbers = {field: _number(found, key) for key, field in _TIMES}
    return Healthcheck(test=_strings(found, "Test"), **numbers)


def _healthcheck_json(healthcheck: Healthcheck) -> dict[str, object]:
    found: dict[str, object] = {"Test": list(healthcheck.test)} if healthcheck.test else {}
    times: Iterable[tuple[str, int]] = ((key, getattr(healthcheck, field)) for key, field in _TIMES)
    found.update((key, value) for key, value in times if value)
    return found


def _object(holder: Json, key: str) -> Json:
    """The object at ``key``; an empty one where it is absent or null."""
    value = holder.get(key)
    if value is None:
        return {}
    if not isinstance(value, Mapping) or not all(isinstance(name, str) for name in value):
        raise _wrong(key, "an object", value)
    return value


def _strings(holder: Json, key: str) -> tuple[str, ...]:
    """The list of texts at ``key``; an empty one where it is absent or null."""
    value = holder.get(key)
    if value is None:
        return ()
    if not isinstance(value, (list, tuple)):
        raise _wrong(key, "a list of texts", value)
    return tuple(_text(item, f"{key}[{index}]") for index, item in enumerate(value))


def _string(holder: Json, key: str) -> str:
    value = holder.get(key)
    return "" if value is None else _text(value, key)


def _text(value: object, key: str) -> str:
    if not isinstance(value, str):
        raise _wrong(key, "a text", value)
    return value


def _number(holder: Json, key: str) -> int:
    value = holder.get(key)
    if value is None:
        return 0
    if not isinstance(value, int) or isinstance(value, bool):
        raise _wrong(key, "a whole number", value)
    return value


def _wrong(key: str, expected: str, value: object) -> ArchiveError:
    return ArchiveError(f"image config: {key} must be {expected}, and is {type(value).__name__}")
