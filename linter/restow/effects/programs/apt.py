"""apt-get and apt: update, install, upgrade, remove, clean.

They read and write the distribution's part of the filesystem: maintainer scripts and triggers run in it (Debian policy,
chapters 6 and 10), and look at whatever stands there, so a file that COPY brings into /etc or /usr is read. Policy
keeps packages out of /srv, /home, /root's own files and top-level folders of one's own, such as /app.

Priors: 12 s for an update, 6 s and 2 s a package for an installation; 45 MB of lists, 12 MB a package.
"""

from __future__ import annotations

import re
from dataclasses import replace

from restow.effects.effect import SYMBOLIC, Assumption, Cache, Effect, Invocation, Verdict
from restow.effects.options import read_options
from restow.effects.places import INDEX, SYSTEM, in_homes, prefixes_of_path
from restow.errors import UnknownEffect
from restow.vfs import File, Region, join

LISTS = Cache("/var/lib/apt/lists", "rm -rf /var/lib/apt/lists/*")
ARCHIVES = Cache("/var/cache/apt/archives", "apt-get clean")
POLICY = Assumption("package-policy", "distribution packages keep to their own folders (Debian policy, chapter 9)")
_FLAGS = frozenset(
    "-y --yes --assume-yes -q -qq -qqq --quiet -f --fix-broken --fix-missing -m --no-install-recommends "
    "--no-install-suggests --install-recommends --install-suggests --allow-unauthenticated --allow-downgrades "
    "--allow-remove-essential --allow-change-held-packages --force-yes --purge --auto-remove --autoremove "
    "--reinstall --no-upgrade --only-upgrade -d --download-only --ignore-missing --allow-releaseinfo-change "
    "--show-progress -u -V --verbose-versions -s --simulate --allow-insecure-repositories --no-remove".split()
)
_VALUED = frozenset(["-o", "--option", "-t", "--target-release", "--default-release", "-c", "--config-file"])
_LISTENED = (
    "DEBIAN_*",
    "DEBCONF_*",
    "APT_*",
    "DPKG_*",
    "PATH",
    "HOME",
    "LANG",
    "LANGUAGE",
    "LC_*",
    "TZ",
    "*_proxy",
    "*_PROXY",
)
_PATH = re.compile(r"(?:(?<=[\s\"'=\[,])|(?<=file:)|(?<=copy:)|(?<=file://)|(?<=copy://))(/[\w.+/-]+)")
_COSTS = {"update": (12.0, 45), "upgrade": (30.0, 80), "dist-upgrade": (30.0, 80), "full-upgrade": (30.0, 80)}
_CLEANERS = {"clean": ARCHIVES.path, "autoclean": ARCHIVES.path}


def effect(call: Invocation) -> Effect:
    """Of ``apt-get [options] command [package ...]``."""
    if call.name == "dpkg-reconfigure":
        return system_effect(call, 2.0, 0, ())
    arguments = read_options(call.argv, flags=_FLAGS, valued=_VALUED)
    if not arguments.operands:
        raise UnknownEffect(f"{call.name} without a command")
    command, packages = arguments.operands[0], arguments.operands[1:]
    if any(map(_names_files, arguments.values("-o", "--option"))):
        raise UnknownEffect(f"{call.name} with an option that names files or commands of its own")
    if arguments.has("-c", "--config-file"):
        raise UnknownEffect(f"{call.name} with a configuration file of the project")
    if command in _CLEANERS:
        place = Region((_CLEANERS[command],))
        return Effect(reads=(place,), writes=(place,), seconds=0.2)
    if command == "update":
        return system_effect(call, *_megabytes(_COSTS[command]), (LISTS,))
    if command in _COSTS or command in ("remove", "purge", "autoremove"):
        return system_effect(call, *_megabytes(_COSTS.get(command, (3.0, 0))), (ARCHIVES,))
    if command in ("install", "build-dep"):
        local = [package for package in packages if package.endswith(".deb") or package.startswith((".", "/"))]
        read = tuple(Region((call.path(package),)) for package in local)
        found = system_effect(call, 6.0 + 2.0 * len(packages), 12_000_000 * len(packages), (ARCHIVES,))
        return replace(found, reads=(*found.reads, *read), needs=tuple(region.include[0] for region in read))
    raise UnknownEffect(f"{call.name} {command.replace(SYMBOLIC, '$')} is not modelled")


def _names_files(option: str) -> bool:
    """Whether ``Name::Of::It=value`` may lead to files or programs outside of the system's folders."""
    name, _, given = option.strip().lower().partition("=")
    risky = name.startswith(("dir", "rootdir", "#")) or any(
        word in name for word in ("invoke", "pkgs", "::run", "helper")
    )
    return risky or SYMBOLIC in name or given.strip("\"' ").startswith(("/", ".", "~", SYMBOLIC))


def _settings(call: Invocation) -> Region:
    """The places that settings and source lists lead to: those that the build itself wrote, as far as they can be read."""
    found: list[str] = []
    named = call.environment.get("APT_CONFIG", "")
    if named:
        raise UnknownEffect("APT_CONFIG names settings of the project")
    for path, node in call.filesystem.walk("/etc/apt"):
        data = call.read(path) if isinstance(node, File) else None
        if data is not None and data[:5] != b"-----" and b"\0" not in data:
            found += [join(each) for each in _PATH.findall(data.decode("utf-8", "replace"))]
    return Region(tuple(dict.fromkeys(found)))


def _megabytes(cost: tuple[float, int]) -> tuple[float, int]:
    return cost[0], cost[1] * 1_000_000


def system_effect(call: Invocation, seconds: float, size: int, caches: tuple[Cache, ...]) -> Effect:
    """The effect of anything that installs or removes packages of the distribution."""
    call.assume(INDEX)
    call.assume(POLICY)
    unread = Assumption(
        "environment-unread",
        "maintainer scripts read no variable but those of apt, dpkg, debconf and locale",
        Verdict.UNCHECKED,
    )
    return Effect(
        reads=(
            SYSTEM,
            *prefixes_of_path(call),
            _settings(call),
            in_homes(call, ".wgetrc", ".curlrc", ".gnupg", ".netrc"),
        ),
        writes=(SYSTEM,),
        environment=_LISTENED if call.assume(unread) else None,
        network=True,
        seconds=seconds,
        size=size,
        caches=caches,
    )
