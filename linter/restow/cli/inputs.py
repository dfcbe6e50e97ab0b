"""What commands read: Dockerfiles from disk or standard input, their settings and their build contexts."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from restow.config.context_folder import ContextChoice, choose_context, context_sources
from restow.config.discovery import find_dockerfiles
from restow.config.settings import Settings
from restow.config.settings_file import read_settings
from restow.errors import ContextError, SourceError, UndecodableError, UsageError
from restow.source import Source, read_source
from restow.source.text import decode
from restow.syntax import parse, parse_file
from restow.syntax.ast import Dockerfile

if TYPE_CHECKING:
    from restow.build import Context
    from restow.build.named_contexts import NamedSource

STDIN = "-"


@dataclass(frozen=True)
class Input:
    """A Dockerfile that was read. ``path`` is where it lies, None for standard input without a name."""

    dockerfile: Dockerfile
    path: Path | None
    from_stdin: bool = False

    @property
    def source(self) -> Source:
        """Its text and the name to show."""
        return self.dockerfile.source

    @property
    def folder(self) -> Path:
        """The folder that it belongs to."""
        return Path() if self.path is None else self.path.parent


@dataclass(frozen=True)
class ReadContext:
    """The build context as read; ``choice`` says which folder it is and why."""

    context: Context | None
    choice: ContextChoice

    @property
    def folder(self) -> str | None:
        """The folder as reports show it."""
        return None if self.choice.folder is None else str(self.choice.folder)

    @property
    def text(self) -> str:
        """The folder and why it was taken, or why there is none."""
        return self.choice.reason if self.folder is None else f"{self.folder} ({self.choice.reason})"


@dataclass
class Inputs:
    """The Dockerfiles that the arguments name, read one after the other; ``-`` stands alone.

    What is wrong with one of several files goes to standard error (unless ``silent``) and into ``failed``, and the
    others are still read. ``undecodable``: a file that is not UTF-8 is given all the same, as one invalid instruction.
    """

    arguments: Namespace
    silent: bool = False
    undecodable: bool = False
    failed: bool = False

    def __iter__(self) -> Iterator[Input]:
        paths = list(self.arguments.paths)
        if STDIN in paths:
            if len(paths) > 1:
                raise UsageError("- (standard input) and other paths do not go together; name them one after the other")
            try:
                yield read_stdin(self.arguments)
            except UndecodableError as error:
                if not self.undecodable:
                    raise
                yield self._undecodable(error, _stdin_name(self.arguments), from_stdin=True)
            return
        found = False
        for path in find_dockerfiles([Path(path) for path in paths]):
            found = True
            try:
                item = read_input(path)
            except SourceError as error:
                if self.undecodable and isinstance(error, UndecodableError):
                    yield self._undecodable(error, str(path))
                    continue
                self.failed = True
                self._say(f"error: {error}")
                continue
            yield item
        if not found:
            self._say(f"no Dockerfiles found in {', '.join(paths)}")

    def _undecodable(self, error: UndecodableError, name: str | None, *, from_stdin: bool = False) -> Input:
        self.failed = True
        self._say(f"error: {error}")
        return Input(parse(error.text, name or "<stdin>"), Path(name) if name else None, from_stdin)

    def _say(self, message: str) -> None:
        if not self.silent:
            print(f"restow: {message}", file=sys.stderr)


def read_one(arguments: Namespace, path: str) -> Input:
    """The Dockerfile at ``path``; in a folder the one called Dockerfile or Containerfile."""
    if path == STDIN:
        return read_stdin(arguments)
    file = Path(path)
    if file.is_dir():
        named = [file / name for name in ("Dockerfile", "Containerfile") if (file / name).is_file()]
        if not named:
            raise UsageError(f"{path}: a folder without a Dockerfile; name the file")
        file = named[0]
    return read_input(file)


def read_input(path: Path) -> Input:
    """The Dockerfile at ``path``. Raises SourceError where it cannot be read."""
    return Input(parse_file(read_source(path)), path)


def read_stdin(arguments: Namespace) -> Input:
    """The Dockerfile on standard input, under the name of ``--stdin-filename``."""
    name = _stdin_name(arguments)
    shown = name or "<stdin>"
    source = Source(shown, decode(shown, sys.stdin.buffer.read()))
    return Input(parse_file(source), Path(name) if name else None, from_stdin=True)


def _stdin_name(arguments: Namespace) -> str | None:
    """The name that is given to what stands on standard input."""
    name: str | None = getattr(arguments, "stdin_filename", None)
    return name


def context_of(
    given: str | None, item: Input, *, hashed: bool = False, named: Mapping[str, NamedSource] | None = None
) -> ReadContext:
    """The build context of a Dockerfile, with the ``named`` ones. One that nobody named and that cannot be read is none, with
    that reason. Raises UsageError where there are named ones and it is not known which folder the build gets.
    """
    choice = choose_context(item.dockerfile, item.path, Path(given) if given else None)
    if choice.folder is None:
        return ReadContext(_nothing_but(named, item, choice) if named else None, choice)
    from restow.build import read_context
    from restow.lint.declarations import declared_effects

    try:
        context = read_context(choice.folder, item.path, hashed=hashed)
        declared = declared_effects(read_settings(item.folder))
        return ReadContext(replace(context, declared=declared, named=named or {}), choice)
    except ContextError as error:
        if given or named:
            raise
        return ReadContext(None, replace(choice, folder=None, reason=f"no build context: {error}"))


def _nothing_but(named: Mapping[str, NamedSource], item: Input, choice: ContextChoice) -> Context:
    """A build context without files, for a Dockerfile that takes none."""
    from restow.build import Context
    from restow.vfs import Attributes, Directory

    if any(context_sources(item.dockerfile)):
        raise UsageError(f"{item.source.name}: with --build-context the build context is needed too ({choice.reason})")
    return Context(Directory(Attributes(0o755), {}), "no folder", named=named)


def named_contexts_of(arguments: Namespace) -> dict[str, NamedSource]:
    """The named contexts that ``--build-context NAME=...`` gives, by name."""
    if not arguments.build_context:
        return {}
    from restow.image.named_source import read_named_source

    platform = getattr(arguments, "platform", None)
    return {name: read_named_source(text, platform) for name, text in arguments.build_context}


def settings_reader(arguments: Namespace) -> Callable[[Input], Settings]:
    """A function that gives a Dockerfile's settings, those of the command line on top; files are read once a folder."""
    of_folder = cache(read_settings)

    def settings(item: Input) -> Settings:
        return of_folder(item.folder).overridden(
            getattr(arguments, "select", ()), getattr(arguments, "ignore", ()), getattr(arguments, "fail_level", None)
        )

    return settings
