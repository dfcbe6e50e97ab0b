"""Vertices of the build graph: an operation, the filesystem below it, and the files that it reads beside that.

As in BuildKit's solver (``solver/edge.go``, ``solver/cachemanager.go``): FROM, RUN, COPY, ADD and WORKDIR make vertices,
nothing else does. The filesystem below counts by the key of the vertex that made it, never by its content; a build context
and the files of another stage count by content, so a producer that ran again with an equal result is a hit.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Operation:
    """What a vertex does, without its inputs: ``kind``, and fields as (name, value) in a fixed order."""

    kind: str
    fields: tuple[tuple[str, str], ...] = ()

    def differing(self, other: Operation) -> tuple[str, ...]:
        """The names of the fields in which the two differ, in order; ``kind`` where that differs."""
        if self.kind != other.kind:
            return ("kind",)
        mine, theirs = dict(self.fields), dict(other.fields)
        names = dict.fromkeys([*mine, *theirs])
        return tuple(name for name in names if mine.get(name) != theirs.get(name))


@dataclass(frozen=True, slots=True)
class Input:
    """Files that a vertex reads beside the filesystem below it. Only ``digest``, that of their content, is in the key.

    ``origin`` is ``context``, ``stage``, ``image``, ``address`` or ``inline``; ``name`` says which stage (its index), image or
    address; ``path`` is what is read of it, clean and relative to its root. ``known`` is False where the digest stands for what
    nobody knows before the build, as what a program leaves behind.
    """

    origin: str
    name: str
    path: str
    digest: str
    known: bool = True


@dataclass(frozen=True, slots=True)
class Vertex:
    """``parent`` is the key of the filesystem below, None for a source such as FROM."""

    operation: Operation
    parent: str | None = None
    inputs: tuple[Input, ...] = ()


def key_of(vertex: Vertex) -> str:
    """The cache key, 64 hexadecimal digits: equal exactly where a second build would be a hit."""
    operation = vertex.operation
    fields = (part for pair in operation.fields for part in pair)
    digests = (one.digest for one in vertex.inputs)
    return _hash((operation.kind, str(len(operation.fields)), *fields, vertex.parent or "", *digests))


def _hash(parts: Iterable[str]) -> str:
    hasher = hashlib.sha256()
    for part in parts:
        data = part.encode("utf-8", "surrogatepass")
        hasher.update(b"%d:" % len(data))
        hasher.update(data)
    return hasher.hexdigest()
