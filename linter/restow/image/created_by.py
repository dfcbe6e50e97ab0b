"""What an entry of an image's history says of a simulated step: in the words of BuildKit, or of the classic builder."""

from __future__ import annotations

from collections.abc import Mapping

from restow.build import Simulation, State, Step
from restow.build.cache_classic import run_arguments
from restow.build.cache_operations import run_text, script_path
from restow.build.release import LATEST, Release
from restow.build.steps.configuration import exposed_ports, own_health_check
from restow.image.go_text import go_character, go_duration, go_quoted, go_quoted_list
from restow.oci.image_config import ImageConfig
from restow.semantics.model import argument_values
from restow.semantics.scope import PLATFORM_ARGUMENTS, symbolic
from restow.syntax.ast import (
    Add,
    Arg,
    Cmd,
    Copy,
    Entrypoint,
    Env,
    Expose,
    HealthCheck,
    Instruction,
    Label,
    Maintainer,
    Onbuild,
    Run,
    Shell,
    StopSignal,
    User,
    Volume,
    Workdir,
)
from restow.syntax.heredocs import is_opener
from restow.syntax.words import WordError

_MARK = " # buildkit"
# the first releases that tell of ports as EXPOSE lists them, of the value of an ARG that is in force, in a RUN of the arguments
# of stages below, and of an argument that is declared twice only once
_PORTS_AS_LISTED, _ARGUMENTS_IN_FORCE, _ARGUMENTS_BELOW, _ARGUMENTS_ONCE = (0, 25), (0, 14), (0, 15), (0, 18)
_TOLD = ("parents", "chown", "chmod")  # the flags of COPY and ADD that an entry tells of, in its order


def created_by(step: Step, before: State, simulation: Simulation, declared: list[str], release: Release | None) -> str:
    """The text of a step; ``declared`` are the build arguments that ARG named before it, in that order: in its stage, and
    where `tells_of_stages_below` in those that this is built on.
    """
    node, version = step.instruction, LATEST if release is None else release.version
    if isinstance(node, Run):
        return _run(node, before, declared if version < _ARGUMENTS_ONCE else list(dict.fromkeys(declared)))
    try:
        if isinstance(node, Expose) and version < _PORTS_AS_LISTED:
            return f"EXPOSE map[{' '.join(f'{port}:{{}}' for port in sorted(set(exposed_ports(node, before.scope))))}]"
        if isinstance(node, Arg) and version >= _ARGUMENTS_IN_FORCE:
            return f"ARG {' '.join(_in_force(node, before, simulation))}"
        return _text(step, before, simulation)
    except WordError:
        return _written(node, simulation)


def tells_of_stages_below(release: Release | None) -> bool:
    """Whether a RUN tells of the build arguments that the stages below declare."""
    return release is None or release.version >= _ARGUMENTS_BELOW


def _in_force(node: Arg, before: State, simulation: Simulation) -> list[str]:
    """``NAME=VALUE`` with the value that the build, the default or the global ARG gives, ``NAME`` where none does."""
    values = argument_values(node, before.scope, dict(simulation.arguments), simulation.model.globals)
    found = []
    for pair in node.pairs:
        name = before.scope.expand(pair.key)
        given = name in values and (values[name] != symbolic("build argument", name) or name in PLATFORM_ARGUMENTS)
        found.append(f"{name}={values[name]}" if given else name)
    return found


def created_by_classic(step: Step, before: State, simulation: Simulation) -> str:
    """``/bin/sh -c #(nop)  ENV A=1``, ``|1 A=x /bin/sh -c text`` for a RUN: the shell is the one in force after the step."""
    node, scope = step.instruction, before.scope
    if isinstance(node, Run):
        arguments = run_arguments(before)
        words = list(node.command.words) if node.command.form == "exec" else [*before.shell, run_text(node)]
        return " ".join([*([f"|{len(arguments)}", *arguments] if arguments else []), *words])
    mark = " ".join([*step.state.shell, "#(nop)"])
    try:
        if isinstance(node, Copy | Add):
            sources = symbolic("digest of", " ".join(scope.expand(word.text) for word in node.sources))
            owner = f"--chown={scope.expand(node.flag_value('chown') or '')} " if node.flag("chown") else ""
            return f"{mark} {node.keyword.upper()} {owner}{sources} in {scope.expand(node.destination.text)} "
        if isinstance(node, Expose):
            texts = sorted(word.text for word in node.ports)
            return f"{mark}  EXPOSE {' '.join(port for text in texts for port in scope.expand_all(text))}"
        if isinstance(node, Onbuild):
            return f"{mark}  ONBUILD {_written(node.instruction, simulation)}"
        return f"{mark}{'' if isinstance(node, Workdir) else ' '} {_text(step, before, simulation)}"
    except WordError:
        return f"{mark}  {_written(node, simulation)}"


def _text(step: Step, before: State, simulation: Simulation) -> str:
    node, scope, config = step.instruction, before.scope, step.state.configuration
    if isinstance(node, Copy | Add):
        flags = [
            f"--{flag.name}" + ("" if flag.value is None else f"={scope.expand(flag.value)}")
            for name in _TOLD
            for flag in node.flags
            if flag.name == name
        ]
        openers = [word.text for word in node.sources if node.heredocs and is_opener(word.text)]
        words = [scope.expand(word.text) for word in node.sources if word.text not in openers]
        words += [f"<<{heredoc.name}" for heredoc in node.heredocs]
        return " ".join([node.keyword.upper(), *flags, *words, scope.expand(node.destination.text)]) + _MARK
    if isinstance(node, Workdir):
        return f"WORKDIR {config.get('WorkingDir') or step.state.directory}"
    if isinstance(node, Env | Label):
        pairs = (f"{scope.expand(pair.key)}={scope.expand(pair.value or '')}" for pair in node.pairs)
        return f"{node.keyword.upper()} {' '.join(pairs)}"
    if isinstance(node, Arg):
        defaults = ((scope.expand(pair.key), pair.value) for pair in node.pairs)
        return "ARG " + " ".join(name if value is None else f"{name}={scope.expand(value)}" for name, value in defaults)
    if isinstance(node, Cmd | Entrypoint):
        listed = config.get(node.keyword.capitalize())
        words = [str(word) for word in listed] if isinstance(listed, list | tuple) else []
        return f"{node.keyword.upper()} {go_quoted_list(words)}"
    if isinstance(node, Expose):
        return f"EXPOSE [{' '.join(exposed_ports(node, scope))}]"
    if isinstance(node, Volume):
        return f"VOLUME [{' '.join(scope.expand(word.text) for word in node.paths)}]"
    if isinstance(node, HealthCheck):
        return _healthcheck(own_health_check(node))
    if isinstance(node, Shell):
        return f"SHELL [{' '.join(node.words)}]"
    if isinstance(node, User):
        return f"USER {scope.expand(node.user.text)}"
    if isinstance(node, StopSignal):
        return f"STOPSIGNAL {scope.expand(node.signal.text)}"
    if isinstance(node, Maintainer):
        return f"MAINTAINER {node.name}"
    return _written(node, simulation)


def _run(node: Run, before: State, declared: list[str]) -> str:
    """``RUN |1 A=x /bin/sh -c text``: the build arguments that the stage itself declares, in that order and as often, each with
    the value that the environment has for it.
    """
    values = before.scope.of_run
    arguments = [f"{name}={_value(name, values.get(name, ''))}" for name in declared]
    told = [f"|{len(arguments)}", *arguments] if arguments else []
    text = script_path(node) or (run_text(node) if node.heredocs else node.command.text)
    words = list(node.command.words) if node.command.form == "exec" else [*before.shell, text]
    return " ".join(["RUN", *told, *words]) + _MARK


def declared_by(node: Instruction, before: State) -> list[str]:
    """The names that an ARG declares; one that cannot be expanded, which the build stops at, as it is written."""
    if not isinstance(node, Arg):
        return []
    try:
        return [before.scope.expand(pair.key) for pair in node.pairs]
    except WordError:
        return [pair.key for pair in node.pairs]


def _value(name: str, value: str) -> str:
    """A build argument's value: empty where nobody gives one, and a term where only the engine knows it."""
    return "" if value == symbolic("build argument", name) and name not in PLATFORM_ARGUMENTS else value


def _healthcheck(fields: Mapping[str, object]) -> str:
    """The check as Go prints its structure: times as durations, the number of retries as a character."""
    check = ImageConfig.from_json({"Healthcheck": fields}).healthcheck
    assert check is not None
    times = (check.interval, check.timeout, check.start_period, check.start_interval)
    shown = " ".join(go_quoted(go_duration(each)) for each in times)
    return f"HEALTHCHECK &{{{go_quoted_list(check.test)} {shown} {go_character(check.retries)}}}"


def _written(node: Instruction, simulation: Simulation) -> str:
    text = simulation.model.dockerfile.text[node.start : node.end]
    return " ".join(text.split())
