"""Images that commands read: archives and layouts on disk, images of a running engine, and base images given by name."""

from __future__ import annotations

import subprocess
import tempfile
from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from restow.errors import SourceError, UsageError

if TYPE_CHECKING:
    from restow.build import Simulation
    from restow.build.state import Builder
    from restow.image import Image

ENGINES = ("docker", "podman", "buildah")
_SAVE = {
    "docker": ("docker", "save", "--output", "{path}", "{name}"),
    "podman": ("podman", "save", "--quiet", "--format", "oci-archive", "--output", "{path}", "{name}"),
    "buildah": ("buildah", "push", "--quiet", "{name}", "oci-archive:{path}"),
}
_ARCHIVE_STARTS = (b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"BZh", b"\xfd7zXZ")


def is_image(text: str) -> bool:
    """Whether an operand names an image and not a Dockerfile: an engine's, an archive, or a folder with a layout."""
    if _engine_of(text) is not None:
        return True
    path = _path_of(text)[0]
    if path.is_dir():
        return (path / "index.json").is_file()
    from restow.oci.blobs import open_regular

    try:
        with open_regular(path) as file:
            start = file.read(512)
    except (OSError, SourceError):
        return False  # whoever reads it as a Dockerfile says what is wrong
    return start[257:262] == b"ustar" or start.startswith(_ARCHIVE_STARTS)


def read_named(text: str, platform: str | None) -> Image:
    """The image that an operand names: ``PATH``, ``PATH#NAME``, or ``docker://NAME`` (podman, buildah) of an engine.

    Raises UsageError where an engine is missing or has no such image, and what `read_image` raises.
    """
    from restow.image import read_image

    engine = _engine_of(text)
    if engine is not None:
        return _saved(engine, text.partition("://")[2], platform, text)
    path, name = _path_of(text)
    if not path.exists():
        if "://" in text:
            raise UsageError(
                f"{text}: no such engine; an image of one is written as {', '.join(f'{one}://NAME' for one in ENGINES)}"
            )
        raise UsageError(
            f"{path}: no such file or folder; an image of a running engine is written as docker://{text}, podman://{text} or "
            f"buildah://{text}"
        )
    return read_image(path, platform, name=name)


def read_side(text: str, arguments: Namespace) -> Image | Simulation:
    """The image that an operand names, or the simulated build of the Dockerfile that it is."""
    if is_image(text) or not Path(text).exists():
        return read_named(text, arguments.platform)
    from restow.build import simulate
    from restow.cli.inputs import context_of, named_contexts_of, read_one
    from restow.rule import require_build

    item = read_one(arguments, text)
    require_build(item.dockerfile)
    context = context_of(arguments.context, item, hashed=True, named=named_contexts_of(arguments)).context
    builder: Builder = getattr(arguments, "builder", "buildkit")
    given, bases = dict(arguments.build_arg), base_images(arguments)
    return simulate(item.dockerfile, context, arguments=given, images=bases, builder=builder)


def base_images(arguments: Namespace) -> dict[str, Image]:
    """The base images that ``--base REFERENCE=IMAGE`` gives, by reference."""
    platform = getattr(arguments, "platform", None)
    return {reference: read_named(text, platform) for reference, text in getattr(arguments, "base", ())}


def _engine_of(text: str) -> str | None:
    engine, separator, _ = text.partition("://")
    return engine if separator and engine in ENGINES else None


def _path_of(text: str) -> tuple[Path, str | None]:
    """The path, and the name behind ``#`` where the whole text is no path."""
    if Path(text).exists() or "#" not in text:
        return Path(text), None
    path, _, name = text.rpartition("#")
    return Path(path), name


def _saved(engine: str, name: str, platform: str | None, text: str) -> Image:
    """The image as the engine saves it, to a temporary archive that is gone afterwards."""
    from dataclasses import replace

    from restow.image import read_image

    if not name or name.startswith("-"):
        raise UsageError(f"{text!r}: name an image behind {engine}://")
    with tempfile.TemporaryDirectory(prefix="restow-") as folder:
        path = Path(folder) / "image.tar"
        command = [word.format(path=path, name=name) for word in _SAVE[engine]]
        try:
            done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False)
        except OSError as error:
            raise UsageError(f"{text}: {engine} cannot be run: {error.strerror or error}") from None
        if done.returncode:
            said = done.stderr.decode("utf-8", "replace").strip() or f"exit code {done.returncode}"
            raise UsageError(f"{text}: {engine} cannot save it: {said}")
        return replace(read_image(path, platform), name=text)
