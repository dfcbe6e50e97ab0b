"""Symbolic links that a build is known to have made: who reads or writes where one stands does so where it leads."""

from __future__ import annotations

from functools import lru_cache

from restow.errors import UnknownEffect
from restow.vfs.filesystem import MAX_LINKS, Filesystem, join, split, was_link
from restow.vfs.inode import Directory, Symlink
from restow.vfs.region import Region

ANYWHERE = "\0"
"""The text of a link that only the build gives: no path holds this character."""
_ASIDE = ("/dev/", "/proc/")


def with_links(region: Region, filesystem: Filesystem, made: tuple[str, ...] = ()) -> Region:
    """The region with the places that known symbolic links inside of it, or on the way to it, lead to.

    ``made`` are the places where the command itself makes links: one with an unknown text is not followed there.
    """
    links = links_below(filesystem.root)
    if not links or not region:
        return region
    pending, current = dict(links), region
    for _ in range(MAX_LINKS):
        more: list[str] = []
        for path, target in tuple(pending.items()):
            if target == ANYWHERE:
                if path not in made and current.touches(path):
                    return Region.everything()
                continue
            led = _led(current, path, join(path.rsplit("/", 1)[0] or "/", target), filesystem)
            if current.covers(path):
                del pending[path]
            if led:
                more += [place for place in led if not current.covers(place) and not place.startswith(_ASIDE)]
        if not more:
            return current
        current = Region((*current.include, *dict.fromkeys(more)), current.exclude)
    return Region.everything()


def _led(region: Region, path: str, target: str, filesystem: Filesystem) -> list[str]:
    """Where the link at ``path`` takes what the region says; empty where the region has nothing to do with it."""
    try:
        targets = dict.fromkeys((target, filesystem.resolve(path)))
    except UnknownEffect:
        targets = dict.fromkeys((target,))
    if region.covers(path):
        return list(targets)
    tails = [_tail(rule, path) for rule in region.include]
    return [join(each, *tail) for tail in tails if tail for each in targets]


def _tail(rule: str, path: str) -> tuple[str, ...]:
    """The parts of a rule behind ``path``, which it runs through; ``*`` is any name."""
    parts, on_way = split(rule), split(path)
    if len(parts) <= len(on_way) or any(p not in ("*", w) for p, w in zip(parts, on_way, strict=False)):
        return ()
    return parts[len(on_way) :]


@lru_cache(maxsize=16384)
def links_below(directory: Directory) -> tuple[tuple[str, str], ...]:
    """Absolute paths, as seen from ``directory``, of the links below, each with its text; branches are shared, so is this.

    A link that a command may have changed since is taken to lead where it led: what stands there is read in any case.
    """
    found: list[tuple[str, str]] = []
    for name, node in directory.children.items():
        if isinstance(node, Symlink):
            found.append((f"/{name}", node.target))
        elif (led := was_link(node)) is not None:
            found.append((f"/{name}", led))
        elif isinstance(node, Directory):
            found += [(f"/{name}{path}", target) for path, target in links_below(node)]
    return tuple(found)
