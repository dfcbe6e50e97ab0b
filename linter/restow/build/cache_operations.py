"""What BuildKit's cache keys hold of an instruction itself (see the specification of the cache, sections 2 and 3).

An operation is made of the instruction and the state before it alone, so it is there also for a step whose result could not be
computed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from restow.build.cache_copies import copy_operation
from restow.build.mounts import mount_key, read_mounts
from restow.build.sources import chomped
from restow.build.state import State
from restow.graph import Operation
from restow.semantics.scope import PLATFORM_ARGUMENTS, symbolic
from restow.syntax.ast import Add, Copy, Run, Workdir
from restow.syntax.heredocs import is_opener
from restow.vfs import join

if TYPE_CHECKING:
    from restow.syntax.ast import Instruction


@dataclass(frozen=True, slots=True)
class BuildOptions:
    """Options of a build, beside its arguments, that a RUN's key holds. Empty where they are not given.

    Not here, since no key holds them: secrets, addresses of ``--add-host``, proxies, labels, limits of CPU and memory.
    ``images`` gives the digests of base images by reference, where they are known: the tag then does not count.
    ``no_cache`` are the stages (lower-case names, or ``*`` for all) whose RUN, COPY and ADD are not looked up.
    """

    hostname: str = ""
    network: str = ""
    shm_size: str = ""
    ulimits: tuple[str, ...] = ()
    host_names: tuple[str, ...] = ()
    platform: str = ""
    images: tuple[tuple[str, str], ...] = ()
    no_cache: frozenset[str] = frozenset()


def working_directory(before: str, node: Workdir, state: State) -> str:
    """The directory as RUN's key holds it after WORKDIR: an absolute path as it is written, with its last slash."""
    path = state.scope.expand(node.path.text)
    return path if path.startswith("/") else join(before, path)


def operation_of(node: Instruction, state: State, directory: str, options: BuildOptions) -> Operation | None:
    """The operation of an instruction in the ``state`` before it; None where BuildKit makes no vertex of it.

    ``directory`` is the working directory as ``working_directory`` gives it. Raises WordError for a broken expansion.
    """
    if isinstance(node, Run):
        return _exec(node, state, directory, options)
    if isinstance(node, Copy | Add):
        return copy_operation(node, state)
    if isinstance(node, Workdir):
        path = join(state.directory, state.scope.expand(node.path.text))
        return Operation("mkdir", (("directory", path), ("user", user_of(state)))) if path != "/" else None
    return None


def user_of(state: State) -> str:
    """The user that USER set; empty for that of the base image, which is in the key itself."""
    return "" if state.user.startswith("default user of ") else state.user


def _exec(node: Run, state: State, directory: str, options: BuildOptions) -> Operation:
    words = list(node.command.words) if node.command.form == "exec" else [*state.shell, run_text(node)]
    shell = [repr(word) for word in words[:-1]]
    flags = [(f"--{flag.name}", flag.value or "") for flag in node.flags if flag.name not in ("mount", "network")]
    network = state.scope.expand(node.flag_value("network") or "") or options.network
    mounts = sorted(mount_key(mount, state) for mount in read_mounts(node, state))
    return Operation(
        "exec",
        (
            ("shell", " ".join(shell)),
            ("command", words[-1] if words else ""),
            ("script", script_path(node) or ""),
            *((f"variable {name}", value) for name, value in variables(state)),
            ("order of the variables", " ".join(name for name, _ in variables(state))),
            ("working directory", directory),
            ("user", user_of(state)),
            *flags,
            ("network", "" if network == "default" else network),
            ("set of mounts", "; ".join(mounts)),
            ("hostname", options.hostname),
            ("size of /dev/shm", options.shm_size),
            ("set of limits", " ".join(options.ulimits)),
            ("set of host names", " ".join(options.host_names)),
            ("platform", options.platform),
        ),
    )


def run_text(node: Run) -> str:
    """The text that a RUN's shell gets; with here-documents also theirs, by name where they are not the whole script."""
    bodies = [chomped(heredoc) for heredoc in node.heredocs]
    if len(bodies) == 1 and is_opener(node.command.text.strip()):
        return bodies[0]
    return "".join(
        [node.command.text, *(f"\n{body}{one.name}" for one, body in zip(node.heredocs, bodies, strict=True))]
    )


def script_path(node: Run) -> str | None:
    """The path below which a here-document that names its program (``#!``) is run, which counts; None for any other RUN."""
    if len(node.heredocs) != 1 or not is_opener(node.command.text.strip()):
        return None
    return f"/dev/pipes/{node.heredocs[0].name}" if chomped(node.heredocs[0]).startswith("#!") else None


def variables(state: State) -> Iterator[tuple[str, str]]:
    """The environment of a RUN in order. An ARG without a value adds nothing, unless the engine knows one for it."""
    for name, value in state.scope.of_run.items():
        bare = value == symbolic("build argument", name) and name not in PLATFORM_ARGUMENTS
        if not bare:
            yield name, value
        elif name in state.scope.environment:
            yield name, state.scope.environment[name]
