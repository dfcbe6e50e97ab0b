"""Change events: which files of the build context changed together, taken from the repository's history.

The repository is not trusted: its own configuration may name programs (pagers, hooks, diff drivers, signature checkers,
remote helpers). git is asked for names of changed paths alone, with each of those switched off and no transport
allowed, so that reading a history runs nothing but git.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

TIMEOUT_SECONDS = 30
ENOUGH_EVENTS = 10
"""With fewer commits than this a history says less about the next change than stated priors do (our estimate)."""

_KEPT = ("GIT_CONFIG_GLOBAL", "GIT_CEILING_DIRECTORIES", "GIT_DISCOVERY_ACROSS_FILESYSTEM", "GIT_EXEC_PATH")
_ENVIRONMENT = {
    "GIT_ALLOW_PROTOCOL": "none",  # a partial clone must not fetch, whatever its configuration allows
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_LITERAL_PATHSPECS": "1",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
}
_SETTINGS = (
    "core.fsmonitor=false",
    f"core.hooksPath={os.devnull}",
    "log.showSignature=false",
    "safe.bareRepository=explicit",  # a folder of the context that looks like a bare repository is none
    "submodule.recurse=false",
)
_LOG = (
    "log",
    "-z",
    "--no-renames",
    "-m",  # with --first-parent: a merge is what it brought to the branch
    "--first-parent",
    "--name-status",
    "--relative",
    "--format=tformat:%x01%H %P",
    "--no-show-signature",
    "--no-ext-diff",
    "--no-textconv",
    "--no-color",
    "--no-notes",
    "--no-mailmap",
    "--no-follow",
    "--ignore-submodules=none",
    "--submodule=short",
    "-O/dev/null",
)


@dataclass(frozen=True, slots=True)
class ChangeEvent:
    """Paths that changed together, relative to the build context, with ``/`` between their parts.

    A submodule counts as one path, that of its folder. ``weight`` says how often the event counts in a mean.
    """

    commit: str
    paths: frozenset[str]
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class History:
    """Change events, the latest first where they come from git.

    ``source`` says in words where they come from, or why there are none. ``shallow``: the clone lacks older commits.
    ``complete``: no older commit was left out, neither by the limit nor by a shallow clone.
    """

    events: tuple[ChangeEvent, ...]
    source: str
    shallow: bool
    complete: bool


def from_changes(changes: Iterable[tuple[str, Iterable[tuple[str, str]]]], source: str = "recorded changes") -> History:
    """A history from (commit, [(status, path), ...]) pairs, in their order.

    Each status counts as a change. A commit that changed nothing in the context is no event.
    """
    events = ((commit, frozenset(path for _, path in paths)) for commit, paths in changes)
    return History(tuple(ChangeEvent(commit, paths) for commit, paths in events if paths), source, False, True)


def read_history(context: Path, limit: int = 200) -> History:
    """The last ``limit`` commits of the checked-out branch that changed something below the folder ``context``.

    A merge is one event: what it brought to the branch. A commit without a parent is none: it creates everything (or a
    shallow clone ends there) and changes nothing. Where there is no repository, no git, or git fails or takes
    more than 30 seconds, the history has no events and its ``source`` says why. Raises nothing.
    """
    folder = os.path.abspath(context)
    try:
        shallow = _git(folder, "rev-parse", "--is-shallow-repository").strip() == b"true"
        output = _git(folder, *_LOG, f"--max-count={max(limit, 0) + 2}", "--", ".")
    except _NoHistoryError as error:
        return History((), f"no history: {error}", False, False)
    commits = list(_commits(output))
    cut = len(commits) == max(limit, 0) + 2
    events = [ChangeEvent(commit, paths) for commit, parents, paths in commits if parents and paths]
    complete = not shallow and not cut and len(events) <= limit
    kept = tuple(events[: max(limit, 0)])
    source = f"git: {len(kept)} commit{'' if len(kept) == 1 else 's'} that changed the build context"
    if shallow:
        source += "; the clone is shallow, older commits are missing"
    return History(kept, source, shallow, complete)


def telling_history(context: Path) -> History:
    """`read_history` where it holds enough commits to go by; else no events, with that as its ``source``."""
    history = read_history(context)
    if 0 < len(history.events) < ENOUGH_EVENTS:
        source = f"{history.source}, too few to go by"
        return History((), source, history.shallow, history.complete)
    return history


class _NoHistoryError(Exception):
    """Why git gave no answer."""


def _git(folder: str, *arguments: str) -> bytes:
    """What git prints when it runs in ``folder``; raises _NoHistoryError, which says why, where it fails."""
    import subprocess

    settings = [part for setting in _SETTINGS for part in ("-c", setting)]
    try:
        done = subprocess.run(
            ["git", "-C", folder, "--no-pager", *settings, *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            env=_environment(os.environ),
            timeout=TIMEOUT_SECONDS,
            check=False,
        )
    except FileNotFoundError:
        raise _NoHistoryError("git is not installed") from None
    except subprocess.TimeoutExpired:
        raise _NoHistoryError(f"git took longer than {TIMEOUT_SECONDS} seconds") from None
    except (OSError, ValueError) as error:
        raise _NoHistoryError(f"git cannot be run: {error}") from None
    if done.returncode == 0:
        return done.stdout
    message = done.stderr.decode("utf-8", "replace").strip().partition("\n")[0].removeprefix("fatal: ")
    if message.startswith("not a git repository"):
        raise _NoHistoryError("the build context lies in no git repository")
    raise _NoHistoryError(f"git says: {message or f'exit code {done.returncode}'}")


def _environment(outer: Mapping[str, str]) -> dict[str, str]:
    """The outer environment without git's variables, which a hook sets to its own repository, and with ours."""
    kept = {key: value for key, value in outer.items() if not key.upper().startswith("GIT_") or key in _KEPT}
    return kept | _ENVIRONMENT


def _commits(output: bytes) -> Iterator[tuple[str, bool, frozenset[str]]]:
    """Commit, whether it has a parent, and its paths, from the output of `git log -z --name-status`.

    Tokens end with NUL. One that stands where a status is expected and begins with ``\\x01`` begins a commit.
    """
    commit, parents, paths = "", False, set[str]()
    tokens = iter(output.split(b"\0"))
    for token in tokens:
        word = token.lstrip(b"\n").decode("ascii", "replace")
        if word.startswith("\x01"):
            if commit:
                yield commit, parents, frozenset(paths)
            commit, _, parent = word[1:].partition(" ")
            parents, paths = bool(parent.strip()), set()
        elif word:
            paths.add(next(tokens, b"").decode("utf-8", "surrogateescape"))
    if commit:
        yield commit, parents, frozenset(paths)
