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

    With --link they are put into an empty root, and that is laid over: no link of the image is followed, directories on
    the way replace the attributes of existing ones, and anything else replaces what is there.

    Raises UnknownEffect, PathConflict and BuildFailure as what puts them does.
    """
    apart = placing.link and not any(isinstance(part.node, Unknown) for part in parts)
    if placing.link and not apart:
        filesystem = _ready(filesystem, parts, placing, destination)
    after, used = (Filesystem.empty(), replace(placing, link=False)) if apart else (filesystem, placing)
    places = list[str]()
    for number, (part, archive) in enumerate(zip(parts, archives, strict=True)):
        if archive:
            places.append(after.resolve(join(destination)))
            after = _unpacked(after, part, used, destination, build)
        else:
            unknown = isinstance(part.node, Unknown)
            places.append(join(destination) if unknown else used.target(after, part, destination))
            after = used.of_source(number).put(after, part, destination)
    if not apart:
        return after, places
    if any(isinstance(node, Unknown) or (isinstance(node, Directory) and node.rest) for _, node in after.walk()):
        raise UnknownEffect("--link of an archive that is not unpacked")
    return placing.laid_over(filesystem, after, parts, places), places


def _ready(filesystem: Filesystem, parts: Sequence[Found], placing: Placing, destination: str) -> Filesystem:
    """``filesystem`` with the directories that --link brings on the way to something that is not known."""
    place = join(destination)
    folder = place if destination.endswith("/") else place.rsplit("/", 1)[0] or "/"
    made = Filesystem.empty().make_directories(folder, placing.created)
    ready = placing.laid_over(filesystem, made, (), ())
    if ready.resolve(place) != place or not all(part.sure for part in parts):
        raise UnknownEffect(f"--link of what is not known, which may replace what stands at {place}")
    return ready


def _unpacked(filesystem: Filesystem, part: Found, placing: Placing, destination: str, build: Build) -> Filesystem:
    """``filesystem`` with an archive unpacked at the destination: its entries, or a term where that is not computed."""
    created = around_archive(placing)
    place = filesystem.resolve(join(destination))
    data = build.bytes_of(part.node) if isinstance(part.node, File) else None
    given = not placing.classic and (placing.uid, placing.gid) != (None, None)
    owner = Owner(created.uid, created.gid, placing.release) if given else None
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
    """The attributes of directories that are made for an archive: ``--chmod`` does not count, and for the classic builder
    ``--chown`` neither, on what is in it as well.
    """
    if placing.classic:
        return Attributes(0o755, 0, 0)
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
