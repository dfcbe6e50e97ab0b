"""The README's example is what the command prints."""

import re
from pathlib import Path

from restow.cli.main import main

ROOT = Path(__file__).parents[2]
COMMAND = re.compile(r"\.venv/bin/restow (advise [^\n]*)\n```\n\n```text\n(.*?)```\n", re.DOTALL)


def test_the_example_is_the_commands_output(capsys, monkeypatch):
    found = COMMAND.search((ROOT / "README.md").read_text(encoding="utf-8"))
    assert found is not None
    monkeypatch.chdir(ROOT)
    assert main(found.group(1).split()) == 0
    assert _without_source(capsys.readouterr().out) == _without_source(found.group(2))


def _without_source(text):
    """All lines but the one that says where the change events come from: a clone may have no history."""
    return [line for line in text.splitlines() if not line.startswith("changes counted:")]
