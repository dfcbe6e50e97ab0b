"""What can stand at a path. Nodes are frozen and shared between filesystems; their digest says what they hold.

Not everything is known. The content of a base image, and what an unmodelled program leaves behind, is an ``Origin``: a
name for "whatever this place held in image X after the writes A, B". Two places with equal paths and equal origins hold
the same thing in every run of the build, and nothing more is known of them. An origin says nothing of its path: it is
always that of the place where it stands (a copy to another place gets an origin of its own).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TypeAlias

PERHAPS = "?perhaps:"
"""How attributes begin of what stands there only if a program made it, or left it there."""


def digest_of(*parts: object) -> str:
    """A digest (32 hexadecimal digits) of the parts' text, unambiguous in where one part ends."""
    encoded = [str(part).encode("utf-8", "surrogatepass") for part in parts]
    return hashlib.sha256(b"".join([b"%d:%b" % (len(data), data) for data in encoded])).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class Origin:
    """Something unknown: the place's content in ``base`` (an image, or a program's result) after ``writes``, in order."""

    base: str
    writes: tuple[str, ...] = ()

    def after(self, write: str) -> Origin:
        """The same place after a program, named by its term, may have written there."""
        return Origin(self.base, (*self.writes, write))

    @property
    def digest(self) -> str:
        """The name of this unknown thing."""
        return _origin_digest(self.base, self.writes)


@lru_cache(maxsize=4096)
def _origin_digest(base: str, writes: tuple[str, ...]) -> str:
    """Remembered: the places of a filesystem have few origins, and a long build has long ones."""
    return digest_of("origin", base, *writes)


IMAGE = "image "
"""Begins the base of an Origin that is an image."""
LINK = "link "
"""Begins the base of an Origin that was a symbolic link of the build: it may still lead elsewhere."""


@dataclass(frozen=True, slots=True)
class Attributes:
    """Mode (12 bits), owner and group. A text in place of a number is a term: a value that is not computed."""

    mode: int | str
    uid: int | str = 0
    gid: int | str = 0

    @property
    def digest(self) -> str:
        """Equal for equal attributes."""
        return _attributes_digest(self.mode, self.uid, self.gid)

    def after(self, write: str) -> Attributes:
        """The attributes after a program may have changed them, or taken away what had them."""
        term = PERHAPS + digest_of("attributes-after", self.digest, write)
        return Attributes(term, term, term)


@lru_cache(maxsize=4096)
def _attributes_digest(mode: int | str, uid: int | str, gid: int | str) -> str:
    """Remembered: a filesystem has few attributes and many places."""
    return digest_of("attributes", mode, uid, gid)


@dataclass(frozen=True, slots=True)
class Content:
    """The bytes of a file, by name. Equal identities mean equal bytes; the reverse holds for ``sha256:`` identities
    only.

    ``size`` is in bytes, None where it is not known; ``origin`` is the build context's path that the bytes came from;
    ``data`` holds the bytes where they are at hand.
    """

    identity: str
    size: int | None = None
    origin: str | None = field(default=None, compare=False)
    data: bytes | None = field(default=None, compare=False, repr=False)

    @staticmethod
    def of(data: bytes) -> Content:
        """The content of known bytes."""
        return Content("sha256:" + hashlib.sha256(data).hexdigest(), len(data), None, data)


@dataclass(frozen=True, slots=True)
class File:
    """A regular file. ``link_group`` is equal for hard links of one inode within one filesystem."""

    attributes: Attributes
    content: Content
    capability: bytes = b""
    link_group: str | None = None

    @property
    def digest(self) -> str:
        """Equal for equal files (the hard-link group included)."""
        capability = self.capability.hex()
        return digest_of("file", self.attributes.digest, self.content.identity, capability, self.link_group)


@dataclass(frozen=True, slots=True)
class Symlink:
    """A symbolic link. Its mode is always 0777."""

    target: str
    attributes: Attributes = Attributes(0o777)

    @property
    def digest(self) -> str:
        """Equal for equal links."""
        return digest_of("symlink", self.target, self.attributes.uid, self.attributes.gid)


@dataclass(frozen=True, slots=True)
class Special:
    """A fifo, socket or device; ``kind`` is ``fifo``, ``socket``, ``character`` or ``block``."""

    kind: str
    attributes: Attributes
    major: int = 0
    minor: int = 0

    @property
    def digest(self) -> str:
        """Equal for equal devices."""
        return digest_of("special", self.kind, self.attributes.digest, self.major, self.minor)


@dataclass(frozen=True, slots=True)
class Unknown:
    """Anything may stand here, or nothing: what the origin says of this place."""

    origin: Origin

    @property
    def digest(self) -> str:
        """Equal for equal origins."""
        return digest_of("unknown", self.origin.digest)


@dataclass(frozen=True, slots=True)
class Absent:
    """Nothing stands here, in a directory whose other children are unknown."""

    @property
    def digest(self) -> str:
        """One value."""
        return "absent"


ABSENT = Absent()


@dataclass(frozen=True, slots=True, eq=False)
class Directory:
    """A directory. ``children`` are the known ones; ``rest`` is the origin of all others, None where there are none.

    ``attributes`` None means: those that the origin has for this place. A directory that says nothing beyond its origin
    has the digest of ``Unknown(rest)``. Compared by ``digest``; ``==`` is identity, so that it can key a cache.
    """

    attributes: Attributes | None
    children: Mapping[str, Node]
    rest: Origin | None = None
    _digest: list[str] = field(default_factory=list, repr=False)
    _linked: list[bool] = field(default_factory=list, repr=False)

    @property
    def has_links(self) -> bool:
        """Whether a file below has several names; computed once."""
        if not self._linked:
            nodes = self.children.values()
            found = any(isinstance(node, File) and node.link_group for node in nodes)
            self._linked.append(found or any(isinstance(node, Directory) and node.has_links for node in nodes))
        return self._linked[0]

    @property
    def digest(self) -> str:
        """Equal for equal trees, however they came about; computed once."""
        if not self._digest:
            self._digest.append(self._compute())
        return self._digest[0]

    def _compute(self) -> str:
        default = Unknown(self.rest).digest if self.rest else ABSENT.digest
        known = [(name, digest) for name, node in sorted(self.children.items()) if (digest := node.digest) != default]
        if self.rest and self.attributes is None and not known:
            return default
        attributes = self.attributes.digest if self.attributes else "of-origin"
        rest = self.rest.digest if self.rest else "closed"
        return digest_of("directory", attributes, rest, *(part for pair in known for part in pair))

    def child(self, name: str) -> Node | None:
        """What stands at ``name``: None where there is nothing, ``Unknown`` where nobody knows."""
        node = self.children.get(name)
        if node is None:
            return Unknown(self.rest) if self.rest else None
        return None if isinstance(node, Absent) else node

    def with_child(self, name: str, node: Node | None) -> Directory:
        """This directory with ``node`` at ``name``; None removes what is there."""
        children = dict(self.children)
        if node is not None:
            children[name] = node
        elif self.rest:
            children[name] = ABSENT
        else:
            children.pop(name, None)
        return Directory(self.attributes, children, self.rest)


Node: TypeAlias = File | Symlink | Special | Directory | Unknown | Absent
EMPTY = Directory(Attributes(0o755), {})
