"""What a destination in an unknown base image takes for granted."""

from __future__ import annotations

from restow.effects.effect import Assumption
from restow.vfs import Attributes, Filesystem, Unknown, join, split
from restow.vfs.filesystem import STANDARD_DIRECTORIES


def layout_assumptions(filesystem: Filesystem, destination: str, *, file: bool = False) -> tuple[Assumption, ...]:
    """The assumptions of writing at ``destination``: none where every directory on the way is known.

    ``file``: a file comes to stand there itself, unless a directory stands there, into which it would go.
    """
    parts = split(join(destination))
    last = "/" + "/".join(parts)
    found = []
    for depth in range(1, len(parts) + 1):
        path = "/" + "/".join(parts[:depth])
        node = filesystem.lookup(path)
        if path not in STANDARD_DIRECTORIES and isinstance(node, Unknown):
            found.append(Assumption("base-layout", f"{_before(node)} {path} is no symbolic link"))
            break
    node = filesystem.lookup(last)
    if file and not destination.endswith("/") and isinstance(node, Unknown) and last not in STANDARD_DIRECTORIES:
        found.append(Assumption("base-layout", f"{_before(node)} {last} is no directory"))
    return tuple(found)


def _before(node: Unknown) -> str:
    untouched = node.origin.base.startswith("image ") and not node.origin.writes
    return "in the base image" if untouched else "in the base image and after the programs that ran before"


def made_directories(path: str, created: Attributes) -> frozenset[tuple[str, str]]:
    """``path`` and what is above it, outside of the standard directories, with the attributes for what is missing."""
    parts = split(path)
    paths = ("/" + "/".join(parts[:depth]) for depth in range(1, len(parts) + 1))
    return frozenset((each, created.digest) for each in paths if each not in STANDARD_DIRECTORIES)
