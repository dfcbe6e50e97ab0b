"""6,458 Dockerfiles as BuildKit reads them: nodes, line ranges, escape character, warnings, and what it refuses.

In these runs every base image sets PATH and nothing else, no build argument is given, and the platform is linux/amd64.
"""

import gzip
import json
from collections import defaultdict
from pathlib import Path

import pytest

from restow.config.settings import Settings
from restow.lint.packs import load_rules
from restow.lint.runner import lint
from restow.rule import BaseImage, BuildFacts, RuleContext, find_check_directive, parse_check_options
from restow.semantics.frontend import BuildInputs, frontend_errors
from restow.syntax import parse

DATA = Path(__file__).parents[2].parent / "shared" / "conformance" / "engine-corpus.jsonl.gz"
pytestmark = pytest.mark.skipif(not DATA.exists(), reason=f"no cases at {DATA}")

COUNT = 6458
PARSED = 6263  # the others are refused by the parser itself
INPUTS = BuildInputs({}, {"PATH": "/usr/bin:/bin"}, "/", "linux/amd64", labs=False)
FACTS = BuildFacts(platform="linux/amd64", image=lambda reference: BaseImage({"PATH": "/usr/bin:/bin"}))

EXCEPTIONS = {
    "build": {
        "d783a74f03ff7d0e": "the engine refuses it because it cannot download the file that dates the build",
        "6401dd9aff38581a": "the engine refuses it because it cannot download the file that dates the build",
    },
    "lint": {
        "d783a74f03ff7d0e": "as above",
        "6401dd9aff38581a": "as above",
        "41e9b4ba66d02e03": "RUN []: the engine's linter takes it, its build does not",
        "427e61fdc89c95ab": "RUN []: the engine's linter takes it, its build does not",
    },
}
"""By aspect the files on which both do not agree, with the reason."""


@pytest.fixture(scope="module")
def differing(dump):
    """The identifiers of the files that differ, by aspect; the number of files under ``count``."""
    found = defaultdict(list)
    checks = [rule for rule in load_rules() if rule.meta.check]
    (empty_continuation,) = (rule for rule in checks if rule.meta.check == "NoEmptyContinuation")
    with gzip.open(DATA, "rt", encoding="utf-8") as file:
        for case in map(json.loads, file):
            found["count"].append(case["id"])
            tree = parse(case["dockerfile"])
            for aspect, agrees in compared(case, tree, dump, empty_continuation, checks):
                found[f"{aspect} count"].append(case["id"])
                if not agrees:
                    found[aspect].append(case["id"])
    return found


def compared(case, tree, dump, empty_continuation, checks):
    """Each aspect of a case that both have an answer to, and whether the answers are the same."""
    nodes = tree.instructions
    broken = bool(tree.broken)
    errors = frontend_errors(tree, INPUTS)
    strict = fails_by_findings(tree, checks)
    yield "build", (broken or strict or any(error.stops_build for error in errors)) == bool(case["build_error"])
    yield "lint", (broken or strict or bool(errors)) == bool(case["lint_error"])
    if "dump" not in case:
        yield "refused by the parser", broken or not nodes
        return
    lines = case["dump"].split("\n")
    directives = [node for node in nodes if node.keyword == "#"]
    same_count = len(lines) == len(nodes) and not directives
    yield "dump", same_count and all(dump.agrees(tree, n, line) for n, line in zip(nodes, lines, strict=True))
    yield "lines", case["lines"] == [[line_of(tree, node.start), line_of(tree, node.end - 1)] for node in nodes]
    yield "escape", case["escape"] == tree.escape
    warned = [line_of(tree, finding.span.start) for finding in empty_continuation.check(RuleContext(tree))]
    yield "warnings", case["parse_warnings"] == warned


def fails_by_findings(tree, checks):
    """Whether ``# check=error=true`` turns a finding into the end of the build."""
    found = find_check_directive(tree)
    if found is None or not parse_check_options(found[0]).error:
        return False
    return bool(lint(tree, settings=Settings(), rules=checks, build=FACTS).findings)


def line_of(tree, offset):
    return tree.source.position(offset).line


def test_every_file_is_compared(differing):
    assert len(differing["count"]) == len(differing["build count"]) == len(differing["lint count"]) == COUNT
    assert len(differing["refused by the parser count"]) == COUNT - PARSED
    for aspect in ("dump", "lines", "escape", "warnings"):
        assert len(differing[f"{aspect} count"]) == PARSED


@pytest.mark.parametrize("aspect", ["refused by the parser", "dump", "lines", "escape", "warnings"])
def test_all_files_read_alike(differing, aspect):
    assert differing[aspect] == []


@pytest.mark.parametrize("aspect", ["build", "lint"])
def test_the_same_files_are_refused(differing, aspect):
    """More than 99.9 % of them; each that is not is listed."""
    assert sorted(differing[aspect]) == sorted(EXCEPTIONS[aspect])
    assert len(EXCEPTIONS[aspect]) < 0.001 * COUNT


def test_a_refusal_stands_where_the_engine_sees_it():
    """Where the engine names lines for what its frontend refuses, one of our errors begins on one of them."""
    compared, elsewhere = 0, []
    with gzip.open(DATA, "rt", encoding="utf-8") as file:
        for case in map(json.loads, file):
            if not case.get("lint_error_lines") or case.get("parse_error") or case.get("instruction_error"):
                continue
            tree = parse(case["dockerfile"])
            at = {line_of(tree, error.span.start) for error in frontend_errors(tree, INPUTS) if error.span}
            compared += 1
            if not any(first <= line <= last for line in at for first, last in case["lint_error_lines"]):
                elsewhere.append(case["id"])
    assert compared > 200
    assert elsewhere == ["efb07e225f2931fa"]  # the engine names the FROM of the stage that dates the build
