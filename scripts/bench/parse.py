"""Parse and model the Dockerfiles of a corpus on one core, with the time of each stage, against two peers on the same files.

    python scripts/bench/parse.py [FILE.jsonl.gz] [--runs N]

Peers, where installed: ``dockerfile`` (BuildKit's parser in Go, through cgo) and ``e2b-dockerfile-utils`` (Python). Both read the
syntax alone; Restow also places each word, makes the tokens of the file and reads the stages. Times are CPU seconds of this
process, wall seconds beside them; of several runs the best counts. The last line is ``files per second N``.
"""

from __future__ import annotations

import argparse
import gzip
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "linter"))

from restow.semantics import read_model  # noqa: E402 - importable only now
from restow.semantics.in_force import read_in_force  # noqa: E402
from restow.syntax import parse, tables  # noqa: E402
from restow.syntax.lines import LineReader  # noqa: E402
from restow.syntax.statement import read_statement  # noqa: E402

CORPUS = ROOT.parent / "shared" / "corpus" / "dockerfiles.jsonl.gz"


def timed(work: Callable[[], object], runs: int) -> tuple[float, float]:
    """The best CPU and wall seconds of the runs."""
    best: list[tuple[float, float]] = []
    for _ in range(runs):
        cpu, wall = time.process_time(), time.perf_counter()
        work()
        best.append((time.process_time() - cpu, time.perf_counter() - wall))
    return min(best)


def lines_of(text: str) -> list[object]:
    """The logical lines alone; bodies of here-documents count as lines."""
    reader, found = LineReader(text, 0, "\\"), []
    while (line := reader.line()) is not None:
        found.append(line)
    return found


def statements_of(text: str) -> list[object]:
    """Logical lines, each with the tokens that the grammar gives."""
    parser = tables.load("\\")
    return [read_statement(line, line.start, line.end, parser) for line in lines_of(text)]


def peers() -> dict[str, Callable[[str], object]]:
    """The peers that are installed, each as a function of a text; what they refuse counts as read."""
    found: dict[str, Callable[[str], object]] = {}
    try:
        import dockerfile
    except ImportError:
        pass
    else:
        found["dockerfile (Go through cgo)"] = dockerfile.parse_string
    try:
        import e2b_dockerfile_utils as e2b
    except ImportError:
        pass
    else:
        found["e2b-dockerfile-utils (Python)"] = e2b.parse_dockerfile_ast
    return found


def tolerant(function: Callable[[str], object]) -> Callable[[str], object]:
    """``function`` without its exceptions: a peer that refuses a file has read it, too."""

    def call(text: str) -> object:
        try:
            return function(text)
        except Exception as error:  # noqa: BLE001 - peers have their own trees of exceptions
            return error

    return call


def main() -> int:
    """Print the stages, the peers' ratios, and the figure."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("corpus", nargs="?", type=Path, default=CORPUS)
    options.add_argument("--runs", type=int, default=3)
    arguments = options.parse_args()
    with gzip.open(arguments.corpus, "rt", encoding="utf-8") as stream:
        texts = [json.loads(line)["text"] for line in stream]
    for warm in ("FROM a\n", "# escape=`\nFROM a\n"):
        read_model(parse(warm))
    trees = [parse(text) for text in texts]
    models = [read_model(tree) for tree in trees]
    figures = {
        "logical lines": timed(lambda: [lines_of(text) for text in texts], arguments.runs),
        "... and the grammar": timed(lambda: [statements_of(text) for text in texts], arguments.runs),
        "... and tokens and nodes: parse": timed(lambda: [parse(text) for text in texts], arguments.runs),
        "model": timed(lambda: [read_model(tree) for tree in trees], arguments.runs),
        "what is in force (not in the figure)": timed(lambda: [read_in_force(m) for m in models], arguments.runs),
    }
    print(f"{len(texts)} files, {sum(map(len, texts))} characters; best of {arguments.runs} runs")
    for name, (cpu, wall) in figures.items():
        print(f"{name:38} {cpu:7.3f} s CPU {wall:7.3f} s wall")
    whole = timed(lambda: [read_model(parse(text)) for text in texts], arguments.runs)
    print(f"{'parse and model':38} {whole[0]:7.3f} s CPU {whole[1]:7.3f} s wall")
    found = peers()
    for name, function in found.items():
        read = tolerant(function)
        cpu, wall = timed(lambda read=read: [read(text) for text in texts], arguments.runs)
        print(f"{name:38} {cpu:7.3f} s CPU {wall:7.3f} s wall; Restow takes {whole[0] / cpu:.2f} times as long")
    if len(found) < 2:
        print("a peer is missing: pip install dockerfile e2b-dockerfile-utils")
    print(f"files per second, wall {len(texts) / whole[1]:.0f}")
    print(f"files per second {len(texts) / whole[0]:.0f}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
