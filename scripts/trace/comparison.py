"""Whether a command's model covers what a trace of the real program shows.

A violation is a path that the program looked at, listed or wrote, or a variable that it asked for, outside of what the
model declares. Set aside, each for a reason, is only what this module names: ``KERNEL``, ``LOADER``, ``LIBRARIES``,
``C_LIBRARY``, the search for the program itself, the way to a path (``is_on_the_way``), what the command replaces whole
whatever it was (``Effect.creates``), and directories made on the way to what is written.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

from restow.effects import Effect, Invocation, effect_of
from restow.effects.surroundings import attributes_of
from restow.errors import UnknownEffect
from restow.vfs import Attributes, Content, File, Filesystem, Region, Symlink, join, split

KERNEL = Region(("/proc", "/sys", "/dev", "/selinux"))
"""Not part of any image: the engine mounts them. ``/selinux`` is where old kernels show the same as below ``/sys``."""
LOADER = Region(
    (
        *("/etc/ld.so.cache", "/etc/ld.so.preload", "/lib/x86_64-linux-gnu", "/lib64", "/usr/lib64"),
        *("/lib/aarch64-linux-gnu", "/lib/tls", "/lib/glibc-hwcaps", "/usr/lib/tls", "/usr/lib/glibc-hwcaps"),
        *("/usr/lib/locale", "/usr/share/locale", "/etc/locale.alias", "/etc/localtime", "/usr/share/zoneinfo"),
        *("/etc/selinux/config", "/usr/lib/ssl/openssl.cnf", "/etc/ssl/openssl.cnf", "/etc/gcrypt"),
    )
)
"""What starting any dynamically linked program reads: libraries, tables of locales and time zones, whether SELinux is on."""
LIBRARIES = ("*.so", "*.so.*", "gconv-modules", "gconv-modules.cache")
C_LIBRARY = (
    *("LANG", "LANGUAGE", "LC_*", "LOCPATH", "NLSPATH", "CHARSET", "OUTPUT_CHARSET", "TEXTDOMAIN*", "GCONV_PATH"),
    *("POSIXLY_CORRECT", "GETCONF_DIR", "MALLOC_*", "TZ", "TZDIR", "RES_OPTIONS", "LOCALDOMAIN", "HOSTALIASES"),
    *("RESOLV_*", "GLIBC_TUNABLES", "LD_*", "RESTOW_TRACE_ASKED", "_", "GMON_OUT_PREFIX"),
)
"""Variables of the C library: language and form of messages, time zone, resolver, loader."""
TEXTUAL = frozenset("sed grep sort uniq awk mawk gawk tr cut ls find wc diff comm join".split())
"""Programs whose result depends on the language: what a letter is, and in which order words come."""


@dataclass(frozen=True)
class Trace:
    """What one command line really did, and the world it did it in: project files by absolute path, ``->x`` for a link.

    ``folders`` are the directories among what was written that the command made.
    """

    command: tuple[str, ...]
    directory: str
    user: str
    environment: Mapping[str, str]
    files: Mapping[str, str]
    read: tuple[str, ...]
    listed: tuple[str, ...]
    written: tuple[str, ...]
    folders: tuple[str, ...]
    asked: tuple[str, ...]


def invocation(trace: Trace, *, accept: bool) -> Invocation:
    """The command over a base image of which nothing is known, with the project's files in it."""
    filesystem = Filesystem.unknown("base").make_directories(trace.directory, Attributes(0o755))
    contents: dict[str, bytes] = {}
    for path, text in sorted(trace.files.items()):
        filesystem = filesystem.make_directories(path.rsplit("/", 1)[0] or "/", Attributes(0o755))
        if text.startswith("->"):
            filesystem = filesystem.put(path, Symlink(text[2:]))
            continue
        contents[path] = text.encode()
        filesystem = filesystem.put(path, File(Attributes(0o644), Content.of(contents[path])))
    return Invocation(
        trace.command, filesystem, dict(trace.environment), trace.directory, trace.user, contents.get, accept
    )


def verdict(trace: Trace, *, accept: bool) -> tuple[Effect | None, str]:
    """The model's effect, or None with the reason why it is not known.

    The simulator itself follows the links that arguments lead through; they count as read.
    """
    call = invocation(trace, accept=accept)
    try:
        effect = effect_of(call)
    except UnknownEffect as error:
        return None, error.reason
    links = tuple(attributes_of(path) for path in dict.fromkeys(call.ways))
    return replace(effect, reads=(*effect.reads, *links), consulted=tuple(call.consulted)), ""


def violations(trace: Trace, effect: Effect) -> Iterator[str]:
    """Each path and variable that the model should have declared."""
    programs = {trace.command[0].rsplit("/", 1)[-1]}
    replaced = Region(effect.creates)
    for path in trace.read:
        known = is_aside(path, programs) or is_without_effect(path, trace)
        known = known or _covered(path, (*effect.reads, replaced))
        if not known and not is_on_the_way(path, trace, effect):
            yield f"reads {path}"
    for path in trace.listed:
        looked = path in effect.consulted  # the model itself looked through the directory for the names that matter
        looked = looked or _seeks_names(path, programs, effect)
        if not looked and not is_aside(path, programs) and not _lists(path, (*effect.reads, replaced)):
            yield f"lists {path}"
    for path in trace.written:
        made = path in trace.folders and any(region.touches(path) for region in (*effect.writes, replaced))
        if not KERNEL.covers(path) and not made and not _covered(path, (*effect.writes, replaced)):
            yield f"writes {path}"
    if effect.environment is not None:
        for name in trace.asked:
            if not any(fnmatchcase(name, known) for known in (*effect.environment, *_set_aside(programs))):
                yield f"asks for {name}"


def _set_aside(programs: Iterable[str]) -> tuple[str, ...]:
    textual = any(program in TEXTUAL for program in programs)
    return tuple(name for name in C_LIBRARY if not (textual and name in ("LANG", "LC_*")))


def _covered(path: str, regions: Iterable[Region]) -> bool:
    return any(region.covers(path) for region in regions)


def _lists(path: str, regions: Iterable[Region]) -> bool:
    """Whether the names in a directory are read: all of it, or something below each of the names (``packages/*/x``)."""
    return any(region.touches(join(path, "any name")) for region in regions)


def is_aside(path: str, programs: Iterable[str] = ()) -> bool:
    """Whether a read is none of the project's or the build's: the kernel's files, shared libraries, locale tables, and the
    search for the program itself (the engine keeps account of programs that a step puts in place of others).
    """
    folder, _, name = path.rpartition("/")
    library = folder.startswith(("/lib", "/usr/lib")) and any(fnmatchcase(name, known) for known in LIBRARIES)
    itself = name in programs and folder.endswith(("/bin", "/sbin"))
    return KERNEL.covers(path) or LOADER.covers(path) or library or itself


def _seeks_names(path: str, programs: Iterable[str], effect: Effect) -> bool:
    """Whether the folder is listed only to find a few names in it, which the model reads.

    yarn and pnpm look so for ``package.json``, ``node_modules``, ``binding.gyp`` and a README; pipenv for a Pipfile.
    """
    if "pipenv" in programs and _covered(join(path, "Pipfile"), effect.reads):
        return True
    return any(name in ("yarn", "pnpm") for name in programs) and _covered(join(path, "package.json"), effect.reads)


def is_without_effect(path: str, trace: Trace) -> bool:
    """Whether the program looks at a file of the project and makes nothing of it.

    ``ln -f`` compares what is to be linked with what stands at the destination: it only wants to know whether they are
    one file. yarn 1 keeps the text of a README for ``yarn publish``. ``npm -g`` finds out in which project it was
    started, and says of its settings "global mode enabled, ignored". apt-key asks whether ``gpgv`` is a file in the
    working directory before it asks the same of ``PATH``, and starts the one in ``PATH`` in any case.
    """
    program, name = trace.command[0].rsplit("/", 1)[-1], path.rsplit("/", 1)[-1]
    if program == "ln":
        return any(path == join(trace.directory, word) for word in trace.command[1:-1])
    if program == "pipenv":  # asks of each entry of the folder whether it is a file called Pipfile
        return path.rpartition("/")[0] == trace.directory and not name.startswith(("Pipfile", "pylock", ".env"))
    if program in ("apt", "apt-get"):
        return path in (join(trace.directory, "gpgv"), join(trace.directory, "gpgconf"))
    if program == "npm" and {"-g", "--global"} & set(trace.command):
        return name in ("package.json", "node_modules")
    return program == "yarn" and name.lower().startswith("readme") and path in trace.files


def is_on_the_way(path: str, trace: Trace, effect: Effect) -> bool:
    """Whether a lookup only tells that a directory is there that leads to the working directory, or to what is read or
    written.

    Resolving any path goes through the directories above it, and many programs do so by hand. What is declared of a
    path holds for the way to it: whoever makes or removes a directory there writes what lies below.
    """
    leads = split(trace.directory)[: len(split(path))] == split(path)
    return leads or any(region.touches(path) for region in (*effect.reads, *effect.writes, Region(effect.creates)))
