"""tar, unzip, gzip: an archive is read, and its members are written below the working directory or the one named.

Members may carry any path below the target; tar strips a leading ``/`` and refuses ``..`` unless told otherwise with
``-P``. Priors: 1 s an archive.
"""

from __future__ import annotations

from restow.effects.effect import SYMBOLIC, Effect, Invocation
from restow.effects.options import read_options
from restow.effects.places import TOOLCHAIN
from restow.errors import UnknownEffect
from restow.vfs import Region, join

_TAR_FLAGS = frozenset(
    "-x --extract --get -c --create -t --list -z --gzip --gunzip -j --bzip2 -J --xz --zstd -v --verbose -p "
    "--preserve-permissions --same-owner --no-same-owner --no-same-permissions -o -m --touch --overwrite -k "
    "--keep-old-files --wildcards -h -a --auto-compress --strip-components".split()
)
_TAR_VALUED = frozenset(
    "-f --file -C --directory --strip-components --strip --exclude --owner --group --mode --transform".split()
)
_UNZIP = frozenset("-o -q -qq -n -j -u -oq -qo -v -l".split())


def effect(call: Invocation) -> Effect:
    """Of ``tar``, ``unzip`` and ``gzip``."""
    if any(call.environment.get(name) for name in ("TAR_OPTIONS", "UNZIP", "UNZIPOPT", "GZIP")):
        raise UnknownEffect(f"{call.name} takes options from a variable")
    if call.name == "tar":
        return _tar(call)
    if call.name == "unzip":
        arguments = read_options(call.argv, flags=_UNZIP, valued=["-d", "-x"])
        target = call.path((*arguments.values("-d"), ".")[0])
        if any(character in word for word in arguments.operands[:1] for character in "*?["):
            raise UnknownEffect("unzip matches patterns of its own")
        return _extract(call, arguments.operands[:1], target)
    arguments = read_options(call.argv, flags="-d -k -f -c -n -9 -v --decompress --keep --force".split())
    if any(character in word for word in arguments.operands for character in "*?["):
        raise UnknownEffect(f"the files that {call.name} works on are not all known by name")
    files = [call.path(operand) for operand in arguments.operands if not operand.startswith("-")]
    region = Region(tuple(path for file in files for path in (file, file + ".gz", file.removesuffix(".gz"))))
    return Effect(reads=(region, TOOLCHAIN), writes=(region,), environment=("PATH", "GZIP"), seconds=0.5)


def _tar(call: Invocation) -> Effect:
    argv = call.argv
    if len(argv) > 1 and not argv[1].startswith("-") and SYMBOLIC not in argv[1]:
        argv = _old_style(argv)
    arguments = read_options(argv, flags=_TAR_FLAGS, valued=_TAR_VALUED)
    if len(arguments.values("-C", "--directory")) > 1:
        raise UnknownEffect("tar with several folders is not modelled")
    files = [file for file in arguments.values("-f", "--file") if file != "-"]
    target = call.path((*arguments.values("-C", "--directory"), ".")[0])
    if arguments.has("-x", "--extract", "--get"):
        return _extract(call, files, target)
    if arguments.has("-t", "--list"):
        return Effect(reads=(Region(tuple(map(call.path, files))), TOOLCHAIN), environment=("PATH", "TAR_OPTIONS"))
    if arguments.has("-c", "--create") and files:
        if any(character in word for word in arguments.operands for character in "*?["):
            raise UnknownEffect("the files that tar packs are not all known by name")
        sources = Region(tuple(path for word in arguments.operands for path in _both(call, join(target, word))))
        written = Region(tuple(map(call.path, files)))
        return Effect(
            reads=(sources, written, TOOLCHAIN), writes=(written,), environment=("PATH", "TAR_OPTIONS"), seconds=1.0
        )
    raise UnknownEffect("this use of tar is not modelled")


def _both(call: Invocation, path: str) -> tuple[str, str]:
    return call.path(path), call.entry(path)


def _old_style(argv: tuple[str, ...]) -> tuple[str, ...]:
    """``tar xzf file -C dir``: the letters of the first word without a dash, their values after it, in order."""
    rest = list(argv[2:])
    given: list[str] = []
    for letter in argv[1]:
        given.append(f"-{letter}")
        if f"-{letter}" in _TAR_VALUED:
            if not rest:
                raise UnknownEffect("tar lacks the value of an option")
            given.append(rest.pop(0))
    return (argv[0], *given, *rest)


def _extract(call: Invocation, archives: list[str] | tuple[str, ...], target: str) -> Effect:
    if target == "/":
        raise UnknownEffect(f"{call.name} that extracts into the root directory may write anywhere")
    files = Region(tuple(map(call.path, archives)))
    where = Region((target,))
    return Effect(
        reads=(files, where, TOOLCHAIN),
        writes=(where,),
        environment=("PATH", "TAR_OPTIONS", "UNZIP"),
        seconds=1.0,
        size=20_000_000,
        needs=files.include,
    )
