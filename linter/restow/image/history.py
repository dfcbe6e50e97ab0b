"""The history of images: that of a simulated build as BuildKit would write it, and that of a real image with sizes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from restow.build import Simulation, StageResult, State, Step
from restow.build.cache_operations import run_text, script_path
from restow.build.steps.configuration import exposed_ports
from restow.build.triggers import read_triggers, triggers_of
from restow.image.go_text import go_character, go_duration, go_quoted, go_quoted_list
from restow.image.image import Image
from restow.image.simulated import healthcheck_of
from restow.oci.history import HistoryEntry
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

_COMMENT = "buildkit.dockerfile.v0"
_MARK = " # buildkit"
_TOLD = ("parents", "chown", "chmod")  # the flags of COPY and ADD that an entry tells of, in its order


def simulated_history(simulation: Simulation) -> tuple[tuple[HistoryEntry, int], ...]:
    """The entries that the last stage's own instructions make, those of the stages below first, each with the bytes that
    it brings. Triggers stand where they run, and ONBUILD itself makes no entry. Values that are not known before the build are
    in them as symbolic texts.
    """
    found: list[tuple[HistoryEntry, int]] = []
    for result in chain_of(simulation):
        before, declared = result.origin or result.start, list[str]()
        for step, written in (*_triggers(result, simulation), *((step, simulation) for step in result.steps)):
            if not isinstance(step.instruction, Onbuild):
                text = _created_by(step, before, written, declared)
                found.append((HistoryEntry(text, comment=_COMMENT, empty_layer=not step.makes_layer), step.size))
            declared += _declared(step.instruction, before)
            before = step.state
    return tuple(found)


def _triggers(result: StageResult, simulation: Simulation) -> Iterator[tuple[Step, Simulation]]:
    """The steps of triggers, each with the build as if it had the file in which the trigger is written."""
    texts = triggers_of(result.origin) if result.origin is not None else ()
    read = read_triggers(texts, simulation.model.dockerfile.escape) or ()
    for step, (tree, _) in zip(result.triggers, read, strict=True):
        yield step, replace(simulation, model=replace(simulation.model, dockerfile=tree))


def history_sizes(image: Image) -> tuple[tuple[HistoryEntry, int], ...]:
    """The history of a real image, each entry with the bytes of the files in its layer."""
    made = iter(image.layers)
    found: list[tuple[HistoryEntry, int]] = []
    for entry in image.history:
        layer = None if entry.empty_layer else next(made, None)
        found.append((entry, 0 if layer is None else sum(one.length for one in layer.entries)))
    return tuple(found)


def chain_of(simulation: Simulation) -> tuple[StageResult, ...]:
    """The stages that the last one is built on, and itself, the lowest first."""
    chain = [simulation.stages[-1]]
    while (index := chain[0].stage.base.index) is not None:
        chain.insert(0, simulation.stages[index])
    return tuple(chain)


def _created_by(step: Step, before: State, simulation: Simulation, declared: list[str]) -> str:
    """The text of a step; ``declared`` are the build arguments that ARG named before it in its stage, in that order."""
    if isinstance(step.instruction, Run):
        return _run(step.instruction, before, declared)
    try:
        return _text(step, before, simulation)
    except WordError:
        return _written(step.instruction, simulation)


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
        return f"EXPOSE map[{' '.join(f'{port}:{{}}' for port in sorted(set(exposed_ports(node, scope))))}]"
    if isinstance(node, Volume):
        return f"VOLUME [{' '.join(scope.expand(word.text) for word in node.paths)}]"
    if isinstance(node, HealthCheck):
        return _healthcheck(step.state)
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


def _declared(node: Instruction, before: State) -> list[str]:
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


def _healthcheck(state: State) -> str:
    """The check as Go prints its structure: times as durations, the number of retries as a character."""
    check = healthcheck_of(state)
    if check is None:
        return "HEALTHCHECK"
    times = (check.interval, check.timeout, check.start_period, check.start_interval)
    shown = " ".join(go_quoted(go_duration(each)) for each in times)
    return f"HEALTHCHECK &{{{go_quoted_list(check.test)} {shown} {go_character(check.retries)}}}"


def _written(node: Instruction, simulation: Simulation) -> str:
    text = simulation.model.dockerfile.text[node.start : node.end]
    return " ".join(text.split())
