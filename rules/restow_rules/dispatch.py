"""The instructions as BuildKit's frontend takes them up: stage by stage, with the variables in force at each.

The triggers that ONBUILD leaves in a stage come first in the stages built on it, where a build of the last stage needs
them; what is found there stands at their FROM.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from restow.rule import RuleContext, Stage
from restow.semantics.base_images import is_windows
from restow.semantics.variables import Variables
from restow.syntax.ast import Arg, Env, Instruction, Onbuild, Shell, Workdir
from restow_rules.global_arguments import expanded, global_arguments
from restow_rules.platforms import os_of

DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
"""What BuildKit sets PATH to where the base image does not."""


@dataclass(frozen=True, slots=True)
class State:
    """What a stage has set so far.

    ``values`` of ENV, ARG and the base image by name; ``declared`` has the names of the ARGs, with or without a value. Not
    ``complete`` where the base image's own environment is not known. ``workdir`` and ``shell``: whether WORKDIR and SHELL
    stood before. ``windows``: the platform is Windows.
    """

    values: Variables = field(default_factory=Variables)
    declared: Variables = field(default_factory=Variables)
    complete: bool = True
    workdir: bool = False
    shell: bool = False
    windows: bool = False


@dataclass(frozen=True, slots=True)
class Dispatched:
    """``node`` in the ``state`` before it; findings stand at ``place``, which is the FROM for a trigger."""

    stage: Stage
    node: Instruction
    place: Instruction
    state: State


def dispatched(ctx: RuleContext) -> tuple[Dispatched, ...]:
    """Every instruction of every stage in the order of the stages, triggers of ONBUILD included."""
    return ctx.shared(_dispatched)


def _dispatched(ctx: RuleContext) -> tuple[Dispatched, ...]:
    found: list[Dispatched] = []
    ends: list[State] = []
    model = ctx.model
    needed = model.needed_by(model.target) if model.target else frozenset[int]()
    for stage in model.stages:
        base = model.stages[stage.base.index] if stage.base.index is not None else None
        state = ends[base.index] if base else _first(ctx, stage)
        triggers = [n.instruction for n in base.instructions if isinstance(n, Onbuild)] if base else []
        nodes = [(node, stage.opening) for node in triggers] if stage.index in needed else []
        for node, place in [*nodes, *((node, node) for node in stage.instructions)]:
            found.append(Dispatched(stage, node, place, state))
            state = after(ctx, node, state)
        ends.append(state)
    return tuple(found)


def _first(ctx: RuleContext, stage: Stage) -> State:
    """The state that the base image gives."""
    if stage.base.kind == "scratch":
        return State(Variables({"PATH": DEFAULT_PATH}))
    image = ctx.build.image(stage.base.name)
    platform = expanded(ctx, stage.opening.flag_value("platform") or "", global_arguments(ctx).values.get)
    windows = os_of(platform.text if platform else "") == "windows"
    if image is None:
        return State(complete=False, windows=windows or is_windows(stage.base.name))
    return State(Variables({"PATH": DEFAULT_PATH, **image.environment}), shell=bool(image.shell), windows=windows)


def after(ctx: RuleContext, node: Instruction, state: State) -> State:
    """The state that the instruction leaves."""
    if isinstance(node, Env):
        pairs = [(_text(ctx, pair.key, state), _text(ctx, pair.value or "", state)) for pair in node.pairs]
        return replace(state, values=state.values.assigned(dict(pairs)))
    if isinstance(node, Arg):
        return [state, *(later for _, _, later in arguments(ctx, node, state))][-1]
    if isinstance(node, Workdir):
        return replace(state, workdir=True)
    return replace(state, shell=True) if isinstance(node, Shell) else state


def arguments(ctx: RuleContext, node: Arg, state: State) -> Iterator[tuple[str | None, State, State]]:
    """For each variable of an ARG: the default that is expanded (None where there is none, or a value is given), the
    state before and the state after it.
    """
    for pair in node.pairs:
        before, given = state, ctx.build.arguments.get(pair.key)
        default = pair.value if given is None else None
        value = given if default is None else _text(ctx, default, state)
        if value is None:
            value = global_arguments(ctx).values.get(pair.key)
        values = state.values if value is None else state.values.assigned({pair.key: value})
        state = replace(state, values=values, declared=state.declared.assigned({pair.key: ""}))
        yield default, before, state


def _text(ctx: RuleContext, word: str, state: State) -> str:
    expansion = expanded(ctx, word, state.values.get)
    return expansion.text if expansion else ""
