"""``--parents`` of COPY: what matches keeps the directories that it lies in, from the pivot ``/./`` on."""

from __future__ import annotations

from restow.build.sources import Found, has_wildcards, matched_paths, relocated
from restow.build.state import matches
from restow.errors import BuildFailure, UnknownEffect
from restow.vfs import Absent, Attributes, Directory, Filesystem, Node, Symlink, Unknown, join, split


def with_parents(filesystem: Filesystem, source: str) -> list[Found]:
    """The trees that a source brings, each a directory whose content goes to the destination: an empty one where nothing
    matches.

    Raises BuildFailure where a source without wildcards is not there, UnknownEffect where the names on the way are not all
    known, or one is a symbolic link.
    """
    base, pattern = pivoted(source)
    found: list[Found] = []
    for start in matched_paths(filesystem, base) if has_wildcards(base) else [join(base)]:
        place = filesystem.resolve(start)
        if place != start and has_wildcards(base):
            raise UnknownEffect("--parents through a symbolic link behind a pattern")
        node = filesystem.lookup(place)
        if isinstance(node, Unknown) or (isinstance(node, Directory) and node.rest is not None):
            raise UnknownEffect(f"the names in {place} are not all known")
        tree = _kept(node, split(pattern)) if isinstance(node, Directory) else None
        if isinstance(tree, Directory):
            found.append(Found(place.rsplit("/", 1)[-1], relocated(tree, place), place))
    if not found and not has_wildcards(source):
        raise BuildFailure(f'failed to calculate checksum: "{join(source)}": not found')
    return found or [Found("", Directory(Attributes(0o755), {}), "/")]


def pivoted(source: str) -> tuple[str, str]:
    """A source cut at its first ``/./``: where the kept part begins, and the kept part. A ``./`` in front is no pivot."""
    plain = source.removeprefix("./")
    base, mark, rest = plain.partition("/./")
    return (base or "/", rest) if mark and rest.strip("/") else ("/", plain)


def _kept(node: Node, parts: tuple[str, ...]) -> Node | None:
    """What of ``node`` matches, with the directories on the way; None where nothing does."""
    if not parts:
        return node
    if isinstance(node, Symlink):
        raise UnknownEffect("--parents through a symbolic link")
    if not isinstance(node, Directory):
        return None
    if node.rest is not None:
        raise UnknownEffect("the names on the way of --parents are not all known")
    children: dict[str, Node] = {}
    for name, child in node.children.items():
        if isinstance(child, Absent):
            continue
        if isinstance(child, Unknown):
            raise UnknownEffect("the names on the way of --parents are not all known")
        kept = _below(name, child, parts)
        if kept is not None:
            children[name] = kept
    return Directory(node.attributes, children) if children else None


def _below(name: str, child: Node, parts: tuple[str, ...]) -> Node | None:
    if parts[0] != "**":
        return _kept(child, parts[1:]) if matches(parts[0], name) and _can(child, parts[1:]) else None
    if len(parts) == 1:
        return child
    here = _below(name, child, parts[1:])
    if here is not None and len(parts) == 2:
        return here  # it matches as a whole
    deeper = _kept(child, parts) if isinstance(child, Directory) else None
    return deeper if here is None else here if deeper is None else _united(here, deeper)


def _can(child: Node, rest: tuple[str, ...]) -> bool:
    """Whether the pattern can go on below: a link to a directory is refused, any other file ends it."""
    return not rest or isinstance(child, Directory | Symlink)


def _united(one: Node, other: Node) -> Node:
    if not isinstance(one, Directory) or not isinstance(other, Directory):
        return one
    children = dict(one.children)
    for name, child in other.children.items():
        children[name] = _united(children[name], child) if name in children else child
    return Directory(one.attributes, children)
