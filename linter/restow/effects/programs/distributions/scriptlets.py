"""What installing or removing packages of a distribution touches, whatever the package manager.

Maintainer scripts, scriptlets and triggers run in the distribution's part of the filesystem (Debian policy, chapters 6
and 10; RPM's "Scriptlet Expansion"; apk-tools' "install scripts") and look at whatever stands there, so a file that
COPY brings into /etc or /usr is read. They run in ``/``, so a module of Python that lies there is imported. Packages keep
out of /home and of top-level folders of one's own, such as /app (Filesystem Hierarchy Standard); dot files in root's home
are written by some (rootfiles of Fedora, NSS). dpkg looks for ``/usr.dpkg-tmp`` and the like beside top-level folders.
"""

from __future__ import annotations

import re
from dataclasses import replace

from restow.effects.effect import SYMBOLIC, Assumption, Cache, Effect, Invocation, Verdict
from restow.effects.options import Arguments
from restow.effects.places import INDEX, SYSTEM, prefixes_of_path
from restow.effects.programs.python.pip import python_path_reads, shadowing
from restow.effects.surroundings import OF_CLIENTS, exact, homes
from restow.errors import UnknownEffect
from restow.vfs import File, Region, join

POLICY = Assumption(
    "package-policy", "distribution packages keep to their own folders (Filesystem Hierarchy Standard; Debian policy 9)"
)
WORDS = Assumption(
    "package-words", "words that only the build gives to a package manager are names of packages, and no options"
)
_LISTENED = (
    *("DEBIAN_*", "DEBCONF_*", "APT_*", "YUM*", "DNF*", "RPM_*", "APK_*", "ZYPP*", "PACMAN*"),
    *(*OF_CLIENTS, "GNUPGHOME"),
    *("SOURCE_DATE_EPOCH", "PKEXEC_UID", "SUDO_*", "WHINY_USERS", "PYTHON*", "__PYVENV_*"),
)
_PER_USER = (
    *(".wgetrc", ".curlrc", ".gnupg", ".netrc", ".rpmmacros", ".rpmrc", ".config/rpm", ".pki", ".rnd", ".dbus"),
    *(".bash_logout", ".bash_profile", ".bashrc", ".cshrc", ".tcshrc", ".profile"),
)
_WRITTEN_PER_USER = _PER_USER[6:]
_READ_PER_USER = (*_PER_USER, ".dpkg.cfg", ".debconfrc", ".local", ".config/dpkg")
_HOMES = Region(
    ("/home", "/nonexistent", *(f"{path}{end}" for path in SYSTEM.include for end in (".dpkg-tmp", ".dpkg-new"))),
    ("/home/*/*",),
)
"""Left-overs of dpkg beside the top-level folders; and where the accounts that packages make would have their homes:
adduser asks whether something stands there.
"""
_PATH = re.compile(r"(?:(?<=[\s\"'=\[,])|(?<=file:)|(?<=copy:)|(?<=file://)|(?<=copy://))(/[\w.+/-]+)")


def system_effect(
    call: Invocation,
    seconds: float,
    size: int,
    caches: tuple[Cache, ...] = (),
    *,
    settings: tuple[str, ...] = ("/etc/apt",),
    network: bool = True,
) -> Effect:
    """The effect of anything that installs or removes packages of the distribution.

    ``settings`` are the folders and files of the package manager's own settings and source lists.
    """
    call.assume(INDEX)
    call.assume(POLICY)
    unread = Assumption(
        "environment-unread",
        "maintainer scripts read no variable but those of the package manager, debconf and locale",
        Verdict.UNCHECKED,
    )
    reads = (
        *(SYSTEM, *prefixes_of_path(call), _named_in(call, settings), homes(call, *_READ_PER_USER), _HOMES),
        exact(call, *shadowing(call, "/"), *python_path_reads(call)),
    )
    return Effect(
        reads=reads,
        writes=(SYSTEM, homes(call, *_WRITTEN_PER_USER)),
        environment=_LISTENED if call.assume(unread) else None,
        network=network,
        seconds=seconds,
        size=size,
        caches=caches,
    )


def queried(call: Invocation, seconds: float = 0.3) -> Effect:
    """The effect of a command that only asks the package database; writes nothing."""
    reads = (SYSTEM, *prefixes_of_path(call), homes(call, *_READ_PER_USER))
    return Effect(reads=reads, environment=_LISTENED, seconds=seconds)


def with_packages(call: Invocation, found: Effect, packages: tuple[str, ...], suffix: str) -> Effect:
    """``found`` with the package files among the operands; a word that only the build gives may name any file."""
    reads, needs = list(found.reads), list(found.needs)
    for package in packages:
        if package.startswith(SYMBOLIC):
            call.assume(WORDS)
            reads.append(Region.everything())
        elif "://" not in package and (package.endswith(suffix) or package.startswith((".", "/"))):
            if any(mark in package for mark in "*?[") or (SYMBOLIC in package):
                reads.append(Region.everything())
            else:
                reads.append(Region((call.path(package),)))
                needs.append(call.path(package))
    return replace(found, reads=tuple(reads), needs=tuple(needs))


def refuse(call: Invocation, arguments: Arguments, *options: str) -> None:
    """Raise UnknownEffect where one of the options was given: they lead to files or roots of one's own."""
    for name, _ in arguments.options:
        if name in options:
            raise UnknownEffect(f"{call.name} {name} leads to files or folders of one's own, and is not modelled")


def _named_in(call: Invocation, settings: tuple[str, ...]) -> Region:
    """The places that settings and source lists lead to: those that the build itself wrote, as far as they can be read."""
    found: list[str] = []
    for folder in settings:
        for path, node in call.filesystem.walk(folder):
            data = call.read(path) if isinstance(node, File) else None
            if data is not None and data[:5] != b"-----" and b"\0" not in data:
                found += [join(each) for each in _PATH.findall(data.decode("utf-8", "replace"))]
    return Region(tuple(dict.fromkeys(found)))
