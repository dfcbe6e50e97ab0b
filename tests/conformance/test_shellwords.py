"""Word expansion, compared with what BuildKit's shell lexer answered."""

import gzip
import json
from collections import Counter
from pathlib import Path

import pytest

from restow.syntax import WordError, expand_word, expand_words
from restow.syntax.patterns import reverse, to_regex

CASES = Path(__file__).parents[2].parent / "shared" / "conformance" / "shellwords.jsonl.gz"

pytestmark = pytest.mark.skipif(not CASES.is_file(), reason=f"no cases at {CASES}")

OPTIONS = {
    "raw_quotes": "raw_quotes",
    "raw_escapes": "raw_escapes",
    "skip_unset_env": "keep_unset",
    "skip_process_quotes": "keep_quotes",
}


def answer(case):
    """What Restow makes of the case; None stands for an error."""
    try:
        return _answer(case)
    except WordError:
        return None


def _answer(case):
    text = case["input"]
    if case["kind"] == "pattern_to_regex":
        return to_regex(text, case["greedy"], case["anchored"])
    if case["kind"] == "reverse_pattern":
        return reverse(text)
    values = {name: value for name, _, value in (line.partition("=") for line in case["env"])}
    lookup = values.get if case.get("platform") != "windows" else lambda name: values.get(name.upper())
    options = {OPTIONS[name]: value for name, value in (case.get("options") or {}).items()}
    if case["kind"] == "words":
        return expand_words(text, lookup, escape=case["escape"], **options)
    expansion = expand_word(text, lookup, escape=case["escape"], **options)
    if case["kind"] == "word_with_matches" and "matched" in case:
        return expansion.text, sorted(expansion.used), sorted(expansion.missing)
    return expansion.text


def expectation(case):
    if case.get("expected_error"):
        return None
    if case["kind"] == "word_with_matches" and "matched" in case:
        return case["expected"], sorted(case["matched"] or []), sorted(case["unmatched"] or [])
    return case["expected"] or [] if case["kind"] == "words" else case["expected"]


def test_all_agree():
    """On Windows the names of variables have no case, which is for the caller's ``lookup`` to know."""
    with gzip.open(CASES, "rt", encoding="utf-8") as lines:
        cases = [json.loads(line) for line in lines]
    assert [case["id"] for case in cases if answer(case) != expectation(case)] == []
    assert len(cases) == 1221
    assert Counter(case.get("escape") for case in cases) == {"\\": 1181, "`": 28, None: 12}
