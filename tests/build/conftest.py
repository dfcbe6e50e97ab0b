"""A build of a text over a context that is made of a mapping from path to content."""

import pytest

from restow.build import Context, simulate
from restow.syntax import parse
from restow.vfs import Attributes, Content, Directory, File, Symlink


def tree_of(files):
    """A directory of ``path: content``; a content is bytes, a node, or a mapping of its own."""
    children = {}
    for name, content in files.items():
        if isinstance(content, dict):
            children[name] = tree_of(content)
        elif isinstance(content, bytes):
            children[name] = File(Attributes(0o644), Content.of(content))
        else:
            children[name] = content
    return Directory(Attributes(0o755), children)


CONTEXT = {
    "a": b"a",
    "b": b"b",
    "t.txt": b"t",
    "run.sh": File(Attributes(0o755), Content.of(b"run")),
    "link": Symlink("a"),
    "d": {"x": b"x", "sub": {"y": b"y", "z.go": b"z"}, "inner": Symlink("x")},
}


@pytest.fixture
def build():
    """``build(text)``: the simulation; ``build(text, files)`` over another context, None for none."""

    def run(text, files=CONTEXT, **arguments):
        context = None if files is None else Context(tree_of(files), "a test")
        return simulate(parse(text), context, arguments=arguments)

    return run


@pytest.fixture
def built(build):
    """``built(lines)``: the filesystem after the lines, on an empty root; no step may be unknown."""

    def run(lines, files=CONTEXT, base="scratch"):
        simulation = build(f"FROM {base}\n{lines}\n", files)
        assert simulation.unknown == ()
        return simulation.target.filesystem

    return run


@pytest.fixture
def listed(built):
    """``listed(lines)``: path to (mode, uid, gid) of a directory, to the bytes of a file, to the text of a link."""

    def run(lines, files=CONTEXT):
        found = {}
        for path, node in built(lines, files).walk():
            if isinstance(node, File):
                found[path] = node.content.data
            elif isinstance(node, Symlink):
                found[path] = node.target
            elif path != "/":
                found[path] = (node.attributes.mode, node.attributes.uid, node.attributes.gid)
        return found

    return run


@pytest.fixture
def tree():
    """``tree(files)``: a directory of a mapping, as ``tree_of`` makes it."""
    return tree_of
