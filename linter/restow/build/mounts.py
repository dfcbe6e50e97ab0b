"""The mounts of a RUN in a build: with their variables expanded, and as a key holds them."""

from __future__ import annotations

from posixpath import normpath

from restow.build.state import State
from restow.semantics.mounts import Mount, read_mount
from restow.syntax import WordError
from restow.syntax.ast import Run
from restow.syntax.problem import FieldError
from restow.vfs import join

_OF_WHAT_IS_MOUNTED = frozenset({"target", "source", "source_name", "unknown", "readonly", "id", "sharing"})


def read_mounts(node: Run, state: State) -> list[Mount | str]:
    """The mounts in the ``state`` before the RUN; of one that the engine refuses its text."""
    return [_read(flag.value or "", state) for flag in node.flags if flag.name == "mount"]


def _read(value: str, state: State) -> Mount | str:
    try:
        return read_mount(value, state.scope.expand)
    except (FieldError, WordError):
        return value


def mount_key(mount: Mount | str, state: State) -> str:
    """A mount as a key holds it: what is mounted is an input, and a cache's id and sharing count by being given only."""
    if isinstance(mount, str):
        return f"refused {mount}"
    target = join(state.directory, mount.target) if mount.target else ""
    fields = {name: getattr(mount, name) for name in sorted(Mount.__slots__) if name not in _OF_WHAT_IS_MOUNTED}
    fields["readonly"] = mount.read_only
    if mount.type == "cache":
        fields["id"] = mount.id not in ("", normpath(mount.target))
        fields["sharing"] = mount.sharing not in ("", "shared")
    else:
        fields["id"] = mount.id
    return " ".join([target, *(f"{name}={value}" for name, value in fields.items() if value not in (None, "", False))])
