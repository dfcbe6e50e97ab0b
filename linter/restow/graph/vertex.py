"""A vertex's cache key: its own definition, its filesystem parent's key, and the content of its other inputs.

As in BuildKit's solver: FROM, RUN, COPY, ADD and WORKDIR make vertices, nothing else does; a local context and the
files of another stage count by content, so a producer that ran again with an equal result is a hit.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Vertex:
    """``definition`` names the operation; ``parent`` is the key of the filesystem below (None for a source such as
    FROM).
    """

    definition: str
    parent: str | None = None
    contents: tuple[str, ...] = ()


def key_of(vertex: Vertex) -> str:
    """The cache key, 64 hexadecimal digits: equal exactly where a second build would be a hit."""
    hasher = hashlib.sha256()
    for part in (vertex.definition, vertex.parent or "", *vertex.contents):
        hasher.update(f"{len(part)}:{part}".encode())
    return hasher.hexdigest()
