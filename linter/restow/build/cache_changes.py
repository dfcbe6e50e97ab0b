"""Build contexts after a change: files that are edited, a Dockerfile that is, and what the client sends of all that."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import reduce

from restow.build.context import Context
from restow.graph import content_digest
from restow.vfs import Attributes, Content, Directory, File, Filesystem, Node, Symlink, digest_of


@dataclass(frozen=True, slots=True)
class Selection:
    """What words mean in a context: ``paths`` of files; words that name an ignored file; words that name nothing."""

    paths: tuple[str, ...]
    ignored: tuple[str, ...]
    missing: tuple[str, ...]


def select(context: Context, words: Iterable[str]) -> Selection:
    """The files that words mean: a path, a folder with all below it, or a pattern as a shell reads it, ``**`` for any depth.

    Words are relative to the context's root; nothing is read from disk but whether an ignored file is there.
    """
    files = [path for path, node in walk(context.root) if not isinstance(node, Directory)]
    found, ignored, missing = dict[str, None](), list[str](), list[str]()
    for word in words:
        clean = inside(word)
        matched = [path for path in files if covers(clean, path)]
        found.update(dict.fromkeys(matched))
        if not matched:
            there = context.folder is not None and (context.folder / clean).exists()
            (ignored if there and clean and context.ignored(clean) else missing).append(word)
    return Selection(tuple(found), tuple(ignored), tuple(missing))


def inside(word: str) -> str:
    """A word without empty parts and dots."""
    return "/".join(part for part in word.split("/") if part not in ("", "."))


def covers(word: str, path: str) -> bool:
    """Whether a path or pattern means ``path`` or a folder above it. The empty word means everything."""
    from fnmatch import fnmatchcase

    if not word:
        return True
    wanted, given = word.split("/"), path.split("/")

    def from_here(at: int, to: int) -> bool:
        if at == len(wanted):
            return True
        if wanted[at] == "**":
            return any(from_here(at + 1, next_) for next_ in range(to, len(given) + 1))
        return to < len(given) and fnmatchcase(given[to], wanted[at]) and from_here(at + 1, to + 1)

    return from_here(0, 0)


def walk(node: Directory, prefix: str = "") -> Iterator[tuple[str, Node]]:
    """Every path below a context's directory, relative, with its node."""
    for name, child in node.children.items():
        yield prefix + name, child
        if isinstance(child, Directory):
            yield from walk(child, f"{prefix}{name}/")


def with_changed_content(context: Context, paths: Iterable[str]) -> Context:
    """The context after somebody edited these files: each holds something that it did not hold before.

    Other names of an edited file (hard links) change with it. Paths that are not in the context are left out.
    """
    return _mapped(context, _all_names(context, paths), _edited)


def _all_names(context: Context, paths: Iterable[str]) -> set[str]:
    """The paths that are in the context, with the other names of their files."""
    wanted, nodes = set(paths), dict(walk(context.root))
    links = {
        node.link_group for path, node in nodes.items() if path in wanted and isinstance(node, File) and node.link_group
    }
    wanted |= {path for path, node in nodes.items() if isinstance(node, File) and node.link_group in links}
    return wanted & nodes.keys()


def with_changed_modes(context: Context, paths: Iterable[str]) -> Context:
    """The context after ``chmod`` of these files and folders, and of nothing below them.

    Other names of a file (hard links) change with it. Paths that are not in the context, and its root, are left out.
    """
    return _mapped(context, _all_names(context, paths), _with_other_mode)


def with_added(context: Context, paths: Iterable[str]) -> Context:
    """The context with a new file at each of these paths, and the folders above; what is there already stays.

    A file that is removed again is the same change the other way round, and hits and misses alike. Raises PathConflict where a
    file stands above.
    """

    def put(filesystem: Filesystem, path: str) -> Filesystem:
        if filesystem.lookup("/" + path) is not None:
            return filesystem
        above = ("/" + path).rpartition("/")[0]
        made = filesystem.make_directories(above, Attributes(0o755)) if above else filesystem
        return made.put("/" + path, File(Attributes(0o644), Content(f"added:{path}", 0, path)))

    root = reduce(put, sorted(set(paths)), Filesystem(context.root)).root
    return context if root is context.root else replace(context, root=root)


def _with_other_mode(node: Node, path: str) -> Node:
    if not isinstance(node, File | Directory) or node.attributes is None:
        return node
    mode = node.attributes.mode
    attributes = replace(node.attributes, mode=mode ^ 0o010 if isinstance(mode, int) else f"{mode} changed")
    if isinstance(node, Directory):
        return Directory(attributes, node.children, node.rest)
    return replace(node, attributes=attributes)


def _edited(node: Node, path: str) -> Node:
    if isinstance(node, File):
        identity = "edited:" + digest_of(node.content.identity)
        return replace(node, content=Content(identity, node.content.size, node.content.origin))
    return Symlink(f"edited:{node.target}", node.attributes) if isinstance(node, Symlink) else node


def with_texts(context: Context, texts: Mapping[str, str]) -> Context:
    """The context with these texts in files that it holds; a path that it does not hold (an ignored one) is left out."""

    def written(node: Node, path: str) -> Node:
        content = replace(Content.of(texts[path].encode()), origin=path, data=None)
        return replace(node, content=content) if isinstance(node, File) else node

    return _mapped(context, {path for path in texts if context.lookup(path) is not None}, written)


def as_sent(before: Context, after: Context, unsent: Iterable[str] = ()) -> Context:
    """What the builder has of ``after``, when it was sent ``before`` from the same folder.

    The client sends what differs by type, mode, size, time or link text. A changed mode of a directory is not taken over
    (measured on BuildKit 0.13), and neither are the bytes of a file whose size and time stayed: ``unsent`` names those.
    """

    def kept(node: Node, path: str) -> Node:
        old = before.lookup(path)
        return old if isinstance(old, File) and isinstance(node, File) else node

    sent = replace(after, root=_with_modes(before.root, after.root))
    return _mapped(sent, {path for path in unsent if after.lookup(path) is not None}, kept)


def _with_modes(before: Directory, after: Directory) -> Directory:
    children = {
        name: _with_modes(old, node)
        if isinstance(node, Directory) and isinstance(old := before.children.get(name), Directory)
        else node
        for name, node in after.children.items()
    }
    same = after.attributes == before.attributes and all(
        node is after.children[name] for name, node in children.items()
    )
    return after if same else Directory(before.attributes, children, after.rest)


def _mapped(context: Context, paths: Iterable[str], change: Callable[[Node, str], Node]) -> Context:
    def put(filesystem: Filesystem, path: str) -> Filesystem:
        node = filesystem.lookup(path)
        return filesystem.put("/" + path, change(node, path)) if node is not None else filesystem

    root = reduce(put, sorted(paths), Filesystem(context.root)).root
    return context if root is context.root else replace(context, root=root)


def changed_paths(before: Directory, after: Directory, prefix: str = "") -> Iterator[str]:
    """The paths that differ between two contexts: files, links and empty directories; of a new folder what is in it."""
    for name in sorted(before.children.keys() | after.children.keys()):
        old, new, path = before.children.get(name), after.children.get(name), prefix + name
        if old is new or (old is not None and new is not None and content_digest(old) == content_digest(new)):
            continue
        folders = [node for node in (old, new) if isinstance(node, Directory)]
        if len(folders) == len([node for node in (old, new) if node is not None]) and any(
            one.children for one in folders
        ):
            empty = Directory(Attributes(0o755), {})
            one, other = (node if isinstance(node, Directory) else empty for node in (old, new))
            inner = list(changed_paths(one, other, f"{path}/"))
            yield from inner or [path]
        else:
            yield path
