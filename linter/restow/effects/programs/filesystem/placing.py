"""cp, mv, ln and install: what is copied, moved or linked comes to stand at the destination, or in it where that is a directory.

A symbolic link is computed where it is plain where it goes. A link whose text only the build gives is marked as one that
may lead anywhere.

Priors (own estimates): 0.1 s, 0.2 s for a copy; no bytes, since what is copied is counted where it comes from.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from restow.effects.effect import SYMBOLIC, Assumption, Effect, Invocation
from restow.effects.operands import folder_of, is_loose, is_pattern, lying, places
from restow.effects.options import Arguments, read_options
from restow.effects.ownership import ACCOUNTS, created
from restow.effects.places import PROGRAM_FOLDERS
from restow.effects.programs.filesystem.files import BACKUPS
from restow.errors import UnknownEffect
from restow.vfs import Directory, File, Filesystem, Region, Symlink, join
from restow.vfs.filesystem import STANDARD_DIRECTORIES, inherited, was_link
from restow.vfs.links import ANYWHERE, links_below

LAYOUT = Assumption("base-layout", "the base image has no directory where the build makes a symbolic link")


def effect(call: Invocation) -> Effect:
    """Of one of the programs above."""
    return replace(_MODELS[call.name](call), environment=BACKUPS)


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
    if arguments.has("-u", "--update"):
        raise UnknownEffect(f"{call.name} by time depends on more than the content of an image")
    if "" in arguments.values("--no-preserve"):
        raise UnknownEffect("cp --no-preserve whose value is a word of its own is not modelled")
    sources, destination = _target(call, arguments)
    parts = [source.rstrip("/").split("/") for source in sources]
    if any(".." in (part if arguments.has("--parents") else part[-1:]) for part in parts):
        raise UnknownEffect(f"where {call.name} puts a path with '..' in it is not modelled")
    read, where = places(call, *sources), _written(call, arguments, sources, destination)
    _refuse_replaced(call, sources, destination)
    gone = read if call.name == "mv" else ()
    if any(path == target or path.startswith(target.rstrip("/") + "/") for path in where.include for target in gone):
        raise UnknownEffect("mv into itself")
    where = Region((*where.include, *gone), where.exclude)
    links = tuple(link for source in sources for link in _links_copied(call, arguments, sources, source, destination))
    return Effect(reads=(Region(read), where), writes=(where,), seconds=0.2, links=links)


def _written(call: Invocation, arguments: Arguments, sources: tuple[str, ...], destination: str) -> Region:
    """Where the sources end up; in the root directory, and in a folder of programs, the entries of their names."""
    if not is_loose(destination) and (named := _among_programs(call, arguments, sources, destination)):
        return Region(places(call, *named))
    if is_loose(destination) or call.path(destination) != "/":
        return Region(places(call, destination))
    whole = arguments.has("-T", "--no-target-directory")
    if whole and call.entry(destination) != "/":
        raise UnknownEffect(f"{call.name} -T onto a symbolic link to the root directory is not modelled")
    if len(sources) == 1 and (whole or _last_name(sources[0]) == "."):
        return _laid_out(call, arguments, sources[0])
    names = [_last_name(source) for source in sources]
    if whole or arguments.has("--parents") or any(is_loose(name) or name in ("", ".", "..") for name in names):
        raise UnknownEffect(f"what {call.name} puts into the root directory is not known by name")
    return Region(places(call, *(f"/{name}" for name in names)))


def _among_programs(
    call: Invocation, arguments: Arguments, sources: tuple[str, ...], destination: str
) -> tuple[str, ...]:
    """The paths of programs that come to stand in a folder of programs by their own names; none where it is not one."""
    folder, names = call.path(destination), [_last_name(source) for source in sources]
    if arguments.has("--parents", "-T", "--no-target-directory") or folder not in PROGRAM_FOLDERS:
        return ()
    if any(
        is_loose(each) or is_pattern(each) or name in ("", ".", "..") for each, name in zip(sources, names, strict=True)
    ):
        return ()
    return tuple(join(folder, name) for name in names)


def _refuse_replaced(call: Invocation, sources: tuple[str, ...], destination: str) -> None:
    """Raise UnknownEffect where a file of the build comes to stand in a folder of programs, by the name of a program."""
    from restow.effects.registry import known_programs

    if is_loose(destination):
        return
    end = call.path(destination)
    above, _, last = end.rpartition("/")
    if end not in PROGRAM_FOLDERS and above not in PROGRAM_FOLDERS:
        return
    programs = frozenset(known_programs())
    for source in sources:
        node = call.filesystem.lookup(call.area(folder_of(source) if is_loose(source) else source))
        names = {last} if end not in PROGRAM_FOLDERS else {_last_name(source)}
        if isinstance(node, Directory):
            names |= node.children.keys()
        found = sorted(names & programs) if isinstance(node, File | Symlink | Directory) else []
        if found:
            raise UnknownEffect(f"{call.name} puts a file of the build in the place of the program {found[0]}")


_MANY = 500
"""How many entries laid out in the root directory are told one by one: beyond, the effect counts as unknown."""


def _laid_out(call: Invocation, arguments: Arguments, source: str) -> Region:
    """What ``cp -a DIR/. /`` and ``cp -rT DIR /`` write: every file of DIR at its place, and the attributes of the folders.

    Raises UnknownEffect where not every entry of DIR is known, or where links in it may be followed.
    """
    if call.name != "cp" or is_loose(source) or arguments.has("-L", "--dereference", "-H", "--parents"):
        raise UnknownEffect(f"{call.name} works on the whole filesystem")
    files, folders = _tree(call.filesystem, call.entry(source))
    if len(files) + len(folders) > _MANY:
        raise UnknownEffect(f"{call.name} puts more into the root directory than is told one by one")
    if not arguments.has("-a", "--archive", "-p", "--preserve"):
        folders = [name for name in folders if name and not _is_folder(call, call.path(f"/{name}"))]
    made = [call.path(f"/{name}") for name in folders]
    if any(path == "/" for path, name in zip(made, folders, strict=True) if name):
        raise UnknownEffect(f"{call.name} works on the whole filesystem")
    written = places(call, *(f"/{name}" for name in files))
    return Region((*written, *made), tuple(join(folder, "*") for folder in made))


def _tree(filesystem: Filesystem, top: str) -> tuple[list[str], list[str]]:
    """The names of the files and links in a directory, and of the directories (``""`` is that itself), relative to it.

    Raises UnknownEffect where not all of them are known.
    """
    files, folders = list[str](), list[str]()
    if not isinstance(filesystem.lookup(top), Directory):
        raise UnknownEffect(f"what stands in {top}, and comes into the root directory, is not known")
    for path, node in filesystem.walk(top):
        name = path[len(top) :].lstrip("/")
        if isinstance(node, Directory) and node.rest is None:
            folders.append(name)
        elif isinstance(node, File | Symlink):
            files.append(name)
        else:
            raise UnknownEffect(f"what stands in {path}, and comes into the root directory, is not known")
    return files, folders


def _links_copied(
    call: Invocation, arguments: Arguments, sources: tuple[str, ...], source: str, destination: str
) -> tuple[tuple[str, str], ...]:
    """The links that a copy of ``source`` may make, as (place, text).

    Raises UnknownEffect where there are links in the folder of a pattern, and it is not known where they end up.
    """
    if not is_loose(source):
        landing = _landing(call, arguments, sources, source, destination)
        return tuple((join(landing, inner), text) for inner, text in _links_at(call, call.entry(source)))
    folder = folder_of(source)
    found = _links_at(call, call.area(folder))
    plain = SYMBOLIC not in source and join("/", folder, "x") == join("/", source.rpartition("/")[0], "x")
    if found and (not plain or arguments.has("--parents")):
        raise UnknownEffect(f"where {call.name} puts the symbolic links of {folder} is not known")
    end = call.path(destination) if found else ""
    return tuple((join(end, inner), text) for inner, text in found)


def _landing(call: Invocation, arguments: Arguments, sources: tuple[str, ...], source: str, destination: str) -> str:
    """Where one of the sources comes to stand: in the destination where that is a directory, else there.

    Where nobody knows, there: what lies below the place is then told of neither. ``ln -n`` takes a link for no directory.
    """
    here, end = call.entry(destination), call.path(destination)
    if arguments.has("--parents"):
        return join(end, source.lstrip("/"))
    if arguments.has("-T", "--no-target-directory"):
        return here
    as_it_is = call.name == "ln" and arguments.has("-n", "--no-dereference") and here != end
    into = _is_into(destination) or arguments.has("-t", "--target-directory") or len(sources) > 1
    return join(end, _last_name(source)) if into or (_is_folder(call, end) and not as_it_is) else here


def _is_into(destination: str) -> bool:
    """Whether a destination can only be a directory: ``dir/``, ``.`` and ``..``."""
    return destination.endswith("/") or _last_name(destination) in (".", "..")


def _is_folder(call: Invocation, path: str) -> bool:
    return isinstance(call.filesystem.lookup(path), Directory) or path in STANDARD_DIRECTORIES


def _links_at(call: Invocation, path: str) -> list[tuple[str, str]]:
    """The links of the build at and below ``path``: the place relative to it, and the text."""
    node = call.filesystem.lookup(path)
    if isinstance(node, Symlink):
        return [("", node.target)]
    if (led := was_link(node)) is not None:
        return [("", led)]
    below = links_below(node) if isinstance(node, Directory) else ()
    return [(place.lstrip("/"), target) for place, target in below]


WORDS = Assumption("link-words", "words that only the build gives to ln are paths, and no options")


def _link(call: Invocation) -> Effect:
    """A symbolic link where it is plain where it goes; hard links tie places together that the simulator holds apart."""
    flags = "-s -f -n -v -T -r -i -sf --symbolic --force --no-dereference --verbose --relative --no-target-directory".split()
    arguments = read_options(call.argv, flags=flags, valued=["-t", "--target-directory"], words=True)
    sources: tuple[str, ...]
    if len(arguments.operands) == 1 and not arguments.has("-t", "--target-directory"):
        sources, destination = arguments.operands, _last_name(arguments.operands[0])
    else:
        sources, destination = _target(call, arguments)
    if not arguments.has("-s", "-sf", "--symbolic"):
        raise UnknownEffect("a hard link is one file at two places")
    if is_loose(destination):
        return _named_by_build(call, sources, destination)
    if any(map(is_loose, sources)):
        return _open_link(call, arguments, sources, destination)
    where = Region(places(call, destination))
    relative = arguments.has("-r", "--relative")
    links = tuple(
        (_landing(call, arguments, sources, each, destination), call.path(each) if relative else each)
        for each in sources
    )
    if len(sources) != 1 or relative or arguments.has("-t", "--target-directory", "-i"):
        return Effect(reads=(where,), writes=(where,), links=links)
    here = _landing(call, arguments, sources, sources[0], destination)
    where, links = Region((here,)), ((here, sources[0]),)
    if isinstance(call.filesystem.lookup(here), Directory) or here in STANDARD_DIRECTORIES:
        return Effect(reads=(where,), writes=(where,), links=links)
    call.assume(LAYOUT)

    def link(filesystem: Filesystem) -> Filesystem:
        filesystem = filesystem.entered(here.rsplit("/", 1)[0])
        above = filesystem.lookup(here.rsplit("/", 1)[0] or "/")
        owner = inherited(above, created(call, 0o777), directory=False)
        return filesystem.put(here, Symlink(sources[0], owner))

    return Effect(reads=(where,), writes=(where,), exact=link, links=links)


def _last_name(path: str) -> str:
    return path.rstrip("/").rsplit("/", 1)[-1]


NAMES_OF_LINKS = Assumption(
    "links-left-alone", "no later command writes through a symbolic link whose name only the build gives"
)


def _named_by_build(call: Invocation, sources: tuple[str, ...], destination: str) -> Effect:
    """A link whose name only the build gives: one to an entry beside it, or to a device, in a known folder."""
    folder, _, name = destination.rpartition("/")
    plain = folder and not is_loose(folder) and not is_pattern(name)
    beside = len(sources) == 1 and ("/" not in sources[0] or sources[0].startswith("/dev/"))
    if not plain or not beside or sources[0] in (".", "..", "/dev/") or is_pattern(sources[0]):
        raise UnknownEffect("ln makes a symbolic link at a place that is not known")
    if sources[0].startswith(SYMBOLIC):
        call.assume(WORDS)
    call.assume(NAMES_OF_LINKS)
    where = Region(places(call, destination))
    return Effect(reads=(where,), writes=(where,))


def _open_link(call: Invocation, arguments: Arguments, sources: tuple[str, ...], destination: str) -> Effect:
    """A link with a text that only the build gives: where it stands is known, and it may lead anywhere."""
    if len(sources) != 1:
        raise UnknownEffect("ln makes symbolic links that are not known before the build")
    if sources[0].startswith(SYMBOLIC):
        call.assume(WORDS)
    here = _landing(call, arguments, sources, sources[0], destination)
    if is_loose(here) or _last_name(here) in ("", ".", ".."):
        raise UnknownEffect("ln makes a symbolic link whose name is not known before the build")
    if isinstance(call.filesystem.lookup(here), Directory) or here in STANDARD_DIRECTORIES:
        raise UnknownEffect(f"ln makes a symbolic link where {here} is a directory")
    call.assume(LAYOUT)
    where = Region((here,))
    return Effect(reads=(where,), writes=(where,), links=((here, ANYWHERE),))


def _install(call: Invocation) -> Effect:
    flags = "-d -D -v -p -c -C -T --directory --verbose --compare --preserve-timestamps --no-target-directory".split()
    valued = "-m -o -g -t --mode --owner --group --target-directory".split()
    arguments = read_options(call.argv, flags=flags, valued=valued)
    if arguments.has("-d", "--directory"):
        made = Region(tuple(lying(call, arguments.operands)))
        return Effect(reads=(made, ACCOUNTS), writes=(made,))
    sources, destination = _target(call, arguments)
    _refuse_replaced(call, sources, destination)
    named = () if is_loose(destination) else _among_programs(call, arguments, sources, destination)
    read, written = Region(places(call, *sources)), Region(places(call, *(named or (destination,))))
    return Effect(reads=(read, written, ACCOUNTS), writes=(written,))


_MODELS: dict[str, Callable[[Invocation], Effect]] = {"cp": _copy, "mv": _copy, "ln": _link, "install": _install}
