"""Where a copied node ends up: destination rules, merging of directories, owners and modes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from restow.build.release import Release
from restow.build.shell_text import stands
from restow.build.sources import Found
from restow.effects.surroundings import is_placed
from restow.errors import PathConflict, UnknownEffect
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
from restow.vfs.filesystem import STANDARD_DIRECTORIES, is_perhaps, refuse_inheritance
from restow.vfs.links import with_links

_BY_RELEASE = "?chmod:"
"""How a mode begins that releases of BuildKit give otherwise; the directory stands there with each of them."""


@dataclass(frozen=True)
class Placing:
    """The flags that say how copied entries look: owner and mode, None where the source's count; ``link`` for --link.

    ``batch`` names the instruction where the context has hard links: names that one source of a COPY brings stay links of
    each other. ``classic``: the classic builder copies, for which a file and a directory replace each other; ``release`` is
    BuildKit's, None where nobody knows it.
    """

    uid: int | str | None = None
    gid: int | str | None = None
    mode: int | str | None = None
    link: bool = False
    batch: str = ""
    classic: bool = False
    release: Release | None = None

    def apply(self, attributes: Attributes, *, directory: bool = False) -> Attributes:
        """A source's attributes as they are at the destination."""
        mode = self.mode
        if isinstance(mode, str):
            told = self.release is not None and self.release.reads_letters
            mode = _symbolic(mode, attributes.mode, directory) if told else _unread(mode, attributes.mode, directory)
        return Attributes(
            attributes.mode if mode is None else mode,
            attributes.uid if self.uid is None else self.uid,
            attributes.gid if self.gid is None else self.gid,
        )

    @property
    def created(self) -> Attributes:
        """Attributes of directories that are made for the path: --chown counts, a --chmod in digits since BuildKit 0.21 too,
        though only its permission bits, in most releases without the daemon's umask. Where no release is known, a mode that
        not all of them give alike is a term.
        """
        mode: int | str = 0o755
        if isinstance(self.mode, int) and self.release is not None:
            mode = self.release.created_mode(self.mode)
        elif isinstance(self.mode, int):
            bits = self.mode & 0o777
            mode = bits if bits == 0o755 else f"{_BY_RELEASE}{bits}"
        return Attributes(mode, 0 if self.uid is None else self.uid, 0 if self.gid is None else self.gid)

    def of_source(self, number: int) -> Placing:
        """The flags for one source of several: between two of them no hard link is kept."""
        return replace(self, batch=digest_of(self.batch, number)) if self.batch and number else self

    def target(self, filesystem: Filesystem, found: Found, destination: str) -> str:
        """The path at which ``found`` arrives: a file goes into a directory under its own name, a directory's content
        itself.
        """
        path = filesystem.resolve(join(destination))
        if isinstance(found.node, Directory):
            return path
        there = filesystem.lookup(path)
        unsure = isinstance(there, Directory) and there.attributes is None and path not in (*STANDARD_DIRECTORIES, "/")
        if (unsure or is_perhaps(there)) and not destination.endswith("/"):
            raise UnknownEffect(f"nobody knows whether {path} is a directory, into which COPY would put the file")
        standard = path in STANDARD_DIRECTORIES and isinstance(there, Unknown)
        if destination.endswith("/") or standard or isinstance(there, Directory):
            return filesystem.resolve(join(path, found.name), last=False)  # a link there is replaced, not followed
        return path

    def put(self, filesystem: Filesystem, found: Found, destination: str) -> Filesystem:
        """``filesystem`` with ``found`` copied to ``destination``.

        A file whose destination has no slash at its end, and of which nobody knows whether it is a directory of the
        base image, is taken to be none. Raises UnknownEffect where a directory would replace a file or the other way
        round.
        """
        if isinstance(found.node, Unknown):
            return self._put_unknown(filesystem, found, destination)
        target = self.target(filesystem, found, destination)
        there = filesystem.lookup(target)
        if isinstance(there, Unknown) and not isinstance(found.node, Directory) and is_placed(filesystem, target):
            # a program's result that may be a directory, and then the file goes into it
            into = target != filesystem.resolve(join(destination))  # surely goes into a folder, under its own name
            term = digest_of("onto", found.node.digest, there.digest, found.name, into, self)
            return blur(filesystem, target, term, self.created)
        below = [name for name in above(target) if not isinstance(filesystem.lookup(name), Unknown | None)]
        if self.classic and isinstance(
            found.node, Directory
        ):  # the owner is for the directory itself, not for those above
            filesystem = filesystem.make_directories(_above(target), Attributes(0o755))
        after = self._put(self.ensured(filesystem, destination), found, target)
        return written(after, (target, *below), digest_of("alias", found.node.digest, self))

    def laid_over(
        self, filesystem: Filesystem, alone: Filesystem, parts: Sequence[Found], places: Sequence[str]
    ) -> Filesystem:
        """``filesystem`` with ``alone``, which holds the parts at their places, as a layer over it."""
        root = _laid_over(filesystem.root, alone.root)
        term = digest_of("alias", *(part.node.digest for part in parts), self)
        return written(Filesystem(root), tuple(places), term)

    def ensured(self, filesystem: Filesystem, destination: str) -> Filesystem:
        """``filesystem`` with the directories that a destination demands, whatever is copied there."""
        folder = filesystem.resolve(join(destination) if destination.endswith("/") else _above(join(destination)))
        refuse_inheritance(filesystem, folder, self.created)
        return filesystem.make_directories(folder, self.created)

    def _put_unknown(self, filesystem: Filesystem, found: Found, destination: str) -> Filesystem:
        """``filesystem`` with something at ``destination`` that may be a file or a directory.

        A slash at the end makes the destination a directory; with BuildKit, what surely is one keeps its own attributes,
        whatever is copied into it. With --link the source is put into an empty root, where no destination stands yet.
        """
        place = filesystem.resolve(join(destination))
        slash, before = destination.endswith("/"), is_folder(filesystem, place)
        term = digest_of("copied", found.node.digest, found.name, self)
        if slash and (self.link or not before):
            term = digest_of("into", term)
        if slash and found.sure and not _inherits(filesystem, place, self.created):
            filesystem = filesystem.make_directories(place, self.created)
            before = True
        after = blur(filesystem, place, term, self.created, sure=found.sure)
        old, new = filesystem.lookup(place), after.lookup(place)
        if not before or self.classic or (self.link and not slash) or place == "/":
            return after
        if not isinstance(old, Directory) or not isinstance(new, Directory):
            return after
        return after.put(place, Directory(old.attributes, new.children, new.rest))

    def _put(self, filesystem: Filesystem, found: Found, target: str) -> Filesystem:
        if isinstance(found.node, Directory):
            refuse_inheritance(filesystem, target, self.created)
            filesystem = filesystem.make_directories(target, self.created)
            old = filesystem.lookup(target)
            if not isinstance(old, Directory):
                raise PathConflict(f"{target} is no directory")
            merged = _merged(old, found.node, self)
            return filesystem.put(target, Directory(old.attributes, merged.children, merged.rest))
        filesystem = filesystem.make_directories(_above(target), self.created)
        if isinstance(filesystem.lookup(target), Directory) and not self.classic:
            raise PathConflict(f"{target} is a directory, and COPY would put a file there")
        _refuse_same(filesystem.lookup(target), found.node, self)
        return filesystem.put(target, _placed(found.node, self))


def blur(filesystem: Filesystem, destination: str, term: str, created: Attributes, *, sure: bool = True) -> Filesystem:
    """``filesystem`` after something of unknown shape, named by ``term``, was put at ``destination``.

    The directories above are made where they are missing, with the attributes ``created``. A slash at the end counts, unless
    a directory surely stands there. Not ``sure``: perhaps nothing was put there at all, and no directory made.
    """
    place = filesystem.resolve(join(destination))
    if destination.endswith("/") and not is_folder(filesystem, place):
        term = digest_of("into", term)
    if sure:
        filesystem = filesystem.make_directories(_above(place), created)
    while not sure and not stands(filesystem, _above(place)):
        place = _above(place)
    return with_twins(with_links(Region((place,)), filesystem)).write(filesystem, term)


def is_folder(filesystem: Filesystem, place: str) -> bool:
    """Whether a directory surely stands at ``place``, without links: a standard one is taken to do so only where it comes
    from an image.
    """
    node, rest = filesystem.lookup(place), filesystem.root.rest
    if isinstance(node, Unknown):
        of_image = rest is not None and rest.base not in _FROM_NOTHING and node.origin.base == rest.base
        return of_image and place in STANDARD_DIRECTORIES
    return isinstance(node, Directory) and not is_perhaps(node) and stands(filesystem, place)


_FROM_NOTHING = ("absent", "closed")
"""The bases of origins where nothing stood before a program may have written."""


def _inherits(filesystem: Filesystem, place: str, created: Attributes) -> bool:
    """Whether directories that are made on the way to ``place`` may inherit a set-group-ID bit."""
    try:
        refuse_inheritance(filesystem, place, created)
    except UnknownEffect:
        return True
    return False


def _above(path: str) -> str:
    return path.rsplit("/", 1)[0] or "/"


def _laid_over(old: Directory, new: Directory) -> Directory:
    """``new`` as a layer over ``old``: directories merge and take the attributes of the new ones."""
    children = dict(old.children)
    for name, node in new.children.items():
        before = old.child(name)
        if isinstance(node, Directory) and isinstance(before, Unknown):
            before = Directory(None, {}, before.origin)
        if isinstance(node, Directory) and isinstance(before, Directory):
            merged = _laid_over(before, node)
            children[name] = Directory(_over(before.attributes, node.attributes), merged.children, merged.rest)
        else:
            children[name] = node
    return Directory(old.attributes, children, old.rest)


def _over(before: Attributes | None, after: Attributes | None) -> Attributes | None:
    """The attributes of a layer's directory. Where earlier steps relied on one of which nobody knows whether it stood there,
    that is kept in mind: they would fail if it came to be by this layer only.
    """
    made = before is not None and (isinstance(before.mode, int) or before.mode.startswith(_BY_RELEASE))
    if before is None or after is None or made:
        return after
    term = "?" + digest_of("laid over", before.digest, after.digest)
    return Attributes(term, term, term)


def is_symbolic(mode: str) -> bool:
    """Whether the text is a symbolic mode, as ``chmod`` reads it."""
    return all(_CLAUSE.fullmatch(clause) for clause in mode.split(","))


def _unread(text: str, mode: int | str, directory: bool) -> str:
    """The mode after a change that is not computed."""
    return "?" + digest_of("chmod", text, mode, directory)


def _symbolic(text: str, mode: int | str, directory: bool) -> int | str:
    """The mode after a symbolic change; a term where the one before is not known, or special bits are meant."""
    if isinstance(mode, str) or set(text) & set("st"):
        return _unread(text, mode, directory)
    for clause in text.split(","):
        match = _CLAUSE.fullmatch(clause)
        assert match is not None
        who = match[1].replace("a", "ugo") or "ugo"
        mask = sum(_SHIFTED[one] for one in set(who))
        for operator, letters in _CHANGE.findall(match[2]):
            bits = sum(_BITS[letter] for letter in set(letters) - {"X"})
            if "X" in letters and (directory or mode & 0o111):
                bits |= 1
            change = bits * 0o111 & mask * 7
            kept = mode & ~(mask * 7) if operator == "=" else mode
            mode = kept & ~change if operator == "-" else kept | change
    return mode


_CLAUSE = re.compile(r"([ugoa]*)((?:[-+=][rwxXst]*)+)")
_CHANGE = re.compile(r"([-+=])([rwxXst]*)")
_SHIFTED = {"u": 0o100, "g": 0o010, "o": 0o001}
_BITS = {"r": 4, "w": 2, "x": 1}


def _placed(node: Node, placing: Placing) -> Node:
    if isinstance(node, File):
        group = digest_of(node.link_group, placing.batch) if node.link_group else None
        return replace(node, attributes=placing.apply(node.attributes), link_group=group)
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
    attributes = placing.apply(directory.attributes, directory=True) if directory.attributes else None
    return Directory(attributes, children, rest)


def _refuse_same(before: Node | None, node: Node, placing: Placing) -> None:
    """Raise UnknownEffect where one of several names of a file is replaced by an equal file: if their times are equal too,
    the layer leaves it out, and the name stays what it was.
    """
    if not isinstance(before, File) or not isinstance(node, File) or before.link_group is None:
        return
    placed = _placed(node, placing)
    if isinstance(placed, File) and (placed.content, placed.attributes) == (before.content, before.attributes):
        raise UnknownEffect(
            "a name of a file with several names is replaced by an equal file: it may stay a name of it"
        )


def _merged(old: Directory, new: Directory, placing: Placing) -> Directory:
    """The content of ``new`` over that of ``old``: directories merge and take the source's attributes, files replace."""
    children = dict(old.children)
    for name, node in new.children.items():
        before = old.child(name)
        if not isinstance(node, Directory):
            if isinstance(before, Directory) and not placing.classic:
                raise PathConflict(f"COPY would put the file {name!r} where a directory stands")
            _refuse_same(before, node, placing)
            children[name] = _placed(node, placing)
        elif isinstance(before, Directory):
            merged = _merged(before, node, placing)
            attributes = placing.apply(node.attributes, directory=True) if node.attributes else None
            children[name] = Directory(attributes, merged.children, merged.rest)
        elif before is None:
            children[name] = _opened(node, None, placing)
        elif isinstance(before, Unknown):
            children[name] = _opened(node, before.origin, placing)
        elif placing.classic:
            children[name] = _opened(node, None, placing)
        else:
            raise PathConflict(f"COPY would put the directory {name!r} where a file stands")
    return Directory(old.attributes, children, old.rest)
