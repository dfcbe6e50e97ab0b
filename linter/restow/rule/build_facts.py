"""What is known of a build beside the Dockerfile and its context: build arguments, the platform, the base images."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class BaseImage:
    """A base image as a registry describes it: its environment, its platform (``linux/arm64``) and its SHELL."""

    environment: Mapping[str, str]
    platform: str | None = None
    shell: tuple[str, ...] = ()


def unknown_image(reference: str) -> BaseImage | None:
    """Nothing is known of any image."""
    del reference
    return None


@dataclass(frozen=True, slots=True)
class BuildFacts:
    """Values of ``--build-arg``, the target platform of ``--platform``, and a look at base images by reference.

    ``platform`` is None, and so is an image, where nobody knows: rules stay silent on what depends on it.
    """

    arguments: Mapping[str, str] = field(default_factory=dict)
    platform: str | None = None
    image: Callable[[str], BaseImage | None] = unknown_image
