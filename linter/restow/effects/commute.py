"""May two commands change places? By what their effects say they read and write; where that is not known: no.

What one command writes must be nothing that the other reads, writes or, for its model, was looked at. A command may
also fail where a directory on the way to its paths is missing, and may make such a directory, with an owner and a mode
of its own; so directories that are not known to stand count as written by both. What is answered is about the files
that are left and about whether the two fail: where neither writes what the other looks at, each fails in both orders or
in none.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from restow.effects.effect import Effect
from restow.errors import UnknownEffect
from restow.vfs import Directory, Filesystem, Region, join, split
from restow.vfs.aliases import with_twins
from restow.vfs.filesystem import STANDARD_DIRECTORIES
from restow.vfs.links import with_links


@dataclass(frozen=True, slots=True)
class Conflict:
    """What forbids the swap: ``name`` is the path (with ``*`` for any name), the variable, or the reason why an effect
    is unknown.
    """

    kind: Literal["path", "variable", "unknown"]
    name: str

    def __str__(self) -> str:
        if self.kind == "path":
            return f"both touch {self.name}, and one of them writes it"
        return f"one sets the variable {self.name}, which the other uses" if self.kind == "variable" else self.name


@dataclass(frozen=True, slots=True)
class Yes:
    """The two may change places: both orders leave the same filesystem, as far as the effects are right."""


@dataclass(frozen=True, slots=True)
class No:
    """The two may not change places."""

    conflict: Conflict


def commute(
    first: Effect | UnknownEffect, second: Effect | UnknownEffect, before: Filesystem | None = None
) -> Yes | No:
    """Whether two commands that run as the same user, one right after the other, may change places.

    An effect that could not be told (``UnknownEffect``) reads and writes everything. ``before`` is the filesystem that
    the first of them finds: it tells which directories stand, and where links lead; without it nothing is known of that.
    """
    for one in (first, second):
        if isinstance(one, UnknownEffect):
            return No(Conflict("unknown", one.reason))
    assert isinstance(first, Effect)
    assert isinstance(second, Effect)
    found = Filesystem.unknown("base") if before is None else before
    conflict = _variable(first, second) or _variable(second, first)
    conflict = conflict or _path(first, second, found) or _path(second, first, found)
    return No(conflict) if conflict else Yes()


def fits(pattern: str, name: str) -> bool:
    """Whether a name, in which each ``*`` stands for any text, means the variable."""
    if "*" not in pattern:
        return name == pattern
    first, *middle, last = pattern.split("*")
    at, end = len(first), len(name) - len(last)
    if at > end or not name.startswith(first) or not name.endswith(last):
        return False
    for part in middle:
        found = name.find(part, at, end)
        if found < 0:
            return False
        at = found + len(part)
    return True


def overlap(left: Iterable[Region], right: Iterable[Region]) -> tuple[Region, Region] | None:
    """The first two regions, one of each side, that may have a path in common; None where there are none."""
    others = [region for region in right if region]
    return next(((one, two) for one in left if one for two in others if one.overlaps(two)), None)


def _variable(setter: Effect, other: Effect) -> Conflict | None:
    for name in setter.sets:
        if other.environment is None or any(fits(pattern, name) for pattern in (*other.environment, *other.sets)):
            return Conflict("variable", name)
    return None


def _path(writer: Effect, other: Effect, before: Filesystem) -> Conflict | None:
    """Where ``writer`` writes, or makes a directory, and the other reads, writes, or was looked at."""
    touched = tuple(_followed((*other.reads, *other.writes, _exactly(other.creates), _looked(other.consulted)), before))
    written = tuple(_followed((*writer.writes, _exactly(writer.creates)), before))
    found = overlap(written, touched)
    if found:
        return Conflict("path", _shared(*found))
    for folder in _doubtful(written, before):
        if any(region.touches(folder) for region in touched):
            return Conflict("path", folder)
    return None


def _exactly(paths: tuple[str, ...]) -> Region:
    return Region(tuple(dict.fromkeys(paths)))


def _looked(paths: tuple[str, ...]) -> Region:
    """What a model looked at: the file, or the names in the directory, at each path."""
    found = tuple(dict.fromkeys(paths))
    return Region((*found, *(join(path, "*") for path in found)), tuple(join(path, "*/*") for path in found))


def _followed(regions: Iterable[Region], before: Filesystem) -> Iterator[Region]:
    """The regions with the other names of their paths, and where known links lead."""
    return (with_twins(with_links(region, before)) for region in regions if region)


def _doubtful(regions: Iterable[Region], before: Filesystem) -> Iterator[str]:
    """The directories above what is written that are not known to stand."""
    for path in dict.fromkeys(path for region in regions for path in region.include):
        parts = split(path)
        for depth in range(1, len(parts)):
            above = "/" + "/".join(parts[:depth])
            if above not in STANDARD_DIRECTORIES and not isinstance(before.lookup(above), Directory):
                yield above


def _shared(one: Region, two: Region) -> str:
    """The most telling path that lies in both: the longest that a rule of either names."""
    named = [path for path in one.include if two.touches(path)] + [path for path in two.include if one.touches(path)]
    return max(named, key=lambda path: (len(split(path)), path), default="/")
