"""``restow rules``: all installed rules, or those that ``--select`` names."""

from __future__ import annotations

from argparse import Namespace

from restow import __version__
from restow.cli.output import print_document, print_lines
from restow.config.settings import Settings
from restow.lint.packs import load_rules
from restow.lint.selection import select
from restow.report.explain import RulesDocument, rule_document, rules_text


def run(arguments: Namespace) -> int:
    """Exit code 0; a selector that names no rule is a UsageError."""
    chosen = select(load_rules(), Settings(preview=True).overridden(arguments.select))
    document = RulesDocument(restow=__version__, rules=tuple(rule_document(rule.meta, rule.__doc__) for rule in chosen))
    if arguments.output_format == "json":
        print_document(document)
    else:
        print_lines(rules_text(document))
    return 0
