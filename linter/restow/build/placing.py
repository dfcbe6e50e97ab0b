"""Where a copied node ends up: destination rules, merging of directories, owners and modes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

from restow.build.sources import Found
from restow.errors import UnknownEffect
from restow.vfs import (
    Attributes,
    Directory,
    File,
    Filesystem,
    Node,
    Origin,
    Region,
    Special,
    Symlink,
    Unknown,
    digest_of,
    join,
)
from restow.vfs.aliases import above, with_twins, written


@dataclass(frozen=True)
class Placing:
    """The flags that say how copied entries look: owner and mode, None where the source's count; ``link`` for --link.
    """

    uid: int | str | None = None
    gid: int | str | None = None
    mode: int | str | None = None
    link: bool = False

    def apply(self, attributes: Attributes) -> Attributes:
        """A source's attributes as they are at the destination."""
        return Attributes(
            attributes.mode if self.mode is None else self.mode,
            attributes.uid if self.uid is None else self.uid,
            attributes.gid if self.gid is None else self.gid,
        )

    @property
    def created(self) -> Attributes:
        """Attributes of directories that are made for the path: --chown counts, --chmod since BuildKit 0.21 too."""
        mode = 0o755 if self.mode is None else self.mode
        return Attributes(mode, 0 if self.uid is None else self.uid, 0 if self.gid is None else self.gid)

    def target(self, filesystem: Filesystem, found: Found, destination: str, many: bool) -> str:
        """The path at which ``found`` arrives: a file goes into a directory under its own name, a directory's content
        itself.
        """
        path = filesystem.resolve(join(destination))
        if isinstance(found.node, Directory):
            return path
        folder = destination.endswith("/") or (many and isinstance(filesystem.lookup(path), Unknown | None))
        if folder or path == "/" or isinstance(filesystem.lookup(path), Directory):
            return filesystem.resolve(join(path, found.name))
        return path

    def put(self, filesystem: Filesystem, found: Found, destination: str, *, many: bool) -> Filesystem:
        """``filesystem`` with ``found`` copied to ``destination``.

        A file whose destination has no slash at its end, and of which nobody knows whether it is a directory of the
        base image, is taken to be none. Raises UnknownEffect where a directory would replace a file or the other way
        round.
        """
        if isinstance(found.node, Unknown):
            return blur(filesystem, destination, digest_of("copied", found.node.digest, found.name, self))
        return self._with_twins(self._put(filesystem, found, destination, many), found, destination, many)

    def _with_twins(self, filesystem: Filesystem, found: Found, destination: str, many: bool) -> Filesystem:
        target = self.target(filesystem, found, destination, many)
        below = [name for name in above(target) if not isinstance(filesystem.lookup(name), Unknown | None)]
        return written(filesystem, (target, *below), digest_of("alias", found.node.digest, self))

    def _put(self, filesystem: Filesystem, found: Found, destination: str, many: bool) -> Filesystem:
        target = self.target(filesystem, found, destination, many)
        above = (
            target
            if isinstance(found.node, Directory) or (destination.endswith("/") and target == join(destination))
            else _above(target)
        )
        filesystem = filesystem.make_directories(above, self.created)
        if self.link:
            filesystem = _plain_ancestors(filesystem, above, self.created)
        old = filesystem.lookup(target)
        if isinstance(found.node, Directory):
            if not isinstance(old, Directory):
                raise UnknownEffect(f"{target} is no directory")
            merged = _merged(old, found.node, self)
            return filesystem.put(target, Directory(old.attributes, merged.children, merged.rest))
        if isinstance(old, Directory):
            raise UnknownEffect(f"{target} is a directory, and COPY would put a file there")
        return filesystem.put(target, _placed(found.node, self))


def blur(filesystem: Filesystem, destination: str, term: str) -> Filesystem:
    """``filesystem`` after something of unknown shape, named by ``term``, was put at ``destination``."""
    return with_twins(Region((filesystem.resolve(join(destination)),))).write(filesystem, term)


def _above(path: str) -> str:
    return path.rsplit("/", 1)[0] or "/"


def _plain_ancestors(filesystem: Filesystem, path: str, created: Attributes) -> Filesystem:
    """``--link`` copies into an empty root: the directories above come along, and replace the attributes of existing
    ones.
    """
    parts = [part for part in path.split("/") if part]
    for depth in range(1, len(parts) + 1):
        here = "/" + "/".join(parts[:depth])
        node = filesystem.lookup(here)
        if isinstance(node, Directory):
            filesystem = filesystem.put(here, Directory(replace(created, mode=0o755), node.children, node.rest))
    return filesystem


def _placed(node: Node, placing: Placing) -> Node:
    if isinstance(node, File):
        return replace(node, attributes=placing.apply(node.attributes))
    if isinstance(node, Special):
        return replace(node, attributes=placing.apply(node.attributes))
    if isinstance(node, Symlink):
        return Symlink(node.target, replace(placing.apply(node.attributes), mode=0o777))
    return node


@lru_cache(maxsize=4096)
def _opened(directory: Directory, rest: Origin | None, placing: Placing) -> Directory:
    """A source directory as it stands where nothing is known below: ``rest`` may hold more entries in each of its
    folders.
    """
    children = {
        name: _opened(child, rest, placing) if isinstance(child, Directory) else _placed(child, placing)
        for name, child in directory.children.items()
    }
    attributes = placing.apply(directory.attributes) if directory.attributes else None
    return Directory(attributes, children, rest)


def _merged(old: Directory, new: Directory, placing: Placing) -> Directory:
    """The content of ``new`` over that of ``old``: directories merge and take the source's attributes, files replace.
    """
    children = dict(old.children)
    for name, node in new.children.items():
        before = old.child(name)
        if not isinstance(node, Directory):
            if isinstance(before, Directory):
                raise UnknownEffect(f"COPY would put the file {name!r} where a directory stands")
            children[name] = _placed(node, placing)
        elif isinstance(before, Directory):
            merged = _merged(before, node, placing)
            attributes = placing.apply(node.attributes) if node.attributes else None
            children[name] = Directory(attributes, merged.children, merged.rest)
        elif before is None:
            children[name] = _opened(node, None, placing)
        elif isinstance(before, Unknown):
            children[name] = _opened(node, before.origin, placing)
        else:
            raise UnknownEffect(f"COPY would put the directory {name!r} where a file stands")
    return Directory(old.attributes, children, old.rest)
