"""The simple commands of every RUN of the corpus, compared with what shfmt finds in them, words included."""

import gzip
import json
import re
import shutil
import subprocess
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from restow.build.sources import chomped
from restow.semantics import read_model
from restow.semantics.in_force import read_in_force
from restow.shell import POSIX_DIALECTS, Opaque, parse_shell, shell_name, walk_commands
from restow.syntax import parse

CORPUS = Path(__file__).parents[2].parent / "shared" / "corpus" / "dockerfiles.jsonl.gz"
SHFMT = shutil.which("shfmt")
pytestmark = pytest.mark.skipif(SHFMT is None, reason="shfmt is not installed")

RUNS = 3278
"""RUN instructions in shell form, those in ONBUILD included."""
AT_LEAST = 0.995
UNREADABLE = {
    "test ! -f packages.json || { npm i && npm cache clean --force }": "a brace without a semicolon before it: no shell reads it",
}
"""Bodies that shfmt cannot read, with the reason; they are Opaque."""
HAND_WRITTEN = Path(__file__).parents[2] / "fixtures" / "shell" / "scripts.txt"
"""Scripts with a line ``%%`` between them."""
DECLARING = {"declare", "export", "local", "nameref", "readonly", "typeset"}


@dataclass(frozen=True)
class Body:
    """A RUN's shell text: ``text[start:end]`` of its file, and ``joined`` as the shell gets it."""

    text: str
    start: int
    end: int
    joined: str
    escape: str
    dialect: str

    def parse(self):
        return parse_shell(self.text, self.start, self.end, escape=self.escape, dialect=self.dialect)


def bodies_of(text):
    """The bodies of a file: of each RUN in shell form the text, or its only here-document; others as (None, why)."""
    tree = parse(text)
    for node, found in zip(tree.instructions, read_in_force(read_model(tree)), strict=True):
        run = getattr(node, "instruction", node)
        if run.kind != "run" or run.command.form == "exec" or not run.command.text:
            continue
        command, dialect = run.command, shell_name(found.shell[0])
        if not run.heredocs:
            yield Body(text, command.start, command.end, command.text, tree.escape, dialect)
        elif re.fullmatch(r"<<-?([\"']?)\w+\1", command.text) and not run.heredocs[0].content.startswith("#!"):
            (body,) = run.heredocs
            yield Body(text, body.start, body.end, chomped(body), "", dialect)
        else:
            joined = "\n".join([command.text, *(doc.content + doc.name for doc in run.heredocs)])
            yield Body(text, command.start, run.end, joined, tree.escape, dialect)


def commands_of_shfmt(script):
    """The words of every simple command that shfmt finds; None where it cannot read ``script``."""
    data = script.encode()
    done = subprocess.run([SHFMT, "--to-json", "-ln", "bash"], input=data, capture_output=True, check=False)
    if done.returncode:
        return None
    found = []
    collect(json.loads(done.stdout), data, found)
    return found


def collect(node, data, found):
    """Append the words of the simple commands in a part of shfmt's tree."""
    if isinstance(node, list):
        for item in node:
            collect(item, data, found)
    elif isinstance(node, dict):
        kind = node.get("Type")
        if kind == "CallExpr" and node.get("Args"):
            found.append([source(data, word) for word in node["Args"]])
        elif kind == "DeclClause":
            found.append([node["Variant"]["Value"], *(source(data, word) for word in node.get("Args") or ())])
        elif kind == "LetClause":
            found.append(["let", *(source(data, word) for word in node["Exprs"])])
        elif kind == "TestClause":
            found.append(["".join(source(data, node).split())])
        for value in node.values():
            collect(value, data, found)


def source(data, node):
    """The text that a node of shfmt's tree covers."""
    return tidy(data[node["Pos"].get("Offset", 0) : node["End"]["Offset"]].decode())


def tidy(word, escape="\\"):
    """A word without the line continuations within it."""
    return re.sub(rf"(?<!\\){re.escape(escape)}[ \t]*\r?\n(?:\s*(?:#.*)?\r?\n)*", "", word) if escape else word


def commands_of_restow(body):
    """The words of every simple command, the reasons of what is Opaque apart."""
    commands, opaque = [], []
    for occurrence in walk_commands(body.parse()):
        command = occurrence.command
        if isinstance(command, Opaque):
            opaque.append(command.reason)
            continue
        words = [tidy(body.text[word.start : word.end], body.escape or "\\") for word in command.words]
        if words[:1] == ["time"]:
            del words[0]
        if words[:1] == ["[["]:
            words = ["".join("".join(words).split())]
        if words:
            commands.append(words)
    return commands, opaque


@pytest.fixture(scope="module")
def found():
    """What came of each body: ``agree``, ``other shell``, ``unreadable``, ``opaque`` or ``wrong``, and the bodies."""
    if not CORPUS.is_file():
        pytest.skip(f"no corpus at {CORPUS}")
    with gzip.open(CORPUS, "rt", encoding="utf-8") as lines:
        bodies = [body for line in lines for body in bodies_of(json.loads(line)["text"])]
    posix = [body for body in bodies if body.dialect in POSIX_DIALECTS]
    texts = list(dict.fromkeys(body.joined for body in posix))
    with ThreadPoolExecutor(4) as pool:
        theirs = dict(zip(texts, pool.map(commands_of_shfmt, texts), strict=True))
    return [(verdict(body, theirs.get(body.joined)), body) for body in bodies]


def verdict(body, theirs):
    if body.dialect not in POSIX_DIALECTS:
        return "other shell"
    ours, opaque = commands_of_restow(body)
    if theirs is None:
        return "unreadable"
    if sorted(ours) == sorted(theirs):
        return "agree"
    return "opaque" if opaque and not Counter(map(tuple, ours)) - Counter(map(tuple, theirs)) else "wrong"


def test_every_run_of_the_corpus(found):
    """Of those that a POSIX shell reads, all agree but for bodies that are no shell at all."""
    counts = Counter(kind for kind, _ in found)
    assert counts.total() == RUNS
    assert [body.joined for kind, body in found if kind == "wrong"] == []
    readable = counts["agree"] + counts["opaque"]
    assert counts["agree"] / readable >= AT_LEAST
    assert [body.joined for kind, body in found if kind == "opaque"] == []


def test_what_is_no_shell_is_opaque(found):
    unread = {body.joined for kind, body in found if kind == "unreadable"}
    assert unread == set(UNREADABLE)
    assert all(isinstance(body.parse(), Opaque) for kind, body in found if kind == "unreadable")


def test_shells_of_windows_are_opaque(found):
    others = Counter()
    for kind, body in found:
        if kind == "other shell":
            parsed = body.parse()
            assert isinstance(parsed, Opaque)
            assert parsed.reason.startswith(("the language of PowerShell is not", "the language of cmd, the shell of"))
            others[body.dialect] += 1
    assert others.total() > 150


OWN = [
    'echo `date` "`echo $(id)`"',
    "a=$(b $(c \"$(d 'e)')\")) f",
    "cat <<EOF > x\n$(inner one) `inner two`\nEOF\nnext",
    "cat <<'EOF'\n$(no command)\nEOF\nnext",
    "cat <<-A <<B; next\n\ta\n\tA\nb\nB\n",
    "echo $((1 + $(two))) $((x << 2))",
    "case $x in a|b) one ;; (c) two;; *) three; esac",
    "f() { one; two; }; function g { three; }; f",
    'read x <<< "$(one)" && grep y <<<z',
    "[[ $a == b* && -f c ]] && one || two",
    'a=(b c "d e"); echo "${a[@]}" ${a[0]}',
    "set -euxo pipefail; one | two |& three",
    "if ! one; then two; elif three; then four; else five; fi > log 2>&1 &",
    "for i in a b; do one $i; done; while two; do three; done; until four; do five; done",
    "for i; do one; done; { two; } 2>/dev/null; (three; four)",
    'X=1 Y="$(one)" two; export A=b C; local d=e',
    "diff <(one a) <(two b) > >(three)",
    "one \\\n  two \\\n  && three",
    'echo ${a:-$(one)} "${b#${c%d}}" $\'e\\\'f\' $"g"',
    "time one; ! two; time { three; }",
    "one && # a comment\ntwo # more\nthree;four&five",
    "echo a\\ b 'c d'\"e f\"$g* ~/h {i,j} \\$k",
]
"""What images write in shell, in texts of our own."""


@pytest.mark.parametrize("script", OWN)
def test_texts_of_our_own(script):
    body = Body(script, 0, len(script), script, "", "bash")
    ours, opaque = commands_of_restow(body)
    theirs = commands_of_shfmt(script)
    assert theirs is not None
    if opaque:
        assert all(reason.startswith("line ") or "not read" in reason for reason in opaque)
        assert not Counter(map(tuple, ours)) - Counter(map(tuple, theirs))
    else:
        assert sorted(ours) == sorted(theirs)


def test_hand_written_scripts():
    """What shfmt reads agrees, or is Opaque in part with a reason and nothing made up; what it cannot read is Opaque."""
    scripts = HAND_WRITTEN.read_text(encoding="utf-8").removesuffix("\n").split("\n%%\n")
    found = {}
    for script in scripts:
        body = Body(script, 0, len(script), script, "", "bash")
        found[script] = verdict(body, commands_of_shfmt(script)), *commands_of_restow(body)
    assert len(found) == len(scripts)
    assert [script for script, (kind, _, _) in found.items() if kind == "wrong"] == []
    assert [script for script, (kind, _, opaque) in found.items() if kind != "agree" and not all(opaque)] == []
    unread = [script for script, (kind, commands, opaque) in found.items() if kind == "unreadable" and commands]
    assert unread == []
    assert Counter(kind for kind, _, _ in found.values()) == {"agree": 122, "opaque": 22, "unreadable": 27}
