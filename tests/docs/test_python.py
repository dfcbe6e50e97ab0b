"""The examples of the page about the public functions run as they stand."""

import re
from pathlib import Path

import pytest

PAGE = (Path(__file__).parents[2] / "docs" / "python.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)


@pytest.mark.parametrize("example", EXAMPLES, ids=range(len(EXAMPLES)))
def test_an_example_runs(example, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    exec(compile(example, "docs/python.md", "exec"), {"__name__": "example"})


def test_each_function_about_builds_and_images_has_one():
    for name in ("simulate", "diff", "read_context", "read_image"):
        assert any(f"restow.{name}(" in example for example in EXAMPLES)
        assert f"\n## {name}\n" in PAGE
