"""The findings of BuildKit's checks in 6,458 Dockerfiles, line ranges included, against those of our rules.

A finding of ours marks a word; compared is the instruction that it stands in, as BuildKit reports it. In these runs every
base image sets PATH and nothing else, and there is no build context.
"""

import gzip
import json
from bisect import bisect_right
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from restow.config.settings import Settings
from restow.lint.packs import load_rules
from restow.lint.runner import lint
from restow.rule import BaseImage, BuildFacts
from restow.syntax import parse

DATA = Path(__file__).parents[2].parent / "shared" / "conformance" / "engine-corpus.jsonl.gz"
pytestmark = pytest.mark.skipif(not DATA.exists(), reason="the conformance data are not here")

AT_LEAST = 0.995
FACTS = BuildFacts(platform="linux/amd64", image=lambda reference: BaseImage({"PATH": "/usr/bin:/bin"}))
WHOLE_LINE = "NoEmptyContinuation"  # BuildKit marks a line and not the instruction

REASONS = {
    "the engine stops at the first error; these findings come after it": frozenset(
        "12482ba80013da32 4ef307ad540ce095 fe6ea322199c248b 18f6e12a3bb5e61b b259d49af2f7cf96 2ecf95b50677f524 "
        "43b7a74c5db30d15 b850ab20b68a7987 a5eac0c1a34c029d 4d44143943efd801 69b8fee445e8f31a cf3ef27c4721d96a "
        "57930a6d4e0a43f3 18f72f8aa7776165 b3cea445cd6e6d5b 6c18d14ff441ea5a 4c42728001f470b8".split()
    ),
    "a FROM that the engine refuses: it looks at the case of AS and of the name first; here invalid-instruction speaks": (
        frozenset(
            "a3c1f7e002088b94 384b9fc2da4ca678 79798c377111d622 29e6e2e0d0c9ee7b fc92d6a90f6e9186 227d498c8d060c78".split()
        )
    ),
    "a substitution that the engine refuses: it notes the variable first; here the broken word is the finding": frozenset(
        "10e9dc3002dc921a 0ea7d948f1ab7a24 7056f049df1f2450 5fc4ffc6f3245b8d ae23efb72d4cb609 0e08412bd78d84d1".split()
    ),
}
"""The files on which both do not agree, by reason; the engine refuses all of them."""


@cache
def disagreements():
    """Number of files, and by the identifier of each file that differs: error of the engine, ours alone, the engine's alone."""
    rules = [rule for rule in load_rules() if rule.meta.check]
    checks = {rule.meta.code: rule.meta.check for rule in rules}
    found = {}
    with gzip.open(DATA, "rt", encoding="utf-8") as file:
        cases = [json.loads(line) for line in file]
    for case in cases:
        ours = findings(case["dockerfile"], rules, checks)
        engine = Counter((finding["rule"], *finding["lines"]) for finding in case["lint"])
        if ours != engine:
            found[case["id"]] = (case["lint_error"], ours - engine, engine - ours)
    return len(cases), found


def findings(text, rules, checks):
    """Check, first and last line of each finding."""
    tree = parse(text)
    starts = [node.start for node in tree.instructions]
    found = []
    for finding in lint(tree, settings=Settings(), rules=rules, build=FACTS):
        check, at = checks[finding.code], finding.span.start
        first = last = at
        index = bisect_right(starts, at) - 1
        if check != WHOLE_LINE and index >= 0:
            first, last = tree.instructions[index].start, tree.instructions[index].end
        found.append((check, tree.source.position(first).line, tree.source.position(last).line))
    return Counter(found)


def test_share_of_files_that_agree():
    count, differing = disagreements()
    assert count == 6458
    assert 1 - len(differing) / count >= AT_LEAST


def test_every_disagreement_has_a_reason():
    listed = [identifier for identifiers in REASONS.values() for identifier in identifiers]
    assert sorted(disagreements()[1]) == sorted(listed)


def test_only_after_a_stop_is_a_finding_ours_alone():
    stopped = next(iter(REASONS.values()))
    assert {identifier for identifier, (_, ours, _) in disagreements()[1].items() if ours} == stopped
    assert not any(engine for identifier, (_, _, engine) in disagreements()[1].items() if identifier in stopped)


def test_disagreements_are_only_about_files_that_the_engine_refuses():
    assert all(error for error, _, _ in disagreements()[1].values())
