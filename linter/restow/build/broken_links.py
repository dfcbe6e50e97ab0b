"""Hard links that a RUN breaks: on an overlay, a file of an earlier layer that is changed becomes a file of its own, and its
other names stay what they were.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TypeGuard

from restow.vfs import Directory, File, Filesystem, Node


def without_broken_links(after: Filesystem, before: Filesystem) -> Filesystem:
    """``after`` a RUN, where each name of an earlier layer that it changed is a file of its own."""
    root = _parted(after.root, before.root)
    return after if root is after.root else Filesystem(root)


def _parted(after: Directory, before: Directory) -> Directory:
    """Folders that did not change are shared by both, and not looked into."""
    if after is before:
        return after
    changed: dict[str, Node] = {}
    for name, node in after.children.items():
        old = before.children.get(name)
        if node is old or old is None:
            continue
        if isinstance(node, Directory) and isinstance(old, Directory):
            inner = _parted(node, old)
            if inner is not node:
                changed[name] = inner
        elif _is_broken(node, old):
            changed[name] = replace(node, link_group=None)
    return Directory(after.attributes, {**after.children, **changed}, after.rest) if changed else after


def _is_broken(node: Node, old: Node) -> TypeGuard[File]:
    """Whether a file that had other names was changed, and still counts as one with them."""
    if not isinstance(node, File) or not isinstance(old, File) or node == old:
        return False
    return node.link_group is not None and node.link_group == old.link_group
