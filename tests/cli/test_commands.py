"""`layers`, `advise`, `verify`, `explain`, `rules` and the program around them."""

import json
from pathlib import Path

import pytest

import restow.cli.main as program

TEXT = 'FROM scratch\nWORKDIR /app\nCOPY a.txt b.txt ./\nCOPY other.txt a.txt\nCMD ["/app/run"]\n'


@pytest.fixture
def project(tmp_path):
    for name, text in {"Dockerfile": TEXT, "a.txt": "a" * 2000, "b.txt": "b", "other.txt": "o"}.items():
        (tmp_path / name).write_text(text)
    return tmp_path


def test_layers(restow, project):
    code, out, err = restow("layers")
    assert (code, err) == (0, "")
    assert "Dockerfile: context: . (the Dockerfile's folder, where 3 of 3 sources of COPY and ADD exist)" in out
    assert "adds /app/a.txt, /app/b.txt" in out
    assert "wastes 2.0 kB: /app/a.txt is deleted or overwritten at line 4" in out
    assert "3 layers, about 2.0 kB, 2.0 kB of it wasted" in out


def test_layers_json(restow, project):
    _, out, _ = restow("layers", "-f", "json", ".")
    (stage,) = json.loads(out)["stages"]
    assert [(layer["line"], layer["size"]) for layer in stage["layers"]] == [(2, 0), (3, 2001), (4, 1)]
    assert stage["layers"][1]["wasted"] == [{"path": "/app/a.txt", "size": 2000, "undone_at": 4}]
    assert len({layer["cache_key"] for layer in stage["layers"]}) == 3


def test_layers_of_a_file_without_from(restow):
    Path("Dockerfile").write_text("RUN true\n")
    code, _, err = restow("layers")
    assert code == 2
    assert "no FROM instruction" in err


def test_build_argument(restow, project):
    Path("Dockerfile").write_text("FROM scratch\nARG NAME=a\nCOPY ${NAME}.txt /\n")
    assert "adds /b.txt" in restow("layers", "--build-arg", "NAME=b")[1]
    assert restow("layers", "--build-arg", "NAME")[0] == 2


def test_advise(restow, project):
    code, out, _ = restow("advise")
    assert code == 0
    assert "expected rebuild after a change: " in out
    assert json.loads(restow("advise", "--output-format", "json")[1])["path"] == "Dockerfile"


def test_verify_equal(restow, project):
    Path("B").write_text(TEXT.replace("COPY a.txt b.txt ./", "COPY b.txt ./\nCOPY a.txt ./"))
    code, out, _ = restow("verify", "Dockerfile", "B")
    assert code == 0
    assert out.startswith("Equal: Dockerfile and B produce the same image\n")


def test_verify_different(restow, project):
    Path("B").write_text(TEXT.replace("COPY other.txt a.txt\n", "ENV X=1\n"))
    code, out, _ = restow("verify", "Dockerfile", "B", "--output-format", "json")
    assert code == 1
    document = json.loads(out)
    assert not document["equal"]
    assert {(one["where"], one["what"]) for one in document["differences"]} == {
        ("/app/a.txt", "content"),
        ("Env", "configuration"),
    }
    assert "  /app/a.txt: content\n" in restow("verify", "Dockerfile", "B")[1]


def test_verify_takes_both_dockerfiles_out_of_a_whole_copy(restow, project):
    for name in ("Dockerfile", "B"):
        Path(name).write_text(f"FROM scratch\n# {name}\nCOPY . /\n")
    assert restow("verify", "Dockerfile", "B")[0] == 0


def test_verify_names_what_it_could_not_compute(restow, project):
    Path("Dockerfile").write_text("FROM alpine\nCOPY $UNSET /app\n")
    Path("B").write_text("FROM alpine\nCOPY $UNSET /app\n")
    code, out, _ = restow("verify", "Dockerfile", "B")
    assert code == 0
    unknown = json.loads(restow("verify", "Dockerfile", "B", "-f", "json")[1])["unknown"]
    assert [(one["path"], one["line"]) for one in unknown] == [("Dockerfile", 2), ("B", 2)]
    assert "not computed" in out


def test_verify_lends_the_context_to_a_lone_file(restow, project, tmp_path_factory):
    alone = tmp_path_factory.mktemp("elsewhere") / "Dockerfile"
    alone.write_text(TEXT)
    code, out, _ = restow("verify", "Dockerfile", alone)
    assert code == 0
    assert "(that of Dockerfile)" in out


@pytest.mark.parametrize("name", ["ST901", "st901", "latest-tag", "DL3007"])
def test_explain(restow, name):
    code, out, _ = restow("explain", name)
    assert code == 0
    assert out.startswith("ST901 latest-tag (warning, style, since 0.1.0)\nThe base image has the tag latest.\n")
    assert "Reports `FROM image:latest`." in out
    assert "allowed (default ())" in out


def test_explain_shows_a_case_where_the_text_has_no_example(restow):
    out = restow("explain", "ST902")[1]
    assert "Example\n    from a\n\nUse instead\n    FROM a\n" in out


def test_explain_json_and_unknown_rules(restow):
    assert json.loads(restow("explain", "ST901", "-f", "json")[1])["aliases"] == ["DL3007"]
    code, _, err = restow("explain", "ST90")
    assert code == 2
    assert "no rule is called" in err


def test_rules(restow):
    assert restow("rules")[1].splitlines() == [
        "code   name              severity  what it finds",
        "ST901  latest-tag        warning   The base image has the tag latest.",
        "ST902  shouting-comment  info      An instruction is not in upper case.",
    ]
    assert [rule["code"] for rule in json.loads(restow("rules", "-f", "json")[1])["rules"]] == ["ST901", "ST902"]


def test_version_and_usage(restow):
    assert restow("--version") == (0, "restow 0.1.0\n", "")
    assert restow()[0] == 2
    assert restow("chek")[0] == 2
    assert restow("check", "--no-such-option")[0] == 2
    code, out, _ = restow("check", "--help")
    assert code == 0
    assert "--output-format" in out


def test_interrupt(restow, monkeypatch):
    def interrupted(name):
        raise KeyboardInterrupt

    monkeypatch.setattr(program, "import_module", interrupted)
    assert restow("rules") == (130, "", "")


def test_bug_has_no_traceback_unless_wanted(restow, monkeypatch):
    def bug(name):
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr(program, "import_module", bug)
    code, _, err = restow("rules")
    assert code == 2
    assert err.startswith("restow: internal error: ZeroDivisionError: division by zero\n")
    monkeypatch.setenv("RESTOW_TRACEBACK", "1")
    with pytest.raises(ZeroDivisionError):
        restow("rules")
