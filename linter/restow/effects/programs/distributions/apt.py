"""apt-get and apt: update, install, upgrade, remove, clean, source.

What they do to the system is that of every package manager (see ``scriptlets``). ``apt-get source --compile`` runs
the package's ``debian/rules``, which may look at everything and builds in the working directory.

Priors (own estimates): 12 s for an update, 6 s and 2 s a package for an installation; 45 MB of lists, 12 MB a package.
"""

from __future__ import annotations

from dataclasses import replace

from restow.effects.effect import SYMBOLIC, Cache, Effect, Invocation
from restow.effects.options import read_options
from restow.effects.programs.distributions.scriptlets import queried, refuse, system_effect, with_packages
from restow.errors import UnknownEffect
from restow.vfs import Region

LISTS = Cache("/var/lib/apt/lists", "rm -rf /var/lib/apt/lists/*")
ARCHIVES = Cache("/var/cache/apt/archives", "apt-get clean")
_FLAGS = frozenset(
    "-y --yes --assume-yes -q -qq -qqq --quiet -f --fix-broken --fix-missing -m --no-install-recommends "
    "--no-install-suggests --install-recommends --install-suggests --allow-unauthenticated --allow-downgrades "
    "--allow-remove-essential --allow-change-held-packages --force-yes --purge --auto-remove --autoremove "
    "--reinstall --no-upgrade --only-upgrade -d --download-only --ignore-missing --allow-releaseinfo-change "
    "--show-progress -u -V --verbose-versions -s --simulate --allow-insecure-repositories --no-remove --compile -b "
    "--build --no-auto-remove --with-new-pkgs --trivial-only --no-download --no-act --dry-run --just-print "
    "--arch-only --indep-only --installed --upgradable -a --all-versions --version -v --no-show-upgraded "
    "--force-conf --allow-change-held --assume-no --no-autoremove".split()
)
_VALUED = frozenset(
    [
        "-o",
        "--option",
        "-t",
        "--target-release",
        "--default-release",
        "-c",
        "--config-file",
        "-a",
        "--host-architecture",
    ]
)
_COSTS = {"update": (12.0, 45), "upgrade": (30.0, 80), "dist-upgrade": (30.0, 80), "full-upgrade": (30.0, 80)}
_CLEANERS = {
    "clean": (ARCHIVES.path,),
    "autoclean": (ARCHIVES.path,),
    "auto-clean": (ARCHIVES.path,),
    "dist-clean": (ARCHIVES.path, LISTS.path),
    "distclean": (ARCHIVES.path, LISTS.path),
}
_REFRESHED = (
    *("/var/cache/apt/pkgcache.bin", "/var/cache/apt/srcpkgcache.bin"),
    *(f"/var/lib/apt/lists/{name}" for name in ("lock", "partial", "auxfiles")),
)
"""What every cleaning makes anew: the index, and the empty folders of downloads that it takes hold of."""
_CONSULTED = Region(
    (
        *("/etc/apt", "/etc/debian_version", "/etc/dpkg", "/etc/passwd", "/etc/group", "/etc/nsswitch.conf"),
        *("/usr/bin/dpkg", "/usr/share/dpkg", "/var/lib/apt", "/var/lib/dpkg"),
    )
)
_REMOVERS = ("remove", "purge", "autoremove", "auto-remove", "autopurge")
_QUERIES = ("list", "show", "search", "policy", "depends", "rdepends", "indextargets", "check", "help", "changelog")
_WITHOUT_RESULT = ("-q", "-qq", "-qqq", "--quiet", "--show-progress", "-V", "--verbose-versions", "-u")


def effect(call: Invocation) -> Effect:
    """Of ``apt-get [options] command [package ...]``."""
    argv = tuple(f"-o{word[3:]}" if word.startswith("-o=") else word for word in call.argv)
    arguments = read_options(argv, flags=_FLAGS - {"-a"}, valued=_VALUED, words=True)
    if not arguments.operands:
        if arguments.has("--version", "-v"):
            return queried(call)
        raise UnknownEffect(f"{call.name} without a command")
    command, packages = arguments.operands[0], arguments.operands[1:]
    _check_settings(call, arguments.values("-o", "--option"))
    refuse(call, arguments, "-c", "--config-file")
    if command in _CLEANERS:
        places = Region((*_CLEANERS[command], *_REFRESHED))
        return Effect(reads=(places, _CONSULTED), writes=(places,), environment=("APT_*", "DPKG_*"), seconds=0.2)
    if command == "update":
        return system_effect(call, *_megabytes(_COSTS[command]), (LISTS,))
    if command in _COSTS or command in _REMOVERS:
        found = system_effect(call, *_megabytes(_COSTS.get(command, (3.0, 0))), (ARCHIVES,))
        return with_packages(call, found, packages, ".deb")
    if command in ("install", "build-dep", "reinstall", "satisfy"):
        found = system_effect(call, 6.0 + 2.0 * len(packages), 12_000_000 * len(packages), (ARCHIVES,))
        return with_packages(call, found, packages, ".deb")
    if command in ("source", "download"):
        return _source(call, compiles=arguments.has("-b", "--build", "--compile"))
    if command in _QUERIES:
        return replace(queried(call), network=command == "changelog")
    raise UnknownEffect(f"{call.name} {command.replace(SYMBOLIC, '$')} is not modelled")


def _source(call: Invocation, *, compiles: bool) -> Effect:
    """Package sources land in the working directory and are built there; 5 s, or 300 s where they are compiled."""
    place = call.path(".")
    if place == "/":
        raise UnknownEffect(f"{call.name} source in the root directory may write anywhere")
    found = system_effect(call, 300.0 if compiles else 5.0, 20_000_000)
    reads = (*found.reads, Region.everything()) if compiles else (*found.reads, Region((place,)))
    return replace(found, reads=reads, writes=(*found.writes, Region((place,))))


def _check_settings(call: Invocation, options: tuple[str, ...]) -> None:
    if any(map(_names_files, options)):
        raise UnknownEffect(f"{call.name} with an option that names files or commands of its own")
    if call.environment.get("APT_CONFIG", ""):
        raise UnknownEffect("APT_CONFIG names settings of the project")


_PROGRAM_NAMES = (
    *("invoke", "pkgs", "::run", "helper", "chroot", "instdir", "compressor", "command", "solver", "planner", "hook"),
    *("script", "gpgv", "methods"),
)
"""Parts of the names of settings whose values are programs or folders (apt.conf(5))."""


def _names_files(option: str) -> bool:
    """Whether ``Name::Of::It=value`` may lead to files or programs outside of the system's folders."""
    name, _, given = option.strip().lower().partition("=")
    bare = given.strip("\"' ")
    if name.startswith("dpkg::options"):
        return not bare.startswith(
            ("--force-", "--no-force-", "--refuse-", "--path-exclude=", "--path-include=", "--no-triggers")
        )
    risky = name.startswith(("dir", "rootdir", "#", "binary")) or any(word in name for word in _PROGRAM_NAMES)
    leads = bare.startswith(("/", ".", "~", SYMBOLIC)) or ("/" in bare and "://" not in bare)
    return risky or leads or SYMBOLIC in name


def _megabytes(cost: tuple[float, int]) -> tuple[float, int]:
    return cost[0], cost[1] * 1_000_000
