"""``restow layers``: the simulated build, layer by layer, and what a rebuild after a change finds in the cache."""

from __future__ import annotations

import os
from argparse import Namespace
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from restow import __version__
from restow.build import Context, simulate
from restow.build.cache_changes import (
    Selection,
    changed_paths,
    inside,
    select,
    with_added,
    with_changed_content,
    with_changed_modes,
    with_texts,
)
from restow.build.keys import cache_keys
from restow.cli.images import base_images
from restow.cli.inputs import Input, context_of, named_contexts_of, read_input, read_one
from restow.cli.output import print_document, print_lines
from restow.errors import PathConflict, UsageError
from restow.report.layers_report import layers_document, layers_text
from restow.rule import require_build
from restow.vfs import Directory

if TYPE_CHECKING:
    from restow.build import Simulation
    from restow.build.base_image import BaseImage
    from restow.report.rebuild_report import RebuildDocument


def run(arguments: Namespace) -> int:
    """Exit code 0, whatever the layers waste and whatever misses."""
    item = read_one(arguments, arguments.path)
    require_build(item.dockerfile)
    named = named_contexts_of(arguments)
    read = context_of(arguments.context, item, hashed=arguments.after_dockerfile is not None, named=named)
    build_arguments, images = dict(arguments.build_arg), base_images(arguments)
    simulation = simulate(item.dockerfile, read.context, arguments=build_arguments, images=images)
    rebuilt = None
    if arguments.after or arguments.after_chmod or arguments.after_dockerfile:
        rebuilt = _rebuilt(arguments, item, read.context, build_arguments, images)
    keys = cache_keys(simulation, arguments.builder)
    document = layers_document(simulation, keys, (read.folder, read.choice.reason), __version__, rebuilt)
    if arguments.output_format == "json":
        print_document(document)
    else:
        print_lines(layers_text(document))
    return 0


def _rebuilt(
    arguments: Namespace,
    item: Input,
    context: Context | None,
    build_arguments: Mapping[str, str],
    images: Mapping[str, BaseImage],
) -> RebuildDocument:
    """The rebuild after the change that the options name."""
    from restow.build.rebuild import OneBuild, rebuild
    from restow.report.rebuild_report import rebuild_document

    other = item if arguments.after_dockerfile is None else read_input(Path(arguments.after_dockerfile))
    require_build(other.dockerfile)
    before, after, notes = _contexts(arguments, item, other, context)
    first: Simulation = simulate(item.dockerfile, before, arguments=build_arguments, images=images)
    second = simulate(other.dockerfile, after, arguments=build_arguments, images=images)
    done = rebuild(OneBuild(first), OneBuild(second), arguments.builder)
    changed = list(changed_paths(before.root, after.root)) if before is not None and after is not None else []
    changed += [inside(word) for word in arguments.after_chmod if inside(word) not in changed]
    return rebuild_document(done, tuple(changed), notes, None if other is item else other.source.name)


def _contexts(
    arguments: Namespace, item: Input, other: Input, context: Context | None
) -> tuple[Context | None, Context | None, tuple[str, ...]]:
    """The context before and after the change, and what is to be said of it. The Dockerfile in it counts by its text."""
    if context is None:
        if arguments.after or arguments.after_chmod:
            raise UsageError(
                "--after and --after-chmod name files of the build context, and there is none; name it with --context"
            )
        return None, None, ()
    place = context.dockerfile
    before = after = context
    if place is not None:
        before = with_texts(context, {place: item.dockerfile.text})
        after = with_texts(context, {place: other.dockerfile.text})
    chosen = select(context, [_inside(word, context) for word in arguments.after])
    new, notes = _added(chosen, context)
    try:
        after = with_added(with_changed_content(after, chosen.paths), new)
    except PathConflict as conflict:
        raise UsageError(f"--after names a path below a file of the build context: {conflict}") from conflict
    after, more = _with_modes(after, arguments)
    return before, after, (*notes, *more)


def _with_modes(context: Context, arguments: Namespace) -> tuple[Context, tuple[str, ...]]:
    """The context after the chmod that the options name, and what is to be said of it. Raises UsageError for no such path."""
    paths = [inside(_inside(word, context)) for word in arguments.after_chmod]
    missing = [
        word for word, path in zip(arguments.after_chmod, paths, strict=True) if path and not context.lookup(path)
    ]
    if missing:
        raise UsageError(
            f"{', '.join(missing)}: no file or folder of the build context; --after-chmod takes no patterns"
        )
    folders = {path for path in paths if not path or isinstance(context.lookup(path), Directory)}
    if arguments.builder == "classic":
        return with_changed_modes(context, paths), ()
    said = (
        f"the mode of {', '.join(sorted(path or '.' for path in folders))}: a builder that was sent the folder before"
    )
    said += " does not take it over; a new one, with a cache from elsewhere, runs the steps again that copy the folder"
    changed = with_changed_modes(context, [path for path in paths if path not in folders])
    return changed, (said,) if folders - {""} else ()


def _added(chosen: Selection, context: Context) -> tuple[list[str], tuple[str, ...]]:
    """The paths that are not there and count as added, and what is to be said of those and of the ignored ones.

    Raises UsageError for patterns that match nothing, and for what lies outside of the context.
    """
    odd = [word for word in chosen.missing if set(word) & set("*?[") or ".." in word.split("/")]
    odd += [word for word in chosen.missing if word not in odd and (word.startswith("/") or not inside(word))]
    if odd:
        raise UsageError(
            f"{', '.join(odd)}: not in the build context {context.description}; name files, folders or patterns of it"
        )
    ignored = [*chosen.ignored, *(word for word in chosen.missing if context.ignored(inside(word)))]
    new = [word for word in chosen.missing if word not in ignored]
    said = [f"{word}: left out by {context.ignored_by(inside(word))}, so no step reads it" for word in ignored]
    said += [f"{word}: not in the build context, so taken for a file that is added or removed" for word in new]
    return [inside(word) for word in new], tuple(said)


def _inside(word: str, context: Context) -> str:
    """A word relative to the context: as it is where the context has it, else as a path from the working directory."""
    clean = word.removeprefix("./")
    if context.folder is None or not clean or (not clean.startswith("/") and (context.folder / clean).exists()):
        return clean
    relative = os.path.relpath(os.path.abspath(clean), context.folder.resolve())
    return clean if relative.startswith("..") else relative.replace(os.sep, "/")
