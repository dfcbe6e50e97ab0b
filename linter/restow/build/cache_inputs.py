"""The files that a step reads beside the filesystem below it, with the digests that its cache key holds of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import takewhile

from restow.build.base_image import normal_name
from restow.build.cache_copies import is_on, sources_of
from restow.build.context import Context
from restow.build.engine import Simulation
from restow.build.mounts import read_mounts
from restow.build.sources import Found, chomped, context_sources, has_wildcards, is_url, stage_sources
from restow.build.state import State
from restow.errors import UnknownEffect
from restow.graph import Input, content_digest, is_computed, led_to, named_digest, top_links
from restow.semantics import Stage
from restow.syntax.ast import Add, Copy, Instruction, Run
from restow.vfs import Attributes, Directory, Filesystem, digest_of, join, split


def inputs_of(
    node: Instruction, state: State, stage: int, simulation: Simulation, *, named: bool = False
) -> tuple[Input, ...]:
    """The inputs of a RUN, COPY or ADD in the ``state`` before it, in the order of the instruction.

    ``named``: as the classic builder counts a context's files. Raises WordError for a broken expansion.
    """
    if isinstance(node, Copy | Add):
        return tuple(_of_copy(node, state, stage, simulation, named))
    if isinstance(node, Run):
        return tuple(_of_mounts(node, state, stage, simulation))
    return ()


def _of_copy(node: Copy | Add, state: State, stage: int, simulation: Simulation, named: bool) -> Iterator[Input]:
    origin = state.scope.expand(node.flag_value("from") or "")
    exclude = tuple(state.scope.expand(flag.value or "") for flag in node.flags if flag.name == "exclude")
    paths, heredocs = sources_of(node, state)
    for path in paths:
        if isinstance(node, Add) and is_url(path):
            kept = [flag for flag in node.flags if flag.name in ("checksum", "keep-git-dir")]
            of_source = [(flag.name, state.scope.expand(flag.value or "true")) for flag in kept]
            yield Input("address", path, "", digest_of("address", path, *of_source), known=False)
        elif origin:
            yield _from(origin, simulation.model.stage_called(origin, stage), path, simulation, named)
        else:
            yield _from_context(simulation.context, path, exclude, named, is_on(node, "parents"))
    for heredoc in heredocs:
        text = chomped(heredoc)
        if heredoc.expand:
            text = state.scope.expand(text, keep_quotes=True)
        yield Input("inline", heredoc.name, "", digest_of("text", heredoc.name, text))


def _of_mounts(node: Run, state: State, stage: int, simulation: Simulation) -> Iterator[Input]:
    for mount in read_mounts(node, state):
        if isinstance(mount, str):
            continue  # the engine refuses it
        source = mount.source or "/"
        if mount.source_name:
            producer = simulation.model.stage_named(mount.source_name, stage)
            yield _from(mount.source_name, producer, source, simulation, False)
        elif mount.type == "bind":
            yield _from_context(simulation.context, source)


def _from(name: str, producer: Stage | None, source: str, simulation: Simulation, named: bool) -> Input:
    """Files of another stage or of a named context, by their content, or of an image, which counts by its name."""
    path = join(source).lstrip("/")
    replaced = simulation.contexts.get(normal_name(name)) if producer is None and simulation.contexts else None
    if producer is None and replaced is None:
        name = simulation.renamed.get(normal_name(name), name) if simulation.renamed else name
        return Input("image", name, path, digest_of("image", name, path))
    if producer is not None:
        origin, title, filesystem = "stage", str(producer.index), simulation.stages[producer.index].filesystem
    else:
        assert replaced is not None
        origin, title, filesystem = "image", name, replaced.filesystem
    try:
        found = stage_sources(filesystem, (source,))
    except UnknownEffect as unknown:
        return Input(origin, title, path, digest_of("refused", unknown.reason))
    digest = _digest_of_found(found, source, filesystem)
    known = all(is_computed(part.node) for part in found)
    return Input(origin, title, path, digest_of(path, digest) if named else digest, known)


def _from_context(
    context: Context | None, source: str, exclude: tuple[str, ...] = (), named: bool = False, parents: bool = False
) -> Input:
    """Files of the build context. What cannot be selected exactly counts as more than is read.

    ``named``: as the classic builder counts them. ``parents``: with the folders above them, which then count by name.
    """
    path = join(source).lstrip("/")
    if context is None:
        return Input("context", "", path, "no context")
    if "**" in path.split("/"):  # matched by --parents alone, at any depth
        path = ""
    try:
        found = [_headless(part) for part in _selected(context, path, exclude)]
    except UnknownEffect as unknown:
        return Input("context", "", path, digest_of("refused", unknown.reason))
    if named:
        return Input("context", "", path, named_digest(context.root, [(part.path, part.node) for part in found]))
    if parents:
        found = [replace(part, name=part.path) for part in found]
    digest = _digest_of_found(found, source, Filesystem(context.root))
    # BuildKit 0.25 counts what the links at the top lead to, and not their texts: here both count
    if exclude and not path:
        links = top_links(found[0].node) if found else ()
        led = [part for name, link in links for part in led_to(f"/{name}", link, Filesystem(context.root))]
        digest = digest_of(digest, *led) if led else digest
    return Input("context", "", path, digest)


def _headless(found: Found) -> Found:
    """The context's root without its own mode and owner, which are never sent."""
    if found.path.strip("/") or not isinstance(found.node, Directory):
        return found
    return replace(found, node=Directory(Attributes(0o755), found.node.children, found.node.rest))


def _selected(context: Context, path: str, exclude: tuple[str, ...]) -> list[Found]:
    try:
        return context_sources(context, (path,), exclude)
    except UnknownEffect:
        return context_sources(context, (path,), ())


def _digest_of_found(found: list[Found], source: str, filesystem: Filesystem) -> str:
    """One file or folder by its content; what a pattern matches by names, contents and what links below it lead to."""
    if has_wildcards(source) or len(found) != 1:
        fixed = len(list(takewhile(lambda part: not has_wildcards(part), split(source))))
        named = ((one.name if one.name == one.path else "/".join(split(one.path)[fixed:]), one) for one in found)
        parts = [part for name, one in named for part in (name, content_digest(one.node))]
        return digest_of("matches", *parts, *(part for one in found for part in led_to(one.path, one.node, filesystem)))
    return content_digest(found[0].node)
