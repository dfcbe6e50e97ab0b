"""Warnings of the builds in copysemantics.jsonl: the same checks, on the same lines, as the daemon gave while it built."""

import gzip
import json
import re
from collections import Counter
from pathlib import Path

import pytest

from restow.build import context_of_listing
from restow.config.settings import Settings
from restow.lint.packs import load_rules
from restow.lint.runner import lint
from restow.rule import BaseImage, BuildFacts
from restow.semantics import read_model
from restow.syntax import parse

DATA = Path(__file__).parents[2].parent / "shared" / "conformance" / "copysemantics.jsonl.gz"
pytestmark = pytest.mark.skipif(not DATA.exists(), reason="the conformance data are not here")

_WARNING = re.compile(r"(\w+): .*\(line (\d+)\)", re.DOTALL)


def cases():
    with gzip.open(DATA, "rt", encoding="utf-8") as lines:
        return [case for case in map(json.loads, lines) if case["expected"].get("warnings") is not None]


def base_image(reference):
    """What the stand-ins for images set."""
    del reference
    return BaseImage({"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"})


def warnings_of(case, rules):
    ignore = next((entry.get("content") for entry in case["context"] if entry["path"] == ".dockerignore"), None)
    context = None if ignore is None else context_of_listing([], dockerignore=ignore)
    facts = BuildFacts(case.get("build_args") or {}, None, base_image)
    tree = parse(case["dockerfile"])
    by_code = {rule.meta.code: rule.meta.check for rule in rules}
    places = (
        (by_code[one.code], one.span.start)
        for one in lint(tree, context, Settings(), rules=rules, build=facts).findings
    )
    return {(check, tree.source.position(start_of(tree, at)).line) for check, at in places if is_built(case, tree, at)}


def start_of(tree, at):
    """The daemon names the line where an instruction begins that has a here-document, and here that of the variable in it."""
    within = (node for node in tree.instructions if getattr(node, "heredocs", ()) and node.start <= at < node.end)
    return next((node.start for node in within), at)


def is_built(case, tree, at):
    """Whether the place is in a stage that the build needs: of others a build tells nothing."""
    model = read_model(tree, dict(case.get("build_args") or {}))
    name = (case.get("frontend_attrs") or {}).get("target")
    target = model.stage_called(name, len(model.stages)) if name else model.target
    if target is None:
        return True
    begun = [stage for stage in model.stages if stage.opening.start <= at]
    return not begun or begun[-1].index in model.needed_by(target)


def test_warnings():
    rules = [rule for rule in load_rules() if rule.meta.check]
    counted, wrong = Counter(), []
    for case in cases():
        matches = [_WARNING.search(text) for text in case["expected"]["warnings"]]
        wanted = {(match[1], int(match[2])) for match in matches}
        found = warnings_of(case, rules)
        counted["equal" if found == wanted else "differs"] += 1
        if found != wanted:
            wrong.append(f"{case['id']}: {sorted(found)} instead of {sorted(wanted)}")
    print(counted, *wrong, sep="\n")
    assert not wrong
    assert counted == {"equal": 426}
