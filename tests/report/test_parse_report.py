"""`restow parse`: the document of each folder of ``fixtures/parse`` is the one in ``expected.json``."""

import json
from pathlib import Path

import pytest

from restow.errors import UsageError
from restow.report import parse_report
from restow.report.json_report import json_text
from restow.report.parse_report import parse_document
from restow.syntax import parse

CASES = sorted(path for path in (Path(__file__).parents[2] / "fixtures" / "parse").iterdir() if path.is_dir())


def document(text, **arguments):
    return json.loads(json_text(parse_document(parse(text), "0", arguments)))


@pytest.mark.parametrize("folder", CASES, ids=lambda path: path.name)
def test_golden(folder):
    text = (folder / "Dockerfile").read_bytes().decode()
    assert document(text) == json.loads((folder / "expected.json").read_text())


def test_spans_give_the_text():
    text = "\ufeffFROM é AS b\r\nRUN \\\r\n  echo $A\r\n"
    found = document(text)
    image = found["instructions"][0]["arguments"][0]["span"]
    assert text[image["start"] : image["end"]] == "é"
    assert (image["line"], image["column"], image["end_column"]) == (1, 6, 7)
    command = found["instructions"][1]["command"]
    assert text[command["span"]["start"] : command["span"]["end"]] == "echo $A"
    variable = command["tree"]["items"][0]["command"]["words"][1]["parts"][0]
    assert (variable["kind"], variable["name"], text[variable["start"] : variable["end"]]) == ("Variable", "A", "$A")


def test_equal_states_are_written_once_and_unknown_values_are_null():
    found = document("ARG A\nFROM a\nARG A\nENV B=$A\nRUN x\nRUN y\nWORKDIR z\n", A="1")
    states = [found["states"][one["state"]] for one in found["instructions"]]
    assert states[4] == states[5]
    assert len(found["states"]) < len(states)
    assert states[4]["environment"] == {"B": "1"}
    assert document("FROM a\nARG A\nENV B=$A\nRUN x\n")["states"][-1]["environment"] == {"B": None}


def test_too_many_variables_are_an_error(monkeypatch):
    monkeypatch.setattr(parse_report, "LARGEST", 5)
    with pytest.raises(UsageError, match="more than 5 variables"):
        document("FROM a\n" + "".join(f"ENV A{i}=b\n" for i in range(10)))


def test_a_shell_is_known_by_its_name_on_windows_too():
    found = document('FROM a\nSHELL ["C:\\\\tools\\\\bash.exe", "-c"]\nRUN x | y\n')
    assert found["instructions"][-1]["command"]["tree"]["kind"] == "Script"
