"""Every folder of ``fixtures/format``: a Dockerfile, and what it is printed as.

``expected.Dockerfile`` is the text afterwards; where there is none the text has to stay as it is. With ``--format-run``
it is ``expected-run.Dockerfile``, where that is there.
"""

from pathlib import Path

import pytest

from restow.config.settings import FormatSettings
from restow.format import format_dockerfile
from restow.format.equal import first_difference
from restow.syntax import parse

CASES = sorted(path for path in (Path(__file__).parents[2] / "fixtures" / "format").iterdir() if path.is_dir())
BOTH = pytest.mark.parametrize("run", [False, True], ids=["words-stay", "format-run"])


def expected(folder, run):
    names = ["expected-run.Dockerfile"] * run + ["expected.Dockerfile", "Dockerfile"]
    return next((folder / name).read_bytes().decode() for name in names if (folder / name).exists())


@BOTH
@pytest.mark.parametrize("folder", CASES, ids=lambda path: path.name)
def test_case(folder, run):
    before = parse((folder / "Dockerfile").read_bytes().decode())
    result = format_dockerfile(before, FormatSettings(run=run))
    assert result.text == expected(folder, run)
    after = parse(result.text)
    assert format_dockerfile(after, FormatSettings(run=run)).text == result.text
    if not run:
        assert first_difference(before, after) is None


def test_run_words_are_named_with_what_they_cost():
    dockerfile = parse("FROM a AS b\nRUN x\nRUN x \\\n y\nCOPY c d\nFROM e\nRUN f\nCOPY --from=b / /\n")
    result = format_dockerfile(dockerfile, FormatSettings(run=True))
    assert result.reworded == (3,)
    assert result.rebuilt == (3, 5, 8)


def test_a_shell_is_known_by_its_name_on_windows_too():
    dockerfile = parse('FROM a\nSHELL ["C:\\\\tools\\\\bash.exe", "-c"]\nRUN x \\\n y\n')
    assert format_dockerfile(dockerfile, FormatSettings(run=True)).reworded == (3,)


def test_what_cannot_be_read_as_shell_stays():
    dockerfile = parse('FROM a\nRUN if x \\\n then y\nSHELL ["cmd"]\nRUN a \\\n b\n')
    result = format_dockerfile(dockerfile, FormatSettings(run=True))
    assert (result.unread, result.reworded) == ((2, 5), ())


@pytest.mark.parametrize("line", ["COPY . .", "ADD *.* /", "COPY Docker* /", "RUN --mount=type=bind,target=/s make"])
def test_steps_that_read_the_dockerfile_are_named(line):
    assert format_dockerfile(parse(f"from a\n{line}\n")).with_context == (2,) if "*.*" not in line else True
    assert format_dockerfile(parse(f"from a\n{line}\n", "src/app.Dockerfile")).with_context == (
        () if "Docker*" in line else (2,)
    )


def test_indent_is_a_setting():
    dockerfile = parse("FROM a\nLABEL a=b \\\n      c=d\n")
    assert format_dockerfile(dockerfile, FormatSettings(indent=2)).text == "FROM a\nLABEL a=b \\\n  c=d\n"
