"""``restow check``: findings, and with ``--fix`` or ``--diff`` what would mend them."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from restow.cli.inputs import STDIN, Input, Inputs, context_of, named_contexts_of, settings_reader
from restow.cli.output import print_document, print_lines
from restow.config.settings import FAIL_LEVELS, Settings
from restow.errors import UsageError
from restow.lint.runner import LintResult, lint
from restow.report.checked import CheckedFile
from restow.rule import Finding

if TYPE_CHECKING:
    from restow.build.named_contexts import NamedSource


def run(arguments: Namespace) -> int:
    """Exit code 1 where a finding reaches the settings' fail level, 2 where a file could not be read."""
    if arguments.diff:
        return _diff(arguments)
    if arguments.fix:
        _fix(arguments)
    settings_of, named = settings_reader(arguments), named_contexts_of(arguments)
    inputs = Inputs(arguments, undecodable=True)
    files: list[CheckedFile] = []
    found = False
    for item in inputs:
        settings = settings_of(item)
        file, result = _checked(arguments, item, settings, named)
        found = found or _fails(result.findings, settings)
        files.append(file)
        _warn(result, file, quiet=arguments.quiet)
    _report(files, arguments)
    if inputs.failed:
        return 2
    return 1 if found and not arguments.exit_zero else 0


def _diff(arguments: Namespace) -> int:
    from restow.cli.fixing import rewrite_all

    inputs = Inputs(arguments)
    changed = rewrite_all(arguments, inputs, diff=True)
    if inputs.failed:
        return 2
    return 1 if changed and not arguments.exit_zero else 0


def _fix(arguments: Namespace) -> None:
    """Rewrite the files first; what cannot be read is said by the check that follows."""
    from restow.cli.fixing import rewrite_all

    if STDIN in arguments.paths:
        raise UsageError("check --fix cannot write to standard input; restow fix - prints the new text")
    rewrite_all(arguments, Inputs(arguments, silent=True), report_to_stderr=arguments.output_format == "json")


def _checked(
    arguments: Namespace, item: Input, settings: Settings, named: Mapping[str, NamedSource]
) -> tuple[CheckedFile, LintResult]:
    found = context_of(arguments.context, item, named=named)
    result = lint(item.dockerfile, found.context, settings)
    file = CheckedFile(
        item.source.name,
        item.source,
        result.findings,
        found.folder,
        found.choice.reason,
        len(result.suppressed),
        result.notes,
    )
    return file, result


def _fails(findings: Sequence[Finding], settings: Settings) -> bool:
    worst = FAIL_LEVELS[: FAIL_LEVELS.index(settings.fail_level) + 1]
    return any(finding.severity.value in worst for finding in findings)


def _warn(result: LintResult, file: CheckedFile, *, quiet: bool) -> None:
    """What was not looked for and, unless ``quiet``, comments that silence nothing, on standard error: no exit code changes."""
    for note in result.notes:
        print(f"restow: {file.path}: {note}", file=sys.stderr)
    if quiet:
        return
    for unused in result.unused:
        line = file.source.position(unused.span.start).line
        print(
            f"restow: {file.path}:{line}: this comment silences nothing: {unused.span.of(file.source.text)}",
            file=sys.stderr,
        )


def _report(files: list[CheckedFile], arguments: Namespace) -> None:
    if arguments.output_format == "json":
        from restow import __version__
        from restow.report.json_report import check_document

        print_document(check_document(files, __version__))
    else:
        from restow.report.text import findings_text

        print_lines(findings_text(files, quiet=arguments.quiet))
