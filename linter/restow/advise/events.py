"""Change events as bit sets: which of them a step's cache key misses.

Bit ``i`` stands for event ``i``; a step's mask has the bits of the events that change something it reads. Events come
from the repository's history where there is one, else from stated priors.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from restow.advise.history import ChangeEvent, History
from restow.build import Context, ContextUse
from restow.vfs import Directory, Node

MANIFESTS = frozenset(
    "requirements.txt setup.py setup.cfg pyproject.toml poetry.lock Pipfile Pipfile.lock uv.lock package.json "
    "package-lock.json yarn.lock pnpm-lock.yaml npm-shrinkwrap.json Gemfile Gemfile.lock go.mod go.sum Cargo.toml "
    "Cargo.lock composer.json composer.lock pom.xml build.gradle mix.exs mix.lock".split()
)
_ASIDE = ("test", "tests", "spec", "docs", "doc", ".github", "examples")
PRIOR = (("manifest", 3), ("aside", 10), ("source", 37))
"""Prior of 50 commits: 6 % touch a dependency manifest, 20 % only tests, documents or CI, the rest a source file (our
estimate).
"""


@dataclass
class Events:
    """All change events of one context."""

    events: tuple[ChangeEvent, ...]
    source: str
    context: Context | None
    _paths: dict[str, int] = field(default_factory=dict)
    _masks: dict[ContextUse, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for index, event in enumerate(self.events):
            for path in event.paths:
                self._paths[path] = self._paths.get(path, 0) | 1 << index
        if self.context is not None:
            self._paths = {path: bits for path, bits in self._paths.items() if not self.context.ignored(path)}

    @property
    def count(self) -> int:
        """How many events there are."""
        return len(self.events)

    @property
    def everything(self) -> int:
        """The mask of all events."""
        return (1 << self.count) - 1

    def mask(self, use: ContextUse) -> int:
        """The events that change something in what a step reads of the context."""
        if use not in self._masks:
            bits = 0
            for path, own in self._paths.items():
                if bits | own != bits and use.covers(path):
                    bits |= own
            self._masks[use] = bits
        return self._masks[use]

    def rate(self, mask: int) -> float:
        """The share of events in a mask, 0 to 1."""
        return mask.bit_count() / self.count if self.count else 0.0


def events_of(context: Context | None, history: History) -> Events:
    """The history's events, or those of the prior where it has none."""
    if history.events:
        return Events(history.events, history.source, context)
    if context is None:
        return Events((), "no build context, so no change events", None)
    return Events(_prior(context), f"stated priors ({history.source})", context)


def _prior(context: Context) -> tuple[ChangeEvent, ...]:
    """50 events over the context's files: each touches one file of its class, in turn."""
    classes: dict[str, list[str]] = {"manifest": [], "aside": [], "source": []}
    for path in _files(context.root, ""):
        classes[_class(path)].append(path)
    events: list[ChangeEvent] = []
    for name, count in PRIOR:
        files = classes[name] or classes["source"] or classes["aside"] or classes["manifest"]
        chosen = [
            files[i * len(files) // count] if len(files) >= count else files[i % len(files)]
            for i in range(count if files else 0)
        ]
        events += [ChangeEvent(f"prior {len(events) + i}", frozenset([path])) for i, path in enumerate(chosen)]
    return tuple(events)


def _class(path: str) -> str:
    parts = path.lower().split("/")
    if parts[-1] in {name.lower() for name in MANIFESTS} or parts[-1].startswith("requirements"):
        return "manifest"
    if parts[-1].endswith((".md", ".rst")) or any(part in _ASIDE for part in parts):
        return "aside"
    return "source"


def _files(node: Node, path: str) -> list[str]:
    if not isinstance(node, Directory):
        return [path]
    return [
        found
        for name, child in sorted(node.children.items())
        for found in _files(child, f"{path}/{name}" if path else name)
    ]
