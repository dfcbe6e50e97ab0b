"""Two Dockerfiles built for real: the original twice, the rewrite once, and what differs beyond the original's noise."""

from __future__ import annotations

import re
import secrets
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

from restow.engines.engine import BuildRequest, Engine
from restow.image import Difference, Image, compare_images, read_image
from restow.image.differ import aspect_texts, aspects
from restow.vfs import File, Node
from restow.vfs.changes import with_canonical_links

STAGES = 9
"""How often ``progress`` is told of a new stage: a build, an archive to write and one to read, three times."""

_STEP = re.compile(r"^(?:#\d+ \[(?P<buildkit>[^\]]*\d+/\d+)\]|(?:STEP|Step) (?P<other>\d+(?:/\d+)?) ?:) (?P<text>.+)")

Progress = Callable[[str, str], None]
"""Told what happens now: the stage, and within a build the step (empty where a stage begins)."""


@dataclass(frozen=True, slots=True)
class RealComparison:
    """``differences`` are the rewrite's own; ``noise`` is what two builds of the original already differ in.

    ``own_files`` are paths at which each image has its own Dockerfile: no difference, by the contract.
    """

    differences: tuple[Difference, ...]
    noise: tuple[Difference, ...]
    own_files: tuple[str, ...]


def compare_builds(engine: Engine, before: BuildRequest, after: BuildRequest, progress: Progress) -> RealComparison:
    """Build, save, flatten and compare. Images and archives are removed in the end, also on Ctrl-C.

    Raises EngineError where a build fails, ArchiveError where an engine writes an archive that cannot be read.
    """
    builds = ((before, "the original"), (before, "the original again"), (after, "the rewrite"))
    with tempfile.TemporaryDirectory(prefix="restow-verify-") as folder:
        images = [
            _built(engine, request, title, Path(folder) / f"{number}.tar", progress)
            for number, (request, title) in enumerate(builds)
        ]
    return judged(*images, before=before.dockerfile, after=after.dockerfile)


def _built(engine: Engine, request: BuildRequest, title: str, archive: Path, progress: Progress) -> Image:
    """One build as a value."""
    with _named(engine) as tag:
        stage = f"{engine.name} builds {title} ({request.dockerfile})"
        progress(stage, "")
        engine.build(request, tag, lambda line: _tell(line, stage, progress))
        progress(f"{engine.name} saves {title}", "")
        engine.save(tag, archive)
    progress(f"reading {title}", "")
    try:
        return read_image(archive, request.platform)
    finally:
        archive.unlink()


def _tell(line: str, stage: str, progress: Progress) -> None:
    """Show a line of an engine's output that begins a step."""
    match = _STEP.match(line)
    if match:
        progress(stage, f"{match['buildkit'] or match['other']} {match['text']}")


@contextmanager
def _named(engine: Engine) -> Iterator[str]:
    """A random image name that is gone afterwards."""
    tag = f"restow-verify/{secrets.token_hex(8)}:latest"
    try:
        yield tag
    finally:
        engine.remove(tag)


def judged(first: Image, second: Image, rewritten: Image, *, before: Path, after: Path) -> RealComparison:
    """What differs between ``first`` and ``rewritten``, but not already between ``first`` and ``second``."""
    noise = compare_images(first, second, limit=None)
    noisy = {(one.where, one.what) for one in noise}
    names = tuple("sha256:" + sha256(path.read_bytes()).hexdigest() for path in (before, after))
    trees = [with_canonical_links(image.filesystem) for image in (first, second, rewritten)]
    differences: list[Difference] = []
    own: list[str] = []
    for one in compare_images(first, rewritten, limit=None):
        nodes = [tree.lookup(one.where) if one.where.startswith("/") else None for tree in trees]
        if (one.where, one.what) in noisy:
            differences += _beside(one, *nodes)
        elif (_identity(nodes[0]), _identity(nodes[2])) == names:
            own.append(one.where)
            differences += _beside(one, *nodes)
        else:
            differences.append(one)
    return RealComparison(tuple(differences), noise, tuple(own))


def _beside(one: Difference, first: Node | None, second: Node | None, rewritten: Node | None) -> Iterator[Difference]:
    """What else is not the same at a path of which one aspect is set aside, and is no noise itself."""
    aside = {one.what, *aspects(first, second)}
    for aspect in aspects(first, rewritten):
        if aspect not in aside:
            before, after = aspect_texts(aspect, first, rewritten)
            yield replace(one, what=aspect, before=before, after=after)


def _identity(node: Node | None) -> str:
    return node.content.identity if isinstance(node, File) else ""
