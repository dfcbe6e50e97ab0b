"""Images compared: what two builds leave, layer by layer and flattened; and real images, read from archives.

What reads archives is imported on first use, since simulated builds are compared without it.
"""

from typing import TYPE_CHECKING, Any

from restow.image.differ import Difference, compare, compare_images
from restow.image.layers import Layer, layers_of

if TYPE_CHECKING:
    from restow.image.image import Image, ImageLayer
    from restow.image.reading import read_image

__all__ = ["Difference", "Image", "ImageLayer", "Layer", "compare", "compare_images", "layers_of", "read_image"]
_LATER = {"Image": "image", "ImageLayer": "image", "read_image": "reading"}


def __getattr__(name: str) -> Any:
    from importlib import import_module

    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"restow.image.{_LATER[name]}"), name)
