"""What is in force at each instruction: stage, variables, working directory, user and shell.

It follows from the instructions alone; what only the base image could tell is None (or a symbolic value of a variable).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from posixpath import join, normpath

from restow.semantics.base_images import is_windows, runs_as_root, working_directory
from restow.semantics.model import Model, Stage, argument_values
from restow.semantics.scope import Scope, is_known, symbolic
from restow.syntax import WordError
from restow.syntax.ast import Arg, Env, Instruction, Onbuild, Shell, User, Workdir

POSIX_SHELL = ("/bin/sh", "-c")
WINDOWS_SHELL = ("cmd", "/S", "/C")


@dataclass(frozen=True)
class InForce:
    """What an instruction finds. ``stage`` is None before the first FROM, and at a FROM the one that it begins.

    ``user`` is empty where nobody set one, so that commands run as root; ``directory`` is absolute. Both are None where
    they are not known before the build. ``has_triggers``: the image so far holds ONBUILD triggers.
    """

    stage: int | None
    scope: Scope
    directory: str | None = None
    user: str | None = None
    shell: tuple[str, ...] = POSIX_SHELL
    has_triggers: bool = False


def read_in_force(model: Model, build_arguments: Mapping[str, str] | None = None) -> tuple[InForce, ...]:
    """What is in force before each instruction of the file, in their order. At a FROM it is what its image is named by:
    the arguments before the first FROM."""
    given = dict(build_arguments or {})
    found: list[InForce] = []
    state = InForce(None, Scope(escape=model.dockerfile.escape))
    for node in model.preamble:
        found.append(state)
        if isinstance(node, Arg):
            state = replace(state, scope=_with_arguments(node, state.scope, given))
    last: list[InForce] = []
    for stage in model.stages:
        found.append(InForce(stage.index, model.globals))
        state = _start(stage, last, model)
        for node in stage.instructions:
            found.append(state)
            state = _after(node, state, model, given)
        last.append(state)
    return tuple(found)


def _start(stage: Stage, last: list[InForce], model: Model) -> InForce:
    """What a stage begins with."""
    escape = model.dockerfile.escape
    if stage.base.kind == "scratch":
        return InForce(stage.index, Scope(escape=escape), "/", "")
    if stage.base.kind == "stage" and stage.base.index is not None:
        state = replace(last[stage.base.index], stage=stage.index, has_triggers=False)
        if not last[stage.base.index].has_triggers:
            return state
        scope = Scope(base=f"{stage.base.name} after its triggers", escape=escape)
        return replace(state, scope=scope, directory=None, user=None)
    name = stage.base.identity
    return InForce(
        stage.index,
        Scope(base=name, escape=escape),
        working_directory(stage.base.name),
        "" if runs_as_root(stage.base.name) else None,
        WINDOWS_SHELL if is_windows(stage.base.name) else POSIX_SHELL,
    )


def _after(node: Instruction, state: InForce, model: Model, given: dict[str, str]) -> InForce:
    """What is in force after an instruction."""
    if isinstance(node, Env):
        return replace(state, scope=_with_environment(node, state.scope))
    if isinstance(node, Arg):
        return replace(state, scope=_with_arguments(node, state.scope, given, model.globals))
    if isinstance(node, Workdir):
        return replace(state, directory=_moved(state, node.path.text))
    if isinstance(node, User):
        return replace(state, user=known_value(state.scope, node.user.text))
    if isinstance(node, Shell):
        return replace(state, shell=node.words)
    return replace(state, has_triggers=True) if isinstance(node, Onbuild) else state


def known_value(scope: Scope, word: str) -> str | None:
    """``word`` expanded; None where that is not known before the build, or the expansion is broken."""
    try:
        value = scope.expand(word)
    except WordError:
        return None
    return value if is_known(value) else None


def _with_environment(node: Env, scope: Scope) -> Scope:
    values: dict[str, str] = {}
    for pair in node.pairs:
        try:
            values[scope.expand(pair.key)] = scope.expand(pair.value or "")
        except WordError:
            values[pair.key] = symbolic("broken expansion", pair.key)
    return scope.with_environment(values)


def _with_arguments(node: Arg, scope: Scope, given: dict[str, str], outer: Scope | None = None) -> Scope:
    try:
        return scope.with_arguments(argument_values(node, scope, given, outer))
    except WordError:
        return scope.with_arguments({pair.key: symbolic("broken expansion", pair.key) for pair in node.pairs})


def _moved(state: InForce, path: str) -> str | None:
    """The working directory after ``WORKDIR path``."""
    value = known_value(state.scope, path)
    if value is None or not (value.startswith("/") or state.directory):
        return None
    moved = normpath(join(state.directory or "/", value))
    return "/" + moved.lstrip("/")
