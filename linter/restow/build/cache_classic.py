"""What the classic builder's cache holds of an instruction itself (see the specification of the cache, section 5).

Every instruction makes an image of its own. The next one is looked up among the children of that image, by the whole
configuration and by a text that stands for the instruction; so one miss cuts the rest of the stage off.
"""

from __future__ import annotations

from collections.abc import Mapping

from restow.build.cache_operations import run_text
from restow.build.state import State
from restow.build.steps.configuration import HEALTH_OPTIONS
from restow.graph import Operation
from restow.semantics import Model
from restow.semantics.scope import PROXY_ARGUMENTS, is_known
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
    Onbuild,
    Run,
    Shell,
    StopSignal,
    User,
    Volume,
    Workdir,
)
from restow.vfs import join


def classic_operation(node: Instruction, before: State, model: Model) -> Operation:
    """The operation of any instruction in the state before it. Raises WordError for a broken expansion.

    The rest of the configuration is in the key of the image below.
    """
    if isinstance(node, Run):
        return _run(node, before)
    if isinstance(node, Copy | Add):
        return _copy(node, before)
    return Operation(node.kind, (("text", _text(node, before, model)),))


def is_never_found(node: Instruction, before: State) -> bool:
    """Whether the builder never finds the instruction in its cache: a HEALTHCHECK that leaves out an option which the one
    before it gave. What is stored has that option, and what is looked for has not.
    """
    old = before.configuration.get("Healthcheck")
    if not isinstance(node, HealthCheck) or not isinstance(old, Mapping):
        return False
    given = {flag.name for flag in node.flags} if node.command is not None else set()
    return any(old.get(field) and name not in given for name, field in HEALTH_OPTIONS.items())


def _run(node: Run, before: State) -> Operation:
    """RUN's flags are refused by the classic builder, and the network is no part of the key."""
    words = list(node.command.words) if node.command.form == "exec" else [*before.shell, run_text(node)]
    return Operation(
        "run",
        (
            ("shell", " ".join(map(repr, words[:-1]))),
            ("command", words[-1] if words else ""),
            *(("build argument " + pair.partition("=")[0], pair.partition("=")[2]) for pair in run_arguments(before)),
        ),
    )


def run_arguments(before: State) -> list[str]:
    """The build arguments that stand before a RUN's command, ``NAME=VALUE`` in the order of their texts."""
    return sorted(
        f"{name}={value}"
        for name, value in before.scope.arguments.items()
        if is_known(value) and name not in PROXY_ARGUMENTS and name not in before.scope.environment
    )


def _copy(node: Copy | Add, before: State) -> Operation:
    """The names of the sources count by the digest of the files; the destination as it is written, variables expanded."""
    owner, destination = (before.scope.expand(word) for word in (node.flag_value("chown") or "", node.destination.text))
    return Operation("copy", (("instruction", node.kind), ("--chown", owner), ("destination", destination)))


def _text(node: Instruction, before: State, model: Model) -> str:
    """The text that stands for an instruction which only changes the configuration."""
    expand = before.scope.expand
    if isinstance(node, Env | Label):
        return " ".join(f"{expand(pair.key)}={expand(pair.value or '')}" for pair in node.pairs)
    if isinstance(node, Arg):
        return " ".join(pair.key if pair.value is None else f"{pair.key}={expand(pair.value)}" for pair in node.pairs)
    if isinstance(node, Workdir):
        path = expand(node.path.text)
        return path if path.startswith("/") else join(before.directory, path)
    if isinstance(node, Expose | Volume):
        return " ".join(expand(word.text) for word in (node.ports if isinstance(node, Expose) else node.paths))
    if isinstance(node, User | StopSignal):
        return expand(node.user.text if isinstance(node, User) else node.signal.text)
    if isinstance(node, Cmd | Entrypoint | HealthCheck | Shell):
        return _words(node, before)
    text = model.dockerfile.text
    part = node.instruction if isinstance(node, Onbuild) else node
    return " ".join(text[part.start : part.end].split()[0 if isinstance(node, Onbuild) else 1 :])


def _words(node: Cmd | Entrypoint | HealthCheck | Shell, before: State) -> str:
    """A command as the configuration holds it: each word quoted, however the JSON was laid out; flags in any order."""
    if isinstance(node, Shell):
        return " ".join(map(repr, node.words))
    flags = [f"--{flag.name}={flag.value}" for flag in sorted(node.flags, key=lambda flag: flag.name)]
    command = node.command
    if command is None:
        return " ".join([*flags, "NONE"])
    words = command.words if command.form == "exec" else (*before.shell, command.text)
    return " ".join([*flags, *map(repr, words)])
