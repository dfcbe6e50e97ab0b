"""A minute of random builds by the real engine and by the simulator.

The seeds are the same on every machine, however fast: more of them are for ``python scripts/oracle`` by hand.
"""

import re
import subprocess
import sys
from pathlib import Path

ORACLE = Path(__file__).parents[2] / "scripts" / "oracle"
SECONDS = 60
CASES = 30


def test_a_minute_without_a_disagreement(engine):
    file, environment = engine
    limits = ["--seconds", str(SECONDS), "--cases", str(CASES), "--seed", "20000"]
    command = [sys.executable, str(ORACLE), "--engine-env", str(file), *limits]
    done = subprocess.run(command, env=environment, capture_output=True, check=False, text=True)
    print(done.stdout[-4000:], done.stderr[-2000:])
    figures = dict(re.findall(r"^([a-z ]+) (\d+)$", done.stdout, re.MULTILINE))
    assert figures["disagreements"] == "0"
    assert int(figures["cases"]) >= 3, "a machine that builds fewer in a minute tells nothing"
    assert done.returncode == 0
