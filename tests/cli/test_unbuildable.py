"""Commands that speak of a build say nothing of a file that the engine refuses, or that another frontend reads."""

import pytest

OTHER = "# syntax=host.example/own:1\nFROM debian:12\nRUN a\n"
REFUSED = "FROM debian:12\nRUN a\nEXPOSE x\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (OTHER, "Dockerfile:1:1: host.example/own:1 reads this file, and what it makes of it is not known"),
        (REFUSED, "Dockerfile:3:8: the engine refuses this file: 'x' is no port: write a number from 0 to 65535"),
        ("FROM debian:12\nRUNN a\n", "Dockerfile:2:1: the engine refuses this file: unknown instruction RUNN"),
    ],
)
@pytest.mark.parametrize("command", [("layers",), ("verify", "Dockerfile", "Good"), ("diff", "Dockerfile", "Good")])
def test_a_build_that_cannot_be_told(restow, tmp_path, command, text, said):
    (tmp_path / "Dockerfile").write_text(text)
    (tmp_path / "Good").write_text("FROM debian:12\nRUN a\n")
    code, out, err = restow(*command)
    assert (code, out) == (2, "")
    assert said in err
