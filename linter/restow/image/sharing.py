"""What two real images have in common: layers that are stored and pulled once."""

from __future__ import annotations

from dataclasses import dataclass

from restow.image.analysis import common_layers
from restow.image.image import Image, ImageLayer


@dataclass(frozen=True, slots=True)
class SharedLayer:
    """A layer that both images have. Positions count from 0.

    ``pulled_once``: its blob has the same digest, so it is pulled and pushed once. ``stored_once``: everything below it
    is the same too (its chain ID), so engines store it unpacked once.
    """

    first: int
    second: int
    layer: ImageLayer
    pulled_once: bool
    stored_once: bool


@dataclass(frozen=True, slots=True)
class Sharing:
    """Two images. ``pull_bytes`` are the compressed bytes of both together, each blob counted once; ``saved_bytes`` what
    that saves against each image alone, whose own repeated layers count once there too. ``stored_bytes`` and
    ``stored_saved`` say the same of unpacked layers, by chain ID.
    """

    first: Image
    second: Image
    layers: tuple[SharedLayer, ...]
    common: int
    pull_bytes: int
    saved_bytes: int
    stored_bytes: int
    stored_saved: int


def share(first: Image, second: Image) -> Sharing:
    """The layers that two images share, by diff ID: once in the order of the first."""
    places: dict[str, int] = {}
    for at, layer in enumerate(second.layers):
        places.setdefault(str(layer.diff_id), at)
    digests = {str(layer.digest) for layer in second.layers}
    chains = {str(layer.chain_id) for layer in second.layers}
    shared = []
    for at, layer in enumerate(first.layers):
        there = places.get(str(layer.diff_id))
        if there is not None:
            once, stored = str(layer.digest) in digests, str(layer.chain_id) in chains
            shared.append(SharedLayer(at, there, layer, once, stored))
    pulled, saved = _together(*({str(layer.digest): layer.size for layer in one.layers} for one in (first, second)))
    chains_of = ({str(layer.chain_id): layer.unpacked for layer in one.layers} for one in (first, second))
    unpacked, unpacked_saved = _together(*chains_of)
    common = common_layers(first, second)
    return Sharing(first, second, tuple(shared), common, pulled, saved, unpacked, unpacked_saved)


def _together(first: dict[str, int], second: dict[str, int]) -> tuple[int, int]:
    """The bytes of both, each thing by its digest once, and what that saves."""
    both = sum((first | second).values())
    return both, sum(first.values()) + sum(second.values()) - both
