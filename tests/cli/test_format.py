"""`restow format`: what is written, printed and returned."""

import io
import json
import stat
import sys
from pathlib import Path

import pytest

UGLY, PRETTY = "from alpine:3\nRUN a \\\n  b\n", "FROM alpine:3\nRUN a \\\n  b\n"


def test_files_are_written_and_named(restow):
    Path("Dockerfile").write_text(UGLY)
    Path("b.Dockerfile").write_text(PRETTY)
    code, out, err = restow("format")
    assert (code, out, err) == (0, "Dockerfile: formatted\n", "")
    assert Path("Dockerfile").read_text() == PRETTY
    assert restow("format") == (0, "", "")


def test_byte_order_mark_line_ends_and_mode_are_kept(restow):
    path = Path("Dockerfile")
    path.write_bytes("\ufefffrom a\r\nLABEL a=b \\\r\n  c=d\r\n".encode())
    path.chmod(0o640)
    assert restow("format")[0] == 0
    assert path.read_bytes() == "\ufeffFROM a\r\nLABEL a=b \\\r\n    c=d\r\n".encode()
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert [entry.name for entry in Path().iterdir()] == ["Dockerfile"]


@pytest.mark.parametrize("option", ["--check", "--diff"])
def test_check_and_diff_write_nothing(restow, option):
    Path("Dockerfile").write_text(UGLY)
    code, out, err = restow("format", option)
    assert code == 1
    assert Path("Dockerfile").read_text() == UGLY
    assert "Dockerfile: would be formatted\n" in (out if option == "--check" else err)
    if option == "--diff":
        assert "-from alpine:3\n+FROM alpine:3\n" in out
    Path("Dockerfile").write_text(PRETTY)
    assert restow("format", option) == (0, "", "")


def test_format_run_says_what_it_costs(restow):
    Path("Dockerfile").write_text(UGLY + "COPY . .\n")
    code, out, _ = restow("format", "--format-run")
    assert code == 0
    assert "the words of the RUN in line 2 change: 2 steps miss the build cache once (lines 2, 4)" in out
    assert (
        "line 4 takes the Dockerfile, too: it misses the build cache once, unless an ignore file leaves it out" in out
    )
    assert Path("Dockerfile").read_text() == "FROM alpine:3\nRUN a \\\n    b\nCOPY . .\n"


def test_settings_hold_the_style(restow):
    Path("restow.toml").write_text("[format]\nindent = 2\nrun = true\n")
    Path("Dockerfile").write_text("FROM a\nRUN a \\\n      b\n")
    restow("format", "-q")
    assert Path("Dockerfile").read_text() == "FROM a\nRUN a \\\n  b\n"
    Path("restow.toml").write_text("[format]\nindent = 99\n")
    code, _, err = restow("format")
    assert code == 2
    assert "format.indent" in err


def test_a_broken_file_is_left_and_the_others_are_formatted(restow):
    Path("Dockerfile").write_text("from a\nCOPY\n")
    Path("b.Dockerfile").write_text(UGLY)
    Path("c.Dockerfile").write_bytes(b"from a\nRUN \xff\n")
    code, out, err = restow("format", "-q")
    assert code == 2
    assert out == ""
    assert "Dockerfile:2:5: left as it is: COPY has no source and destination" in err
    assert "c.Dockerfile:2:5: byte 0xff is not UTF-8 (offset 11)" in err
    assert Path("b.Dockerfile").read_text() == PRETTY
    assert Path("Dockerfile").read_text() == "from a\nCOPY\n"


def test_another_frontend_is_no_error(restow):
    Path("Dockerfile").write_text("# syntax=example.com/x\nfrom a\n")
    code, _, err = restow("format", "--check")
    assert code == 0
    assert "Dockerfile: left as it is: its frontend example.com/x may read another language" in err


@pytest.fixture
def typed(monkeypatch):
    """Puts a text on standard input."""
    return lambda text: monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))


def test_standard_input(restow, typed):
    typed(UGLY)
    code, out, err = restow("format", "-", "--stdin-filename", "x/Dockerfile")
    assert (code, out, err) == (0, PRETTY, "x/Dockerfile: formatted\n")
    typed("from\n")
    code, out, err = restow("format", "-")
    assert (code, out) == (2, "")
    assert "<stdin>:1:5: left as it is" in err
    typed("# syntax=other\nfrom a\n")
    assert restow("format", "-")[:2] == (0, "# syntax=other\nfrom a\n")


def test_document(restow, typed):
    Path("Dockerfile").write_text(UGLY)
    Path("b.Dockerfile").write_text("COPY a\n")
    code, out, _ = restow("format", "--check", "--output-format", "json", "--format-run")
    assert code == 2
    document = json.loads(out)
    assert document["version"] == 1
    first, second = document["files"]
    assert first == {
        "path": "Dockerfile", "changed": True, "refusal": None, "reworded": [2], "rebuilt": [2], "with_context": [],
        "unread": [],
    }  # fmt: skip
    assert (second["refusal"]["line"], second["refusal"]["fault"], second["changed"]) == (1, True, False)
    typed(UGLY)
    assert restow("format", "-", "-f", "json")[0] == 2
    assert restow("format", "--diff", "-f", "json")[0] == 2
