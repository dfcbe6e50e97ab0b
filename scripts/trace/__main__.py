"""Trace real programs and compare what they did with their models.

    python scripts/trace LAYERS [--only TEXT,...]

LAYERS is a folder that ``prepare.py`` filled: unpacked layers of a Debian image, its package lists, and the programs. Each
case runs in a root that is thrown away. A line tells each case's violations; what the programs did is written to
``fixtures/traces`` as lists of paths. Exit 1 where there was a violation. Needs root, strace, gcc and a network.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from cases import Case, cases
from comparison import Trace, verdict, violations
from disposable_root import Root
from fixture import trace_of, write_fixture
from prepare import TOOLSETS
from strace_log import UnreadableLogError

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "traces"
_SHOWN = 30


def main() -> int:
    """Trace the cases and compare; exit 1 for a violation, 2 where a command failed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("layers", type=Path)
    parser.add_argument("--only", default="", help="cases whose name begins with one of these, separated by commas")
    arguments = parser.parse_args()
    wrong = failed = 0
    for case in cases():
        if case.name.startswith(tuple(arguments.only.split(","))):
            try:
                trace, outcome = run(case, arguments.layers.resolve())
            except UnreadableLogError as error:
                trace, outcome = None, f"its log is not understood: {error}"
            if trace is None or outcome:
                print(f"{case.name}: failed: {outcome[-600:]}", flush=True)
                failed += 1
                continue
            wrong += compare(case, trace)
    print(f"{wrong} violations, {failed} commands failed")
    return 2 if failed else int(bool(wrong))


def run(case: Case, layers: Path) -> tuple[Trace | None, str]:
    """The trace of a case, and what the command said where it failed."""
    lower = tuple(layers / name for name in TOOLSETS[case.programs])
    scratch = layers / "scratch"
    root = Root(lower, scratch)
    set_up, upper = scratch / "set-up", scratch / "upper"
    root.clear(set_up, upper)
    environment = {"HOME": "/root", **case.environment}
    project = set_up / case.directory.strip("/")
    project.mkdir(parents=True)
    for name, text in case.files.items():
        path = project / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if text.startswith("->"):
            path.symlink_to(text[2:])
        else:
            path.write_text(text)
    if case.before:
        before = root.run(["/bin/sh", "-ec", case.before], set_up, environment=environment)
        if before.returncode:
            return None, f"what runs before it: {before.stdout[-600:]} {before.stderr[-1200:]}"
    traced = Root((*lower, set_up), scratch)
    log, asked, outcome = traced.traced(
        case.command, upper, directory=case.directory, user=case.user, environment=environment
    )
    same = unchanged(log.written, lower=set_up, upper=upper)
    log.written -= same
    log.read |= same
    said = "" if outcome.returncode == 0 else f"{outcome.returncode} {outcome.stdout[-800:]} {outcome.stderr}"
    return trace_of(case, project, log, asked), said


def unchanged(written: set[str], *, lower: Path, upper: Path) -> set[str]:
    """The files that were written with the bytes, the mode and the owner that they had before: they count as read."""
    found = set()
    for path in written:
        before, after = (layer / path.lstrip("/") for layer in (lower, upper))
        if before.is_file() and after.is_file() and not before.is_symlink() and not after.is_symlink():
            were, are = before.stat(), after.stat()
            kept = (were.st_mode, were.st_uid, were.st_gid) == (are.st_mode, are.st_uid, are.st_gid)
            found |= {path} if kept and before.read_bytes() == after.read_bytes() else set()
    return found


def compare(case: Case, trace: Trace) -> int:
    """Print what the model lacks, write the fixture, and give the number of violations."""
    found: list[str] = []
    reasons: list[str] = []
    for accept in (False, True):
        effect, reason = verdict(trace, accept=accept)
        reasons.append(reason)
        found += [] if effect is None else violations(trace, effect)
    found = list(dict.fromkeys(found))
    print(
        f"{case.name}: {'known' if not reasons[1] else 'unknown: ' + reasons[1]}; {len(found)} violations", flush=True
    )
    for line in found[:_SHOWN]:
        print(f"    {line}")
    write_fixture(FIXTURES / f"{case.name}.json", trace, known=not reasons[1])
    return len(found)


if __name__ == "__main__":
    sys.exit(main())
