"""Fuzz the language front end, with atheris (libFuzzer for Python; Linux, x86-64).

    pip install atheris
    python scripts/fuzz/fuzz.py all -max_total_time=1800 -artifact_prefix=/tmp/crash-
    python scripts/fuzz/fuzz.py shell --corpus dockerfiles.jsonl.gz -max_total_time=300

The targets stand in ``laws.py``: ``dockerfile`` (whole files: grammar, logical lines, heredocs, the model and the formatter's
own checks), ``shell`` (the grammar of RUN bodies), ``directives`` (what stands in comments: parser directives and suppressions),
``words`` (variable expansion) and ``ignorefile``. ``all`` is all of them in one run: the first byte of an input picks.

The search begins at the seeds of ``seeds.py``, at the Dockerfiles of ``--corpus``, and at libFuzzer's own folder of inputs,
where one is given. One half of the new inputs is made by whole tokens, with those of ``tokens.dict``, the other by bytes. The
other options are libFuzzer's; unless they are given, ``-max_len=600``, ``-timeout=10`` (a slow input is a failure) and ``-dict=``
hold. The last line that libFuzzer prints has the number of executions. An input that failed, once made smaller, belongs into
``fixtures/fuzz/TARGET``, where tests play it back.
"""

from __future__ import annotations

import gc
import random
import re
import sys
import tempfile
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages

import atheris

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[1] / "linter")]

LANGUAGE = ("restow.source", "restow.syntax", "restow.shell", "restow.semantics", "restow.format", "restow.vfs")
"""What guides the search: its modules are compiled with counters. The simulated build and lark would only slow it down."""
GUIDED = (
    *LANGUAGE,
    "restow.rule.check_options",
    "restow.rule.comments",
    "restow.rule.frontend",
    "restow.lint.suppressions",
)
DEFAULTS = {"-max_len": "600", "-timeout": "10", "-dict": str(HERE / "tokens.dict")}

with atheris.instrument_imports(include=list(GUIDED)):
    for package in LANGUAGE:
        for module in walk_packages(import_module(package).__path__, f"{package}."):
            import_module(module.name)
    for name in GUIDED:
        import_module(name)

from laws import TARGETS, every  # noqa: E402 - after what it imports is compiled with counters
from seeds import write_seeds  # noqa: E402

from restow.format import formatter  # noqa: E402

_TOKEN = re.compile(rb"[\w]+|[ \t]+|\\\r?\n|.", re.DOTALL)


def read_tokens(path: Path) -> list[bytes]:
    """The tokens of a dictionary in libFuzzer's form: one a line, in double quotes, with ``\\xNN``, ``\\\\`` and ``\\"``."""
    quoted = re.findall(r'^"(.*)"$', path.read_text(encoding="utf-8"), re.MULTILINE)
    return [re.sub(r"\\x[0-9A-Fa-f]{2}|\\.", _unescaped, token).encode("latin-1") for token in quoted]


def _unescaped(match: re.Match[str]) -> str:
    return chr(int(match[0][2:], 16)) if match[0].startswith("\\x") else match[0][1]


def mutator(tokens: list[bytes]) -> Callable[[bytearray, int, int], bytes]:
    """A mutator that changes whole tokens in one half of the cases, and leaves the other half to libFuzzer."""

    def mutate(data: bytearray, max_size: int, seed: int) -> bytes:
        chance = random.Random(seed)
        parts = _TOKEN.findall(bytes(data))
        if chance.random() < 0.5 or not parts:
            return bytes(atheris.Mutate(data, max_size))
        for _ in range(chance.choice((1, 1, 2, 4))):
            at = chance.randrange(len(parts) + 1)
            length = chance.choice((0, 0, 1, 1, 2, 8))
            taken = chance.randrange(len(parts) + 1)
            new = chance.choice(([], [chance.choice(tokens)], parts[taken : taken + chance.choice((1, 3, 9))]))
            parts[at : at + length] = new
        return b"".join(parts)[:max_size]

    return mutate


def main(arguments: list[str]) -> None:
    """Fuzz the target that is named first."""
    program, *rest = arguments
    if not rest or rest[0] not in (*TARGETS, "all"):
        raise SystemExit(f"usage: fuzz.py {{{','.join(TARGETS)},all}} [--corpus FILE.jsonl.gz] [libFuzzer's options]")
    target, *options = rest
    corpus = None
    if "--corpus" in options:
        at = options.index("--corpus")
        corpus = Path(options[at + 1])
        del options[at : at + 2]
    given = {option.partition("=")[0]: option.partition("=")[2] for option in options if option.startswith("-")}
    options += [f"{name}={value}" for name, value in DEFAULTS.items() if name not in given]
    formatter.missed_steps = lambda *_: ()  # the simulated build: not the target here, and slow
    run = every if target == "all" else TARGETS[target]
    gc.freeze()  # what is loaded stays: the collector passing over it would take a third of the time
    gc.set_threshold(100_000, 50, 50)
    with tempfile.TemporaryDirectory(prefix="restow-fuzz-") as folder:
        found = Path(folder) / "found"
        start = Path(folder) / "seeds"
        found.mkdir()
        start.mkdir()
        number = write_seeds(start, target, int(given.get("-max_len", DEFAULTS["-max_len"])), corpus)
        print(f"seeds {number}", flush=True)
        atheris.Setup(
            [program, *options, *([] if _has_folder(options) else [str(found)]), str(start)],
            run,
            custom_mutator=mutator(read_tokens(HERE / "tokens.dict")),
        )
        atheris.Fuzz()


def _has_folder(options: list[str]) -> bool:
    return any(not option.startswith("-") for option in options)


if __name__ == "__main__":
    main(sys.argv)
