"""Pairs of real commands that ran in both orders (``scripts/trace/pairs.py``): where the answer is yes, both left the same."""

import json
import sys
from importlib import import_module
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "scripts" / "trace"))
pairs = import_module("pairs")


def test_yes_is_right_for_every_real_pair():
    given = json.loads(pairs.FIXTURE.read_text(encoding="utf-8"))
    said = [pair for pair in given["pairs"] if pairs.may_swap(pair["first"], pair["second"], given["files"])]
    assert len(given["pairs"]) >= 100
    assert len(said) >= 100
    assert [pair for pair in said if not pair["equal"]] == []


def test_the_pairs_hold_some_that_must_not_be_swapped():
    given = json.loads(pairs.FIXTURE.read_text(encoding="utf-8"))
    assert sum(not pair["equal"] for pair in given["pairs"]) >= 20
