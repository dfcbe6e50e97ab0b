"""``restow diff``: do two images hold the same files and the same configuration?"""

from __future__ import annotations

from argparse import Namespace

from restow import __version__
from restow.cli.images import read_side
from restow.cli.output import print_document, print_lines
from restow.image import compare_images
from restow.image.differ import notes_on
from restow.image.layer_diff import compare_layers
from restow.oci.platform import parse_platform
from restow.report.diff_report import diff_document, diff_text


def run(arguments: Namespace) -> int:
    """Exit code 0 where the images are equal, 1 where they differ; where layers are cut does not count."""
    before, after = read_side(arguments.before, arguments), read_side(arguments.after, arguments)
    platform = parse_platform(arguments.platform) if arguments.platform else None
    differences = compare_images(before, after, platform=platform)
    layers = compare_layers(before, after) if arguments.layers else None
    document = diff_document(before, after, differences, layers, notes_on(before, after, platform), __version__)
    if arguments.output_format == "json":
        print_document(document)
    else:
        print_lines(diff_text(document))
    return 0 if document.equal else 1
