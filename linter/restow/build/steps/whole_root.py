"""COPY of a whole root (``COPY --from=build / /``): the programs of its image are then those of the stage."""

from __future__ import annotations

from typing import TYPE_CHECKING

from restow.build.base_image import normal_name
from restow.build.placing import Placing
from restow.vfs import Filesystem, join

if TYPE_CHECKING:
    from restow.build.engine import Build
    from restow.build.state import State

_PROGRAMS = frozenset(["bin", "etc", "lib", "lib32", "lib64", "libx32", "nix", "sbin", "usr"])


def root_after(
    state: State,
    sources: tuple[str, ...],
    destination: str,
    placing: Placing,
    stage: int | None,
    name: str,
    build: Build,
) -> Filesystem | None:
    """The filesystem of the image whose programs the stage has after a COPY from the stage ``stage``, or the image ``name``.

    That of the other image where all of it was copied to where there were no programs nor libraries, nor settings of the loader;
    else that of the stage's own.
    """
    whole = [join(source) for source in sources] == ["/"] and join(destination) == "/"
    there = state.filesystem.root
    if not whole or there.rest is not None or not _PROGRAMS.isdisjoint(there.children):
        return state.root
    if (placing.uid, placing.gid, placing.mode) != (None, None, None):
        return state.root
    if stage is not None:
        return build.result_of(stage).state.root
    meant = build.renamed.get(normal_name(name), name) if build.renamed else name
    image = build.images.get(normal_name(meant)) if build.images else None
    return image.filesystem if image is not None else state.root
