"""Instructions that change only the configuration or the state: ENV, ARG, LABEL, EXPOSE, USER, VOLUME, CMD and the
like.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from restow.build.state import State, Step
from restow.build.steps.workdir import with_directory
from restow.errors import BuildFailure
from restow.semantics.model import argument_values
from restow.semantics.scope import PLATFORM_ARGUMENTS, Scope, is_known, symbolic
from restow.syntax.ast import (
    Arg,
    Cmd,
    Command,
    Entrypoint,
    Env,
    Expose,
    Flag,
    HealthCheck,
    Instruction,
    Label,
    Maintainer,
    Onbuild,
    Shell,
    StopSignal,
    User,
    Volume,
)
from restow.syntax.flags import nanoseconds

if TYPE_CHECKING:
    from restow.build.engine import Build

MAX_PORT = 65_535


def step(state: State, node: Instruction, build: Build) -> Step:
    """The step of any instruction of this family; others leave the state as it is.

    The classic builder commits a container that it makes for the purpose, with a working directory.
    """
    change = _CHANGES.get(node.kind)
    if change is None:
        return Step(node, state)
    after = change(state, node, build)
    return Step(node, with_directory(after, build) if build.builder == "classic" else after)


def _mapping(state: State, key: str) -> Mapping[str, object]:
    value = state.configuration.get(key, {})
    assert isinstance(value, Mapping)
    return value


def _env(state: State, node: Instruction, build: Build) -> State:
    assert isinstance(node, Env)
    before = state.scope
    values = {before.expand(pair.key): before.expand(pair.value or "") for pair in node.pairs}
    named = {**_mapping(state, "Env"), **values}
    return replace(state.with_configuration(Env=named), scope=state.scope.with_environment(values))


def _arg(state: State, node: Instruction, build: Build) -> State:
    assert isinstance(node, Arg)
    forgets = build.builder == "classic"
    values = argument_values(node, state.scope, build.arguments, build.model.globals, forgets=forgets)
    if build.closed:
        unset = {name for name, value in values.items() if value == symbolic("build argument", name)}
        values = {name: value for name, value in values.items() if name not in unset - PLATFORM_ARGUMENTS}
    return replace(state, scope=state.scope.with_arguments(values))


def _label(state: State, node: Instruction, build: Build) -> State:
    assert isinstance(node, Label)
    values = {state.scope.expand(pair.key): state.scope.expand(pair.value or "") for pair in node.pairs}
    return state.with_configuration(Labels={**_mapping(state, "Labels"), **values})


def _maintainer(state: State, node: Instruction, build: Build) -> State:
    assert isinstance(node, Maintainer)
    return state.with_configuration(Author=node.name)


def _expose(state: State, node: Instruction, build: Build) -> State:
    assert isinstance(node, Expose)
    ports: dict[str, object] = {port: {} for port in exposed_ports(node, state.scope)}
    return state.with_configuration(ExposedPorts={**_mapping(state, "ExposedPorts"), **ports})


def exposed_ports(node: Expose, scope: Scope) -> list[str]:
    """The ports that the instruction names, as the configuration has them: ``80/tcp``; in the order of the words as they are
    written, and as often. Raises BuildFailure, WordError.
    """
    words = sorted(word.text for word in node.ports)
    return [port for word in words for text in scope.expand_all(word) for port in _ports(text)]


def _ports(text: str) -> list[str]:
    """``[[address:]host:]port[-port][/protocol]`` as the configuration has it: one entry a port, without what is the host's."""
    port, _, protocol = text.rpartition(":")[2].partition("/")
    first, dash, last = port.partition("-")
    if dash and first.isdecimal() and last.isdecimal() and int(first) <= int(last) <= MAX_PORT:
        return [f"{number}/{protocol.lower() or 'tcp'}" for number in range(int(first), int(last) + 1)]
    if is_known(port) and not (port.isdecimal() and int(port) <= MAX_PORT):
        raise BuildFailure(f"invalid containerPort: {port}")
    return [f"{port}/{protocol.lower() or 'tcp'}"]


def _volume(state: State, node: Instruction, build: Build) -> State:
    assert isinstance(node, Volume)
    paths: dict[str, object] = {state.scope.expand(word.text): {} for word in node.paths}
    if "" in paths:
        raise BuildFailure("VOLUME specified can not be an empty string")
    return state.with_configuration(Volumes={**_mapping(state, "Volumes"), **paths})


def _user(state: State, node: Instruction, build: Build) -> State:
    assert isinstance(node, User)
    user = state.scope.expand(node.user.text)
    return replace(state.with_configuration(User=user), user=user)


def _shell(state: State, node: Instruction, build: Build) -> State:
    assert isinstance(node, Shell)
    return replace(state.with_configuration(Shell=list(node.words)), shell=node.words)


def _argv(state: State, command: Command, build: Build) -> list[str]:
    """The words of a command; the classic builder gives the shell no text where there is none."""
    if command.form == "exec":
        return list(command.words)
    return [*state.shell] if build.builder == "classic" and not command.text else [*state.shell, command.text]


def _cmd(state: State, node: Instruction, build: Build) -> State:
    assert isinstance(node, Cmd)
    return state.with_configuration(Cmd=_argv(state, node.command, build), CmdSetHere=True)


def _entrypoint(state: State, node: Instruction, build: Build) -> State:
    """ENTRYPOINT resets an inherited CMD, unless the same stage set one."""
    assert isinstance(node, Entrypoint)
    changed = state.with_configuration(Entrypoint=_argv(state, node.command, build))
    return changed if state.configuration.get("CmdSetHere") else changed.with_configuration(Cmd=[])


def _healthcheck(state: State, node: Instruction, build: Build) -> State:
    """Options that are not given are those of the HEALTHCHECK before it in the classic builder, and none in BuildKit."""
    assert isinstance(node, HealthCheck)
    old = state.configuration.get("Healthcheck") if build.builder == "classic" else None
    kept = {key: value for key, value in old.items() if key != "Test"} if isinstance(old, Mapping) else {}
    return state.with_configuration(Healthcheck={**kept, **own_health_check(node)})


def own_health_check(node: HealthCheck) -> dict[str, object]:
    """The fields of the check that the instruction itself gives."""
    if node.command is None:
        return {"Test": ["NONE"]}
    exec_form = node.command.form == "exec"
    test = ["CMD", *node.command.words] if exec_form else ["CMD-SHELL", node.command.text]
    options = {HEALTH_OPTIONS.get(flag.name, flag.name): _health_option(flag) for flag in node.flags}
    return {"Test": test, **{key: value for key, value in options.items() if value}}


HEALTH_OPTIONS = {
    "interval": "Interval",
    "timeout": "Timeout",
    "start-period": "StartPeriod",
    "start-interval": "StartInterval",
    "retries": "Retries",
}
"""The options of HEALTHCHECK with the fields of the configuration that they set."""


def _health_option(flag: Flag) -> int:
    """The number of retries, or nanoseconds; 0 for an empty value, which counts as absent."""
    if flag.name == "retries":
        return int(flag.value or 0)
    return nanoseconds(flag.value or "")


def _stopsignal(state: State, node: Instruction, build: Build) -> State:
    assert isinstance(node, StopSignal)
    return state.with_configuration(StopSignal=state.scope.expand(node.signal.text))


def _onbuild(state: State, node: Instruction, build: Build) -> State:
    assert isinstance(node, Onbuild)
    triggers = state.configuration.get("OnBuild", [])
    assert isinstance(triggers, list)
    text = build.model.dockerfile.text[node.instruction.start : node.instruction.end]
    return state.with_configuration(OnBuild=[*triggers, text])


_CHANGES: dict[str, Callable[[State, Instruction, Build], State]] = {
    "env": _env,
    "arg": _arg,
    "label": _label,
    "maintainer": _maintainer,
    "expose": _expose,
    "volume": _volume,
    "user": _user,
    "shell": _shell,
    "cmd": _cmd,
    "entrypoint": _entrypoint,
    "healthcheck": _healthcheck,
    "stopsignal": _stopsignal,
    "onbuild": _onbuild,
}
