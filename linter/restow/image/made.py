"""Which instruction of a Dockerfile made which layer of a real image, as far as the image's history agrees."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from restow.build import Simulation, Step
from restow.image.history import chain_of
from restow.image.image import Image
from restow.oci.history import HistoryEntry
from restow.syntax.ast import Onbuild, Run

_TOLD = re.compile(
    r"(?:.*#\(nop\)\s+)?"
    "(ADD|ARG|CMD|COPY|ENTRYPOINT|ENV|EXPOSE|HEALTHCHECK|LABEL|MAINTAINER|ONBUILD|RUN|SHELL|STOPSIGNAL|USER|VOLUME|WORKDIR)"
    r"(?=\s|$)"
)
_MARK = " # buildkit"


@dataclass(frozen=True, slots=True)
class Made:
    """An instruction of a Dockerfile that made a layer: its line (from 1) and its text."""

    line: int
    text: str


def made_by(image: Image, simulation: Simulation) -> tuple[tuple[Made | None, ...], str | None]:
    """The instruction that made each layer, None for the base image's; and why there are none at all, where they do not
    fit: the image has fewer layers than the Dockerfile makes, or its history tells of other instructions.

    The history's last entries are taken first, one an instruction: builders differ in which of them make a layer. Where these do
    not fit, the last layers are taken, one an instruction that makes a layer in BuildKit.
    """
    chain = chain_of(simulation)
    steps = [step for result in chain for step in (*result.triggers, *result.steps)]
    shown = {id(step): _shown(step, simulation) for step in steps}
    shown |= {
        id(step): _trigger(step, result.stage.opening.start, simulation) for result in chain for step in result.triggers
    }
    layers = [layer.history for layer in image.layers]
    if layers and None not in layers:
        for told in ([step for step in steps if not isinstance(step.instruction, Onbuild)], steps):
            if (found := _by_history(image.history, told, shown)) is not None:
                return found, None
    steps = [step for step in steps if step.makes_layer]
    below = len(layers) - len(steps)
    nothing: tuple[Made | None, ...] = (None,) * len(layers)
    if below < 0:
        return nothing, f"the image has {len(layers)} layers, and the Dockerfile makes {len(steps)} beside its base's"
    for step, entry in zip(steps, layers[below:], strict=True):
        if entry is not None and not _fits(step, entry.created_by):
            made = shown[id(step)]
            told_there = f"the image's history has {entry.created_by[:60]!r} there"
            return nothing, f"line {made.line} is {made.text[:60]}, and {told_there}"
    return (*nothing[:below], *(shown[id(step)] for step in steps)), None


def _by_history(
    history: Sequence[HistoryEntry], steps: Sequence[Step], shown: dict[int, Made]
) -> tuple[Made | None, ...] | None:
    """The instruction of each layer by the last entries of the history; None where one of them tells of another instruction."""
    below = len(history) - len(steps)
    if below < 0 or not all(_fits(step, entry.created_by) for step, entry in zip(steps, history[below:], strict=True)):
        return None
    made = [*[None] * below, *(shown[id(step)] for step in steps)]
    return tuple(one for one, entry in zip(made, history, strict=True) if not entry.empty_layer)


def _shown(step: Step, simulation: Simulation) -> Made:
    source, node = simulation.model.dockerfile.source, step.instruction
    return Made(source.position(node.start).line, " ".join(source.text[node.start : node.end].split()))


def _trigger(step: Step, opening: int, simulation: Simulation) -> Made:
    line = simulation.model.dockerfile.source.position(opening).line
    return Made(line, f"ONBUILD {step.instruction.keyword.upper()} of the image below")


def _fits(step: Step, told: str) -> bool:
    """Whether an entry of the history may tell of the step: by its instruction, and for a RUN by its command.

    BuildKit writes ``COPY a /a # buildkit`` and ``RUN /bin/sh -c x # buildkit``, other builders ``/bin/sh -c #(nop) COPY file:...``
    and ``/bin/sh -c x``. An empty text may tell of anything.
    """
    if not told:
        return True
    match, node = _TOLD.match(told), step.instruction
    if (match[1] if match else "RUN") != node.keyword.upper():
        return False
    if not isinstance(node, Run) or node.heredocs:
        return True
    said = " ".join(told.removesuffix(_MARK).split())
    forms = [node.command.text, *([" ".join(node.command.words)] if node.command.words else [])]
    return any(_ends(said, " ".join(form.split())) for form in forms)


def _ends(said: str, command: str) -> bool:
    """Whether an entry is ``[RUN] [|N NAME=VALUE...] [SHELL... -OPTION] COMMAND``. Values of arguments may hold blanks."""
    if not said.endswith(command):
        return False
    before = said[: len(said) - len(command)]
    words = before.removeprefix("RUN ").split()
    if not words:
        return True
    return before.endswith(" ") and (words[0].startswith("|") or words[-1].startswith(("-", "/")))
