"""Splitting a COPY that comes too early: the files that the next install reads are copied first, the rest after it."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass

from restow.advise.access import Access
from restow.build import ContextUse, StageResult, Step
from restow.semantics import is_known
from restow.syntax.ast import Add, Copy, Run
from restow.vfs import File, Filesystem, Region

MAX_LINES = 6  # more COPY lines than that would be a worse Dockerfile than the one with the slow build
_PLAIN = re.compile(r"[\w.:/+,=${}-]+", re.ASCII)
"""Values of flags that stand without quotes and escapes."""
WORTH_SECONDS = 1.0  # a command cheaper than this is not worth a layer of its own


@dataclass(frozen=True)
class Line:
    """One COPY line: some ``sources`` of the context into one ``folder`` of the image, with the original's flags."""

    keyword: str
    flags: str
    sources: tuple[str, ...]
    folder: str

    def text(self, directory: str) -> str:
        """The line as it stands below a WORKDIR ``directory``: relative where the folder lies in it."""
        if is_known(directory) and directory != "/" and f"{self.folder}/".startswith(f"{directory}/"):
            below = self.folder[len(directory) :].strip("/")
            destination = f"{below}/" if below else "./"
        else:
            destination = self.folder.rstrip("/") + "/"
        if any(" " in word for word in (*self.sources, destination)):
            words = ", ".join(f'"{word}"' for word in (*self.sources, destination))
            return f"{self.keyword} {self.flags}[{words}]"
        return f"{self.keyword} {self.flags}{' '.join(self.sources)} {destination}"


@dataclass(frozen=True)
class Split:
    """COPY lines to insert before the RUN at index ``run``, so that the COPYs at ``copies`` may come after it."""

    run: int
    copies: tuple[int, ...]
    lines: tuple[Line, ...]
    uses: tuple[ContextUse, ...]
    access: Access
    files: tuple[str, ...]


@dataclass(frozen=True)
class NoSplit:
    """Why a RUN that comes after a COPY of the context keeps its place."""

    run: int
    copy: int
    reason: str


def splits_of(result: StageResult) -> tuple[list[Split], list[NoSplit]]:
    """For every RUN worth it: the split that would free it from the COPYs before it, or why there is none."""
    found: list[Split] = []
    refused: list[NoSplit] = []
    for index, step in enumerate(result.steps):
        if not isinstance(step.instruction, Run) or step.seconds < WORTH_SECONDS:
            continue
        copies = _copies_before(result, index)
        if not copies:
            continue
        if step.unknown:
            refused.append(NoSplit(index, copies[-1], step.unknown))
            continue
        before = result.steps[index - 1].state.filesystem
        answer = _split(result, index, copies, before)
        if isinstance(answer, Split):
            found.append(answer)
        elif answer:
            refused.append(NoSplit(index, copies[-1], answer))
    return found, refused


def _copies_before(result: StageResult, index: int) -> list[int]:
    """The COPYs from the context since the last step that may have read everything."""
    found: list[int] = []
    for at in range(index):
        step = result.steps[at]
        if step.unknown:
            found.clear()
        elif isinstance(step.instruction, Copy | Add) and step.context.sources and not step.stages:
            found.append(at)
    return found


def _split(result: StageResult, index: int, copies: list[int], before: Filesystem) -> Split | str:
    """A split, or the reason why there is none (empty where the RUN reads nothing of what was copied)."""
    step = result.steps[index]
    wanted = {region for command in step.commands for region in command.effect.reads if region}
    files = _context_files(before, wanted, result, copies)
    chosen: dict[int, dict[str, str]] = defaultdict(dict)
    for path, origin in files.items():
        owner = next((at for at in reversed(copies) if _brings(result.steps[at], path, origin)), None)
        if owner is not None:
            chosen[owner][path] = origin
    lines: list[Line] = []
    uses: list[ContextUse] = []
    for at, own in list(chosen.items()):
        if len(own) == _count(result.steps[at]):
            del chosen[at]  # the COPY brings nothing that the command does not read
    for at, own in sorted(chosen.items()):
        answer = _lines(result.steps[at], own)
        if isinstance(answer, str):
            return answer
        lines += answer
        uses.append(ContextUse(tuple(own.values())))
    if not lines:
        return ""
    if len(lines) > MAX_LINES:
        return f"it reads {sum(map(len, chosen.values()))} files of the context in too many folders to copy them one by one"
    paths = tuple(path for own in chosen.values() for path in own)
    creates = frozenset(pair for at in chosen for pair in result.steps[at].creates)
    access = Access((), (Region(paths),), frozenset(["volume"]), creates=creates)
    origins = tuple(origin for own in chosen.values() for origin in own.values())
    return Split(index, tuple(sorted(chosen)), tuple(lines), tuple(uses), access, origins)


def _context_files(before: Filesystem, wanted: set[Region], result: StageResult, copies: list[int]) -> dict[str, str]:
    """Known files of the context that lie in what the command reads: path in the image to path in the context."""
    del result, copies
    found: dict[str, str] = {}
    for region in wanted:
        for path, node in region.known(before):
            if isinstance(node, File) and node.content.origin and not node.content.identity.startswith("term:"):
                found[path] = node.content.origin
    return found


def _brings(step: Step, path: str, origin: str) -> bool:
    return step.context.covers(origin) and any(
        path == place or path.startswith(place.rstrip("/") + "/") for place in step.places
    )


def _count(step: Step) -> int:
    """How many files the step's places hold after it that came from its own sources."""
    count = 0
    for place in step.places:
        for _, node in step.state.filesystem.walk(place):
            if isinstance(node, File) and node.content.origin and step.context.covers(node.content.origin):
                count += 1
    return count


def _lines(copy: Step, own: dict[str, str]) -> list[Line] | str:
    """The COPY lines for some of a COPY's files, one a destination folder, with the flags of the original."""
    node = copy.instruction
    assert isinstance(node, Copy | Add)
    if node.heredocs or (isinstance(node, Add) and node.flags):
        return f"{node.keyword.upper()} with a here-document or flags of its own is not split"
    if any(flag.name not in ("chown", "chmod") for flag in node.flags):
        return f"{node.keyword.upper()} --{node.flags[0].name} is not split"
    if any(not _PLAIN.fullmatch(flag.value or "") for flag in node.flags):
        return f"a flag of {node.keyword.upper()} that may need quotes is not split"
    folders: defaultdict[str, list[str]] = defaultdict(list)
    for path, origin in sorted(own.items()):
        if any(character in origin for character in "*?[]\\$\"'`#\n"):
            return f"the file name {origin!r} cannot be written as a plain COPY source"
        if path.rsplit("/", 1)[-1] != origin.rsplit("/", 1)[-1]:
            return f"{origin} is copied under another name"
        folders[path.rsplit("/", 1)[0] or "/"].append(origin)
    flags = "".join(f"--{flag.name}={flag.value} " for flag in node.flags)
    keyword = "copy" if node.keyword.islower() else "COPY"
    return [Line(keyword, flags, tuple(sources), folder) for folder, sources in sorted(folders.items())]
