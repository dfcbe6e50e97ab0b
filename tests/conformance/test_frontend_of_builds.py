"""Builds that the real engine carried out: our front end refuses none of them, and all of those that its own does."""

import gzip
import json
from pathlib import Path

import pytest

from restow.semantics.frontend import BuildInputs, frontend_errors
from restow.syntax import parse

DATA = Path(__file__).parents[2].parent / "shared" / "conformance"
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason=f"no cases at {DATA}")

OF_THE_SOLVER = (
    "failed to compute cache key", "did not complete successfully", "failed to resolve source metadata", "invalid user index",
    "illegal exclusion pattern", "cannot copy to non-directory", "cannot replace to directory", "mkdir ", "lstat ",
    "invalid includepatterns", "unexpected EOF", "failed to parse additional hosts", "failed to push",
)  # fmt: skip
"""What only a build meets: files that are missing or in the way, commands that fail, images that nobody has."""


def builds():
    """Dockerfile, build arguments, attributes and the error, None where it was built, of each recorded build."""
    with gzip.open(DATA / "copysemantics.jsonl.gz", "rt", encoding="utf-8") as lines:
        for case in map(json.loads, lines):
            error = None if case["expected"].get("ok") else str(case["expected"].get("error"))
            yield case["id"], case["dockerfile"], case, error
    with gzip.open(DATA / "cachesemantics.jsonl.gz", "rt", encoding="utf-8") as lines:
        for case in map(json.loads, lines):
            yield from ((case["id"], case[name]["dockerfile"], case[name], None) for name in ("first", "second"))


def refused(tree, inputs):
    return bool(tree.broken or any(error.stops_build for error in frontend_errors(tree, inputs)))


def test_no_build_that_ran_is_refused():
    """Neither where the build arguments are known, nor where nothing is."""
    wrong, built, missed, stopped = [], 0, [], 0
    for name, text, given, error in builds():
        if not isinstance(text, str) or text == "<large>":
            continue  # not UTF-8, or left out of the data for its size
        tree, attributes = parse(text), given.get("frontend_attrs") or {}
        platform = (attributes.get("platform") or "").split(",")[0] or None  # one build a platform
        known = BuildInputs(given.get("build_args") or {}, platform=platform, target=attributes.get("target"))
        if error is None:
            built += 1
            if refused(tree, known) or (not attributes.get("target") and refused(tree, BuildInputs())):
                wrong.append(name)
        elif not any(part in error for part in OF_THE_SOLVER):
            stopped += 1
            if not refused(tree, known):
                missed.append((name, error))
    assert (wrong, missed) == ([], [])
    assert built > 1_250
    assert stopped > 45
