"""``restow verify --engine``: the comparison of two real builds, with its progress on standard error."""

from __future__ import annotations

import os
import signal
import sys
import tempfile
import threading
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

from restow import __version__
from restow.cli.inputs import Input, ReadContext
from restow.cli.output import print_document, print_lines, wants_colour
from restow.engines import STAGES, BuildRequest, Progress, compare_builds, find_engine
from restow.oci.platform import parse_platform
from restow.report.engine_report import engine_document, engine_text

TERMINATED = 143  # 128 and the number of SIGTERM, as shells expect


def verify_with_engine(
    arguments: Namespace, before: Input, after: Input, first: ReadContext, second: ReadContext
) -> int:
    """Exit code 0 where the real images are equal, 1 where they differ. Raises UsageError for what is no one platform."""
    if arguments.platform:
        parse_platform(arguments.platform)
    engine = find_engine(arguments.engine)
    with _ended_cleanly(), tempfile.TemporaryDirectory(prefix="restow-context-") as empty, _progress() as progress:
        original = _request(arguments, before, first, Path(empty))
        rewrite = _request(arguments, after, second, Path(empty))
        comparison = compare_builds(engine, original, rewrite, progress)
    document = engine_document(
        comparison,
        engine=engine.version,
        before=before.source.name,
        after=after.source.name,
        context=first.text if first.text == second.text else f"{first.text}; for {after.source.name}: {second.text}",
        program=__version__,
    )
    if arguments.output_format == "json":
        print_document(document)
    else:
        print_lines(engine_text(document))
    return 0 if document.equal else 1


def _request(arguments: Namespace, item: Input, read: ReadContext, empty: Path) -> BuildRequest:
    """One build; a Dockerfile without a context is built with an empty folder."""
    assert item.path is not None
    return BuildRequest(
        item.path,
        read.choice.folder or empty,
        tuple(arguments.build_arg),
        arguments.target,
        arguments.platform,
        (*arguments.engine_option, *(f"--build-context={name}={text}" for name, text in arguments.build_context)),
    )


@contextmanager
def _ended_cleanly() -> Iterator[None]:
    """A request to end (SIGTERM) unwinds the stack as Ctrl-C does, so that images and files are removed."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def end(number: int, frame: object) -> NoReturn:
        raise SystemExit(TERMINATED)

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def _progress() -> Iterator[Progress]:
    """What happens now: a bar with the running step on a terminal, else a line for each stage on standard error."""
    if not wants_colour(sys.stderr, os.environ):

        def say(stage: str, step: str) -> None:
            if not step:
                print(f"restow: {stage}", file=sys.stderr, flush=True)

        yield say
        return
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(12), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=STAGES, completed=-1)

        def show(stage: str, step: str) -> None:
            text = f"{stage}: {step}" if step else stage
            bar.update(task, description=escape(text[:100]), advance=0 if step else 1)

        yield show
