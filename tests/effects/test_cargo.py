"""What cargo reads and writes of a project; each case is a trap for a model that reads too little."""

import pytest

MANIFEST = '[package]\nname = "x"\nversion = "0.1.0"\n\n[dependencies]\nserde = "1"\n'
FILES = {
    "Cargo.toml": MANIFEST,
    "Cargo.lock": '[[package]]\nname = "x"\n[[package]]\nname = "serde"\n',
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
