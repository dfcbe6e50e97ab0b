"""What bun reads and writes; each case is a trap for a model that reads too little."""

import json

import pytest

MANIFEST = json.dumps({"name": "app", "dependencies": {"ms": "2.1.3"}})
FILES = {"package.json": MANIFEST, "bun.lock": "{}", "index.js": ""}


def test_an_installation(world, reads, writes):
    effect = world(FILES, accept=True).effect("bun install --frozen-lockfile")
    for name in (
        "package.json",
        "bun.lock",
        "bun.lockb",
        "bunfig.toml",
        ".npmrc",
        "yarn.lock",
        "package-lock.json",
        ".env",
    ):
        assert reads(effect, f"/app/{name}"), name
    assert reads(effect, "/root/.bunfig.toml")
    assert not reads(effect, "/app/index.js")
    assert writes(effect, "/app/node_modules/ms/index.js")
    assert writes(effect, "/root/.bun/install/cache/x")
    assert not writes(effect, "/app/bun.lock")
    assert effect.caches[0].path == "/root/.bun/install/cache"


def test_the_lock_file(world, writes):
    accepting = world(FILES, accept=True)
    assert not writes(accepting.effect("bun install"), "/app/bun.lock")
    assert accepting.assumed["lock-agrees"] == "unchecked"
    assert writes(world(FILES).effect("bun install --ignore-scripts"), "/app/bun.lock")
    assert not writes(world(FILES).effect("bun install --production --ignore-scripts"), "/app/bun.lock")
    assert writes(world({"package.json": MANIFEST}, accept=True).effect("bun i"), "/app/bun.lock")
    assert not writes(accepting.effect("bun ci"), "/app/bun.lock")


def test_packages(world, writes):
    added = world(FILES, accept=True).effect("bun add ms@2 @types/node")
    assert writes(added, "/app/package.json")
    assert writes(added, "/app/bun.lock")
    everywhere = world(FILES).effect("bun add -g typescript")
    assert not writes(everywhere, "/app/package.json")
    assert writes(everywhere, "/root/.bun/bin/tsc")


@pytest.mark.parametrize(
    ("files", "command"),
    [
        ({"package.json": json.dumps({"scripts": {"postinstall": "node index.js"}})}, "bun install"),
        ({**FILES, "bunfig.toml": 'preload = ["./x.ts"]'}, "bun install"),
        ({**FILES, "bunfig.toml": '[install]\ncafile = "x"'}, "bun install"),
        ({**FILES, ".npmrc": "cafile=x"}, "bun install"),
        ({"package.json": json.dumps({"patchedDependencies": {"a@1": "patches/a"}})}, "bun install"),
        ({"package.json": MANIFEST, "/package.json": json.dumps({"workspaces": ["*"]})}, "bun install"),
        (FILES, "bun run build"),
        (FILES, "bun index.js"),
        (FILES, "bun --cwd x install"),
        (FILES, "bun add ./x"),
        (FILES, "bun add -g ./x"),
        (FILES, "bun install -c x"),
        ({}, "bun install"),
    ],
)
def test_what_is_not_read(world, files, command):
    assert world(files, accept=True, closed=not files).reason(command)


BINARY = {"package.json": MANIFEST, "bun.lockb": "\1"}


@pytest.mark.parametrize(
    ("files", "command"),
    [
        (BINARY, "bun install --save-text-lockfile --ignore-scripts"),
        (BINARY, "bun install --save-text-lockfile --frozen-lockfile --lockfile-only"),
        (BINARY, "bun install --frozen-lockfile --lockfile-only"),
        ({**BINARY, "bunfig.toml": "[install]\nsaveTextLockfile = true"}, "bun install --frozen-lockfile"),
        ({"package.json": MANIFEST}, "bun install --frozen-lockfile"),
        ({"package.json": MANIFEST}, "bun ci"),
    ],
)
def test_a_lock_file_of_another_kind_or_a_new_one(world, writes, files, command):
    assert writes(world(files, accept=True).effect(command), "/app/bun.lock")
    assert not writes(world(FILES, accept=True).effect("bun install --no-save"), "/app/bun.lock")


def test_what_pnpm_left_is_taken_over(world, writes):
    files = {"package.json": MANIFEST, "pnpm-workspace.yaml": "packages: []"}
    assert writes(world(files, accept=True).effect("bun install"), "/app/package.json")
    assert not writes(world({"package.json": MANIFEST}, accept=True).effect("bun install"), "/app/package.json")


@pytest.mark.parametrize(
    ("environment", "cache"),
    [
        ({"BUN_INSTALL_CACHE_DIR": "/srv/c", "BUN_INSTALL": "/srv/b"}, "/srv/c"),
        ({"BUN_INSTALL": "/srv/b", "XDG_CACHE_HOME": "/srv/x"}, "/srv/b/install/cache"),
        ({"XDG_CACHE_HOME": "/srv/x"}, "/srv/x/.bun/install/cache"),
        ({"XDG_CACHE_HOME": "x"}, "/app/x/.bun/install/cache"),
    ],
)
def test_the_cache(world, writes, environment, cache):
    effect = world(FILES, accept=True, environment=environment).effect("bun install")
    assert effect.caches[0].path == cache
    assert writes(effect, f"{cache}/x")


@pytest.mark.parametrize("name", [".env", ".env.local", ".env.production"])
def test_files_of_variables(world, name):
    for command in ("bun install --frozen-lockfile", "bun add -g typescript"):
        assert world({**FILES, name: "DATABASE=x\nPORT=80\n# BUN_INSTALL=/x"}, accept=True).effect(command)
        for line in ("BUN_INSTALL_CACHE_DIR=/srv/c", " export XDG_CACHE_HOME = /srv", "NPM_CONFIG_CAFILE=/x"):
            assert name in world({**FILES, name: line}, accept=True).reason(command)
        assert "not known" in world({**FILES, name: None}, accept=True).reason(command)


@pytest.mark.parametrize("name", ["BUN_CONFIG_YARN_LOCKFILE", "BUN_CONFIG_SKIP_LOAD_LOCKFILE", "BUN_OPTIONS"])
def test_variables_that_are_options(world, name):
    assert name in world(FILES, accept=True, environment={name: "1"}).reason("bun install --frozen-lockfile")


def test_a_package_that_is_named_twice(world, writes):
    assert writes(world(FILES, accept=True).effect("bun add ms ms"), "/app/bun.lock")
    for word in ("ms@file:../x", "x@link:y"):
        assert world(FILES, accept=True).reason(f"bun add ms {word}")
        assert world(FILES, accept=True).reason(f"bun add -g {word}")


def test_settings_in_the_folder_of_settings(world):
    files = {**FILES, "/srv/x/.bunfig.toml": 'preload = ["x"]'}
    assert "preload" in world(files, environment={"XDG_CONFIG_HOME": "/srv/x"}).reason("bun install")
