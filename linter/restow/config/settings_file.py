"""Settings from ``restow.toml``, ``.restow.toml`` or ``[tool.restow]`` of pyproject.toml: the nearest one upward."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from restow.config.problems import line_of, message
from restow.config.settings import FormatSettings, Settings
from restow.errors import ConfigError

if TYPE_CHECKING:
    from restow.effects.declaration import Declaration

NAMES = ("restow.toml", ".restow.toml", "pyproject.toml")
"""File names in the order in which they are looked for within one folder."""


def read_settings(start: Path) -> Settings:
    """The settings for files in the folder ``start``: of the first settings file upward, the repository root being
    the last folder.

    Files are not merged. A pyproject.toml without ``[tool.restow]`` is passed over. Raises ConfigError for a file that
    cannot be read, an unknown setting, or a wrong value.
    """
    folder = start.resolve()
    for above in (folder, *folder.parents):
        for name in NAMES:
            settings = read_settings_file(above / name)
            if settings is not None:
                return settings
        if (above / ".git").exists():
            break
    return Settings()


def read_settings_file(path: Path) -> Settings | None:
    """The settings in the file at ``path``; None where it is missing, or a pyproject.toml without ``[tool.restow]``.

    In a restow.toml, tables may also stand below ``restow``.
    """
    try:
        data = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return None
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror or error}") from None
    if path.name == "pyproject.toml":
        return _in_pyproject(path, data)
    table = _table(path, data)
    if isinstance(table.get("restow"), dict):
        below = table.pop("restow")
        return _settings(path, data, {**table, **below}, ((), ("restow",)))
    return _settings(path, data, table, ((),))


def _in_pyproject(path: Path, data: bytes) -> Settings | None:
    if b"restow" not in data:
        return None
    table = _table(path, data)
    if "restow" in table:
        line = line_of(data.decode(), ("restow",))
        raise ConfigError(
            f"{path}{f':{line}' if line else ''}: a table [restow] is not read in a pyproject.toml; "
            'write [tool.restow], and [tool.restow.effects."my-tool"] for a declared effect'
        )
    tools = table.get("tool", {})
    if "restow" not in tools:
        return None
    return _settings(path, data, tools["restow"], (("tool", "restow"),))


def _table(path: Path, data: bytes) -> dict[str, Any]:
    import tomllib

    try:
        return tomllib.loads(data.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: not UTF-8 (offset {error.start})") from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: not valid TOML: {error}") from None


def _settings(path: Path, data: bytes, table: object, places: tuple[tuple[str, ...], ...]) -> Settings:
    """The settings in ``table``, which stands below one of ``places`` of the file."""
    from pydantic import ValidationError

    from restow.config.document import SettingsDocument

    inside = f" [{'.'.join(places[0])}]" if places[0] else ""
    try:
        document = SettingsDocument.model_validate(table)
    except ValidationError as error:
        where, said = message(error)
        raise ConfigError(f"{path}{_line(data, places, where)}{inside}: {said}") from None
    values = document.model_dump()
    values["effects"] = tuple(
        _declared(path, _line(data, places, ("effects", name)), name, given)
        for name, given in values["effects"].items()
    )
    return Settings(**values | {"format": FormatSettings(**values["format"])}, origin=f"{path}{inside}")


def _line(data: bytes, places: tuple[tuple[str, ...], ...], where: tuple[str, ...]) -> str:
    """``:7`` for a setting in the seventh line; nothing where that cannot be told."""
    found = [line for place in places if (line := line_of(data.decode(), (*place, *where), len(place)))]
    return f":{max(found)}" if found else ""


def _declared(path: Path, line: str, name: str, given: dict[str, Any]) -> Declaration:
    from restow.effects.declaration import Declaration

    try:
        return Declaration(name, **given, origin=path.name)
    except ConfigError as error:
        raise ConfigError(f"{path}{line}: {str(error).removeprefix(f'{path.name}: ')}") from None
