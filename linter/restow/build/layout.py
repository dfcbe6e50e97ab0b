"""What a destination in an unknown base image takes for granted."""

from __future__ import annotations

from restow.effects.effect import Assumption
from restow.vfs import Attributes, Filesystem, Unknown, join, split
from restow.vfs.filesystem import STANDARD_DIRECTORIES


def layout_assumptions(filesystem: Filesystem, destination: str) -> tuple[Assumption, ...]:
    """The assumptions of writing at ``destination``: none where every directory on the way is known.

    A destination without a slash at its end is also taken not to be a directory of the base image, if a file is put
    there.
    """
    parts = split(join(destination))
    for depth in range(1, len(parts) + 1):
        path = "/" + "/".join(parts[:depth])
        if path not in STANDARD_DIRECTORIES and isinstance(filesystem.lookup(path), Unknown):
            return (
                Assumption(
                    "base-layout", f"in the base image {path} is no symbolic link, and no directory where a file is put"
                ),
            )
    return ()


def made_directories(path: str, created: Attributes) -> frozenset[tuple[str, str]]:
    """``path`` and what is above it, outside of the standard directories, with the attributes for what is missing."""
    parts = split(path)
    paths = ("/" + "/".join(parts[:depth]) for depth in range(1, len(parts) + 1))
    return frozenset((each, created.digest) for each in paths if each not in STANDARD_DIRECTORIES)
