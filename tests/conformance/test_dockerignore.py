"""`.dockerignore` against answers that Moby's matcher and BuildKit gave. Skipped where the data are not at hand."""

import gzip
import json
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from restow.build.followed import followed_paths
from restow.vfs import Attributes, Content, Directory, File, Filesystem, Symlink
from restow.vfs.ignore_pattern import classify
from restow.vfs.ignorefile import IgnoreFile, IgnoreFileError, read_lines

KINDS = {
    "match": 1874, "context_e2e": 98, "ignore_file": 40, "context_walk": 25, "compile": 21, "follow_links": 13,
    "clean_patterns": 6,
}  # fmt: skip
DATA = Path(__file__).parents[2].parent / "shared" / "conformance"
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the conformance data are not at hand")


def cases(kind):
    with gzip.open(DATA / "dockerignore.jsonl.gz", "rt", encoding="utf-8") as file:
        found = [case for case in map(json.loads, file) if case["kind"] == kind]
    assert found
    return found


def answer(question):
    """What ``question`` yields, and whether it was refused."""
    try:
        return question(), False
    except IgnoreFileError:
        return None, True


def by_lines(patterns):
    return IgnoreFile.from_lines(enumerate(patterns, 1), "patterns")


def test_the_oracle_of_random_files_agrees():
    with gzip.open(DATA / "dockerignore-oracle.json.gz", "rt", encoding="utf-8") as file:
        oracle = json.load(file)
    wrong = []
    for case in oracle:

        def decide(case=case):
            ignore = IgnoreFile.parse(case["file"])
            return [int(ignore.decide(path).ignored) for path in case["paths"]]

        if answer(decide) != (case["match"], bool(case["err"])):
            wrong.append(case)
    assert (len(oracle), wrong) == (6000, [])


def test_single_patterns_agree():
    wrong = []
    for case in cases("match"):
        got, refused = answer(lambda case=case: by_lines(case["patterns"]).decide_alone(case["path"]).ignored)
        if refused != ("expected_error" in case) or (not refused and got != case["expected"]):
            wrong.append((case["id"], got, refused))
    assert wrong == []


def test_decisions_with_parents_differ_from_single_ones_only_where_a_parent_was_not_tried():
    differing = {
        case["id"]
        for case in cases("match")
        if case["path"] != "." and "expected" in case
        if by_lines(case["patterns"]).decide(case["path"]).ignored != case["expected"]
    }
    assert differing == {"match/engine/18-1", "match/engine/18-2"}  # foo/bar, then !foo


def test_the_reader_agrees():
    wrong = []
    for case in cases("ignore_file"):
        template = case.get("text_template")
        text = template["repeat"] * template["count"] if template else case["text"]
        got, refused = answer(lambda text=text: [pattern for _, pattern in read_lines(text)])
        if refused != ("expected_error" in case) or (not refused and got != case["expected"]):
            wrong.append((case["id"], got, refused))
    assert wrong == []


def test_cleaned_patterns_agree():
    wrong = []
    for case in cases("clean_patterns"):
        got, refused = answer(lambda case=case: by_lines(case["patterns"]).patterns)
        cleaned = [{"cleaned": pattern.text, "exclusion": pattern.exception} for pattern in got or ()]
        if refused != ("expected_error" in case) or cleaned != case.get("expected_cleaned", []):
            wrong.append((case["id"], cleaned, refused))
    assert wrong == []


def test_compiled_patterns_agree():
    wrong = []
    for case in cases("compile"):
        kind, text = classify(case["pattern"])
        if kind != case["expected_match_type"] or (kind == "regexp" and text != case["expected_regexp"]):
            wrong.append((case["id"], kind, text))
    assert wrong == []


def walk(tree, ignore, folder=""):
    """The files that a walk keeps when it enters no directory that can be pruned."""
    here = {path[len(folder) :].split("/")[0] for path in tree if path.startswith(folder)}
    for name in sorted(here):
        path = folder + name
        if path in tree:
            if not ignore.decide(path).ignored:
                yield path
        elif not ignore.can_prune(path):
            yield from walk(tree, ignore, path + "/")


def test_whole_builds_agree_also_with_a_pruning_walk():
    wrong = []
    for case in cases("context_e2e"):
        got, refused = answer(lambda case=case: sorted(walk(set(case["tree"]), IgnoreFile.parse(case["dockerignore"]))))
        if refused != ("expected_error" in case) or (not refused and got != sorted(case["expected_files"])):
            wrong.append((case["id"], got, refused))
    assert wrong == []


def tree_of(case):
    """The tree of a case as a directory; what its files hold does not count."""
    filesystem = Filesystem.empty()
    for entry in sorted(case["tree"], key=lambda entry: entry["path"]):
        made = {
            "dir": lambda: Directory(Attributes(0o755), {}),
            "file": lambda: File(Attributes(0o644), Content("c", 1)),
        }
        node = Symlink(entry["target"]) if entry["type"] == "symlink" else made[entry["type"]]()
        filesystem = filesystem.put("/" + entry["path"], node)
    return filesystem.root


def kept(case):
    """What is left of a tree under exclusions, and under inclusions where there are any, with the folders on the way.

    What ``follow`` names is included, with what the links on its way lead to.
    """
    included = list(case["include"] or [])
    if case["follow"]:
        included += followed_paths(tree_of(case), case["follow"]) or ["**"]
    exclude, include = by_lines(case["exclude"] or []), by_lines(included or ["**"])
    files = {entry["path"] for entry in case["tree"]}
    folders = {entry["path"] for entry in case["tree"] if entry["type"] == "dir"}
    chosen = {
        path for path in files if include.decide(path).ignored and (path in folders or not exclude.decide(path).ignored)
    }
    whole = {path for path in chosen if path not in folders or not exclude.decide(path).ignored}
    return sorted(path for path in files if any(f"{other}/".startswith(f"{path}/") for other in whole))


def test_walks_with_inclusions_exclusions_and_followed_links_agree():
    wrong = []
    for case in cases("context_walk"):
        got, refused = answer(lambda case=case: kept(case))
        expected = [entry.split(" ", 1)[1] for entry in case["expected"]]
        if refused != ("expected_error" in case) or (not refused and got != expected):
            wrong.append((case["id"], got, expected))
    assert wrong == []


def test_links_are_followed_as_the_client_does():
    found = {case["id"]: followed_paths(tree_of(case), case["paths"]) for case in cases("follow_links")}
    expected = {case["id"]: case["expected"] and tuple(case["expected"]) for case in cases("follow_links")}
    assert found == expected


def test_every_case_is_put():
    with gzip.open(DATA / "dockerignore.jsonl.gz", "rt", encoding="utf-8") as file:
        kinds = Counter(json.loads(line)["kind"] for line in file)
    assert (kinds, kinds.total()) == (KINDS, 2077)


def test_the_line_that_is_reported_decides():
    """It matches the path or a parent, it says what was decided, and the lines after it change nothing."""
    with gzip.open(DATA / "dockerignore-oracle.json.gz", "rt", encoding="utf-8") as file:
        oracle = [case for case in json.load(file) if not case["err"]]
    checked = 0
    for case in oracle:
        ignore = IgnoreFile.parse(case["file"])
        patterns = {pattern.line: pattern for pattern in ignore.patterns}
        for path, expected in zip(case["paths"], case["match"], strict=True):
            decision = ignore.decide(path)
            if decision.line is None:
                assert not expected
                continue
            checked += 1
            pattern = patterns[decision.line]
            assert pattern.exception is not bool(expected), (case["file"], path)
            alone = IgnoreFile("one", (replace(pattern, exception=False),))
            assert alone.decide(path).ignored, (case["file"], path)
            upto = IgnoreFile("upto", tuple(each for each in ignore.patterns if each.line <= decision.line))
            assert upto.decide(path) == decision
    assert checked == 4885
