"""What yarn reads and writes of a project; each case is a trap for a model that reads too little."""

import json

import pytest

MANIFEST = {"name": "x", "dependencies": {"left-pad": "1.3.0"}}
LOCK = '# yarn lockfile v1\n\n"left-pad@1.3.0", left-pad@^1.3.0:\n  version "1.3.0"\n'


def project(manifest=None, **files):
    return {"package.json": json.dumps({**MANIFEST, **(manifest or {})}), "yarn.lock": LOCK, "server.js": "", **files}


@pytest.mark.parametrize(
    "command",
    [
        "yarn",
        "yarn install",
        "yarn --frozen-lockfile",
        "yarn install --pure-lockfile --production --non-interactive --network-timeout 100000 --silent",
        "yarn install --production=true --cache-folder /tmp/c",
        "yarn install --immutable --inline-builds",
        "yarn --cwd /app install",
    ],
)
def test_manifest_lock_and_settings_are_read(world, reads, writes, command):
    effect = world(project(), accept=True).effect(command)
    for name in (
        "package.json",
        "yarn.lock",
        ".yarnrc",
        ".yarnrc.yml",
        ".npmrc",
        ".yarn/releases/x.cjs",
        ".pnp.cjs",
        "binding.gyp",
    ):
        assert reads(effect, f"/app/{name}"), name
    assert reads(effect, "/root/.yarnrc")
    assert reads(effect, "/.yarnrc.yml")
    assert not reads(effect, "/app/server.js")
    assert not writes(effect, "/app/server.js")
    assert writes(effect, "/app/node_modules/left-pad")
    assert {"/app/package.json", "/app/yarn.lock"} <= set(effect.needs)


def test_only_some_options_keep_the_lock(world, writes):
    for command in ("yarn --frozen-lockfile", "yarn install --immutable", "yarn --pure-lockfile"):
        keeping = world(project(), accept=True)
        assert not writes(keeping.effect(command), "/app/yarn.lock")
        assert "lock-agrees" not in keeping.assumed
    assuming = world(project(), accept=True)
    assert not writes(assuming.effect("yarn install"), "/app/yarn.lock")
    assert assuming.assumed["lock-agrees"] == "unchecked"
    files = {name: text for name, text in project().items() if name != "yarn.lock"}
    assert writes(world(files, accept=True).effect("yarn install"), "/app/yarn.lock")


def test_without_acceptance_the_install_scripts_decide(world):
    assert "any dependency" in world(project()).reason("yarn install")
    world(project()).effect("yarn install --ignore-scripts")


def test_readers_are_found_in_manifest_and_lock(world):
    assert "msw" in world(project({"devDependencies": {"msw": "1"}}), accept=True).reason("yarn")
    lock = LOCK + '\n"@prisma/client@^5":\n  version "5.0.0"\n'
    assert "@prisma/client" in world(project(**{"yarn.lock": lock}), accept=True).reason("yarn")


@pytest.mark.parametrize("script", ["preinstall", "postinstall", "prepare"])
def test_scripts_of_the_project_make_it_unknown(world, script):
    files = project({"scripts": {script: "x"}})
    assert f"a {script} script" in world(files, accept=True).reason("yarn install --frozen-lockfile")
    world(files, accept=True).effect("yarn install --ignore-scripts")


def test_workspaces(world, reads):
    files = project(
        {"workspaces": {"packages": ["packages/*"]}}, **{"packages/a/package.json": "{}", "packages/a/a.js": ""}
    )
    effect = world(files, accept=True).effect("yarn install")
    assert reads(effect, "/app/packages/a/package.json")
    assert reads(effect, "/app/packages/b/package.json")
    assert not reads(effect, "/app/packages/a/a.js")
    files["packages/a/package.json"] = '{"scripts": {"postinstall": "x"}}'
    assert "packages/a" in world(files, accept=True).reason("yarn install")


def test_programs_and_plugins_of_the_project(world, reads):
    files = project(
        **{
            ".yarnrc.yml": "nodeLinker: node-modules\nyarnPath: .yarn/releases/yarn-4.cjs\n",
            ".yarn/releases/yarn-4.cjs": "",
            ".yarn/plugins/@yarnpkg/plugin-workspace-tools.cjs": "",
        }
    )
    assert reads(world(files, accept=True).effect("yarn install"), "/app/.yarn/releases/yarn-4.cjs")
    files[".yarn/plugins/mine.cjs"] = ""
    assert "plugin" in world(files, accept=True).reason("yarn install")
    assert "yarnPath" in world(project(**{".yarnrc.yml": "yarnPath: tools/y.cjs\n"}), accept=True).reason("yarn")
    assert "yarn-path" in world(project(**{".yarnrc": 'yarn-path "tools/y.js"\n'}), accept=True).reason("yarn")
    assert "constraintsPath" in world(project(**{".yarnrc.yml": "constraintsPath: x\n"}), accept=True).reason("yarn")
    assert "cafile" in world(project(**{".npmrc": "cafile=ca.pem\n"}), accept=True).reason("yarn")


def test_local_and_patched_dependencies(world, reads):
    files = project({"dependencies": {"lib": "file:./lib"}}, **{"lib/package.json": "{}", "lib/a.js": ""})
    assert reads(world(files, accept=True).effect("yarn"), "/app/lib/a.js")
    files = project({"resolutions": {"x": "patch:x@1#./x.patch"}})
    assert "patched" in world(files, accept=True).reason("yarn")


def test_settings_filled_in_from_variables(world):
    effect = world(project(**{".npmrc": "//r/:_authToken=${SECRET}\n"}), accept=True).effect("yarn")
    assert "SECRET" in effect.environment


@pytest.mark.parametrize(
    "command", ["yarn build", "yarn run build", "yarn add x", "yarn install --frob", "yarn test", "yarn link"]
)
def test_what_is_not_understood_is_unknown(world, command):
    world(project(), accept=True).reason(command)


def test_other_commands(world, reads, writes):
    assert writes(world({}).effect("yarn cache clean"), "/root/.cache/yarn/v6")
    effect = world(project()).effect("yarn global add serve")
    assert writes(effect, "/usr/local/bin/serve")
    assert not reads(effect, "/app/server.js")
    assert "oddity" in world({}).reason("yarn global add oddity")


def test_a_lock_that_lacks_a_dependency_is_written(world, writes):
    files = project({"dependencies": {"left-pad": "1.3.0", "new": "^1"}})
    assert writes(world(files, accept=True).effect("yarn install"), "/app/yarn.lock")


def test_files_that_traces_showed(world, reads):
    effect = world(project(), accept=True).effect("yarn install")
    for path in ("/app/.yarnclean", "/app/npm-shrinkwrap.json", "/app/yarn.json", "/yarn.json", "/rust-toolchain.toml"):
        assert reads(effect, path), path


def test_yarn_2_notes_itself_as_the_package_manager(world, writes):
    plain = {"package.json": '{"name": "app"}', "yarn.lock": ""}
    berry = {**plain, ".yarnrc.yml": "nodeLinker: node-modules\n"}
    asked = {**berry, "package.json": '{"name": "app", "packageManager": "yarn@4.1.0"}'}
    assert writes(world(berry, accept=True).effect("yarn install"), "/app/package.json")
    assert not writes(world(asked, accept=True).effect("yarn install"), "/app/package.json")
    del asked[".yarnrc.yml"]
    assert writes(world(asked, accept=True).effect("yarn install"), "/app/.yarn/install-state.gz")
