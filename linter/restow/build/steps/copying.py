"""COPY and ADD, after BuildKit's file operation (see the specification, section 6)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from restow.build.layout import layout_assumptions, made_directories
from restow.build.placing import Placing, blur
from restow.build.sources import Found, context_sources, is_url, stage_sources
from restow.build.state import ContextUse, State, Step
from restow.errors import UnknownEffect
from restow.semantics.scope import is_known
from restow.syntax.ast import Add, Copy
from restow.vfs import Attributes, Content, Directory, File, Filesystem, Unknown, digest_of, join

if TYPE_CHECKING:
    from restow.build.engine import Build

ARCHIVES = (
    ".tar",
    ".tar.gz",
    ".tgz",
    ".tar.bz2",
    ".tbz2",
    ".tar.xz",
    ".txz",
    ".tar.zst",
    ".tzst",
    ".gz",
    ".bz2",
    ".xz",
)
COPY_SECONDS, SECONDS_PER_BYTE = 0.15, 1 / 150_000_000  # prior: a step's fixed cost, and 150 MB/s into the cache


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
    for flag in node.flags:
        if flag.name in ("parents", "keep-git-dir", "unpack") and flag.value not in ("false",):
            raise UnknownEffect(f"{node.keyword.upper()} --{flag.name} is not simulated yet")
    words = [state.scope.expand(word.text) for word in node.sources]
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
    return _Request(tuple(words), destination, _placing(state, node, build))


def _placing(state: State, node: Copy | Add, build: Build) -> Placing:
    exclude = tuple(flag.value or "" for flag in node.flags if flag.name == "exclude")
    if exclude:
        raise UnknownEffect(f"{node.keyword.upper()} --exclude is not simulated yet")
    chown, chmod = node.flag_value("chown"), node.flag_value("chmod")
    user = group = None
    if chown:
        user, _, group = state.scope.expand(chown).partition(":")
        group = group or user
        if not is_known(user + group):
            raise UnknownEffect("the owner given with --chown is not known before the build")
    mode: int | str | None = None
    if chmod:
        text = state.scope.expand(chmod)
        mode = int(text, 8) if text and set(text) <= set("01234567") else f"?chmod:{text}"
    filesystem = state.filesystem
    return Placing(
        uid=None if user is None else build.owner(filesystem, user, "uid"),
        gid=None if group is None else build.owner(filesystem, group, "gid"),
        mode=mode,
        link=node.flag("link") is not None and node.flag_value("link") != "false" and not chmod,
    )


def _from_context(blank: Step, request: _Request, node: Copy | Add, build: Build) -> Step:
    context = build.context
    filesystem, sources = blank.state.filesystem, list(request.sources)
    parts: list[Found] = []
    for heredoc in node.heredocs:
        opening = next((s for s in sources if s.lstrip("0123456789").startswith("<<") and heredoc.name in s), None)
        if opening is not None:
            sources.remove(opening)
        text = (
            blank.state.scope.expand(heredoc.content) if heredoc.expand and "$" in heredoc.content else heredoc.content
        )
        parts.append(Found(heredoc.name, File(Attributes(0o644), Content.of(text.encode())), f"<<{heredoc.name}"))
    remote = [source for source in sources if isinstance(node, Add) and is_url(source)]
    local = [source for source in sources if source not in remote]
    if local and context is None:
        raise UnknownEffect("there is no build context to copy from")
    if context is not None:
        parts += context_sources(context, tuple(local))
    error = None
    if context is not None and local and not parts and not any(any(c in s for c in "*?[") for s in local):
        error = f"no file of the build context is called {' or '.join(local)}"
    for part in parts:
        archive = isinstance(node, Add) and isinstance(part.node, File) and part.name.endswith(ARCHIVES)
        if archive:
            filesystem = blur(filesystem, request.destination, digest_of("unpacked", part.node.digest, request.placing))
        else:
            filesystem = request.placing.put(filesystem, part, request.destination, many=len(parts) > 1)
    for address in remote:
        filesystem = blur(filesystem, request.destination, digest_of("downloaded", address, request.placing))
    plain = not remote and not any(isinstance(node, Add) and part.name.endswith(ARCHIVES) for part in parts)
    size = sum(part.size for part in parts)
    definition = digest_of(node.kind, [_last(s) for s in request.sources], request.destination, request.placing)
    return replace(
        blank,
        state=blank.state.with_filesystem(filesystem),
        assumptions=layout_assumptions(blank.state.filesystem, request.destination),
        definition=definition,
        context=ContextUse(tuple(_clean(source) for source in local)),
        size=size,
        error=error,
        seconds=COPY_SECONDS + size * SECONDS_PER_BYTE + 3.0 * len(remote),
        places=tuple(
            request.placing.target(blank.state.filesystem, part, request.destination, len(parts) > 1) for part in parts
        )
        or (join(request.destination),),
        creates=_made(blank.state.filesystem, parts, request),
        brought=_alone(blank.state.filesystem, parts, request) if plain else None,
    )


def _made(filesystem: Filesystem, parts: list[Found], request: _Request) -> frozenset[tuple[str, str]]:
    """The directories that the step makes where they are missing."""
    many = len(parts) > 1
    targets = [(part, request.placing.target(filesystem, part, request.destination, many)) for part in parts]
    folders = [path if isinstance(part.node, Directory) else path.rsplit("/", 1)[0] for part, path in targets]
    found = (made_directories(folder, request.placing.created) for folder in folders)
    return frozenset[tuple[str, str]]().union(*found)


def _alone(filesystem: Filesystem, parts: list[Found], request: _Request) -> Filesystem:
    """Nothing but what the step brings, at the places where it arrives."""
    alone = Filesystem.empty()
    many = len(parts) > 1
    for part in parts:
        target = request.placing.target(filesystem, part, request.destination, many)
        folder = target if isinstance(part.node, Directory) else target.rsplit("/", 1)[0] + "/"
        named = replace(part, name=target.rsplit("/", 1)[-1])
        alone = replace(request.placing, link=False).put(alone, named, folder, many=many)
    return alone


def _from_image(blank: Step, request: _Request, name: str, build: Build) -> Step:
    if not is_known(name):
        raise UnknownEffect("the image named by --from depends on a value that is not known before the build")
    stage = build.model.stage_called(name, build.stage_index)
    if stage is not None:
        origin: Filesystem = build.result_of(stage.index).filesystem
        stages = tuple((stage.index, join(source)) for source in request.sources)
        images: tuple[str, ...] = ()
    else:
        origin, stages, images = Filesystem.unknown(f"image {name}"), (), (name,)
    filesystem = blank.state.filesystem
    found = stage_sources(origin, request.sources)
    for part in found:
        filesystem = request.placing.put(filesystem, part, request.destination, many=len(request.sources) > 1)
    size = sum(part.size for part in found)
    return replace(
        blank,
        state=blank.state.with_filesystem(filesystem),
        assumptions=layout_assumptions(blank.state.filesystem, request.destination),
        definition=digest_of("copy", [_last(s) for s in request.sources], request.destination, request.placing),
        stages=stages,
        images=images,
        size=size,
        seconds=COPY_SECONDS + size * SECONDS_PER_BYTE,
        places=tuple(
            join(request.destination)
            if isinstance(part.node, Unknown)
            else request.placing.target(blank.state.filesystem, part, request.destination, len(found) > 1)
            for part in found
        ),
    )


def _last(source: str) -> str:
    """BuildKit's key holds the last part of a source's name only."""
    return source.rstrip("/").rsplit("/", 1)[-1] or "/"


def _clean(source: str) -> str:
    return join(source).lstrip("/")
