"""A RUN over a concrete root: computed with its exit status, where all that it uses is known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from restow.build.accounts import Credentials, read_accounts
from restow.build.cache_operations import run_text, variables
from restow.build.exact import Ending, Process, is_known_root, run_process
from restow.build.exact.output import Output
from restow.build.sources import chomped
from restow.build.steps.mounting import without_mounts
from restow.errors import BuildFailure, UnknownEffect
from restow.semantics.scope import PROXY_ARGUMENTS, is_known, symbolic
from restow.syntax.heredocs import is_opener
from restow.vfs import Filesystem

if TYPE_CHECKING:
    from restow.build.engine import Build
    from restow.build.state import State
    from restow.build.steps.run import Mount
    from restow.syntax.ast import Run


@dataclass(frozen=True, slots=True)
class Computed:
    """The filesystem after the step, without what was mounted, and what the step wrote to its standard output.

    ``output`` is None where it is not all known.
    """

    filesystem: Filesystem
    output: str | None


def computed_run(state: State, node: Run, mounts: tuple[Mount, ...], over: Filesystem, build: Build) -> Computed:
    """The step computed. ``over`` is the filesystem with the mounts in place.

    Raises UnknownEffect where something is not known, and BuildFailure where the step fails, as it would in the engine.
    """
    if state.root is None or not is_known_root(state.filesystem):
        raise UnknownEffect("the root of the base image is not at hand")
    if any(flag.name not in ("mount", "network") for flag in node.flags):
        raise UnknownEffect("a RUN with other rights is not computed")
    if any(mount.target == "/" or mount.target.startswith(("/proc", "/sys")) for mount in mounts):
        raise UnknownEffect("a mount over what the engine mounts itself")
    argv, given = _command(state, node)
    targets = tuple(mount.target for mount in mounts)
    ending = run_process(
        Process(
            argv,
            over,
            state.root,
            _credentials(state, build),
            _environment(state, build),
            state.directory,
            build.bytes_of,
            Output(given),
            targets,
            tuple(mount.target for mount in mounts if mount.readonly),
        )
    )
    _refuse_failure(ending, argv)
    known = is_known(ending.output.text) and ending.output.ordered
    return Computed(without_mounts(ending.filesystem, state.filesystem, targets), ending.output.text if known else None)


def _refuse_failure(ending: Ending, argv: tuple[str, ...]) -> None:
    words = " ".join(argv)
    if ending.missing:
        raise BuildFailure(
            f'process "{words}" did not complete successfully: exec: "{argv[0]}": no such file or directory'
        )
    if ending.status:
        raise BuildFailure(f'process "{words}" did not complete successfully: exit code: {ending.status}')


def _command(state: State, node: Run) -> tuple[tuple[str, ...], str]:
    """The words that are run, and the standard input."""
    if node.command.form == "exec":
        if not node.command.words:
            raise BuildFailure("arguments are required: RUN [] names no program")
        return node.command.words, ""
    bodies = [chomped(heredoc) for heredoc in node.heredocs]
    if len(bodies) == 1 and is_opener(node.command.text.strip()) and bodies[0].startswith("#!"):
        first, _, argument = bodies[0][2:].split("\n", 1)[0].strip().partition(" ")
        if first.rsplit("/", 1)[-1] in ("sh", "bash", "ash", "dash") and not argument:
            return (first, "-c", bodies[0]), ""
        if first.rsplit("/", 1)[-1] == "awk" and argument.strip() == "-f":
            return (first, "-f", "-"), bodies[0]
        raise UnknownEffect("a here-document with an interpreter of its own is not computed")
    if len(bodies) == 1 and is_opener(node.command.text.strip()) and "\\\n" in bodies[0]:
        return (*state.shell, bodies[0]), ""
    return (*state.shell, run_text(node)), ""


def _credentials(state: State, build: Build) -> Credentials:
    found = read_accounts(state.filesystem, build.bytes_of).credentials(state.user)
    if found is None:
        raise BuildFailure(f"unable to find user {state.user}: no matching entries in passwd file")
    return found


def _environment(state: State, build: Build) -> dict[str, str]:
    """The variables of the process; HOME is that of the user where nothing sets it."""
    found: dict[str, str] = {}
    for name, value in build.arguments.items():
        if name in PROXY_ARGUMENTS:
            found |= {name.upper(): value, name.lower(): value}
    if build.builder == "classic":
        found["HOSTNAME"] = symbolic("hostname", "of the container")
    found.update(variables(state))
    home = _credentials(state, build).home
    return found if "HOME" in found else {**found, "HOME": home}
