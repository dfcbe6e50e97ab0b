"""Rewriting Dockerfiles from the command line: ``restow fix`` and ``restow check --fix`` or ``--diff``."""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from collections.abc import Iterable
from typing import TYPE_CHECKING

from restow.cli.images import base_images
from restow.cli.inputs import Input, ReadContext, context_of, named_contexts_of, settings_reader
from restow.cli.output import print_diff, wants_colour
from restow.config.settings import Settings
from restow.report.styled import write
from restow.source import unified_diff, write_text

if TYPE_CHECKING:
    from restow.advise import History
    from restow.build.base_image import Images
    from restow.fix import FixResult


def rewrite_all(
    arguments: Namespace, items: Iterable[Input], *, diff: bool = False, report_to_stderr: bool = False
) -> int:
    """Rewrite each Dockerfile in place; returns how many change.

    With ``diff`` nothing is written and the diff printed instead. Standard input is never written back: its new text
    goes to standard output, and the report to standard error.
    """
    settings_of = settings_reader(arguments)
    images, named = base_images(arguments), named_contexts_of(arguments)
    changed = 0
    for item in items:
        if not any(node.kind == "from" for node in item.dockerfile.instructions):
            print(
                f"restow: {item.source.name}: there is no FROM instruction, so there is no image to keep equal",
                file=sys.stderr,
            )
            continue
        context = context_of(arguments.context, item, named=named)
        result = rewrite(item, context, settings_of(item), unsafe=arguments.unsafe_fixes, images=images)
        differs = result.text != item.source.text
        changed += differs
        if diff:
            print_diff(unified_diff(item.source.name, item.source.text, result.text))
            continue
        if differs and item.path is not None and not item.from_stdin:
            write_text(item.path, result.text)
        elif item.from_stdin:
            sys.stdout.write(result.text)
        if not arguments.quiet:
            _report(item, result, context, to_stderr=report_to_stderr or item.from_stdin)
    return changed


def rewrite(
    item: Input, context: ReadContext, settings: Settings, *, unsafe: bool, images: Images | None = None
) -> FixResult:
    """The proven rewrite of one Dockerfile; nothing is written."""
    from restow.fix import fix
    from restow.lint.runner import lint

    return fix(
        item.source,
        context.context,
        history_of(context),
        lambda dockerfile, seen: lint(dockerfile, seen, settings).findings,
        unsafe=unsafe,
        images=images,
    )


def history_of(context: ReadContext) -> History:
    """The change events of the build context's folder; none, with that reason, where there is no context."""
    from restow.advise import History, telling_history

    if context.choice.folder is None:
        return History((), f"no history: {context.choice.reason}", shallow=False, complete=False)
    return telling_history(context.choice.folder)


def _report(item: Input, result: FixResult, context: ReadContext, *, to_stderr: bool) -> None:
    from restow.report.fix_report import fix_text

    stream = sys.stderr if to_stderr else sys.stdout
    lines = fix_text(item.source.name, result, context.text, changed=result.text != item.source.text)
    write(lines, stream, colour=wants_colour(stream, os.environ))
