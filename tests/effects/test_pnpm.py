"""What pnpm and corepack read and write of a project; each case is a trap for a model that reads too little."""

import json

import pytest

MANIFEST = {"name": "x", "dependencies": {"left-pad": "1.3.0"}}
LOCK = "lockfileVersion: '9.0'\n\npackages:\n\n  left-pad@1.3.0:\n    resolution: {integrity: x}\n"


def project(manifest=None, **files):
    return {
        "package.json": json.dumps({**MANIFEST, **(manifest or {})}),
        "pnpm-lock.yaml": LOCK,
        "server.js": "",
        **files,
    }


@pytest.mark.parametrize(
    "command",
    ["pnpm install --frozen-lockfile", "pnpm i --prod --reporter=silent", "pnpm install -r --offline --filter app"],
)
def test_manifest_lock_and_settings_are_read(world, reads, writes, command):
    effect = world(project(), accept=True).effect(command)
    for name in ("package.json", "pnpm-lock.yaml", "pnpm-workspace.yaml", ".npmrc", ".pnpmfile.cjs", "binding.gyp"):
        assert reads(effect, f"/app/{name}"), name
    assert reads(effect, "/root/.local/share/pnpm/store")
    assert not reads(effect, "/app/server.js")
    assert writes(effect, "/app/node_modules/.pnpm")
    assert not writes(effect, "/app/pnpm-lock.yaml")


def test_ci_freezes_the_lock_and_otherwise_it_is_assumed(world, writes):
    frozen = world(project(), environment={"CI": "true"}, accept=True)
    assert not writes(frozen.effect("pnpm install"), "/app/pnpm-lock.yaml")
    assert "lock-agrees" not in frozen.assumed
    assert writes(
        world(project(), environment={"CI": "1"}, accept=True).effect("pnpm i --fix-lockfile"), "/app/pnpm-lock.yaml"
    )
    assuming = world(project(), accept=True)
    assuming.effect("pnpm install")
    assert assuming.assumed["lock-agrees"] == "unchecked"


def test_a_pnpmfile_is_a_program_of_the_project(world):
    files = project(**{".pnpmfile.cjs": "module.exports = {}"})
    assert ".pnpmfile.cjs" in world(files, accept=True).reason("pnpm install")
    world(files, accept=True).effect("pnpm install --ignore-pnpmfile")


def test_workspaces(world, reads):
    files = project(
        **{
            "pnpm-workspace.yaml": "packages:\n  - 'packages/*'  # all\n  - \"!x\"\nonlyBuiltDependencies:\n  - esbuild\n",
            "packages/a/package.json": "{}",
            "packages/a/a.js": "",
        }
    )
    effect = world(files, accept=True).effect("pnpm install")
    assert reads(effect, "/app/packages/a/package.json")
    assert reads(effect, "/app/packages/new/package.json")
    assert not reads(effect, "/app/packages/a/a.js")
    files["packages/a/package.json"] = '{"scripts": {"prepare": "x"}}'
    assert "packages/a" in world(files, accept=True).reason("pnpm install")
    files["pnpm-workspace.yaml"] = "configDependencies:\n  x: 1\n"
    assert "configDependencies" in world(files, accept=True).reason("pnpm install")
    below = {"pnpm-workspace.yaml": "packages:\n- a\n", "a/package.json": "{}"}
    assert "workspace" in world(below, directory="/app/a", accept=True).reason("pnpm install")


def test_patches_are_read(world, reads):
    in_manifest = project({"pnpm": {"patchedDependencies": {"x@1": "patches/x.patch"}}}, **{"patches/x.patch": ""})
    effect = world(in_manifest, accept=True).effect("pnpm install")
    assert reads(effect, "/app/patches/x.patch")
    assert "/app/patches/x.patch" in effect.needs
    in_settings = project(
        **{"pnpm-workspace.yaml": "patchedDependencies:\n  x@1: patches/x.patch\n", "patches/x.patch": ""}
    )
    assert reads(world(in_settings, accept=True).effect("pnpm install"), "/app/patches/x.patch")


def test_readers_and_scripts(world):
    lock = LOCK + "\n  '@prisma/client@5.0.0(prisma@5)':\n    resolution: {integrity: x}\n"
    assert "@prisma/client" in world(project(**{"pnpm-lock.yaml": lock}), accept=True).reason("pnpm install")
    old = "lockfileVersion: 5.4\npackages:\n\n  /@prisma/client/5.0.0_x:\n    resolution: {}\n"
    assert "@prisma/client" in world(project(**{"pnpm-lock.yaml": old}), accept=True).reason("pnpm install")
    assert "postinstall" in world(project({"scripts": {"postinstall": "x"}}), accept=True).reason("pnpm install")
    assert "any dependency" in world(project()).reason("pnpm install")


def test_fetch_needs_the_lock_alone(world, reads, writes):
    effect = world({"pnpm-lock.yaml": LOCK, "server.js": ""}, accept=True).effect("pnpm fetch --prod")
    assert reads(effect, "/app/pnpm-lock.yaml")
    assert not reads(effect, "/app/server.js")
    assert writes(effect, "/app/node_modules/.pnpm")
    assert "no pnpm-lock.yaml" in world({}, accept=True).reason("pnpm fetch")


@pytest.mark.parametrize(
    "command", ["pnpm build", "pnpm run x", "pnpm dlx x", "pnpm install --frob", "pnpm add x", "corepack use pnpm"]
)
def test_what_is_not_understood_is_unknown(world, command):
    world(project(), accept=True).reason(command)


def test_corepack(world, reads, writes):
    effect = world(project()).effect("corepack enable pnpm")
    assert writes(effect, "/usr/local/bin/pnpm")
    assert not reads(effect, "/app/package.json")
    assert reads(world(project()).effect("corepack install"), "/app/package.json")
    assert not reads(world(project()).effect("corepack prepare pnpm@9 --activate"), "/app/package.json")


def test_files_that_traces_showed(world, reads):
    effect = world(project(), accept=True).effect("pnpm install")
    for path in (
        "/app/package.yaml",
        "/app/pnpm-workspace.yml",
        "/app/.pnpmfile.cjs.js",
        "/pnpm-workspace.yaml",
        "/root/.node_modules",
    ):
        assert reads(effect, path), path


def test_a_lock_that_lacks_a_dependency_is_written(world, writes):
    found = world(project({"dependencies": {"left-pad": "1.3.0", "is-odd": "3"}}), accept=True)
    assert writes(found.effect("pnpm install --ignore-scripts"), "/app/pnpm-lock.yaml")
    assert "lock-agrees" not in found.assumed
