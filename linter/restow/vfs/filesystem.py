"""A filesystem as a persistent tree: every change gives a new value that shares what did not change."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from restow.errors import PathConflict, UnknownEffect
from restow.vfs.inode import (
    EMPTY,
    LINK,
    PERHAPS,
    Absent,
    Attributes,
    Directory,
    Node,
    Origin,
    Symlink,
    Unknown,
    digest_of,
)

STANDARD_DIRECTORIES = frozenset(
    [
        *(
            "/bin",
            "/boot",
            "/dev",
            "/etc",
            "/home",
            "/lib",
            "/media",
            "/mnt",
            "/opt",
            "/proc",
            "/root",
            "/run",
            "/sbin",
        ),
        *("/srv", "/sys", "/tmp", "/usr", "/usr/bin", "/usr/lib", "/usr/local", "/usr/local/bin", "/usr/local/lib"),
        *("/usr/sbin", "/usr/share", "/var", "/var/cache", "/var/lib", "/var/log", "/var/tmp"),
    ]
)
"""Taken to exist, as directories, in every base image other than ``scratch`` (the Filesystem Hierarchy Standard)."""

USUAL_DIRECTORIES = frozenset(["/usr/src", "/usr/local/src", "/usr/local/share"])
"""Where one of these is missing, making it as root gives what a distribution would: 0755 root."""

IF_MISSING = "?if-missing:"
STANDING = Attributes("those of what stood there")
MAX_LINKS = 40  # as Linux: more symbolic links in one path are a loop


def split(path: str) -> tuple[str, ...]:
    """The parts of an absolute path, ``.`` and ``..`` resolved by name."""
    parts: list[str] = []
    for part in path.split("/"):
        if part == "..":
            del parts[-1:]
        elif part not in ("", "."):
            parts.append(part)
    return tuple(parts)


def join(*parts: str) -> str:
    """The absolute, clean path of ``parts``; a part that begins with ``/`` starts anew."""
    path = "/"
    for part in parts:
        path = part if part.startswith("/") else f"{path}/{part}"
    return "/" + "/".join(split(path))


@dataclass(frozen=True, slots=True)
class Filesystem:
    """A root directory with the operations that a build needs. Paths are absolute."""

    root: Directory

    @staticmethod
    def empty() -> Filesystem:
        """That of ``FROM scratch``."""
        return Filesystem(EMPTY)

    @staticmethod
    def unknown(base: str) -> Filesystem:
        """A root of which only the name is known."""
        return Filesystem(Directory(None, {}, Origin(base)))

    def forgotten(self, term: str) -> Filesystem:
        """After a command, named by ``term``, that may have written anything: known is only where the build made links."""
        root = _forgotten(self.root, term)
        return Filesystem(root if isinstance(root, Directory) else Directory(None, {}, Origin(term)))

    @property
    def digest(self) -> str:
        """Equal for equal filesystems."""
        return self.root.digest

    def resolve(self, path: str, *, last: bool = True) -> str:
        """``path`` with every known symbolic link followed inside the root; the last part only where ``last``.

        Raises UnknownEffect for a loop of links, and for a link of the build that a command may have changed since.
        """
        todo = [part for part in reversed(path.split("/")) if part not in ("", ".")]
        done: list[str] = []
        links = 0
        while todo:
            name = todo.pop()
            if name == "..":
                del done[-1:]
                continue
            node = self.lookup("/" + "/".join([*done, name]))
            if isinstance(node, Symlink) and (todo or last):
                links += 1
                if links > MAX_LINKS:
                    raise PathConflict(f"{path} runs through a loop of symbolic links")
                if node.target.startswith("/"):
                    done = []
                todo.extend(part for part in reversed(node.target.split("/")) if part not in ("", "."))
            elif was_link(node) is not None and (todo or last):
                raise UnknownEffect(
                    f"/{'/'.join([*done, name])} was made a symbolic link, and may be another one by now"
                )
            else:
                done.append(name)
        return "/" + "/".join(done)

    def steps(self, path: str) -> tuple[str, ...]:
        """``path``, and every place on the way where a symbolic link stands or leads to: all that decides what it means.

        Raises UnknownEffect as ``resolve`` does.
        """
        self.resolve(path)
        found = [join(path)]
        for _ in range(MAX_LINKS):
            parts = split(found[-1])
            for depth in range(1, len(parts) + 1):
                here = "/" + "/".join(parts[:depth])
                node = self.lookup(here)
                if isinstance(node, Symlink):
                    found += [here, join(here.rsplit("/", 1)[0] or "/", node.target, *parts[depth:])]
                    break
            else:
                return tuple(dict.fromkeys(found))
        raise UnknownEffect(f"{path} runs through a loop of symbolic links")

    def lookup(self, path: str) -> Node | None:
        """What stands at ``path``, links not followed: None for nothing, ``Unknown`` where nobody knows."""
        node: Node | None = self.root
        for name in split(path):
            if isinstance(node, Directory):
                node = node.child(name)
            elif isinstance(node, Unknown):
                continue
            else:
                return None
        return node

    def put(self, path: str, node: Node | None) -> Filesystem:
        """This filesystem with ``node`` at ``path`` (None: nothing); the directory above has to be known.

        Raises UnknownEffect where something other than a directory stands above.
        """
        parts = split(path)
        if not parts:
            if not isinstance(node, Directory):
                raise UnknownEffect("the root can only be a directory")
            return Filesystem(node)
        return Filesystem(_put(self.root, parts, node, path))

    def make_directories(self, path: str, created: Attributes) -> Filesystem:
        """``mkdir -p``: what exists keeps its attributes, what does not gets ``created``."""
        filesystem, parts = self, split(path)
        for depth in range(1, len(parts) + 1):
            here = "/" + "/".join(parts[:depth])
            node = filesystem.lookup(here)
            if isinstance(node, Directory):
                if node.rest and node.attributes is None and here not in STANDARD_DIRECTORIES:
                    filesystem = filesystem.put(
                        here, Directory(if_missing(node.rest, created), node.children, node.rest)
                    )
                elif is_perhaps(node):
                    attributes = if_missing(Origin(node.attributes.digest if node.attributes else ""), created)
                    filesystem = filesystem.put(here, Directory(attributes, node.children, node.rest))
                continue
            if node is None:
                filesystem = filesystem.put(here, Directory(created, {}))
            elif isinstance(node, Unknown):
                filesystem = filesystem.put(here, opened(here, node.origin, created))
            else:
                raise PathConflict(f"{here} is not a directory")
        return filesystem

    def entered(self, path: str) -> Filesystem:
        """The filesystem once something succeeded that needs the directory ``path``: it stood there before, whatever comes
        later. Raises UnknownEffect where there is none.
        """
        filesystem, parts = self, split(path)
        for depth in range(1, len(parts) + 1):
            here = "/" + "/".join(parts[:depth])
            node = filesystem.lookup(here)
            if isinstance(node, Unknown):
                node = Directory(None, {}, node.origin)
            if not isinstance(node, Directory):
                raise UnknownEffect(f"{here} is no directory")
            attributes = node.attributes
            if node.rest and attributes is None and here not in STANDARD_DIRECTORIES:
                attributes = if_missing(node.rest, STANDING)
            elif node.rest and is_perhaps(node):
                attributes = perhaps(attributes, node.rest, "entered")
            if attributes is not node.attributes:
                filesystem = filesystem.put(here, Directory(attributes, node.children, node.rest))
        return filesystem

    def walk(self, path: str = "/") -> Iterator[tuple[str, Node]]:
        """Every known path at and below ``path`` with its node, parents first, in the order of their names."""
        node = self.lookup(path)
        if node is not None:
            yield from _walk(join(path), node)

    def map(self, path: str, change: Callable[[str, Node], Node]) -> Filesystem:
        """``change`` applied to every known node at and below ``path``; a directory after its children."""
        node = self.lookup(path)
        return self if node is None else self.put(path, _map(join(path), node, change))


def opened(path: str, origin: Origin, created: Attributes) -> Directory:
    """The directory at an unknown place once something made sure that there is one."""
    stands = path in STANDARD_DIRECTORIES or (path in USUAL_DIRECTORIES and created == Attributes(0o755))
    attributes = None if stands else if_missing(origin, created)
    return Directory(attributes, {}, origin)


def if_missing(origin: Origin, created: Attributes) -> Attributes:
    """The attributes that a place has in ``origin``, or ``created`` where there was nothing."""
    term = IF_MISSING + digest_of("if-missing", origin.digest, created.digest)
    return Attributes(term, term, term)


def perhaps(directory: Attributes | None, origin: Origin, write: str) -> Attributes:
    """The attributes of a place on the way of what a program, named by ``write``, may have written: it may have made the
    directory, and there may still be none.
    """
    term = PERHAPS + digest_of("perhaps", origin.digest, directory.digest if directory else "", write)
    return Attributes(term, term, term)


def changed_link(node: Symlink, term: str) -> Unknown:
    """The link after a program named by ``term`` may have written at its place."""
    return Unknown(Origin(f"{LINK}{node.digest} {node.target}", (term,)))


def was_link(node: Node | None) -> str | None:
    """Where a symbolic link led that the build made here and a command may have changed since; None where there is none."""
    if isinstance(node, Unknown) and node.origin.base.startswith(LINK):
        return node.origin.base.removeprefix(LINK).partition(" ")[2]
    return None


def _forgotten(node: Node, term: str) -> Node | None:
    if isinstance(node, Symlink):
        return changed_link(node, term)
    if was_link(node) is not None:
        return Unknown(node.origin.after(term)) if isinstance(node, Unknown) else None
    if not isinstance(node, Directory):
        return None
    below = {name: _forgotten(child, term) for name, child in node.children.items()}
    links = {name: child for name, child in below.items() if child is not None}
    return Directory(None, links, Origin(term)) if links else None


def is_perhaps(node: Node | None) -> bool:
    """Whether the node is a directory only if some program made it."""
    return (
        isinstance(node, Directory)
        and node.attributes is not None
        and isinstance(node.attributes.mode, str)
        and node.attributes.mode.startswith(PERHAPS)
    )


def inherited(above: Node | None, created: Attributes, *, directory: bool) -> Attributes:
    """What the kernel gives a new entry in the directory ``above``: one with the set-group-ID bit hands its
    group on.

    A directory of the base image, or one that the build made where it was missing, is taken to have no such bit.
    """
    attributes = above.attributes if isinstance(above, Directory) else None
    if attributes is None or (isinstance(attributes.mode, str) and attributes.mode.startswith(IF_MISSING)):
        return created
    if isinstance(attributes.mode, str):
        term = "?" + digest_of("inherited", attributes.digest, created.digest)
        return Attributes(term if directory else created.mode, created.uid, term)
    if not attributes.mode & 0o2000:
        return created
    mode = created.mode | 0o2000 if directory and isinstance(created.mode, int) else created.mode
    return Attributes(mode, created.uid, attributes.gid)


def refuse_inheritance(filesystem: Filesystem, path: str, created: Attributes) -> None:
    """Raise UnknownEffect where a directory that is to be made at ``path`` would inherit a set-group-ID bit: engines
    and instructions differ in what they make of it.
    """
    above: Node | None = filesystem.root
    for depth in range(1, len(split(path)) + 1):
        here = "/" + "/".join(split(path)[:depth])
        node = filesystem.lookup(here)
        if not isinstance(node, Directory) and inherited(above, created, directory=True) != created:
            raise UnknownEffect(f"{here} would be made in a directory with the set-group-ID bit")
        above = node


def _put(directory: Directory, parts: tuple[str, ...], node: Node | None, path: str) -> Directory:
    name, below = parts[0], parts[1:]
    if not below:
        return directory.with_child(name, node)
    inner = directory.child(name)
    if isinstance(inner, Unknown):
        inner = Directory(None, {}, inner.origin)
    if not isinstance(inner, Directory):
        raise PathConflict(f"{path}: there is no directory {name!r} above it")
    return directory.with_child(name, _put(inner, below, node, path))


def _walk(path: str, node: Node) -> Iterator[tuple[str, Node]]:
    if isinstance(node, Absent):
        return
    yield path, node
    if isinstance(node, Directory):
        for name in sorted(node.children):
            yield from _walk(path.rstrip("/") + "/" + name, node.children[name])


def _map(path: str, node: Node, change: Callable[[str, Node], Node]) -> Node:
    if isinstance(node, Directory):
        children = {name: _map(f"{path.rstrip('/')}/{name}", child, change) for name, child in node.children.items()}
        node = Directory(node.attributes, children, node.rest)
    return change(path, node)
