"""From a log to a small file: the paths that matter, each once, in JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from comparison import KERNEL, Trace, is_aside
from disposable_root import PYTHON_HOOK, SHIM_FOLDER
from strace_log import Log

if TYPE_CHECKING:
    from cases import Case

_INSTALLED = ("/node_modules/", "/site-packages/", "/vendor/", "/.venv/", "/.git/", "/target/")
_DEPTH, _SAMPLES = 5, 3
LISTS = ("read", "listed", "written", "folders")
_HOST = re.compile(r"\b(https?:/{1,2})[\w-]+(?:\.[\w-]+)*\.(?:org|com|io|net)\b")
_NEUTRAL = r"\1registry.example"
_LARGEST = 20_000
_GENERATED = (
    *(
        "package-lock.json",
        "yarn.lock",
        "pnpm-lock.yaml",
        "uv.lock",
        "go.sum",
        "poetry.lock",
        "Pipfile.lock",
        "bun.lock",
    ),
    *("Cargo.lock", "Gemfile.lock", "composer.lock"),
)


def trace_of(case: Case, project: Path, log: Log, asked: list[str]) -> Trace:
    """What the log says, without the kernel's files, shared libraries, and what the command made and took away again."""
    files = {f"{case.directory}/{name}": text for name, text in case.files.items()}
    for name in _GENERATED:
        for path in (project / name, project / "sub" / name):
            if path.is_file() and path.stat().st_size < _LARGEST:
                files[f"{case.directory}/{path.relative_to(project)}"] = path.read_text()
    programs = {case.command[0].rsplit("/", 1)[-1]}
    return Trace(
        case.command,
        case.directory,
        case.user,
        {"HOME": "/root", **case.environment},
        files,
        tuple(sorted(path for path in log.read if not is_aside(path, programs) and not _ours(path))),
        tuple(sorted(path for path in log.listed if not is_aside(path, programs) and not _ours(path))),
        tuple(sorted(path for path in log.written if not log.is_passing(path) and not _ours(path))),
        tuple(sorted(path for path in log.folders if not log.is_passing(path) and not _ours(path))),
        tuple(asked),
    )


def _ours(path: str) -> bool:
    return path.startswith(SHIM_FOLDER) or path.endswith(f"/{PYTHON_HOOK}.pth") or KERNEL.covers(path)


def sampled(paths: Iterable[str], *, keep: str) -> list[str]:
    """All paths of the project itself; of what was installed, and of the system's folders, a few for each place, so that
    the file stays small.
    """
    counts: dict[str, int] = {}
    found = []
    for path in sorted(paths):
        if not path.startswith(keep + "/") or any(name in path for name in _INSTALLED):
            group = "/".join(path.split("/")[: _DEPTH + 1]) if path.count("/") > _DEPTH else path.rpartition("/")[0]
            counts[group] = counts.get(group, 0) + 1
            if counts[group] > _SAMPLES:
                continue
        found.append(path)
    return found


def write_fixture(path: Path, trace: Trace, *, known: bool) -> None:
    """Write the trace. ``known`` is whether the model should say what the command does."""
    path.parent.mkdir(parents=True, exist_ok=True)
    document = {
        "command": list(trace.command),
        "directory": trace.directory,
        "user": trace.user,
        "environment": {name: _HOST.sub(_NEUTRAL, given) for name, given in trace.environment.items()},
        "known": known,
        "files": {path: _HOST.sub(_NEUTRAL, text) for path, text in trace.files.items()},
        **{
            name: [_HOST.sub(_NEUTRAL, path) for path in sampled(getattr(trace, name), keep=trace.directory)]
            for name in LISTS
        },
        "asked": list(trace.asked),
    }
    path.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def read_fixture(path: Path) -> tuple[Trace, bool]:
    """The trace of a fixture, and whether its command should be known."""
    given = json.loads(path.read_text(encoding="utf-8"))
    lists = (tuple(given[name]) for name in (*LISTS, "asked"))
    command, directory, user = tuple(given["command"]), given["directory"], given["user"]
    return Trace(command, directory, user, given["environment"], given["files"], *lists), given["known"]
