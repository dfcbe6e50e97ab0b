"""``restow advise``: what each instruction costs, and a cheaper arrangement."""

from __future__ import annotations

from argparse import Namespace

from restow import __version__
from restow.advise import advise
from restow.cli.fixing import history_of
from restow.cli.images import base_images
from restow.cli.inputs import context_of, named_contexts_of, read_one
from restow.cli.output import print_diff, print_document, print_lines
from restow.report.advice_report import advice_document, advice_text


def run(arguments: Namespace) -> int:
    """Exit code 0: advice is no finding."""
    item = read_one(arguments, arguments.path)
    context = context_of(arguments.context, item, named=named_contexts_of(arguments))
    images = base_images(arguments)
    advice = advise(item.dockerfile, context.context, history_of(context), accept=arguments.unsafe_fixes, images=images)
    document = advice_document(advice, item.source, (context.folder, context.choice.reason), __version__)
    if arguments.output_format == "json":
        print_document(document)
        return 0
    print_lines(advice_text(document))
    if document.proposal is not None:
        print_diff(document.proposal.diff)
    return 0
