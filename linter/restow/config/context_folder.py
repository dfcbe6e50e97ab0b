"""Which folder is the build context, where nobody says it: the one that holds what COPY and ADD ask for."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from restow.config.discovery import is_dockerfile_name
from restow.errors import UsageError
from restow.semantics.mounts import written_mounts
from restow.syntax.ast import Add, Copy, Dockerfile, Instruction, Run

_ADDRESSES = ("http://", "https://", "git@", "git://", "ssh://")


@dataclass(frozen=True, slots=True)
class ContextChoice:
    """The build context's folder, None where there is none; ``reason`` says why, in words for a report."""

    folder: Path | None
    reason: str


def choose_context(dockerfile: Dockerfile, path: Path | None, given: Path | None = None) -> ContextChoice:
    """The context of a Dockerfile at ``path`` (None for standard input); ``given`` is ``--context`` and always taken.

    Of the Dockerfile's folder and those above it up to the repository root, the one that holds the most sources; where
    several hold equally many, the Dockerfile's folder, then the repository root, then the nearest. Raises UsageError
    where ``given`` is no folder.
    """
    if given is not None:
        if not given.is_dir():
            raise UsageError(f"{given}: not a folder; --context takes the folder that the build gets as its context")
        return ContextChoice(given, "given with --context")
    if path is None:
        return ContextChoice(
            None, "no build context: the Dockerfile is read from standard input; give one with --context"
        )
    sources = tuple(dict.fromkeys(context_sources(dockerfile)))
    if not sources:
        return ContextChoice(None, "no build context: no instruction takes a file from it")
    candidates = _candidates(path)
    counts = [sum(_exists(folder, source) for source in sources) for folder, _ in candidates]
    best = max(range(len(candidates)), key=lambda index: counts[index])
    if not counts[best]:
        places = "the Dockerfile's folder" + (" or those above it in the repository" if len(candidates) > 1 else "")
        return ContextChoice(
            None, f"no build context: no source of COPY or ADD exists in {places}; give it with --context"
        )
    folder, title = candidates[best]
    return ContextChoice(folder, f"{title}, where {counts[best]} of {len(sources)} sources of COPY and ADD exist")


def repository_root(folder: Path) -> Path | None:
    """The nearest folder upward that holds ``.git``; None outside of a repository."""
    here = folder.resolve()
    return next((above for above in (here, *here.parents) if (above / ".git").exists()), None)


def context_sources(dockerfile: Dockerfile) -> Iterator[str]:
    """The places of the context that the instructions take, relative and clean, with ``*`` and ``?`` as written.

    ``.`` is the whole of it; it also stands for a source that depends on a variable, which is somewhere in it.
    """
    for node in dockerfile.instructions:
        yield from taken_from_context(node)


def taken_from_context(node: Instruction) -> Iterator[str]:
    """What one instruction takes, as ``context_sources`` gives it."""
    if isinstance(node, Copy | Add) and node.flag("from") is None:
        opened = {
            f"<<{dash}{quote}{h.name}{quote}" for h in node.heredocs for dash in ("", "-") for quote in ("", "'", '"')
        }
        for word in node.sources:
            yield from _source(word.text, opened)
    elif isinstance(node, Run):
        for mount in written_mounts(node):
            if mount.type == "bind" and not mount.source_name and "type" not in mount.unknown:
                yield from _source("$" if "source" in mount.unknown else mount.source or ".", set())


def _source(word: str, heredocs: set[str]) -> Iterator[str]:
    text = word[1:-1] if len(word) > 1 and word[0] == word[-1] and word[0] in "\"'" else word
    if word.lstrip("0123456789") in heredocs or text.startswith(_ADDRESSES):
        return
    if "$" in text:
        text = "."
    parts = [part for part in text.split("/") if part not in ("", ".", "..")]
    yield "/".join(parts) or "."


def _candidates(path: Path) -> list[tuple[Path, str]]:
    """Folders with what a report calls them, the likeliest first."""
    own = path.parent
    found = [(own, "the Dockerfile's folder")]
    root = repository_root(own)
    if root is None or root == own.resolve():
        return found
    shown = (lambda folder: folder) if own.is_absolute() else (lambda folder: Path(os.path.relpath(folder)))
    here = own.resolve()
    inner = [(shown(above), "a folder above the Dockerfile's") for above in here.parents if root in above.parents]
    return [*found, (shown(root), "the repository root"), *inner]


def _exists(folder: Path, source: str) -> bool:
    """Whether the source is there; the whole context is where any file but Dockerfiles and ignore files stands."""
    try:
        if source == ".":
            return any(map(_is_content, folder.iterdir()))
        if any(character in source for character in "*?["):
            return any(True for _ in folder.glob(source))
        return (folder / source).exists()
    except (OSError, ValueError, NotImplementedError):
        return False  # not readable, or no pattern that could match


def _is_content(entry: Path) -> bool:
    return not (is_dockerfile_name(entry.name) or entry.name.endswith("ignore") or entry.name == ".git")
