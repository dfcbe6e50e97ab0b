"""What the source words of COPY and ADD mean: nodes of the context, or of another stage's filesystem."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from restow.build.context import Context
from restow.build.state import matches
from restow.errors import BuildFailure, UnknownEffect
from restow.syntax.ast import Heredoc
from restow.vfs import Absent, Directory, File, Filesystem, Node, Origin, Unknown, digest_of, join, split
from restow.vfs.ignorefile import IgnoreFile, IgnoreFileError
from restow.vfs.inode import PERHAPS

ARCHIVES = (
    ".tar",
    ".tar.gz",
    ".tgz",
    ".tar.bz2",
    ".tbz2",
    ".tar.xz",
    ".txz",
    ".tar.zst",
    ".tzst",
    ".gz",
    ".bz2",
    ".xz",
)


@dataclass(frozen=True, slots=True)
class Found:
    """One source: ``name`` is the base name that a file keeps, ``path`` where it came from.

    ``sure`` is False for what a pattern may or may not match: where nothing matches, nothing is made.
    """

    name: str
    node: Node
    path: str
    sure: bool = True

    @property
    def size(self) -> int:
        """Bytes of all known files."""
        return _size(self.node)


def chomped(heredoc: Heredoc) -> str:
    """The body of a here-document, without the leading tabs that ``<<-`` removes."""
    return re.sub(r"^\t+", "", heredoc.content, flags=re.MULTILINE) if heredoc.chomp else heredoc.content


def is_url(source: str) -> bool:
    """Whether ADD fetches the source: an address, or a git repository."""
    return source.startswith(("http://", "https://", "git@", "ssh://", "git://"))


def is_archive(found: Found, context: Context | None) -> bool:
    """Whether ADD unpacks the source: told by its content where that is at hand, else by its name."""
    if not isinstance(found.node, File):
        return False
    data = found.node.content.data
    if data is None and context is not None and found.node.content.origin:
        data = context.read(found.node.content.origin)
    return found.name.endswith(ARCHIVES) if data is None else _holds_tar(data)


def _holds_tar(data: bytes) -> bool:
    """Whether the bytes begin a tar, compressed or not. What cannot be unpacked here counts as one."""
    import bz2
    import lzma
    import zlib

    try:
        if data.startswith(b"\x1f\x8b"):
            data = zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(data, 512)
        elif data.startswith(b"BZh"):
            data = bz2.BZ2Decompressor().decompress(data, 512)
        elif data.startswith(b"\xfd7zXZ\x00"):
            data = lzma.LZMADecompressor().decompress(data, 512)
        elif data.startswith(b"\x28\xb5\x2f\xfd"):
            return True
    except (OSError, EOFError, lzma.LZMAError, zlib.error):
        return True
    head = data[:512]
    digits = head[148:156].strip(b" \0")
    if head[257:262] == b"ustar" or len(head) < 512 or not digits or set(digits) - set(b"01234567"):
        return head[257:262] == b"ustar"
    return sum(head[:148]) + sum(head[156:]) + 8 * 32 == int(digits, 8)


def context_sources(context: Context, sources: tuple[str, ...], exclude: tuple[str, ...] = ()) -> list[Found]:
    """The nodes that the words name, in order; a word without a match gives none. ``..`` is stripped, as BuildKit does.

    ``exclude`` leaves out what lies below a folder that is named. Raises UnknownEffect for what the engine refuses: a
    broken pattern, a link to nothing.
    """
    filesystem = Filesystem(context.root)
    found: list[Found] = []
    for source in sources:
        if "[" in source and "]" not in source[source.index("[") + 2 :]:
            raise BuildFailure(f"syntax error in pattern: {source}: a bracket is not closed")
        for path in matched_paths(filesystem, source):
            node = filesystem.lookup(filesystem.resolve(path))
            if node is None:
                raise BuildFailure(
                    f'failed to calculate checksum: "{path}": not found (a link to nothing in the build context)'
                )
            if exclude and not isinstance(node, Directory) and any(c in source for c in "*?["):
                raise UnknownEffect("--exclude with a pattern that files match is not simulated")
            if exclude and isinstance(node, Directory):
                node = without(node, exclude)
            found.append(Found(path.rsplit("/", 1)[-1], node, path))
    return found


def without(directory: Directory, exclude: tuple[str, ...]) -> Directory:
    """The directory without what ``--exclude`` leaves out. Raises UnknownEffect for a broken pattern."""
    try:
        return _without(directory, IgnoreFile.from_lines(enumerate(exclude, 1), "--exclude"), "")
    except IgnoreFileError as error:
        raise UnknownEffect(str(error)) from None


def _without(directory: Directory, ignore: IgnoreFile, prefix: str) -> Directory:
    """The directory without what the patterns leave out; a folder stays where something of it does."""
    children: dict[str, Node] = {}
    for name, child in directory.children.items():
        node = _without(child, ignore, f"{prefix}{name}/") if isinstance(child, Directory) else child
        kept = isinstance(node, Directory) and bool(node.children)
        if kept or not ignore.decide(f"{prefix}{name}").ignored:
            children[name] = node
    return Directory(directory.attributes, children, directory.rest)


def stage_sources(filesystem: Filesystem, sources: tuple[str, ...]) -> list[Found]:
    """The nodes of another image. What is not known there gets an origin of its own, since it moves to another place.

    A pattern that meets names of which not all are known is one source, of which nobody knows what it is. Raises
    UnknownEffect for what does not exist, and for a loop of links.
    """
    found: list[Found] = []
    for source in sources:
        path = join(source)
        try:
            paths = matched_paths(filesystem, source) if has_wildcards(source) else [path]
        except _NotAllKnownError as place:
            node = filesystem.lookup(str(place))
            term = digest_of("matched", source, node.digest if node is not None else "nothing")
            found.append(Found(path.rsplit("/", 1)[-1], Unknown(Origin(term)), path, sure=False))
            continue
        for each in paths:
            resolved = filesystem.resolve(each)
            node = filesystem.lookup(resolved)
            if node is None:
                raise BuildFailure(
                    f'failed to calculate checksum: "{each}": not found in the image that COPY --from names'
                )
            found.append(Found(each.rsplit("/", 1)[-1], relocated(node, resolved), each))
    return found


def has_wildcards(source: str) -> bool:
    """Whether the engine takes the source for a pattern."""
    return any(character in source for character in "*?[")


class _NotAllKnownError(UnknownEffect):
    """The names in a directory that a pattern looks into are not all known; the reason is the directory's path."""


def matched_paths(filesystem: Filesystem, source: str) -> list[str]:
    """The absolute paths that a source means, in the order of their names, as the engine walks: links are followed in
    what stands before the first wildcard, and a pattern looks into real directories alone.
    """
    parts = split(source)
    fixed = next((at for at, part in enumerate(parts) if has_wildcards(part) or "\\" in part), len(parts))
    start = "/" + "/".join(parts[:fixed])
    place = filesystem.resolve(start)
    node = filesystem.lookup(place)
    if fixed == len(parts):
        return [] if node is None else [start]
    if isinstance(node, Unknown):
        raise _NotAllKnownError(place)
    return list(_matching(node, parts[fixed:], start, place)) if isinstance(node, Directory) else []


def relocated(node: Node, path: str) -> Node:
    """The node for use at another place: an origin means the content of its own place, so it becomes a name for that."""
    if isinstance(node, Unknown):
        return Unknown(Origin(digest_of("from", path, node.origin.digest)))
    if isinstance(node, Directory):
        children = {name: relocated(child, f"{path.rstrip('/')}/{name}") for name, child in node.children.items()}
        rest = Origin(digest_of("from", path, node.rest.digest)) if node.rest else None
        if rest is None:
            return Directory(node.attributes, children)
        return Unknown(Origin(digest_of("tree", path, node.digest)))
    if isinstance(node, File) and node.content.identity.startswith("term:"):
        own = digest_of("from", path, node.content.identity)
        return replace(node, content=replace(node.content, identity=f"term:{own}"))
    return node


def _matching(directory: Directory, parts: tuple[str, ...], prefix: str, place: str) -> Iterator[str]:
    """``prefix`` is how the directory was written, ``place`` where it is. Raises _NotAllKnownError."""
    if directory.rest is not None:
        raise _NotAllKnownError(place)
    for name, node in sorted(directory.children.items()):
        if isinstance(node, Absent) or not matches(parts[0], name):
            continue
        inner = f"{place.rstrip('/')}/{name}"
        if not _stands(node):
            raise _NotAllKnownError(inner)
        if len(parts) == 1:
            yield f"{prefix.rstrip('/')}/{name}"
        elif isinstance(node, Directory):
            yield from _matching(node, parts[1:], f"{prefix.rstrip('/')}/{name}", inner)


def _stands(node: Node) -> bool:
    """Whether something surely stands where this node is."""
    if isinstance(node, Unknown):
        return False
    mode = node.attributes.mode if not isinstance(node, Absent) and node.attributes else 0
    return not (isinstance(mode, str) and mode.startswith(PERHAPS))


def _size(node: Node) -> int:
    if isinstance(node, File):
        return node.content.size or 0
    if isinstance(node, Directory):
        return sum(_size(child) for child in node.children.values())
    return 0
