"""The public functions: Dockerfiles and images in, findings, rewrites, simulated builds and differences out.

A Dockerfile is given as its text, or as a path: a ``Path`` always is one, a ``str`` where it has no line break and
names a file. A build context is given as a ``Context`` or as a folder. Nothing is ever written. Every function raises
UsageError for an argument of another kind than it takes.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from restow.errors import UsageError

if TYPE_CHECKING:
    from restow.build import Context, Simulation
    from restow.build.named_contexts import NamedSource
    from restow.build.release import Release
    from restow.build.state import Builder
    from restow.config.settings import Settings
    from restow.fix import FixResult
    from restow.image import Difference, Image
    from restow.image.simulated_image import SimulatedImage
    from restow.lint.runner import LintResult
    from restow.rule import BuildFacts
    from restow.syntax.ast import Dockerfile

    Text: TypeAlias = str | Path | Dockerfile
    Folder: TypeAlias = Context | str | Path | None

__all__ = ["diff", "fix", "lint", "parse", "read_context", "read_image", "simulate"]


def parse(text: str, name: str = "Dockerfile") -> Dockerfile:
    """The tree of any text: ``.instructions`` each have ``.kind`` and ``.span``, and ``str()`` of the tree is the text.

    ``name`` is what reports show for it.
    """
    from restow.syntax import parse as parse_text

    _require("text", text, "a text", str)
    return parse_text(text, name)


def lint(
    text_or_path: Text, context: Folder = None, *, settings: Settings | None = None, build: BuildFacts | None = None
) -> LintResult:
    """The findings, by place; iterating over the result gives them.

    For a path the context and the settings are found as the command line finds them, where they are not given; a text
    has the default settings and no context. ``build`` is what is known of the build beside them: build arguments, the
    target platform, base images.
    """
    from restow.lint.runner import lint as run

    tree, path = _tree(text_or_path)
    return run(tree, _context(tree, path, context), settings or _settings(path), build=build)


def fix(
    text_or_path: Text, context: Folder = None, *, unsafe: bool = False, settings: Settings | None = None
) -> FixResult:
    """The text with every proven rewrite made, what was applied and what was refused; see ``lint`` for the arguments.

    ``unsafe`` also applies what rests on assumptions that nobody can check. Raises UsageError for a text without FROM.
    """
    from restow.advise.history import History, telling_history
    from restow.fix.fixer import fix as run
    from restow.lint.runner import lint as findings

    tree, path = _tree(text_or_path)
    seen = _context(tree, path, context)
    used = settings or _settings(path)
    folder = seen.folder if seen is not None else None
    history = (
        telling_history(folder)
        if folder
        else History((), "no history: no folder on disk", shallow=False, complete=False)
    )
    return run(tree.source, seen, history, lambda tree, context: findings(tree, context, used).findings, unsafe=unsafe)


def simulate(
    text_or_path: Text,
    context: Folder = None,
    *,
    arguments: dict[str, str] | None = None,
    images: Mapping[str, Image | str | Path] | None = None,
    builder: Builder = "buildkit",
    contexts: Mapping[str, NamedSource | str | Path] | None = None,
    release: Release | str | None = None,
) -> SimulatedImage:
    """The simulated build, with the files, the configuration and the layers of the image that it leaves, and the cache keys
    of its steps; ``arguments`` are values of build arguments.

    ``builder`` says whose image it is, BuildKit's or the ``classic`` builder's. ``images`` are base images by reference,
    each as `read_image` gives or takes it: their files and configuration are then known. ``contexts`` are named contexts,
    as ``--build-context NAME=...`` gives them: folders, ``docker-image://`` and ``oci-layout://``. ``release`` is that of
    BuildKit (``0.25``), in Docker's daemon unless its umask says otherwise; without one, what releases do otherwise is unknown.
    Raises UsageError for a text without FROM, for one that the engine refuses or another frontend reads, and what `read_image`
    and `read_context` raise.
    """
    from restow.build import simulate as run
    from restow.build.release import Release
    from restow.build.state import BUILDERS
    from restow.image.simulated_image import SimulatedImage
    from restow.rule import require_build

    if builder not in BUILDERS:
        raise UsageError(f"builder is one of {', '.join(BUILDERS)}, and not {builder!r}")
    for name, mapping in (("arguments", arguments), ("images", images), ("contexts", contexts)):
        _require(name, mapping, "a dictionary by name", Mapping, type(None))
    for name, value in (arguments or {}).items():
        _require(f"arguments[{name!r}]", value, "a text", str)
    _require("release", release, "a text such as '0.25'", str, Release, type(None))
    tree, path = _tree(text_or_path)
    require_build(tree)
    known = {name: _image(name, one) for name, one in (images or {}).items()}
    named = {name: _named(name, one) for name, one in (contexts or {}).items()}
    seen = _context(tree, path, context)
    which = Release.of(release) if isinstance(release, str) else release
    return SimulatedImage.of(
        run(tree, seen, arguments=arguments, images=known, builder=builder, contexts=named, release=which)
    )


def diff(
    before: Text | Simulation | Image,
    after: Text | Simulation | Image,
    context: Folder = None,
    *,
    images: Mapping[str, Image | str | Path] | None = None,
) -> tuple[Difference, ...]:
    """The differences between two images, real ones or those that Dockerfiles (or simulated builds) produce; empty where
    they are equal.

    Texts are built with ``context``, its files compared by content where it is a folder, and on ``images`` as in
    `simulate`.
    """
    from restow.build import Simulation
    from restow.image import Image, compare, compare_images

    _require_folder(context)
    if isinstance(context, str | Path):
        context = read_context(context, hashed=True)

    def built(one: Text | Simulation | Image) -> Simulation | Image:
        return one if isinstance(one, Simulation | Image) else simulate(one, context, images=images)

    left, right = built(before), built(after)
    if isinstance(left, Simulation) and isinstance(right, Simulation):
        return compare(left, right, all_stages=False)
    return compare_images(left, right)


def read_image(path: str | Path, platform: str | None = None, *, name: str | None = None) -> Image:
    """The image at ``path``: an archive of `docker save` or `podman save`, or an OCI layout as folder or tar.

    ``platform`` (``linux/arm64``) and ``name`` choose one of several. Raises SourceError, ArchiveError and UsageError; see
    ``restow.image.read_image``.
    """
    from restow.image import read_image as read

    _require("path", path, "a path", str, Path)
    _require("platform", platform, "a text such as 'linux/arm64'", str, type(None))
    _require("name", name, "a text", str, type(None))
    return read(path, platform, name=name)


def read_context(folder: str | Path, dockerfile: str | Path | None = None, *, hashed: bool = False) -> Context:
    """The folder as a build context, its ignore file applied; ``dockerfile`` is the file that is built with it.

    ``hashed`` names files by their content and not by their path: slower, and comparable across folders.
    """
    from restow.build import read_context as read

    _require("folder", folder, "a path", str, Path)
    _require("dockerfile", dockerfile, "a path", str, Path, type(None))
    return read(Path(folder), None if dockerfile is None else Path(dockerfile), hashed=hashed)


def _tree(given: Text) -> tuple[Dockerfile, Path | None]:
    from restow.source import read_source

    if isinstance(given, Path) or (isinstance(given, str) and _is_file(given)):
        source = read_source(Path(given))
        return parse(source.text, source.name), Path(given)
    if isinstance(given, str):
        return parse(given), None
    from restow.syntax.ast import Dockerfile

    _require("the Dockerfile", given, "its text, its path, or what parse returned", Dockerfile)
    return given, None


def _require(name: str, given: object, expected: str, *kinds: type) -> None:
    """Raises UsageError, which says what is expected, for a value that is of none of the kinds."""
    if not isinstance(given, kinds):
        raise UsageError(f"{name}: expected {expected}, and not {type(given).__name__}")


def _require_folder(given: object) -> None:
    from restow.build import Context

    _require("context", given, "a folder's path, or what read_context returned", Context, str, Path, type(None))


def _image(name: str, given: Image | str | Path) -> Image:
    from restow.image import Image

    if isinstance(given, str | Path):
        return read_image(given)
    _require(f"images[{name!r}]", given, "a path, or what read_image returned", Image)
    return given


def _named(name: str, given: NamedSource | str | Path) -> NamedSource:
    from restow.build import Context
    from restow.build.context import OtherImage
    from restow.image import Image
    from restow.image.named_source import read_named_source

    if isinstance(given, str | Path):
        return read_named_source(str(given))
    expected = "a folder, docker-image://... or oci-layout://..., or what read_context or read_image returned"
    _require(f"contexts[{name!r}]", given, expected, Context, OtherImage, Image)
    return given


def _is_file(text: str) -> bool:
    try:
        return "\n" not in text and bool(text) and Path(text).is_file()
    except (OSError, ValueError):
        return False  # too long for a path, or with a NUL


def _context(tree: Dockerfile, path: Path | None, given: Folder) -> Context | None:
    from restow.config.context_folder import choose_context

    _require_folder(given)
    if given is not None and not isinstance(given, str | Path):
        return given
    folder = given if given is not None else choose_context(tree, path).folder if path is not None else None
    if folder is None:
        return None
    from dataclasses import replace

    from restow.lint.declarations import declared_effects

    return replace(read_context(folder, path), declared=declared_effects(_settings(path)))


def _settings(path: Path | None) -> Settings:
    from restow.config.settings import Settings
    from restow.config.settings_file import read_settings

    return Settings() if path is None else read_settings(path.parent)
