"""Named contexts as ``--build-context NAME=...`` writes them: a folder, another image, or an image in an OCI layout."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from restow.errors import UsageError

if TYPE_CHECKING:
    from restow.build.named_contexts import NamedSource

IMAGE, LAYOUT = "docker-image://", "oci-layout://"
_ELSEWHERE = ("http://", "https://", "git://", "git@", "ssh://", "target:", "local:", "input:")


def read_named_source(text: str, platform: str | None = None) -> NamedSource:
    """What a named context is: ``PATH`` (a folder), ``docker-image://REFERENCE``, or ``oci-layout://PATH[:TAG][@DIGEST]``.

    The path of a layout may be an archive of one, or one of `docker save`; ``platform`` chooses an image of several. Raises
    UsageError for addresses of repositories and for other kinds, since nothing is fetched, and what `read_image` and
    `read_context` raise.
    """
    if text.startswith(IMAGE):
        from restow.build.context import OtherImage
        from restow.oci.reference import parse_reference

        return OtherImage(str(parse_reference(text.removeprefix(IMAGE))))
    if text.startswith(LAYOUT):
        from restow.image.reading import read_image

        path, name = _place(text.removeprefix(LAYOUT))
        return read_image(path, platform, name=name)
    kind, scheme, _ = text.partition("://")
    if text.startswith(_ELSEWHERE) or scheme:
        shown = f"{kind}://" if scheme else text
        raise UsageError(f"{shown}: nothing is fetched; a named context is a folder, {IMAGE}REFERENCE or {LAYOUT}PATH")
    from restow.build import read_context

    if not Path(text).is_dir():
        raise UsageError(f"{text}: not a folder; a named context is a folder, {IMAGE}REFERENCE or {LAYOUT}PATH")
    return read_context(Path(text), hashed=True)


def _place(text: str) -> tuple[Path, str | None]:
    """The path of a layout, and the digest or the tag of the image in it."""
    if Path(text).exists():
        return Path(text), None
    path, _, digest = text.partition("@")
    if Path(path).exists():
        return Path(path), digest or None
    before, colon, tag = path.rpartition(":")
    if colon and Path(before).exists():
        return Path(before), digest or tag
    raise UsageError(f"{path}: no such file or folder; write {LAYOUT}PATH, {LAYOUT}PATH:TAG or {LAYOUT}PATH@DIGEST")
