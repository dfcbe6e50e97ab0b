"""The entry points of installed packages, from the files that the packaging standard names.

``importlib.metadata`` reads the same files, but to import it takes as long as to run all rules; it is asked only where
the search path has archives.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator

_FOLDERS = (".dist-info", ".egg-info")


def values_of(group: str) -> list[str]:
    """What the entry points of ``group`` point to, each once, by the name of the entry point."""
    if any(os.path.isfile(place) for place in sys.path):
        from importlib.metadata import entry_points

        found = [(point.name, point.value) for point in entry_points(group=group)]
    else:
        found = [point for text in _files() if group in text for point in _points(text, group)]
    return list(dict.fromkeys(value for _, value in sorted(found)))


def _files() -> Iterator[str]:
    """The text of each package's entry_points.txt; of a package that is installed twice, the first on the path."""
    seen: set[str] = set()
    for place in sys.path:
        try:
            names = os.listdir(place or ".")
        except OSError:
            continue  # a search path may name what does not exist
        for name in names:
            if not name.endswith(_FOLDERS):
                continue
            package = name.rpartition(".")[0].partition("-")[0].lower().replace(".", "_")
            if package not in seen:
                seen.add(package)
                yield _text(os.path.join(place, name, "entry_points.txt"))


def _text(path: str) -> str:
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except (OSError, UnicodeDecodeError):
        return ""  # most packages have none


def _points(text: str, group: str) -> Iterator[tuple[str, str]]:
    """Name and value of each entry point of ``group``."""
    section = ""
    for line in map(str.strip, text.splitlines()):
        if line.startswith("["):
            section = line.strip("[] ")
        elif section == group and "=" in line and not line.startswith(("#", ";")):
            name, _, value = line.partition("=")
            yield name.strip(), value.strip()
