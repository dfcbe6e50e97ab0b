"""The simulated engine: stages in order, instructions one after the other, over filesystem values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TypeAlias, cast

from restow.build.accounts import Accounts, read_accounts
from restow.build.base_image import BaseImage, Images, given, image_of, normal_name, state_of
from restow.build.context import Context
from restow.build.followed import other_askers
from restow.build.named_contexts import NamedSource, named_contexts, renamed_images, with_replaced_stages
from restow.build.release import Release
from restow.build.sending import asked_words
from restow.build.state import Builder, State, Step
from restow.build.steps import configuration, copying, run, workdir
from restow.build.triggers import build_of, read_triggers, triggers_of, without_triggers
from restow.effects.effect import Assumption
from restow.errors import BuildFailure, PathConflict, UnknownEffect, UsageError
from restow.semantics import Model, Stage, read_model
from restow.semantics.base_images import is_windows, runs_as_root, working_directory
from restow.semantics.model import LONGEST_BUILD, sources_of
from restow.semantics.scope import Scope, symbolic
from restow.syntax.ast import Add, Copy, Dockerfile, Instruction, Invalid, Run, Workdir
from restow.vfs import File, Filesystem, digest_of
from restow.vfs.inode import IMAGE


@dataclass(frozen=True)
class StageResult:
    """A built stage: its steps, and the image that they leave.

    ``start`` is the image before the first step, and after the ``triggers`` of ONBUILD that the image below (``origin``,
    None where it has none that are computed) made run. ``platform`` is what the image runs on: that of the base image at hand,
    else the text of ``FROM --platform``; empty where neither is there.
    """

    stage: Stage
    start: State
    steps: tuple[Step, ...]
    triggers: tuple[Step, ...] = ()
    origin: State | None = None
    platform: str = ""

    @property
    def state(self) -> State:
        """The image after the last step."""
        return self.steps[-1].state if self.steps else self.start

    @property
    def filesystem(self) -> Filesystem:
        """The filesystem after the last step."""
        return self.state.filesystem


@dataclass(frozen=True)
class Simulation:
    """A built Dockerfile: every stage, also those that the target does not need. ``contexts`` are the named ones with files,
    ``renamed`` the references of images that others stand for, ``arguments`` the build arguments.
    """

    model: Model
    context: Context | None
    stages: tuple[StageResult, ...]
    contexts: Mapping[str, BaseImage] = field(default_factory=dict)
    renamed: Mapping[str, str] = field(default_factory=dict)
    arguments: Mapping[str, str] = field(default_factory=dict)

    @property
    def target(self) -> StageResult | None:
        """The result of the last stage."""
        return self.stages[-1] if self.stages else None

    @property
    def assumptions(self) -> tuple[Assumption, ...]:
        """What the base images and the steps assume, each once."""
        steps = [step for result in self.stages for step in (*result.triggers, *result.steps)]
        found = [assumption for step in steps for assumption in step.assumptions]
        return tuple(dict.fromkeys((*self.base_assumptions, *found)))

    @property
    def base_assumptions(self) -> tuple[Assumption, ...]:
        """That the base images at hand are those that the names will mean."""
        bases = [r.stage.base for r in self.stages if r.start.root is not None and r.stage.base.kind == "image"]
        names = dict.fromkeys(base.name for base in bases if normal_name(base.name) not in self.contexts)
        return tuple(given(name) for name in names)

    @property
    def unknown(self) -> tuple[tuple[Instruction, str], ...]:
        """The instructions that could not be computed, each with its reason; for a trigger of ONBUILD that is FROM."""
        return tuple(
            (result.stage.opening if step in result.triggers else step.instruction, step.unknown)
            for result in self.stages
            for step in (*result.triggers, *result.steps)
            if step.unknown
        )


DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
"""``PATH`` of a build on nothing, in the environment of RUN and in the configuration, unless ENV changes it."""

Memory: TypeAlias = dict[tuple[object, ...], tuple[object, object]]
"""Starts by base, and steps by the state before (its identity: the entry keeps the state alive) and the text."""


@dataclass
class Build:
    """One run of the engine: what a step may look at beside its state."""

    model: Model
    context: Context | None
    arguments: dict[str, str]
    accept: bool = False
    memory: Memory = field(default_factory=dict)
    results: list[StageResult] = field(default_factory=list)
    stage_index: int = 0
    images: Images = field(default_factory=dict)
    builder: Builder = "buildkit"
    closed: bool = False
    contexts: Mapping[str, BaseImage] = field(default_factory=dict)
    renamed: Mapping[str, str] = field(default_factory=dict)
    release: Release | None = None

    def appended(self, path: str, term: str) -> str | None:
        """The text that the command named by ``term`` appended to ``path``; None where it did anything else."""
        place, text = self.memory.get(("appended", term), (None, None))
        return str(text) if place == path else None

    def bytes_of(self, node: File) -> bytes | None:
        """The bytes of a file; None where they are not at hand."""
        content = node.content
        if content.data is not None or self.context is None or not content.origin:
            return content.data
        known = content.identity.startswith(("context:", "blob:", "sha256:"))
        return self.context.read(content.origin) if known else None

    def root_of(self, reference: str) -> Filesystem:
        """The root of an image that a COPY names: that of the image at hand, else one of which only the name is known."""
        reference = self.renamed.get(normal_name(reference), reference) if self.renamed else reference
        image = self.images.get(normal_name(reference)) if self.images else None
        return Filesystem.unknown(IMAGE + reference) if image is None else image.filesystem

    def given(self, references: tuple[str, ...]) -> tuple[Assumption, ...]:
        """What a step rests on that copies from these images, as far as they are at hand."""
        meant = [self.renamed.get(normal_name(one), one) for one in references] if self.renamed else references
        names = [(one, normal_name(one)) for one in meant] if self.images else []
        return tuple(given(one) for one, name in names if name in self.images and name not in self.contexts)

    def result_of(self, index: int) -> StageResult:
        """A stage that is already built. Raises UnknownEffect for one that is not."""
        if index >= len(self.results):
            raise UnknownEffect("a stage that is built later is used")
        return self.results[index]

    def accounts(self, filesystem: Filesystem) -> Accounts | None:
        """The accounts of the image where the bytes of its account files are at hand."""
        if filesystem.root.rest is not None:
            return None
        try:
            return read_accounts(filesystem, self.bytes_of)
        except UnknownEffect:
            return None

    def owner(self, filesystem: Filesystem, name: str, kind: str) -> int | str:
        """The number of a user or group: looked up in the account files where it is a name, and a term where those are not
        known. A name that they do not have is a term too: builders differ in it.
        """
        if name in ("", "root", "0"):
            return 0
        if name.isdigit():
            return int(name)
        known = self.accounts(filesystem)
        if known is not None:
            user, group = known.user(name), known.group(name)
            if kind == "uid" and user is not None:
                return user.uid
            if kind == "gid" and group is not None:
                return group.gid
        accounts = [filesystem.lookup(path) for path in ("/etc/passwd", "/etc/group")]
        return "?" + digest_of(kind, name, *(node.digest if node else "nothing" for node in accounts))

    def group_of(self, filesystem: Filesystem, user: str, group: str) -> int | str:
        """The group that a RUN of ``user:group`` runs with: that of the account where none is given."""
        if group or user in ("", "root", "0"):
            return self.owner(filesystem, group or user, "gid")
        known = self.accounts(filesystem)
        if known is not None:
            account = known.user_numbered(int(user)) if user.isdigit() else known.user(user)
            if account is not None:
                return account.gid
        accounts = [filesystem.lookup(path) for path in ("/etc/passwd", "/etc/group")]
        return "?" + digest_of("group of", user, *(node.digest if node else "nothing" for node in accounts))

    def used(self, word: str) -> frozenset[str]:
        """The names of variables that a Dockerfile word uses."""
        from restow.syntax.words import expand_word

        found = expand_word(word, lambda name: "", escape=self.model.dockerfile.escape)
        return frozenset(found.used | found.missing)


def refuse_long_builds(dockerfile: Dockerfile) -> None:
    """Raises UsageError where the file has more than ``LONGEST_BUILD`` instructions."""
    if (count := len(dockerfile.instructions)) > LONGEST_BUILD:
        raise UsageError(
            f"{dockerfile.source.name}: {count} instructions; Restow simulates builds of up to {LONGEST_BUILD}: split the file"
        )


def simulate(  # noqa: PLR0913 - what one build is given, each with its default
    dockerfile: Dockerfile,
    context: Context | None,
    *,
    arguments: Mapping[str, str] | None = None,
    accept: bool = False,
    memory: Memory | None = None,
    images: Mapping[str, BaseImage] | None = None,
    builder: Builder = "buildkit",
    closed: bool = False,
    contexts: Mapping[str, NamedSource] | None = None,
    release: Release | None = None,
) -> Simulation:
    """Build every stage over filesystem values.

    ``accept`` takes assumptions that cannot be checked as true. ``memory`` shares steps between builds of similar files
    with the same context, arguments, images and builder: a step is a function of the state before it, the instruction's
    text, and at times of what other instructions take from the context.
    ``images`` are base images at hand, by reference; of others only the name is known. ``builder`` says whose image it is
    where the two differ in files. ``closed``: the build gets no other arguments than these, so that an ARG without a value
    has none. ``contexts`` are named contexts, beside those that the context has: each stands for the base image, the
    stage and the source of COPY that is called like it. ``release`` is that of BuildKit, where releases differ in files; of None
    that is a term. Raises UsageError where the file has no FROM or more than ``LONGEST_BUILD`` instructions, or a FROM asks for
    another platform than its image has, and never for what another instruction says: that is a step with ``unknown``.
    """
    model = read_model(dockerfile, dict(arguments or {}))
    if not model.stages:
        raise UsageError(f"{dockerfile.source.name}: there is no FROM instruction, so there is nothing to build")
    refuse_long_builds(dockerfile)
    if context is not None and builder == "classic":
        context = context.sent_by_classic()
    build = Build(model, context, dict(arguments or {}), accept, memory if memory is not None else {})
    build.builder = builder
    build.closed = closed
    build.release = release
    given_contexts = {**(context.named if context is not None else {}), **(contexts or {})}
    named = named_contexts(given_contexts)
    build.model = model = with_replaced_stages(model, given_contexts)
    build.images = {**{normal_name(reference): image for reference, image in (images or {}).items()}, **named}
    build.contexts, build.renamed = named, renamed_images(given_contexts)
    for stage in model.stages:
        build.stage_index = stage.index
        build.results.append(_stage(stage, build))
    return Simulation(model, context, tuple(build.results), named, build.renamed, build.arguments)


def _stage(stage: Stage, build: Build) -> StageResult:
    origin = _remembered_start(stage, build)
    start, triggers = _triggered(origin, build)
    state, steps = start, []
    for node in stage.instructions:
        step = _remembered_step(state, node, build)
        steps.append(step)
        state = step.state
    return StageResult(stage, start, tuple(steps), triggers, origin if triggers else None, _platform(stage, build))


def _platform(stage: Stage, build: Build) -> str:
    if stage.base.index is not None:
        return build.result_of(stage.base.index).platform
    image = image_of(stage.base, build.images)
    return str(image.platform) if image is not None and image.platform.known else stage.base.platform or ""


def _triggered(state: State, build: Build) -> tuple[State, tuple[Step, ...]]:
    """The state after the triggers of the image below. Where they cannot be read, nothing is known after them."""
    texts = triggers_of(state)
    if not texts:
        return state, ()
    escape = build.model.dockerfile.escape
    nodes = read_triggers(texts, escape)
    key = ("start after triggers", id(state))
    if key not in build.memory:
        bare = without_triggers(state if nodes is not None else _after_unread(state, escape))
        build.memory[key] = (state, bare)
    state, steps = cast(State, build.memory[key][1]), list[Step]()
    for tree, node in nodes or ():
        steps.append(_remembered_step(state, node, build_of(tree, build)))
        state = steps[-1].state
    return state, tuple(steps)


def _remembered_start(stage: Stage, build: Build) -> State:
    inherited = build.result_of(stage.base.index).state if stage.base.index is not None else None
    key = ("start", stage.base.kind, stage.base.identity, id(inherited))
    if key not in build.memory:
        build.memory[key] = (inherited, _start(stage, build))
    start = build.memory[key][1]
    assert isinstance(start, State)
    return start


def _remembered_step(state: State, node: Instruction, build: Build) -> Step:
    if sources_of(node):
        return _step(state, node, build)
    askers = other_askers(node, build.model.stages[build.stage_index], build.model)
    text = build.model.dockerfile.text[node.start : node.end]
    key = ("step", id(state), text, askers, asked_words(node, build))
    if key not in build.memory:
        build.memory[key] = (state, _step(state, node, build))
    step = build.memory[key][1]
    assert isinstance(step, Step)
    return step if step.instruction is node else replace(step, instruction=node)


def _start(stage: Stage, build: Build) -> State:
    escape = build.model.dockerfile.escape
    if stage.base.kind == "scratch":
        path = {"PATH": DEFAULT_PATH}
        return State(Filesystem.empty(), Scope(path, of_run=path, escape=escape), {"Env": path})
    if stage.base.kind == "stage" and stage.base.index is not None:
        held = build.result_of(stage.base.index).state
        state = replace(held, configuration={k: v for k, v in held.configuration.items() if k != "CmdSetHere"})
        if build.builder == "classic":  # build arguments end with their stage
            own = replace(state.scope, arguments={}, of_run=state.scope.environment)
            state = replace(state, scope=own)
        return state
    image = image_of(stage.base, build.images)
    if image is not None:
        return state_of(image, escape)
    name = stage.base.identity
    user = "" if runs_as_root(stage.base.name) else f"default user of {name}"
    directory = working_directory(stage.base.name) or f"/{symbolic('working directory', name)}"
    shell = ("cmd", "/S", "/C") if is_windows(stage.base.name) else ("/bin/sh", "-c")
    return State(
        Filesystem.unknown(IMAGE + name), Scope(base=name, escape=escape), {"Base": name}, user, directory, shell
    )


def _after_unread(state: State, escape: str) -> State:
    """The state after triggers of ONBUILD that are not computed: a term over everything that came before."""
    triggers = triggers_of(state)
    term = digest_of("onbuild", triggers, state.filesystem.digest, sorted(state.scope.of_run.items()))
    place = f"/{symbolic('working directory', term)}"
    state = state.with_filesystem(Filesystem.unknown(term)).with_configuration(Unknown=term)
    return replace(state, directory=place, user=f"user {term}", scope=Scope(base=term, escape=escape))


def _step(state: State, node: Instruction, build: Build) -> Step:
    from restow.syntax.words import WordError

    try:
        if isinstance(node, Invalid):
            raise UnknownEffect(f"the instruction cannot be read: {node.message}")
        if isinstance(node, Run):
            return run.step(state, node, build)
        if isinstance(node, Copy | Add):
            return copying.step(state, node, build)
        if isinstance(node, Workdir):
            return workdir.step(state, node, build)
        return configuration.step(state, node, build)
    except BuildFailure as failure:
        return replace(_unknown(state, node, failure.reason, build), error=failure.reason)
    except PathConflict as conflict:
        error = conflict.reason if isinstance(node, Copy | Add | Workdir) else None
        return replace(_unknown(state, node, conflict.reason, build), error=error)
    except WordError as error:
        return replace(_unknown(state, node, str(error), build), error=str(error))
    except UnknownEffect as error:
        return _unknown(state, node, str(error), build)


def _unknown(state: State, node: Instruction, reason: str, build: Build) -> Step:
    """A step that is not computed: from here on everything is a term over everything that came before."""
    text = build.model.dockerfile.text[node.start : node.end]
    context = build.context.root.digest if build.context is not None else "no context"
    inputs = digest_of(
        text,
        state.filesystem.digest,
        context,
        *((name, named.filesystem.digest) for name, named in sorted(build.contexts.items())),
        state.directory,
        state.user,
        sorted(state.scope.of_run.items()),
    )
    after = state.with_filesystem(state.filesystem.forgotten(digest_of("unknown step", inputs)))
    if node.kind not in ("copy", "add", "run", "workdir"):
        after = after.with_configuration(Unknown=inputs)
    if isinstance(node, Workdir):
        after = workdir.unmade(after, node, inputs, build)
    definition = digest_of("unknown", text) if node.kind in ("copy", "add", "run", "workdir") else None
    return Step(node, after, definition, unknown=reason, seconds=1.0 if definition else 0.0)
