"""A simulated image against a real one: what the simulator says that it knows has to be so, the rest is counted."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from real_images import RealEntry, RealImage

from restow.build import Simulation
from restow.build.release import Release
from restow.build.state import Builder, State
from restow.image.history import simulated_history
from restow.semantics.scope import SYMBOLIC
from restow.vfs import Absent, Attributes, Directory, File, Filesystem, Node, Special, Symlink, Unknown
from restow.vfs.changes import with_canonical_links
from restow.vfs.inode import PERHAPS

_LISTS = ("Cmd", "Entrypoint", "Shell", "OnBuild")
_MAPPINGS = ("Labels", "ExposedPorts", "Volumes")
_TEXTS = ("User", "StopSignal")
_SYMBOL = re.compile(f"{SYMBOLIC}[^{SYMBOLIC}]*{SYMBOLIC}")


@dataclass
class Agreement:
    """``found`` are the disagreements; ``tally`` counts paths and fields that are known, and those that are not.

    ``earlier`` is the simulated filesystem of a build that filled the cache: a step of the same key gives the layer that
    was made then, and which names of the context are one file is no part of a key.
    """

    real: RealImage
    found: list[str] = field(default_factory=list)
    tally: Counter[str] = field(default_factory=Counter)
    earlier: Filesystem | None = None

    def trees(self, filesystem: Filesystem) -> None:
        """Compare the filesystems."""
        below: dict[str, dict[str, RealEntry]] = {}
        for path, entry in self.real.entries.items():
            folder, _, name = path.rpartition("/")
            below.setdefault(folder or "/", {})[name] = entry
        known = with_canonical_links(filesystem)
        self._directory("/", known.root, below)
        self._links(known)

    def _directory(self, path: str, node: Directory, below: Mapping[str, Mapping[str, RealEntry]]) -> None:
        real = below.get(path, {})
        for name in sorted(node.children.keys() | real.keys()):
            inner = f"{path.rstrip('/')}/{name}"
            child, entry = node.child(name), real.get(name)
            if isinstance(child, Unknown) or (entry is None and _perhaps(child)):
                self.tally["unknown paths"] += entry is not None and 1 + sum(
                    one.startswith(inner + "/") for one in self.real.entries
                )
                continue
            self._entry(inner, child, entry, below)

    def _entry(
        self, path: str, node: Node | None, entry: RealEntry | None, below: Mapping[str, Mapping[str, RealEntry]]
    ) -> None:
        if node is None or isinstance(node, Absent) or entry is None:
            if entry is not None:
                self.found.append(f"{path}: the simulator has nothing there, the engine a {entry.kind}")
            elif not (node is None or isinstance(node, Absent)):
                self.found.append(f"{path}: the simulator has a {type(node).__name__}, the engine nothing")
            return
        kind = {File: "file", Directory: "directory", Symlink: "link"}.get(type(node), getattr(node, "kind", ""))
        if kind != entry.kind and (_perhaps(node) or _opened(node)):
            self.tally["unknown paths"] += 1
            return
        if kind != entry.kind:
            self.found.append(f"{path}: the simulator has a {kind}, the engine a {entry.kind}")
            return
        self.tally["known paths"] += 1
        if isinstance(node, Directory):
            self._attributes(path, node.attributes, entry)
            self._directory(path, node, below)
        elif isinstance(node, Symlink):
            self._attributes(path, node.attributes, entry)
            self._same(path, "target", node.target, entry.target)
        elif isinstance(node, File):
            self._attributes(path, node.attributes, entry)
            self._content(path, node, entry)
        elif isinstance(node, Special):
            self._attributes(path, node.attributes, entry)

    def _attributes(self, path: str, attributes: Attributes | None, entry: RealEntry) -> None:
        for name in ("mode", "uid", "gid"):
            value = getattr(attributes, name, None)
            if isinstance(value, int):
                shown = oct if name == "mode" else str
                self._same(path, name, shown(value), shown(getattr(entry, name)))
            else:
                self.tally["unknown attributes"] += 1

    def _content(self, path: str, node: File, entry: RealEntry) -> None:
        identity = node.content.identity
        if identity.startswith("sha256:"):
            self._same(path, "content", identity, entry.identity)
        else:
            self.tally["unknown contents"] += 1

    def _same(self, path: str, what: str, simulated: object, real: object) -> None:
        if simulated != real:
            self.found.append(f"{path}: {what}: the simulator says {simulated}, the engine {real}")

    def _links(self, filesystem: Filesystem) -> None:
        """Names of one file in the simulation are those of one file in the image, and no others, as far as they are known."""
        groups, before = self._groups(filesystem), self._groups(self.earlier) if self.earlier else {}
        inodes: dict[int, set[str]] = {}
        for path in set().union(*groups.values(), *before.values()):
            inodes.setdefault(self.real.entries[path].inode, set()).add(path)
        real = set(map(frozenset, inodes.values()))
        for names in groups.values():
            kept = [earlier for earlier in before.values() if earlier & names]
            if frozenset(names) in real:
                continue
            if set().union(*kept) >= names and real.issuperset(map(frozenset, kept)):
                self.tally["hard links that the cache keeps"] += 1
            else:
                self.found.append(f"{', '.join(sorted(names))}: other hard links in the engine's image")
        self.tally["hard links"] += sum(len(names) > 1 for names in groups.values())

    def _groups(self, filesystem: Filesystem) -> dict[str, set[str]]:
        """The names of each file that the image has as a file too."""
        groups: dict[str, set[str]] = {}
        for path, node in filesystem.walk():
            entry = self.real.entries.get(path)
            if isinstance(node, File) and not _perhaps(node) and entry is not None and entry.kind == "file":
                groups.setdefault(node.link_group or path, set()).add(path)
        return groups

    def configurations(self, state: State) -> None:
        """Compare the configurations."""
        if "Unknown" in state.configuration:
            self.tally["unknown configurations"] += 1
            return
        for name, simulated, real in _fields(state, self.real.config):
            if "\ue000" in str(simulated) or "\\ue000" in repr(simulated):
                self.tally["unknown fields"] += 1
                continue
            self.tally["known fields"] += 1
            self._same("configuration", name, simulated, real)


def history_differences(
    simulation: Simulation, real: RealImage, tally: Counter[str], builder: Builder, release: Release | None
) -> list[str]:
    """Where the history that the builder wrote for the last stage is another one than the simulated one, and its layers."""
    if any(result.triggers for result in simulation.stages):
        return []
    wanted = [entry for entry, _ in simulated_history(simulation, builder, release)]
    given = real.history[len(real.history) - len(wanted) :] if len(wanted) <= len(real.history) else ()
    if len(given) != len(wanted):
        return [f"history: the simulator has {len(wanted)} entries, the engine {len(real.history)}"]
    found = []
    for one, other in zip(wanted, given, strict=True):
        tally["entries of the history"] += 1
        # the classic builder makes no layer where nothing changed, which the simulation does not tell of programs
        if bool(other.get("empty_layer")) is not one.empty_layer and (builder == "buildkit" or one.empty_layer):
            found.append(f"history: the engine's {other} has another layer than {one}")
        elif not is_told(one.created_by, str(other.get("created_by"))):
            found.append(f"history: the simulator says {one.created_by!r}, the engine {other.get('created_by')!r}")
    if real.layers != sum(not one.get("empty_layer") for one in real.history):
        found.append(f"history: {real.layers} layers do not fit it")
    return found


def is_told(simulated: str, real: str) -> bool:
    """Whether a text is the simulated one; its symbolic parts stand for any text without a line feed."""
    parts = _SYMBOL.split(simulated)
    return re.fullmatch("(.*)".join(map(re.escape, parts)), real) is not None


def _opened(node: Node) -> bool:
    """Whether something stands here of which nobody knows what it is: a directory only if what was put below it can be."""
    return isinstance(node, Directory) and node.attributes is None and node.rest is not None


def _perhaps(node: Node | None) -> bool:
    """Whether the simulator says that this stands there only if a program made it, or left it there."""
    mode = getattr(getattr(node, "attributes", None), "mode", None)
    return isinstance(mode, str) and mode.startswith(PERHAPS)


def _fields(state: State, real: Mapping[str, object]) -> Iterator[tuple[str, object, object]]:
    given = state.configuration
    environment = dict(pair.split("=", 1) for pair in real.get("Env") or ())  # type: ignore[attr-defined]
    yield "Env", dict(given.get("Env") or {}), environment
    for name in _LISTS:
        yield name, list(given.get(name) or []), list(real.get(name) or [])
    for name in _MAPPINGS:
        yield name, dict(given.get(name) or {}), dict(real.get(name) or {})
    for name in _TEXTS:
        yield name, given.get(name) or "", real.get(name) or ""
    yield "WorkingDir", given.get("WorkingDir") or "/", real.get("WorkingDir") or "/"
    yield "Healthcheck", _healthcheck(given.get("Healthcheck")), real.get("Healthcheck")


def _healthcheck(value: object) -> object:
    """Without fields that say nothing."""
    return {key: one for key, one in value.items() if one} if isinstance(value, Mapping) else value
