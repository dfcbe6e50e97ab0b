"""The random cases: a Dockerfile over a context, and one change of either."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

from builders import LIBRARY, RealBuilder
from contexts import Tree, random_change, random_tree, write
from dockerfiles import Sketch, Writer
from edits import random_edit
from explained import is_narrow, is_narrow_edit

from restow.build import read_context
from restow.build.cache_changes import with_texts
from restow.build.context import Context

IGNORE_FILES = ("", "", "Dockerfile\n.dockerignore\n", "*.md\n", "docs\n!docs/a\n", "**/b.txt\nDockerfile\n")


@dataclass(frozen=True)
class Side:
    """One of the two builds of a case. ``renewed`` is a stage that is built without the cache, ``*`` for all."""

    sketch: Sketch
    tree: Tree
    ignore: str
    salt: str
    renewed: str = ""


@dataclass(frozen=True)
class Case:
    """Two builds, and in words what changed between them."""

    seed: int
    first: Side
    second: Side
    change: str


def random_case(seed: int, salt: str, builder: RealBuilder) -> Case:
    """The case of a seed for a builder."""
    random = Random(seed)
    tree = random_tree(random, salt)
    library = builder.kind in LIBRARY
    first = Side(
        Writer(
            random, tree, salt, builder.base, builder.triggers, builder.features, builder.kind != "buildkit", library
        ).sketch(),
        tree,
        random.choice(IGNORE_FILES),
        salt,
    )
    kind = random.random()
    if kind < 0.5:
        changed, words = random_change(tree, random, salt)
        while library and not is_narrow(words, tree):
            changed, words = random_change(tree, random, salt)
        return Case(seed, first, replace(first, tree=changed), words)
    if kind < 0.55:
        renewed = "*" if builder.kind != "buildkit" else random.choice(("*", "s0", "s1"))
        return Case(seed, first, replace(first, renewed=renewed), f"without the cache: {renewed}")
    if kind < 0.93:
        edited, words = random_edit(first.sketch, random)
        while library and not is_narrow_edit(words, first.sketch.lines, edited.lines):
            edited, words = random_edit(first.sketch, random)
        edited = replace(edited, arguments=first.sketch.arguments) if library else edited
        return Case(seed, first, replace(first, sketch=edited), words)
    linked = library and any(entry.kind == "link" for entry in tree.values())  # what they lead to might be left out
    ignore = first.ignore if linked else random.choice(IGNORE_FILES)
    return Case(seed, first, replace(first, ignore=ignore), f"the ignore file becomes {ignore!r}")


def put(side: Side, folder: Path) -> Context:
    """The side on disk, and as the simulator reads it."""
    write(side.tree, folder)
    (folder / "Dockerfile").write_text(side.sketch.text)
    if side.ignore:
        (folder / ".dockerignore").write_text(side.ignore)
    return read_context(folder, folder / "Dockerfile", hashed=True)


def with_own_texts(context: Context, side: Side) -> Context:
    """The context with the Dockerfile and its ignore file named by their bytes, as the engine's cache names them."""
    return with_texts(context, {"Dockerfile": side.sketch.text, ".dockerignore": side.ignore})
