"""The fields of ``--mount`` and ``--device``: one line of comma-separated values, quotes as in CSV."""

from __future__ import annotations

import re
from dataclasses import dataclass

from restow.syntax.problem import FieldError

_FIELD = re.compile(r'"((?:[^"]|"")*)"(?=,|\Z)|([^",]*)(?=,|\Z)')
_TRUE = frozenset(("1", "t", "T", "TRUE", "true", "True"))
_FALSE = frozenset(("0", "f", "F", "FALSE", "false", "False"))


@dataclass(frozen=True, slots=True)
class Device:
    """``--device=name[,required]``: a device of the Container Device Interface."""

    name: str
    required: bool = False


def split_fields(value: str) -> list[str]:
    """The fields of ``value``. Raises FieldError for an empty value and for quotes that do not enclose a whole field."""
    if not value:
        raise FieldError("there is no field")
    fields: list[str] = []
    at = 0
    while True:
        match = _FIELD.match(value, at)
        if match is None:
            raise FieldError("a quote must enclose a whole field; double it inside of one")
        quoted = match[1]
        fields.append(match[2] if quoted is None else quoted.replace('""', '"'))
        if match.end() == len(value):
            return fields
        at = match.end() + 1


def read_device(value: str) -> Device:
    """The device that ``value`` names. Raises FieldError."""
    name, required = "", False
    for field in split_fields(value):
        key, equals, setting = field.partition("=")
        match key.lower():
            case "required" if not equals:
                required = True
            case "required":
                required = read_bool("required", setting)
            case "name" if equals and name:
                raise FieldError(f"the device is named twice, {name} and {setting}")
            case "name" if equals:
                name = setting
            case _ if name:
                raise FieldError(f"a device has no field {field!r}: it takes a name and required")
            case _:
                name = field
    return Device(name, required)


def read_bool(name: str, value: str) -> bool:
    """True or false, as Go reads it. Raises FieldError for anything else."""
    if value in _TRUE or value in _FALSE:
        return value in _TRUE
    raise FieldError(f"{name} cannot be {value!r}: write true or false")
