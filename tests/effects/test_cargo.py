"""What cargo reads and writes of a project; each case is a trap for a model that reads too little."""

import pytest

from restow.effects.programs.languages.cargo_lock import meets

MANIFEST = '[package]\nname = "x"\nversion = "0.1.0"\n\n[dependencies]\nserde = "1"\n'
LOCK = """version = 4

[[package]]
name = "serde"
version = "1.0.200"
source = "registry+https://github.com/rust-lang/crates.io-index"

[[package]]
name = "x"
version = "0.1.0"
dependencies = [
 "serde",
]
"""
FILES = {
    "Cargo.toml": MANIFEST,
    "Cargo.lock": LOCK,
    "src/main.rs": "",
    "notes.md": "",
}


def test_fetch_needs_the_targets_of_the_manifest_too(world, reads, writes):
    effect = world(FILES).effect("cargo fetch --locked")
    for name in (
        "Cargo.toml",
        "Cargo.lock",
        "src/main.rs",
        "src/bin/x.rs",
        "build.rs",
        ".cargo/config.toml",
        "rust-toolchain",
    ):
        assert reads(effect, f"/app/{name}"), name
    assert reads(effect, "/.cargo/config.toml")
    assert not reads(effect, "/app/notes.md")
    assert not writes(effect, "/app/Cargo.lock")
    assert writes(effect, "/usr/local/cargo/registry")


def test_the_lock_is_kept_by_option_or_assumption(world, writes):
    assert writes(world(FILES).effect("cargo fetch"), "/app/Cargo.lock")
    assuming = world(FILES, accept=True)
    assert not writes(assuming.effect("cargo fetch"), "/app/Cargo.lock")
    assert assuming.assumed["lock-agrees"] == "unchecked"


@pytest.mark.parametrize(
    "more",
    [
        'rand = "0.8"\n',
        'r = { package = "rand", version = "0.8" }\n',
        '[target."cfg(unix)".dependencies]\nrand = "0.8"\n',
    ],
)
def test_a_lock_that_lacks_a_dependency_is_written(world, writes, more):
    found = world({**FILES, "Cargo.toml": MANIFEST + more}, accept=True)
    assert writes(found.effect("cargo fetch"), "/app/Cargo.lock")
    assert "lock-agrees" not in found.assumed


def test_path_dependencies_and_workspaces(world, reads):
    files = {
        **FILES,
        "Cargo.toml": MANIFEST
        + '[workspace]\nmembers = ["crates/*"]\n[target."cfg(unix)".dependencies]\nz = { path = "../z" }\n',
        "crates/a/Cargo.toml": '[package]\nname = "a"\n[dependencies]\nb = { path = "../../b" }\n',
        "b/Cargo.toml": '[package]\nname = "b"\n',
        "/z/Cargo.toml": '[package]\nname = "z"\n',
    }
    effect = world(files).effect("cargo fetch --locked")
    for path in (
        "/app/crates/a/Cargo.toml",
        "/app/b/Cargo.toml",
        "/z/Cargo.toml",
        "/z/src/lib.rs",
        "/app/crates/new/Cargo.toml",
    ):
        assert reads(effect, path), path


def test_programs_from_the_index(world, reads, writes):
    effect = world(FILES).effect("cargo install ripgrep --version 14.0.0 --locked --root /opt/rg")
    assert not reads(effect, "/app/Cargo.toml")
    assert reads(effect, "/app/.cargo/config.toml")
    assert writes(effect, "/opt/rg/bin/rg")


@pytest.mark.parametrize("command", ["cargo build --frobnicate", "cargo run", "cargo test", "cargo fetch --frob"])
def test_what_is_not_understood_is_unknown(world, command):
    world(FILES).reason(command)


def test_settings_that_lead_elsewhere(world):
    assert "source" in world({**FILES, ".cargo/config.toml": '[source.x]\ndirectory = "vendor"\n'}).reason(
        "cargo fetch"
    )
    assert "rustc-wrapper" in world({**FILES, ".cargo/config": '[build]\nrustc-wrapper = "./w"\n'}).reason(
        "cargo fetch"
    )
    assert "workspace" in world({**FILES, "a/Cargo.toml": MANIFEST}, directory="/app/a").reason("cargo fetch")
    assert "not known" in world({"Cargo.toml": None}).reason("cargo fetch")


CONTRADICTIONS = {
    "another version of the package": ('version = "0.1.0"', 'version = "0.2.0"'),
    "a requirement that no locked version meets": ('serde = "1"', 'serde = "1.0.201"'),
    "a dependency that is gone": ('serde = "1"\n', ""),
    "another origin": ('serde = "1"', 'serde = { git = "https://example.org/serde" }'),
    "two of one name": ('serde = "1"\n', 'serde = "1"\nold = { package = "serde", version = "0.9" }\n'),
}


@pytest.mark.parametrize("name", CONTRADICTIONS)
def test_a_lock_that_contradicts_a_manifest_is_written(world, writes, name):
    found = world({**FILES, "Cargo.toml": MANIFEST.replace(*CONTRADICTIONS[name])}, accept=True)
    assert writes(found.effect("cargo fetch"), "/app/Cargo.lock")
    assert "lock-agrees" not in found.assumed


@pytest.mark.parametrize(
    "more",
    [
        '[dev-dependencies]\nserde = "1.0"\n',
        "[target.'cfg(windows)'.dependencies]\nserde = { version = '>=1, <2', features = ['derive'] }\n",
    ],
)
def test_that_a_lock_agrees_is_never_shown(world, writes, more):
    found = world({**FILES, "Cargo.toml": MANIFEST + more}, accept=True)
    assert not writes(found.effect("cargo fetch"), "/app/Cargo.lock")
    assert found.assumed["lock-agrees"] == "unchecked"


WORKSPACE = {
    "Cargo.toml": '[workspace]\nmembers = ["crates/*"]\n[workspace.package]\nversion = "3.0.0"\n'
    '[workspace.dependencies]\nserde = "1"\n',
    "crates/a/Cargo.toml": '[package]\nname = "a"\nversion.workspace = true\n[dependencies]\nserde.workspace = true\n',
    "Cargo.lock": LOCK.replace('"x"\nversion = "0.1.0"', '"a"\nversion = "3.0.0"'),
}


def test_the_members_of_a_workspace_inherit(world, writes):
    assert not writes(world(WORKSPACE, accept=True).effect("cargo fetch"), "/app/Cargo.lock")
    for old, new in (("3.0.0", "3.0.1"), ('serde = "1"', 'serde = "2"'), ("crates/*", "crates/none")):
        changed = {**WORKSPACE, "Cargo.toml": WORKSPACE["Cargo.toml"].replace(old, new)}
        changed |= {"crates/none/Cargo.toml": '[package]\nname = "none"\nversion = "1.0.0"\n'}
        assert writes(world(changed, accept=True).effect("cargo fetch"), "/app/Cargo.lock"), new


@pytest.mark.parametrize(
    ("version", "requirement", "met"),
    [
        ("1.2.3", "1", True),
        ("1.2.3", "^1.3", False),
        ("2.0.0", "1", False),
        ("0.3.9", "0.3.1", True),
        ("0.4.0", "0.3", False),
        ("0.0.4", "0.0.3", False),
        ("0.0.4", "0.0", True),
        ("1.2.9", "~1.2.3", True),
        ("1.3.0", "~1.2.3", False),
        ("1.9.0", "~1", True),
        ("1.2.3", "=1.2.3", True),
        ("1.2.4", "=1.2.3", False),
        ("1.2.4", "=1.2", True),
        ("1.2.4", "1.2.*", True),
        ("1.3.0", "1.2.*", False),
        ("7.0.0", "*", True),
        ("1.5.0", ">=1.2, <1.5", False),
        ("1.4.9", ">= 1.2, < 1.5", True),
        ("1.3.0", ">1.2", True),
        ("1.2.5", ">1.2", False),
        ("1.2.5", "<=1.2", True),
        ("2.0.0-alpha.2", "2.0.0-alpha.1", True),
        ("2.0.0-alpha.1", "2.0.0-alpha.2", False),
        ("2.0.0", "2.0.0-alpha.2", True),
        ("2.0.0-alpha.1", ">=1", False),
        ("1.0.0+build", "1", True),
        ("1.0.0", "", True),
        ("1.0.0", "latest", None),
        ("1.0", "1", None),
    ],
)
def test_requirements(version, requirement, met):
    assert meets(version, requirement) is met
