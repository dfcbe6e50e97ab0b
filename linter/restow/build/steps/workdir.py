"""WORKDIR: the directory is made where it is missing, owned by the USER in force (in the classic builder by root); what exists
is not touched.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from restow.build.layout import layout_assumptions, made_directories
from restow.build.owners import UNCHANGED, is_nothing, owner_of
from restow.build.state import State, Step
from restow.errors import BuildFailure, UnknownEffect
from restow.semantics.scope import is_known, symbolic
from restow.syntax.ast import Workdir
from restow.syntax.words import WordError
from restow.vfs import Absent, Attributes, File, Special, digest_of, join
from restow.vfs.filesystem import is_perhaps, refuse_inheritance

if TYPE_CHECKING:
    from restow.build.engine import Build


def step(state: State, node: Workdir, build: Build) -> Step:
    """``/`` makes no vertex. Raises UnknownEffect where the path is not known."""
    path = _path(state, node)
    directory = join(state.directory, path)
    classic = build.builder == "classic"
    if path.startswith("/") and ".." in path.split("/") and not classic and build.release is None:
        raise UnknownEffect("releases of BuildKit differ in what they make of an absolute WORKDIR with ..")
    filesystem = before = state.filesystem
    made = filesystem.resolve(directory)
    empty = directory != "/" and is_nothing(state, node, build)
    owner = (0, 0) if classic else owner_of(filesystem, state.user, build, empty=empty)
    created = Attributes(0o755, *(0 if number == UNCHANGED else number for number in owner))
    if made != "/":
        refuse_inheritance(filesystem, made, created)
        filesystem = filesystem.make_directories(made, created)
    after = _entered(state.with_filesystem(filesystem), path, build)
    definition = digest_of("mkdir", directory, state.user) if directory != "/" else None
    return Step(
        node,
        after,
        definition,
        assumptions=layout_assumptions(before, made),
        seconds=0.1 if definition else 0.0,
        places=(made,),
        variables=build.used(node.path.text),
        creates=made_directories(made, created),
    )


def with_directory(state: State, build: Build) -> State:
    """The state as a container finds it: the engine makes a working directory that is missing.

    It belongs to the USER, in the classic builder to root. Raises BuildFailure where a file stands in its place.
    """
    place = state.filesystem.resolve(state.directory) if is_known(state.directory) else "/"
    there = state.filesystem.lookup(place)
    if isinstance(there, File | Special) and not is_perhaps(there):
        raise BuildFailure(f"mkdir {place}: not a directory")
    if not isinstance(there, Absent | None):
        return state
    user, _, group = ("root" if build.builder == "classic" else state.user).partition(":")
    uid, gid = build.owner(state.filesystem, user, "uid"), build.group_of(state.filesystem, user, group)
    created = Attributes(0o755, uid, gid)
    refuse_inheritance(state.filesystem, place, created)
    return state.with_filesystem(state.filesystem.make_directories(place, created))


def unmade(state: State, node: Workdir, term: str, build: Build) -> State:
    """``state`` with the working directory of an instruction whose directory could not be made; ``term`` names one that is
    not known.
    """
    try:
        return _entered(state, _path(state, node), build)
    except (UnknownEffect, WordError):
        return _entered(state, f"/{symbolic('working directory', term)}", build)


def _path(state: State, node: Workdir) -> str:
    """The path with its variables expanded. Raises UnknownEffect where that is no known place, WordError where it is broken."""
    path = state.scope.expand(node.path.text)
    if not is_known(path):
        raise UnknownEffect("the path of WORKDIR depends on a value that is not known before the build")
    if not is_known(state.directory) and not path.startswith("/"):
        raise UnknownEffect(
            "WORKDIR is relative to the base image's working directory, which is not known; give an absolute path"
        )
    return path


def _entered(state: State, path: str, build: Build) -> State:
    """The working directory changed; BuildKit's configuration keeps an absolute path as it is written."""
    directory = join(state.directory, path)
    written = path if path.startswith("/") and build.builder == "buildkit" else directory
    return replace(state, directory=directory).with_configuration(WorkingDir=written)
