"""Named contexts (``--build-context NAME=...``): what stands for the base image, the stage or the source of COPY of that name.

A named context is a folder, an image at hand (an OCI layout), or another image by its reference (``docker-image://``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeAlias

from restow.build.base_image import BaseImage, normal_name
from restow.build.context import Context, OtherImage
from restow.semantics import Model, Stage
from restow.semantics.model import StageBase
from restow.vfs import Content, Directory, File, Filesystem, Node

if TYPE_CHECKING:
    from restow.oci.image_config import ImageConfig
    from restow.oci.platform import Platform

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def _plain_config() -> ImageConfig:
    from restow.oci.image_config import ImageConfig

    return ImageConfig(env=(("PATH", PATH),))


def _no_platform() -> Platform:
    from restow.oci.platform import Platform

    return Platform("", "")


@dataclass(frozen=True)
class NamedContext:
    """A folder as a base image: its files, and the configuration of an image that has none."""

    filesystem: Filesystem
    config: ImageConfig = field(default_factory=_plain_config)
    platform: Platform = field(default_factory=_no_platform)


NamedSource: TypeAlias = Context | BaseImage | OtherImage
"""What a named context may be."""


def named_contexts(contexts: Mapping[str, NamedSource]) -> dict[str, BaseImage]:
    """Each context that has files by the name that `normal_name` gives it, the files of a folder by their content."""
    found: dict[str, BaseImage] = {}
    for name, context in contexts.items():
        if isinstance(context, Context):
            found[normal_name(name)] = NamedContext(Filesystem(_own(context.root, name, context)))
        elif not isinstance(context, OtherImage):
            found[normal_name(name)] = context
    return found


def is_folder(base: StageBase, contexts: Mapping[str, BaseImage]) -> bool:
    """Whether a stage is built on the folder of a named context."""
    return base.kind == "image" and bool(contexts) and isinstance(contexts.get(normal_name(base.name)), NamedContext)


def renamed_images(contexts: Mapping[str, NamedSource]) -> dict[str, str]:
    """The references of the images that others stand for, by the name that `normal_name` gives."""
    return {normal_name(name): one.reference for name, one in contexts.items() if isinstance(one, OtherImage)}


def _own(folder: Directory, name: str, context: Context) -> Directory:
    """The folder with files that are told from those of other contexts: their bytes are here, else the name is in theirs."""

    def owned(node: Node) -> Node:
        if isinstance(node, Directory):
            return _own(node, name, context)
        return replace(node, content=_content(node.content, name, context)) if isinstance(node, File) else node

    return replace(folder, children={key: owned(node) for key, node in folder.children.items()})


def _content(content: Content, name: str, context: Context) -> Content:
    data = content.data if content.origin is None else context.read(content.origin)
    if data is not None:
        return Content.of(data)
    identity = content.identity
    return Content(identity if identity.startswith("sha256:") else f"named context {name!r}: {identity}", content.size)


def with_replaced_stages(model: Model, contexts: Mapping[str, NamedSource]) -> Model:
    """The model in which a stage that a context is called like is that context, whatever the file says of it, and a base image
    that another stands for is that one.
    """
    names = {name.lower(): name for name in contexts}
    renamed = renamed_images(contexts)

    def replaced(stage: Stage) -> Stage:
        name = names.get(stage.name or "")
        if name is not None:
            source = contexts[name]
            base = StageBase("image", source.reference if isinstance(source, OtherImage) else name)
            return replace(stage, base=base, instructions=())
        other = renamed.get(normal_name(stage.base.name)) if stage.base.kind == "image" else None
        return stage if other is None else replace(stage, base=replace(stage.base, name=other))

    return replace(model, stages=tuple(replaced(stage) for stage in model.stages)) if names else model
