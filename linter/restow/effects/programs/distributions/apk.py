"""apk of Alpine: add, del, update, upgrade, fix, cache, and the commands that only look.

What it does to the system is that of every package manager (see ``scriptlets``); install scripts and triggers run in
it. A repository may be a folder (apk-repositories(5)): its index and its packages are read.

Priors (own estimates): 2 s for an index, 2 s and 0.6 s a package; 3 MB a package.
"""

from __future__ import annotations

from dataclasses import replace

from restow.effects.effect import SYMBOLIC, Cache, Effect, Invocation
from restow.effects.options import Arguments, read_options
from restow.effects.programs.distributions.scriptlets import queried, refuse, system_effect, with_packages
from restow.effects.surroundings import put_by_build, tree
from restow.errors import UnknownEffect
from restow.vfs import Directory, File, Region, Unknown, join

INDEX_CACHE = Cache("/var/cache/apk", "rm -rf /var/cache/apk/*")
_SETTINGS = ("/etc/apk",)
_FLAGS = frozenset(
    "--no-cache --update-cache -U --update -u --upgrade -q --quiet -v --verbose -vv -f --force --no-progress --purge "
    "--rdepends --allow-untrusted --no-scripts -l --latest -a --available --force-broken-world --force-overwrite "
    "-i --interactive --no-network --print-arch --installed -e -r --no-interactive --clean-protected --no-commit-hooks "
    "--force-refresh --force-old-apk --force-missing-repositories --force-non-repository --progress -d -L -s "
    "--simulate --no-logfile --ignore --version -V -h --help -W --who-owns -R --depends --prune --who -t --exact "
    "--initdb --no-chown --preserve-env --timeout".split()
)
_VALUED = frozenset(
    "-t --virtual -X --repository --keys-dir --repositories-file -p --root --wait --arch --cache-dir --cache-max-age "
    "--timeout --progress-fd --from".split()
)
_QUERIES = ("info", "list", "search", "policy", "version", "stats", "dot", "audit", "verify", "manifest", "query")
_CHANGERS = ("update", "upgrade", "del", "fix", "cache")
_LISTS = "/etc/apk/repositories.d"
_REMOTE = ("http:", "https:", "ftp:")
_WITHOUT_RESULT = ("--no-cache", "-q", "--quiet", "--no-progress", "--progress")


def effect(call: Invocation) -> Effect:
    """Of ``apk [options] command [package ...]``."""
    arguments = read_options(call.argv, flags=_FLAGS - _VALUED, valued=_VALUED, words=True)
    refuse(call, arguments, "-p", "--root", "--keys-dir", "--repositories-file", "--cache-dir")
    if not arguments.operands:
        if arguments.has("--print-arch", "--version", "-V", "-h", "--help"):
            return queried(call)
        raise UnknownEffect("apk without a command")
    found = _effect(call, arguments, arguments.operands[0], arguments.operands[1:])
    return replace(found, reads=(*found.reads, *_repositories(call, arguments)))


def _effect(call: Invocation, arguments: Arguments, command: str, packages: tuple[str, ...]) -> Effect:
    caches = () if arguments.has("--no-cache") else (INDEX_CACHE,)
    if command == "add":
        found = system_effect(call, 2.0 + 0.6 * len(packages), 3_000_000 * len(packages), caches, settings=_SETTINGS)
        found = with_packages(call, found, packages, ".apk")
        return replace(found, words=tuple(word for word in call.argv if word not in _WITHOUT_RESULT))
    if command in _CHANGERS:
        removes = command == "del"
        return system_effect(
            call,
            0.5 if removes else 2.0,
            0 if removes else 3_000_000,
            () if removes else caches,
            settings=_SETTINGS,
            network=not removes,
        )
    if command in _QUERIES:
        return queried(call)
    raise UnknownEffect(f"apk {command.replace(SYMBOLIC, '$')} is not modelled")


def _repositories(call: Invocation, arguments: Arguments) -> tuple[Region, ...]:
    """The folders that serve as repositories; everything where the build wrote a list that cannot be read.

    Raises UnknownEffect for an option's value that only the build gives.
    """
    words = [(word, call.directory) for value in arguments.values("-X", "--repository") for word in value.split()]
    lists = {"/etc/apk/repositories": None, **dict.fromkeys(path for path, _ in call.filesystem.walk(_LISTS))}
    for path in lists:
        place = call.filesystem.resolve(path)
        node = call.filesystem.lookup(place)
        data = call.read(place) if isinstance(node, File) else None
        added = _added(call, place) if data is None and put_by_build(call, place) else ()
        if added is None:
            return (Region.everything(),)
        lines = [*(data or b"").decode("utf-8", "replace").splitlines(), *added]
        listed = [word for line in lines for word in line.partition("#")[0].split()]
        words += [(word, folder) for word in listed for folder in dict.fromkeys(("/", call.directory))]
    if any("$" in word and not word.startswith(_REMOTE) for word, _ in words):
        return (Region.everything(),)
    return tuple(_local(call, word, folder) for word, folder in words if not word.startswith(("@", *_REMOTE)))


def _added(call: Invocation, path: str) -> tuple[str, ...] | None:
    """What the build appended to a list of the base image; None where it did anything else to it."""
    node, above = (call.filesystem.lookup(each) for each in (path, path.rsplit("/", 1)[0]))
    if not isinstance(node, Unknown) or not isinstance(above, Directory) or above.rest is None:
        return None
    found = {write: call.appended(path, write) for write in node.origin.writes}
    others = tuple(write for write, text in found.items() if text is None)
    if node.origin.base != above.rest.base or others != above.rest.writes:
        return None
    return tuple(text for text in found.values() if text is not None)


def _local(call: Invocation, word: str, folder: str) -> Region:
    """What is read of a repository that is no address; packages lie beside an index that is named itself."""
    path = word.removeprefix("file:")
    call.path(path)
    place = join(folder, f"/{path.lstrip('/')}" if path.startswith("/") else path)
    return Region(tree(call, place.rsplit("/", 1)[0] or "/" if place.endswith((".adb", ".gz")) else place))
