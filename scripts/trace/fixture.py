"""From a log to a small file: the paths that matter, each once, in JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

from cases import Case
from comparison import KERNEL, Trace, is_aside
from disposable_root import SHIM_FOLDER
from strace_log import Log

_SYSTEM = ("/usr/", "/lib/", "/var/lib/", "/var/cache/", "/var/log/", "/etc/", "/opt/", "/run/")
_DEPTH, _SAMPLES = 5, 3
_LARGEST = 20_000
_GENERATED = ("package-lock.json", "yarn.lock", "pnpm-lock.yaml", "uv.lock", "go.sum")


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
        tuple(sorted(_uppermost(path for path in log.written if not log.is_passing(path) and not _ours(path)))),
        tuple(asked),
    )


def _ours(path: str) -> bool:
    return path.startswith(SHIM_FOLDER) or KERNEL.covers(path)


def _uppermost(paths: Iterable[str]) -> Iterator[str]:
    yield from paths


def sampled(paths: Iterable[str], *, keep: str) -> list[str]:
    """All paths of the project and the homes; of the system's deep folders, a few each, so that the file stays small."""
    counts: dict[str, int] = {}
    found = []
    for path in sorted(paths):
        if path.startswith(_SYSTEM) and not path.startswith(keep + "/"):
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
        "environment": dict(trace.environment),
        "known": known,
        "files": dict(trace.files),
        **{name: sampled(getattr(trace, name), keep=trace.directory) for name in ("read", "listed", "written")},
        "asked": list(trace.asked),
    }
    path.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def read_fixture(path: Path) -> tuple[Trace, bool]:
    """The trace of a fixture, and whether its command should be known."""
    given = json.loads(path.read_text(encoding="utf-8"))
    lists = (tuple(given[name]) for name in ("read", "listed", "written", "asked"))
    command, directory, user = tuple(given["command"]), given["directory"], given["user"]
    return Trace(command, directory, user, given["environment"], given["files"], *lists), given["known"]
