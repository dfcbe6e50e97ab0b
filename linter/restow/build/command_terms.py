"""From a command's effect to the filesystem after it: computed where that is exact, else a term over all that is read."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from restow.build.shell_text import kept, reads_dockerfile, ways
from restow.build.state import Command, State
from restow.effects.commute import fits
from restow.effects.effect import Effect
from restow.effects.ownership import ACCOUNT_FILES
from restow.effects.places import PROGRAM_FOLDERS
from restow.effects.registry import starts_others
from restow.errors import UnknownEffect
from restow.shell import SimpleCommand
from restow.vfs import Directory, Filesystem, Origin, Region, Symlink, Unknown, digest_of, split
from restow.vfs.aliases import with_twins, written
from restow.vfs.filesystem import changed_link
from restow.vfs.links import with_links


@dataclass(frozen=True)
class Entry:
    """A command with what its model looked at, and the part of its term that is its own.

    ``adds`` is the path and the text that it appends there, where it does nothing else.
    """

    command: Command
    node: SimpleCommand | None
    consulted: tuple[str, ...]
    term: str
    environment: dict[str, str] = field(default_factory=dict)
    adds: tuple[str, str] | None = None
    argv: tuple[str, ...] = ()


@dataclass(frozen=True)
class Setting:
    """What surrounds the commands of one place: state of the build, text of the Dockerfile, mounts, working directory."""

    state: State
    dockerfile: str
    context_term: str
    directory: str


def check_order(entries: list[Entry]) -> None:
    """Raise UnknownEffect where a model looked at a file that an earlier part of the same command may write, and where one part
    puts the program of another in place.
    """
    for earlier, entry in enumerate(entries):
        for path in _programs(entry):
            if any(path in region.include for other in entries for region in other.command.effect.writes):
                raise UnknownEffect(f"{path} is a program that another part of the same command may write")
        for path in entry.consulted:
            if any(region.covers(path) for other in entries[:earlier] for region in other.command.effect.writes):
                raise UnknownEffect(f"{path} may be written by another part of the same command")


def _programs(entry: Entry) -> list[str]:
    """Where the program of a command is looked up, and those that it may start: each of its words may be one."""
    started = entry.argv[1:] if entry.argv and starts_others(entry.argv[0]) else ()
    names = [*entry.argv[:1], *(name for word in started for name in _named(word))]
    given = entry.environment.get("PATH", "").split(":")
    folders = tuple(dict.fromkeys((*PROGRAM_FOLDERS, *filter(None, given))))
    return [path for name in names for path in ([name] if "/" in name else [f"{each}/{name}" for each in folders])]


def _named(word: str) -> list[str]:
    """The words of a script, or the word itself, that may be names of programs: of paths those below a folder of programs."""
    return [name for name in re.split(r"[\s;&|()]+", word) if name and ("/" not in name or "bin/" in name)]


def computed(entry: Entry, filesystem: Filesystem, user: str) -> Filesystem:
    """The filesystem after a command whose result is known. Other names of what it wrote may show it as well."""
    effect = entry.command.effect
    after = effect.exact(filesystem) if effect.exact else filesystem
    paths = tuple(path for region in effect.writes for path in region.include)
    return written(after, paths, digest_of("alias", entry.term, user))


def with_possible_links(entries: list[Entry], filesystem: Filesystem) -> Filesystem:
    """The filesystem with a mark at each place where the commands may make a symbolic link, in whatever order they run.

    What they do through the link counts at its target, too; what a later step does through it is unknown.
    """
    for entry in entries:
        for place, target in entry.command.effect.links:
            stood = filesystem.lookup(place)
            if isinstance(stood, Directory):
                raise UnknownEffect(f"a symbolic link may come to stand where {place} is a directory")
            mark = changed_link(Symlink(target), stood.digest if stood is not None else "nothing")
            filesystem = filesystem.put(place, mark)
    return filesystem


def term_of(
    entries: list[Entry],
    text: str,
    setting: Setting,
    filesystem: Filesystem,
    *,
    joint: dict[str, str] | None,
    sure: bool,
) -> str:
    """The name of what the commands leave: a digest of all that they may look at.

    ``joint`` are the variables before commands that run in any number, None for a single one. Not ``sure``: they may
    fail half-way, or not run, so what stood there before counts too.
    """
    state = setting.state
    effects = [entry.command.effect for entry in entries]
    reads = [_followed(region, filesystem, effect) for effect in effects for region in effect.reads]
    reads += [] if sure else [_followed(Region(effect.creates), filesystem, effect) for effect in effects]
    reads += [] if state.user in ("", "root", "0") else [_followed(ACCOUNT_FILES, filesystem)]
    writes = [region for effect in effects for region in effect.writes]
    return digest_of(
        "command",
        *(entry.term for entry in entries),
        text,
        setting.directory,
        state.user,
        setting.context_term,
        setting.dockerfile if reads_dockerfile(filesystem, reads) else "",
        *(digest_of(region.digest(filesystem), *sorted(region.include)) for region in reads),
        *(_environment(entry, state) for entry in entries),
        *([] if joint is None else [sorted(joint.items())]),
        *([] if sure else ways(filesystem, [*reads, *writes])),
        *_inherited(filesystem, writes),
    )


def _inherited(filesystem: Filesystem, writes: list[Region]) -> list[str]:
    """The attributes of folders that give their group to what is made in them: with a set-group-ID bit, or perhaps one."""
    found: dict[str, str] = {}
    for rule in (rule for region in writes for rule in region.include):
        parts = split(rule.partition("*")[0])
        for depth in range(1, len(parts) + 1):
            path = "/" + "/".join(parts[:depth])
            node = filesystem.lookup(path)
            attributes = node.attributes if isinstance(node, Directory) else None
            if attributes is not None and (isinstance(attributes.mode, str) or attributes.mode & 0o2000):
                found[path] = digest_of(path, attributes.digest)
    return list(found.values())


def carried_out(entries: list[Entry], filesystem: Filesystem, term: str, *, sure: bool) -> Filesystem:
    """The filesystem after commands whose result is named by ``term``."""
    before = filesystem
    for effect in (entry.command.effect for entry in entries):
        for region in (*effect.writes, *(() if sure else (Region(effect.creates),))):
            if region:
                filesystem = _followed(region, before, effect).write(filesystem, term)
        for path in effect.creates if sure else ():
            filesystem = filesystem.put(path, Unknown(Origin(term)))
        for cache in effect.caches:
            filesystem = kept(filesystem, cache.path)
    return filesystem


def _followed(region: Region, filesystem: Filesystem, effect: Effect | None = None) -> Region:
    made = () if effect is None else tuple(place for place, _ in effect.links)
    return with_twins(with_links(region, filesystem, made))


def _environment(entry: Entry, state: State) -> str:
    names = entry.command.effect.environment
    heard = sorted(entry.environment.items())
    if names is not None:
        heard = [(key, value) for key, value in heard if any(fits(name, key) for name in names)]
    return digest_of(state.scope.base, heard)
