"""Two images compared layer by layer: the first layer of one with the first of the other, and so on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest

from restow.build import Simulation, StageResult
from restow.build.context import DOCKERFILE_IDENTITY
from restow.errors import UsageError
from restow.image.differ import MAX_DIFFERENCES, Difference, node_text
from restow.image.draft import Draft
from restow.image.image import Image
from restow.image.layers import layers_of
from restow.vfs import File, Filesystem
from restow.vfs.changes import Change, changes

MAX_VISITED = 20_000_000
"""How many entries of directories may be looked at for the layers of one image."""


@dataclass(frozen=True, slots=True)
class LayerChanges:
    """What one layer changes. ``title`` names it; ``identity`` is its diff ID, None where it was simulated."""

    title: str
    changes: tuple[Change, ...]
    identity: str | None = None


@dataclass(frozen=True, slots=True)
class LayerPair:
    """The layers at one position, None where one image has fewer, and what differs between them."""

    number: int
    before: LayerChanges | None
    after: LayerChanges | None
    differences: tuple[Difference, ...]


def compare_layers(before: Image | Simulation, after: Image | Simulation) -> tuple[LayerPair, ...]:
    """The layers in pairs, from the first one on.

    Where one side is simulated, the layers of its base image are not there: those of the other side are then left out
    from its beginning on, until both have equally many.
    """
    left, right = tuple(layer_changes(before)), tuple(layer_changes(after))
    first = 1
    if isinstance(before, Simulation) != isinstance(after, Simulation):
        skipped = abs(len(left) - len(right))
        if isinstance(before, Simulation) and len(right) > len(left):
            right, first = right[skipped:], first + skipped
        elif isinstance(after, Simulation) and len(left) > len(right):
            left, first = left[skipped:], first + skipped
    return tuple(
        LayerPair(number, one, other, tuple(_differences(number, one, other)))
        for number, (one, other) in enumerate(zip_longest(left, right), first)
    )


def layer_changes(one: Image | Simulation) -> Iterator[LayerChanges]:
    """What each layer changes in the filesystem below it; files that are stored again unchanged are no change.

    Raises UsageError where that would take too long: every entry of a directory is looked at once for each layer that changes
    something in that directory or in one below it.
    """
    if isinstance(one, Simulation):
        yield from _simulated(one, one.stages[-1])
        return
    below, visited = Filesystem.empty(), 0
    for number, layer in enumerate(one.layers, 1):
        draft = Draft(below)
        draft.apply(layer.entries)
        here = draft.filesystem(digests=False)
        visited += draft.visited
        if visited > MAX_VISITED:
            raise UsageError(
                f"{one.name}: its layers, up to number {number} of {len(one.layers)}, change directories of more than "
                f"{MAX_VISITED:,} entries in all, too many to compare layer by layer; leave --layers out"
            )
        title = layer.history.created_by if layer.history else str(layer.digest)[:19]
        yield LayerChanges(title, changes(below, here, canonical=True), str(layer.diff_id))
        below = here


def _simulated(simulation: Simulation, result: StageResult) -> Iterator[LayerChanges]:
    """The layers of a stage, those of the stages that it is built on first."""
    if result.stage.base.index is not None:
        yield from _simulated(simulation, simulation.stages[result.stage.base.index])
    for layer in layers_of(result):
        node = layer.step.instruction
        own = simulation.model.dockerfile.text[node.start : node.end] if layer.trigger is None else layer.trigger
        text = " ".join(own.split())
        yield LayerChanges(text, layer.changes)


def _differences(number: int, before: LayerChanges | None, after: LayerChanges | None) -> Iterator[Difference]:
    if before and after and before.identity and before.identity == after.identity:
        return
    left = {change.path: change for change in before.changes} if before else {}
    right = {change.path: change for change in after.changes} if after else {}
    count = 0
    for path in sorted(left.keys() | right.keys(), key=lambda path: path.split("/")):
        texts = _text(left.get(path)), _text(right.get(path))
        if _identity(left.get(path)) != _identity(right.get(path)) and not _own_file(left.get(path), right.get(path)):
            count += 1
            if count > MAX_DIFFERENCES:
                return
            yield Difference(f"layer {number}", path, "change", *texts)


def _own_file(one: Change | None, other: Change | None) -> bool:
    """Whether both bring a file, and one of them is the simulated build's own Dockerfile or ignore file."""
    nodes = [change.node for change in (one, other) if change is not None]
    files = [node for node in nodes if isinstance(node, File)]
    return len(files) == 2 and any(node.content.identity.startswith(DOCKERFILE_IDENTITY) for node in files)


def _identity(change: Change | None) -> str:
    if change is None:
        return "nothing"
    return change.node.digest if change.node is not None else "removed"


def _text(change: Change | None) -> str:
    if change is None:
        return "not changed"
    return f"{change.kind}: {node_text(change.node)}" if change.node is not None else "remove"
