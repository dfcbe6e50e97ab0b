"""Every folder of ``fixtures/fix``: a context with a Dockerfile, and what fixing it has to give.

``expected.Dockerfile`` is the text afterwards; where there is none the text has to stay as it is. Each line of
``refusal.txt`` has to stand in the reason of some refusal.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from restow.advise import History, advise
from restow.build import read_context, simulate
from restow.fix import fix
from restow.image import compare
from restow.source import read_source
from restow.syntax import parse

CASES = sorted(path for path in (Path(__file__).parents[2] / "fixtures" / "fix").iterdir() if path.is_dir())
NO_HISTORY = History((), "no repository", False, True)


def fixed(folder: Path, text: str | None = None):
    dockerfile = folder / "context" / "Dockerfile"
    source = read_source(dockerfile) if text is None else parse(text, str(dockerfile)).source
    context = read_context(dockerfile.parent, dockerfile)
    return source, context, fix(source, context, NO_HISTORY, lambda *_: ())


@pytest.mark.parametrize("folder", CASES, ids=lambda path: path.name)
def test_fix(folder: Path) -> None:
    source, _, result = fixed(folder)
    expected = folder / "expected.Dockerfile"
    assert result.text == (expected.read_bytes().decode() if expected.exists() else source.text)
    assert bool(result.applied) == expected.exists()
    refusal = folder / "refusal.txt"
    reasons = "\n".join(refused.reason for refused in result.refused)
    for line in refusal.read_text().splitlines() if refusal.exists() else ():
        assert line in reasons


@pytest.mark.parametrize("folder", CASES, ids=lambda path: path.name)
def test_result_is_equal_and_a_second_run_changes_nothing(folder: Path) -> None:
    source, context, result = fixed(folder)
    again = fixed(folder, result.text)[2]
    assert again.text == result.text
    assert compare(simulate(parse(source.text), context), simulate(parse(result.text), context)) == ()


def test_a_good_file_is_told_why() -> None:
    dockerfile = next(path for path in CASES if path.name == "already-good") / "context" / "Dockerfile"
    advice = advise(parse(dockerfile.read_text()), read_context(dockerfile.parent, dockerfile), NO_HISTORY)
    assert advice.proposal is None
    assert advice.verdict.startswith("This Dockerfile is good as it is: RUN of line 4 runs again in")


def test_without_a_context_nothing_is_moved() -> None:
    source, _, _ = fixed(CASES[0])
    result = fix(source, None, NO_HISTORY, lambda *_: ())
    assert result.text == source.text
    assert "no build context" in result.events
