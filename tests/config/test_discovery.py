"""Which files a search takes for Dockerfiles."""

from pathlib import Path

import pytest

from restow.config.discovery import find_dockerfiles, is_dockerfile_name
from restow.errors import UsageError


@pytest.mark.parametrize(
    "name",
    [
        "Dockerfile", "dockerfile", "DOCKERFILE", "Dockerfile.dev", "Dockerfile-dev", "Dockerfile_dev", "app.Dockerfile",
        "app.dockerfile", "Containerfile", "Containerfile.build", "x.containerfile",
    ],
)  # fmt: skip
def test_dockerfiles(name):
    assert is_dockerfile_name(name)


@pytest.mark.parametrize(
    "name",
    [
        "Dockerfile.dockerignore", ".dockerignore", "Dockerfile.j2", "Dockerfile.jinja", "Dockerfile.tmpl", "Dockerfile.tpl",
        "Dockerfile.erb", "Dockerfile.md", "Dockerfiles", "MyDockerfile", "docker-compose.yml", "Dockerfile.MD",
    ],
)  # fmt: skip
def test_others(name):
    assert not is_dockerfile_name(name)


@pytest.fixture
def tree(tmp_path, monkeypatch):
    names = [
        "Dockerfile", "b/Dockerfile.x", "a/web.Dockerfile", ".devcontainer/Dockerfile", ".git/Dockerfile", "README.md",
        "node_modules/m/Dockerfile", ".venv/Dockerfile", ".mypy_cache/Dockerfile", "a/.tool_cache/Dockerfile",
    ]  # fmt: skip
    for name in names:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    (tmp_path / "dockerfile").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def names(*paths):
    return [path.as_posix() for path in find_dockerfiles([Path(path) for path in paths])]


def test_search(tree):
    assert names(".") == ["Dockerfile", ".devcontainer/Dockerfile", "a/web.Dockerfile", "b/Dockerfile.x"]


def test_given_paths_are_always_taken_and_only_once(tree):
    assert names("README.md", "node_modules/m/Dockerfile") == ["README.md", "node_modules/m/Dockerfile"]
    assert names("b/Dockerfile.x", "b", "./b") == ["b/Dockerfile.x"]
    assert names(".git") == [".git/Dockerfile"]


def test_links_to_folders_are_not_followed(tree):
    (tree / "loop").symlink_to(tree)
    assert len(names(".")) == 4


def test_missing_path_is_told_before_anything_is_given(tree):
    with pytest.raises(UsageError, match="nowhere: no such file or folder"):
        next(find_dockerfiles([Path("Dockerfile"), Path("nowhere")]))
