"""What the source words of COPY and ADD mean: nodes of the context, or of another stage's filesystem."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from restow.build.context import Context
from restow.build.state import matches
from restow.errors import UnknownEffect
from restow.vfs import Directory, File, Filesystem, Node, Origin, Symlink, Unknown, digest_of, join, split

MAX_LINKS = 40  # as Linux


@dataclass(frozen=True, slots=True)
class Found:
    """One source: ``name`` is the base name that a file keeps, ``path`` where it came from."""

    name: str
    node: Node
    path: str

    @property
    def size(self) -> int:
        """Bytes of all known files."""
        return _size(self.node)


def is_url(source: str) -> bool:
    """Whether ADD fetches the source: an address, or a git repository."""
    return source.startswith(("http://", "https://", "git@", "ssh://", "git://"))


def context_sources(context: Context, sources: tuple[str, ...]) -> list[Found]:
    """The nodes that the words name, in order; a word without a match gives none. ``..`` is stripped, as BuildKit does.
    """
    filesystem = Filesystem(context.root)
    found: list[Found] = []
    for source in sources:
        for path in _matching(context.root, split(source)):
            node = _followed(filesystem, path)
            if node is not None:
                found.append(Found(path.rsplit("/", 1)[-1], node, path))
    return found


def stage_sources(filesystem: Filesystem, sources: tuple[str, ...]) -> list[Found]:
    """The nodes of another image. What is not known there gets an origin of its own, since it moves to another place.

    Raises UnknownEffect for a pattern, where the names of that place are not all known.
    """
    found: list[Found] = []
    for source in sources:
        path = join(source)
        if any(character in source for character in "*?["):
            fixed = "/" + "/".join(split(source.split("*")[0].split("?")[0].split("[")[0])[:-1])
            node = filesystem.lookup(filesystem.resolve(fixed))
            term = digest_of("matched", source, node.digest if node is not None else "nothing")
            found.append(Found(path.rsplit("/", 1)[-1], Unknown(Origin(term)), path))
            continue
        resolved = filesystem.resolve(path)
        node = filesystem.lookup(resolved)
        if node is None:
            raise UnknownEffect(f"{path} does not exist in the image that COPY --from names")
        found.append(Found(path.rsplit("/", 1)[-1], relocated(node, resolved), path))
    return found


def relocated(node: Node, path: str) -> Node:
    """The node for use at another place: an origin means the content of its own place, so it becomes a name for that.
    """
    if isinstance(node, Unknown):
        return Unknown(Origin(digest_of("from", path, node.origin.digest)))
    if isinstance(node, Directory):
        children = {name: relocated(child, f"{path.rstrip('/')}/{name}") for name, child in node.children.items()}
        rest = Origin(digest_of("from", path, node.rest.digest)) if node.rest else None
        if rest is None:
            return Directory(node.attributes, children)
        return Unknown(Origin(digest_of("tree", path, node.digest)))
    return node


def _matching(directory: Directory, parts: tuple[str, ...], prefix: str = "") -> Iterator[str]:
    if not parts:
        yield prefix
        return
    pattern, rest = parts[0], parts[1:]
    for name in sorted(directory.children):
        if matches(pattern, name):
            node = directory.children[name]
            if not rest:
                yield f"{prefix}/{name}"
            elif isinstance(node, Directory):
                yield from _matching(node, rest, f"{prefix}/{name}")
            elif isinstance(node, Symlink):
                yield f"{prefix}/{name}/" + "/".join(rest)


def _followed(filesystem: Filesystem, path: str) -> Node | None:
    """A source that is a link is followed; links inside of a folder are copied as links."""
    resolved = filesystem.resolve(path)
    node = filesystem.lookup(resolved)
    return node if not isinstance(node, Unknown) else None


def _size(node: Node) -> int:
    if isinstance(node, File):
        return node.content.size or 0
    if isinstance(node, Directory):
        return sum(_size(child) for child in node.children.values())
    return 0
