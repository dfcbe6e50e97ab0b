"""find: it reads the names and attributes below its starting points; ``-delete`` and ``-exec`` change what is there.

What ``-exec`` starts is looked through by its own model, with the starting points in the place of ``{}``: whatever a
command does to a directory as a whole covers what it does to one file in it. A test of times has no answer here, since
times are no part of an image's content. (GNU findutils manual; busybox find has fewer of the same tests.)

Priors (own estimates): 0.1 s, 0.3 s where it deletes, and what the commands cost that it runs.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from restow.effects.effect import SYMBOLIC, Effect, Invocation
from restow.effects.nested import effect_within, joined
from restow.effects.operands import places, readable
from restow.effects.ownership import ACCOUNTS
from restow.effects.places import TOOLCHAIN
from restow.effects.plain_script import commands_of
from restow.effects.programs.filesystem.text import PROGRAMS
from restow.effects.shell_call import SHELLS
from restow.effects.surroundings import names
from restow.errors import UnknownEffect
from restow.vfs import Region

_VALUED = names(
    "-name -iname -path -ipath -wholename -iwholename -regex -iregex -regextype -type -xtype -maxdepth -mindepth -perm "
    "-size -user -group -uid -gid -links -inum -lname -ilname -fstype -context -samefile -printf -D"
)
_PLAIN = names(
    "-print -print0 -prune -empty -delete -depth -d -xdev -mount -quit -nouser -nogroup -not -and -or -a -o ! ( ) , "
    "-true -false -readable -writable -executable -ls -noleaf -daystart -ignore_readdir_race "
    "-noignore_readdir_race -warn -nowarn"
)
_TIMES = ("-newer", "-mtime", "-mmin", "-atime", "-amin", "-ctime", "-cmin", "-anewer", "-cnewer", "-used")
_COVERED_BY_FOLDER = frozenset(
    "rm rmdir chmod chown chgrp touch sed cat echo ls dirname basename ldd scanelf strip grep dpkg dos2unix unix2dos true :".split()
)
"""Programs whose effect on a directory as a whole covers what they do to a file or directory in it."""


@dataclass
class _Search:
    """Starting points, the commands that ``-exec`` gives, whether it deletes, and the files that tests name."""

    roots: list[str] = field(default_factory=list)
    commands: list[tuple[str, ...]] = field(default_factory=list)
    deletes: bool = False
    named: list[str] = field(default_factory=list)


def effect(call: Invocation) -> Effect:
    """Of ``find [-P] path... expression``."""
    search = _read(call)
    roots = search.roots or ["."]
    trees = readable(call, *roots, *search.named)
    seen = Effect(reads=(*trees, ACCOUNTS, TOOLCHAIN), environment=("PATH", "LANG", "LC_*", "POSIXLY_CORRECT", "TZ"))
    effects = [seen]
    whole = next((root for root in roots if root.strip("/") == "" and root.startswith("/")), "")
    changing = [command for command in search.commands if command[0] not in (*PROGRAMS, *SHELLS)]
    if whole and (search.deletes or changing):
        does = "-delete" if search.deletes else "-exec"
        raise UnknownEffect(f"{call.name} {whole} with {does} works on the whole filesystem")
    if search.deletes:
        where = Region(places(call, *roots))
        effects.append(replace(seen, writes=(where,), seconds=0.3))
    for command in search.commands:
        effects += [_executed(call, command, root) for root in roots]
    return replace(joined(*effects), reads=(*joined(*effects).reads, *trees)) if len(effects) > 1 else seen


def _read(call: Invocation) -> _Search:
    words, search = list(call.argv[1:]), _Search()
    while words and words[0] in ("-P", "-O1", "-O2", "-O3"):
        words.pop(0)
    while words and not words[0].startswith("-") and words[0] not in ("!", "(", ")", ","):
        search.roots.append(words.pop(0))
    while words:
        word = words.pop(0)
        if word == "-exec":
            search.commands.append(_command(call, words))
        elif word in _VALUED and words:
            value = words.pop(0)
            if word == "-inum":
                raise UnknownEffect("find by number of inode depends on more than the content of an image")
            if word == "-printf" and any(mark in value for mark in ("%t", "%T", "%a", "%A", "%c", "%C", "%i", "%D")):
                raise UnknownEffect("find that prints times depends on more than the content of an image")
            if word == "-samefile":
                search.named.append(value)
        elif word in _PLAIN:
            search.deletes |= word == "-delete"
        elif word.startswith(_TIMES):
            raise UnknownEffect("find by time depends on more than the content of an image")
        else:
            raise UnknownEffect(f"find {word.replace(SYMBOLIC, '$')} is not modelled")
    return search


def _command(call: Invocation, words: list[str]) -> tuple[str, ...]:
    """The words up to ``;`` or ``{} +``, which are taken away."""
    command: list[str] = []
    while words:
        word = words.pop(0)
        if word == ";" or (word == "+" and command[-1:] == ["{}"]):
            if not command or "{}" in command[0]:
                raise UnknownEffect("find that runs what it finds is not modelled")
            return tuple(command)
        command.append(word)
    raise UnknownEffect(f"{call.name} -exec without its end")


def _executed(call: Invocation, command: tuple[str, ...], root: str) -> Effect:
    """The command with a starting point, for all below it, in the place of ``{}``."""
    name = command[0].rsplit("/", 1)[-1]
    if name in SHELLS:
        if "BASH_ENV" in call.environment:
            raise UnknownEffect("find that runs a shell with settings of its own is not modelled")
        return joined(*(_executed(call, inner, root) for inner in commands_of(command)))
    if any("{}" in word and word != "{}" for word in command) or name not in _COVERED_BY_FOLDER:
        raise UnknownEffect(f"find that runs {name.replace(SYMBOLIC, '$')} is not modelled")
    where = "/" if name in PROGRAMS and not _is_placed(call, root) else places(call, root)[0]
    argv = tuple(where if word == "{}" else word for word in command)
    if name == "rm":
        argv = (argv[0], "-r", *argv[1:])
    found = effect_within(call, argv)
    inside = Region((where,))
    written = (inside,) if found.writes else ()
    return replace(found, reads=(*found.reads, inside), writes=(*found.writes, *written))


def _is_placed(call: Invocation, root: str) -> bool:
    """Whether it is known where a starting point lies; of a program that only reads it need not be."""
    try:
        return bool(places(call, root))
    except UnknownEffect:
        return False
