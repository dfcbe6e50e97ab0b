"""ADD of an archive: what its entries are in a directory of their own."""

from __future__ import annotations

from restow.errors import ArchiveError, UnknownEffect, UsageError
from restow.vfs import Attributes, Content, Directory, File, Filesystem, Node, Special, Symlink, Unknown, digest_of

MAX_UNPACKED = 64 << 20
"""Bytes of an archive that are unpacked in memory; a larger one is a term."""

_MADE = Attributes(0o755)


def unpacked_tree(data: bytes) -> Directory:
    """The tree of a tar, plain or compressed. Owners and modes are those of the entries.

    Raises UnknownEffect for what nobody unpacks safely (links on the way, paths out of the root, devices) or what is too
    large or damaged.
    """
    from restow.oci.compression import unpacked
    from restow.oci.layer import LayerEntry
    from restow.oci.layer_reader import read_entries
    from restow.oci.tar_reader import ArchiveLimits, TarStream, pieces_of

    limits = ArchiveLimits(total_bytes=MAX_UNPACKED, file_bytes=MAX_UNPACKED, entries=100_000)
    try:
        stream = TarStream(unpacked(pieces_of(data), limits.total_bytes), limits)
        entries: list[LayerEntry] = list(read_entries(stream, limits=limits, duplicates="error"))
    except UsageError as error:
        raise UnknownEffect(str(error)) from None  # a decompressor that is not installed
    except ArchiveError as error:
        raise UnknownEffect(f"the archive is not unpacked: {error}") from None
    root = Filesystem(Directory(_MADE, {}))
    for entry in entries:
        root = _placed(root, entry.path, entry)
    return root.root


def _placed(root: Filesystem, path: str, entry: object) -> Filesystem:
    from restow.oci.layer import LayerEntry

    assert isinstance(entry, LayerEntry)
    place = "/" + path.strip("/")
    attributes = Attributes(entry.mode, entry.uid, entry.gid)
    parts = place.strip("/").split("/")
    for depth in range(1, len(parts)):
        here = "/" + "/".join(parts[:depth])
        there = root.lookup(here)
        if there is None:
            root = root.put(here, Directory(_MADE, {}))
        elif not isinstance(there, Directory):
            raise UnknownEffect(f"the archive is not unpacked: {path!r} lies beneath what is no directory")
    old = root.lookup(place)
    if place == "/":
        raise UnknownEffect("the archive is not unpacked: it says how the destination itself looks")
    if entry.type == "directory":
        children = old.children if isinstance(old, Directory) else {}
        return root.put(place, Directory(attributes, children))
    if old is not None:
        raise UnknownEffect(f"the archive is not unpacked: {path!r} comes twice")
    if entry.type == "hardlink":
        target = "/" + entry.target.strip("/")
        source = root.lookup(target)
        if not isinstance(source, File):
            raise UnknownEffect(f"the archive is not unpacked: {path!r} links to what is no file")
        group = source.link_group or digest_of("archive", target)
        linked = File(source.attributes, source.content, source.capability, group)
        return root.put(target, linked).put(place, linked)
    if entry.type == "file":
        return root.put(place, File(attributes, Content.of(entry.data), entry.capability))
    if entry.type == "symlink":
        return root.put(place, Symlink(entry.target, Attributes(0o777, entry.uid, entry.gid)))
    if entry.type == "fifo":
        return root.put(place, Special("fifo", attributes))
    raise UnknownEffect(f"the archive is not unpacked: {path!r} is a {entry.type}")


def refuse_replacing(filesystem: Filesystem, place: str, tree: Node) -> None:
    """Raise UnknownEffect where the archive would unpack over something other than a directory of the same name."""
    there = filesystem.lookup(place)
    if isinstance(there, Unknown):
        raise UnknownEffect(f"nobody knows what stands at {place}")
    if not isinstance(tree, Directory) or there is None:
        return
    if not isinstance(there, Directory):
        raise UnknownEffect(f"an archive is unpacked over {place}, which is no directory")
    for name, child in tree.children.items():
        own = there.child(name)
        if own is None:
            continue
        if isinstance(own, Unknown):
            raise UnknownEffect(f"nobody knows what stands at {place.rstrip('/')}/{name}")
        if isinstance(child, Directory) and isinstance(own, Directory) and child.attributes == own.attributes:
            refuse_replacing(filesystem, f"{place.rstrip('/')}/{name}", child)
        elif isinstance(child, Directory) or isinstance(own, Directory | Symlink):
            raise UnknownEffect(f"an archive is unpacked over {place.rstrip('/')}/{name}")
