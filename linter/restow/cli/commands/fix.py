"""``restow fix``: rewrite Dockerfiles in place."""

from __future__ import annotations

from argparse import Namespace

from restow.cli.fixing import rewrite_all
from restow.cli.inputs import Inputs


def run(arguments: Namespace) -> int:
    """Exit code 0 whether or not something was rewritten; with ``--diff`` 1 where something would be."""
    inputs = Inputs(arguments)
    changed = rewrite_all(arguments, inputs, diff=arguments.diff)
    if inputs.failed:
        return 2
    return 1 if changed and arguments.diff else 0
