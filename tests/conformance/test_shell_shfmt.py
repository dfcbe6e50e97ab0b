"""The simple commands of real RUN bodies, compared with what shfmt finds in them."""

import gzip
import json
import random
import re
import shutil
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from restow.shell import Opaque, parse_shell, walk_commands

SHARED = Path(__file__).parents[2].parent / "shared"
CORPUS = SHARED / "corpus" / "dockerfiles.jsonl.gz"
SHFMT = shutil.which("shfmt")
SAMPLE = 300

DECLARING = {"declare", "export", "local", "nameref", "readonly", "typeset", "let"}

pytestmark = [
    pytest.mark.skipif(SHFMT is None, reason="shfmt is not installed"),
    pytest.mark.skipif(not CORPUS.is_file(), reason=f"no corpus at {CORPUS}"),
]


@dataclass(frozen=True)
class Body:
    """A RUN's shell text: raw as it stands in the file, joined as the shell gets it."""

    raw: str
    joined: str
    escape: str


def run_bodies(text: str) -> Iterator[Body]:
    """The bodies of the shell-form RUN instructions of a Dockerfile for a POSIX shell, here-documents' included."""
    if re.search(r"(?im)^\s*#\s*escape\s*=\s*`|^\s*SHELL\s+\[\s*\"(?!/)", text):
        return
    lines = text.splitlines(keepends=True)
    at = 0
    while at < len(lines):
        match = re.match(r"\s*RUN\s+", lines[at], re.IGNORECASE)
        if re.match(r"\s*(#|$)", lines[at]):
            at += 1
            continue
        raw, joined, at = one_instruction(lines, at)
        names = re.findall(r"<<(-?)([\"']?)([A-Za-z_][A-Za-z0-9_.]*)\2", joined)
        heredocs = []
        if names and re.match(r"\s*(RUN|COPY|ADD)\s", raw, re.IGNORECASE):
            for dash, _, name in names:
                first = at
                while at < len(lines) and (lines[at].lstrip("\t") if dash else lines[at]).rstrip("\r\n") != name:
                    at += 1
                heredocs.append("".join(lines[first:at]))
                at += 1
        if not match:
            continue
        blank = r"(?:\s|\\[ \t]*\r?\n(?:\s*#.*\n)*)+"
        raw, joined = (re.sub(rf"(?i)^\s*RUN{blank}(?:--\S+{blank})*", "", part) for part in (raw, joined))
        if heredocs:
            if re.fullmatch(r"<<-?[\"']?\w+[\"']?\s*", joined) and not heredocs[0].startswith("#!"):
                yield Body(heredocs[0], heredocs[0], "")
        elif joined.strip() and not joined.startswith("["):
            yield Body(raw, joined, "\\")


def one_instruction(lines: list[str], at: int) -> tuple[str, str, int]:
    """An instruction raw and joined, and the number of the line after it."""
    raw, joined = "", ""
    while at < len(lines):
        line = lines[at]
        at += 1
        if raw and re.match(r"\s*(#|$)", line):
            raw += line
            continue
        raw += line
        more = re.search(r"(?<!\\)\\[ \t]*\r?\n?$", line)
        joined += line[: more.start()] if more else line.rstrip("\r\n")
        if not more:
            break
    return raw.rstrip("\r\n"), joined, at


def commands_of_shfmt(script: str) -> list[list[str]] | None:
    """The argument words of every call that shfmt finds; None where it cannot read ``script``."""
    assert SHFMT is not None
    data = script.encode()
    done = subprocess.run([SHFMT, "--to-json", "-ln", "bash"], input=data, capture_output=True, check=False)
    if done.returncode:
        return None
    found: list[list[str]] = []
    collect(json.loads(done.stdout), data, found)
    return found


def collect(node: object, data: bytes, found: list[list[str]]) -> None:
    """Append the words of the calls in a part of shfmt's tree."""
    if isinstance(node, list):
        for item in node:
            collect(item, data, found)
    elif isinstance(node, dict):
        if node.get("Type") == "CallExpr" and node.get("Args"):
            found.append([source(data, word) for word in node["Args"]])
        elif node.get("Type") in {"DeclClause", "LetClause"}:
            found.append([node["Variant"]["Value"] if "Variant" in node else "let"])
        for value in node.values():
            collect(value, data, found)


def source(data: bytes, node: dict) -> str:
    """The text that a node of shfmt's tree covers."""
    return tidy(data[node["Pos"].get("Offset", 0) : node["End"]["Offset"]].decode())


def tidy(word: str) -> str:
    """A word without the line continuations within it."""
    return re.sub(r"(?<!\\)\\[ \t]*\r?\n(?:\s*(?:#.*)?\r?\n)*", "", word)


def commands_of_restow(body: Body) -> list[list[str]] | None:
    """The argument words of every simple command; None where a part of the body is Opaque."""
    script = parse_shell(body.raw, 0, len(body.raw), escape=body.escape)
    found = []
    for occurrence in walk_commands(script):
        command = occurrence.command
        if isinstance(command, Opaque):
            if "arithmetic" in command.reason:
                continue
            return None
        words = [tidy(body.raw[word.start : word.end]) for word in command.words]
        if words[:1] == ["time"]:
            del words[0]
        if words[:1] and words[0] in DECLARING:
            del words[1:]
        if words and words[0] != "[[":
            found.append(words)
    return found


def corpus() -> list[Body]:
    """The distinct RUN bodies of the corpus."""
    bodies: dict[str, Body] = {}
    with gzip.open(CORPUS, "rt", encoding="utf-8") as lines:
        for line in lines:
            for body in run_bodies(json.loads(line)["text"]):
                bodies.setdefault(body.raw, body)
    return list(bodies.values())


def compare(bodies: list[Body]) -> tuple[int, list[Body], list[Body], list[Body]]:
    """How many bodies agree; those that restow alone cannot read, those that differ, those that shfmt cannot read."""
    with ThreadPoolExecutor(4) as pool:
        expected = list(pool.map(lambda body: commands_of_shfmt(body.joined), bodies))
    agree, opaque, wrong, unreadable = 0, [], [], []
    for body, theirs in zip(bodies, expected, strict=True):
        ours = commands_of_restow(body)
        if theirs is None:
            unreadable.append(body)
        elif ours is None:
            opaque.append(body)
        elif sorted(ours) != sorted(theirs):
            wrong.append(body)
        else:
            agree += 1
    return agree, opaque, wrong, unreadable


def test_same_commands_as_shfmt():
    bodies = random.Random(7).sample(corpus(), SAMPLE)
    agree, opaque, wrong, unreadable = compare(bodies)
    assert not wrong, [body.raw for body in wrong[:3]]
    assert agree >= 0.99 * (SAMPLE - len(unreadable)), [body.raw for body in opaque[:3]]
