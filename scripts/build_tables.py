"""Write the grammar tables into the source tree: as hatchling's build hook for wheels, or run as a script.

The build environment holds hatchling and lark alone, so the modules that build the parsers are loaded by their path:
their packages import more than that.
"""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

try:
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface
except ImportError:  # run as a script where hatchling is not installed
    BuildHookInterface = object

ROOT = Path(__file__).resolve().parents[1]


def build_tables(root: Path = ROOT) -> list[Path]:
    """Write all tables below ``root``; returns their paths."""
    source_root = str(root / "linter")
    sys.path.insert(0, source_root)
    try:
        from restow.source.tables import save_tables

        syntax = _module(root, "syntax")
        shell = _module(root, "shell")
        save_tables(shell.GRAMMAR, shell.TABLES, shell.build)
        return [*syntax.save(), shell.TABLES]
    finally:
        sys.path.remove(source_root)


def _module(root: Path, package: str) -> ModuleType:
    """``restow.<package>.tables``, without its package."""
    path = root / "linter" / "restow" / package / "tables.py"
    spec = importlib.util.spec_from_file_location(f"restow_{package}_tables", path)
    if spec is None or spec.loader is None:
        raise FileNotFoundError(path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class CustomBuildHook(BuildHookInterface):
    """Runs before every wheel, editable ones too; pyproject.toml names the tables as artifacts."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Write the tables into the tree that the wheel is made of."""
        if self.target_name == "wheel":
            build_tables(Path(self.root))


if __name__ == "__main__":
    for written in build_tables():
        print(f"{written.relative_to(ROOT)}: {written.stat().st_size} bytes")
