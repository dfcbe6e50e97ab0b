"""``restow layers`` with ``--after``, ``--after-dockerfile`` and ``--builder``."""

import json
from pathlib import Path

import pytest

TEXT = """FROM x AS s
COPY lock /app/
RUN make one
COPY . /app
FROM y
LABEL l=1
COPY --from=s /app /app
COPY --link static /static
"""


@pytest.fixture
def project(tmp_path):
    files = {"Dockerfile": TEXT, "lock": "l", "src/a.py": "a", "src/b.py": "b", "static/c.css": "c", "note.md": "n"}
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    (tmp_path / ".dockerignore").write_text("*.md\n")
    return tmp_path


def outcomes(output):
    """By line of the Dockerfile: the outcome and the reason."""
    document = json.loads(output)["rebuild"]
    return {step["line"]: (step["outcome"], step["reason"]) for stage in document["stages"] for step in stage["steps"]}


def test_without_a_change_there_is_no_rebuild(restow, project):
    assert json.loads(restow("layers", "-f", "json")[1])["rebuild"] is None
    assert "rebuild" not in restow("layers")[1]


def test_after_a_file(restow, project):
    code, out, err = restow("layers", "--after", "src/a.py", "-f", "json")
    assert (code, err) == (0, "")
    assert outcomes(out) == {
        2: ("hit", None),
        3: ("hit", None),
        4: ("miss", "src/a.py changed"),
        6: ("no step", None),
        7: ("miss", "/app of stage s may hold something else"),
        8: ("hit", None),
    }
    document = json.loads(out)["rebuild"]
    assert (document["changed"], document["hits"], document["misses"]) == (["src/a.py"], 3, 2)
    assert document["stages"][0]["steps"][2]["paths"] == ["src/a.py"]


@pytest.mark.parametrize(
    ("words", "changed"),
    [
        (["src"], ["src/a.py", "src/b.py"]),
        (["src/"], ["src/a.py", "src/b.py"]),
        (["**/a.*", "lock"], ["lock", "src/a.py"]),
        (["./lock"], ["lock"]),
    ],
)
def test_after_folders_and_patterns(restow, project, words, changed):
    assert json.loads(restow("layers", "-f", "json", "--after", *words)[1])["rebuild"]["changed"] == changed


def test_after_in_text(restow, project):
    out = restow("layers", "--after", "lock", "note.md")[1]
    assert (
        "rebuild with BuildKit after a change of lock:\n  note: note.md: left out by line 1 of .dockerignore, so no step reads it\n"
        in out
    )
    assert "    2  COPY lock /app/  miss  lock changed\n" in out
    assert "    3  RUN make one     miss  line 2 before it misses\n" in out
    assert "LABEL" not in out.partition("rebuild")[2]
    assert "  4 steps again, 1 from the cache, about " in out


def test_paths_from_the_working_directory(restow, project, monkeypatch):
    monkeypatch.chdir(project / "src")
    out = restow("layers", "-f", "json", "../Dockerfile", "--context", "..", "--after", "a.py")[1]
    assert json.loads(out)["rebuild"]["changed"] == ["src/a.py"]


@pytest.mark.parametrize("word", ["*.rs", "../x", "/elsewhere/x"])
def test_patterns_that_match_nothing_and_places_elsewhere(restow, project, word):
    code, out, err = restow("layers", "--after", "lock", word)
    assert (code, out) == (2, "")
    assert f"{word}: not in the build context .; name files, folders or patterns of it" in err


def test_a_file_that_is_added_or_removed(restow, project):
    out = restow("layers", "-f", "json", "--after", "src/new.py", "new.md")[1]
    document = json.loads(out)["rebuild"]
    assert document["changed"] == ["src/new.py"]
    assert document["notes"] == [
        "new.md: left out by line 1 of .dockerignore, so no step reads it",
        "src/new.py: not in the build context, so taken for a file that is added or removed",
    ]
    found = outcomes(out)
    assert (found[2][0], found[4][0]) == ("hit", "miss")


def test_a_file_below_a_file_cannot_be_added(restow, project):
    code, _, err = restow("layers", "--after", "lock/new")
    assert code == 2
    assert "below a file of the build context" in err


def test_absolute_paths(restow, project):
    out = restow("layers", "-f", "json", "--after", str(project / "src/a.py"))[1]
    assert json.loads(out)["rebuild"]["changed"] == ["src/a.py"]


def test_after_needs_a_context(restow, tmp_path):
    Path("Dockerfile").write_text("FROM x\nCOPY gone /\n")
    code, _, err = restow("layers", "--after", "gone")
    assert code == 2
    assert "--after and --after-chmod name files of the build context, and there is none; name it with --context" in err
    assert restow("layers", "--after", "gone", "--context", "nowhere")[0] == 2


def test_an_edited_dockerfile_needs_no_context(restow, tmp_path):
    Path("Dockerfile").write_text("FROM x\nRUN one\nCOPY gone /\n")
    Path("other").write_text("FROM x\nRUN one\nCOPY gone /there\n")
    found = outcomes(restow("layers", "-f", "json", "--after-dockerfile", "other")[1])
    assert found == {2: ("hit", None), 3: ("miss", "another destination")}


def test_after_dockerfile(restow, project):
    Path("other").write_text(TEXT.replace("RUN make one", "ENV A=1\nRUN make one"))
    out = restow("layers", "-f", "json", "--after-dockerfile", "other")[1]
    found = outcomes(out)
    assert found[2] == ("hit", None)
    assert found[4] == ("miss", "the variable A was not set and is '1'")
    assert json.loads(out)["rebuild"]["dockerfile"] == "other"


def test_an_edited_dockerfile_is_a_changed_file_of_the_context(restow, project):
    Path("other").write_text(f"# a note\n{TEXT}")
    found = outcomes(restow("layers", "-f", "json", "--after-dockerfile", "other")[1])
    assert found[5] == ("miss", "Dockerfile changed")
    Path(".dockerignore").write_text("Dockerfile\n")
    assert {one for one, _ in outcomes(restow("layers", "-f", "json", "--after-dockerfile", "other")[1]).values()} == {
        "hit",
        "no step",
    }


def test_after_dockerfile_that_is_not_there(restow, project):
    code, _, err = restow("layers", "--after-dockerfile", "gone")
    assert code == 2
    assert "gone" in err


def test_the_classic_builder(restow, project):
    Path("other").write_text(TEXT.replace("l=1", "l=2"))
    Path(".dockerignore").write_text("Dockerfile\nother\n")
    buildkit = outcomes(restow("layers", "-f", "json", "--after-dockerfile", "other")[1])
    classic = outcomes(restow("layers", "-f", "json", "--after-dockerfile", "other", "--builder", "classic")[1])
    assert [outcome for outcome, _ in buildkit.values()] == ["hit", "hit", "hit", "no step", "hit", "hit"]
    assert [outcome for outcome, _ in classic.values()] == ["hit", "hit", "hit", "miss", "miss", "miss"]
    assert "rebuild with the classic builder after " in restow("layers", "--after", "lock", "--builder", "classic")[1]


def test_a_stage_that_is_not_built(restow, project):
    Path("Dockerfile").write_text("FROM x AS unused\nCOPY lock /\nFROM y\nCOPY src /\n")
    assert "  unused: not built, the last stage does not need it\n" in restow("layers", "--after", "lock")[1]
    assert "  unused:\n    2  COPY lock /  miss" in restow("layers", "--after", "lock", "--builder", "classic")[1]


@pytest.mark.parametrize("name", ["Dockerfile", "web.Dockerfile"])
def test_the_dockerfiles_own_ignore_file_takes_precedence(restow, project, name):
    (project / name).write_text(TEXT)
    (project / f"{name}.dockerignore").write_text("# own\nsrc\n!src/b.py\n")
    code, out, _ = restow("layers", name, "--after", "src/a.py", "--after", "note.md")
    assert code == 0
    assert f"note: src/a.py: left out by line 2 of {name}.dockerignore, so no step reads it" in out
    assert "after a change of note.md" in out


@pytest.mark.parametrize(
    ("builder", "path", "missed", "noted"),
    [
        ("buildkit", "static/c.css", [8], False),
        ("buildkit", "static", [], True),
        ("buildkit", ".", [], False),
        ("classic", "static", [4], False),
        ("classic", "src", [4], False),
        ("classic", ".", [], False),
    ],
)
def test_after_a_change_of_modes_alone(restow, project, builder, path, missed, noted):
    if builder == "classic":
        Path("Dockerfile").write_text(TEXT.replace("--link ", ""))
    code, out, err = restow("layers", "--after-chmod", path, "--builder", builder, "-f", "json")
    assert (code, err) == (0, "")
    found = outcomes(out)
    reasons = {line: reason for line, (outcome, reason) in found.items() if outcome == "miss" and "changed" in reason}
    assert [line for line in missed if line not in reasons] == []
    assert missed or all(outcome != "miss" for outcome, _ in found.values())
    assert any("does not take it over" in note for note in json.loads(out)["rebuild"]["notes"]) is noted


def test_a_mode_of_what_is_not_there(restow, project):
    code, _, err = restow("layers", "--after-chmod", "gone")
    assert code == 2
    assert "gone: no file or folder of the build context" in err


def test_the_mode_of_a_file_with_two_names(restow, project):
    Path("other.css").hardlink_to("static/c.css")
    Path("Dockerfile").write_text("FROM x\nCOPY other.css /\n")
    code, out, _ = restow("layers", "--after-chmod", "static/c.css", "-f", "json")
    assert (code, outcomes(out)[2][0]) == (0, "miss")
