"""Settings of poetry and pipenv beside the project: they may put environments, caches and packages elsewhere.

By poetry's documentation ("Configuration") and pip's ("Configuration", which pipenv's installations follow): ``poetry.toml`` of the
project, ``config.toml`` of the user, ``pip.conf`` and ``PIP_*``. Only settings that lead to no file are understood.
"""

from __future__ import annotations

import tomllib

from restow.effects.effect import SYMBOLIC, Invocation
from restow.effects.surroundings import names, put_by_build, value
from restow.errors import UnknownEffect
from restow.vfs import join

_SAFE = names("virtualenvs installer repositories http-basic pypi-token keyring solver experimental warnings requests")
_MOVING = names("path cache-dir data-dir installation-dir bin-dir cert client-cert certificates build-config-settings")
_PIP = names(
    "PIP_TARGET PIP_PREFIX PIP_ROOT PIP_SRC PIP_LOG PIP_LOG_FILE PIP_REPORT PIP_CONFIG_FILE PIP_FIND_LINKS PIP_CONSTRAINT "
    "PIP_REQUIREMENT PIP_EDITABLE PIP_BUILD_CONSTRAINT PIP_PYTHON PIP_USER"
)


def check(call: Invocation) -> None:
    """Raise UnknownEffect where the build put settings there that lead elsewhere. For poetry and pipenv."""
    own = [join(call.home, ".config"), *([given] if (given := value(call, "XDG_CONFIG_HOME")) else [])]
    if call.name == "poetry":
        for path in (join(call.directory, "poetry.toml"), *(join(folder, "pypoetry/config.toml") for folder in own)):
            if put_by_build(call, path):
                _check_file(path, call.text(path) or "")
        return
    named = sorted(name for name in _PIP if call.environment.get(name))
    if named:
        raise UnknownEffect(f"pipenv with {named[0]} is not modelled")
    files = ("/etc/pip.conf", "/etc/xdg/pip/pip.conf", join(call.home, ".pip/pip.conf"))
    for path in (*files, *(join(folder, "pip/pip.conf") for folder in own)):
        if put_by_build(call, path):
            raise UnknownEffect(f"pipenv with {path}, which the build put there, is not modelled")


def check_setting(operands: tuple[str, ...]) -> None:
    """Raise UnknownEffect for a setting of ``poetry config`` that moves what later commands read or write."""
    for name in operands[:1]:
        _check(f"poetry config {name.replace(SYMBOLIC, '$')}", name.split("."), operands[1:])


def _check_file(path: str, text: str) -> None:
    try:
        pending: list[tuple[list[str], object]] = [([], tomllib.loads(text))]
    except tomllib.TOMLDecodeError as error:
        raise UnknownEffect(f"{path} is not TOML: {error}") from error
    while pending:
        parts, part = pending.pop()
        if isinstance(part, dict):
            pending += [([*parts, name], inner) for name, inner in part.items()]
        else:
            _check(f"{path}: {'.'.join(parts)}", parts, part if isinstance(part, list) else [part])


def _check(place: str, parts: list[str], values: tuple[object, ...] | list[object]) -> None:
    leads = parts[0] not in _SAFE or not _MOVING.isdisjoint(parts)
    leads |= parts[0] == "repositories" and not all(_is_address(each) for each in values)
    if leads or any(isinstance(each, str) and each.startswith(("/", ".", "~", "file:")) for each in values):
        raise UnknownEffect(f"{place} moves what poetry reads or writes, or is not modelled")


def _is_address(text: object) -> bool:
    return isinstance(text, str) and text.startswith(("https://", "http://"))
