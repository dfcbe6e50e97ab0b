"""Sources of COPY and ADD arrive at the destination, archives unpacked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from restow.build.layout import made_directories
from restow.build.placing import Placing, blur
from restow.build.sources import Found
from restow.build.unpacking import Owner, unpack
from restow.errors import BuildFailure, UnknownEffect
from restow.vfs import Attributes, Directory, File, Filesystem, digest_of, join
from restow.vfs.aliases import above, written
from restow.vfs.filesystem import refuse_inheritance
from restow.vfs.inode import Unknown

if TYPE_CHECKING:
    from restow.build.engine import Build


def arrived(
    filesystem: Filesystem,
    parts: Sequence[Found],
    archives: Sequence[bool],
    placing: Placing,
    destination: str,
    build: Build,
) -> tuple[Filesystem, list[str]]:
    """``filesystem`` with the sources at ``destination``, and the places where they arrive; ``archives`` are unpacked.

    Raises UnknownEffect, PathConflict and BuildFailure as what puts them does.
    """
    if not placing.link:
        return _put(filesystem, parts, archives, placing, destination, build)
    plain = replace(placing, link=False)
    alone, places = _put(Filesystem.empty(), parts, archives, plain, destination, build)
    if any(isinstance(node, Unknown) or (isinstance(node, Directory) and node.rest) for _, node in alone.walk()):
        return _put(filesystem, parts, archives, plain, destination, build)  # a term, wherever it lies
    return placing.laid_over(filesystem, alone, parts, places), places


def _put(
    filesystem: Filesystem,
    parts: Sequence[Found],
    archives: Sequence[bool],
    placing: Placing,
    destination: str,
    build: Build,
) -> tuple[Filesystem, list[str]]:
    places = list[str]()
    for number, (part, archive) in enumerate(zip(parts, archives, strict=True)):
        if archive:
            places.append(filesystem.resolve(join(destination)))
            filesystem = _unpacked(filesystem, part, placing, destination, build)
        else:
            places.append(placing.target(filesystem, part, destination))
            filesystem = placing.of_source(number).put(filesystem, part, destination)
    return filesystem, places


def _unpacked(filesystem: Filesystem, part: Found, placing: Placing, destination: str, build: Build) -> Filesystem:
    """``filesystem`` with an archive unpacked at the destination: its entries, or a term where that is not computed."""
    created = around_archive(placing)
    place = filesystem.resolve(join(destination))
    data = build.bytes_of(part.node) if isinstance(part.node, File) else None
    owner = None if placing.uid is None and placing.gid is None else Owner(created.uid, created.gid, placing.release)
    try:
        if data is None:
            raise UnknownEffect("an archive whose bytes are not at hand")
        refuse_inheritance(filesystem, place, created)
        ensured = filesystem.make_directories(place, created)
        there = ensured.lookup(place)
        if not isinstance(there, Directory):
            raise UnknownEffect(f"nobody knows what stands at {place}")
        after = unpack(there, data, owner, placing.release, digest_of(place, part.node.digest, destination))
    except BuildFailure:
        raise
    except UnknownEffect as unknown:
        if _stands_in_the_way(filesystem, place):
            raise BuildFailure(f"mkdir {place}: not a directory") from unknown
        term = digest_of("unpacked", part.name, part.node.digest, placing)
        return blur(filesystem, destination, term, created)
    below = [name for name in above(place) if not isinstance(filesystem.lookup(name), Unknown | None)]
    return written(ensured.put(place, after), (place, *below), digest_of("alias", part.node.digest, placing))


def _stands_in_the_way(filesystem: Filesystem, place: str) -> bool:
    """Whether what is at a place, or on the way to it, is surely no directory."""
    parts = place.strip("/").split("/")
    nodes = (filesystem.lookup("/" + "/".join(parts[: depth + 1])) for depth in range(len(parts)))
    return any(isinstance(node, File) and isinstance(node.attributes.mode, int) for node in nodes)


def around_archive(placing: Placing) -> Attributes:
    """The attributes of directories that are made for an archive: ``--chmod`` does not count."""
    return Attributes(0o755, 0 if placing.uid is None else placing.uid, 0 if placing.gid is None else placing.gid)


def made_by(
    parts: Sequence[Found], archives: Sequence[bool], places: Sequence[str], placing: Placing
) -> frozenset[tuple[str, str]]:
    """The directories that the step makes where they are missing."""
    found = frozenset[tuple[str, str]]()
    for part, archive, place in zip(parts, archives, places, strict=True):
        folder = place if archive or isinstance(part.node, Directory) else place.rsplit("/", 1)[0]
        found |= made_directories(folder, around_archive(placing) if archive else placing.created)
    return found
