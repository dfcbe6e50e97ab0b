"""The layers of a simulated build: what each adds, changes and removes, and what a later one makes useless."""

from __future__ import annotations

from dataclasses import dataclass, replace

from restow.build import StageResult, Step
from restow.build.triggers import triggers_of
from restow.vfs import Filesystem
from restow.vfs.changes import Change, changes
from restow.vfs.inode import File


@dataclass(frozen=True)
class Layer:
    """One layer. ``size`` is the estimate in bytes; ``wasted`` are (path, bytes, index of the step that undoes it).

    ``index`` is the step's in its stage, below zero for a trigger of ONBUILD (-1 the last one), of which ``trigger`` is the
    text; ``before`` is the filesystem below the layer.
    """

    index: int
    step: Step
    changes: tuple[Change, ...]
    size: int
    wasted: tuple[tuple[str, int, int], ...] = ()
    before: Filesystem = Filesystem.empty()  # noqa: RUF009 - a frozen value
    trigger: str | None = None

    def count(self, kind: str) -> int:
        """How many paths the layer adds, modifies or removes (``kind``), as far as they are known."""
        return sum(change.kind == kind for change in self.changes)


def layers_of(result: StageResult) -> tuple[Layer, ...]:
    """The stage's own layers, in order, those of the triggers that its base makes run first; the base image's are not among
    them.
    """
    found: list[Layer] = []
    before = (result.origin or result.start).filesystem
    texts = triggers_of(result.origin) if result.origin is not None else ()
    for index, step in enumerate((*result.triggers, *result.steps), -len(result.triggers)):
        if step.makes_layer:
            listed = () if step.unknown else changes(before, step.state.filesystem)
            trigger = texts[index + len(texts)] if index < 0 else None
            found.append(Layer(index, step, listed, step.size, before=before, trigger=trigger))
        before = step.state.filesystem
    return tuple(_with_waste(layer, found, result) for layer in found)


def _with_waste(layer: Layer, layers: list[Layer], result: StageResult) -> Layer:
    """Files of known size that the layer brings and a later layer deletes, or overwrites with other content."""
    wasted: list[tuple[str, int, int]] = []
    own = {c.path: c.node for c in layer.changes if isinstance(c.node, File) and c.node.content.size}
    for later in layers:
        if later.index <= layer.index or not own:
            continue
        if later.step.unknown:
            break
        after = later.step.state.filesystem
        for path, node in list(own.items()):
            if _undone(after, path, node):
                wasted.append((path, node.content.size or 0, later.index))
                del own[path]
    return replace(layer, wasted=tuple(wasted))


def _undone(filesystem: Filesystem, path: str, node: File) -> bool:
    now = filesystem.lookup(path)
    return not isinstance(now, File) or now.content.identity != node.content.identity
