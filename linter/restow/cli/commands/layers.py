"""``restow layers``: the simulated build, layer by layer."""

from __future__ import annotations

from argparse import Namespace

from restow import __version__
from restow.build import simulate
from restow.build.keys import cache_keys
from restow.cli.inputs import context_of, read_one
from restow.cli.output import print_document, print_lines
from restow.report.layers_report import layers_document, layers_text


def run(arguments: Namespace) -> int:
    """Exit code 0, whatever the layers waste."""
    item = read_one(arguments, arguments.path)
    context = context_of(arguments.context, item)
    simulation = simulate(item.dockerfile, context.context, arguments=dict(arguments.build_arg))
    document = layers_document(simulation, cache_keys(simulation), (context.folder, context.choice.reason), __version__)
    if arguments.output_format == "json":
        print_document(document)
    else:
        print_lines(layers_text(document))
    return 0
