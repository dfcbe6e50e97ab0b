"""Every file of the corpus, read by the official parser (package ``dockerfile``, Go) and by ours, node by node."""

import gzip
import json
from pathlib import Path

import pytest

from restow.syntax import parse

UNKNOWN = object()
SHARED = Path(__file__).parents[2].parent / "shared"
CORPUS = SHARED / "corpus" / "dockerfiles.jsonl.gz"
official = pytest.importorskip("dockerfile", reason="the official parser has wheels for x86-64 only")

OWN = (
    "",
    "# a comment\n",
    "FROM a\nRUN x \\\n",
    "FROM a\nRUN x \\\n\n# c\n",
    "# escape=`\nFROM a\nRUN x `\n y\nCOPY C:\\ D:\\\n",
    "# escape=a\nFROM a\n",
    "# escape=`\n# escape=`\nFROM a\n",
    "\ufeffFROM a\r\nENV A=b \\\r\n  C='d e'\r\n",
    'FROM a AS b\nCOPY --from=a --chown=1:1 ["x y", "z"]\nONBUILD RUN --mount=type=ssh y\n',
    "FROM a\nRUN <<EOF <<-'TWO' cat\n a\nEOF\n\tb\n\tTWO\nCMD [\"a\", 'b']\nCMD [\"a\", 1]\n",
    "FROM a\nRUN <<EOF\nnever closed\n",
    "FROM a\nENV A\n",
    "FROM a\nLABEL a=b c\n",
    "FROM a\nONBUILD ENV A\n",
    "FROM a\nNONSENSE x\nWORKDIR\nCOPY one\nHEALTHCHECK --interval=1s CMD a b\nHEALTHCHECK none\n",
    "FROM a\n\\\nRUN b\n\\ \n\n# c\n  \\\nRUN d\n",
    "FROM a\nRUN \xa0--mount=x\nCMD \u2003--x\nUSER \x85--x\nARG \u3000--x\nCOPY \u2028\\\n \xa0a b\n",
    "FROM a\nRUN a \\\f\nRUN b \\\xa0\nRUN <<E \\\v\nx\nE\n",
    "FROM a\nENV a=b c='d\\\xa0\nLABEL a=b \\",
    'FROM a\nHEALTHCHECK CMD \xa0x\nHEALTHCHECK CMD \\\n\u2003 ["x"]\n',
    "FROM a\nRUN --mount=type=cache,target=/é x\nENV \\\f\n",
    "FROM a\nONBUILD ENV -- a\n",
    "FROM a\nHEALTHCHECK ONCE [1]\n",
    'FROM a\nSHELL ["a"]\nEXPOSE 1 2/udp\nVOLUME ["/a", "/b"]\nVOLUME /a /b\nLABEL a b c\n',
)
"""Texts of our own, so that the comparison says something without the corpus too."""


def differences(text, dump):
    """What the two parsers see differently in a text; empty where nothing is."""
    tree = parse(text)
    refused = [node for node in tree.broken if node.by_parser or node.keyword == "#"]
    try:
        expected = official.parse_string(text)
    except official.GoParseError as error:
        return [] if refused or not tree.instructions else [f"refused: {error}"]
    if refused or len(expected) != len(tree.instructions):
        return [f"{len(tree.instructions)} nodes for {len(expected)}, {[node.message for node in refused]}"]
    found = [as_command(tree, node, dump) for node in tree.instructions]
    return [
        f"{ours} for {theirs}"
        for ours, theirs in zip(found, map(tuple, expected), strict=True)
        if not same(ours, theirs)
    ]


def as_command(tree, node, dump):
    """Our node in the form of the official parser's ``Command``. An Invalid one keeps no arguments: ``UNKNOWN``."""
    host = node.instruction if node.kind == "onbuild" else node
    known = host.kind != "invalid"
    heredocs = [(doc.name, doc.file_descriptor, doc.content) for doc in getattr(host, "heredocs", ())]
    return (
        node.keyword,
        host.keyword if host is not node else None,
        is_json(host) if known else UNKNOWN,
        tree.source.position(node.start).line,
        tree.source.position(node.end - 1).line,
        tuple(dump.flags(host)) if host is node else (),
        tuple(values(tree, host, dump)) if known else UNKNOWN,
        tuple(heredocs) if known else UNKNOWN,
    )


def values(tree, node, dump):
    """The arguments; pairs without the "=" between them, which this version of the parser does not list."""
    found = dump.arguments(tree, node)
    return [text for index, text in enumerate(found) if index % 3 < 2] if node.kind in ("env", "label") else found


def is_json(node):
    """Whether the arguments are a JSON array."""
    if node.kind == "shell" or getattr(node, "json_form", False):
        return True
    command = getattr(node, "command", None)
    return command is not None and command.form == "exec"


def same(ours, theirs):
    """Whether our node and the official one agree in all that ours keeps."""
    cmd, sub, as_json, _, start, end, flags, value, heredocs = theirs
    known = (cmd, sub, as_json, start, end, tuple(flags), tuple(value), tuple(tuple(doc) for doc in heredocs))
    return all(mine is UNKNOWN or mine == their for mine, their in zip(ours, known, strict=True))


@pytest.mark.parametrize("text", OWN)
def test_texts_of_our_own(text, dump):
    assert differences(text, dump) == []


@pytest.mark.skipif(not CORPUS.is_file(), reason=f"no corpus at {CORPUS}")
def test_every_file_of_the_corpus(dump):
    with gzip.open(CORPUS, "rt", encoding="utf-8") as lines:
        files = [json.loads(line) for line in lines]
    found = {f"{file['repo']} {file['path']}": differences(file["text"], dump) for file in files}
    assert {name: seen[:3] for name, seen in found.items() if seen} == {}
    assert len(files) == 1213
