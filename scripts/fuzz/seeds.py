"""Where the search begins: the project's own fixtures, short texts that stand below, and Dockerfiles that are given."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path

from laws import marked

from restow.syntax import parse
from restow.syntax.ast import Run

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"
LONGEST_SHELL = 300
"""Bytes of the longest seed of shell text: a parse takes about 50 microseconds a byte under the fuzzer."""

DIRECTIVES = (
    "# syntax=docker/dockerfile:1\n# escape=`\n# check=skip=all;error=true\nFROM a\n",
    "#check=skip=StageNameCasing,UndefinedVar;experimental=all\nFROM a\n# check=skip=all\nRUN b\n",
    '#!/x\n# Syntax = a/b@sha256:0 \r\n#escape=\\\r\nFROM a\r\n{"syntax":"b"}',
    "// syntax=a/b\nFROM a\n",
    '{"syntax": "docker.io/docker/dockerfile-upstream:master"}\n',
    "# restow: ignore-file=CA,SE001 reason=none\n# hadolint global ignore=DL3008\n"
    "# restow: ignore=x\nRUN a \\\n# hadolint ignore=SC1\n b",
)
SCRIPTS = (
    "for ((i=0; i<3; i++)); do echo $((i*2)); done; (( a > b )) && coproc x { y; }",
    'case "$a" in (b|c*) d;; *) e;& esac; while ! f <<< "$g"; do h=(1 "$i" [3]=j); k+=(l); done',
    "cat <<-'E' <<F >g 2>&1\n\ta $b\n\tE\n$(c `d`)\nF\n[[ $a =~ ^b$ && -f c ]] || { d; } | e &",
    "function f() { local x=${1:-\"$2\"} y=${a[@]/#b/c} z=$'\\n'; select q in r; do s; done; }; if a; then b; elif c; then d; fi",
)
WORDS = ("${A:-$B}'c'\"d\"", "${C/#x?/y}${C//\\*/}", "${D%%.*}${D##*/}$E${F:?no}", 'a\\ $A${B:+"${C}"}', "${A+x}`$")
IGNORED = ("a/b/c\n**/c\n!a/b\n#d\n[a-c]?\\*\n/e/../f/\n", "x/.git\n.git\n!**/.g*\n \n")


def seeds(corpus: Path | None) -> Iterator[tuple[str, bytes]]:
    """(target, input). ``corpus`` is a JSONL file, gzipped, whose objects have the Dockerfile's ``text``."""
    for path in sorted((FIXTURES / "fuzz").glob("*/*")):
        yield path.parent.name, path.read_bytes()
    files = [path.read_bytes() for path in sorted(FIXTURES.rglob("*Dockerfile"))]
    if corpus is not None:
        with gzip.open(corpus, "rt", encoding="utf-8") as lines:
            files += [json.loads(line)["text"].encode() for line in lines]
    for data in files:
        yield "dockerfile", data
        for node in parse(data.decode("utf-8", "replace")).instructions:
            if isinstance(node, Run) and len(node.command.text) <= LONGEST_SHELL:
                yield "shell", b"\x00" + node.command.text.encode()
    yield from (("directives", text.encode()) for text in DIRECTIVES)
    yield from (("shell", b"\x00" + text.encode()) for text in SCRIPTS)
    yield from (("words", mark + text.encode()) for text in WORDS for mark in (b"\x00", b"\x01"))
    yield from (("ignorefile", text.encode()) for text in IGNORED)


def write_seeds(folder: Path, target: str, longest: int, corpus: Path | None) -> int:
    """Write the seeds of ``target`` (of all of them, marked, for ``all``) that are not longer than ``longest``; their number."""
    inputs = {
        marked(name, data) if target == "all" else data for name, data in seeds(corpus) if target in ("all", name)
    }
    kept = sorted(data for data in inputs if len(data) <= longest)
    for number, data in enumerate(kept):
        (folder / f"{number:05}").write_bytes(data)
    return len(kept)
