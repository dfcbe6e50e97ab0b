"""ADD of an archive: its entries, one after the other, in the directory that it is unpacked into.

The engine unpacks with that directory for its root: an absolute name, a ``..`` and a link lead nowhere else. What releases
of BuildKit do otherwise (see `restow.build.release`) is a term unless the release is known; an archive that some releases
refuse is taken as the others unpack it. Nothing is written anywhere.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from restow.build.release import Release
from restow.errors import ArchiveError, BuildFailure, CutOffError, PathConflict, UnknownEffect, UsageError
from restow.vfs import (
    Attributes,
    Content,
    Directory,
    File,
    Filesystem,
    Node,
    Special,
    Symlink,
    Unknown,
    digest_of,
    join,
    split,
)
from restow.vfs.filesystem import refuse_inheritance
from restow.vfs.inode import PERHAPS

if TYPE_CHECKING:
    from restow.oci.tar_header import TarHeader

MAX_UNPACKED = 64 << 20
"""Bytes of an archive that are unpacked in memory; a larger one is a term."""

_IMPLIED = Attributes(0o755)
_LARGEST_ID = 2**32 - 2


@dataclass(frozen=True, slots=True)
class Owner:
    """What ``--chown`` says of the entries; a release of None is one that nobody knows."""

    uid: int | str
    gid: int | str
    release: Release | None = None

    def of(self, attributes: Attributes) -> Attributes:
        """An entry's attributes with this owner, where the release gives it one."""
        if self.release is not None:
            own = self.release.owns_entries
            return replace(attributes, uid=self.uid, gid=self.gid) if own else attributes
        uid, gid = _either(attributes.uid, self.uid), _either(attributes.gid, self.gid)
        return replace(attributes, uid=uid, gid=gid)


def _either(one: int | str, other: int | str) -> int | str:
    return one if one == other else "?" + digest_of("owner of an archive's entry", one, other)


def unpack(
    directory: Directory, data: bytes, owner: Owner | None = None, release: Release | None = None, batch: str = ""
) -> Directory:
    """``directory`` after the archive was unpacked into it: a tar, plain or compressed. ``batch`` names this unpacking.

    Raises BuildFailure where every release stops, and UnknownEffect for what is too large or damaged, for devices, and where
    releases differ or nobody knows what stands there.
    """
    from restow.oci.compression import unpacked
    from restow.oci.tar_reader import ArchiveLimits, TarStream, pieces_of

    limits = ArchiveLimits(total_bytes=MAX_UNPACKED, file_bytes=MAX_UNPACKED, entries=100_000)
    unpacking = _Unpacking(Filesystem(directory), owner, release, batch)
    try:
        stream = TarStream(unpacked(pieces_of(data), limits.total_bytes), limits, lenient=True)
        for header in stream:
            unpacking.add(header, b"".join(stream.content()) if header.regular else b"")
    except UsageError as error:
        raise UnknownEffect(str(error)) from None  # a decompressor that is not installed
    except CutOffError as error:
        raise BuildFailure(f"unexpected EOF: {error}") from None
    except ArchiveError as error:
        raise UnknownEffect(f"the archive is not unpacked: {error}") from None
    except PathConflict as conflict:
        raise UnknownEffect(f"the archive is not unpacked: {conflict.reason}") from None
    return unpacking.root.root


class _Unpacking:
    """The directory so far, for itself a root, and the groups of hard links that the archive itself made."""

    def __init__(self, root: Filesystem, owner: Owner | None, release: Release | None, batch: str) -> None:
        self.root = root
        self._owner = owner
        self._release = release
        self._batch = batch
        self._made: dict[str, list[str]] = {}
        self._own: set[str] = set()

    def add(self, header: TarHeader, data: bytes) -> None:
        """Unpack one entry."""
        name = header.name
        if header.contiguous:
            raise BuildFailure(f"unhandled tar header type 55: {name!r}")
        if "\0" in name or "\0" in header.linkname:
            raise UnknownEffect(f"the archive is not unpacked: the name {name!r} or its target holds a NUL")
        if header.uid > _LARGEST_ID or header.gid > _LARGEST_ID:
            raise UnknownEffect(f"the archive is not unpacked: the owner of {name!r} is out of range")
        if not (parts := split(name)):
            if _leaves(name):
                raise UnknownEffect(f"releases of BuildKit differ in an archive's entry that is called {name!r}")
            return  # how the directory itself looks in the archive changes nothing
        if header.type != b"5" and name.endswith("/"):
            raise UnknownEffect(f"the archive is not unpacked: {name!r} is the name of a directory")
        place = f"{self._parent(parts[:-1], name).rstrip('/')}/{parts[-1]}"
        there = self._known(place)
        if header.type == b"5" and isinstance(there, Symlink) and (self._release is None or not self._release.known):
            raise UnknownEffect(f"releases of BuildKit differ in a directory of an archive over the link {place}")
        if header.type == b"5" and isinstance(there, Directory):
            self.root = self.root.put(place, Directory(self._attributes(header), there.children, there.rest))
            return
        self.root = self.root.put(place, None)
        node = self._linked(header, place) if header.type == b"1" else self._node(header, data)
        self.root = self.root.put(place, node)
        self._own.add(place)

    def _attributes(self, header: TarHeader) -> Attributes:
        own = Attributes(header.mode & 0o7777, header.uid, header.gid)
        return self._owner.of(own) if self._owner is not None else own

    def _parent(self, parts: tuple[str, ...], name: str) -> str:
        """The directory that an entry comes to lie in, made where it is missing; links lead within the root."""
        for depth in range(1, len(parts) + 1):
            written = join("/", *parts[:depth])
            place = self.root.resolve(written)
            there = self._known(place)
            if there is None and isinstance(self.root.lookup(self.root.resolve(written, last=False)), Symlink):
                raise UnknownEffect(
                    f"releases of BuildKit differ in {name!r}, an archive's entry below a link to nothing"
                )
            if there is None:
                refuse_inheritance(self.root, place, _IMPLIED)
                self.root = self.root.make_directories(place, _IMPLIED)
            elif not isinstance(there, Directory):
                raise BuildFailure(f"{name!r} of the archive would lie below {written}, which is not a directory")
        return self.root.resolve(join("/", *parts))

    def _known(self, place: str) -> Node | None:
        """What stands at a resolved place. Raises UnknownEffect where nobody knows."""
        there = self.root.lookup(place)
        attributes = None if isinstance(there, Unknown) else getattr(there, "attributes", None)
        perhaps = attributes is not None and isinstance(attributes.mode, str) and attributes.mode.startswith(PERHAPS)
        if perhaps or isinstance(there, Unknown):
            raise UnknownEffect(f"nobody knows what stands at {place}, where an archive is unpacked")
        return there

    def _node(self, header: TarHeader, data: bytes) -> Node:
        attributes = self._attributes(header)
        if header.type == b"5":
            return Directory(attributes, {})
        if header.regular:
            return File(attributes, Content.of(data), header.capability)
        if header.type == b"2" and header.linkname:
            return Symlink(header.linkname, replace(attributes, mode=0o777))
        if header.type == b"6":
            return Special("fifo", attributes)
        raise UnknownEffect(f"the archive is not unpacked: {header.name!r} is of the type {header.type!r}")

    def _linked(self, header: TarHeader, place: str) -> Node:
        """A hard link: what its header says of owner and mode counts for all names of the file."""
        parts = split(header.linkname)
        if not parts:
            raise UnknownEffect(f"the archive is not unpacked: {header.name!r} links to the root")
        source = f"{self.root.resolve(join('/', *parts[:-1])).rstrip('/')}/{parts[-1]}"
        file = self._known(source)
        if file is None:
            raise BuildFailure(f"link {header.linkname} {header.name}: no such file or directory")
        if not isinstance(file, File):
            raise UnknownEffect(f"the archive is not unpacked: {header.name!r} links to what is no file")
        group = file.link_group or digest_of("archive", self._batch, source, place)
        if source not in self._own:
            raise UnknownEffect(
                f"{header.linkname!r} is of an earlier layer: exports keep a hard link to it, or store two files"
            )
        names = [*self._made.get(group, [source])]
        linked = File(self._attributes(header), file.content, header.capability, group)
        for other in names:
            before = self.root.lookup(other)
            if isinstance(before, File) and (before.link_group == group or other == source):
                self.root = self.root.put(other, linked)
        self._made[group] = [*names, place]
        return linked


def _leaves(name: str) -> bool:
    """Whether a name of the root itself is more than ``.``: some releases give the root its attributes then."""
    clean: list[str] = []
    for part in name.split("/"):
        if part == ".." and clean and clean[-1] != "..":
            clean.pop()
        elif part not in ("", "."):
            clean.append(part)
    return bool(clean) or name.startswith("/")
