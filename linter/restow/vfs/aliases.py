"""Directories that are one and the same in many distributions: ``/bin`` is a link to ``/usr/bin`` where ``/usr`` is
merged.

Of an unknown base image nobody knows whether they are. So what is written under one name may have changed under the
others.
"""

from __future__ import annotations

from restow.vfs.filesystem import Filesystem
from restow.vfs.inode import Unknown
from restow.vfs.region import Region

CLASSES = (
    ("/bin", "/usr/bin", "/sbin", "/usr/sbin"),
    ("/lib", "/usr/lib", "/lib64", "/usr/lib64"),
    ("/lib32", "/usr/lib32"),
    ("/run", "/var/run"),
    ("/run/lock", "/var/lock"),
    ("/tmp", "/var/tmp", "/usr/tmp"),
)


def twins(path: str) -> tuple[str, ...]:
    """The other names that ``path`` may have, where it lies in or above one of those directories."""
    found: list[str] = []
    for names in CLASSES:
        for name in names:
            if path == name or path.startswith(name + "/"):
                found += [other + path[len(name) :] for other in names if other != name]
    return tuple(dict.fromkeys(found))


def above(path: str) -> tuple[str, ...]:
    """Those of the directories that lie below ``path``."""
    prefix = path.rstrip("/") + "/"
    return tuple(name for names in CLASSES for name in names if name.startswith(prefix))


def with_twins(region: Region) -> Region:
    """The region with the other names of its paths."""
    more = [twin for path in region.include for twin in twins(path) if not region.covers(twin)]
    return Region((*region.include, *more), region.exclude) if more else region


def written(filesystem: Filesystem, paths: tuple[str, ...], term: str) -> Filesystem:
    """``filesystem`` once something named by ``term`` was written at ``paths``: the other names may show it as well."""
    others = [twin for path in paths for twin in twins(path) if twin not in paths and _possible(filesystem, twin)]
    return Region(tuple(dict.fromkeys(others))).write(filesystem, term) if others else filesystem


def _possible(filesystem: Filesystem, path: str) -> bool:
    """Whether the base image could have a link on the way: not where it is known that nothing stands there."""
    node = filesystem.lookup(path)
    return node is not None or isinstance(filesystem.lookup("/" + path.split("/")[1]), Unknown)
