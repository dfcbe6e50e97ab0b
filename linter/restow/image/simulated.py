"""A simulated build seen as an image: its final configuration in the form in which engines write it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from restow.build import StageResult
from restow.build.base_image import BARE_ENV
from restow.build.context import DOCKERFILE_IDENTITY
from restow.oci.image_config import ImageConfig
from restow.vfs import File, Filesystem


def config_of(result: StageResult) -> ImageConfig:
    """The configuration of a simulated stage. Values that are not known are in it as symbolic texts."""
    held = result.state.configuration
    environment = held.get("Env")
    pairs = environment.items() if isinstance(environment, Mapping) else ()
    found = ImageConfig.from_json({key: value for key, value in held.items() if key != "Env"})
    bare = held.get(BARE_ENV)
    names = tuple(str(name) for name in bare) if isinstance(bare, list) else ()
    return replace(found, env=tuple((str(key), str(value)) for key, value in pairs), bare_env=names)


def unknown_base(result: StageResult) -> str | None:
    """The base image of which only the name is known; None where all of the configuration is."""
    base = result.state.configuration.get("Base") or result.state.configuration.get("Unknown")
    return None if base is None else str(base)


def with_own_files(simulated: Filesystem, real: Filesystem) -> Filesystem:
    """``simulated`` with the real content of the Dockerfile and its ignore file, where a COPY brings them: both images
    hold their own, which is no difference.
    """
    for path, node in tuple(simulated.walk()):
        if isinstance(node, File) and node.content.identity.startswith(DOCKERFILE_IDENTITY):
            there = real.lookup(path)
            if isinstance(there, File):
                simulated = simulated.put(path, replace(node, content=there.content))
    return simulated
