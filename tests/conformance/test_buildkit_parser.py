"""Trees, compared with what BuildKit's parser answered for the same text."""

import gzip
import json
from pathlib import Path

import pytest

from restow.syntax import parse
from restow.syntax.heredocs import find_openers, read_opener
from restow.syntax.words import WordError

SHARED = Path(__file__).parents[2].parent / "shared" / "conformance"
ESCAPES = {"\n": "\\n", "\t": "\\t", "\r": "\\r", "\v": "\\v", "\f": "\\f", "\a": "\\a", "\b": "\\b"}
WHOLE_FILE = ("no build stage in current context", "file with no instructions")

pytestmark = pytest.mark.skipif(not SHARED.is_dir(), reason=f"no cases at {SHARED}")


def cases(name):
    with gzip.open(SHARED / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def quoted(text):
    """As Go's ``strconv.Quote``."""
    parts = []
    for character in text:
        if character in '"\\':
            parts.append("\\" + character)
        elif character in ESCAPES:
            parts.append(ESCAPES[character])
        elif character == " " or character.isprintable():
            parts.append(character)
        else:
            code = ord(character)
            parts.append(f"\\x{code:02x}" if code < 0x80 else f"\\u{code:04x}")
    return '"' + "".join(parts) + '"'


def words_of(tree, node):
    """The arguments as BuildKit's parser lists them."""
    match node.kind:
        case "from":
            middle = [token.text for token in tree.tokens if token.type == "AS" and node.start < token.start < node.end]
            return [node.image.text, *middle, *([node.stage_name.text] if node.stage_name else [])]
        case "run" | "cmd" | "entrypoint":
            return command_of(node.command)
        case "copy" | "add":
            return [word.text for word in (*node.sources, node.destination)]
        case "env" | "label":
            return [part for pair in node.pairs for part in (pair.key, pair.value, "" if node.legacy else "=")]
        case "arg":
            return [pair.key if pair.value is None else f"{pair.key}={pair.value}" for pair in node.pairs]
        case "expose":
            return [word.text for word in node.ports]
        case "volume":
            return [word.text for word in node.paths]
        case "shell":
            return list(node.words)
        case "maintainer":
            return [node.name]
        case "healthcheck":
            kind = next(t.text for t in tree.tokens if t.type in ("CMD", "NONE") and node.start < t.start < node.end)
            return [kind, *(command_of(node.command) if node.command else [])]
    return [getattr(node, {"user": "user", "workdir": "path", "stopsignal": "signal"}[node.kind]).text]


def command_of(command):
    return list(command.words) if command.form == "exec" else [command.text] if command.text else []


def dump(tree, node):
    """The node as BuildKit's parser prints it; None where that cannot be told from an Invalid node."""
    head = node.keyword.lower()
    if node.flags:
        flags = (f"--{flag.name}" if flag.value is None else f"--{flag.name}={flag.value}" for flag in node.flags)
        head += " [" + " ".join(map(quoted, flags)) + "]"
    if node.kind == "invalid":
        return None
    if node.kind == "onbuild":
        inner = dump(tree, node.instruction)
        return None if inner is None else f"{head} ({inner})"
    return " ".join([head, *map(quoted, words_of(tree, node))])


def broken(tree):
    return [
        node
        for node in tree.instructions
        if node.kind == "invalid" or (node.kind == "onbuild" and node.instruction.kind == "invalid")
    ]


def check_answer(text, answer):
    """Whether the tree of ``text`` is what BuildKit answered; None where the answer is about the file as a whole."""
    tree = parse(text)
    error = str((answer.get("parse_error") or answer.get("instruction_error") or {}).get("message", ""))
    if not answer.get("dump"):
        return None if any(reason in error for reason in WHOLE_FILE) else bool(broken(tree))
    if error and not any(reason in error for reason in WHOLE_FILE) and not broken(tree):
        return False
    if any(node.kind == "invalid" for node in tree.instructions) and not error:
        return False
    lines = answer["dump"].split("\n")
    dumps = [dump(tree, node) for node in tree.instructions]
    return len(lines) == len(dumps) and all(
        ours is None or f"({ours})" == theirs for ours, theirs in zip(dumps, lines, strict=True)
    )


def test_engine_corpus():
    found = [(case["id"], check_answer(case["dockerfile"], case)) for case in cases("engine-corpus")]
    assert [name for name, agrees in found if agrees is False] == []
    assert sum(agrees is True for _, agrees in found) > 6200


def test_parser_cases():
    checked = 0
    for case in cases("parser"):
        for answer in (case.get("engine"), case.get("expected"), (case.get("expected") or {})):
            answers = answer.get("parse", answer) if isinstance(answer, dict) else {}
            if "dockerfile" in case and isinstance(answers, dict) and ("dump" in answers or "parse_error" in answers):
                assert check_answer(case["dockerfile"], answers) is not False, case["id"]
                checked += 1
    assert checked > 280


def test_line_numbers_and_heredocs():
    for case in cases("parser"):
        answer = next(
            (part for part in (case.get("engine"), case.get("expected")) if isinstance(part, dict) and "nodes" in part),
            None,
        )
        if answer is None or answer.get("instruction_error"):
            continue
        tree = parse(case["dockerfile"])
        for node, expected in zip(tree.instructions, answer["nodes"], strict=True):
            lines = tree.source.position(node.start).line, tree.source.position(node.end).line
            assert lines == (expected["start_line"], expected["end_line"]), case["id"]
            host = node.instruction if node.kind == "onbuild" else node
            bodies = [(doc.name, doc.content, doc.expand, doc.chomp) for doc in getattr(host, "heredocs", ())]
            assert bodies == [
                (doc["name"], doc["content"], doc["expand"], doc["chomp"]) for doc in expected.get("heredocs") or []
            ], case["id"]


def test_heredoc_tokens():
    for case in cases("parser"):
        if case["kind"] == "heredoc_token":
            try:
                opener = read_opener(case["input"])
            except WordError:
                assert case["expected"].get("error"), case["id"]
                continue
            assert (opener.name if opener else None) == case["expected"].get("name"), case["id"]
        elif case["kind"] == "heredocs_from_line":
            assert [opener.name for opener in find_openers(case["input"])] == case["expected_names"], case["id"]


def test_split_command():
    latin = {"--\u00c3\u00a9=x": "--é=x", "--x=\u00c3\u00a9": "--x=é"}  # BuildKit reads bytes as characters here
    for case in cases("parser"):
        if case["kind"] != "split_command":
            continue
        (node,) = parse(case["input"]).instructions
        flags = [f"--{flag.name}" + ("" if flag.value is None else f"={flag.value}") for flag in node.flags]
        assert node.keyword == case["expected"]["cmd"]
        assert flags == [latin.get(flag, flag) for flag in case["expected"]["flags"] or []], case["id"]


def test_line_parsers():
    """Each of BuildKit's line parsers through the instruction that uses it."""
    keywords = {
        "parseWords": "ARG",
        "parseNameOrNameVal": "ARG",
        "parseMaybeJSON": "RUN",
        "parseMaybeJSONToList": "COPY x",
        "parseHealthConfig": "HEALTHCHECK",
        "parseStringsWhitespaceDelimited": "EXPOSE",
    }
    for case in cases("parser"):
        if case["kind"] != "line_parser" or case["input"] != case["input"].strip() or "\n" in case["input"]:
            continue
        keyword = case["key"] or keywords.get(case["function"])
        if keyword is None or keyword.endswith("x") or case["input"].startswith("--"):
            continue
        tree = parse(f"{keyword} {case['input']}")
        (node,) = tree.instructions
        if node.kind == "invalid":
            continue  # the instruction refuses what its line parser takes
        values = case["expected"].get("words", case["expected"].get("values"))
        assert words_of(tree, node) == (values or []), case["id"]
