"""What npm reads and writes of a project; each case is a trap for a model that reads too little."""

import json

import pytest

MANIFEST = {"name": "x", "version": "1.0.0", "dependencies": {"left-pad": "1.3.0"}}
LOCK = {
    "name": "x",
    "version": "1.0.0",
    "lockfileVersion": 3,
    "packages": {
        "": {"name": "x", "version": "1.0.0", "dependencies": {"left-pad": "1.3.0"}},
        "node_modules/left-pad": {"version": "1.3.0"},
    },
}


def project(manifest=None, lock=None, **files):
    found = {"package.json": json.dumps({**MANIFEST, **(manifest or {})}), "server.js": "", **files}
    if lock is not False:
        found["package-lock.json"] = json.dumps(lock or LOCK)
    return found


def locked(**packages):
    """The lock file with more packages, each with an install script."""
    more = {f"node_modules/{name}": {"version": "1.0.0", "hasInstallScript": True} for name in packages}
    return {**LOCK, "packages": {**LOCK["packages"], **more}}


def test_ci_reads_manifest_lock_and_settings_and_makes_node_modules(world, reads, writes):
    effect = world(project()).effect("npm ci")
    for name in ("package.json", "package-lock.json", "npm-shrinkwrap.json", ".npmrc", "binding.gyp", "yarn.lock"):
        assert reads(effect, f"/app/{name}"), name
    assert reads(effect, "/root/.npmrc")
    assert reads(effect, "/usr/etc/npmrc")
    assert reads(effect, "/package.json")
    assert not reads(effect, "/app/server.js")
    assert effect.creates == ("/app/node_modules",)
    assert not reads(effect, "/app/node_modules/left-pad/index.js")
    assert not writes(effect, "/app/package-lock.json")
    assert not writes(effect, "/app/server.js")
    assert {"/app/package.json", "/app/package-lock.json", "/app/.npmrc"} <= set(effect.needs)
    assert [cache.path for cache in effect.caches] == ["/root/.npm/_cacache"]


@pytest.mark.parametrize(
    "command",
    [
        "npm ci --omit=dev --ignore-scripts",
        "npm i --production --quiet --no-audit --no-fund",
        "npm install --only=prod --silent --prefer-offline --legacy-peer-deps",
        "npm --loglevel warn install --unsafe-perm --no-optional",
        "npm clean-install --omit dev -d",
        "npm install --audit=false --progress false -q",
        "/usr/local/bin/npm --prefix /app ci",
    ],
)
def test_forms_of_the_command(world, reads, command):
    effect = world(project(), directory="/app").effect(command)
    assert reads(effect, "/app/package-lock.json")
    assert not reads(effect, "/app/server.js")


@pytest.mark.parametrize(
    "script", ["preinstall", "install", "postinstall", "prepublish", "prepare", "dependencies", "postprepare"]
)
@pytest.mark.parametrize("command", ["npm ci", "npm install", "npm ci --omit=dev"])
def test_scripts_of_the_project_make_it_unknown(world, script, command):
    files = project({"scripts": {script: "node build.js", "test": "jest"}})
    assert f"a {script} script" in world(files).reason(command)
    world(files).effect(f"{command} --ignore-scripts")
    world(files, environment={"npm_config_ignore_scripts": "true"}).effect(command)
    world({**files, ".npmrc": "ignore-scripts=true"}).effect(command)


def test_scripts_of_the_project_do_not_run_when_packages_are_named(world):
    world(project({"scripts": {"postinstall": "x"}})).effect("npm install typescript")
    assert "dependencies" in world(project({"scripts": {"dependencies": "x"}})).reason("npm install typescript")


def test_a_binding_gyp_is_an_install_script(world):
    assert "binding.gyp" in world(project(**{"binding.gyp": "{}"})).reason("npm ci")


@pytest.mark.parametrize("name", ["@prisma/client", "msw", "simple-git-hooks", "nx", "puppeteer"])
def test_dependencies_that_look_at_the_project_make_it_unknown(world, name):
    assert name in world(project(lock=locked(**{name: 1})), accept=True).reason("npm ci")
    assert name in world(project({"dependencies": {name: "*"}}, lock=False), accept=True).reason("npm install")


def test_install_scripts_of_dependencies_are_fine_or_assumed(world):
    fine = world(project(lock=locked(esbuild=1, fsevents=1)))
    fine.effect("npm ci")
    assert "install-scripts" not in fine.assumed
    other = project(lock=locked(oddity=1))
    assert "oddity" in world(other).reason("npm ci")
    accepting = world(other, accept=True)
    accepting.effect("npm ci")
    assert accepting.assumed["install-scripts"] == "unchecked"
    world(other).effect("npm ci --ignore-scripts")


@pytest.mark.parametrize(
    "lock", [{"lockfileVersion": 1, "dependencies": {"left-pad": {"version": "1.3.0"}}}, None, False]
)
def test_without_a_telling_lock_the_install_scripts_are_assumed(world, lock):
    files = project(lock=False)
    if lock is not False:
        files["package-lock.json"] = lock and json.dumps(lock)
    assert "any dependency" in world(files).reason("npm install")
    accepting = world(files, accept=True)
    accepting.effect("npm install")
    assert accepting.assumed["install-scripts"] == "unchecked"


def test_an_old_lock_names_nested_readers(world):
    lock = {"lockfileVersion": 1, "dependencies": {"a": {"version": "1", "dependencies": {"msw": {"version": "1"}}}}}
    assert "msw" in world(project(lock=lock), accept=True).reason("npm ci")


def test_husky_has_no_install_script_since_version_5(world):
    world(project({"devDependencies": {"husky": "^9.0.0"}}, lock=False), accept=True).effect("npm install")
    files = project({"devDependencies": {"husky": "^4.3.0"}}, lock=False)
    assert "husky" in world(files, accept=True).reason("npm install")


def test_install_keeps_a_lock_that_agrees_and_reads_node_modules(world, reads, writes):
    agreeing = world(project(), base="image node:20")
    effect = agreeing.effect("npm install")
    assert agreeing.assumed["lock-agrees"] == "holds"
    assert not writes(effect, "/app/package-lock.json")
    assert reads(effect, "/app/node_modules/x")
    assert writes(effect, "/app/node_modules/x")
    assert not effect.creates


@pytest.mark.parametrize(
    "lock", [{**LOCK, "lockfileVersion": 1}, {**LOCK, "packages": {"": {"dependencies": {"left-pad": "1"}}}}]
)
def test_install_writes_a_lock_that_disagrees(world, writes, lock):
    effect = world(project(lock=lock), accept=True).effect("npm install")
    assert writes(effect, "/app/package-lock.json")


@pytest.mark.parametrize("base", ["image node:14-alpine", "image docker.io/library/node:8.9", "image node:fermium"])
def test_an_old_npm_writes_a_newer_lock_as_version_1(world, writes, base):
    effect = world(project(), base=base, accept=True).effect("npm install")
    assert writes(effect, "/app/package-lock.json")
    assert not writes(world(project(), base=base, accept=True).effect("npm ci"), "/app/package-lock.json")


@pytest.mark.parametrize(
    "base", ["image node:16", "image node", "image docker.io/node:lts-slim", "image node@sha256:0"]
)
def test_that_npm_is_new_is_known_of_nodes_images(world, writes, base):
    checked = world(project(), base=base)
    assert not writes(checked.effect("npm install"), "/app/package-lock.json")
    assert "npm-version" not in checked.assumed


@pytest.mark.parametrize(
    "base", ["image debian", "image node_red", "image node:\ue000v\ue001", "image circleci/node:16"]
)
def test_that_npm_is_new_is_not_checked_of_others(world, writes, base):
    assert writes(world(project(), base=base).effect("npm install"), "/app/package-lock.json")
    bold = world(project(), base=base, accept=True)
    assert not writes(bold.effect("npm install"), "/app/package-lock.json")
    assert bold.assumed["npm-version"] == "unchecked"


def test_install_makes_a_lock_where_there_is_none(world, writes):
    closed = world(project(lock=False), accept=True, closed=True).effect("npm install")
    assert "/app/package-lock.json" in closed.creates
    assert writes(world(project(lock=False), accept=True).effect("npm install"), "/app/package-lock.json")
    for command in ("npm install --no-package-lock", "npm i --package-lock=false"):
        effect = world(project(lock=False), accept=True, closed=True).effect(command)
        assert not effect.creates
        assert not writes(effect, "/app/package-lock.json")
    assert "no lock file" in world(project(lock=False), accept=True).reason("npm ci")


def test_install_rewrites_yarn_lock(world, writes):
    assert writes(world(project(**{"yarn.lock": ""})).effect("npm install"), "/app/yarn.lock")
    assert not writes(world(project(**{"yarn.lock": ""})).effect("npm ci"), "/app/yarn.lock")


def test_local_dependencies_are_read_as_a_whole(world, reads):
    files = project(
        {"dependencies": {"lib": "file:../lib"}}, lock=False, **{"/lib/package.json": "{}", "/lib/a.js": ""}
    )
    effect = world(files, accept=True).effect("npm install")
    assert reads(effect, "/lib/a.js")
    files = project({"dependencies": {"lib": "./lib.tgz"}}, lock=False, **{"lib.tgz": ""})
    assert reads(world(files, accept=True).effect("npm install"), "/app/lib.tgz")
    files = project(
        {"dependencies": {"lib": "file:lib"}}, lock=False, **{"lib/package.json": '{"scripts": {"prepare": "x"}}'}
    )
    assert "lib/package.json has a prepare script" in world(files, accept=True).reason("npm install")


def test_links_in_the_lock_file_are_read(world, reads):
    lock = {**LOCK, "packages": {**LOCK["packages"], "node_modules/l": {"resolved": "libs/l", "link": True}}}
    effect = world(project(lock=lock, **{"libs/l/package.json": "{}", "libs/l/a.js": ""})).effect("npm ci")
    assert reads(effect, "/app/libs/l/a.js")


def test_workspaces(world, reads, writes):
    files = project({"workspaces": ["packages/*", "tool"]}, **{"packages/a/package.json": "{}", "packages/a/a.js": ""})
    effect = world(files).effect("npm ci")
    assert reads(effect, "/app/packages/a/package.json")
    assert reads(effect, "/app/packages/new/package.json")
    assert reads(effect, "/app/tool/package.json")
    assert not reads(effect, "/app/packages/a/a.js")
    assert writes(effect, "/app/packages/a/node_modules/x")
    assert "/app/packages/a/package.json" in effect.needs
    files["packages/a/package.json"] = '{"scripts": {"postinstall": "x"}}'
    assert "packages/a/package.json has a postinstall script" in world(files).reason("npm ci")
    assert "pattern" in world(project({"workspaces": ["**"]})).reason("npm ci")
    below = {**project({"workspaces": ["a"]}), "a/package.json": "{}", "a/package-lock.json": json.dumps(LOCK)}
    assert "workspace" in world(below, directory="/app/a").reason("npm ci")


def test_the_nearest_folder_with_a_manifest_counts(world, reads):
    files = {**project(), "sub/x.js": ""}
    effect = world(files, directory="/app/sub", closed=True).effect("npm ci")
    assert reads(effect, "/app/package.json")
    assert effect.creates == ("/app/node_modules",)
    assert reads(world(files, directory="/srv").effect("npm ci --prefix /app"), "/app/package.json")
    variable = world(project(), environment={"NPM_CONFIG_PREFIX": "/home/node/.npm-global"})
    assert reads(variable.effect("npm ci"), "/app/package.json")


def test_settings_that_name_files(world, reads):
    files = project(**{".npmrc": "cafile=certs/ca.pem\n//r/:_authToken=${TOKEN}", "certs/ca.pem": ""})
    effect = world(files, accept=True).effect("npm ci")
    assert reads(effect, "/app/certs/ca.pem")
    assert "TOKEN" in effect.environment
    assert reads(world(project(), environment={"NPM_CONFIG_USERCONFIG": "/app/my.rc"}).effect("npm ci"), "/app/my.rc")
    assert reads(world(project(), environment={"NODE_EXTRA_CA_CERTS": "/app/ca.pem"}).effect("npm ci"), "/app/ca.pem")
    assert reads(world(project(), environment={"NODE_OPTIONS": "--require ./hook.js"}).effect("npm ci"), "/app/hook.js")


def test_global_installations_leave_the_project_alone(world, reads, writes):
    effect = world(project()).effect("npm install -g npm@latest typescript")
    assert reads(effect, "/app/.npmrc")
    assert not reads(effect, "/app/package.json")
    assert not writes(effect, "/app/node_modules/x")
    assert writes(effect, "/usr/local/lib/node_modules/npm")
    prefix = world({}, environment={"NPM_CONFIG_PREFIX": "/home/node/.npm-global"})
    assert writes(prefix.effect("npm i --global yarn"), "/home/node/.npm-global/bin/yarn")
    assert "itself" in world(project()).reason("npm install -g")
    assert "folder" in world(project()).reason("npm install -g .")
    assert "oddity" in world(project()).reason("npm install -g oddity")


def test_named_packages_change_the_manifest(world, writes):
    effect = world(project()).effect("npm install typescript@5")
    assert writes(effect, "/app/package.json")
    assert writes(effect, "/app/package-lock.json")
    assert not writes(world(project()).effect("npm install --no-save typescript"), "/app/package.json")


@pytest.mark.parametrize(
    ("command", "part"),
    [
        ("npm run build", "runs scripts"),
        ("npm start", "runs scripts"),
        ("npm test", "runs scripts"),
        ("npm install --frobnicate", "--frobnicate"),
        ("npm install \ue000", "not known"),
        ("npm config set cafile /app/ca.pem", "files"),
        ("npm publish", "not modelled"),
    ],
)
def test_what_is_not_understood_is_unknown(world, command, part):
    assert part in world(project()).reason(command)


def test_manifests_that_are_not_at_hand(world):
    assert "not known" in world({"package.json": None}).reason("npm ci")
    assert "not known" in world({}).reason("npm install")


def test_cache_and_settings_commands(world, writes):
    assert writes(world({}).effect("npm cache clean --force"), "/root/.npm/_cacache")
    assert writes(world({}).effect("npm config set registry https://r"), "/root/.npmrc")
