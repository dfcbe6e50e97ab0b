"""Where commands write: standard output, in colours where somebody looks at it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, TextIO

from restow.report.styled import Line, write

if TYPE_CHECKING:
    from pydantic import BaseModel


def wants_colour(stream: TextIO, environment: Mapping[str, str]) -> bool:
    """Whether to write in colours: ``NO_COLOR``, then ``FORCE_COLOR``, else on a terminal that is not ``dumb``."""
    if environment.get("NO_COLOR"):
        return False
    if environment.get("FORCE_COLOR"):
        return True
    return stream.isatty() and environment.get("TERM") != "dumb"


def print_lines(lines: Iterable[Line]) -> None:
    """Print styled lines to standard output."""
    write(lines, sys.stdout, colour=wants_colour(sys.stdout, os.environ))


def print_document(document: BaseModel) -> None:
    """Print a document as JSON to standard output."""
    from restow.report.json_report import json_text

    sys.stdout.write(json_text(document))


def print_diff(diff: str) -> None:
    """Print a unified diff to standard output: byte for byte where no colours are wanted, so that it can be applied."""
    if not wants_colour(sys.stdout, os.environ):
        sys.stdout.write(diff)
        return
    styles = {"+": "green", "-": "red", "@": "cyan"}
    for line in diff.split("\n")[:-1]:
        style = "bold" if line.startswith(("+++", "---")) else styles.get(line[:1], "")
        print_lines([((line.rstrip("\r"), style),)])
