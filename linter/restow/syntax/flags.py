"""The flags of each instruction: which there are, what values they take, and how BuildKit reads them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Literal

from restow.syntax.ast import Flag
from restow.syntax.fields import read_device, split_fields
from restow.syntax.problem import FieldError, Problem, suggestion

Kind = Literal["bool", "one", "many"]

_COPY: dict[str, Kind] = {
    "from": "one", "chown": "one", "chmod": "one", "link": "bool", "parents": "bool", "exclude": "many",
}  # fmt: skip
_ADD: dict[str, Kind] = {
    "chown": "one", "chmod": "one", "link": "bool", "exclude": "many", "checksum": "one", "keep-git-dir": "bool",
    "unpack": "bool",
}  # fmt: skip
FLAGS: dict[str, dict[str, Kind]] = {
    "from": {"platform": "one"},
    "run": {"mount": "many", "network": "one", "security": "one", "device": "many"},
    "copy": _COPY,
    "add": _ADD,
    "healthcheck": dict.fromkeys(("interval", "timeout", "start-period", "start-interval", "retries"), "one"),
}
"""The flags of an instruction by its name; one that is missing here takes none."""
UNCHECKED = frozenset({"arg", "stopsignal"})
"""BuildKit drops the flags of these without a look."""
CHOICES = {
    ("run", "network"): ("default", "none", "host"),
    ("run", "security"): ("sandbox", "insecure"),
}
"""Flags with a fixed set of values, variables not allowed."""

_UNIT = {"ns": 1, "us": 10**3, "µs": 10**3, "μs": 10**3, "ms": 10**6, "s": 10**9, "m": 60 * 10**9, "h": 3600 * 10**9}
_DURATION = re.compile(r"[+-]?(?:0|(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+)", re.ASCII)
_AMOUNT = re.compile(r"(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)", re.ASCII)
_BYTE_BLANKS = "\x85\xa0"
"""Bytes within UTF-8 that are white space to BuildKit, which takes each for a character."""
_INTEGER = re.compile(r"[+-]?\d+", re.ASCII)


def read_flag(raw: str, start: int, end: int, escape: str) -> Flag:
    """The flag written as ``raw`` (continuations removed) at ``start..end``: quotes and escapes resolved.

    BuildKit reads flags byte by byte and takes each byte for a character: ``é`` is two of them, and so it is here. Raises
    Problem where one of the bytes is a blank to it, which ends the flag within a character.
    """
    text = raw
    if not raw.isascii() or any(mark in raw for mark in ("'", '"', escape)):
        text, cut = _unquoted(raw.encode().decode("latin-1"), escape)
        if cut:
            message = "BuildKit reads flags byte by byte and ends this one inside of a letter: put its value in quotes"
            raise Problem(message, start)
    name, equals, value = text[2:].partition("=")
    return Flag(start=start, end=end, name=name, value=value if equals else None)


def _unquoted(raw: str, escape: str) -> tuple[str, bool]:
    """``raw`` without quotes; the escape character keeps the character after it, in quotes too. And whether it goes on
    behind a blank, where BuildKit ends it."""
    parts = []
    quote = ""
    characters = iter(raw)
    for character in characters:
        if character == escape:
            parts.append(next(characters, ""))
        elif character == quote:
            quote = ""
        elif not quote and character in "'\"":
            quote = character
        elif not quote and character in _BYTE_BLANKS:
            return "".join(parts), True
        else:
            parts.append(character)
    return "".join(parts), False


def check_flags(instruction: str, flags: Sequence[Flag], known: Mapping[str, Kind] | None = None) -> None:
    """Raise Problem at the first flag that BuildKit refuses; ``known`` are the flags of ``instruction``."""
    if instruction in UNCHECKED:
        return
    known = FLAGS.get(instruction, {}) if known is None else known
    seen: set[str] = set()
    for flag in flags:
        kind = known.get(flag.name)
        if kind is None:
            raise Problem(_unknown(instruction, flag.name, tuple(known)), flag.start)
        if flag.name in seen and kind != "many":
            raise Problem(f"--{flag.name} stands twice: keep one", flag.start)
        seen.add(flag.name)
        _check_value(instruction, flag, kind)


def _unknown(instruction: str, name: str, known: tuple[str, ...]) -> str:
    """What to say of a flag that does not exist."""
    if not known:
        return f"{instruction.upper()} takes no flags: remove --{name}"
    guess = suggestion(name, known)
    others = f"did you mean --{guess}?" if guess else "it takes " + ", ".join(f"--{flag}" for flag in known)
    return f"{instruction.upper()} has no flag --{name}: {others}"


def _check_value(instruction: str, flag: Flag, kind: Kind) -> None:
    """Raise Problem where the value of ``flag`` is missing or not one of those allowed."""
    if flag.value is None and kind != "bool":
        raise Problem(f"--{flag.name} has no value: write --{flag.name}=VALUE", flag.start)
    if kind == "bool" and flag.value is not None and flag.value.lower() not in ("true", "false"):
        raise Problem(f"--{flag.name} cannot be {flag.value!r}: write true or false, or no value", flag.start)
    choices = CHOICES.get((instruction, flag.name))
    if choices and flag.value not in choices:
        raise Problem(f"--{flag.name} cannot be {flag.value!r}: write one of {', '.join(choices)}", flag.start)
    if instruction == "run" and flag.name in ("mount", "device"):
        _check_fields(flag)
    if instruction == "healthcheck":
        _check_health(flag)


def _check_fields(flag: Flag) -> None:
    """Raise Problem for fields that cannot be read, and where a mount's ``from``, which is not expanded, has a variable."""
    try:
        if flag.name == "device":
            read_device(flag.value or "")
            return
        fields = split_fields(flag.value or "")
    except FieldError as error:
        raise Problem(f"--{flag.name} cannot be {flag.value!r}: {error}", flag.start) from None
    for field in fields:
        key, _, value = field.partition("=")
        if key.lower() == "from" and "$" in value[:-1]:
            raise Problem("from= of a mount takes no variables: name a stage that starts FROM the variable", flag.start)


def _check_health(flag: Flag) -> None:
    """Raise Problem where a duration or the number of retries is none; an empty value counts as absent."""
    value = flag.value or ""
    if not value:
        return
    if flag.name == "retries":
        if not _INTEGER.fullmatch(value) or not 0 <= int(value[:12]) < 2**31 or len(value) > 12:
            raise Problem(f"--retries cannot be {value!r}: write a whole number from 0 on", flag.start)
        return
    if not _DURATION.fullmatch(value):
        raise Problem(f"--{flag.name} cannot be {value!r}: write a duration such as 30s or 1m30s", flag.start)
    total = abs(nanoseconds(value))
    if total and (value.startswith("-") or total < 10**6):
        raise Problem(f"--{flag.name} cannot be {value!r}: write at least 1ms", flag.start)


def nanoseconds(text: str) -> int:
    """A duration as Go reads it (``1m30s``, ``1.5h``) in nanoseconds, what is less cut off; 0 for one without a unit."""
    from fractions import Fraction

    total = sum(int(Fraction(amount.rstrip(".")) * _UNIT[unit]) for amount, unit in _AMOUNT.findall(text))
    return -total if text.startswith("-") else total
