"""BuildKit's checks: each of its own test cases and documentation examples gives the same findings here, line by line."""

import gzip
import json
from collections import Counter
from pathlib import Path

import pytest

from restow.build import context_of_listing
from restow.config.settings import Settings
from restow.errors import UsageError
from restow.lint.packs import load_rules
from restow.lint.runner import lint
from restow.rule import BaseImage, BuildFacts, CheckOptionsError, Severity, parse_check_options
from restow.rule.check_options import CHECKS
from restow.semantics.frontend import BuildInputs, frontend_errors
from restow.syntax import parse

DATA = Path(__file__).parents[2].parent / "shared" / "conformance" / "buildcheck.jsonl.gz"
pytestmark = pytest.mark.skipif(not DATA.exists(), reason="the conformance data are not here")

EXCEPTIONS: dict[str, str] = {}
"""Cases in which this linter does not answer as BuildKit, with the reason."""


def cases(*kinds):
    if not DATA.exists():
        return []
    with gzip.open(DATA, "rt", encoding="utf-8") as file:
        found = [json.loads(line) for line in file]
    return [pytest.param(case, id=case["id"]) for case in found if case["kind"] in kinds]


def rules():
    """The rules that are checks of BuildKit."""
    return [rule for rule in load_rules() if rule.meta.check]


def facts(case):
    """What the case's build knows: every base image sets PATH, and has the platform that the case gives."""
    platforms = case.get("base_image_platforms") or {}

    def image(reference):
        return BaseImage({"PATH": "/usr/bin:/bin"}, platforms.get(reference))

    return BuildFacts(case.get("build_args") or {}, (case.get("frontend_attrs") or {}).get("platform"), image)


def run(case):
    ignore = case.get("dockerignore")
    context = None if ignore is None else context_of_listing([], dockerignore=ignore)
    return lint(parse(case["dockerfile"]), context, Settings(), rules=rules(), build=facts(case))


def test_every_case_is_put():
    found = Counter(case.values[0]["kind"] for case in cases("check", "check_doc_example", "check_options"))
    assert found == {"check": 88, "check_doc_example": 62, "check_options": 19}
    assert not EXCEPTIONS


def test_every_check_is_a_rule():
    assert Counter(rule.meta.check for rule in rules()) == Counter(CHECKS)
    assert len(CHECKS) == 22


@pytest.mark.parametrize("case", cases("check", "check_doc_example"))
def test_same_findings(case):
    expected = case["engine"]["lint_warnings"] if case["kind"] == "check_doc_example" else case["expected_lint"]
    by_name = {rule.meta.code: rule.meta.check for rule in rules()}
    source = parse(case["dockerfile"]).source
    found = Counter((by_name[f.code], source.position(f.span.start).line) for f in run(case))
    wanted = Counter((warning["rule"], warning["line"]) for warning in expected)
    if case["id"] in EXCEPTIONS:
        assert found != wanted, "the exception is needed no more"
        pytest.skip(EXCEPTIONS[case["id"]])
    assert found == wanted


@pytest.mark.parametrize("case", cases("check", "check_doc_example"))
def test_same_refusals(case):
    """A file that BuildKit's linter stops at has an error here, and no other has; findings that count as errors apart."""
    attributes = case.get("frontend_attrs") or {}
    inputs = BuildInputs(
        case.get("build_args") or {},
        {"PATH": "/usr/bin:/bin"},
        "/",
        attributes.get("platform") or "linux/amd64",
        target=attributes.get("target"),
    )
    tree, error = parse(case["dockerfile"]), (case["engine"]["lint_error"] or {}).get("message", "")
    assert bool(tree.broken or frontend_errors(tree, inputs)) == (bool(error) and "lint violation found" not in error)


@pytest.mark.parametrize("case", cases("check"))
def test_error_makes_findings_errors(case):
    """Where BuildKit fails because of findings, ours have the severity of errors; else none has."""
    failing = "lint violation found" in (case["engine"]["lint_error"] or {}).get("message", "")
    severities = [finding.severity for finding in run(case)]
    own = {rule.meta.severity for rule in rules()}
    assert (Severity.ERROR in severities) == (failing or (Severity.ERROR in own and "CO010" in codes(case)))


def codes(case):
    return {finding.code for finding in run(case)}


@pytest.mark.parametrize("case", cases("check_options"))
def test_options(case):
    if case["expected"] is None:
        with pytest.raises(CheckOptionsError):
            parse_check_options(case["input"])
        given = BuildFacts({"BUILDKIT_DOCKERFILE_CHECK": case["input"]})
        with pytest.raises(UsageError, match="BUILDKIT_DOCKERFILE_CHECK"):
            lint(parse("FROM alpine:3.20\n"), rules=rules(), build=given)
        return
    options = parse_check_options(case["input"])
    assert {
        "ExperimentalAll": options.experimental_all,
        "ExperimentalRules": list(options.experimental) or None,
        "ReturnAsError": options.error,
        "SkipAll": options.skip_all,
        "SkipRules": list(options.skip) or None,
    } == case["expected"]
