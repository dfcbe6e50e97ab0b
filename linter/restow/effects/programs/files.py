"""mkdir, rm, rmdir, cp, mv, ln, touch, chmod, chown, chgrp, install, tee.

What can be computed on the known tree is computed (mkdir, rm, chmod and chown with numbers); the rest is a term over
the files named. They read no settings, and no variables but those of the GNU coreutils manual for the names of backups and for old
syntax; the locale changes messages only.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fnmatch import fnmatchcase

from restow.effects.effect import SYMBOLIC, Assumption, Effect, Invocation
from restow.effects.operands import folder_of, is_pattern
from restow.effects.options import Arguments, read_options
from restow.errors import UnknownEffect
from restow.vfs import (
    ABSENT,
    Attributes,
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
from restow.vfs.filesystem import IF_MISSING, STANDARD_DIRECTORIES, inherited, opened, was_link
from restow.vfs.links import links_below

LAYOUT = Assumption("base-layout", "the base image has no directory where the build makes a symbolic link")
_ACCOUNTS = Region(("/etc/passwd", "/etc/group"))
_NAMES = Region((*_ACCOUNTS.include, "/etc/nsswitch.conf"))


_LISTENED = ("SIMPLE_BACKUP_SUFFIX", "VERSION_CONTROL", "POSIXLY_CORRECT", "_POSIX2_VERSION")


def effect(call: Invocation) -> Effect:
    """Of one of the programs above."""
    return replace(_MODELS[call.name](call), environment=_LISTENED)


def created(call: Invocation, mode: int) -> Attributes:
    """What a new entry gets: root's numbers, or those of the user, which the account files tell where it is a name."""
    name, _, group = call.user.partition(":")
    if name in ("", "root", "0") and group in ("", "root", "0"):
        return Attributes(mode)
    accounts = [call.filesystem.lookup(path) for path in _ACCOUNTS.include]
    term = digest_of("account", call.user, *(node.digest if node else "nothing" for node in accounts))
    uid: int | str = int(name) if name.isdigit() else 0 if name == "root" else f"?user:{term}"
    return Attributes(mode, uid, int(group) if group.isdigit() else f"?group:{term}")


def _plain(call: Invocation, operands: tuple[str, ...]) -> list[str]:
    """Absolute paths of the operands; a pattern, or an unknown value, stands for the folder in which it is matched."""
    paths = []
    for operand in operands:
        if operand.startswith(SYMBOLIC):
            raise UnknownEffect(f"a path given to {call.name} depends on a value that is not known")
        paths.append(call.area(folder_of(operand)))
    if "/" in paths:
        raise UnknownEffect(f"{call.name} works on the whole filesystem")
    return paths


def _is_loose(operand: str) -> bool:
    """Whether an operand stands for more than one path."""
    return is_pattern(operand) or SYMBOLIC in operand


def _mkdir(call: Invocation) -> Effect:
    arguments = read_options(call.argv, flags=["-p", "--parents", "-v", "--verbose"], valued=["-m", "--mode"])
    loose = any(map(_is_loose, arguments.operands))
    paths = _plain(call, arguments.operands) if loose else [call.path(operand) for operand in arguments.operands]
    modes = arguments.values("-m", "--mode")
    new = created(call, 0o755)
    region = Region(tuple(paths))
    if loose or (modes and not _octal(modes[-1])):
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


def _octal(text: str) -> bool:
    return text.isdigit() and all(digit in "01234567" for digit in text) and len(text) <= 5


def _with_attributes(filesystem: Filesystem, path: str, change: Callable[[Attributes], Attributes]) -> Filesystem:
    node = filesystem.lookup(path)
    if isinstance(node, File):
        after = change(node.attributes)
        if (after.uid, after.gid) != (node.attributes.uid, node.attributes.gid):
            if isinstance(after.mode, int) and after.mode & 0o6000:
                raise UnknownEffect(f"the kernel takes set-user-ID bits away where the owner of {path} changes")
            return filesystem.put(path, replace(node, attributes=after, capability=b""))
        return filesystem.put(path, replace(node, attributes=after))
    if isinstance(node, Directory) and node.attributes is not None:
        return filesystem.put(path, Directory(change(node.attributes), node.children, node.rest))
    raise UnknownEffect(f"the attributes of {path} are not known")


def _rm(call: Invocation) -> Effect:
    flags = "-r -R -f -v -d --recursive --force --verbose --one-file-system".split()
    arguments = read_options(call.argv, flags=flags)
    operands = [operand for operand in arguments.operands if operand not in (".", "..")]
    for operand in operands:
        if operand.endswith("/") and (_is_loose(operand) or call.entry(operand) != call.path(operand)):
            raise UnknownEffect(f"{call.name} with a slash at the end of a pattern, or of a symbolic link")
    paths = [call.entry(operand) if not _is_loose(operand) else operand for operand in operands]
    if "/" in paths:
        raise UnknownEffect(f"{call.name} of the whole root, or of an unknown path")
    exact = [path for path in paths if not _is_loose(path)]
    patterns = [path for path in paths if _is_loose(path)]
    folders = _plain(call, tuple(patterns))
    simple = call.name == "rm" and not any("\\" in pattern or SYMBOLIC in pattern for pattern in patterns)
    simple &= all("/" not in pattern or not _is_loose(pattern.rstrip("/").rsplit("/", 1)[0]) for pattern in patterns)

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


def _target(call: Invocation, arguments: Arguments) -> tuple[tuple[str, ...], str]:
    """Sources and the destination of cp, mv, ln and install."""
    folder = arguments.values("-t", "--target-directory")
    operands = arguments.operands
    if folder:
        return operands, folder[0]
    if len(operands) < 2:
        raise UnknownEffect(f"{call.name} with fewer than two operands is not modelled")
    return operands[:-1], operands[-1]


_COPY_FLAGS = (
    "-r -R -a -f -p -v -n -u -L -P -d -T -i -x --recursive --archive --force --verbose --no-clobber "
    "--update --dereference --preserve --parents --no-target-directory -H --no-dereference --remove-destination "
    "--no-preserve"
).split()


def _copy(call: Invocation) -> Effect:
    arguments = read_options(call.argv, flags=_COPY_FLAGS, valued=["-t", "--target-directory"])
    sources, destination = _target(call, arguments)
    read, written = _ends(call, sources), _ends(call, (destination,))
    gone = tuple(read) if call.name == "mv" else ()
    if any(path == target or path.startswith(target.rstrip("/") + "/") for path in written for target in gone):
        raise UnknownEffect("mv into itself")
    seconds, places = 0.2, Region((*written, *gone))
    links = tuple(
        (join(place, inner), target)
        for source in sources
        if not _is_loose(source)
        for place in (_landing(call, source, destination),)
        for inner, target in _links_at(call, call.entry(source))
    )
    return Effect(reads=(Region(tuple(read)), places), writes=(places,), seconds=seconds, links=links)


def _landing(call: Invocation, source: str, destination: str) -> str:
    """Where a source comes to stand: in the destination where that is a directory, else there.

    Where nobody knows, there: what lies below the place is then told of neither.
    """
    end = call.path(destination)
    inside = isinstance(call.filesystem.lookup(end), Directory) or end in STANDARD_DIRECTORIES
    return join(end, source.rstrip("/").rsplit("/", 1)[-1]) if inside else call.entry(destination)


def _links_at(call: Invocation, path: str) -> list[tuple[str, str]]:
    """The links of the build at and below ``path``: the place relative to it, and the text."""
    node = call.filesystem.lookup(path)
    if isinstance(node, Symlink):
        return [("", node.target)]
    if (led := was_link(node)) is not None:
        return [("", led)]
    below = links_below(node) if isinstance(node, Directory) else ()
    return [(place.lstrip("/"), target) for place, target in below]


def _ends(call: Invocation, operands: tuple[str, ...]) -> list[str]:
    """The places of the operands, and of the symbolic links that stand there."""
    links = [call.entry(operand) for operand in operands if not _is_loose(operand)]
    return list(dict.fromkeys((*_plain(call, operands), *links)))


def _link(call: Invocation) -> Effect:
    """A symbolic link where it is plain where it goes; hard links tie places together that the simulator holds apart."""
    flags = "-s -f -n -v -T -r -i -sf --symbolic --force --no-dereference --verbose --relative --no-target-directory".split()
    arguments = read_options(call.argv, flags=flags, valued=["-t"])
    sources: tuple[str, ...]
    if len(arguments.operands) == 1:
        name = arguments.operands[0].rstrip("/").rsplit("/", 1)[-1]
        sources, destination = arguments.operands, name
    else:
        sources, destination = _target(call, arguments)
    if not arguments.has("-s", "-sf", "--symbolic"):
        raise UnknownEffect("a hard link is one file at two places")
    places = Region(tuple(_ends(call, (destination,))))
    if any(_is_loose(word) for word in (*sources, destination)):
        raise UnknownEffect("ln makes a symbolic link that is not known before the build")
    relative = arguments.has("-r", "--relative")
    links = tuple((_landing(call, each, destination), call.path(each) if relative else each) for each in sources)
    if len(sources) != 1 or relative or arguments.has("-t", "-i"):
        return Effect(reads=(places,), writes=(places,), links=links)
    here, end = call.entry(destination), call.path(destination)
    inside = isinstance(call.filesystem.lookup(end), Directory) or end in STANDARD_DIRECTORIES
    whole = arguments.has("-n", "-T", "--no-dereference", "--no-target-directory") and here != end
    if destination.endswith("/") or (inside and not whole):
        here = join(end, sources[0].rstrip("/").rsplit("/", 1)[-1])
        places = Region((here,))
    links = ((here, sources[0]),)
    if isinstance(call.filesystem.lookup(here), Directory) or here in STANDARD_DIRECTORIES:
        return Effect(reads=(places,), writes=(places,), links=links)
    call.assume(LAYOUT)

    def link(filesystem: Filesystem) -> Filesystem:
        filesystem = filesystem.entered(here.rsplit("/", 1)[0])
        above = filesystem.lookup(here.rsplit("/", 1)[0] or "/")
        owner = inherited(above, created(call, 0o777), directory=False)
        return filesystem.put(here, Symlink(sources[0], owner))

    return Effect(reads=(places,), writes=(places,), exact=link, links=links)


def _touch(call: Invocation) -> Effect:
    arguments = read_options(call.argv, flags=["-a", "-m", "-c", "--no-create"], valued=["-t", "-d", "--date", "-r"])
    places = Region(tuple(_plain(call, arguments.operands)))
    return Effect(reads=(places, Region(tuple(map(call.path, arguments.values("-r"))))), writes=(places,))


def _change(call: Invocation) -> Effect:
    """chmod, chown and chgrp: exact with numbers on what is known; else a term over the files named.

    A name is looked up in the account files, which are read then.
    """
    argv = _mode_as_operand(call.argv) if call.name == "chmod" else call.argv
    flags = "-R --recursive -v --verbose -f --silent --quiet -c --changes -h --no-dereference -H -L -P --preserve-root".split()
    arguments = read_options(argv, flags=flags, valued=["--reference", "--from"])
    if arguments.has("--reference", "--from") or len(arguments.operands) < 2:
        raise UnknownEffect(f"this use of {call.name} is not modelled")
    value, recursive = arguments.operands[0], arguments.has("-R", "--recursive")
    paths = _plain(call, arguments.operands[1:])
    places = Region(tuple(_ends(call, arguments.operands[1:])))
    links = (recursive and len(places.include) > len(paths)) or arguments.has("-h", "--no-dereference", "-H", "-L")
    accounts = _NAMES if call.name != "chmod" else Region()
    change = _attribute_change(call.name, value)
    known = change is not None and not links and not any(map(_is_loose, arguments.operands[1:]))
    known &= (
        call.name != "chmod" or len(value) > 4 or not any(_keeps_bits(call.filesystem, p, recursive) for p in paths)
    )
    if known and change is not None and all(_all_known(call.filesystem, path, recursive) for path in paths):

        def apply(filesystem: Filesystem) -> Filesystem:
            for path in paths:
                for place in [p for p, _ in filesystem.walk(path)] if recursive else [path]:
                    node = filesystem.lookup(place)
                    if isinstance(node, Symlink) and call.name != "chmod":
                        owner = replace(change(node.attributes), mode=0o777)
                        filesystem = filesystem.put(place, Symlink(node.target, owner))
                    elif isinstance(node, File | Directory):
                        filesystem = _with_attributes(filesystem, place, change)
            return filesystem

        return Effect(reads=(places,), writes=(places,), exact=apply)
    return Effect(reads=(places, accounts), writes=(places,), seconds=0.3)


def _keeps_bits(filesystem: Filesystem, path: str, recursive: bool) -> bool:
    """Whether a directory there may have a set-user-ID or set-group-ID bit, which GNU chmod keeps where busybox does not."""
    nodes = [node for _, node in filesystem.walk(path)] if recursive else [filesystem.lookup(path)]
    modes = [node.attributes.mode for node in nodes if isinstance(node, Directory) and node.attributes]
    return any(bool(m & 0o6000) if isinstance(m, int) else not m.startswith(IF_MISSING) for m in modes)


def _mode_as_operand(argv: tuple[str, ...]) -> tuple[str, ...]:
    """``chmod -x file``: a mode that looks like options."""
    return tuple(
        f"./{word}" if len(word) > 1 and word[0] == "-" and set(word[1:]) <= set("rwxXst") else word for word in argv
    )


def _attribute_change(program: str, value: str) -> Callable[[Attributes], Attributes] | None:
    if program == "chmod":
        return (lambda old: replace(old, mode=int(value, 8))) if _octal(value) else None
    user, colon, group = value.partition(":")
    if program == "chgrp":
        user, group = "", value
    if (user and not user.isdigit()) or (group and not group.isdigit()) or (colon and not group):
        return None

    def change(old: Attributes) -> Attributes:
        return Attributes(old.mode, int(user) if user else old.uid, int(group) if group else old.gid)

    return change


def _all_known(filesystem: Filesystem, path: str, recursive: bool) -> bool:
    node = filesystem.lookup(path)
    if isinstance(node, File):
        return True
    if not isinstance(node, Directory) or node.attributes is None:
        return False
    if not recursive:
        return True
    return node.rest is None and all(_all_known(filesystem, f"{path}/{name}", True) for name in node.children)


def _install(call: Invocation) -> Effect:
    flags = "-d -D -v -p -c -C -T --directory --verbose --compare --preserve-timestamps --no-target-directory".split()
    valued = "-m -o -g -t --mode --owner --group --target-directory".split()
    arguments = read_options(call.argv, flags=flags, valued=valued)
    if arguments.has("-d", "--directory"):
        made = Region(tuple(_plain(call, arguments.operands)))
        return Effect(reads=(made, _NAMES), writes=(made,))
    sources, destination = _target(call, arguments)
    read, written = Region(tuple(_plain(call, sources))), Region(tuple(_plain(call, (destination,))))
    return Effect(reads=(read, written, _NAMES), writes=(written,))


def _tee(call: Invocation) -> Effect:
    arguments = read_options(call.argv, flags=["-a", "--append"])
    places = Region(tuple(_plain(call, arguments.operands)))
    return Effect(reads=(places,), writes=(places,))


_MODELS: dict[str, Callable[[Invocation], Effect]] = {
    "mkdir": _mkdir,
    "rm": _rm,
    "rmdir": _rm,
    "cp": _copy,
    "mv": _copy,
    "ln": _link,
    "touch": _touch,
    "chmod": _change,
    "chown": _change,
    "chgrp": _change,
    "install": _install,
    "tee": _tee,
}
