"""mkdir, rm, rmdir, touch, tee.

What can be computed on the known tree is computed (mkdir, rm); the rest is a term over the files named. They read no settings, and
no variables but those of the GNU coreutils manual for the names of backups and for old syntax; the locale changes messages only.

Priors (own estimates): 0.1 s; no bytes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fnmatch import fnmatchcase

from restow.effects.effect import SYMBOLIC, Effect, Invocation
from restow.effects.operands import is_loose, lying, places
from restow.effects.options import read_options
from restow.effects.ownership import created, is_octal
from restow.errors import UnknownEffect
from restow.vfs import ABSENT, Attributes, Directory, Filesystem, Node, Region, Unknown, digest_of, split
from restow.vfs.filesystem import inherited, opened

BACKUPS = ("SIMPLE_BACKUP_SUFFIX", "VERSION_CONTROL", "POSIXLY_CORRECT", "_POSIX2_VERSION")
"""Variables of the GNU coreutils manual: names of backups, and old syntax."""


def effect(call: Invocation) -> Effect:
    """Of one of the programs above."""
    return replace(_MODELS[call.name](call), environment=BACKUPS)


def _mkdir(call: Invocation) -> Effect:
    arguments = read_options(call.argv, flags=["-p", "--parents", "-v", "--verbose"], valued=["-m", "--mode"])
    loose = any(map(is_loose, arguments.operands))
    paths = lying(call, arguments.operands) if loose else [call.path(operand) for operand in arguments.operands]
    modes = arguments.values("-m", "--mode")
    new = created(call, 0o755)
    region = Region(tuple(paths))
    if loose or (modes and not is_octal(modes[-1])):
        return Effect(reads=(region,), writes=(region,))

    deep = arguments.has("-p", "--parents")

    def make(filesystem: Filesystem) -> Filesystem:
        for path in paths:
            if not deep:
                filesystem = _make_one(filesystem, path, replace(new, mode=int(modes[-1], 8) if modes else 0o755))
                continue
            parts = split(path)
            for depth in range(1, len(parts) + 1):
                here = "/" + "/".join(parts[:depth])
                mode = int(modes[-1], 8) if modes and depth == len(parts) else 0o755
                above = filesystem.lookup(here.rsplit("/", 1)[0] or "/")
                attributes = inherited(above, replace(new, mode=mode), directory=True)
                filesystem = filesystem.make_directories(here, attributes)
        return filesystem

    return Effect(reads=(region,), writes=(region,), exact=make, certain=deep)


def _make_one(filesystem: Filesystem, path: str, new: Attributes) -> Filesystem:
    """``mkdir`` without ``-p``: the directory above has to be there already, and the new one must not."""
    filesystem = filesystem.entered(path.rsplit("/", 1)[0])
    node = filesystem.lookup(path)
    if not isinstance(node, Unknown | None):
        raise UnknownEffect(f"{path} is there already")
    attributes = inherited(filesystem.lookup(path.rsplit("/", 1)[0] or "/"), new, directory=True)
    return filesystem.put(path, opened(path, node.origin, attributes) if node else Directory(attributes, {}))


def _rm(call: Invocation) -> Effect:
    flags = "-r -R -f -v -d --recursive --force --verbose --one-file-system".split()
    arguments = read_options(call.argv, flags=flags)
    operands = [operand for operand in arguments.operands if operand not in (".", "..")]
    for operand in operands:
        if operand.endswith("/") and (is_loose(operand) or call.entry(operand) != call.path(operand)):
            raise UnknownEffect(f"{call.name} with a slash at the end of a pattern, or of a symbolic link")
    paths = [call.entry(operand) if not is_loose(operand) else operand for operand in operands]
    if "/" in paths:
        raise UnknownEffect(f"{call.name} of the whole root, or of an unknown path")
    exact = [path for path in paths if not is_loose(path)]
    patterns = [path for path in paths if is_loose(path)]
    folders = lying(call, tuple(patterns))
    simple = call.name == "rm" and not any("\\" in pattern or SYMBOLIC in pattern for pattern in patterns)
    simple &= all("/" not in pattern or not is_loose(pattern.rstrip("/").rsplit("/", 1)[0]) for pattern in patterns)

    def remove(filesystem: Filesystem) -> Filesystem:
        for path in exact:
            filesystem = filesystem.put(path, None) if filesystem.lookup(path) is not None else filesystem
        for folder, pattern in zip(folders, patterns, strict=True):
            filesystem = _remove_matching(filesystem, folder, pattern.rstrip("/").rsplit("/", 1)[-1])
        return filesystem

    region = Region((*exact, *folders))
    sure = arguments.has("-f", "--force") and arguments.has("-r", "-R", "--recursive")
    return Effect(reads=(region,), writes=(region,), exact=remove if simple else None, certain=sure)


def _remove_matching(filesystem: Filesystem, folder: str, pattern: str) -> Filesystem:
    """``rm`` of ``folder/pattern``: known children by name; of unknown ones, what is left is named by the pattern."""
    node = filesystem.lookup(folder)
    term = digest_of("removed", pattern)
    if isinstance(node, Unknown):
        return filesystem.put(folder, Unknown(node.origin.after(term)))
    if not isinstance(node, Directory):
        return filesystem
    children: dict[str, Node] = {}
    for name, child in node.children.items():
        hidden = name.startswith(".") and not pattern.startswith(".")
        if hidden or not fnmatchcase(name, pattern):
            children[name] = child
        elif node.rest is not None:
            children[name] = ABSENT
    rest = node.rest.after(term) if node.rest else None
    kept = {name: child for name, child in children.items() if not (child is ABSENT and rest is None)}
    return filesystem.put(folder, Directory(node.attributes, kept, rest))


def _touch(call: Invocation) -> Effect:
    arguments = read_options(
        call.argv, flags=["-a", "-m", "-c", "-f", "-h", "--no-create"], valued=["-t", "-d", "--date", "-r"]
    )
    where = Region(places(call, *arguments.operands))
    return Effect(reads=(where, Region(tuple(map(call.path, arguments.values("-r"))))), writes=(where,))


def _tee(call: Invocation) -> Effect:
    arguments = read_options(call.argv, flags=["-a", "--append"])
    where = Region(tuple(lying(call, arguments.operands)))
    return Effect(reads=(where,), writes=(where,))


_MODELS: dict[str, Callable[[Invocation], Effect]] = {
    "mkdir": _mkdir,
    "rm": _rm,
    "rmdir": _rm,
    "touch": _touch,
    "tee": _tee,
}
