"""The build context as a filesystem value: from a folder on disk, or from a listing.

Files are read only when somebody asks for their bytes. A file's identity is its path within the context, or its content
where it was asked to be hashed; owners are 0:0, as the client sends them (see the specification of COPY).
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from restow.errors import ContextError
from restow.vfs import Attributes, Content, Directory, File, Node, Special, Symlink
from restow.vfs.ignorefile import IgnoreFile

if TYPE_CHECKING:
    from restow.build.named_contexts import NamedSource
    from restow.effects.declaration import Declaration

MAX_READ = 8 << 20  # a manifest larger than 8 MiB is not parsed: nobody writes such a file by hand
MAX_FILES = 400_000  # a context of more entries is refused rather than held in memory
DOCKERFILE_IDENTITY = "the Dockerfile and its ignore file"


@dataclass(frozen=True, slots=True)
class OtherImage:
    """A named context that is another image, by its reference."""

    reference: str


@dataclass(frozen=True)
class Context:
    """What ``COPY`` can see: ``root`` without the ignored files. ``description`` says where it came from.

    ``hard_links``: some of its files have several names. ``declared`` are effects that the project's settings declare for
    its programs; ``named`` are the named contexts that every build with this one gets.
    """

    root: Directory
    description: str
    folder: Path | None = None
    ignore_file: IgnoreFile | None = None
    texts: Mapping[str, str] = field(default_factory=dict)
    dockerfile: str | None = None
    hard_links: bool = False
    declared: tuple[Declaration, ...] = ()
    named: Mapping[str, NamedSource] = field(default_factory=dict)

    def read(self, path: str) -> bytes | None:
        """The bytes of the context's regular file ``path`` (relative); None where they are not at hand."""
        if path in self.texts:
            return self.texts[path].encode()
        if self.folder is None:
            return None
        try:
            handle = os.open(
                self.folder / path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
            )
        except OSError:
            return None  # gone or unreadable since the listing: the caller takes the content as unknown
        with os.fdopen(handle, "rb") as file:
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                return None
            data = file.read(MAX_READ + 1)
        return None if len(data) > MAX_READ else data

    def ignored(self, path: str) -> bool:
        """Whether the ignore file keeps ``path`` (relative) out of the context."""
        return self.ignored_by(path) is not None

    def ignored_by(self, path: str) -> str | None:
        """The line that keeps ``path`` out of the context, as ``line 3 of .dockerignore``; None where none does."""
        decision = self.ignore_file.decide(path) if self.ignore_file is not None else None
        if self.ignore_file is None or decision is None or not decision.ignored:
            return None
        return f"line {decision.line} of {self.ignore_file.name}"

    def sent_by_classic(self) -> Context:
        """The context as the classic client packs it: a directory that is left out itself, and there for what lies below it, is
        no entry of the archive, so that its mode is not the folder's and no part of a digest.
        """
        if self.ignore_file is None or not any(pattern.exception for pattern in self.ignore_file.patterns):
            return self
        return replace(self, root=self._without_modes(self.root, ""))

    def _without_modes(self, folder: Directory, path: str) -> Directory:
        children: dict[str, Node] = {
            name: self._without_modes(node, f"{path}{name}/") if isinstance(node, Directory) else node
            for name, node in folder.children.items()
        }
        left_out = bool(path) and self.ignored(path.rstrip("/"))
        return Directory(
            Attributes("?left out of the archive") if left_out else folder.attributes, children, folder.rest
        )

    def lookup(self, path: str) -> Node | None:
        """What stands at the context's ``path``."""
        node: Node | None = self.root
        for name in (part for part in path.split("/") if part not in ("", ".")):
            if not isinstance(node, Directory):
                return None
            node = node.child(name)
        return node


def read_context(folder: Path, dockerfile: Path | None = None, *, hashed: bool = False) -> Context:
    """The folder as a context, its ignore file applied. ``hashed`` names files by content: slower, and equal across
    paths.

    ``<Dockerfile>.dockerignore`` beside the Dockerfile takes precedence over ``.dockerignore``. Raises ContextError
    where the folder cannot be listed or is too large, and ConfigError for a broken ignore file.
    """
    if not folder.is_dir():
        raise ContextError(f"{folder}: not a folder; give the build context's folder with --context")
    ignore = _ignore_file(folder, dockerfile)
    own = {name for name in (_inside(folder, dockerfile), _inside(folder, _ignore_path(folder, dockerfile))) if name}
    loader = _Loader(folder, ignore, frozenset(own), hashed)
    root = loader.directory(folder, "")
    inside = _inside(folder, dockerfile)
    return Context(root, str(folder), folder, ignore, dockerfile=inside, hard_links=loader.linked)


def context_of_listing(
    files: Iterable[tuple[str, int, str, int | None]],
    *,
    texts: Mapping[str, str] | None = None,
    dockerignore: str | None = None,
    dockerfile: str | None = None,
    description: str = "a listing",
) -> Context:
    """A context of ``(path, git mode, content identity, size)`` entries; ``texts`` are the contents that are at hand.

    A symbolic link's target has to be in ``texts``; without it the entry stands as a file.
    """
    ignore = IgnoreFile.parse(dockerignore) if dockerignore is not None else None
    known = dict(texts or {})
    tree: dict[str, object] = {}
    for path, mode, identity, size in files:
        if ignore is not None and ignore.decide(path).ignored:
            continue
        own = path in (dockerfile, ".dockerignore", f"{dockerfile}.dockerignore")
        if mode == 0o120000 and path in known:
            node: Node = Symlink(known[path])
        else:
            name = _own_identity(path) if own else f"blob:{identity}"
            node = File(Attributes(0o755 if mode & 0o100 else 0o644), Content(name, size, path))
        _insert(tree, path, node)
    return Context(_frozen(tree), description, None, ignore, known, dockerfile)


def _insert(tree: dict[str, object], path: str, node: Node) -> None:
    *above, name = path.split("/")
    for part in above:
        inner = tree.setdefault(part, {})
        if not isinstance(inner, dict):
            raise ContextError(f"{path}: {part} is both a file and a folder in the listing")
        tree = inner
    tree[name] = node


def _frozen(tree: dict[str, object]) -> Directory:
    children = {name: _frozen(node) if isinstance(node, dict) else node for name, node in tree.items()}
    return Directory(Attributes(0o755), children)  # type: ignore[arg-type]  # values are nodes once dicts are gone


def _own_identity(path: str) -> str:
    return f"{DOCKERFILE_IDENTITY}, the ignore file" if path.endswith(".dockerignore") else DOCKERFILE_IDENTITY


def _inside(folder: Path, file: Path | None) -> str | None:
    """``file`` relative to the context, with forward slashes; None where it lies outside."""
    if file is None:
        return None
    try:
        return file.resolve().relative_to(folder.resolve()).as_posix()
    except ValueError:
        return None


def _ignore_path(folder: Path, dockerfile: Path | None) -> Path | None:
    if dockerfile is not None:
        own = dockerfile.with_name(dockerfile.name + ".dockerignore")
        if own.is_file():
            return own
    return folder / ".dockerignore"


def _ignore_file(folder: Path, dockerfile: Path | None) -> IgnoreFile | None:
    path = _ignore_path(folder, dockerfile)
    if path is None or not path.is_file():
        return None
    try:
        return IgnoreFile.parse(path.read_text("utf-8-sig"), str(path))
    except (OSError, UnicodeDecodeError) as error:
        raise ContextError(f"{path}: cannot be read: {error}") from None


@dataclass
class _Loader:
    """One walk of a folder; ``count`` bounds it."""

    folder: Path
    ignore: IgnoreFile | None
    own: frozenset[str]
    hashed: bool
    count: int = 0
    linked: bool = False

    def directory(self, folder: Path, prefix: str) -> Directory:
        children: dict[str, Node] = {}
        try:
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
            mode = stat.S_IMODE(folder.stat().st_mode)
        except OSError as error:
            raise ContextError(
                f"{folder}: cannot be listed: {error.strerror}; leave it out with the ignore file"
            ) from None
        for entry in entries:
            self.count += 1
            if self.count > MAX_FILES:
                raise ContextError(
                    f"{self.folder}: more than {MAX_FILES} entries; leave folders out with .dockerignore, or name a smaller "
                    "folder with --context"
                )
            node = self.entry(entry, f"{prefix}{entry.name}")
            if node is not None:
                children[entry.name] = node
        return Directory(Attributes(mode), children)

    def entry(self, entry: os.DirEntry[str], path: str) -> Node | None:
        ignored = self.ignore is not None and self.ignore.decide(path).ignored
        if entry.is_dir(follow_symlinks=False):
            if ignored and self.ignore is not None and self.ignore.can_prune(path):
                return None
            directory = self.directory(Path(entry.path), f"{path}/")
            return None if ignored and not directory.children else directory
        if ignored:
            return None
        information = entry.stat(follow_symlinks=False)
        mode = stat.S_IMODE(information.st_mode)
        if stat.S_ISLNK(information.st_mode):
            return Symlink(os.readlink(entry.path))
        if not stat.S_ISREG(information.st_mode):
            return None if stat.S_ISSOCK(information.st_mode) else Special("fifo", Attributes(mode))
        content = self.content(entry.path, path, information.st_size)
        if information.st_nlink == 1:
            return File(Attributes(mode), content)
        self.linked = True
        return File(Attributes(mode), content, link_group=f"context:{information.st_dev}:{information.st_ino}")

    def content(self, file: str, path: str, size: int) -> Content:
        if path in self.own:
            return Content(_own_identity(path), size, path)
        if not self.hashed:
            return Content(f"context:{path}", size, path)
        import hashlib

        try:
            with open(file, "rb") as handle:
                return Content("sha256:" + hashlib.file_digest(handle, "sha256").hexdigest(), size, path)
        except OSError as error:
            raise ContextError(f"{file}: cannot be read: {error.strerror}") from None
