"""What git reads and writes, and the settings and hooks that may lead it elsewhere."""

import pytest

CLONE = "git clone --depth 1 --branch v1 https://example.com/a/tool.git"


def test_a_clone_writes_its_folder_alone(world, reads, writes):
    checked = world({})
    effect = checked.effect(CLONE)
    assert writes(effect, "/app/tool/x")
    assert not writes(effect, "/app/main.c")
    for path in ("/root/.gitconfig", "/etc/gitconfig", "/root/.netrc", "/usr/share/git-core/templates/hooks/x"):
        assert reads(effect, path), path
    assert not reads(effect, "/app/main.c")
    assert checked.assumed == {"home-directory": "standing", "same-repositories": "standing"}
    assert effect.network
    assert effect.size == 15_000_000


@pytest.mark.parametrize(
    ("command", "path"),
    [
        (f"{CLONE} /src/x", "/src/x/f"),
        ("git -C /src clone git@example.com:a/b.git", "/src/b/f"),
        ("git clone --mirror https://example.com/b", "/app/b.git/f"),
        ("git clone -b dist --recursive ssh://example.com/a/b.git .", "/app/f"),
        ("git clone -c http.sslVerify=false https://example.com/b", "/app/b/f"),
        ("git init --quiet /src/go", "/src/go/.git/HEAD"),
    ],
)
def test_targets(world, writes, command, path):
    assert writes(world({}).effect(command), path)


@pytest.mark.parametrize(
    "command",
    [
        "git clone /app/repository /x",
        "git clone ../repository",
        "git clone file:///app/repository",
        "git clone repository x",
        "git clone --reference /app/r https://example.com/b",
        "git clone --template=/app/t https://example.com/b",
        "git clone -c core.hooksPath=/app/hooks https://example.com/b",
        "git clone https://example.com/b /",
        "git -c core.fsmonitor=/app/x status",
        "git --git-dir=/x log",
        "git config --global core.hooksPath /app/hooks",
        "git config --global credential.helper store",
        "git config --global url./app/.insteadOf https://",
        "git submodule foreach make",
        "git frobnicate",
    ],
)
def test_refused(world, command):
    assert world({".git/HEAD": "ref: refs/heads/x"}).reason(command)


@pytest.mark.parametrize(
    "name", ["GIT_DIR", "GIT_SSH_COMMAND", "GIT_TEMPLATE_DIR", "GIT_CONFIG_COUNT", "GIT_OBJECT_DIRECTORY"]
)
def test_variables_that_lead_elsewhere(world, name):
    assert name in world({}, environment={name: "/app/x"}).reason(CLONE)


def test_settings_of_the_build_are_looked_at(world):
    harmless = '[user]\n\tname = x\n[url "https://token@example.com/"]\n\tinsteadOf = https://example.com/\n'
    assert world({"/root/.gitconfig": harmless}).effect(CLONE)
    for text in (
        "[core]\n\thooksPath = /app/hooks\n",
        "[include]\n\tpath = /app/c\n",
        '[filter "x"]\n\tsmudge = /app/s\n',
    ):
        assert "/root/.gitconfig" in world({"/root/.gitconfig": text}).reason(CLONE)
    assert "content" in world({"/etc/gitconfig": None}).reason(CLONE)


def test_a_command_in_a_repository_touches_all_of_it(world, reads, writes):
    files = {".git/HEAD": "ref: refs/heads/x", ".git/config": "[core]\n\tbare = false\n", "main.c": "", "/x": ""}
    effect = world(files, directory="/app/sub", closed=True).effect("git checkout v1")
    assert reads(effect, "/app/main.c")
    assert writes(effect, "/app/main.c")
    assert not writes(effect, "/x")
    asked = world(files).effect("git describe --tags")
    assert reads(asked, "/app/main.c")
    assert writes(asked, "/app/.git/index")
    assert not writes(asked, "/app/main.c")


def test_hooks_and_settings_of_the_repository(world):
    files = {".git/HEAD": "x", ".git/hooks/post-checkout": "#!/bin/sh\n", ".git/config": ""}
    assert "hook" in world(files).reason("git checkout v1")
    sample = {".git/HEAD": "x", ".git/hooks/post-checkout.sample": "", ".git/config": ""}
    assert world(sample).effect("git checkout v1")
    filters = {".git/HEAD": "x", ".git/config": '[filter "x"]\n\tclean = /app/c\n'}
    assert "filter.x" in world(filters).reason("git checkout v1")
    assert "elsewhere" in world({".git": "gitdir: /srv/x"}).reason("git checkout v1")


def test_where_no_repository_is_known(world):
    checked = world({}, directory="/src", closed=True)
    assert "not known where" in checked.reason("git checkout v1")


def test_a_repository_that_an_earlier_program_may_have_left(world, writes):
    from restow.vfs import Region

    checked = world({}, directory="/src/x")
    checked.filesystem = Region(("/src/x",)).write(checked.filesystem, "term of a clone")
    effect = checked.effect("git checkout v1")
    assert writes(effect, "/src/x/f")
    assert not writes(effect, "/src/y")
    assert checked.assumed["no-repository-in-base"] == "standing"
    checked.filesystem = Region(("/src",)).write(checked.filesystem, "another term")
    assert writes(checked.effect("git checkout v1"), "/src/y")
