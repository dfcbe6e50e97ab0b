"""Small questions about a shell's text and its files: what ends it, what a pattern matches, what ``echo`` writes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from fnmatch import fnmatchcase

from restow.build.context import DOCKERFILE_IDENTITY
from restow.effects.effect import Assumption
from restow.effects.places import PROGRAM_FOLDERS
from restow.effects.registry import belongs_to_system
from restow.effects.surroundings import is_placed
from restow.errors import UnknownEffect
from restow.semantics.scope import SYMBOLIC, is_known
from restow.shell import Node as ShellCommand
from restow.shell import ShellNode, SimpleCommand
from restow.vfs import (
    Attributes,
    Content,
    Directory,
    File,
    Filesystem,
    Node,
    Region,
    Symlink,
    Unknown,
    digest_of,
    join,
    split,
)
from restow.vfs.aliases import twins
from restow.vfs.filesystem import STANDARD_DIRECTORIES, if_missing, inherited, is_perhaps
from restow.vfs.inode import IMAGE
from restow.vfs.region import blurred

SET_OPTIONS = frozenset(
    "-e -u -x -o +x +e +u -ex -eu -eux -xe -ue -exu -uex -euxo -exo -eo -ux -xeu -xue pipefail errexit nounset "
    "xtrace".split()
)
BUILTINS = frozenset(["echo", "printf", "true", ":", "false", "exit", "test", "[", "pwd", "command", "type", "umask"])
MATCHERS = frozenset("mkdir rm rmdir cp mv ln touch chmod chown chgrp install tee unzip gunzip gzip".split())
DEVICES = ("/dev/null", "/dev/stdout", "/dev/stderr", "/dev/tty")
_PRELOADED = "/etc/ld.so.preload"
_LIBRARY_FOLDERS = ("/lib", "/usr/lib", "/lib64", "/usr/lib64")
_C_LIBRARIES = ("libc.so.6", "ld-musl-x86_64.so.1", "ld-musl-aarch64.so.1")


def set_options(words: Sequence[str]) -> Sequence[str] | None:
    """The options among the words after ``set``; None where one is not known. Others become ``$1`` and so on."""
    end = next((at for at, word in enumerate(words) if word not in SET_OPTIONS), len(words))
    if words[end : end + 1] and words[end] != "--" and words[end].startswith(("-", "+")):
        return None
    if words[:end] and words[end - 1].endswith("o") and end < len(words):
        return None  # the name of an option, which is none of those
    return words[:end]


def within(inner: ShellNode, outer: ShellNode | None) -> bool:
    """Whether one node lies in the other."""
    return outer is not None and outer.start <= inner.start and inner.end <= outer.end


def gives_up(node: ShellCommand) -> bool:
    """``|| exit 1``: the build fails where the left side does."""
    return isinstance(node, SimpleCommand) and [word.static for word in node.words] in (["exit", "1"], ["false"])


def exits_on_error(words: Sequence[str], before: bool = False) -> bool:
    """Whether options of a shell, or of ``set``, leave it such that a failing command ends it."""
    for at, word in enumerate(words):
        if word == "errexit":
            before = words[at - 1].startswith("-")
        elif word.startswith(("-", "+")) and not word.startswith("--") and "e" in word:
            before = word.startswith("-")
    return before


def matching(filesystem: Filesystem, absolute: Callable[[str], str], pattern: str) -> list[str]:
    """The places whose names and content a pattern depends on: the known names that match, and those not known.

    ``absolute`` gives the place of a path as written.
    """
    if "://" in pattern:
        return []
    if not is_known(pattern):
        raise UnknownEffect("a pattern depends on a value that is not known")
    folder, _, name = pattern.rpartition("/")
    while any(character in folder for character in "*?["):
        folder, name = folder.rpartition("/")[0], "*"
    place = absolute(folder or ("/" if pattern.startswith("/") else "."))
    if name == "*":
        return [place]
    node = filesystem.lookup(place)
    matched = [each for each in node.children if fnmatchcase(each, name)] if isinstance(node, Directory) else []
    return [join(place, each) for each in (*matched, name)]


def stands(filesystem: Filesystem, path: str) -> bool:
    """Whether there surely is a directory."""
    node = filesystem.lookup(path)
    known = isinstance(node, Directory) and not is_perhaps(node) and (node.attributes is not None or node.rest is None)
    return known or path == "/" or (path in STANDARD_DIRECTORIES and not isinstance(node, File | Symlink | None))


def kept(filesystem: Filesystem, cache: str) -> Filesystem:
    """``filesystem`` with what a program keeps in ``cache``, which it would not hold had the program been told to keep none."""
    node = filesystem.lookup(filesystem.resolve(cache))
    return filesystem if node is None else filesystem.put(filesystem.resolve(cache), blurred(node, "kept"))


def ways(filesystem: Filesystem, regions: Iterable[Region]) -> list[str]:
    """What stands on the way to the places of regions: a command that may fail does so where a directory is missing."""
    found: dict[str, str] = {}
    for region in regions:
        for rule in region.include:
            parts = split(rule)
            for depth in range(1, len(parts)):
                path = "/" + "/".join(parts[:depth])
                if path not in found and path not in STANDARD_DIRECTORIES and parts[depth - 1] != "*":
                    found[path] = kind(filesystem.lookup(path))
    return [digest_of(path, kind) for path, kind in sorted(found.items())]


def kind(node: Node | None) -> str:
    """What stands at a place, without what is in it."""
    if isinstance(node, Directory) and (node.attributes is not None or node.rest is None):
        return digest_of("directory", node.attributes.digest if node.attributes else "")
    if isinstance(node, Directory):
        return digest_of("unknown", node.rest.digest if node.rest else "")
    return "nothing" if node is None else digest_of(type(node).__name__, node.digest)


def said_plainly(argv: Sequence[str]) -> bool:
    """Whether this is an ``echo`` that prints its words as they stand, in every shell."""
    said = "".join(argv[1:])
    return (
        argv[0] == "echo"
        and "\\" not in said
        and SYMBOLIC not in said
        and not "".join(argv[1:2]).startswith(("-", "~"))
    )


def writer(path: str, data: bytes, created: Attributes) -> Callable[[Filesystem], Filesystem]:
    """What ``> path`` does with the bytes; a new file gets the attributes ``created``."""

    def write(filesystem: Filesystem) -> Filesystem:
        filesystem = filesystem.entered(path.rsplit("/", 1)[0] or "/")
        old = filesystem.lookup(path)
        if isinstance(old, File):
            return filesystem.put(path, File(old.attributes, Content.of(data)))
        if old is None:
            above = filesystem.lookup(path.rsplit("/", 1)[0] or "/")
            return filesystem.put(path, File(inherited(above, created, directory=False), Content.of(data)))
        if isinstance(old, Unknown):
            return filesystem.put(path, File(if_missing(old.origin, created), Content.of(data)))
        raise UnknownEffect(f"{path} is no file to write to")

    return write


STANDARD_PROGRAMS = Assumption(
    "standard-programs",
    "programs without a model, which may write anywhere, leave the programs that run later as they are",
)


def check_program(
    filesystem: Filesystem, directory: str, program: str, environment: Mapping[str, str], root: Filesystem | None
) -> tuple[Assumption, ...]:
    """Raise UnknownEffect where the build itself put a file where the program is looked up: it is not the one modelled.

    Gives what is assumed where a command made the file by the name of a program that is often brought that way, and after
    a program without a model, which may have written anywhere.
    ``root`` is the base image's filesystem where it is at hand: what still stands there as in it was not put there.
    """
    given = environment.get("PATH")
    folders = [entry or directory for entry in given.split(":") if is_known(entry)] if given is not None else []
    check_loader(filesystem, root)
    rest = filesystem.root.rest
    rewritten = rest is not None and (rest.writes or not rest.base.startswith(IMAGE))
    found = [STANDARD_PROGRAMS] if rewritten else list[Assumption]()
    names = [program] if "/" in program else [f"{folder}/{program}" for folder in (*PROGRAM_FOLDERS, *folders)]
    for name in names:
        path = join(directory, name)
        if is_known(path) and is_placed(filesystem, path) and not _is_kin(filesystem, path):
            if root is not None and _as_in(root, filesystem, path):
                continue
            if not isinstance(filesystem.lookup(path), Unknown) or belongs_to_system(program):
                raise UnknownEffect(f"{program} is a file that the build itself put at {path}")
            found.append(
                Assumption("program-by-name", f"what the build itself puts at {path} is the program of that name")
            )
    return tuple(found)


def check_loader(filesystem: Filesystem, root: Filesystem | None) -> None:
    """Raise UnknownEffect where the build itself put what the loader puts into every program: libraries to load before
    others, and the C library.
    """
    folders = [
        f"{top}/{name}"
        for top in ("/lib", "/usr/lib")
        if isinstance(above := filesystem.lookup(top), Directory)
        for name in above.children
        if "-linux-" in name
    ]
    libraries = [f"{folder}/{name}" for folder in (*_LIBRARY_FOLDERS, *folders) for name in _C_LIBRARIES]
    for path in (_PRELOADED, *libraries):
        if is_placed(filesystem, path) and not (root is not None and _as_in(root, filesystem, path)):
            raise UnknownEffect(f"every program loads what the build itself put at {path}")


def placed_shell(filesystem: Filesystem, program: str, root: Filesystem | None) -> str:
    """What the build put in the place of a shell, as a digest: empty where it put nothing there.

    A link to another shell, and one that a program made, count as a shell of their own. Raises UnknownEffect where a file
    stands there.
    """
    names = (program,) if program.startswith("/") else tuple(f"{folder}/{program}" for folder in PROGRAM_FOLDERS)
    found: list[str] = []
    for path in dict.fromkeys((*names, *(twin for name in names for twin in twins(name)))):
        if not is_placed(filesystem, path) or (root is not None and _as_in(root, filesystem, path)):
            continue
        end = filesystem.resolve(path)
        node, own = filesystem.lookup(end), root.lookup(end) if root is not None else None
        if isinstance(node, File) and (own is None or own.digest != node.digest):
            raise UnknownEffect(f"the shell is a file that the build itself put at {path}")
        found += [end, node.digest if node is not None else "nothing"]
    return digest_of(*found) if found else ""


def _as_in(root: Filesystem, filesystem: Filesystem, path: str) -> bool:
    """Whether ``path``, and what it leads to over links, is what the base image holds there."""
    end = root.resolve(path)
    pairs = [(root.lookup(each), filesystem.lookup(each)) for each in (path, end)]
    same = all(old is not None and new is not None and old.digest == new.digest for old, new in pairs)
    return same and filesystem.resolve(path) == end


def _is_kin(filesystem: Filesystem, path: str) -> bool:
    """Whether a link gives a program of the base image another name that means the same (``python`` to ``python3``)."""
    end = filesystem.resolve(path)
    if end == path or is_placed(filesystem, end):
        return False
    names = [each.rsplit("/", 1)[-1].rstrip("0123456789.") for each in (path, end)]
    return names[0] == names[1] and isinstance(filesystem.lookup(end), Unknown) and "bin" in end.split("/")


def reads_dockerfile(filesystem: Filesystem, regions: Iterable[Region]) -> bool:
    """Whether a command names a copy of the Dockerfile among what it reads: then its text is an input like any other."""
    nodes = (filesystem.lookup(path) for region in regions for path in region.include)
    return any(isinstance(node, File) and node.content.identity.startswith(DOCKERFILE_IDENTITY) for node in nodes)
