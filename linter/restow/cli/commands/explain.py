"""``restow explain``: one rule's documentation."""

from __future__ import annotations

from argparse import Namespace

from restow.cli.output import print_document, print_lines
from restow.lint.packs import load_rules
from restow.lint.selection import find_rule
from restow.report.explain import explain_text, rule_document


def run(arguments: Namespace) -> int:
    """Exit code 0; an unknown rule is a UsageError."""
    rule = find_rule(load_rules(), arguments.rule)
    document = rule_document(rule.meta, rule.__doc__)
    if arguments.output_format == "json":
        print_document(document)
    else:
        print_lines(explain_text(document, rule.cases))
    return 0
