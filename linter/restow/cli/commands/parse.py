"""``restow parse``: the tree of a Dockerfile with what is in force at each instruction, as JSON."""

from __future__ import annotations

from argparse import Namespace

from restow import __version__
from restow.cli.inputs import read_one
from restow.cli.output import print_document
from restow.report.parse_report import parse_document


def run(arguments: Namespace) -> int:
    """Exit code 0, and 1 where an instruction does not parse: it is in the document with its error."""
    item = read_one(arguments, arguments.path)
    document = parse_document(item.dockerfile, __version__, dict(arguments.build_arg))
    print_document(document)
    return 1 if any(one.error for one in document.instructions) else 0
