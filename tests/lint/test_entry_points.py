"""The reader of entry points: it has to agree with ``importlib.metadata``."""

from __future__ import annotations

import sys
from importlib.metadata import entry_points
from pathlib import Path

import pytest

from restow.lint.entry_points import values_of


def package(folder: Path, name: str, text: str) -> None:
    (folder / f"{name}-1.0.dist-info").mkdir(parents=True)
    (folder / f"{name}-1.0.dist-info" / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    (folder / f"{name}-1.0.dist-info" / "entry_points.txt").write_text(text)


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    first, second = tmp_path / "first", tmp_path / "second"
    first.mkdir()
    second.mkdir()
    monkeypatch.setattr(sys, "path", [str(first), str(tmp_path / "missing"), str(second)])
    return first, second


def test_agrees_with_the_standard_library(places: tuple[Path, Path]) -> None:
    package(places[0], "one", "[other]\nx = y\n\n[restow.rules]\n# a comment\nb = pack_b\n a=pack_a\n")
    package(places[1], "two", "[restow.rules]\nc = pack_c\n[console_scripts]\nc = pack_c:main\n")
    expected = [point.value for point in sorted(entry_points(group="restow.rules"))]
    assert values_of("restow.rules") == expected == ["pack_a", "pack_b", "pack_c"]


def test_of_a_package_installed_twice_the_first_counts(places: tuple[Path, Path]) -> None:
    package(places[0], "one", "[restow.rules]\na = new\n")
    package(places[1], "One", "[restow.rules]\na = old\n")
    assert values_of("restow.rules") == ["new"]


def test_archives_on_the_path_are_left_to_the_standard_library(
    places: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    package(places[0], "one", "[restow.rules]\na = pack\n")
    archive = places[0] / "archive.zip"
    archive.write_bytes(b"PK\x05\x06" + bytes(18))
    monkeypatch.setattr(sys, "path", [*sys.path, str(archive)])
    assert values_of("restow.rules") == ["pack"]


def test_a_broken_file_is_passed_over(places: tuple[Path, Path]) -> None:
    package(places[0], "one", "[restow.rules]\na = pack\n")
    broken = places[1] / "two-1.0.dist-info"
    broken.mkdir()
    (broken / "entry_points.txt").write_bytes(b"[restow.rules]\n\xff = x\n")
    assert values_of("restow.rules") == ["pack"]
