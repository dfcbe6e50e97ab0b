"""What a log of ``strace -f -y`` tells: the paths that a command looked at, listed, and wrote, in the order of events.

A lookup that fails counts like one that succeeds: a file that appeared there would change the result. Times are not
looked at: setting them is neither a read nor a write.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from posixpath import join, normpath

TRACED = (
    "%file,fork,vfork,clone,clone3,fchdir,getdents64,getdents,fchmod,fchown,ftruncate,fsetxattr,fremovexattr,fallocate,"
    "copy_file_range,io_uring_setup"
)
_LINE = re.compile(r"^(\d+) +(.*)$")
_CALL = re.compile(r"^(\w+)\((.*)\) += (-?\w+|\?)(<.*?>(?:\(deleted\))?)?(?: (E\w+).*)?(?: .*)?$", re.DOTALL)
_STRING = re.compile(r'"((?:[^"\\]|\\.)*)"(?:\.\.\.)?')
_DESCRIPTOR = re.compile(r"^(AT_FDCWD|-?\d+)(?:<((?:[^<>\\]|\\.)*)>)?")
_LOOKS = frozenset(
    "stat lstat newfstatat statx stat64 access faccessat faccessat2 readlink readlinkat execve execveat getxattr lgetxattr "
    "listxattr llistxattr statfs chdir inotify_add_watch".split()
)
_CHANGES = frozenset(
    "chmod fchmodat fchmodat2 chown lchown fchownat setxattr lsetxattr removexattr lremovexattr truncate".split()
)
_REMOVES = frozenset("unlink unlinkat rmdir".split())
_MAKES = frozenset("mkdir mkdirat mknod mknodat symlink symlinkat".split())
_MOVES = frozenset("rename renameat renameat2 link linkat".split())
_BY_DESCRIPTOR = frozenset("fchmod fchown ftruncate fsetxattr fremovexattr fallocate".split())
_STARTS = frozenset("fork vfork clone clone3".split())
_TIMES = frozenset("utime utimes utimensat futimesat".split())
_IGNORED = frozenset("umount umount2 mount chroot pivot_root swapon acct getcwd exit quotactl".split())


_MADE_UP = re.compile(r"[._-]\d{4,}(?:_[0-9a-f]{32})?$")
"""Names of scratch files and locks that end in a process number or a random one: nothing else bears such a name."""


class UnreadableLogError(Exception):
    """A line of the log that this module does not understand."""


@dataclass
class Log:
    """Paths inside the root, each once. ``own`` are those that the command made itself: what it reads there is its own.

    ``fresh`` are those of them where nothing can have stood before (made with O_EXCL, mkdir and their like, or under a
    made-up name), ``gone`` those that were removed, or moved away, and not made again, ``folders`` the directories made.
    """

    read: set[str] = field(default_factory=set)
    listed: set[str] = field(default_factory=set)
    written: set[str] = field(default_factory=set)
    executed: set[str] = field(default_factory=set)
    own: set[str] = field(default_factory=set)
    fresh: set[str] = field(default_factory=set)
    gone: set[str] = field(default_factory=set)
    folders: set[str] = field(default_factory=set)

    def look(self, path: str) -> None:
        """Note a lookup, unless the command made what stands there, or a directory above."""
        if not self.is_own(path):
            self.read.add(path)

    def is_own(self, path: str) -> bool:
        """Whether the command itself made the path or a directory above it."""
        return _at_or_above(path, self.own)

    def is_passing(self, path: str) -> bool:
        """Whether the command made the path where nothing stood, and took it away again: no trace of it is left."""
        return _at_or_above(path, self.fresh & self.gone)

    def make(self, path: str, *, fresh: bool) -> None:
        """Note that the command made the path."""
        if (fresh or _MADE_UP.search(path)) and path not in self.written:
            self.fresh.add(path)
        self.written.add(path)
        self.own.add(path)
        self.gone.discard(path)

    def remove(self, path: str) -> None:
        """Note that the command removed the path, or moved it away."""
        self.written.add(path)
        self.own.add(path)
        self.gone.add(path)


def _at_or_above(path: str, among: set[str]) -> bool:
    while path != "/":
        if path in among:
            return True
        path = path.rsplit("/", 1)[0] or "/"
    return False


@dataclass
class _Reader:
    """The state of a reading: the root's place on the host, the working directories by process."""

    root: str
    marker: str
    directories: dict[str, str] = field(default_factory=dict)
    log: Log = field(default_factory=Log)
    begun: bool = False

    def inside(self, path: str) -> str:
        """A host path, as strace prints those of descriptors, as one inside the root."""
        path = path.removesuffix("(deleted)").rstrip()
        return path.removeprefix(self.root) or "/" if path.startswith(self.root) else path

    def event(self, process: str, text: str) -> None:
        found = _CALL.match(text)
        if found is None:
            if text.startswith(("+++", "---", "exit", "strace: ")) or "= ?" in text or text.endswith("= 0"):
                return
            raise UnreadableLogError(text)
        name, arguments, result, descriptor, error = found.groups()
        if name in _STARTS and result.isdigit():
            self.directories.setdefault(result, self.directories.get(process, "/"))  # a child may have moved on already
            return
        if not self.begun:
            self.begun = self.marker in arguments and name != "execve"
            if name in ("chdir", "chroot") and not error:
                self._enter(process, arguments)
            return
        self._apply(process, name, arguments, (descriptor or "").removesuffix("(deleted)").strip("<>"), error)

    def _enter(self, process: str, arguments: str) -> None:
        for path in _paths(arguments):
            self.directories[process] = self._absolute(process, "", path)

    def _absolute(self, process: str, base: str, path: str) -> str:
        base = self.inside(base) if base else self.directories.get(process, "/")
        absolute = normpath(join(base, path))
        return "/" + absolute.lstrip("/") if not absolute.startswith(self.root) else self.inside(absolute)

    def _named(self, process: str, arguments: str) -> list[str]:
        """The paths named, in order: each after the directory descriptor before it, else after the working directory."""
        found: list[str] = []
        base = ""
        for part in _split(arguments):
            text = _STRING.match(part)
            if text is None:
                known = _DESCRIPTOR.match(part)
                base = _unescaped(known.group(2)) if known and known.group(2) else base
                if known and known.group(1) == "AT_FDCWD" and base:
                    self.directories[process] = self.inside(base)
            else:
                path = _unescaped(text.group(1))
                if (path or base) and (path.startswith("/") or base.startswith("/") or not base):
                    found.append(self._absolute(process, base, path))
                base = ""
        return found

    def _apply(self, process: str, name: str, arguments: str, descriptor: str, error: str | None) -> None:
        log = self.log
        if name == "io_uring_setup" and not error:
            raise UnreadableLogError("the program works through io_uring, which strace does not see")
        if name in _TIMES or name in _IGNORED or name == "copy_file_range":
            return
        if name in ("getdents64", "getdents", *_BY_DESCRIPTOR, "fchdir"):
            self._by_descriptor(process, name, arguments)
            return
        paths = self._named(process, arguments)
        if name in ("symlink", "symlinkat"):
            paths = paths[-1:]
        elif name not in _MOVES:
            paths = paths[:1]  # what comes after it is a result (readlink) or the name of an attribute
        if not paths or error in ("EBADF", "EFAULT"):
            return
        if error or name in _LOOKS:
            self._look(process, name, paths, error)
        elif name in ("open", "openat", "openat2", "creat"):
            self._open(name, paths[0], arguments, self.inside(_unescaped(descriptor)))
        elif name in _MAKES:
            log.make(paths[-1], fresh=True)
            log.folders |= {paths[-1]} if name.startswith("mkdir") else set()
        elif name in _REMOVES:
            log.remove(paths[0])
        elif name in _CHANGES:
            log.written.add(paths[0])
        elif name in _MOVES:
            self._move(name, paths)
        else:
            raise UnreadableLogError(f"{name}({arguments})")

    def _look(self, process: str, name: str, paths: list[str], error: str | None) -> None:
        for path in paths:
            self.log.look(path)
        if name == "execve" and not error:
            self.log.executed.add(paths[0])
        elif name == "chdir" and not error:
            self.directories[process] = paths[0]

    def _by_descriptor(self, process: str, name: str, arguments: str) -> None:
        known = _DESCRIPTOR.match(arguments)
        path = self.inside(_unescaped(known.group(2) or "")) if known else ""
        if not path.startswith("/"):
            return
        if name == "fchdir":
            self.directories[process] = path
        elif name in _BY_DESCRIPTOR:
            self.log.written.add(path)
        elif not self.log.is_own(path):
            self.log.listed.add(path)

    def _open(self, name: str, path: str, arguments: str, opened: str) -> None:
        flags = arguments.partition('"')[2]
        writes = name == "creat" or any(flag in flags for flag in ("O_WRONLY", "O_RDWR", "O_TRUNC", "O_TMPFILE"))
        reals = dict.fromkeys((path, opened) if opened.startswith("/") else (path,))
        for each in reals:
            if not writes or ("O_RDWR" in flags and "O_CREAT" not in flags):
                self.log.look(each)
            if writes and "O_TMPFILE" in flags:
                continue
            if writes and ("O_CREAT" in flags or name == "creat"):
                self.log.make(each, fresh="O_EXCL" in flags)
            elif writes:
                self.log.written.add(each)

    def _move(self, name: str, paths: list[str]) -> None:
        log, old, new = self.log, paths[0], paths[-1]
        log.look(old)
        if not name.startswith("link"):
            log.remove(old)
        log.make(new, fresh=name.startswith("link"))


def _paths(arguments: str) -> list[str]:
    return [_unescaped(text) for text in _STRING.findall(arguments)]


def _split(arguments: str) -> Iterator[str]:
    """The arguments of a call, cut at the commas that stand outside of texts, brackets and angle brackets."""
    depth, quoted, start, skip = 0, False, 0, False
    for at, letter in enumerate(arguments):
        if skip:
            skip = False
        elif letter == "\\":
            skip = True
        elif letter == '"':
            quoted = not quoted
        elif not quoted:
            depth += letter in "<[{("
            depth -= letter in ">]})" and arguments[at - 1] != "="
            if letter == "," and depth == 0:
                yield arguments[start:at].strip()
                start = at + 1
    yield arguments[start:].strip()


def _unescaped(text: str) -> str:
    return text.encode("latin-1", "replace").decode("unicode_escape").encode("latin-1").decode("utf-8", "replace")


def read_log(lines: Iterator[str], root: str, marker: str) -> Log:
    """What happened after the call that names ``marker``. ``root`` is the host's path of the root directory.

    Raises UnreadableLogError for a line that is not understood.
    """
    reader = _Reader(root.rstrip("/"), marker)
    waiting: dict[str, str] = {}
    for line in lines:
        found = _LINE.match(line.rstrip("\n"))
        if found is None:
            raise UnreadableLogError(line)
        process, text = found.groups()
        if process not in reader.directories:
            starting = [one for one, begun in waiting.items() if begun.partition("(")[0] in _STARTS]
            reader.directories[process] = reader.directories.get(starting[-1], "/") if starting else "/"
        if text.endswith("<unfinished ...>"):
            waiting[process] = text.removesuffix("<unfinished ...>").rstrip()
            continue
        if text.startswith("<... "):
            text = waiting.pop(process, "") + text.partition(" resumed>")[2]
        reader.event(process, text)
    if not reader.begun:
        raise UnreadableLogError("the command was never started")
    return reader.log
