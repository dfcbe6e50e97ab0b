"""``RUN --mount``: its fields, read as BuildKit reads them once their variables are expanded. All that asks for a mount reads
it here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from restow.syntax.ast import Run
from restow.syntax.fields import read_bool, split_fields
from restow.syntax.problem import FieldError, suggestion

TYPES = ("bind", "cache", "tmpfs", "secret", "ssh")
SHARING = ("shared", "private", "locked")

_KEYS = {
    "type": "type", "from": "source_name", "source": "source", "src": "source", "target": "target", "dst": "target",
    "destination": "target", "readonly": "readonly", "ro": "readonly", "readwrite": "readwrite", "rw": "readwrite",
    "required": "required", "size": "size", "id": "id", "sharing": "sharing", "mode": "mode", "uid": "uid", "gid": "gid",
    "env": "env",
}  # fmt: skip
_OF_ANY_TYPE = frozenset(
    key for key, name in _KEYS.items() if name in ("type", "source_name", "source", "target", "id")
)
"""Fields that are read also behind one whose value is not known."""
_BARE = frozenset(("readonly", "ro", "readwrite", "rw", "required"))
_SIZE = re.compile(r"\d+(?:\.\d+)? ?(?:[kmgtp](?:i?b)?|b)?", re.IGNORECASE | re.ASCII)


@dataclass(frozen=True, slots=True)
class Mount:
    """One ``--mount``. ``source_name`` is what ``from=`` names: a stage, an image or a context; a number names no stage.

    ``readonly`` is None where the text says nothing; ``mode``, ``uid`` and ``gid`` are as written. ``unknown`` are the names
    of the fields whose values are not known; they stand as if they were not given.
    """

    type: str = "bind"
    source_name: str = ""
    source: str = ""
    target: str = ""
    readonly: bool | None = None
    required: bool = False
    size: str = ""
    id: str = ""
    sharing: str = ""
    mode: str | None = None
    uid: str | None = None
    gid: str | None = None
    env: str | None = None
    unknown: frozenset[str] = frozenset()

    @property
    def read_only(self) -> bool:
        """Whether a RUN cannot write to what is mounted."""
        return self.type not in ("cache", "tmpfs") if self.readonly is None else self.readonly


def read_mount(value: str, expand: Callable[[str], str | None]) -> Mount:
    """The mount that ``value`` writes; ``expand`` gives a field's value with its variables, None where it is not known.

    Raises FieldError. Fields that depend on one that is not known are not checked.
    """
    mount, unknown = Mount(), set[str]()
    for field in split_fields(value):
        key, equals, written = field.partition("=")
        key = key.lower()
        if not equals and key not in _BARE:
            raise FieldError(f"{field!r} has no value: write {key}=VALUE")
        text = expand(written) if equals else "true"
        if text is None:
            unknown.add(_KEYS.get(key, key))
        elif not unknown or key in _OF_ANY_TYPE:
            mount = _with(mount, key, text, field)
            unknown.discard(_KEYS[key])
        else:
            unknown.add(_KEYS.get(key, key))
    if not unknown:
        _check(mount)
    return replace(mount, unknown=frozenset(unknown))


def written_mounts(node: Run) -> Iterator[Mount]:
    """The mounts of a RUN as they are written: variables are not known. One that cannot be read is left out."""
    for flag in node.flags:
        if flag.name != "mount":
            continue
        try:
            yield read_mount(flag.value or "", lambda text: None if "$" in text else text)
        except FieldError:
            continue


def written_values(value: str) -> list[str]:
    """The values of the fields of a mount, as written; none where it is not made of fields."""
    try:
        return [field.partition("=")[2] for field in split_fields(value)]
    except FieldError:
        return []


def mount_source(value: str) -> str:
    """What ``from=`` of a mount names, as written, also where another field is wrong; empty where there is none."""
    try:
        fields = [field.partition("=") for field in split_fields(value)]
    except FieldError:
        return ""
    return next((text for key, equals, text in reversed(fields) if equals and key.lower() == "from"), "")


def _with(mount: Mount, key: str, text: str, field: str) -> Mount:
    """``mount`` with one field more."""
    name = _KEYS.get(key)
    if name is None:
        guess = suggestion(key, _KEYS)
        raise FieldError(f"{field!r} is no field of a mount" + (f": did you mean {guess}?" if guess else ""))
    match name:
        case "type" | "sharing":
            allowed = TYPES if name == "type" else SHARING
            if text.lower() not in allowed:
                raise FieldError(f"{key} cannot be {text!r}: write one of {', '.join(allowed)}")
            return _replaced(mount, name, text.lower())
        case "readonly" | "readwrite":
            return replace(mount, readonly=read_bool(key, text) is (name == "readonly"))
        case "required":
            _only(mount, key, ("secret", "ssh"))
            return replace(mount, required=read_bool(key, text))
        case "size":
            _only(mount, key, ("tmpfs",))
            if not _SIZE.fullmatch(text):
                raise FieldError(f"size cannot be {text!r}: write a number of bytes, or one with k, m or g")
        case "mode" | "uid" | "gid":
            if not re.fullmatch(r"[0-7]+" if name == "mode" else r"[0-9]+", text, re.ASCII) or not _fits(text, name):
                raise FieldError(f"{key} cannot be {text!r}: write {'octal digits' if name == 'mode' else 'a number'}")
    return _replaced(mount, name, text)


def _replaced(mount: Mount, name: str, text: str) -> Mount:
    fields: dict[str, Any] = {name: text}
    return replace(mount, **fields)


def _fits(text: str, name: str) -> bool:
    return int(text[:20], 8 if name == "mode" else 10) < 2**32


def _only(mount: Mount, key: str, types: tuple[str, ...]) -> None:
    """BuildKit reads the fields in order: the type has to come first."""
    if mount.type not in types:
        raise FieldError(f"a {mount.type} mount has no {key}: write type={' or type='.join(types)} before it")


def _check(mount: Mount) -> None:
    """Raise FieldError for fields that do not go together."""
    if mount.type not in ("secret", "ssh", "cache"):
        for name in ("mode", "uid", "gid"):
            if getattr(mount, name) is not None:
                raise FieldError(f"a {mount.type} mount has no {name}: remove it")
    if mount.sharing and mount.type != "cache":
        raise FieldError(f"a {mount.type} mount has no sharing: remove it")
    if mount.type == "secret":
        if mount.source_name:
            raise FieldError("a secret mount has no from: remove it")
        if not (mount.source or mount.target or mount.id):
            raise FieldError("a secret mount needs a name: write id=NAME")
        if mount.source and mount.id:
            raise FieldError("a secret mount takes id or source, not both")
    if mount.type == "ssh" and mount.source:
        raise FieldError("an ssh mount has no source: remove it")
