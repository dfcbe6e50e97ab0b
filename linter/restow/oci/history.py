"""The history of an image: one entry an instruction, as builders write them into the image configuration."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from restow.errors import ArchiveError


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One instruction. ``created_by`` is the builder's text of it; ``empty_layer``: it made no layer.

    ``created`` is a time in RFC 3339, or empty.
    """

    created_by: str = ""
    created: str = ""
    comment: str = ""
    author: str = ""
    empty_layer: bool = False


def history_of(config: Mapping[str, object]) -> tuple[HistoryEntry, ...]:
    """The history in an image configuration. Raises ArchiveError where it has another form."""
    listed = config.get("history")
    if listed is None:
        return ()
    if not isinstance(listed, Sequence) or not all(isinstance(item, Mapping) for item in listed):
        raise ArchiveError("image config: history must be a list of objects")
    return tuple(_entry(item) for item in listed)


def by_layer(history: Sequence[HistoryEntry], layers: int) -> tuple[HistoryEntry | None, ...]:
    """The entry of each of so many layers; None for all where the history tells of another number of layers."""
    made = tuple(entry for entry in history if not entry.empty_layer)
    return made if len(made) == layers else (None,) * layers


def _entry(item: Mapping[str, object]) -> HistoryEntry:
    created_by, created, comment, author = (
        str(item.get(key) or "") for key in ("created_by", "created", "comment", "author")
    )
    return HistoryEntry(created_by, created, comment, author, item.get("empty_layer") is True)
