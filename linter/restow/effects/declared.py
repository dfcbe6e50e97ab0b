"""Effects that a user declares: a program, or the beginning of a command line, with what it reads and writes.

A declaration is taken at its word, so every proof that used one names it among its assumptions.
"""

from __future__ import annotations

from collections.abc import Iterable

from restow.effects.declaration import Declaration
from restow.effects.effect import SYMBOLIC, Assumption, Effect, Invocation
from restow.effects.places import toolchain
from restow.errors import UnknownEffect
from restow.vfs import Region, join

_SEARCHED = ("/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin")


def declaration_for(argv: tuple[str, ...], declared: Iterable[Declaration]) -> Declaration | None:
    """The declaration that fits a command line; of several the one with the most words, then the first."""
    best: Declaration | None = None
    for one in declared:
        words = one.command.split()
        named = words[0] in (argv[0], argv[0].rsplit("/", 1)[-1])
        if named and list(argv[1 : len(words)]) == words[1:]:
            best = one if best is None or len(words) > len(best.command.split()) else best
    return best


def declared_effect(call: Invocation, declaration: Declaration) -> Effect:
    """The effect that was declared, with the program itself and its libraries read as well."""
    call.assume(Assumption("declared", declaration.text))
    return Effect(
        reads=(*toolchain(call), Region(_program(call)), _region(call, (*declaration.reads, *declaration.writes))),
        writes=(_region(call, declaration.writes),),
        environment=None if declaration.environment is None else (*declaration.environment, "PATH"),
        network=declaration.network,
        seconds=declaration.seconds,
    )


def _region(call: Invocation, patterns: tuple[str, ...]) -> Region:
    found: list[str] = []
    for pattern in patterns:
        if pattern == "~" or pattern.startswith("~/"):
            found += [join(home, pattern[2:]) for home in _homes(call)]
        else:
            path = join(call.directory, pattern)
            found.append(path if "*" in path or SYMBOLIC in path else call.filesystem.resolve(path))
    return Region(tuple(dict.fromkeys(found)))


def _homes(call: Invocation) -> tuple[str, ...]:
    if "HOME" in call.environment or call.is_root:
        return (call.home,)
    raise UnknownEffect("the home directory that a declared effect names is not known; set HOME")


def _program(call: Invocation) -> tuple[str, ...]:
    """Where the program is looked up: the build itself may have put it there."""
    if "/" in call.argv[0]:
        return (call.path(call.argv[0]),)
    entries = (entry for entry in call.environment.get("PATH", "").split(":") if entry and SYMBOLIC not in entry)
    folders = dict.fromkeys((*(join(call.directory, entry) for entry in entries), *_SEARCHED))
    return tuple(join(folder, call.argv[0]) for folder in folders)
