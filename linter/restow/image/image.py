"""A real image as a value: what stands in it, how to run it, and the layers that it consists of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from restow.oci.digest import Digest, digest_bytes
from restow.oci.history import HistoryEntry
from restow.oci.image_config import ImageConfig
from restow.oci.layer import LayerEntry
from restow.oci.platform import Platform
from restow.vfs import Filesystem


@dataclass(frozen=True, slots=True, eq=False)
class ImageLayer:
    """One layer. ``digest`` and ``size`` (bytes) are those of the blob as stored, ``diff_id`` and ``unpacked`` those of
    its tar without compression.

    ``entries`` are its tar's entries in their order, files without their bytes. ``history`` is the instruction that made
    it, None where the image does not say so. ``chain_id`` names the layer together with all below it.
    """

    digest: Digest
    diff_id: Digest
    chain_id: Digest
    size: int
    unpacked: int
    entries: tuple[LayerEntry, ...] = field(repr=False)
    history: HistoryEntry | None = None
    media_type: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Image:
    """An image. ``filesystem`` is the flattened root; ``digest`` the manifest's digest, None where the archive has none;
    ``id`` the digest of the image configuration.

    ``document`` is the whole image configuration as JSON, ``history`` every instruction, also those without a layer.
    """

    name: str
    filesystem: Filesystem = field(repr=False)
    config: ImageConfig
    layers: tuple[ImageLayer, ...] = field(repr=False)
    platform: Platform
    id: Digest
    digest: Digest | None = None
    names: tuple[str, ...] = ()
    history: tuple[HistoryEntry, ...] = field(default=(), repr=False)
    document: Mapping[str, object] = field(default_factory=dict, repr=False)

    @property
    def size(self) -> int:
        """The bytes of its layers as stored."""
        return sum(layer.size for layer in self.layers)


def chain_ids(diff_ids: tuple[Digest, ...]) -> tuple[Digest, ...]:
    """The chain ID of each layer: its diff ID, hashed together with the chain below it (OCI image specification)."""
    found: list[Digest] = []
    for diff_id in diff_ids:
        found.append(digest_bytes(f"{found[-1]} {diff_id}".encode()) if found else diff_id)
    return tuple(found)
