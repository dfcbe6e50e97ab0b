"""The filesystem as a process sees it: paths are resolved and permissions checked as the Linux kernel does it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from restow.build.accounts import Credentials
from restow.errors import RestowError, UnknownEffect
from restow.semantics.scope import is_known
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
    split,
)
from restow.vfs.filesystem import MAX_LINKS, inherited

MOUNTED = ("proc", "sys", "dev")
"""Folders of the root over which every RUN has mounts of its own."""

GIVEN = ("/etc/hosts", "/etc/resolv.conf")
"""Files that every RUN gets from the engine."""

READ, WRITE, SEARCH = 4, 2, 1


class FileError(RestowError):
    """A system call fails; ``code`` is the name of the error (``ENOENT``)."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Place:
    """Where a path leads: ``path`` is absolute and has no links in it, ``node`` what stands there (None: nothing)."""

    path: str
    node: Node | None


@dataclass
class Disk:
    """A filesystem under change. ``directory`` is that of the process; ``mounts`` are the
    targets of mounts, ``fixed`` those that are read-only. ``before`` is the filesystem when the process began.

    ``seen`` and ``changed`` collect the places that were looked at and those that were changed.
    """

    filesystem: Filesystem
    credentials: Credentials
    read: Callable[[File], bytes | None]
    directory: str = "/"
    umask: int = 0o022
    fixed: tuple[str, ...] = ()
    mounts: tuple[str, ...] = ()
    before: Filesystem | None = None
    seen: set[str] = field(default_factory=set)
    changed: set[str] = field(default_factory=set)

    def stood_before(self, path: str, node: Node) -> bool:
        """Whether what stands at a path is what stood there when the process began."""
        return self.before is not None and self.before.lookup(path) == node

    # ---- looking

    def locate(self, path: str, *, follow: bool = True) -> Place:
        """Where ``path`` leads; a link at its end is followed where ``follow``. Nothing at its end is no error."""
        if not path:
            raise FileError("ENOENT")
        if not is_known(path):
            raise UnknownEffect("a path depends on a value that is not known")
        done = [] if path.startswith("/") else list(split(self.directory))
        todo = [part for part in reversed(path.split("/")) if part not in ("", ".")]
        links, slash, node = 0, path.endswith(("/", "/.")), self.directory_at(done)
        found: Node | None = node
        while todo:
            name = todo.pop()
            if name == "..":
                self._enter(done)
                del done[-1:]
                found = self.directory_at(done)
                continue
            found = self._child(done, name)
            if isinstance(found, Symlink) and (todo or follow or slash):
                links += 1
                if links > MAX_LINKS:
                    raise FileError("ELOOP")
                done = [] if found.target.startswith("/") else done
                slash |= not todo and found.target.endswith("/")
                todo.extend(part for part in reversed(found.target.split("/")) if part not in ("", "."))
                found = self.directory_at(done)
                continue
            if found is None and todo:
                raise FileError("ENOENT")
            done.append(name)
        place = "/" + "/".join(done)
        self.seen.add(place)
        if slash and found is not None and not isinstance(found, Directory):
            raise FileError("ENOTDIR")
        return Place(place, found)

    def directory_at(self, parts: list[str]) -> Directory:
        """The directory at a resolved place."""
        node = self.filesystem.lookup("/" + "/".join(parts))
        if isinstance(node, Unknown):
            raise UnknownEffect(f"/{'/'.join(parts)} is not known")
        if not isinstance(node, Directory):
            raise FileError("ENOTDIR")
        return node

    def _enter(self, parts: list[str]) -> Directory:
        directory = self.directory_at(parts)
        self.require(directory, SEARCH)
        return directory

    def _child(self, parts: list[str], name: str) -> Node | None:
        directory = self._enter(parts)
        path = "/" + "/".join([*parts, name])
        if (not parts and name in MOUNTED) or path in GIVEN:
            raise UnknownEffect(f"{path} is the engine's while a command runs")
        node = directory.child(name)
        if isinstance(node, Unknown):
            raise UnknownEffect(f"{path} is not known")
        return node

    def node(self, path: str, *, follow: bool = True) -> Node:
        """What stands at ``path``. Raises FileError where there is nothing."""
        place = self.locate(path, follow=follow)
        if place.node is None:
            raise FileError("ENOENT")
        return place.node

    def exists(self, path: str, *, follow: bool = True) -> bool:
        """Whether something stands at ``path``."""
        try:
            return self.locate(path, follow=follow).node is not None
        except FileError:
            return False

    def names(self, path: str) -> list[str]:
        """The names in a directory, sorted by their bytes; those that the engine mounts in the root included."""
        place = self.locate(path)
        if not isinstance(place.node, Directory):
            raise FileError("ENOTDIR" if place.node is not None else "ENOENT")
        self.require(place.node, READ)
        if place.node.rest is not None:
            raise UnknownEffect(f"not all that is in {place.path} is known")
        if place.path == "/etc":
            raise UnknownEffect("the engine puts files of its own into /etc while a command runs")
        found = {name for name in place.node.children if place.node.child(name) is not None}
        return sorted(
            found | set(MOUNTED if place.path == "/" else ()), key=lambda name: name.encode("utf-8", "surrogateescape")
        )

    def bytes_of(self, node: Node) -> bytes:
        """The content of a file, with the right to read it checked. Raises UnknownEffect where it is not known."""
        if isinstance(node, Directory):
            raise FileError("EISDIR")
        if not isinstance(node, File):
            raise UnknownEffect("a device or pipe is read")
        self.require(node, READ)
        data = self.read(node)
        if data is None:
            raise UnknownEffect("the content of a file is not known")
        return data

    def text(self, path: str) -> str:
        """The content of the file at ``path`` as text; bytes that are no UTF-8 become surrogates."""
        return self.bytes_of(self.node(path)).decode("utf-8", "surrogateescape")

    # ---- rights

    def require(self, node: Node, bits: int) -> None:
        """Raise FileError where the process may not do it."""
        if not self.may(node, bits):
            raise FileError("EACCES")

    def may(self, node: Node, bits: int) -> bool:
        """Whether the mode lets the process read (4), write (2) or search and run (1)."""
        mode, uid, gid = numbers(node)
        own = self.credentials
        if own.uid == 0:
            return not bits & 1 or isinstance(node, Directory) or bool(mode & 0o111)
        shift = 6 if uid == own.uid else 3 if gid in (own.gid, *own.groups) else 0
        return (mode >> shift) & bits == bits

    # ---- changing

    def put(self, path: str, node: Node | None) -> None:
        """``node`` at a resolved place, as the owner of the directory above may do it."""
        above = path.rsplit("/", 1)[0] or "/"
        directory = self.directory_at(list(split(above)))
        self.require(directory, WRITE | SEARCH)
        mode, uid, _ = numbers(directory)
        old = directory.child(path.rsplit("/", 1)[-1])
        sticky = mode & 0o1000 and self.credentials.uid not in (0, uid)
        if sticky and old is not None and numbers(old)[1] != self.credentials.uid:
            raise FileError("EPERM")
        self.set(path, node)
        self.changed.add(above)

    def set(self, path: str, node: Node | None) -> None:
        """``node`` at a resolved place, with no check of rights; other names of a changed file change with it, unless they are
        those of an earlier layer: an overlay changes one name alone, which is a file of its own then.
        """
        if any(path == place or path.startswith(f"{place}/") for place in self.fixed):
            raise UnknownEffect(f"{path} is in a read-only mount")
        self.changed.add(path)
        old = self.filesystem.lookup(path)
        if isinstance(old, File) and isinstance(node, File) and old.link_group and self.stood_before(path, old):
            node = replace(node, link_group=None if node.link_group == old.link_group else node.link_group)
        self.filesystem = self.filesystem.put(path, node)
        if isinstance(old, File) and isinstance(node, File) and old.link_group and old.link_group == node.link_group:
            for other, twin in list(self.filesystem.walk()):
                if isinstance(twin, File) and twin.link_group == old.link_group and other != path:
                    self.changed.add(other)
                    self.filesystem = self.filesystem.put(other, node)

    def remove(self, path: str) -> None:
        """Take away what stands at a resolved place, with all below it, as far as the process may."""
        below = path.rstrip("/") + "/"
        if path == "/" or any(place.startswith(below) or place == path for place in (*self.mounts, *GIVEN)):
            raise UnknownEffect(f"{path} holds what the engine mounted there")
        node = self.filesystem.lookup(path)
        if isinstance(node, Directory) and self.credentials.uid != 0 and (node.children or node.rest):
            raise UnknownEffect("a directory is removed by a user other than root")
        if isinstance(node, Directory):
            self.changed |= {each for each, _ in self.filesystem.walk(path)}
        self.put(path, None)

    def created(self, path: str, mode: int, *, directory: bool = False) -> Attributes:
        """The attributes of a new entry at a resolved place: umask, and the group of a directory with the set-group-ID bit."""
        above = self.filesystem.lookup(path.rsplit("/", 1)[0] or "/")
        own = Attributes(mode & ~self.umask, self.credentials.uid, self.credentials.gid)
        return inherited(above, own, directory=directory)

    def write(self, path: str, text: str, *, append: bool = False) -> None:
        """``> path`` or ``>> path``: a new file has mode 0666 less the umask, an existing one keeps its attributes."""
        place = self.locate(path)
        if isinstance(place.node, Directory):
            raise FileError("EISDIR")
        if place.node is None and path.endswith("/"):
            raise FileError("EISDIR")
        if isinstance(place.node, Special):
            raise UnknownEffect("a device or pipe is written to")
        content = _content(text)
        if place.node is None:
            self.put(place.path, File(self.created(place.path, 0o666), content))
            return
        assert isinstance(place.node, File)
        self.require(place.node, WRITE)
        if append and text:
            before = self.read(place.node)
            if before is None or content.data is None:
                content = Content("term:" + digest_of("appended", place.node.content.identity, content.identity))
            else:
                content = Content.of(before + content.data)
        elif append:
            return
        if numbers(place.node)[0] & 0o6000 and self.credentials.uid != 0:
            raise UnknownEffect("who writes to a set-user-ID file takes the bit away")
        self.set(place.path, replace(place.node, content=content, capability=b""))


def _content(text: str) -> Content:
    if is_known(text):
        return Content.of(text.encode("utf-8", "surrogateescape"))
    return Content("term:" + digest_of("printed", text))


def numbers(node: Node) -> tuple[int, int, int]:
    """Mode, owner and group. Raises UnknownEffect where one of them is not known."""
    attributes = None if isinstance(node, Unknown) else getattr(node, "attributes", None)
    if attributes is None:
        raise UnknownEffect("a mode or an owner is not known")
    mode, uid, gid = attributes.mode, attributes.uid, attributes.gid
    if not (isinstance(mode, int) and isinstance(uid, int) and isinstance(gid, int)):
        raise UnknownEffect("a mode or an owner is not known")
    return mode, uid, gid
