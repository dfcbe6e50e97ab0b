"""npm's lock files: which packages they list, which of those have install scripts, and whether they agree with the manifest.

npm documentation, "package-lock.json": versions 2 and 3 describe every installed place under ``packages`` (the root as the
empty path, with the manifest's dependencies repeated), and mark install scripts with ``hasInstallScript``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from restow.effects.effect import Assumption, Invocation, Verdict
from restow.effects.programs.javascript import manifest as node
from restow.effects.surroundings import place
from restow.errors import UnknownEffect
from restow.vfs import Unknown, join

NPM = Assumption(
    "npm-version", "npm is version 7 or later: older ones write a lock file of version 2 or 3 anew", Verdict.UNCHECKED
)
_NODE_IMAGE = re.compile(r"image (?:docker\.io/(?:library/)?|library/)?node(?::([\w.-]+))?(?:@|$)", re.ASCII)
_OLD_NAMES = re.compile("argon|boron|carbon|dubnium|erbium|fermium|wheezy|jessie|stretch")
"""Names of node's own images that brought npm 6 or older; with a number those before 15 (nodejs.org, "Previous releases").
Other names (``lts``, ``slim``, none) move on with the releases.
"""
_REPEATED = (*node.MAPS, "name", "version", "workspaces", "engines", "peerDependenciesMeta", "bundleDependencies")


def _content(call: Invocation, lock: str | None) -> dict[str, Any] | None:
    """The lock file's object; None where there is none or its content is not at hand."""
    if lock is None or isinstance(call.node(lock), Unknown):
        return None
    try:
        text = call.text(lock)
    except UnknownEffect:
        return None
    return None if text is None else node.as_object(lock, text)


def packages_of(call: Invocation, project: node.Project, lock: str | None) -> dict[str, Any] | None:
    """Locked packages by name, each with its entry; None where the lock says nothing of install scripts (or is not at hand).

    Local folders and archives in the lock are added to the project.
    """
    content = _content(call, lock)
    if content is None:
        return None
    listed = content.get("packages")
    if not isinstance(listed, dict):
        _add_old_names(call, project, node.entries(content.get("dependencies")))
        return None
    found: dict[str, Any] = {}
    for where, entry in listed.items():
        given = node.entries(entry)
        _add_resolved(call, project, str(given.get("resolved") or ""), link=bool(given.get("link")))
        if "node_modules/" in where:
            name = str(given.get("name") or where.rpartition("node_modules/")[2])
            known = node.entries(found.get(name))
            found[name] = {
                **given,
                "hasInstallScript": bool(given.get("hasInstallScript") or known.get("hasInstallScript")),
            }
    return found


def _add_old_names(call: Invocation, project: node.Project, listed: Mapping[str, Any]) -> None:
    """Version 1: names and versions in nested ``dependencies``, without a word on install scripts."""
    for name, entry in listed.items():
        given = node.entries(entry)
        version = str(given.get("version") or "")
        project.dependencies.setdefault(name, version)
        if version.startswith("file:"):
            _add_resolved(call, project, version, link=False)
        _add_old_names(call, project, node.entries(given.get("dependencies")))


def _add_resolved(call: Invocation, project: node.Project, resolved: str, *, link: bool) -> None:
    path = resolved.removeprefix("file:") if resolved.startswith("file:") else resolved if link else None
    if path is None:
        return
    absolute = place(call, join(project.root, path))
    if absolute not in project.folders and absolute not in project.archives:
        node.add_local(call, project, absolute)


def scripted_packages(packages: Mapping[str, Any]) -> Iterable[str]:
    """The names marked as having an install script."""
    return [name for name, entry in packages.items() if node.entries(entry).get("hasInstallScript")]


def _old_npm(call: Invocation) -> bool | None:
    """Whether the base image is one of node's own with npm 6 or older; None where it is none of node's own."""
    node_of_image = call.filesystem.lookup("/usr/local/bin/npm")
    base = node_of_image.origin.base if isinstance(node_of_image, Unknown) else ""
    match = _NODE_IMAGE.match(base)
    if match is None:
        return None
    number = re.match(r"\d+", match[1] or "")
    return int(number[0]) < 15 if number else _OLD_NAMES.search(match[1] or "") is not None


def lock_agrees(call: Invocation, project: node.Project, lock: str) -> bool | None:
    """Whether ``npm install`` finds nothing to change in the lock file; None where that cannot be told.

    npm 6 and older write any as version 1: False where the base image has such a one; where it may, nobody has checked that.
    """
    content = _content(call, lock)
    if content is None:
        return None
    listed = content.get("packages")
    if content.get("lockfileVersion") not in (2, 3) or not isinstance(listed, dict):
        return False
    if project.manifest.get("overrides"):
        return None
    for folder in (project.root, *project.members):
        given = project.manifest if folder == project.root else node.manifest(call, folder) or {}
        inside = folder[len(project.root) :].strip("/")
        if not _same(given, node.entries(listed.get(inside))):
            return False
    old = _old_npm(call)
    return not old and (old is False or call.assume(NPM))


def _same(given: Mapping[str, Any], locked: Mapping[str, Any]) -> bool:
    return all((given.get(key) or None) == (locked.get(key) or None) for key in _REPEATED)
