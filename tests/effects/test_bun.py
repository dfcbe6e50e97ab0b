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
