"""Whether a command's model covers what a trace of the real program shows.

A violation is a path that the program looked at, listed or wrote, or a variable that it asked for, outside of what the
model declares. Set aside, each for a reason, is only what ``is_aside`` and ``is_on_the_way`` name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase

from restow.effects import Effect, Invocation, effect_of
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
    *("RESOLV_*", "GLIBC_TUNABLES", "LD_*", "RESTOW_TRACE_ASKED", "_", "TMPDIR", "GMON_OUT_PREFIX"),
)
"""Variables of the C library: language and form of messages, time zone, resolver, folder of temporary files, loader."""


@dataclass(frozen=True)
class Trace:
    """What one command line really did, and the world it did it in: project files by absolute path, ``->x`` for a link."""

    command: tuple[str, ...]
    directory: str
    user: str
    environment: Mapping[str, str]
    files: Mapping[str, str]
    read: tuple[str, ...]
    listed: tuple[str, ...]
    written: tuple[str, ...]
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
    """The model's effect, or None with the reason why it is not known."""
    try:
        return effect_of(invocation(trace, accept=accept)), ""
    except UnknownEffect as error:
        return None, error.reason


def violations(trace: Trace, effect: Effect) -> Iterator[str]:
    """Each path and variable that the model should have declared."""
    programs = {trace.command[0].rsplit("/", 1)[-1]}
    for path in trace.read:
        if not (is_aside(path, programs) or _covered(path, effect.reads) or is_on_the_way(path, trace, effect)):
            yield f"reads {path}"
    for path in trace.listed:
        if not is_aside(path, programs) and not _covered(join(path, "any name"), effect.reads):
            yield f"lists {path}"
    for path in trace.written:
        if not KERNEL.covers(path) and not _covered(path, (*effect.writes, Region(effect.creates))):
            yield f"writes {path}"
    if effect.environment is not None:
        for name in trace.asked:
            if not any(fnmatchcase(name, known) for known in (*effect.environment, *C_LIBRARY)):
                yield f"asks for {name}"


def _covered(path: str, regions: Iterable[Region]) -> bool:
    return any(region.covers(path) for region in regions)


def is_aside(path: str, programs: Iterable[str] = ()) -> bool:
    """Whether a read is none of the project's or the build's: the kernel's files, shared libraries, locale tables, and the
    search for the program itself (the engine keeps account of programs that a step puts in place of others).
    """
    folder, _, name = path.rpartition("/")
    library = folder.startswith(("/lib", "/usr/lib")) and any(fnmatchcase(name, known) for known in LIBRARIES)
    itself = name in programs and folder.endswith(("/bin", "/sbin"))
    return KERNEL.covers(path) or LOADER.covers(path) or library or itself


def is_on_the_way(path: str, trace: Trace, effect: Effect) -> bool:
    """Whether a lookup only tells that a directory is there that leads to the working directory, or to what is read.

    Resolving any path goes through the directories above it, and many programs do so by hand.
    """
    leads = split(trace.directory)[: len(split(path))] == split(path)
    return leads or any(region.touches(path) for region in effect.reads)
