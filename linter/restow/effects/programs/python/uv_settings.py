"""What uv takes from options, variables and settings beside the project: it may change ``uv.lock``, or lead to other files.

By uv's documentation ("Configuration files", "Environment variables", "Resolution", "Package indexes"). ``uv sync`` resolves anew
where the lock file was made with another resolution, other indexes, or another limit of time; ``uv.toml`` of the project, the user
and the system, and ``UV_*``, say the same as options do.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from typing import Any

from restow.effects.effect import SYMBOLIC, Invocation
from restow.effects.options import Arguments
from restow.effects.surroundings import ancestors, names, place, put_by_build, value
from restow.errors import UnknownEffect
from restow.vfs import join

_RESOLVING = names(
    "--upgrade -U --upgrade-package -P --resolution --prerelease --pre --exclude-newer --index --default-index --index-url -i "
    "--extra-index-url --index-strategy --no-build --no-build-package --no-binary --no-binary-package --only-binary -f "
    "--no-build-isolation --torch-backend --no-config --refresh-package --python-platform --python-version"
)
_INDEXES = names("--index --default-index --index-url -i --extra-index-url -f")
_INDEX_VARIABLES = names(
    "UV_INDEX UV_DEFAULT_INDEX UV_INDEX_URL UV_EXTRA_INDEX_URL UV_FIND_LINKS UV_PYTHON_INSTALL_MIRROR UV_PYPY_INSTALL_MIRROR "
    "UV_PYTHON_DOWNLOADS_JSON_URL"
)
_KEEPING = names(
    "UV_COMPILE_BYTECODE UV_LINK_MODE UV_CACHE_DIR UV_NO_CACHE UV_PROJECT_ENVIRONMENT UV_PYTHON_DOWNLOADS UV_PYTHON_PREFERENCE "
    "UV_SYSTEM_PYTHON UV_NO_PROGRESS UV_HTTP_TIMEOUT UV_HTTP_RETRIES UV_CONCURRENT_DOWNLOADS UV_CONCURRENT_BUILDS "
    "UV_CONCURRENT_INSTALLS UV_TOOL_DIR UV_TOOL_BIN_DIR UV_PYTHON_INSTALL_DIR UV_PYTHON_BIN_DIR UV_PYTHON_CACHE_DIR UV_FROZEN "
    "UV_LOCKED UV_NO_DEV UV_BREAK_SYSTEM_PACKAGES UV_NATIVE_TLS UV_NO_INSTALLER_METADATA UV_NO_EDITABLE UV_MANAGED_PYTHON "
    "UV_NO_MANAGED_PYTHON UV_PYTHON UV_VERSION UV_INSTALL_DIR UV_UNMANAGED_INSTALL UV_NO_MODIFY_PATH UV_VENV_CLEAR"
)
"""Variables that change what is installed where, and how fast, but no resolution."""
_LEADING = names("cache-dir find-links target prefix python constraint-dependencies build-constraint-dependencies")
_OF_THE_PROJECT = names("sources workspace cache-keys")
"""Tables of ``pyproject.toml`` that are about the project itself, whose build reads everything anyway."""
_ADDRESS = re.compile(r"(?:[\w.-]+=)?https?://")
_VERSION = re.compile(r"(?:c?python|pypy|graalpy|cp|pp)?-?@?[<>=~!]{0,2}\d[\d.,<>=!*a-z+-]*\Z")
"""How a version of Python is asked for; anything else may be the place of an interpreter ("Python versions")."""


def check(call: Invocation, arguments: Arguments) -> None:
    """Raise UnknownEffect for indexes in local folders, and for settings of the build that lead to other files."""
    given = list(arguments.values(*_INDEXES))
    for name in sorted(_INDEX_VARIABLES):
        given += (value(call, name) or "").split()
    if not all(map(_ADDRESS.match, given)):
        raise UnknownEffect("uv with an index that may be a folder is not modelled")
    for path in _placed(call):
        _refuse_leading(path, _table(path, call.text(path) or ""))
    for folder in (call.directory, *ancestors(call.directory)):
        path = join(folder, "pyproject.toml")
        text = call.known_text(path)
        if text is not None:
            _refuse_leading(path, _table(path, text).get("tool", {}).get("uv", {}))


def keeps_lock(call: Invocation, arguments: Arguments) -> bool:
    """Whether nothing but the manifest decides about the content of ``uv.lock``."""
    named = {name for name in call.environment if name.startswith("UV_")} - _KEEPING
    return not (named or arguments.has(*_RESOLVING) or _placed(call))


def interpreters(call: Invocation, arguments: Arguments) -> tuple[str, ...]:
    """The environments around interpreters that are named by their place: packages end up there."""
    found: list[str] = []
    for word in (*arguments.values("--python", "-p"), value(call, "UV_PYTHON") or ""):
        if not word or _VERSION.match(word) or word in ("python", "python3", "pypy", "cpython"):
            continue
        path = place(call, word)
        parts = path.rsplit("/", 2)
        around = parts[0] if parts[-2:-1] == ["bin"] else path
        if around in ("", "/"):
            raise UnknownEffect("uv with an interpreter in the root directory is not modelled")
        found += [around] if around not in ("/usr", "/usr/local") else [path]
    return tuple(dict.fromkeys(found))


def _placed(call: Invocation) -> list[str]:
    """The settings files that the build itself put into place."""
    return [path for path in dict.fromkeys(_settings(call)) if put_by_build(call, path)]


def _settings(call: Invocation) -> Iterator[str]:
    for folder in (call.directory, *ancestors(call.directory)):
        yield join(folder, "uv.toml")
    own, shared = value(call, "XDG_CONFIG_HOME"), value(call, "XDG_CONFIG_DIRS")
    for folder in (join(call.home, ".config"), "/root/.config", *([own] if own else [])):
        yield join(folder, "uv/uv.toml")
    for folder in ("/etc", "/etc/xdg", *(shared or "").split(":")):
        if folder.startswith("/"):
            yield join(folder, "uv/uv.toml")


def _table(path: str, text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UnknownEffect(f"{path} is not TOML: {error}") from error


def _refuse_leading(path: str, part: object) -> None:
    if isinstance(part, dict):
        named = sorted(_LEADING & set(part))
        if named:
            raise UnknownEffect(f"{path} sets {named[0]} of uv, which may lead to other files")
        for name, inner in part.items():
            if name not in _OF_THE_PROJECT:
                _refuse_leading(path, inner)
    elif isinstance(part, list):
        for inner in part:
            _refuse_leading(path, inner)
    elif isinstance(part, str) and (part.startswith((".", "/", "~", "file:")) or SYMBOLIC in part):
        raise UnknownEffect(f"{path} names the place {part} for uv, which is not modelled")
