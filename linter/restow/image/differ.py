"""Do two builds leave the same image? The contract: flattened filesystem and configuration, nothing of layers and
times.

Compared per path: kind, mode, owner, link target, bytes, hard-link group, capability. Compared of the configuration: Env as a
mapping, and every field that instructions set; the platform, where both are known. Ignored: times, history, where layers are cut,
and the Dockerfile and its ignore file themselves when COPY brings them (both builds hold their own).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from restow.build import Simulation, StageResult
from restow.build.base_image import configuration_of
from restow.vfs import Absent, Attributes, Directory, File, Filesystem, Node, Special, Symlink, Unknown
from restow.vfs.changes import with_canonical_links

if TYPE_CHECKING:
    from restow.image.image import Image
    from restow.oci.image_config import ImageConfig
    from restow.oci.platform import Platform

BOOKKEEPING = frozenset(["CmdSetHere"])
IMAGE = "image"  # in the place of a stage's title, where real images are compared
_PLATFORM = re.compile("[a-z0-9_]+/[a-z0-9_]+(/[a-z0-9_]+)?", re.IGNORECASE)
MAX_DIFFERENCES = 200  # a report of more paths helps nobody; the first ones tell what goes wrong


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is not the same: a path or a configuration field of a stage, with both values as text."""

    stage: str
    where: str
    what: str
    before: str
    after: str

    def __str__(self) -> str:
        return f"{self.stage}: {self.where}: {self.what}: {self.before} / {self.after}"


def compare(before: Simulation, after: Simulation, *, all_stages: bool = True) -> tuple[Difference, ...]:
    """The differences between two builds; empty where every stage (or only the last) leaves the same image."""
    if not all_stages and before.target and after.target:
        return tuple(_limited(_stage(before.target, after.target)))
    if len(before.stages) != len(after.stages):
        return (Difference("build", "stages", "number", str(len(before.stages)), str(len(after.stages))),)
    pairs = zip(before.stages, after.stages, strict=True)
    return tuple(_limited(found for left, right in pairs for found in _stage(left, right)))


def compare_images(
    before: Image | Simulation,
    after: Image | Simulation,
    *,
    limit: int | None = MAX_DIFFERENCES,
    platform: Platform | None = None,
) -> tuple[Difference, ...]:
    """The differences between two images, by the same contract; empty where they are equal.

    Either may be the last stage of a simulated build; what of it is not known is a difference. At most ``limit`` of them,
    None for all. ``platform`` is what a simulated build is for where its Dockerfile and its base image do not say.
    """
    found = _images(_built(before), _built(after), platform)
    return tuple(found if limit is None else _limited(found, limit))


def notes_on(
    before: Image | Simulation, after: Image | Simulation, platform: Platform | None = None
) -> tuple[str, ...]:
    """What is worth knowing and no difference: variables of the environment in another order, a platform that could not
    be compared.
    """
    left, right = _built(before), _built(after)
    names, others = (list(dict(_configuration(one).env)) for one in (left, right))
    found = ["Env holds its variables in another order"] if names != others and set(names) == set(others) else []
    if isinstance(left, StageResult) != isinstance(right, StageResult) and None in _platforms(left, right, platform):
        found.append(
            "the platforms were not compared, since that of one image is not known; --base and --platform tell a "
            "Dockerfile's"
        )
    return tuple(found)


def _platforms(
    before: Image | StageResult, after: Image | StageResult, given: Platform | None
) -> tuple[Platform | None, Platform | None]:
    """What each image runs on; None where that is not known."""

    def of(one: Image | StageResult) -> Platform | None:
        if isinstance(one, StageResult):
            return parse_platform(one.platform) if one.platform and _PLATFORM.fullmatch(one.platform) else given
        return one.platform if one.platform.known else None

    from restow.oci.platform import parse_platform

    return of(before), of(after)


def _images(before: Image | StageResult, after: Image | StageResult, platform: Platform | None) -> Iterator[Difference]:
    from restow.image.simulated import unknown_base, with_own_files

    left, right = configuration_of(_configuration(before)), configuration_of(_configuration(after))
    for one, held in ((before, left), (after, right)):
        if isinstance(one, StageResult) and (base := unknown_base(one)) is not None:
            held["Base"] = f"not known: {base}"
        if held.get("WorkingDir") in (
            "",
            "/",
        ):  # BuildKit writes the root, other builders nothing: programs start there
            del held["WorkingDir"]
    mine, others = _platforms(before, after, platform)
    if mine is not None and others is not None and not (mine.offers(others) and others.offers(mine)):
        left["Platform"], right["Platform"] = str(mine), str(others)
    yield from _configurations(IMAGE, left, right)
    lower, upper = before.filesystem, after.filesystem
    if isinstance(before, StageResult) != isinstance(after, StageResult):
        lower, upper = with_own_files(lower, upper), with_own_files(upper, lower)
    yield from _filesystems(IMAGE, lower, upper)


def _built(one: Image | Simulation) -> Image | StageResult:
    return one.stages[-1] if isinstance(one, Simulation) else one


def _configuration(one: Image | StageResult) -> ImageConfig:
    from restow.image.simulated import config_of

    return config_of(one) if isinstance(one, StageResult) else one.config


def _limited(found: Iterator[Difference], limit: int = MAX_DIFFERENCES) -> Iterator[Difference]:
    return islice(found, limit)


def _stage(before: StageResult, after: StageResult) -> Iterator[Difference]:
    title = before.stage.title
    if before.platform != after.platform:
        yield Difference(title, "Platform", "configuration", _said(before.platform), _said(after.platform))
    yield from _configurations(title, before.state.configuration, after.state.configuration)
    yield from _filesystems(title, before.filesystem, after.filesystem)


def _filesystems(title: str, left: Filesystem, right: Filesystem) -> Iterator[Difference]:
    if left.digest != right.digest:
        left, right = with_canonical_links(left), with_canonical_links(right)
        if left.digest != right.digest:
            yield from _directories(title, "/", left.root, right.root)


def _configurations(title: str, left: Mapping[str, object], right: Mapping[str, object]) -> Iterator[Difference]:
    for key in sorted((left.keys() | right.keys()) - BOOKKEEPING):
        if left.get(key) != right.get(key):
            yield Difference(title, key, "configuration", _shown(left.get(key)), _shown(right.get(key)))


def _said(platform: str) -> str:
    return _shown(platform or "that of the build")


def _shown(value: object) -> str:
    from restow.semantics.scope import SYMBOLIC

    return "not set" if value is None else str(value).replace(SYMBOLIC, "?").replace("\\ue000", "?")


def _directories(title: str, path: str, left: Directory, right: Directory) -> Iterator[Difference]:
    if left is right or left.digest == right.digest:
        return
    if left.attributes != right.attributes:
        texts = attributes_text(left.attributes), attributes_text(right.attributes)
        yield Difference(title, path, "mode or owner", *_apart(*texts, left.attributes, right.attributes))
    if left.rest != right.rest:
        yield Difference(title, path, "other content", _rest(left), _rest(right))
    for name in sorted(left.children.keys() | right.children.keys()):
        yield from _nodes(
            title, f"{path.rstrip('/')}/{name}", left.child(name), right.child(name), left.rest != right.rest
        )


def _nodes(title: str, path: str, left: Node | None, right: Node | None, below_unknown: bool) -> Iterator[Difference]:
    if (left.digest if left else None) == (right.digest if right else None):
        return
    if isinstance(left, Unknown) and isinstance(right, Directory) and right.rest:
        left = Directory(None, {}, left.origin)
    if isinstance(right, Unknown) and isinstance(left, Directory) and left.rest:
        right = Directory(None, {}, right.origin)
    if isinstance(left, Directory) and isinstance(right, Directory):
        yield from _directories(title, path, left, right)
    elif not (below_unknown and isinstance(left, Unknown) and isinstance(right, Unknown)):
        what = aspects(left, right)[0]
        yield Difference(title, path, what, *_apart(*aspect_texts(what, left, right), left, right))


def _apart(text: str, other: str, left: Node | Attributes | None, right: Node | Attributes | None) -> tuple[str, str]:
    """Both texts; where they read alike, each with the term that it stands for."""
    if text != other or left is None or right is None:
        return text, other
    return f"{text}, result {left.digest[:8]}", f"{other}, result {right.digest[:8]}"


def aspects(left: Node | None, right: Node | None) -> tuple[str, ...]:
    """In what two nodes at one path differ, each aspect by its name; a `Difference` has the first of them. What stands
    below directories does not count.
    """
    if type(left) is not type(right):
        return ("kind",)
    found = {"content": _content(left) != _content(right), "mode or owner": _owned(left) != _owned(right)}
    if isinstance(left, File) and isinstance(right, File):
        there, here = (left.capability, left.link_group), (right.capability, right.link_group)
        found["hard links or capability"] = there != here
    return tuple(name for name, differs in found.items() if differs)


def _content(node: Node | None) -> object:
    if isinstance(node, Special):
        return node.kind, node.major, node.minor
    if isinstance(node, Directory):
        return None
    return node.content.identity if isinstance(node, File) else node.target if isinstance(node, Symlink) else node


def _owned(node: Node | None) -> object:
    """The attributes; of a link without its mode, which is always the same."""
    attributes = getattr(node, "attributes", None)
    if isinstance(node, Symlink):
        return node.attributes.uid, node.attributes.gid
    return attributes


def aspect_texts(aspect: str, left: Node | None, right: Node | None) -> tuple[str, str]:
    """Both values of one aspect in a few words."""
    if aspect == "hard links or capability":
        return _links_text(left), _links_text(right)
    return node_text(left), node_text(right)


def _links_text(node: Node | None) -> str:
    if not isinstance(node, File):
        return node_text(node)
    links = f"one of the names of {node.link_group}" if node.link_group else "no other name"
    return f"{links}, {f'capability {node.capability.hex()}' if node.capability else 'no capability'}"


def attributes_text(attributes: Attributes | None) -> str:
    """Mode and owner as people read them; terms as ``?``."""
    if attributes is None:
        return "as in the base image"
    mode = f"{attributes.mode:04o}" if isinstance(attributes.mode, int) else "mode ?"
    uid, gid = (value if isinstance(value, int) else "?" for value in (attributes.uid, attributes.gid))
    return f"{mode} {uid}:{gid}"


def node_text(node: Node | None) -> str:
    """A node in a few words."""
    if node is None or isinstance(node, Absent):
        return "absent"
    if isinstance(node, File):
        term = node.content.identity.startswith("term:")
        origin = "a program's result" if term else node.content.origin or node.content.identity[:19]
        return f"file {attributes_text(node.attributes)} ({origin})"
    if isinstance(node, Symlink):
        owner = attributes_text(node.attributes).rpartition(" ")[2]  # its mode is always the same
        return f"link to {node.target}" + ("" if owner == "0:0" else f" ({owner})")
    if isinstance(node, Special):
        device = f" device {node.major}:{node.minor}" if node.kind in ("character", "block") else ""
        return f"{node.kind}{device} {attributes_text(node.attributes)}"
    if isinstance(node, Directory):
        return f"directory {attributes_text(node.attributes)} with {len(node.children)} known entries"
    return f"unknown ({'as in ' + node.origin.base if not node.origin.writes else f'after {len(node.origin.writes)} programs'})"


def _rest(directory: Directory) -> str:
    rest = directory.rest
    if rest is None:
        return "nothing else"
    if not rest.writes:
        return f"as in {rest.base}" if rest.base.startswith("image ") else f"a program's result {rest.base[:8]}"
    return f"after programs {', '.join(write[:8] for write in rest.writes[-3:])}"
