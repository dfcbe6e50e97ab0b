"""Which files are Dockerfiles: by their name, in a folder and below it; a path that is given by hand always is one."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from restow.errors import UsageError

NAME = r"(?i)((^|/)(docker|container)file([.\-_][^/]*)?|\.(docker|container)file)$"
"""Names of Dockerfiles; ``files`` in .pre-commit-hooks.yaml is the same expression."""

NOT_NAME = r"(?i)\.(dockerignore|j2|jinja2?|tmpl|tpl|erb|md)$"
"""Names that look like one and are ignore files, templates or prose; ``exclude`` in .pre-commit-hooks.yaml."""

SKIPPED = frozenset(
    [
        ".bzr", ".cache", ".direnv", ".eggs", ".git", ".hg", ".jj", ".nox", ".pnpm-store", ".svn", ".terraform", ".tox",
        ".venv", ".yarn", "__pycache__", "bower_components", "node_modules", "site-packages", "venv",
    ]
)  # fmt: skip
"""Folders that hold other people's files, or copies; also every hidden folder whose name ends with ``_cache``."""

_NAME, _NOT_NAME = re.compile(NAME), re.compile(NOT_NAME)


def is_dockerfile_name(name: str) -> bool:
    """Whether a file of this name is taken for a Dockerfile when a folder is searched."""
    return _NAME.search(name) is not None and _NOT_NAME.search(name) is None


def find_dockerfiles(paths: Iterable[Path]) -> Iterator[Path]:
    """The Dockerfiles that ``paths`` mean, each once: files as given, folders searched, in the order of their names.

    Links to folders are not followed. Raises UsageError for a path that does not exist, before anything is given.
    """
    wanted = list(paths)
    for path in wanted:
        if not os.path.lexists(path):
            raise UsageError(f"{path}: no such file or folder")
    seen: set[str] = set()
    for path in wanted:
        for found in _search(path) if path.is_dir() else [path]:
            key = os.path.abspath(found)
            if key not in seen:
                seen.add(key)
                yield found


def _search(folder: Path) -> Iterator[Path]:
    for above, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not _is_skipped(name))
        for name in sorted(files):
            found = Path(above, name)
            if is_dockerfile_name(name) and found.is_file():
                yield found


def _is_skipped(name: str) -> bool:
    return name in SKIPPED or (name.startswith(".") and name.endswith("_cache"))
