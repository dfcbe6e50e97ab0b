"""Settings from ``restow.toml``, ``.restow.toml`` or ``[tool.restow]`` of pyproject.toml: the nearest one upward."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from restow.config.settings import FAIL_LEVELS, FormatSettings, Settings
from restow.errors import ConfigError

if TYPE_CHECKING:
    from pydantic import ValidationError

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
    in_pyproject = path.name == "pyproject.toml"
    if in_pyproject and b"restow" not in data:
        return None
    table = _table(path, data)
    if in_pyproject:
        tools = table.get("tool", {})
        if "restow" not in tools:
            return None
        table = tools["restow"]
    elif isinstance(table.get("restow"), dict):
        table = {**{name: given for name, given in table.items() if name != "restow"}, **table["restow"]}
    return _settings(f"{path} [tool.restow]" if in_pyproject else str(path), table)


def _table(path: Path, data: bytes) -> dict[str, Any]:
    import tomllib

    try:
        return tomllib.loads(data.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: not UTF-8 (offset {error.start})") from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: not valid TOML: {error}") from None


def _settings(origin: str, table: object) -> Settings:
    from pydantic import ValidationError

    from restow.config.document import SettingsDocument

    try:
        document = SettingsDocument.model_validate(table)
    except ValidationError as error:
        raise ConfigError(f"{origin}: {_message(error)}") from None
    values = document.model_dump()
    if values["effects"]:
        from restow.effects.declaration import Declaration

        tables = values["effects"].items()
        values["effects"] = tuple(Declaration(name, **table, origin=Path(origin).name) for name, table in tables)
    else:
        values["effects"] = ()
    return Settings(**values | {"format": FormatSettings(**values["format"])}, origin=origin)


def _message(error: ValidationError) -> str:
    """The first problem, in words that name the setting."""
    from restow.config.document import SettingsDocument

    problem = error.errors(include_url=False)[0]
    where = ".".join(str(part) for part in problem["loc"])
    if problem["type"] == "extra_forbidden":
        known = [field.alias or name for name, field in SettingsDocument.model_fields.items()]
        return f'unknown setting "{where}"{did_you_mean(where, known)}'
    if problem["loc"] == ("fail-level",):
        return f"fail-level must be one of {', '.join(FAIL_LEVELS)}"
    return f"{where or 'the table'}: {problem['msg'][:1].lower()}{problem['msg'][1:]}"


def did_you_mean(name: str, known: list[str]) -> str:
    """``; did you mean "..."?`` for the known name most like ``name``, else the known ones where they are few."""
    from difflib import get_close_matches

    close = get_close_matches(name, known, n=1, cutoff=0.6)
    if close:
        return f'; did you mean "{close[0]}"?'
    return f"; known are {', '.join(sorted(known))}" if 0 < len(known) <= 10 else ""
