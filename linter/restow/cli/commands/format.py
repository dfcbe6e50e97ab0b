"""``restow format``: print Dockerfiles in one way, without another meaning and without a cache miss."""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from dataclasses import replace

from restow import __version__
from restow.cli.inputs import STDIN, Input, Inputs, settings_reader
from restow.cli.output import print_diff, print_document, wants_colour
from restow.errors import UsageError
from restow.format import Formatted, format_dockerfile
from restow.report.format_report import FormatDocument, FormattedDocument, format_text, formatted_document
from restow.report.styled import write
from restow.source import unified_diff, write_text


def run(arguments: Namespace) -> int:
    """Exit code 2 where a file cannot be read or formatted; with ``--check`` or ``--diff`` 1 where one would change."""
    looks_only = arguments.check or arguments.diff
    _refuse_mixtures(arguments, looks_only)
    settings_of = settings_reader(arguments)
    inputs = Inputs(arguments)
    files: list[FormattedDocument] = []
    for item in inputs:
        style = settings_of(item).format
        result = format_dockerfile(item.dockerfile, replace(style, run=style.run or arguments.format_run))
        file = formatted_document(item.source, result)
        files.append(file)
        if arguments.diff:
            print_diff(unified_diff(item.source.name, item.source.text, result.text))
        elif not looks_only:
            _put(item, result)
        if arguments.output_format != "json":
            _report(file, arguments, to_stderr=item.from_stdin or arguments.diff, would=looks_only)
    if arguments.output_format == "json":
        print_document(FormatDocument(restow=__version__, files=tuple(files)))
    if inputs.failed or any(file.refusal is not None and file.refusal.fault for file in files):
        return 2
    return 1 if looks_only and any(file.changed for file in files) else 0


def _refuse_mixtures(arguments: Namespace, looks_only: bool) -> None:
    if arguments.output_format == "json" and arguments.diff:
        raise UsageError("--diff prints a diff and --output-format json a document: choose one of them")
    if arguments.output_format == "json" and STDIN in arguments.paths and not looks_only:
        raise UsageError("format - prints the new text, so there is no place for a document: add --check")


def _put(item: Input, result: Formatted) -> None:
    """Write the new text to where the old one came from; of a broken text nothing is printed."""
    if item.from_stdin:
        if result.refusal is None or not result.refusal.fault:
            sys.stdout.write(result.text)
    elif result.text != item.source.text and item.path is not None:
        write_text(item.path, result.text)


def _report(file: FormattedDocument, arguments: Namespace, *, to_stderr: bool, would: bool) -> None:
    """Refusals go to standard error, and there they go also where ``--quiet`` hides the rest."""
    stream = sys.stderr if to_stderr or file.refusal is not None else sys.stdout
    if not arguments.quiet or file.refusal is not None:
        write(format_text([file], would=would), stream, colour=wants_colour(stream, os.environ))
