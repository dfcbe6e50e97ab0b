"""A real engine for the tests of this folder: what ``RESTOW_ENGINE_ENV`` names, else what ``scripts/oracle/engine.py`` started.

``RESTOW_ENGINE_ENV`` is a file of ``export NAME=VALUE`` lines; ``none`` leaves these tests out.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

ORACLE = Path(__file__).parents[2] / "scripts" / "oracle"


def engine_file():
    given = os.environ.get("RESTOW_ENGINE_ENV")
    default = Path(os.environ.get("ENGINE_ROOT") or Path(tempfile.gettempdir()) / "restow-engine") / "env"
    return Path(given) if given else default


@pytest.fixture(scope="session")
def engine():
    """The path of the engine's file of variables, and the environment that they make. Skips where nothing answers."""
    if os.environ.get("RESTOW_ENGINE_ENV") == "none":
        pytest.skip("RESTOW_ENGINE_ENV=none leaves out what needs a real engine")
    file = engine_file()
    if not file.is_file():
        pytest.skip(f"no engine: {file} does not exist; `python scripts/oracle/engine.py up` starts one")
    command = f'. "{file}" && exec "{sys.executable}" -c "import json, os; print(json.dumps(dict(os.environ)))"'
    environment = json.loads(subprocess.run(["sh", "-c", command], capture_output=True, check=True, text=True).stdout)
    answer = subprocess.run(["docker", "version"], env=environment, capture_output=True, check=False, text=True)
    if answer.returncode:
        pytest.skip(f"no engine: {answer.stderr.strip()[-200:]}")
    return file, environment


@pytest.fixture(scope="session")
def base(engine):
    """The name of a small base image that the engine has, with a shell and the core utilities."""
    file, environment = engine
    command = [sys.executable, str(ORACLE / "small_base.py"), str(file.parent / "oracle")]
    return subprocess.run(command, env=environment, capture_output=True, check=True, text=True).stdout.strip()
