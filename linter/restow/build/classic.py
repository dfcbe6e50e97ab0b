"""What the classic builder does otherwise with files (measured on Docker 28.5 with ``DOCKER_BUILDKIT=0``).

Volumes are real ones while a RUN runs: their directories are made before it where they are missing, and what it changes below
them is lost. The other differences stand where the instruction is simulated: see ``Build.builder``.
"""

from __future__ import annotations

from collections.abc import Mapping

from restow.build.state import State
from restow.errors import UnknownEffect
from restow.semantics.scope import is_known
from restow.vfs import Attributes, Filesystem


def volumes_of(state: State) -> tuple[str, ...]:
    """The volumes' places, links followed. Raises UnknownEffect where one is not known, or those of the base image are not."""
    listed = state.configuration.get("Volumes", {})
    assert isinstance(listed, Mapping)
    if "Base" in state.configuration:
        raise UnknownEffect(
            "the base image is not at hand, and in the classic builder its volumes lose what RUN writes there"
        )
    if not all(map(is_known, listed)):
        raise UnknownEffect("the place of a volume is not known before the build")
    return tuple(sorted(state.filesystem.resolve(path) for path in listed))


def with_volumes(filesystem: Filesystem, volumes: tuple[str, ...]) -> Filesystem:
    """The filesystem as a RUN finds it: each volume has a directory."""
    for path in volumes:
        filesystem = filesystem.make_directories(path, Attributes(0o755))
    return filesystem


def without_changes(after: Filesystem, before: Filesystem, volumes: tuple[str, ...]) -> Filesystem:
    """The filesystem after a RUN, what stands in the volumes as it was ``before``."""
    for path in volumes:
        after = after.put(path, before.lookup(path))
    return after
