"""The JSON documents of images: descriptors, manifests and indexes, judged as they are read."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from restow.errors import ArchiveError
from restow.oci.digest import Digest, DigestError, parse_digest
from restow.oci.platform import Platform

Json = Mapping[str, object]
_HALF = re.compile(rb"\\u[dD][89a-fA-F]")
"""How half of a surrogate pair is written, also one that has its other half."""


@dataclass(frozen=True, slots=True)
class Descriptor:
    """A blob as a manifest or an index names it. ``name`` is the annotation that holds the image's reference."""

    media_type: str
    digest: Digest
    size: int
    platform: Platform | None = None
    attestation: bool = False
    name: str = ""


def parse_object(data: bytes, where: str) -> Json:
    """The JSON object in ``data``. Raises ArchiveError, which names ``where``, for anything else."""
    found = parse_json(data, where)
    if not isinstance(found, dict):
        raise ArchiveError(f"{where}: a JSON object was expected, and this is {type(found).__name__}")
    return found


def parse_json(data: bytes, where: str) -> object:
    """The JSON value in ``data``; half of a surrogate pair is U+FFFD in it, as engines read it.

    Raises ArchiveError for what is none or not in UTF-8, or nests too deep, or repeats a key.
    """
    try:
        halved = _HALF.search(data) is not None
        found: object = json.loads(data.decode("utf-8"), object_pairs_hook=_mended if halved else _unrepeated)
        return _whole(found) if halved else found
    except (ValueError, RecursionError) as error:
        raise ArchiveError(f"{where}: not JSON that can be read: {error}") from None


def _whole(value: object) -> object:
    """A text, or the texts of a list, without halves of surrogate pairs; those of objects have been mended before."""
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return [_whole(item) for item in value] if isinstance(value, list) else value


def _mended(pairs: list[tuple[str, object]]) -> dict[str, object]:
    return _unrepeated([(str(_whole(key)), _whole(value)) for key, value in pairs])


def _unrepeated(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key comes twice in one object")
    return found


def descriptors(holder: Json, key: str, where: str) -> tuple[Descriptor, ...]:
    """The descriptors in the list at ``key``; empty where it is absent or null."""
    listed = holder.get(key)
    if listed is None:
        return ()
    if not isinstance(listed, Sequence) or isinstance(listed, str):
        raise ArchiveError(f"{where}: {key} must be a list")
    return tuple(descriptor(item, f"{where}: {key}[{at}]") for at, item in enumerate(listed))


def descriptor(item: object, where: str) -> Descriptor:
    """The descriptor that a JSON value holds. Raises ArchiveError where one of its parts is missing or wrong."""
    if not isinstance(item, dict):
        raise ArchiveError(f"{where}: a descriptor must be an object")
    size = item.get("size")
    if not isinstance(size, int) or isinstance(size, bool) or size < 0:
        raise ArchiveError(f"{where}: the size {size!r} is no number of bytes")
    try:
        digest = parse_digest(str(item.get("digest")))
    except DigestError as error:
        raise ArchiveError(f"{where}: {error}") from None
    platform, annotations = item.get("platform"), item.get("annotations")
    notes = annotations if isinstance(annotations, dict) else {}
    return Descriptor(
        str(item.get("mediaType") or ""),
        digest,
        size,
        Platform.of(platform) if isinstance(platform, dict) else None,
        notes.get("vnd.docker.reference.type") == "attestation-manifest",
        str(notes.get("io.containerd.image.name") or notes.get("org.opencontainers.image.ref.name") or ""),
    )


def texts(holder: Json, key: str, where: str) -> tuple[str, ...]:
    """The list of texts at ``key``; empty where it is absent or null."""
    listed = holder.get(key)
    if listed is None:
        return ()
    if not isinstance(listed, list) or not all(isinstance(item, str) for item in listed):
        raise ArchiveError(f"{where}: {key} must be a list of texts")
    return tuple(listed)
