"""Inputs of the fuzzer in ``fixtures/fuzz`` (what it broke once, and corners) and its seeds, played back through the same laws."""

import sys
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "scripts" / "fuzz"))
laws, seeds = import_module("laws"), import_module("seeds")
INPUTS = sorted((ROOT / "fixtures" / "fuzz").glob("*/*"))


@pytest.mark.parametrize("path", INPUTS, ids=lambda path: f"{path.parent.name}-{path.name}")
def test_the_law_holds(path):
    laws.TARGETS[path.parent.name](path.read_bytes())


def test_every_target_has_inputs_and_its_law_holds_at_the_seeds():
    found = list(seeds.seeds(None))
    assert {target for target, _ in found} == set(laws.TARGETS)
    assert {path.parent.name for path in INPUTS} <= set(laws.TARGETS)
    assert len(found) > len(INPUTS) + 60
    for target, data in found:
        laws.TARGETS[target](data)


def test_a_marked_input_reaches_its_target(monkeypatch):
    got = []
    for name in laws.TARGETS:
        monkeypatch.setitem(laws.TARGETS, name, lambda data, name=name: got.append((name, data)))
    for name in laws.TARGETS:
        laws.every(laws.marked(name, b"x"))
        laws.every(bytes([laws.marked(name, b"")[0] + 5 * len(laws.TARGETS)]) + b"y")
    laws.every(b"")
    assert got == [(name, data) for name in laws.TARGETS for data in (b"x", b"y")]


def test_seeds_are_written_for_one_target_or_marked_for_all(tmp_path):
    (tmp_path / "all").mkdir()
    (tmp_path / "words").mkdir()
    every = seeds.write_seeds(tmp_path / "all", "all", 600, None)
    words = seeds.write_seeds(tmp_path / "words", "words", 600, None)
    marks = {path.read_bytes()[0] for path in (tmp_path / "all").iterdir()}
    assert marks == set(range(len(laws.TARGETS)))
    assert every > words == len(list((tmp_path / "words").iterdir())) > 0
    assert all(path.stat().st_size <= 600 for path in (tmp_path / "all").iterdir())


def test_a_broken_law_is_seen(monkeypatch):
    parse = laws.parse
    monkeypatch.setattr(laws, "parse", lambda text: parse(text.replace("b", "c")))
    laws.dockerfile(b"FROM a\n")
    with pytest.raises(AssertionError):
        laws.dockerfile(b"FROM b\n")
