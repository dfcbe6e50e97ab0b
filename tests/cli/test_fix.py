"""`restow fix`, and `restow check` with `--fix` and `--diff`: what is written, and what is not."""

import io
import stat
import subprocess
import sys
from pathlib import Path

import pytest


def test_fix_writes_and_says_so(restow):
    Path("Dockerfile").write_text("from alpine:3\n")
    code, out, _ = restow("fix", "Dockerfile")
    assert code == 0
    assert Path("Dockerfile").read_text() == "FROM alpine:3\n"
    assert out.startswith("Dockerfile: rewritten by 1 fix; context: no build context")
    assert "applied: line 1: ST902 shouting-comment: write it in upper case" in out
    assert "proof: the simulated images are equal" in out


def test_second_run_changes_nothing(restow):
    Path("Dockerfile").write_text("from alpine:3\n")
    restow("fix")
    before = Path("Dockerfile").stat().st_mtime_ns
    code, out, _ = restow("fix")
    assert code == 0
    assert "nothing to rewrite" in out
    assert Path("Dockerfile").stat().st_mtime_ns == before


def test_line_ends_byte_order_mark_and_mode_are_kept(restow):
    path = Path("Dockerfile")
    path.write_bytes("\ufefffrom alpine:3\r\nrun true".encode())
    path.chmod(0o640)
    restow("fix")
    assert path.read_bytes() == "\ufeffFROM alpine:3\r\nRUN true".encode()
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert [entry.name for entry in Path().iterdir()] == ["Dockerfile"]


def test_link_is_followed(restow):
    Path("real").write_text("from alpine:3\n")
    Path("Dockerfile").symlink_to("real")
    restow("fix", "Dockerfile")
    assert Path("Dockerfile").is_symlink()
    assert Path("real").read_text() == "FROM alpine:3\n"


@pytest.mark.parametrize("command", [("fix", "--diff"), ("check", "--diff")])
def test_diff_applies_and_writes_nothing(restow, command):
    Path("Dockerfile").write_bytes(b"from alpine:3\r\nRUN true")
    code, out, _ = restow(*command)
    assert code == 1
    assert Path("Dockerfile").read_bytes() == b"from alpine:3\r\nRUN true"
    subprocess.run(["git", "apply", "-"], input=out.encode(), check=True)
    assert Path("Dockerfile").read_bytes() == b"FROM alpine:3\r\nRUN true"
    assert restow(*command) == (0, "", "")


def test_check_fix_reports_what_is_left(restow):
    Path("Dockerfile").write_text("from alpine:latest\n")
    code, out, _ = restow("check", "--fix", "--output-format", "json")
    assert code == 1
    assert '"ST901"' in out
    assert '"ST902"' not in out
    assert Path("Dockerfile").read_text() == "FROM alpine:latest\n"


def test_fix_of_standard_input_prints_the_new_text(restow, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"from alpine:3\n")))
    code, out, err = restow("fix", "-")
    assert (code, out) == (0, "FROM alpine:3\n")
    assert "<stdin>: rewritten by 1 fix" in err


def test_check_fix_of_standard_input_is_refused(restow, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"from alpine:3\n")))
    code, _, err = restow("check", "--fix", "-")
    assert code == 2
    assert "restow fix - prints the new text" in err


def test_silenced_findings_are_not_fixed(restow):
    text = "# restow: ignore=ST902\nfrom alpine:3\n"
    Path("Dockerfile").write_text(text)
    restow("fix")
    assert Path("Dockerfile").read_text() == text


def test_file_without_from_is_passed_over(restow):
    Path("Dockerfile").write_text("# nothing yet\n")
    code, out, err = restow("fix")
    assert (code, out) == (0, "")
    assert "there is no FROM instruction" in err


def test_select_limits_the_rules(restow):
    Path("Dockerfile").write_text("from alpine:3\n")
    restow("fix", "--select", "ST901")
    assert Path("Dockerfile").read_text() == "from alpine:3\n"


def test_what_the_engine_refuses_is_left_with_the_reason(restow):
    text = "from alpine:3\nEXPOSE 80800\n"
    Path("Dockerfile").write_text(text)
    code, out, _ = restow("fix", "Dockerfile")
    assert (code, Path("Dockerfile").read_text()) == (0, text)
    assert "refused: line 2: any rewrite: the engine refuses this file: '80800' is no port" in out
