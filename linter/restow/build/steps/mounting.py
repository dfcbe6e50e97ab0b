"""What a RUN has mounted over its filesystem, put in place and taken away again."""

from __future__ import annotations

from collections.abc import Collection

from restow.errors import UnknownEffect
from restow.vfs import Attributes, Directory, Filesystem, Node, split

_MADE = Attributes(0o755)
"""The attributes of a directory that the engine makes on the way to a mount."""


def with_mount(filesystem: Filesystem, target: str, node: Node) -> Filesystem:
    """``filesystem`` with ``node`` over ``target``; directories above that are missing are made."""
    parts = split(target)
    for depth in range(1, len(parts)):
        here = "/" + "/".join(parts[:depth])
        if filesystem.lookup(here) is None:
            filesystem = filesystem.put(here, Directory(_MADE, {}))
    return filesystem.put(target, node)


def without_mounts(after: Filesystem, before: Filesystem, targets: Collection[str]) -> Filesystem:
    """``after`` with what stood at the targets before; directories that were made for them alone go.

    Raises UnknownEffect where something was written into such a directory.
    """
    outer = [path for path in targets if not any(path.startswith(f"{other}/") for other in targets)]
    for target in dict.fromkeys(outer):
        after = after.put(target, before.lookup(target)) if after.lookup(target) is not None else after
        parts = split(target)
        for depth in range(len(parts) - 1, 0, -1):
            here = "/" + "/".join(parts[:depth])
            made = after.lookup(here)
            if before.lookup(here) is not None or not isinstance(made, Directory):
                break
            if made.rest is not None:
                raise UnknownEffect(f"{here}, which was made for a mount, may hold more")
            if not made.children:
                after = after.put(here, None)
    return after
