"""The triggers of ONBUILD, as instructions of the stage that is built on the image that holds them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from restow.syntax import parse
from restow.syntax.ast import Dockerfile, Instruction, Invalid

if TYPE_CHECKING:
    from restow.build.engine import Build
    from restow.build.state import State

ESCAPE = "\\"
"""What triggers are read with, whatever the file's own escape character is."""


def triggers_of(state: State) -> tuple[str, ...]:
    """The texts of the triggers that an image holds, in the order in which they run."""
    held = state.configuration.get("OnBuild")
    return tuple(str(text) for text in held) if isinstance(held, list | tuple) else ()


def read_triggers(texts: tuple[str, ...], escape: str) -> tuple[tuple[Dockerfile, Instruction], ...] | None:
    """Each trigger as a file of its own, and its one instruction there; None where one of them is not such a text.

    None too where the file has another escape character: the engine reads the trigger with one and its words with the
    other.
    """
    if escape != ESCAPE:
        return None
    found = []
    for text in texts:
        tree = parse(f"FROM scratch\n{text}\n", "a trigger of ONBUILD")
        if len(tree.instructions) != 2 or isinstance(tree.instructions[1], Invalid):
            return None
        if tree.instructions[1].kind in ("from", "onbuild", "maintainer"):
            return None
        found.append((tree, tree.instructions[1]))
    return tuple(found)


def build_of(trigger: Dockerfile, build: Build) -> Build:
    """The build in which a trigger runs: all of it but the text is the child's."""
    return replace(build, model=replace(build.model, dockerfile=trigger))


def without_triggers(state: State) -> State:
    """The image below as its triggers find it: they run once."""
    inherited = {key: value for key, value in state.configuration.items() if key != "OnBuild"}
    return replace(state, configuration=inherited)
