"""What pnpm and corepack read and write of a project; each case is a trap for a model that reads too little."""

import json

import pytest

from restow.effects.programs.javascript.pnpm_yaml import read_block

MANIFEST = {"name": "x", "dependencies": {"left-pad": "1.3.0"}}
LOCK = """lockfileVersion: '9.0'

importers:

  .:
    dependencies:
      left-pad:
        specifier: 1.3.0
        version: 1.3.0

packages:

  left-pad@1.3.0:
    resolution: {integrity: x}
"""


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


AGREEING = {
    "package.json": {
        "packageManager": "pnpm@9.15.9",
        "dependencies": {"ms": "^2.1.0", "b": "workspace:^"},
        "devDependencies": {"@types/ms": "*", "ms": "1.0.0"},
        "optionalDependencies": {"has": "1.0.4"},
    },
    "packages/b/package.json": {"name": "b", "version": "1.2.3", "dependencies": {"ms": "2.1.3"}},
    "pnpm-workspace.yaml": "packages:\n  - 'packages/*'\nonlyBuiltDependencies:\n  - esbuild\n",
    "pnpm-lock.yaml": """lockfileVersion: '9.0'

settings:
  autoInstallPeers: true
  excludeLinksFromLockfile: false

importers:

  .:
    dependencies:
      b:
        specifier: workspace:^
        version: link:packages/b
      ms:
        specifier: ^2.1.0
        version: 2.1.3
    devDependencies:
      '@types/ms':
        specifier: '*'
        version: 0.7.34
    optionalDependencies:
      has:
        specifier: 1.0.4
        version: 1.0.4(ms@2.1.3)

  packages/b:
    dependencies:
      ms:
        specifier: 2.1.3
        version: 2.1.3

packages:

  '@types/ms@0.7.34':
    resolution: {integrity: sha512-x}

  has@1.0.4:
    resolution: {integrity: sha512-x}
    engines: {node: '>= 0.4.0'}
    deprecated: |-
      use ms: now
      or not
    peerDependencies:
      ms: '2'

  ms@2.1.3:
    resolution: {integrity: sha512-x}

snapshots:

  '@types/ms@0.7.34': {}

  has@1.0.4(ms@2.1.3):
    dependencies:
      again: ms@2.1.3
      ms: 2.1.3
    transitivePeerDependencies:
      - supports-color

  ms@2.1.3: {}
""",
}


def agreeing(path="package.json", change=None, **files):
    """The project with one file changed: a mapping is laid over it, a pair of texts replaced in it."""
    found = {name: dict(held) if isinstance(held, dict) else held for name, held in {**AGREEING, **files}.items()}
    if isinstance(change, tuple):
        assert change[0] in found[path]
        found[path] = found[path].replace(*change)
    elif change:
        found[path] |= change
    return {name: held if isinstance(held, str) else json.dumps(held) for name, held in found.items()}


def said(world, writes, files, command="pnpm install --ignore-scripts", **settings):
    """What the model makes of the lock: the verdict of the assumption, or that it is written."""
    found = world(files, accept=True, **settings)
    written = writes(found.effect(command), "/app/pnpm-lock.yaml")
    assert written == ("lock-agrees" not in found.assumed)
    assert ("named-pnpm" in found.assumed) == (found.assumed.get("lock-agrees") == "holds")
    return "written" if written else found.assumed["lock-agrees"]


def test_a_lock_that_agrees_is_shown_to(world, writes):
    assert said(world, writes, agreeing()) == "holds"
    assert said(world, writes, agreeing(), "pnpm i --ignore-scripts --prod -r --prefer-offline") == "holds"
    strict = world(agreeing())  # that it is the pnpm which packageManager names, nobody has checked
    assert writes(strict.effect("pnpm install --ignore-scripts"), "/app/pnpm-lock.yaml")


@pytest.mark.parametrize(
    ("path", "change"),
    [
        ("package.json", {"dependencies": {"ms": "2.1.3", "b": "workspace:^"}}),
        ("package.json", {"dependencies": {"ms": "^2.1.0"}}),
        ("package.json", {"optionalDependencies": {}}),
        ("package.json", {"devDependencies": {"@types/ms": "*", "has": "1.0.4", "again": "1"}}),
        ("package.json", {"optionalDependencies": {"has": "1.0.4", "@types/ms": "*"}}),
        ("packages/b/package.json", {"dependencies": {"ms": "2"}}),
        ("packages/b/package.json", {"dependencies": {}}),
        ("pnpm-workspace.yaml", ("packages/*", "other")),
        ("pnpm-lock.yaml", ("specifier: '*'", "specifier: ^0.7.0")),
        ("pnpm-lock.yaml", ("  packages/b:\n", "  packages/c:\n")),
    ],
)
def test_another_specifier_kind_or_project_makes_pnpm_write(world, writes, path, change):
    assert said(world, writes, agreeing(path, change)) == "written"


@pytest.mark.parametrize(
    ("path", "change"),
    [
        ("package.json", {"packageManager": "pnpm@8.15.0"}),
        ("package.json", {"packageManager": None}),
        ("package.json", {"peerDependencies": {"again": "1"}}),
        ("package.json", {"dependenciesMeta": {"ms": {"injected": True}}}),
        ("package.json", {"pnpm": {"overrides": {"ms": "2.1.3"}}}),
        ("package.json", {"pnpm": {"patchedDependencies": {}}}),
        ("package.json", {"resolutions": {"ms": "2.1.3"}}),
        ("packages/b/package.json", {"publishConfig": {"directory": "dist"}}),
        ("pnpm-workspace.yaml", ("onlyBuiltDependencies:\n  - esbuild", "catalog:\n  ms: 2.1.3")),
        ("pnpm-workspace.yaml", ("  - 'packages/*'", "  - 'packages/*'\n  - '!packages/c'")),
        ("pnpm-lock.yaml", ("autoInstallPeers: true", "autoInstallPeers: false")),
        ("pnpm-lock.yaml", ("importers:", "overrides:\n  ms: 2.1.3\n\nimporters:")),
        ("pnpm-lock.yaml", ("importers:", "# by hand\n\nimporters:")),
        ("pnpm-lock.yaml", ("  ms@2.1.3: {}\n", "")),
        ("pnpm-lock.yaml", ("version: link:packages/b", "version: link:packages/a")),
        ("pnpm-lock.yaml", ("ms: 2.1.3", "ms: 2.1.4")),
        ("pnpm-lock.yaml", ("lockfileVersion: '9.0'", "lockfileVersion: '6.0'")),
        ("pnpm-lock.yaml", ("{integrity: sha512-x}", "{integrity: sha512-x,\n      tarball: x}")),
    ],
)
def test_what_is_not_told_stays_an_assumption(world, writes, path, change):
    assert said(world, writes, agreeing(path, change)) == "unchecked"


def test_a_new_project_that_asks_for_nothing_is_noted_too(world, writes):
    assert said(world, writes, agreeing(**{"packages/c/package.json": "{}"})) == "written"


def test_settings_beside_the_project_stay_an_assumption(world, writes):
    assert said(world, writes, agreeing(**{".npmrc": "auto-install-peers=false\n"})) == "unchecked"
    assert said(world, writes, agreeing(**{".npmrc": "# x\nsave-exact=true\n//x.y/:_authToken=z\n"})) == "holds"
    assert said(world, writes, agreeing(**{"/root/.config/pnpm/rc": "auto-install-peers=false\n"})) == "unchecked"
    assert said(world, writes, agreeing(**{"packages/c/package.json5": "{}"})) == "unchecked"
    moved = {"NPM_CONFIG_AUTO_INSTALL_PEERS": "false"}
    assert said(world, writes, agreeing(), environment=moved) == "unchecked"
    assert said(world, writes, agreeing(), "pnpm i --ignore-scripts --no-frozen-lockfile") == "unchecked"
    assert said(world, writes, agreeing(), "pnpm i --ignore-scripts --force") == "written"


OLD = {
    "5.4": "lockfileVersion: 5.4\n\nspecifiers:\n  ms: ^2.1.0\n\ndependencies:\n  ms: 2.1.3\n",
    "6.0": "lockfileVersion: '6.0'\n\ndependencies:\n  ms:\n    specifier: ^2.1.0\n    version: 2.1.3\n",
}


@pytest.mark.parametrize("version", OLD)
def test_older_locks_are_compared_too(world, writes, version):
    same = {"package.json": json.dumps({"dependencies": {"ms": "^2.1.0"}}), "pnpm-lock.yaml": OLD[version]}
    assert said(world, writes, same) == "unchecked"
    assert said(world, writes, {**same, "package.json": '{"dependencies": {"ms": "^2.1.3"}}'}) == "written"
    assert said(world, writes, {**same, "package.json": '{"devDependencies": {"ms": "^2.1.0"}}'}) == "written"


@pytest.mark.parametrize(
    "text",
    [
        "a: &x 1\n",
        "a: *x\n",
        "a:\n   b: 1\n",
        "a: 1\n  b: 2\n",
        "a: {b: 1,\n",
        "a:\n",
        "- a\n",
        "a: 'x\n",
        "a: 1 # note\n",
        "? a\n: 1\n",
        "a: 1\na: 2\n",
        "---\na: 1\n",
        "a:\tb\n",
        "a: ''x'\n",
        'a: "\\q"\n',
        "a: 1\n...\n",
        "  a: 1\n",
    ],
)
def test_another_form_of_yaml_is_not_read(text):
    assert read_block(text) is None


def test_the_form_that_pnpm_writes():
    text = "a: 'it''s: x'\n'b@1':\n  c: {d: 1}\n  e:\n    - f: 1\n      g: 2\n"
    text += '  h: >-\n    i\n    j: k\nl: "\\u0041"\nm@1(n): {}\n'
    assert read_block(text) == {
        "a": "it's: x",
        "b@1": {"c": "{d: 1}", "e": "- f: 1\ng: 2", "h": "i\nj: k"},
        "l": "A",
        "m@1(n)": "{}",
    }
