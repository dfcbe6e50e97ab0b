"""`restow check`: what it prints, and its exit codes."""

import io
import json
import sys
from pathlib import Path

import pytest

from restow.lint import packs


def test_clean_file_is_exit_code_0(restow):
    Path("Dockerfile").write_text("FROM alpine:3.20\nRUN true\n")
    code, out, err = restow("check", "Dockerfile")
    assert (code, err) == (0, "")
    assert out == "Dockerfile: no findings; context: no build context: no instruction takes a file from it\n"


def test_finding_is_shown_with_its_line_and_a_marker(restow):
    Path("Dockerfile").write_text("FROM alpine:latest\n")
    code, out, _ = restow("check")
    assert code == 1
    assert out.splitlines()[:5] == [
        "Dockerfile:1:6: warning ST901 [latest-tag] alpine has the tag latest",
        "  |",
        "1 | FROM alpine:latest",
        "  |      ^^^^^^^^^^^^^",
        "  = help: name a release",
    ]
    assert out.endswith("1 finding: 1 warning, in 1 file\n")


def test_quiet_prints_findings_only(restow):
    Path("Dockerfile").write_text("FROM alpine:3\n")
    assert restow("check", "-q") == (0, "", "")


def test_context_is_named_in_the_report(restow):
    Path("Dockerfile").write_text("FROM alpine:latest\nCOPY a b /\n")
    Path("a").touch()
    _, out, _ = restow("check")
    assert "Dockerfile: context: . (the Dockerfile's folder, where 1 of 2 sources of COPY and ADD exist)\n" in out


@pytest.mark.parametrize(
    ("options", "codes"),
    [
        ([], ["ST902", "ST901"]),
        (["--select", "ST901"], ["ST901"]),
        (["--select", "dl3007"], ["ST901"]),
        (["--select", "ST9"], ["ST902", "ST901"]),
        (["--select", "latest-tag,shouting-comment"], ["ST902", "ST901"]),
        (["--ignore", "ST902"], ["ST901"]),
        (["--ignore", "style"], []),
        (["--select", "ST901", "--ignore", "ST"], ["ST901"]),
    ],
)
def test_select_and_ignore(restow, options, codes):
    Path("Dockerfile").write_text("from alpine:latest\n")
    code, out, _ = restow("check", "--output-format", "json", *options)
    assert [finding["code"] for finding in json.loads(out)["files"][0]["findings"]] == codes
    assert code == (1 if codes else 0)


def test_unknown_selector_names_the_nearest_rule(restow):
    Path("Dockerfile").write_text("FROM a\n")
    code, _, err = restow("check", "--select", "latest-tags")
    assert code == 2
    assert 'no rule is called "latest-tags"; did you mean "latest-tag"?' in err


def test_fail_level_and_exit_zero(restow):
    Path("Dockerfile").write_text("from alpine:3\n")
    assert restow("check")[0] == 1
    assert restow("check", "--fail-level", "warning")[0] == 0
    assert restow("check", "--exit-zero")[0] == 0


def test_standard_input(restow, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"FROM a:latest\n")))
    code, out, _ = restow("check", "-", "--stdin-filename", "build/Dockerfile")
    assert code == 1
    assert out.startswith("build/Dockerfile:1:6: warning ST901")


def test_standard_input_without_a_name_has_no_context(restow, monkeypatch):
    Path("a").touch()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"FROM a:1\nCOPY a /\n")))
    code, out, _ = restow("check", "-")
    assert code == 0
    assert "<stdin>: no findings; context: no build context: the Dockerfile is read from standard input" in out


def test_standard_input_stands_alone(restow):
    assert restow("check", "-", ".")[0] == 2


def test_folder_is_searched(restow):
    for name in ["Dockerfile", "api/web.Dockerfile", "node_modules/x/Dockerfile", "Dockerfile.j2"]:
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text("FROM a:1\n")
    _, out, _ = restow("check", "-f", "json")
    assert [Path(file["path"]).as_posix() for file in json.loads(out)["files"]] == ["Dockerfile", "api/web.Dockerfile"]


def test_folder_without_dockerfiles(restow):
    assert restow("check") == (0, "", "restow: no Dockerfiles found in .\n")


def test_missing_path(restow):
    code, out, err = restow("check", "nowhere")
    assert (code, out) == (2, "")
    assert err == "restow: error: nowhere: no such file or folder\n"


def test_undecodable_file_does_not_hide_the_others(restow):
    Path("Dockerfile").write_bytes(b"FROM a:1\nLABEL x=\xff\n")
    Path("Dockerfile.b").write_text("FROM a:latest\n")
    code, out, err = restow("check")
    assert code == 2
    assert "Dockerfile:2:9: byte 0xff is not UTF-8" in err
    assert "Dockerfile.b:1:6: warning ST901" in out


@pytest.mark.parametrize(
    "data", [b"# \xc3\xa9 \xf0\x9f\x90\xb3\nLABEL x=\xff\xfe\n", b"\xef\xbb\xbf#\nLABEL x=\xc3", b"\xff\nRUN a\n"]
)
@pytest.mark.parametrize("way", ["file", "standard input"])
def test_an_undecodable_byte_is_a_finding_with_its_offset(restow, monkeypatch, data, way):
    monkeypatch.setattr(packs, "values_of", lambda group: ["restow_rules"] if group == "restow.rules" else [])
    packs.load_rules.cache_clear()
    Path("Dockerfile").write_bytes(data)
    if way == "standard input":
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(data)))
    code, out, err = restow("check", "-f", "json", "--select", "CO001", "Dockerfile" if way == "file" else "-")
    (file,) = json.loads(out)["files"]
    (finding,) = file["findings"]
    at = len(data.decode("utf-8", "ignore").encode()) if data.endswith(b"\xc3") else data.index(b"\xff")
    assert code == 2
    assert finding["message"] == f"byte 0x{data[at]:02x} is not UTF-8 (offset {at}): save the file as UTF-8"
    line = data[:at].count(b"\n") + 1
    assert (finding["line"], finding["column"]) == (line, 9 if line == 2 else 1)
    assert f":{line}:" in err


def test_context_that_is_no_folder(restow):
    Path("Dockerfile").write_text("FROM a:1\nCOPY a /\n")
    code, _, err = restow("check", "--context", "nowhere")
    assert code == 2
    assert "nowhere: not a folder" in err


def test_rule_that_raises_is_an_internal_error(restow, broken_rule):
    Path("Dockerfile").write_text("FROM a:1\n")
    code, _, err = restow("check")
    assert code == 2
    assert "internal error: RuntimeError: rule ST909 (buggy) failed on Dockerfile: KeyError: 'oops'" in err
    assert "Traceback" not in err


def test_broken_pack_is_an_error_of_the_installation(restow, pack):
    pack("style/bad", "import no_such_module_at_all\n")
    Path("Dockerfile").write_text("FROM a:1\n")
    code, _, err = restow("check")
    assert code == 2
    assert "the rule pack tiny_pack is broken: importing tiny_pack.style.bad raises ModuleNotFoundError" in err


def test_two_rules_of_one_code(restow, pack):
    pack("style/again", (Path(__file__).parent / "conftest.py").read_text().split("BROKEN = '''")[1].split("'''")[0])
    pack("style/copy", (Path(__file__).parent / "conftest.py").read_text().split("BROKEN = '''")[1].split("'''")[0])
    code, _, err = restow("rules")
    assert code == 2
    assert "are both called ST909" in err


def test_option_of_a_rule(restow):
    Path("Dockerfile").write_text("FROM a:latest\n")
    Path("restow.toml").write_text('[rules.latest-tag]\nallowed = ["a"]\n')
    assert restow("check")[0] == 0
    Path("restow.toml").write_text("[rules.latest-tag]\nalowed = []\n")
    code, _, err = restow("check")
    assert code == 2
    assert 'restow.toml: rules.latest-tag: there is no option "alowed"; did you mean "allowed"?' in err
    Path("restow.toml").write_text("[rules.latest-tag]\nallowed = 3\n")
    assert "must be a value like" in restow("check")[2]


def test_unknown_setting(restow):
    Path("Dockerfile").write_text("FROM a:1\n")
    Path("restow.toml").write_text('selct = ["ST"]\n')
    code, _, err = restow("check")
    assert code == 2
    assert err.endswith('restow.toml:1: unknown setting "selct"; did you mean "select"?\n')


def test_comments_silence_and_are_counted(restow):
    Path("Dockerfile").write_text("# restow: ignore=ST901 reason=a mirror\nFROM a:latest\n")
    code, out, err = restow("check")
    assert (code, err) == (0, "")
    assert "no findings (1 finding silenced by comments)" in out


def test_comment_that_silences_nothing_is_told(restow):
    Path("Dockerfile").write_text("# restow: ignore=ST901\nFROM a:1\n")
    code, _, err = restow("check")
    assert code == 0
    assert err == "restow: Dockerfile:1: this comment silences nothing: # restow: ignore=ST901\n"


def test_no_file_can_steer_the_terminal(restow):
    Path("Dockerfile").write_text("FROM a:latest \x1b[31m\n")
    assert "\x1b" not in restow("check")[1]


def test_json_document(restow):
    Path("Dockerfile").write_bytes("\ufeffFROM ä:latest\r\n".encode())
    _, out, _ = restow("check", "--format", "json")
    document = json.loads(out)
    assert list(document) == ["version", "restow", "files"]
    (file,) = document["files"]
    assert list(file) == ["path", "context", "context_reason", "suppressed", "notes", "findings"]
    assert file["context"] is None
    assert file["findings"] == [
        {
            "code": "ST901",
            "name": "latest-tag",
            "message": "ä has the tag latest",
            "severity": "warning",
            "line": 1,
            "column": 6,
            "end_line": 1,
            "end_column": 14,
            "help": "name a release",
            "fix": None,
            "rearrange": False,
        }
    ]
