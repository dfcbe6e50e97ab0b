"""A command that another program starts (``sudo``, ``env``, ``xargs``, ``find -exec``): its own effect, by its own model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from restow.effects.effect import SYMBOLIC, Effect, Invocation
from restow.effects.places import PROGRAM_FOLDERS
from restow.effects.surroundings import is_placed
from restow.errors import UnknownEffect
from restow.vfs import Region, join

OF_THE_SHELL = frozenset(
    "cd export set exec eval . source unset exit alias unalias shopt ulimit umask read return trap wait local declare "
    "readonly shift let typeset command builtin break continue bg fg jobs hash getopts type".split()
)
"""What is part of a shell: no other program can start it, and what stands there under that name is something else."""


def effect_within(
    call: Invocation,
    argv: tuple[str, ...],
    *,
    user: str | None = None,
    environment: Mapping[str, str] | None = None,
    directory: str | None = None,
) -> Effect:
    """The effect of ``argv`` as ``call``'s program starts it, without what can be computed only where the shell starts it.

    What its model looks at and assumes is recorded in ``call``. Raises UnknownEffect as the model does, and where the
    build itself put the program there.
    """
    from restow.effects.registry import effect_of

    if not argv:
        raise UnknownEffect(f"{call.name} without a command")
    if SYMBOLIC in argv[0]:
        raise UnknownEffect("the name of a program depends on a value that is not known")
    if argv[0] in OF_THE_SHELL:
        raise UnknownEffect(f"{call.name} {argv[0]} is not followed")
    inner = replace(
        call,
        argv=argv,
        user=call.user if user is None else user,
        environment=call.environment if environment is None else environment,
        directory=call.directory if directory is None else directory,
        standard_input=None,
    )
    _check_program(inner)
    return replace(effect_of(inner), exact=None, certain=False, words=None, sets=())


def program_places(call: Invocation) -> list[str]:
    """Where the program of a call is looked up, as paths that may be relative."""
    folders = [entry for entry in call.environment.get("PATH", "").split(":") if entry and SYMBOLIC not in entry]
    name = call.argv[0]
    return [name] if "/" in name else [f"{entry}/{name}" for entry in dict.fromkeys((*PROGRAM_FOLDERS, *folders))]


def _check_program(call: Invocation) -> None:
    names = program_places(call)
    for name in names:
        if SYMBOLIC in name or (not name.startswith("/") and SYMBOLIC in call.directory):
            raise UnknownEffect("the place of a program depends on a value that is not known")
        path = join(call.directory, name)
        if is_placed(call.filesystem, path):
            raise UnknownEffect(f"{call.argv[0]} is a file that the build itself put at {path}")


def joined(*effects: Effect) -> Effect:
    """One effect that reads and may write whatever the given ones do: any of them may be what really runs."""
    listened = [effect.environment for effect in effects]
    names = None if None in listened else tuple(dict.fromkeys(name for some in listened for name in some or ()))
    return replace(
        effects[0],
        reads=tuple(
            dict.fromkeys(region for effect in effects for region in (*effect.reads, Region(effect.creates)) if region)
        ),
        writes=tuple(
            dict.fromkeys(region for effect in effects for region in (*effect.writes, Region(effect.creates)) if region)
        ),
        creates=(),
        environment=names,
        assumes=tuple(dict.fromkeys(assumption for effect in effects for assumption in effect.assumes)),
        caches=tuple(dict.fromkeys(cache for effect in effects for cache in effect.caches)),
        links=tuple(dict.fromkeys(link for effect in effects for link in effect.links)),
        network=any(effect.network for effect in effects),
        seconds=max(effect.seconds for effect in effects),
        size=max(effect.size for effect in effects),
        needs=tuple(dict.fromkeys(path for effect in effects for path in effect.needs)),
        exact=None,
        certain=False,
        words=None,
        sets=(),
    )
