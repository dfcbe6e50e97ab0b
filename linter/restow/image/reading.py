"""Real images read: an archive of `docker save` or `podman save`, an OCI layout as folder or tar.

Everything is verified: the digests of manifest, config and layers, and the diff IDs. Files are hashed as they pass by and
not kept, except small ones under ``/etc`` and ``/usr/lib/os-release``, which commands of a simulated build read. Nothing is
written anywhere.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from restow.errors import ArchiveError, RestowError, UsageError
from restow.image.draft import Draft
from restow.image.image import Image, ImageLayer, chain_ids
from restow.oci.ahead import ahead
from restow.oci.blobs import Blobs, open_blobs
from restow.oci.compression import unpacked
from restow.oci.digest import Digest, DigestError, parse_digest
from restow.oci.documents import texts
from restow.oci.history import by_layer, history_of
from restow.oci.image_config import ImageConfig
from restow.oci.layer_reader import read_entries
from restow.oci.layout import LayerBlob, Parts, find_image
from restow.oci.platform import Platform, parse_platform
from restow.oci.tar_reader import ArchiveLimits, Room, TarStream

IMAGE_LIMITS = ArchiveLimits(file_bytes=64 * 2**30, total_bytes=256 * 2**30)
"""The bounds for all layers of an image together: 1,000,000 entries with 256 MiB of names, 256 GiB unpacked."""

_KEPT_FILE, _KEPT_ALL = 2**16, 2**23
_KEPT = ("etc/", "usr/lib/os-release", "lib/os-release")
_SMALL = 2**20  # a layer of fewer bytes is not worth a thread


def read_image(
    path: str | Path,
    platform: str | Platform | None = None,
    *,
    name: str | None = None,
    limits: ArchiveLimits = IMAGE_LIMITS,
) -> Image:
    """The image at ``path``: an OCI layout (folder or tar) or an archive of `docker save`, compressed or not.

    ``platform`` (``linux/arm64``) and ``name`` choose one of several. Raises SourceError where ``path`` cannot be read;
    UsageError, which lists the choice, where it is not clear which image is meant; ArchiveError, which names the layer
    and the entry, for what is broken, has another digest than stated, or exceeds ``limits``.
    """
    wanted = parse_platform(platform) if isinstance(platform, str) else platform
    try:
        blobs = open_blobs(Path(path), limits)
        parts = find_image(blobs, wanted, name)
        return _image(str(path), blobs, parts, limits)
    except (ArchiveError, UsageError) as error:
        raise _named(error, str(path)) from None


def _named(error: RestowError, path: str) -> RestowError:
    return error if str(error).startswith(path) else type(error)(f"{path}: {error}")


def _image(name: str, blobs: Blobs, parts: Parts, limits: ArchiveLimits) -> Image:
    diff_ids = _diff_ids(parts)
    layers = _layers(blobs, parts, diff_ids, limits)
    history = history_of(parts.config)
    draft = Draft()
    found: list[ImageLayer] = []
    for layer, entry in zip(layers, by_layer(history, len(layers)), strict=True):
        try:
            draft.apply(layer.entries)
        except ArchiveError as error:
            raise ArchiveError(f"layer {layer.digest}: {error}") from None
        found.append(replace(layer, history=entry))
    return Image(
        name,
        draft.filesystem(),
        ImageConfig.from_image_json(parts.config),
        tuple(found),
        Platform.of(parts.config),
        parts.config_digest,
        parts.manifest,
        parts.names,
        history,
        parts.config,
    )


def _diff_ids(parts: Parts) -> tuple[Digest, ...]:
    """The diff IDs that the image configuration states. Raises ArchiveError where they are not one a layer."""
    rootfs = parts.config.get("rootfs")
    listed = texts(rootfs, "diff_ids", "image config: rootfs") if isinstance(rootfs, dict) else ()
    if len(listed) != len(parts.layers):
        raise ArchiveError(f"the image config has {len(listed)} diff IDs, and there are {len(parts.layers)} layers")
    try:
        return tuple(parse_digest(text) for text in listed)
    except DigestError as error:
        raise ArchiveError(f"image config: rootfs: {error}") from None


def _layers(blobs: Blobs, parts: Parts, diff_ids: tuple[Digest, ...], limits: ArchiveLimits) -> list[ImageLayer]:
    """The layers in the order of the image, each blob read once, in the order in which they are stored."""
    blob_of = {layer.name: layer for layer in parts.layers}
    read: dict[str, ImageLayer] = {}
    expected_of = {layer.name: one for layer, one in zip(reversed(parts.layers), reversed(diff_ids), strict=True)}
    repeats = Counter(layer.name for layer in parts.layers)
    keep, room = _Keep(), Room(limits)
    for name, pieces in blobs.streams(blob_of):
        before = room.entries, room.names
        layer = read[name] = _layer(blob_of[name], pieces, expected_of[name], limits, keep, room)
        more = repeats[name] - 1  # a layer that comes several times is read once, and unpacked as often as it comes
        room.take(more * (before[0] - room.entries), more * (before[1] - room.names), f"layer {layer.digest}")
        limits = replace(limits, total_bytes=limits.total_bytes - layer.unpacked)
    found = [
        replace(read[layer.name], chain_id=chain)
        for layer, chain in zip(parts.layers, chain_ids(diff_ids), strict=True)
    ]
    for layer, blob, expected in zip(found, parts.layers, diff_ids, strict=True):
        if layer.diff_id != expected or layer.digest != (blob.digest or layer.digest):
            raise ArchiveError(
                f"layer {blob.digest or blob.name}: is {layer.digest} with the diff ID {layer.diff_id}, expected {expected}"
            )
    return found


def _layer(
    blob: LayerBlob, pieces: Iterator[bytes], expected: Digest, limits: ArchiveLimits, keep: _Keep, room: Room
) -> ImageLayer:
    """One layer, read to its end and verified."""
    named = f"layer {blob.digest or blob.name}"
    try:
        stored = _Hashed(pieces, blob.digest.algorithm if blob.digest else "sha256")
        plain = _Hashed(unpacked(stored, limits.total_bytes), expected.algorithm)
        source = iter(plain) if blob.size is not None and blob.size < _SMALL else ahead(plain)
        entries = tuple(read_entries(TarStream(source, limits), limits=limits, keep=keep, room=room))
        for _ in source:  # an empty layer has no end mark to read up to
            pass
    except (ArchiveError, UsageError) as error:
        raise type(error)(f"{named}: {error}") from None
    if blob.size is not None and stored.count != blob.size:
        raise ArchiveError(f"{named}: has {stored.count} bytes, expected {blob.size}")
    if blob.digest is not None and stored.digest != blob.digest:
        raise ArchiveError(f"{named}: the digest is {stored.digest}, expected {blob.digest}")
    if plain.digest != expected:
        raise ArchiveError(f"{named}: the diff ID is {plain.digest}, expected {expected}")
    return ImageLayer(
        stored.digest, plain.digest, plain.digest, stored.count, plain.count, entries, None, blob.media_type
    )


class _Hashed:
    """A stream that is hashed and counted as it passes by."""

    def __init__(self, pieces: Iterator[bytes], algorithm: str) -> None:
        self._pieces = pieces
        self._algorithm = algorithm
        self._hasher = hashlib.new(algorithm)
        self.count = 0

    def __iter__(self) -> Iterator[bytes]:
        for piece in self._pieces:
            self._hasher.update(piece)
            self.count += len(piece)
            yield piece

    @property
    def digest(self) -> Digest:
        """The digest of what has passed by."""
        return Digest(self._algorithm, self._hasher.hexdigest())


class _Keep:
    """Which files' bytes are kept: small ones under ``/etc`` and what tells of the distribution, 8 MiB in all."""

    def __init__(self) -> None:
        self._room = _KEPT_ALL

    def __call__(self, path: str, size: int) -> bool:
        if not path.startswith(_KEPT) or size > min(_KEPT_FILE, self._room):
            return False
        self._room -= size
        return True
