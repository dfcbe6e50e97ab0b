"""COPY and ADD, after BuildKit's file operation (see the specification, section 6)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from restow.build.followed import other_askers, require_sent
from restow.build.layout import layout_assumptions
from restow.build.owners import UNCHANGED, is_nothing, owner_of
from restow.build.parents import with_parents
from restow.build.placing import Placing, is_symbolic
from restow.build.sending import is_sent, refuse_lost_links, refuse_missing_folder, refuse_top_links, refuse_unsent
from restow.build.sources import (
    Found,
    chomped,
    context_sources,
    has_wildcards,
    is_archive,
    is_url,
    stage_sources,
    without,
)
from restow.build.state import ContextUse, State, Step
from restow.build.steps.arriving import arrived, made_by
from restow.build.steps.whole_root import root_after
from restow.effects.effect import Assumption
from restow.errors import BuildFailure, UnknownEffect
from restow.semantics.model import stage_number
from restow.semantics.scope import is_known
from restow.syntax.ast import Add, Copy
from restow.vfs import Attributes, Content, Directory, File, Filesystem, Origin, Unknown, digest_of, join

if TYPE_CHECKING:
    from restow.build.engine import Build

COPY_SECONDS, SECONDS_PER_BYTE = 0.15, 1 / 150_000_000  # prior: a step's fixed cost, and 150 MB/s into the cache

_OF_ADDRESSES = ("keep-git-dir", "checksum")
"""The flags of ADD that say what an address brings."""


@dataclass(frozen=True)
class _Request:
    """The instruction's words with variables expanded. ``destination`` keeps a slash at its end."""

    sources: tuple[str, ...]
    destination: str
    placing: Placing


def step(state: State, node: Copy | Add, build: Build) -> Step:
    """One COPY or ADD. Raises UnknownEffect where the engine cannot tell what it does."""
    request = _request(state, node, build)
    name = node.flag_value("from")
    variables = frozenset(v for word in (*node.sources, node.destination) for v in build.used(word.text))
    blank = Step(node, state, variables=variables)
    if name:
        return _from_image(blank, request, state.scope.expand(name), build)
    return _from_context(blank, request, node, build)


def _request(state: State, node: Copy | Add, build: Build) -> _Request:
    local = [word.text for word in node.sources if not set(word.text) & set("$:@<")]
    if isinstance(node, Add) and node.flag_value("checksum") and local:
        raise BuildFailure("checksum requires HTTP(S) or Git sources")
    words = [state.scope.expand(word.text) for word in node.sources]
    for flag in node.flags:
        if flag.name in _OF_ADDRESSES and flag.value != "false" and not (len(words) == 1 and is_url(words[0])):
            raise UnknownEffect(
                f"{node.keyword.upper()} --{flag.name} of something else than one address is not simulated"
            )
    written = state.scope.expand(node.destination.text)
    if not all(map(is_known, [*words, written])):
        raise UnknownEffect(f"a path of {node.keyword.upper()} depends on a value that is not known before the build")
    if not is_known(state.directory) and not written.startswith("/"):
        raise UnknownEffect(
            "the destination is relative to the base image's working directory, which is not known; set WORKDIR"
        )
    absolute = written if written.startswith("/") else f"{state.directory.rstrip('/')}/{written}"
    folder = absolute.endswith(("/", "/.")) or written in (".", "..") or absolute.endswith("/..")
    destination = join(absolute) + ("/" if folder and join(absolute) != "/" else "")
    placing = _placing(state, node, build)
    if build.context is not None and build.context.hard_links:
        placing = replace(placing, batch=digest_of(node.kind, *words, destination))
    return _Request(tuple(words), destination, placing)


def _placing(state: State, node: Copy | Add, build: Build) -> Placing:
    chown, chmod = node.flag_value("chown"), node.flag_value("chmod")
    link = node.flag("link") is not None and node.flag_value("link") != "false" and not chmod
    owner: tuple[int | str | None, int | str | None] = (None, None)
    if chown:
        text = state.scope.expand(chown)
        if not is_known(text):
            raise UnknownEffect("the owner given with --chown is not known before the build")
        owner = _owner(state, node, text, build, alone=link)
    mode = _mode(state.scope.expand(chmod)) if chmod else None
    return Placing(*owner, mode, link, classic=build.builder == "classic", release=build.release)


def _owner(state: State, node: Copy | Add, text: str, build: Build, *, alone: bool) -> tuple[int | str, int | str]:
    """The numbers of ``--chown=text``; ``alone``: what is copied is put into an empty root."""
    if build.builder == "buildkit":
        return owner_of(state.filesystem, text, build, empty=alone or is_nothing(state, node, build))
    user, colon, group = text.partition(":")
    if user.startswith("-") or group.startswith("-"):
        raise UnknownEffect(f"--chown={text}: engines differ in numbers below zero")
    return build.owner(state.filesystem, user, "uid"), build.owner(state.filesystem, group if colon else user, "gid")


def _mode(text: str) -> int | str:
    """The value of --chmod: a number, or the text of a symbolic mode. Raises UnknownEffect for what is neither."""
    if not is_known(text):
        raise UnknownEffect("the mode given with --chmod is not known before the build")
    if text.isascii() and text.isdigit():
        if set(text) - set("01234567") or int(text, 8) > 0o7777:
            raise BuildFailure(f"invalid chmod parameter: {text}: no octal number up to 07777")
        return int(text, 8)
    if not is_symbolic(text):
        raise BuildFailure(f"invalid chmod parameter: {text}: no mode")
    return text


def _from_context(blank: Step, request: _Request, node: Copy | Add, build: Build) -> Step:
    context = build.context
    exclude = tuple(blank.state.scope.expand(flag.value or "") for flag in node.flags if flag.name == "exclude")
    sources, contents = _heredocs(blank.state, node, request.sources)
    remote = [source for source in sources if isinstance(node, Add) and is_url(source)]
    local = [source for source in sources if source not in remote]
    if local and context is None:
        raise UnknownEffect("there is no build context to copy from")
    parts: list[Found] = []
    missing: list[str] = []
    if context is not None:
        for source in local:
            if _is_on(node, "parents"):
                found = [_less(part, exclude) for part in with_parents(Filesystem(context.root), source)]
            else:
                found = context_sources(context, (source,), exclude)
                if exclude:
                    refuse_top_links(Filesystem(context.root), found)
            missing += [source] if not found and not has_wildcards(source) else []
            if has_wildcards(source) and build.builder == "buildkit":
                _refuse_pattern(source, found, exclude, build)
            parts += found
        if build.builder == "classic" and local and not parts:
            missing = local
        if build.builder == "buildkit":
            askers = other_askers(node, build.model.stages[build.stage_index], build.model)
            require_sent(context, local, parts, askers, parents=_is_on(node, "parents"))
    parts += contents
    unpacks = isinstance(node, Add) and node.flag_value("unpack") != "false"
    archives = [unpacks and is_archive(part, context) for part in parts]
    arriving = [*parts, *(_downloaded(source, node, blank.state) for source in remote)]
    request = _for(request, arriving)
    unpacked = [*archives, *(False for _ in remote)]
    filesystem, places = arrived(
        blank.state.filesystem, arriving, unpacked, request.placing, request.destination, build
    )
    size = sum(part.size for part in parts)
    names = [_last(source) for source in request.sources if source in sources]
    written = [(part.name, part.node.digest) for part in contents]
    return replace(
        blank,
        state=blank.state.with_filesystem(filesystem),
        assumptions=_layout(blank.state.filesystem, request, parts, archives),
        definition=digest_of(node.kind, names, request.destination, request.placing, exclude, written),
        context=ContextUse(tuple(_use(source, node) for source in local), exclude),
        size=size,
        error=f"no file of the build context is called {' or '.join(missing)}" if missing else None,
        seconds=COPY_SECONDS + size * SECONDS_PER_BYTE + 3.0 * len(remote),
        places=tuple(places) or (join(request.destination),),
        creates=made_by(parts, archives, places[: len(parts)], request.placing),
        brought=_alone(parts, places, request) if parts and not remote and not any(archives) else None,
    )


def _downloaded(address: str, node: Copy | Add, state: State) -> Found:
    """What an address brings: a file, an archive's entries or the tree of a repository; with --checksum the one that has it.

    Raises UnknownEffect where a flag of it is not known before the build.
    """
    named = (*_OF_ADDRESSES, "unpack", "exclude")
    flags = [(flag.name, state.scope.expand(flag.value or "true")) for flag in node.flags if flag.name in named]
    unknown = next((name for name, value in flags if not is_known(value)), None)
    if unknown is not None:
        raise UnknownEffect(f"the value of --{unknown} is not known before the build")
    return Found("", Unknown(Origin(f"downloaded {digest_of(address, *flags)}")), address)


def _refuse_pattern(source: str, found: list[Found], exclude: tuple[str, ...], build: Build) -> None:
    """Refuse a pattern where what the client sends decides, and where releases differ."""
    assert build.context is not None
    if not found:
        refuse_unsent(source, build)
    if not exclude:  # a release that knows --exclude copies links that lead nowhere
        refuse_lost_links(Filesystem(build.context.root), found, lambda path: is_sent(path, build))


def _is_on(node: Copy | Add, name: str) -> bool:
    return node.flag(name) is not None and node.flag_value(name) != "false"


def _less(part: Found, exclude: tuple[str, ...]) -> Found:
    """The source without what ``--exclude`` leaves out of it."""
    return replace(part, node=without(part.node, exclude)) if exclude and isinstance(part.node, Directory) else part


def _for(request: _Request, parts: list[Found]) -> _Request:
    """The request with ``-1``, which changes no owner, as the owner that a new file has.

    Raises UnknownEffect where it meets directories that may stand there already.
    """
    placing = request.placing
    if UNCHANGED not in (placing.uid, placing.gid):
        return request
    if any(isinstance(part.node, Directory | Unknown) for part in parts):
        raise UnknownEffect("--chown=-1 leaves the owner of directories as it is")
    uid, gid = (0 if number == UNCHANGED else number for number in (placing.uid, placing.gid))
    return replace(request, placing=replace(placing, uid=uid, gid=gid))


def _heredocs(state: State, node: Copy | Add, sources: tuple[str, ...]) -> tuple[list[str], list[Found]]:
    """The sources that are no heredoc, and the files that the heredocs are."""
    left, found = list(sources), list[Found]()
    for heredoc in node.heredocs:
        opening = next((s for s in left if s.lstrip("0123456789").startswith("<<") and heredoc.name in s), None)
        if opening is not None:
            left.remove(opening)
        text = chomped(heredoc)
        if heredoc.expand:
            text = state.scope.expand(text, keep_quotes=True)
        content = Content.of(text.encode()) if is_known(text) else Content("term:" + digest_of("heredoc", text))
        found.append(Found(heredoc.name, File(Attributes(0o644), content), f"<<{heredoc.name}"))
    return left, found


def _layout(
    filesystem: Filesystem, request: _Request, parts: list[Found], archives: Sequence[bool] = ()
) -> tuple[Assumption, ...]:
    """What is taken for granted of the place that the parts are put at."""
    file = any(not isinstance(part.node, Directory) for part in parts) and not all(archives or [False])
    return layout_assumptions(filesystem, request.destination, file=file and not request.placing.link)


def _alone(parts: list[Found], places: list[str], request: _Request) -> Filesystem:
    """Nothing but what the step brings, at the places where it arrives."""
    alone = Filesystem.empty()
    for part, target in zip(parts, places, strict=True):
        folder = target if isinstance(part.node, Directory) else target.rsplit("/", 1)[0] + "/"
        named = replace(part, name=target.rsplit("/", 1)[-1])
        alone = replace(request.placing, link=False).put(alone, named, folder)
    return alone


def _from_image(blank: Step, request: _Request, name: str, build: Build) -> Step:
    if not is_known(name):
        raise UnknownEffect("the image named by --from depends on a value that is not known before the build")
    node = blank.instruction
    assert isinstance(node, Copy | Add)
    _check_source_image(name, node, build)
    stage = build.model.stage_called(name, build.stage_index)
    if stage is not None:
        origin: Filesystem = build.result_of(stage.index).filesystem
        stages = tuple((stage.index, join(source)) for source in request.sources)
        images: tuple[str, ...] = ()
    else:
        origin, stages, images = build.root_of(name), (), (name,)
    found = _sources_in(origin, request.sources, node, blank.state)
    request = _for(request, found)
    if not found and build.builder == "classic":
        raise BuildFailure("COPY failed: no source files were specified: the patterns match nothing")
    patterns = [source for source in request.sources if has_wildcards(source)]
    if patterns and build.builder == "buildkit":
        refuse_lost_links(origin, found, lambda path: True)
        for source in patterns:
            refuse_missing_folder(source, origin)
    whole = [False] * len(found)
    filesystem, places = arrived(blank.state.filesystem, found, whole, request.placing, request.destination, build)
    root = blank.state.root
    if node.flag("exclude") is None and not _is_on(node, "parents"):
        index = stage.index if stage is not None else None
        root = root_after(blank.state, request.sources, request.destination, request.placing, index, name, build)
    size = sum(part.size for part in found)
    return replace(
        blank,
        state=replace(blank.state, filesystem=filesystem, root=root),
        assumptions=(*_layout(blank.state.filesystem, request, found), *build.given(images)),
        definition=digest_of("copy", [_last(s) for s in request.sources], request.destination, request.placing),
        stages=stages,
        images=images,
        size=size,
        seconds=COPY_SECONDS + size * SECONDS_PER_BYTE,
        places=tuple(places),
    )


def _sources_in(origin: Filesystem, sources: tuple[str, ...], node: Copy | Add, state: State) -> list[Found]:
    """The nodes of another filesystem that the words name."""
    exclude = tuple(state.scope.expand(flag.value or "") for flag in node.flags if flag.name == "exclude")
    if _is_on(node, "parents"):
        found = [part for source in sources for part in with_parents(origin, source)]
    else:
        found = stage_sources(origin, sources)
    if exclude and any(not isinstance(part.node, Directory) or part.node.rest is not None for part in found):
        raise UnknownEffect("--exclude of what is not all known, or of single files")
    less = [_less(part, exclude) for part in found]
    if exclude:
        refuse_top_links(origin, less)
    return less


def _check_source_image(name: str, node: Copy | Add, build: Build) -> None:
    """Raise UnknownEffect for a --from that the engine refuses, and for what is not computed with it."""
    if "$" in (node.flag_value("from") or ""):
        raise BuildFailure("variable expansion is not supported for --from")
    known = build.model.stage_called(name, build.stage_index) is not None
    if not known and (
        stage_number(name) is not None or build.model.stage_called(name, len(build.model.stages)) is not None
    ):
        raise BuildFailure(f"--from={name} names a stage that is not built before this one")
    if not known and name == "scratch":
        missing = [word.text for word in node.sources if not set(word.text) & set("$*?[") and join(word.text) != "/"]
        if missing:
            raise BuildFailure(f"lstat {join(missing[0])}: no such file or directory")
        raise UnknownEffect("--from=scratch holds nothing to copy")


def _last(source: str) -> str:
    """BuildKit's key holds the last part of a source's name only."""
    return source.rstrip("/").rsplit("/", 1)[-1] or "/"


def _use(source: str, node: Copy | Add) -> str:
    """The context path that is read; with --parents up to the first component that matches any number of folders."""
    if not _is_on(node, "parents"):
        return _clean(source)
    parts = _clean(source.replace("/./", "/")).split("/")
    return "/".join(parts[: parts.index("**")] if "**" in parts else parts)


def _clean(source: str) -> str:
    return join(source).lstrip("/")
