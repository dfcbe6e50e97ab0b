"""Real Dockerfiles, formatted: the same meaning, the same comments, the same cache; and nothing to do the second time."""

import gzip
import json
from collections import Counter
from pathlib import Path

import pytest

from restow.build import simulate
from restow.build.rebuild import OneBuild, rebuild
from restow.config.settings import FormatSettings
from restow.format import format_dockerfile
from restow.format.equal import first_difference
from restow.syntax import parse

CORPUS = Path(__file__).parents[2].parent / "shared" / "corpus" / "dockerfiles.jsonl.gz"
WITH_RUN = 8
"""Of how many files one is printed with ``--format-run``, too: that parses each shell text several times."""

pytestmark = pytest.mark.skipif(not CORPUS.is_file(), reason=f"no corpus at {CORPUS}")


@pytest.fixture(scope="module")
def formatted():
    """(path, tree before, result) of every file."""
    with gzip.open(CORPUS, "rt", encoding="utf-8") as lines:
        files = [json.loads(line) for line in lines]
    trees = [(file["path"], parse(file["text"])) for file in files]
    return [(path, tree, format_dockerfile(tree)) for path, tree in trees]


def changed(formatted):
    return [(path, tree, parse(result.text)) for path, tree, result in formatted if result.text != tree.text]


def test_only_files_that_do_not_parse_are_refused(formatted):
    for path, tree, result in formatted:
        refused = result.refusal is not None and result.refusal.fault
        assert refused == any(node.kind == "invalid" for node in tree.instructions), (path, result.refusal)
        assert not result.refusal or "bug" not in result.refusal.reason, path
        assert not result.reworded
        assert not result.rebuilt
    assert len(changed(formatted)) > len(formatted) // 3


def test_meaning_comments_and_words_of_run_are_kept(formatted):
    for path, before, after in changed(formatted):
        assert first_difference(before, after) is None, path
        comments = [[comment.text.rstrip() for comment in tree.comments] for tree in (before, after)]
        assert comments[0] == comments[1], path
        commands = [[n.command.text for n in tree.instructions if n.kind == "run"] for tree in (before, after)]
        exec_forms = [n.command.form == "exec" for n in before.instructions if n.kind == "run"]
        for old, new, is_exec in zip(*commands, exec_forms, strict=True):
            assert is_exec or old == new, path


def test_a_second_run_changes_nothing(formatted):
    for path, _, after in changed(formatted):
        assert format_dockerfile(after).text == after.text, path


def test_no_step_misses_the_cache(formatted):
    for path, before, after in changed(formatted):
        if not any(node.kind == "from" for node in before.instructions):
            continue
        first, second = OneBuild(simulate(before, None)), OneBuild(simulate(after, None))
        for builder in ("buildkit", "classic"):
            assert rebuild(first, second, builder).misses == (), (path, builder)


def test_the_official_parser_reads_the_same_values(formatted):
    official = pytest.importorskip("dockerfile")

    def words(command):
        """The values; a keyword among them (AS, CMD, NONE) counts in any case."""
        at = {"from": 1, "healthcheck": 0}.get(command.cmd.lower(), len(command.value))
        return [value.lower() if index == at else value for index, value in enumerate(command.value)]

    def values(text):
        return [
            (
                command.cmd.lower(),
                (command.sub_cmd or "").lower(),
                command.json,
                sorted(command.flags, key=lambda flag: flag.partition("=")[0]),
                words(command),
                [(body.name, body.content) for body in command.heredocs],
            )
            for command in official.parse_string(text)
        ]

    for path, before, after in changed(formatted):
        if before.instructions:
            assert values(before.text) == values(after.text), path


def test_words_of_run_on_request(formatted):
    """Each step that misses is named, and no other one does."""
    counted = Counter()
    style = FormatSettings(run=True)
    for path, before, plain in formatted[::WITH_RUN]:
        result = format_dockerfile(before, style)
        assert result.refusal == plain.refusal, path
        if result.text == before.text:
            continue
        after = parse(result.text)
        assert format_dockerfile(after, style).text == result.text, path
        lines = [
            old.start for old, new in zip(before.instructions, after.instructions, strict=True) if differ(old, new)
        ]
        assert result.reworded == tuple(before.source.position(at).line for at in lines), path
        assert set(result.reworded) <= set(result.rebuilt), path
        counted["reworded"] += len(result.reworded)
    assert counted["reworded"] > 20


def differ(old, new):
    return old.kind == "run" and old.command.form == "shell" and old.command.text != new.command.text
