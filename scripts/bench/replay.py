"""Advice on real Dockerfiles, replayed over the commits that followed them.

    python scripts/bench/replay.py [DIR] [--each] [--only TEXT]

DIR holds ``*.json.gz`` cases: a Dockerfile, its ignore file, the context's listing (path, git mode, content id, size),
the texts of its manifests, and the commits that came after, each with the paths it changed. The listing is the context,
the commits are the change events. Lock files are in the listing without their text, so what only they could tell counts
as unchecked.
"""

from __future__ import annotations

import argparse
import collections
import gzip
import json
import statistics
import sys
import time
import traceback
from dataclasses import dataclass, field
from pathlib import Path

from restow.advise import advise
from restow.advise.history import from_changes
from restow.build import context_of_listing, simulate
from restow.image import compare
from restow.syntax import parse


@dataclass
class Tally:
    """What the whole run counts."""

    savings: list[float] = field(default_factory=list)
    daring: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    refusals: collections.Counter[str] = field(default_factory=collections.Counter)
    crashes: int = 0
    unequal: int = 0
    unstable: int = 0


def main() -> int:
    """Run every case; exit 1 where one crashed or an unequal result was proposed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    default = Path(__file__).resolve().parents[2].parent / "shared" / "replay"
    parser.add_argument("folder", nargs="?", type=Path, default=default)
    parser.add_argument("--each", action="store_true", help="a line a case")
    parser.add_argument("--only", default="", help="cases whose file name contains this text")
    arguments = parser.parse_args()
    files = [path for path in sorted(arguments.folder.glob("*.json.gz")) if arguments.only in path.name]
    if not files:
        print(f"no cases in {arguments.folder}", file=sys.stderr)
        return 2
    tally = Tally()
    for path in files:
        case = json.loads(gzip.decompress(path.read_bytes()))
        try:
            line = replay(case, tally)
        except Exception:  # noqa: BLE001 - a crash is what this run counts; it is printed whole
            tally.crashes += 1
            line = "CRASH"
            traceback.print_exc()
        if arguments.each:
            print(f"{path.name.removesuffix('.json.gz')}: {line}")
    report(tally, len(files))
    return 1 if tally.crashes or tally.unequal else 0


def replay(case: dict, tally: Tally) -> str:
    """Advice on one case, checked again from the texts alone."""
    name = case["dockerfile_path"]
    inside = (
        name.removeprefix(case["context"].removeprefix(".").strip("/")).lstrip("/") if case["context"] != "." else name
    )
    files = [(path, int(mode, 8), identity, size) for path, mode, identity, size in case["files"]]
    context = context_of_listing(files, texts=case["manifests"], dockerignore=case["dockerignore"], dockerfile=inside)
    history = from_changes(
        [(entry["commit"], [tuple(change) for change in entry["changes"]]) for entry in case["history"]]
    )
    dockerfile = parse(case["dockerfile"], name)
    begin = time.perf_counter()
    advice = advise(dockerfile, context, history)
    tally.seconds.append(time.perf_counter() - begin)
    saving = advice.proposal.saving if advice.proposal else 0.0
    tally.savings.append(saving)
    bold = advise(dockerfile, context, history, accept=True)
    tally.daring.append(max(saving, bold.proposal.saving if bold.proposal else 0.0))
    for refusal in advice.refusals:
        tally.refusals[_kind(refusal.reason)] += 1
    if advice.proposal is not None:
        after = parse(advice.proposal.text, name)
        if compare(simulate(dockerfile, context), simulate(after, context)):
            tally.unequal += 1
        if advise(after, context, history).proposal is not None:
            tally.unstable += 1
    what = "; ".join(advice.proposal.summary) if advice.proposal else advice.verdict
    return (
        f"{advice.cost_now:.1f} s -> {advice.cost_then:.1f} s ({saving:.0%}; {tally.daring[-1]:.0%} unchecked) {what}"
    )


def _kind(reason: str) -> str:
    """Reasons that differ only in names count as one."""
    words = ["…" if any(c in word for c in "/'0123456789") else word for word in reason.split()]
    return " ".join(words)[:110]


def report(tally: Tally, cases: int) -> None:
    """The figures, the ones to compare alone on the last lines."""
    improved = [saving for saving in tally.savings if saving > 0]
    print("refusals by reason:")
    for reason, count in tally.refusals.most_common(30):
        print(f"  {count:4d}  {reason}")
    print(f"proposals {len(improved)}, refusals {sum(tally.refusals.values())}")
    print(f"median saving {statistics.median(tally.savings) * 100:.1f} %")
    if improved:
        print(f"mean saving where improved {statistics.mean(improved) * 100:.1f} %")
    print(f"mean saving with unchecked assumptions {statistics.mean(tally.daring) * 100:.1f} %")
    print(f"second run changes something {tally.unstable}")
    print(f"seconds a case: mean {statistics.mean(tally.seconds):.2f}, longest {max(tally.seconds):.2f}")
    print(f"cases {cases}")
    print(f"crashes {tally.crashes}")
    print(f"unequal {tally.unequal}")
    print(f"improved {len(improved)}")
    print(f"mean saving {statistics.mean(tally.savings) * 100:.1f} %")


if __name__ == "__main__":
    raise SystemExit(main())
