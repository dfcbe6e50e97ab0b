"""Which program a name stands for: only programs of the base image are known by their names.

A program that the build itself put in place is read as a script where its text is known. Any other is not computed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from restow.build.exact.disk import READ, SEARCH, Disk, FileError
from restow.build.shell_text import check_loader
from restow.errors import UnknownEffect
from restow.semantics.scope import is_known
from restow.vfs import Directory, File, Filesystem, Node, join

SHELLS = ("sh", "bash", "dash", "ash")
DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_COREUTILS = "/var/lib/dpkg/info/coreutils.list"
_MOUNTED_FOLDERS = ("/proc", "/sys", "/dev")


@dataclass(frozen=True, slots=True)
class Program:
    """What stands at a path that is run. ``flavour``: ``busybox``, ``gnu``, ``dash`` or ``bash``.

    ``script`` is the text of a script that the build put there, ``interpreter`` the words of its first line (None where
    it has none: the shell reads it itself).
    """

    path: str
    flavour: str = ""
    script: str | None = None
    interpreter: tuple[str, ...] | None = None


class NotFoundError(FileError):
    """Nothing that can be run: ``status`` is the exit status that a shell gives for it."""

    def __init__(self, status: int) -> None:
        super().__init__("ENOENT" if status == 127 else "EACCES")
        self.status = status


def find(name: str, disk: Disk, environment: Mapping[str, str], image: Filesystem) -> Program:
    """The program that ``name`` stands for. Raises NotFoundError, and UnknownEffect for one that is not known.

    ``image`` is the filesystem of the base image.
    """
    if not is_known(name):
        raise UnknownEffect("the name of a program is not known")
    _check_surroundings(disk, environment, image)
    if "/" in name:
        return _at(name, disk, image, name)
    path = environment.get("PATH", DEFAULT_PATH)
    if not is_known(path):
        raise UnknownEffect("PATH is not known")
    denied = False
    for folder in path.split(":"):
        where = f"{folder or '.'}/{name}"
        if where.startswith(_MOUNTED_FOLDERS):
            raise UnknownEffect("PATH names a folder that the engine mounts")
        try:
            return _at(where, disk, image, name)
        except NotFoundError as error:
            denied |= error.status == 126
    raise NotFoundError(126 if denied else 127)


_CHANGING = frozenset(
    "POSIXLY_CORRECT _POSIX2_VERSION QUOTING_STYLE TIME_STYLE BLOCK_SIZE BLOCKSIZE LS_BLOCK_SIZE TABSIZE COLUMNS GZIP XZ_OPT "
    "XZ_DEFAULTS BZIP BZIP2 GREP_OPTIONS SIMPLE_BACKUP_SUFFIX VERSION_CONTROL AWKPATH".split()
)
"""Variables by which GNU programs do something else (coreutils, tar, grep and gzip manuals)."""
_LOADED = ("LD_PRELOAD", "LD_AUDIT", "LD_LIBRARY_PATH")


def _check_surroundings(disk: Disk, environment: Mapping[str, str], image: Filesystem) -> None:
    """Raise UnknownEffect where files of the build, or variables, change what every program does."""
    check_loader(disk.filesystem, image)
    for variable in _LOADED:
        for word in re.split("[: ]", environment.get(variable, "")):
            if not is_known(word) or (word and disk.filesystem.lookup(join(disk.directory, word)) is not None):
                raise UnknownEffect(f"{variable} gives libraries of its own to every program")
    if found := sorted(_CHANGING & environment.keys()):
        raise UnknownEffect(f"{found[0]} changes what programs do")


def _at(path: str, disk: Disk, image: Filesystem, name: str) -> Program:
    try:
        place = disk.locate(path)
    except FileError as error:
        raise NotFoundError(126 if error.code == "EACCES" else 127) from None
    if place.node is None:
        raise NotFoundError(127)
    if isinstance(place.node, Directory) or not isinstance(place.node, File) or not disk.may(place.node, SEARCH):
        raise NotFoundError(126)
    own = image.lookup(place.path)
    if isinstance(own, File) and own.content.identity == place.node.content.identity:
        return Program(path, _flavour(name.rsplit("/", 1)[-1], place.path, own, image))
    disk.require(place.node, READ)
    data = disk.read(place.node)
    if data is None or b"\0" in data[:4096] or data.startswith(b"\x7fELF"):
        raise UnknownEffect(f"{path} is a file that the build itself put there")
    text = data.decode("utf-8", "surrogateescape")
    if not text.startswith("#!"):
        return Program(path, script=text)
    words = re.split("[ \t]+", text[2:].split("\n", 1)[0].strip(" \t"), maxsplit=1)
    if len(text[2:].split("\n", 1)[0]) > 120 or not words[0]:
        raise UnknownEffect("the first line of a script is cut by the kernel, or empty")
    return Program(path, script=text, interpreter=tuple(words))


def _flavour(name: str, path: str, node: File, image: Filesystem) -> str:
    """Whose program of that name it is. Raises UnknownEffect where that is not known."""
    base = path.rsplit("/", 1)[-1]
    if _is_busybox(node, base, image):
        return "busybox"
    if base in ("dash", "bash") and name in SHELLS:
        return base
    if base == name and re.fullmatch("/(usr/)?s?bin/[^/]+", path) and isinstance(image.lookup(_COREUTILS), File):
        return "gnu"
    raise UnknownEffect(f"nobody knows whose {name} {path} is")


def _is_busybox(node: File, base: str, image: Filesystem) -> bool:
    if base == "busybox":
        return True
    there: Node | None = image.lookup(image.resolve("/bin/busybox"))
    return isinstance(there, File) and there.content.identity == node.content.identity


def is_known_root(filesystem: Filesystem) -> bool:
    """Whether all names in the root are known: of a filesystem whose rest is unknown nothing is computed here."""
    return filesystem.root.rest is None and filesystem.root.attributes is not None
