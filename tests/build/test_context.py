"""A folder as a build context."""

import os
from pathlib import Path

import pytest

from restow.build import context as module
from restow.build import context_of_listing, read_context
from restow.build.context import DOCKERFILE_IDENTITY, MAX_READ
from restow.errors import ContextError
from restow.vfs import Directory, File, Special, Symlink


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "a.py").write_text("a")
    (tmp_path / "Dockerfile").write_text("FROM scratch\n")
    return tmp_path


def names(context):
    return set(context.root.children)


def test_modes_and_kinds(folder: Path) -> None:
    (folder / "run").write_text("x")
    (folder / "run").chmod(0o4750)
    (folder / "src").chmod(0o700)
    (folder / "link").symlink_to("nowhere")
    os.mkfifo(folder / "pipe", 0o600)
    context = read_context(folder)
    assert context.lookup("run").attributes.mode == 0o4750
    assert context.lookup("src").attributes.mode == 0o700
    assert context.lookup("link") == Symlink("nowhere")
    assert isinstance(context.lookup("pipe"), Special)
    assert context.read("pipe") is None
    assert context.read("link") is None


def test_a_linked_folder_is_not_entered(folder: Path) -> None:
    (folder / "again").symlink_to(folder)
    assert isinstance(read_context(folder).lookup("again"), Symlink)


def test_the_ignore_file(folder: Path) -> None:
    (folder / "node_modules" / "x").mkdir(parents=True)
    (folder / "node_modules" / "x" / "y").write_text("")
    (folder / ".dockerignore").write_text("node_modules\nsrc/*\n!src/keep\n")
    (folder / "src" / "keep").write_text("")
    context = read_context(folder)
    assert names(context) == {".dockerignore", "Dockerfile", "src"}
    assert set(context.lookup("src").children) == {"keep"}
    assert context.ignored("node_modules/x/y")
    assert not context.ignored("src/keep")


def test_a_dockerfiles_own_ignore_file_comes_first(folder: Path) -> None:
    (folder / ".dockerignore").write_text("src\n")
    (folder / "Dockerfile.dockerignore").write_text("Dockerfile*\n")
    assert names(read_context(folder, folder / "Dockerfile")) == {".dockerignore", "src"}
    assert "src" not in names(read_context(folder))


def test_the_dockerfile_and_its_ignore_file_count_by_role(folder: Path) -> None:
    (folder / ".dockerignore").write_text("x\n")
    context = read_context(folder, folder / "Dockerfile")
    assert context.dockerfile == "Dockerfile"
    for name in ("Dockerfile", ".dockerignore"):
        assert context.lookup(name).content.identity.startswith(DOCKERFILE_IDENTITY)
    assert read_context(folder, folder.parent / "Dockerfile").dockerfile is None


def test_hashed_files_are_equal_across_paths(folder: Path) -> None:
    (folder / "b.py").write_text("a")
    plain, hashed = read_context(folder), read_context(folder, hashed=True)
    assert plain.lookup("b.py").content != plain.lookup("src/a.py").content
    assert hashed.lookup("b.py").content == hashed.lookup("src/a.py").content


def test_limits(folder: Path, monkeypatch) -> None:
    with (folder / "large").open("wb") as file:
        file.truncate(MAX_READ + 1)
    assert read_context(folder).read("large") is None
    monkeypatch.setattr(module, "MAX_FILES", 3)
    with pytest.raises(ContextError, match="more than 3 entries"):
        read_context(folder)


def test_what_is_no_folder_or_no_text_is_an_error(folder: Path) -> None:
    with pytest.raises(ContextError, match="not a folder"):
        read_context(folder / "Dockerfile")
    (folder / ".dockerignore").write_bytes(b"\xff\n")
    with pytest.raises(ContextError, match="cannot be read"):
        read_context(folder)


def test_a_listing() -> None:
    files = [("a/run", 0o100755, "1", 3), ("a/l", 0o120000, "2", 3), ("skip", 0o100644, "3", 1)]
    context = context_of_listing(files, texts={"a/l": "run"}, dockerignore="skip\n")
    assert context.lookup("skip") is None
    assert context.lookup("a/l") == Symlink("run")
    node = context.lookup("a/run")
    assert isinstance(node, File)
    assert (node.attributes.mode, node.content.identity, node.content.size) == (0o755, "blob:1", 3)
    assert isinstance(context.lookup("a"), Directory)
    assert context.lookup("a/run/x") is None


def test_a_listing_that_is_no_tree_is_an_error() -> None:
    with pytest.raises(ContextError, match="both"):
        context_of_listing([("a", 0o100644, "1", 1), ("a/b", 0o100644, "2", 1)])
