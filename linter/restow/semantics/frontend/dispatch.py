"""The instructions of all stages, one after the other, with what is in force at each; triggers of ONBUILD included."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from posixpath import join, normpath

from restow.semantics.frontend.arguments import after_arguments
from restow.semantics.frontend.errors import FrontendError, Refusal
from restow.semantics.frontend.graph import StageGraph, add_source, taken_from
from restow.semantics.frontend.inputs import BuildInputs, Words
from restow.semantics.frontend.instructions import check_instruction
from restow.semantics.frontend.openings import Openings
from restow.semantics.model import Model, Stage
from restow.semantics.scope import Scope, symbolic
from restow.syntax.ast import Arg, Env, Instruction, Invalid, Onbuild, Run, Workdir


@dataclass(frozen=True)
class _State:
    """What a stage has set so far; ``directory`` is absolute, None where it is not known."""

    scope: Scope
    directory: str | None


@dataclass
class Dispatch:
    """Goes through the stages of ``model``; ``outer`` are the arguments before the first FROM."""

    model: Model
    inputs: BuildInputs
    openings: Openings
    graph: StageGraph
    outer: Mapping[str, str]

    def errors(self, target: int) -> Iterator[FrontendError]:
        """The first error of each instruction where the stage ``target`` is built; those of a trigger stand at the FROM
        that sets it off."""
        needed = self.graph.needed_by(target)
        ends: list[_State] = []
        for stage in self.model.stages:
            state = self._start(stage, ends)
            for trigger in self._triggers(stage) if stage.index in needed else ():
                state, refusal = self._next(stage, trigger, state, trigger=True)
                if refusal is not None:
                    yield FrontendError(f"a trigger of its base: {refusal.message}", stage.opening.image.span)
            for node in stage.instructions:
                state, refusal = self._next(stage, node, state)
                if refusal is not None:
                    yield refusal.error(stage.index in needed)
            ends.append(state)

    def _start(self, stage: Stage, ends: list[_State]) -> _State:
        """What the base of a stage has set."""
        base = self.openings.bases.get(stage.index)
        if base is not None:
            return ends[base]
        image = self.openings.images[stage.index]
        escape = self.model.dockerfile.escape
        if image == "scratch":
            return _State(self.inputs.base_scope(None, escape), "/")
        return _State(self.inputs.base_scope(image or stage.title, escape), self.inputs.directory)

    def _triggers(self, stage: Stage) -> list[Instruction]:
        """What ONBUILD left in the stage that ``stage`` is built on."""
        base = self.openings.bases.get(stage.index)
        nodes = self.model.stages[base].instructions if base is not None else ()
        return [node.instruction for node in nodes if isinstance(node, Onbuild)]

    def _next(
        self, stage: Stage, node: Instruction, state: _State, *, trigger: bool = False
    ) -> tuple[_State, Refusal | None]:
        """The state after ``node``, and why it is refused."""
        if isinstance(node, Arg):
            scope, refusal = after_arguments(node, state.scope, self.inputs, self.outer)
            return replace(state, scope=scope), refusal
        words = Words(state.scope.lookup, self.model.dockerfile.escape)
        refusal = None
        try:
            if trigger and isinstance(node, Invalid):
                raise Refusal(node.message, None)
            check_instruction(node, words, state.directory)
            self._check_device(node)
            self._check_order(stage, node)
        except Refusal as raised:
            refusal = raised
        return _after(node, state, words), refusal

    def _check_device(self, node: Instruction) -> None:
        device = node.flag("device") if isinstance(node, Run) else None
        if device is not None and self.inputs.labs is False:
            raise Refusal(
                "--device is known to the frontend docker/dockerfile:1-labs only: name it by # syntax=", device.span
            )

    def _check_order(self, stage: Stage, node: Instruction) -> None:
        """Raise Refusal where the instruction takes from a stage that comes later; of itself see ``StageGraph.circle``."""
        for flag, name in taken_from(node):
            try:
                index = add_source(self.graph, stage, flag, name, self.model)
            except Refusal:
                continue  # one of the graph's own errors
            if index is not None and index > stage.index:
                raise Refusal(
                    f"the stage {name} comes later in the file: move it up", flag.span, of_stages=flag.name == "from"
                )


def _after(node: Instruction, state: _State, words: Words) -> _State:
    if isinstance(node, Env):
        values: dict[str, str] = {}
        for pair in node.pairs:
            key, value = _text(words, pair.key, node), _text(words, pair.value or "", node)
            values[pair.key if key is None else key] = symbolic("variable", pair.key) if value is None else value
        return replace(state, scope=state.scope.with_environment(values))
    if isinstance(node, Workdir):
        path = _text(words, node.path.text, node)
        if path is None or not (path.startswith("/") or state.directory):
            return replace(state, directory=None)
        moved = normpath(join(state.directory or "/", path))
        return replace(state, directory="/" + moved.lstrip("/"))
    return state


def _text(words: Words, word: str, node: Instruction) -> str | None:
    """The word expanded; None where that is not known, or it is broken."""
    try:
        return words.expand(word, node.span)
    except Refusal:
        return None
