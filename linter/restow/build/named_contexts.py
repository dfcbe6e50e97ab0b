"""Named contexts (``--build-context NAME=FOLDER``): folders that stand for a base image, a stage or a source of COPY."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from restow.build.base_image import normal_name
from restow.build.context import Context
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


def named_contexts(contexts: Mapping[str, Context]) -> dict[str, NamedContext]:
    """Each context by the name that `normal_name` gives it, its files by their content."""
    return {
        normal_name(name): NamedContext(Filesystem(_own(context.root, name, context)))
        for name, context in contexts.items()
    }


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


def with_replaced_stages(model: Model, contexts: Mapping[str, Context]) -> Model:
    """The model in which a stage that a context is called like is that context, whatever the file says of it."""
    names = {name.lower(): name for name in contexts}

    def replaced(stage: Stage) -> Stage:
        name = names.get(stage.name or "")
        return stage if name is None else replace(stage, base=StageBase("image", name), instructions=())

    return replace(model, stages=tuple(replaced(stage) for stage in model.stages)) if names else model
