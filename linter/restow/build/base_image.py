"""Base images that are at hand: the state that a stage starts with, instead of one of which only the name is known."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol, TypeAlias

from restow.build.state import State
from restow.effects.effect import Assumption
from restow.errors import UsageError
from restow.semantics.model import StageBase
from restow.semantics.scope import Scope, is_known
from restow.vfs import Filesystem, join

if TYPE_CHECKING:
    from restow.oci.image_config import ImageConfig
    from restow.oci.platform import Platform

SHELL = ("/bin/sh", "-c")


class BaseImage(Protocol):
    """What a build needs of an image: its flattened root and its configuration."""

    @property
    def filesystem(self) -> Filesystem: ...
    @property
    def config(self) -> ImageConfig: ...
    @property
    def platform(self) -> Platform: ...


Images: TypeAlias = Mapping[str, BaseImage]
"""Images by reference, in the form that `normal_name` gives."""


def normal_name(reference: str) -> str:
    """A reference in its whole form, so that ``alpine`` and ``docker.io/library/alpine:latest`` are one image.

    What is no reference (a name with unknown parts) stays as it is.
    """
    from restow.oci.reference import ImageReferenceError, parse_reference

    try:
        return str(parse_reference(reference).with_default_tag())
    except ImageReferenceError:
        return reference


def image_of(base: StageBase, images: Images) -> BaseImage | None:
    """The image at hand that a stage starts from. Raises UsageError where FROM asks for another platform than it has."""
    image = images.get(normal_name(base.name)) if base.kind == "image" and images else None
    if image is None or base.platform is None or "$" in base.platform or not is_known(base.platform):
        return image
    from restow.oci.platform import parse_platform

    if image.platform.known and not image.platform.offers(parse_platform(base.platform)):
        raise UsageError(f"FROM --platform={base.platform} {base.name}: the image given for it is for {image.platform}")
    return image


def state_of(image: BaseImage, escape: str) -> State:
    """The state after ``FROM`` that image; its ONBUILD triggers are in the configuration."""
    config = image.config
    environment = dict(config.env)
    return State(
        image.filesystem,
        Scope(environment, of_run=environment, escape=escape),
        configuration_of(config),
        config.user,
        join(config.working_dir or "/"),
        config.shell or SHELL,
        image.filesystem,
    )


def given(reference: str) -> Assumption:
    """What everything rests on that is computed with an image at hand: a tag may mean another image tomorrow."""
    return Assumption("base-image", f"the image {reference} is the one that was given for it")


BARE_ENV = "Env without ="
"""The key for names of variables that stand in Env without ``=``."""


def configuration_of(config: ImageConfig) -> dict[str, object]:
    """An image configuration in the form in which a build holds one: Env is a mapping, what is empty is absent.

    Names that stand in Env without ``=`` are told apart, since engines do not take them for empty ones.
    """
    found = config.to_json()
    if config.bare_env:
        found[BARE_ENV] = sorted(set(config.bare_env))
    return {**found, "Env": dict(config.env)} if config.env else found
