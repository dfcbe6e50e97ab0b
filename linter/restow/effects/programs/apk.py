"""apk of Alpine: add, del, update, upgrade, fix, cache.

Reads and writes the distribution's part of the filesystem, as apt does; install scripts and triggers run in it.
Priors: 2 s for an index, 2 s and 0.6 s a package; 3 MB a package.
"""

from __future__ import annotations

from dataclasses import replace

from restow.effects.effect import Cache, Effect, Invocation
from restow.effects.options import read_options
from restow.effects.programs.apt import system_effect
from restow.errors import UnknownEffect
from restow.vfs import Region

INDEX_CACHE = Cache("/var/cache/apk", "rm -rf /var/cache/apk/*")
_FLAGS = frozenset(
    "--no-cache --update-cache -U --update -u --upgrade -q --quiet -v --verbose -f --force --no-progress --purge "
    "--rdepends --allow-untrusted --no-scripts -l --latest -a --available --force-broken-world --force-overwrite "
    "-i --interactive".split()
)
_VALUED = frozenset(
    ["-t", "--virtual", "-X", "--repository", "--keys-dir", "--repositories-file", "-p", "--root", "--wait"]
)


def effect(call: Invocation) -> Effect:
    """Of ``apk [options] command [package ...]``."""
    arguments = read_options(call.argv, flags=_FLAGS, valued=_VALUED)
    if not arguments.operands:
        raise UnknownEffect("apk without a command")
    if arguments.has("-p", "--root", "--keys-dir", "--repositories-file"):
        raise UnknownEffect("apk with another root, key folder or repository file is not modelled")
    command, packages = arguments.operands[0], arguments.operands[1:]
    local = tuple(Region((call.path(package),)) for package in packages if package.endswith(".apk"))
    caches = () if arguments.has("--no-cache") else (INDEX_CACHE,)
    if command == "add":
        found = system_effect(call, 2.0 + 0.6 * len(packages), 3_000_000 * len(packages), caches)
        return replace(
            found,
            reads=(*found.reads, *local),
            needs=tuple(region.include[0] for region in local),
            words=tuple(word for word in call.argv if word not in ("--no-cache", "-q", "--quiet", "--no-progress")),
        )
    if command in ("update", "upgrade", "del", "fix", "cache"):
        return system_effect(call, 2.0 if command != "del" else 0.5, 0, caches if command != "del" else ())
    raise UnknownEffect(f"apk {command} is not modelled")
