"""Regions: parts of a filesystem by rule. What a program may read or write is a region.

A rule is a path with ``*`` for any one name; it speaks of that path and of all below, until a longer rule says
otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from restow.vfs.filesystem import STANDARD_DIRECTORIES, Filesystem, changed_link, is_perhaps, perhaps, split
from restow.vfs.inode import ABSENT, Absent, Content, Directory, File, Node, Origin, Symlink, Unknown, digest_of


class _Trie:
    """The rules by name, one level a part."""

    __slots__ = ("below", "inside")

    def __init__(self) -> None:
        self.below: dict[str, _Trie] = {}
        self.inside: bool | None = None

    def add(self, parts: tuple[str, ...], inside: bool) -> None:
        node = self
        for part in parts:
            node = node.below.setdefault(part, _Trie())
        node.inside = inside


@dataclass(frozen=True)
class Region:
    """The paths inside ``include`` (and below), without those inside ``exclude``; the longest rule that fits decides."""

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()

    @staticmethod
    def everything() -> Region:
        """The whole filesystem."""
        return Region(("/",))

    def __bool__(self) -> bool:
        return bool(self.include)

    @cached_property
    def _trie(self) -> _Trie:
        trie = _Trie()
        for path in self.exclude:
            trie.add(split(path), False)
        for path in self.include:
            trie.add(split(path), True)
        return trie

    def covers(self, path: str) -> bool:
        """Whether ``path`` itself lies inside."""
        tries, inside = [self._trie], bool(self._trie.inside)
        for part in split(path):
            tries = _step(tries, part)
            inside = _decide(tries, inside)
        return inside

    def touches(self, path: str) -> bool:
        """Whether ``path`` or anything below it lies inside."""
        tries, inside = [self._trie], bool(self._trie.inside)
        for part in split(path):
            tries = _step(tries, part)
            inside = _decide(tries, inside)
        return inside or any(_any_inside(trie) for trie in tries)

    def overlaps(self, other: Region) -> bool:
        """Whether some path may lie inside both (a ``*`` counts as every name)."""
        return _overlap([self._trie], bool(self._trie.inside), [other._trie], bool(other._trie.inside))

    def known(self, filesystem: Filesystem) -> Iterator[tuple[str, Node]]:
        """Every known node inside, with its path, in the order of a walk."""
        yield from _known("/", filesystem.root, [self._trie], bool(self._trie.inside))

    def met(self, filesystem: Filesystem) -> Iterator[tuple[str, Node]]:
        """As ``known``, and every known node that stands in the way of what the region has below it."""
        yield from _known("/", filesystem.root, [self._trie], bool(self._trie.inside), obstacles=True)

    def digest(self, filesystem: Filesystem) -> str:
        """What the region holds: equal for filesystems that agree inside of it."""
        return _digest(filesystem.root, [self._trie], bool(self._trie.inside)) or "nothing"

    def write(self, filesystem: Filesystem, term: str) -> Filesystem:
        """The filesystem after a program, named by ``term``, may have written anywhere in the region."""
        root = _write("", filesystem.root, [self._trie], bool(self._trie.inside), term)
        assert isinstance(root, Directory)
        return Filesystem(root)


def _step(tries: list[_Trie], name: str) -> list[_Trie]:
    return [below for trie in tries for key in (name, "*") if (below := trie.below.get(key)) is not None]


def _decide(tries: list[_Trie], inside: bool) -> bool:
    """The rule that names a part wins over the one with ``*``, and an inclusion over an exclusion of equal length."""
    verdicts = [trie.inside for trie in tries if trie.inside is not None]
    return verdicts[0] if verdicts else inside


def _overlap(left: list[_Trie], left_in: bool, right: list[_Trie], right_in: bool) -> bool:
    if left_in and right_in:
        return True
    names = {name for trie in (*left, *right) for name in trie.below}
    for name in names:
        one, two = _reach(left, name), _reach(right, name)
        if _overlap(one, _maybe(one, left_in), two, _maybe(two, right_in)):
            return True
    return False


def _reach(tries: list[_Trie], name: str) -> list[_Trie]:
    return [below for trie in tries for below in trie.below.values()] if name == "*" else _step(tries, name)


def _maybe(tries: list[_Trie], inside: bool) -> bool:
    verdicts = [trie.inside for trie in tries if trie.inside is not None]
    return any(verdicts) if verdicts else inside


def _known(
    path: str, node: Node, tries: list[_Trie], inside: bool, *, obstacles: bool = False
) -> Iterator[tuple[str, Node]]:
    in_the_way = obstacles and not isinstance(node, Directory) and any(_any_inside(trie) for trie in tries)
    if (inside or in_the_way) and not isinstance(node, Absent):
        yield path, node
    if isinstance(node, Directory) and (inside or any(trie.below for trie in tries)):
        for name, child in sorted(node.children.items()):
            below = _step(tries, name)
            deeper = _decide(below, inside)
            yield from _known(f"{path.rstrip('/')}/{name}", child, below, deeper, obstacles=obstacles)


def _any_inside(trie: _Trie) -> bool:
    return trie.inside is True or any(_any_inside(below) for below in trie.below.values())


def _has_star(tries: list[_Trie]) -> bool:
    return any("*" in trie.below and _any_inside(trie.below["*"]) for trie in tries)


def _children(node: Directory | Unknown, tries: list[_Trie]) -> tuple[Mapping[str, Node], Origin | None]:
    """Known children, and those that a rule names although nobody knows them yet."""
    if isinstance(node, Unknown):
        known: dict[str, Node] = {}
        rest: Origin | None = node.origin
    else:
        known, rest = dict(node.children), node.rest
    for trie in tries:
        for name in trie.below:
            if name != "*" and name not in known and rest is not None:
                known[name] = Unknown(rest)
    return known, rest


def _digest(node: Node, tries: list[_Trie], inside: bool) -> str | None:
    """None where nothing of the node lies inside. What a child adds is told only where it differs from its origin."""
    deeper = [trie for trie in tries if trie.below]
    if not deeper or not isinstance(node, Directory | Unknown):
        return node.digest if inside else None
    children, rest = _children(node, deeper)
    parts: list[str] = []
    for name, child in sorted(children.items()):
        below = _step(tries, name)
        digest = _digest(child, below, _decide(below, inside))
        default = _digest(Unknown(rest) if rest else ABSENT, below, _decide(below, inside))
        if digest != default:
            parts += [name, digest or "nothing"]
    if not inside:
        return digest_of("part", rest.digest if rest else "closed", *parts) if rest or parts else None
    attributes = node.attributes.digest if isinstance(node, Directory) and node.attributes else "of-origin"
    if rest and attributes == "of-origin" and not parts:
        return Unknown(rest).digest
    return digest_of("directory", attributes, rest.digest if rest else "closed", *parts)


def _write(path: str, node: Node, tries: list[_Trie], inside: bool, term: str) -> Node:
    deeper = [trie for trie in tries if trie.below]
    if isinstance(node, Absent) and any(map(_any_inside, deeper)):
        return blurred(node, term)  # a program that writes below makes the directories on the way
    if not deeper or not isinstance(node, Directory | Unknown):
        return blurred(node, term) if inside else node
    children, rest = _children(node, deeper)
    new = (name for trie in deeper for name in trie.below if name != "*" and name not in children)
    changed: dict[str, Node] = {}
    for name, child in (*children.items(), *((name, ABSENT) for name in new)):
        below = _step(tries, name)
        changed[name] = _write(f"{path}/{name}", child, below, _decide(below, inside), term)
    attributes = node.attributes if isinstance(node, Directory) else None
    if not inside:
        unsure = attributes is None or is_perhaps(node)
        if unsure and rest and path and path not in STANDARD_DIRECTORIES and any(map(_any_inside, deeper)):
            attributes = perhaps(attributes, rest, term)
        return Directory(attributes, changed, _after(rest, term) if _has_star(deeper) else rest)
    return Directory(attributes.after(term) if attributes else None, changed, _after(rest, term))


def blurred(node: Node, term: str) -> Node:
    """The node, and all below it, after a program named by ``term`` may have written there."""
    if isinstance(node, Directory):
        children = {name: blurred(child, term) for name, child in node.children.items()}
        return Directory(node.attributes.after(term) if node.attributes else None, children, _after(node.rest, term))
    if isinstance(node, Unknown):
        return Unknown(node.origin.after(term))
    if isinstance(node, File):
        content = Content("term:" + digest_of("after", node.digest, term), None, node.content.origin)
        return File(node.attributes.after(term), content)
    if isinstance(node, Absent):
        return Unknown(Origin("absent", (term,)))
    if isinstance(node, Symlink):
        return changed_link(node, term)
    return Unknown(Origin(node.digest, (term,)))


def _after(rest: Origin | None, term: str) -> Origin:
    return rest.after(term) if rest else Origin("closed", (term,))
