"""``restow verify``: do two Dockerfiles produce the same image?"""

from __future__ import annotations

from argparse import Namespace
from dataclasses import replace
from pathlib import Path

from restow import __version__
from restow.build import Context, read_context, simulate
from restow.build.context import DOCKERFILE_IDENTITY
from restow.cli.images import base_images
from restow.cli.inputs import STDIN, Input, ReadContext, context_of, named_contexts_of, read_one
from restow.cli.output import print_document, print_lines
from restow.errors import UsageError
from restow.image import compare
from restow.report.verify_report import verify_document, verify_text
from restow.rule import require_build
from restow.vfs import Directory, File, Filesystem


def run(arguments: Namespace) -> int:
    """Exit code 0 where the images are equal, 1 where they differ."""
    if STDIN in (arguments.before, arguments.after):
        raise UsageError("verify takes two files: standard input has no folder to find a build context by")
    before, after = read_one(arguments, arguments.before), read_one(arguments, arguments.after)
    first, second = _contexts(arguments, before, after, hashed=arguments.engine is None)
    if arguments.engine is not None:
        from restow.cli.engine_verify import verify_with_engine

        return verify_with_engine(arguments, before, after, first, second)
    if arguments.target or arguments.platform or arguments.engine_option:
        raise UsageError(
            "--target, --platform and --engine-option go with --engine: the simulation takes the last stage"
        )
    for item in (before, after):
        require_build(item.dockerfile)
    values, images = dict(arguments.build_arg), base_images(arguments)
    left, right = (
        simulate(item.dockerfile, _without_own(read.context, before, after), arguments=values, images=images)
        for item, read in ((before, first), (after, second))
    )
    differences = compare(left, right, all_stages=False)
    used = first.text if first.text == second.text else f"{first.text}; for {after.source.name}: {second.text}"
    document = verify_document(left, right, differences, used, __version__)
    if arguments.output_format == "json":
        print_document(document)
    else:
        print_lines(verify_text(document))
    return 0 if document.equal else 1


def _contexts(arguments: Namespace, before: Input, after: Input, *, hashed: bool) -> tuple[ReadContext, ReadContext]:
    """The build contexts of both. Where only one file has a context, the other is built with it too."""
    named = named_contexts_of(arguments)
    first, second = (context_of(arguments.context, one, hashed=hashed, named=named) for one in (before, after))
    if first.context is not None and second.context is None:
        second = _borrowed(first, before, after)
    elif second.context is not None and first.context is None:
        first = _borrowed(second, after, before)
    return first, second


def _borrowed(owner: ReadContext, owning: Input, item: Input) -> ReadContext:
    assert owner.choice.folder is not None
    reason = f"that of {owning.source.name}"
    context = read_context(owner.choice.folder, item.path, hashed=True)
    assert owner.context is not None
    context = replace(context, declared=owner.context.declared, named=owner.context.named)
    return ReadContext(context, replace(owner.choice, reason=reason))


def _without_own(context: Context | None, *items: Input) -> Context | None:
    """The context with both Dockerfiles named alike: a copy of either in the image is no difference."""
    if context is None or context.folder is None:
        return context
    filesystem = Filesystem(context.root)
    for item in items:
        path = _inside(context.folder, item.path)
        node = filesystem.lookup(path) if path else None
        if path and isinstance(node, File):
            filesystem = filesystem.put(
                path, replace(node, content=replace(node.content, identity=DOCKERFILE_IDENTITY))
            )
    assert isinstance(filesystem.root, Directory)
    return replace(context, root=filesystem.root)


def _inside(folder: Path, path: Path | None) -> str | None:
    """The file's path within the context, from ``/``; None where it lies outside."""
    if path is None or not path.resolve().is_relative_to(folder.resolve()):
        return None
    return f"/{path.resolve().relative_to(folder.resolve()).as_posix()}"
