"""Images compared: what two builds leave, layer by layer and flattened."""

from restow.image.differ import Difference, compare
from restow.image.layers import Layer, layers_of

__all__ = ["Difference", "Layer", "compare", "layers_of"]
