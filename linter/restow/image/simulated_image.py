"""A simulated build with the names of an image: its files, its configuration, its layers, and the keys of its steps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields

from restow.build import Simulation, StageResult
from restow.build.keys import Position, cache_keys
from restow.image.layers import Layer, layers_of
from restow.image.simulated import config_of
from restow.oci.image_config import ImageConfig
from restow.vfs import Filesystem


class SimulatedImage(Simulation):
    """A simulated build, of which the last stage is the image."""

    @classmethod
    def of(cls, simulation: Simulation) -> SimulatedImage:
        """The same build under these names."""
        return cls(**{one.name: getattr(simulation, one.name) for one in fields(simulation)})

    @property
    def image_stage(self) -> StageResult:
        """The last stage; a simulation has one at least."""
        return self.stages[-1]

    @property
    def filesystem(self) -> Filesystem:
        """The image's files. What comes from a base image that was not given, or from a program, is a term."""
        return self.image_stage.filesystem

    @property
    def config(self) -> ImageConfig:
        """The configuration as engines write it; without that of a base image that was not given."""
        return config_of(self.image_stage)

    @property
    def layers(self) -> tuple[Layer, ...]:
        """The layers that the file's instructions add, from the bottom up; those of the base image are not among them."""
        chain = [self.image_stage]
        while (index := chain[-1].stage.base.index) is not None:
            chain.append(self.stages[index])
        return tuple(layer for result in reversed(chain) for layer in layers_of(result))

    @property
    def cache_keys(self) -> Mapping[Position, str]:
        """BuildKit's keys by (stage index, step index): equal keys in two builds mean a hit."""
        return cache_keys(self)
