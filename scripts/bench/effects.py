"""How much of real Dockerfiles the command models cover.

    python scripts/bench/effects.py [FILE.jsonl.gz] [--top N] [--of PROGRAM]

FILE holds one JSON object a line with the ``text`` of a Dockerfile. Every file is simulated without a build context. Counted are
the simple commands of all RUN instructions, those in substitutions, loops and branches too, plain assignments left out. A
command is *known* where its model accepts this very argv, with its variables and options, in the simulated state; also where
only the content of a file of the (missing) context stops it, which is counted apart. A RUN is *wholly known* where the
simulator follows all of it: every command known, and the shell text, directories, variables and redirections around them.
``--of`` prints every unknown command of one program.
"""

from __future__ import annotations

import argparse
import collections
import gzip
import json
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from restow.build import simulate
from restow.build.command_terms import Entry
from restow.build.engine import Build
from restow.build.shell import ShellRun
from restow.build.state import Command, State
from restow.build.steps import run as run_step
from restow.effects import Effect
from restow.errors import RestowError, UnknownContent, UnknownEffect
from restow.semantics.scope import symbolic
from restow.shell import For, Script, SimpleCommand, walk
from restow.syntax import parse
from restow.syntax.ast import Run
from restow.vfs import Filesystem, Region

_ENDS = ("exit", "break", "continue")
"""What only the shell's flow of control is about: judged with the whole RUN."""


@dataclass
class Tally:
    """What the whole run counts; ``reasons`` are those of unknown commands, ``around`` those of RUNs of known commands."""

    commands: int = 0
    known: int = 0
    without_content: int = 0
    runs: int = 0
    whole: int = 0
    files: int = 0
    unreadable: int = 0
    programs: collections.Counter[str] = field(default_factory=collections.Counter)
    reasons: collections.Counter[str] = field(default_factory=collections.Counter)
    alone: collections.Counter[str] = field(default_factory=collections.Counter)
    around: collections.Counter[str] = field(default_factory=collections.Counter)
    texts: list[tuple[str, str, str]] = field(default_factory=list)


class Lenient(ShellRun):
    """A shell that takes a command which only lacks a file's content for one that reads and writes everything."""

    lacking = 0

    def _command(self, argv, text, node, redirections):  # type: ignore[no-untyped-def]
        try:
            return super()._command(argv, text, node, redirections)
        except UnknownContent:
            self.lacking += 1
            everything = (Region.everything(),)
            return Entry(Command(text, Effect(everything, everything, environment=None), node), node, (), text)


def main() -> int:
    """Count, and print what is unknown and how much is known."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    default = Path(__file__).resolve().parents[2].parent / "shared" / "corpus" / "dockerfiles.jsonl.gz"
    parser.add_argument("file", nargs="?", type=Path, default=default)
    parser.add_argument("--top", type=int, default=40, metavar="N")
    parser.add_argument("--of", metavar="PROGRAM")
    arguments = parser.parse_args()
    tally, begin = Tally(), time.perf_counter()
    with gzip.open(arguments.file, "rt", encoding="utf-8") as lines:
        for line in lines:
            tally.files += 1
            _count_file(json.loads(line)["text"], tally)
    for program, reason, text in tally.texts:
        if program == arguments.of:
            print(f"{text}\n    {reason}")
    if not arguments.of:
        report(tally, arguments.top, time.perf_counter() - begin)
    return 0


def _count_file(text: str, tally: Tally) -> None:
    try:
        simulation = simulate(parse(text, "Dockerfile"), None)
    except RestowError:
        tally.unreadable += 1
        return
    build = Build(simulation.model, None, {})
    for result in simulation.stages:
        state = result.start
        build.results.append(result)
        for step in result.steps:
            if isinstance(step.instruction, Run):
                _count_run(step.instruction, state, build, tally)
            state = step.state


def _count_run(node: Run, state: State, build: Build, tally: Tally) -> None:
    before, noted = tally.commands - tally.known, len(tally.texts)
    try:
        state = state.with_filesystem(_mounted(node, state, build))
        for command, shell in _commands(node, state, build):
            _count_command(command, shell, tally)
        reason = ""
        whole = Lenient(state, build, "")
        if node.command.form == "exec":
            whole.argv(node.command.words, node.command.text)
        else:
            whole.script(_script(state, node, build))
    except UnknownEffect as unknown:
        reason = unknown.reason
    tally.runs += 1
    missing = tally.commands - tally.known - before
    stopping = {name for name, _, _ in tally.texts[noted:]}
    if len(stopping) == 1:
        tally.alone[stopping.pop()] += 1
    if not reason and not missing:
        tally.whole += 1
    elif not missing:
        tally.around[_kind(reason)] += 1
        tally.texts.append(("around", reason, node.command.text))


def _commands(node: Run, state: State, build: Build) -> Iterator[tuple[SimpleCommand | tuple[str, ...], Lenient]]:
    """Every simple command in the order of the text, with a shell that went through those before it as far as it could."""
    shell = Lenient(state, build, "")
    if node.command.form == "exec":
        yield tuple(node.command.words), shell
        return
    for inner in walk(_script(state, node, build)):
        if isinstance(inner, For):
            shell.variables[inner.variable] = symbolic("loop", inner.variable)
        if isinstance(inner, SimpleCommand) and inner.words:
            yield inner, shell
        elif isinstance(inner, SimpleCommand):
            with suppress(UnknownEffect):
                shell.node(inner)


def _mounted(node: Run, state: State, build: Build) -> Filesystem:
    """The filesystem with the mounts of a RUN over it."""
    filesystem = state.filesystem
    for flag in node.flags:
        if flag.name == "mount":
            mount = run_step._mount(flag.value or "", state, build)
            filesystem = run_step._over(filesystem, mount, build)
    return filesystem


def _script(state: State, node: Run, build: Build) -> Script:
    return run_step._script(state, node, build)


def _count_command(node: SimpleCommand | tuple[str, ...], shell: Lenient, tally: Tally) -> None:
    name, text = "", " ".join(node) if isinstance(node, tuple) else shell.text[node.start : node.end]
    try:
        if isinstance(node, tuple):
            name = node[0] if node else ""
            shell.argv(node, text)
        else:
            name = node.words[0].static or "$"
            if name not in _ENDS:
                shell.node(node)
        tally.known += 1
        tally.without_content += bool(shell.lacking)
        shell.lacking = 0
    except UnknownEffect as unknown:
        tally.programs[name.rsplit("/", 1)[-1]] += 1
        tally.reasons[_kind(unknown.reason)] += 1
        tally.texts.append((name.rsplit("/", 1)[-1], unknown.reason, text))
    tally.commands += 1


def _kind(reason: str) -> str:
    """Reasons that differ only in names count as one."""
    words = ["…" if any(c in word for c in "/'0123456789") else word for word in reason.split()]
    return " ".join(words)[:110]


def _share(part: int, whole: int) -> str:
    return f"{100 * part / max(1, whole):.1f} %"


def report(tally: Tally, top: int, seconds: float) -> None:
    """The figures, the ones to compare alone on the last lines."""
    for title, counts in (
        ("unknown commands by program", tally.programs),
        ("RUNs that are unknown for one program alone", tally.alone),
        ("unknown commands by reason", tally.reasons),
        ("RUNs of known commands that are not followed, by reason", tally.around),
    ):
        print(f"{title}:")
        for name, count in counts.most_common(top):
            print(f"  {count:5d}  {name}")
    print(f"files {tally.files}, not simulated {tally.unreadable}, {seconds:.0f} s")
    print(f"commands {tally.commands}, known {tally.known}, of these lacking a file's content {tally.without_content}")
    print(f"runs {tally.runs}, wholly known {tally.whole}")
    print(f"commands known {_share(tally.known, tally.commands)}")
    print(f"runs wholly known {_share(tally.whole, tally.runs)}")


if __name__ == "__main__":
    raise SystemExit(main())
