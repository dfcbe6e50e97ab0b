"""Short runs of random builds by real builders and by the simulator.

The seeds are the same on every machine, however fast: more of them are for ``python scripts/oracle`` by hand.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ORACLE = Path(__file__).parents[2] / "scripts" / "oracle"


def figures_of(options, environment):
    """The counts on the last lines; what differs is printed, so that it is seen where the test fails."""
    command = [sys.executable, str(ORACLE), *map(str, options)]
    done = subprocess.run(command, env=environment, capture_output=True, check=False, text=True)
    print(done.stdout[-4000:], done.stderr[-2000:])
    found = {name: int(count) for name, count in re.findall(r"^([A-Za-z ]+) (\d+)$", done.stdout, re.MULTILINE)}
    return done.returncode, found


def test_a_minute_without_a_disagreement(engine):
    file, environment = engine
    options = ["--engine-env", file, "--seconds", 60, "--cases", 30, "--seed", 20_000]
    code, figures = figures_of(options, environment)
    assert figures["disagreements"] == 0
    assert figures["cases"] >= 3, "a machine that builds fewer in a minute tells nothing"
    assert figures["RUNs that are computed"] > 0, "the base image's programs are known"
    assert code == 0


def test_buildah_without_a_disagreement(tmp_path):
    if shutil.which("buildah") is None or os.geteuid() != 0:
        pytest.skip("buildah is not installed, or this is not root")
    if os.environ.get("RESTOW_ENGINE_ENV") == "none":
        pytest.skip("RESTOW_ENGINE_ENV=none leaves out what needs a real engine")
    options = ["--builder", "buildah", "--storage", tmp_path, "--seconds", 30, "--cases", 8, "--seed", 20_000]
    code, figures = figures_of(options, dict(os.environ))
    assert figures["disagreements"] == 0
    assert figures["cases"] >= 1, "a machine that builds fewer in half a minute tells nothing"
    assert code == 0
