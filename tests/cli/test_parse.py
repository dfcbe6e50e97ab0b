"""`restow parse`: what is printed, and the exit codes."""

import json
from pathlib import Path


def test_document_and_exit_codes(restow):
    Path("Dockerfile").write_text("ARG V\nFROM a:$V\nRUN true\n")
    code, out, err = restow("parse", "--format", "json", "--build-arg", "V=2")
    assert (code, err) == (0, "")
    document = json.loads(out)
    assert (document["version"], document["path"]) == (1, "Dockerfile")
    assert document["stages"][0]["base"] == "a:2"
    assert restow("parse", "Dockerfile", "--output-format", "json")[0] == 0
    Path("Dockerfile").write_text("FROM a\nCOPY\n")
    code, out, _ = restow("parse")
    assert code == 1
    assert "COPY has no source" in json.loads(out)["instructions"][1]["error"]


def test_what_is_not_text_is_an_error(restow):
    Path("Dockerfile").write_bytes(b"FROM a\nRUN \xff\n")
    code, out, err = restow("parse")
    assert (code, out) == (2, "")
    assert "Dockerfile:2:5: byte 0xff is not UTF-8 (offset 11)" in err
