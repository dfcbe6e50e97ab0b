"""RUN: its commands, one after the other, by their effects; mounts are put over the filesystem and taken away again."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING

from restow.build.broken_links import without_broken_links
from restow.build.classic import volumes_of, with_volumes, without_changes
from restow.build.exact.lookup import is_known_root
from restow.build.mounts import mount_key, read_mounts
from restow.build.shell import ShellRun
from restow.build.sources import chomped
from restow.build.state import ContextUse, State, Step
from restow.build.steps.mounting import with_mount, without_mounts
from restow.build.steps.workdir import with_directory
from restow.effects.priors import seconds_of_unknown
from restow.effects.shell_call import tells_bash
from restow.errors import BuildFailure, UnknownEffect
from restow.semantics.mounts import read_mount
from restow.semantics.scope import SYMBOLIC, is_known
from restow.shell import Literal, Opaque, Script, parse_shell, read_otherwise, shell_name, walk
from restow.shell.parser import unread_shell
from restow.syntax import WordError
from restow.syntax.ast import Run
from restow.syntax.problem import FieldError
from restow.vfs import Attributes, Directory, File, Filesystem, Node, Origin, Unknown, digest_of, join

if TYPE_CHECKING:
    from restow.build.engine import Build

DIALECTS = ("sh", "bash", "dash", "ash")

_SHELL_OPTIONS = frozenset(
    "-c -e -u -x -o -ec -uc -xc -ce -euc -exc -eux -uex -euxc -ex -xe -eu -ue -euo -euxo -exuo -uexo -xeuo -exo -xeo -eo -uo -ux "
    "-uxo -xo -oc -eoc -euoc -exoc -euxoc pipefail errexit nounset xtrace".split()
)


@dataclass(frozen=True, slots=True)
class Mount:
    """One ``--mount``. ``source`` names a path of the context (``stage`` and ``image`` None), a stage or an image."""

    type: str
    target: str
    source: str = "/"
    stage: int | None = None
    image: str | None = None
    identity: str = ""
    readonly: bool = False


def step(state: State, node: Run, build: Build) -> Step:
    """One RUN. Where a command is not understood the whole filesystem becomes a term over everything, with the reason."""
    blank = Step(node, state, _definition(state, node))
    mounts: tuple[Mount, ...] = ()
    try:
        mounts = tuple(_mount(flag.value or "", state, build) for flag in node.flags if flag.name == "mount")
        blank = _with_inputs(blank, mounts)
        return _known_or_computed(replace(blank, state=with_directory(state, build)), node, mounts, build)
    except BuildFailure:
        raise
    except UnknownEffect as unknown:
        after = opaque(state, node, mounts, build)
        return replace(
            blank, state=after, unknown=unknown.reason, seconds=seconds_of_unknown(node.command.text), size=30_000_000
        )


def _definition(state: State, node: Run) -> str:
    """What the cache key holds of the instruction itself (see the specification, section 2)."""
    flags = [(flag.name, flag.value) for flag in node.flags if flag.name != "mount"]
    mounts = sorted(mount_key(mount, state) for mount in read_mounts(node, state))
    body = [chomped(heredoc) for heredoc in node.heredocs]
    alone = len(body) == 1 and _is_opener(node) and not body[0].startswith("#!")
    text = body[0] if alone else "".join([node.command.text, *body])
    words = list(node.command.words) if node.command.form == "exec" else [*state.shell, text]
    environment = list(state.scope.of_run.items())
    return digest_of("exec", words, environment, state.directory, state.user, flags, mounts)


def opaque(state: State, node: Run, mounts: tuple[Mount, ...], build: Build) -> State:
    """The state after a step that may have read and written everything."""
    inputs = [_mounted_digest(mount, build) for mount in mounts]
    own = digest_of(
        node.command.text,
        node.command.form,
        [heredoc.content for heredoc in node.heredocs],
        sorted(state.scope.of_run.items()),
        state.directory,
        state.user,
        state.shell,
        [(flag.name, flag.value) for flag in node.flags],
    )
    term = digest_of("opaque", own, state.filesystem.digest, state.scope.base, inputs)
    return state.with_filesystem(state.filesystem.forgotten(term))


def _with_inputs(step: Step, mounts: tuple[Mount, ...]) -> Step:
    bound = [mount for mount in mounts if mount.type == "bind"]
    local = tuple(mount.source.lstrip("/") for mount in bound if mount.stage is None and mount.image is None)
    return replace(
        step,
        context=ContextUse(local),
        stages=tuple((mount.stage, mount.source) for mount in mounts if mount.stage is not None),
        images=tuple(mount.image for mount in mounts if mount.image is not None),
    )


def _known_or_computed(blank: Step, node: Run, mounts: tuple[Mount, ...], build: Build) -> Step:
    """The step by the effects of its commands; over a concrete root its result is computed, where that is possible."""
    state = blank.state
    real_volumes = build.builder == "classic" and bool(state.configuration.get("Volumes"))
    if state.root is None or real_volumes or not is_known_root(state.filesystem):
        return _known(blank, node, mounts, build)
    from restow.build.steps.computed_run import computed_run

    try:
        computed = computed_run(state, node, mounts, _with_mounts(state.filesystem, mounts, build), build)
    except BuildFailure:
        raise
    except UnknownEffect:
        return _known(blank, node, mounts, build)
    try:
        step = _known(blank, node, mounts, build)
    except UnknownEffect:
        step = replace(blank, seconds=0.3)  # the shell's own start; nothing that takes longer is computed
    return replace(step, state=state.with_filesystem(computed.filesystem), output=computed.output, computed=True)


def _with_mounts(filesystem: Filesystem, mounts: tuple[Mount, ...], build: Build) -> Filesystem:
    """The filesystem as the process sees it: what is mounted is known, or Unknown."""
    for mount in mounts:
        node: Node | None = None
        if mount.type == "tmpfs":
            node = Directory(Attributes(0o1777), {})
        elif mount.type == "bind":
            _, node = _mounted(mount, build)
        if node is None and mount.type == "bind":
            raise BuildFailure(f'failed to calculate checksum: "{mount.source}": not found')
        if not isinstance(node, Directory | File):
            node = Unknown(Origin(digest_of("mount", _mounted_digest(mount, build))))
        filesystem = with_mount(filesystem, mount.target, node)
    return filesystem


def _known(blank: Step, node: Run, mounts: tuple[Mount, ...], build: Build) -> Step:
    state = blank.state
    volumes = volumes_of(state) if build.builder == "classic" else ()
    before = filesystem = with_volumes(state.filesystem, volumes)
    for mount in mounts:
        filesystem = _over(filesystem, mount, build)
    flags = [(flag.name, flag.value) for flag in node.flags if flag.name != "mount"]
    run = ShellRun(state.with_filesystem(filesystem), build, context_term=digest_of(*map(repr, mounts), *flags))
    if node.command.form == "exec":
        run.argv(node.command.words, node.command.text)
    else:
        run.body = _script(state, node, build)
        run.script(run.body)
    after = without_mounts(run.filesystem, before, [mount.target for mount in mounts])
    after = without_broken_links(without_changes(after, before, volumes), before)
    return replace(
        blank,
        state=state.with_filesystem(after),
        commands=tuple(run.commands),
        assumptions=(*run.assumptions, *build.given(tuple(mount.image for mount in mounts if mount.image is not None))),
        seconds=0.3 + sum(command.effect.seconds for command in run.commands),
        size=sum(command.effect.size for command in run.commands),
        variables=frozenset(run.used),
    )


def _script(state: State, node: Run, build: Build) -> Script:
    shell = shell_name(state.shell[0]) if state.shell else ""
    if shell not in DIALECTS:
        raise UnknownEffect(unread_shell(shell))
    if not set(state.shell[1:]) <= _SHELL_OPTIONS or tells_bash(state.scope.of_run, shell):
        raise UnknownEffect(f"{' '.join(state.shell)} runs settings of its own first")
    text, escape = build.model.dockerfile.text, build.model.dockerfile.escape
    if node.heredocs:
        body = node.heredocs[0]
        if len(node.heredocs) > 1 or not _is_opener(node):
            raise UnknownEffect("a here-document that is fed to a command is not read")
        if body.content.startswith("#!"):
            raise UnknownEffect("a here-document with an interpreter of its own is not read")
        parsed = parse_shell(text, body.start, body.end, escape="", dialect=shell)
    else:
        parsed = parse_shell(text, node.command.start, node.command.end, escape=escape, dialect=shell)
    if isinstance(parsed, Opaque):
        raise UnknownEffect(f"the shell text cannot be read: {parsed.reason}")
    if reason := read_otherwise(parsed, shell):
        raise UnknownEffect(reason)
    chomps = any(heredoc.chomp for heredoc in node.heredocs)
    if chomps and any(isinstance(part, Literal) and "\n\t" in part.text for part in walk(parsed)):
        raise UnknownEffect("a quoted text in a here-document that loses its tabs is not read")
    return parsed


def _is_opener(node: Run) -> bool:
    """Whether the command is nothing but the opener of its first here-document, which is then the script."""
    from restow.syntax.heredocs import is_opener

    return is_opener(node.command.text.strip())


def _mount(value: str, state: State, build: Build) -> Mount:
    try:
        read = read_mount(value, state.scope.expand)
    except (FieldError, WordError) as error:
        raise UnknownEffect(f"a mount cannot be read: {error}") from None
    kind, target, name = read.type, read.target, read.source_name
    if kind in ("secret", "ssh"):
        target = target or f"/run/secrets/{read.id or 'default'}"
    if not target or not is_known(target) or join(state.directory, target) == "/":
        raise UnknownEffect("the target of a mount is not known")
    stage = build.model.stage_named(name, build.stage_index) if name else None
    return Mount(
        kind,
        join(state.directory, target),
        join(read.source or "/").replace(SYMBOLIC, "?"),
        stage.index if stage else None,
        name if name and stage is None else None,
        digest_of(*(f"{field.name}={getattr(read, field.name)}" for field in fields(read))),
        kind == "bind" and read.read_only,
    )


def _over(filesystem: Filesystem, mount: Mount, build: Build) -> Filesystem:
    """The filesystem with the mount's content over its target."""
    if mount.type == "bind" and mount.stage is None and mount.image is None:
        if build.context is None:
            raise UnknownEffect("there is no build context to mount")
        _, node = _mounted(mount, build)
        if node is None:
            raise UnknownEffect(f"the build context has no {mount.source} to mount")
        return with_mount(filesystem, mount.target, node)
    if mount.type in ("bind", "cache", "tmpfs", "secret", "ssh"):
        return with_mount(filesystem, mount.target, Unknown(Origin(digest_of("mount", _mounted_digest(mount, build)))))
    raise UnknownEffect(f"a mount of type {mount.type!r} is not simulated")


def _mounted(mount: Mount, build: Build) -> tuple[str, Node | None]:
    """What a bind mount or ``from=`` mounts: links on the way and at the end lead within the source's root."""
    if mount.stage is not None:
        origin = build.result_of(mount.stage).filesystem
    elif mount.image is not None:
        origin = build.root_of(mount.image)
    elif mount.type == "bind" and build.context is not None:
        origin = Filesystem(build.context.root)
    else:
        return "", None
    place = origin.resolve(mount.source)
    return place, origin.lookup(place)


def _mounted_digest(mount: Mount, build: Build) -> str:
    place, node = _mounted(mount, build)
    return digest_of(mount.identity, place, node.digest if node else "nothing")
