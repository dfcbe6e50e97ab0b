"""Whether ``Pipfile.lock`` and ``uv.lock`` agree with their manifests, as far as the files themselves tell.

``Pipfile.lock`` holds a SHA-256 over the sections of the Pipfile as sorted JSON (pipenv, "Pipfile.lock"). ``uv.lock`` repeats what
the project asks for (``requires-dist`` of the package whose source is the project itself). ``poetry install`` never writes its
lock.
"""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from typing import Any

_PIPFILE_PARTS = frozenset(("source", "packages", "dev-packages", "requires", "scripts", "pipfile", "pipenv"))
_NAME_ONLY = re.compile(r"\s*([A-Za-z0-9._-]+)\s*((?:[<>=!~]=?=?\s*[\w.*+!-]+\s*,?\s*)*)\s*\Z")


def pipfile_agrees(manifest: dict[str, Any], lock: bytes) -> bool | None:
    """Whether the hash in ``Pipfile.lock`` is that of the Pipfile; None where the lock file tells none.

    A Pipfile without a source has pipenv's usual one, which the lock file repeats.
    """
    try:
        about = json.loads(lock)["_meta"]
        stated, given = about["hash"]["sha256"], manifest.get("source", about.get("sources"))
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    if given is None:
        return None
    data: dict[str, Any] = {
        "_meta": {"sources": given, "requires": manifest.get("requires", {})},
        "default": manifest.get("packages", {}),
        "develop": manifest.get("dev-packages", {}),
    }
    data |= {name: value for name, value in manifest.items() if name not in _PIPFILE_PARTS}
    content = json.dumps(data, sort_keys=True, separators=(",", ":"))
    return bool(hashlib.sha256(content.encode()).hexdigest() == stated)


def uv_agrees(manifest: dict[str, Any], lock: bytes) -> bool | None:
    """Whether ``uv.lock`` was made for these requirements: True and False only for plain names with versions.

    None for anything that a lock file writes in another form (markers, extras, groups, sources of uv).
    """
    try:
        found = tomllib.loads(lock.decode("utf-8", "replace"))
    except tomllib.TOMLDecodeError:
        return None
    project = manifest.get("project", {})
    own = [
        package
        for package in found.get("package", [])
        if package.get("source", {}) in ({"virtual": "."}, {"editable": "."})
    ]
    plain = not manifest.get("tool", {}).get("uv") and not manifest.get("dependency-groups")
    if len(own) != 1 or not plain or project.get("optional-dependencies") or project.get("dynamic"):
        return None
    wanted = [_requirement(str(text)) for text in project.get("dependencies", [])]
    locked = own[0].get("metadata", {}).get("requires-dist", [])
    if None in wanted or any(set(entry) - {"name", "specifier"} for entry in locked):
        return None
    held = [(entry.get("name"), _sorted(entry.get("specifier", ""))) for entry in locked]
    same = sorted(filter(None, wanted)) == sorted(held) and own[0].get("name") == _normal(str(project.get("name", "")))
    versions = own[0].get("version", project.get("version")) == project.get("version")
    return same and versions and found.get("requires-python") == project.get("requires-python")


def _requirement(text: str) -> tuple[str, str] | None:
    match = _NAME_ONLY.match(text)
    return (_normal(match[1]), _sorted(match[2])) if match else None


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _sorted(specifier: str) -> str:
    return ",".join(sorted("".join(part.split()) for part in specifier.split(",") if part.strip()))
