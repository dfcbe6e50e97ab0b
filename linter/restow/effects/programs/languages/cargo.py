"""cargo: fetch and install of published programs. Building the project runs its build scripts: see ``builders``.

By the Cargo Book ("cargo fetch", "Configuration", "Workspaces", "Cargo Targets"): read are the manifests of the package, of the
workspace and of path dependencies, ``Cargo.lock``, ``.cargo/config.toml`` here and above, ``rust-toolchain.toml``, and the
source files and folders by which targets are found: without them a manifest is refused.

Priors (own estimates): 3 s and 0.3 s a locked package, 0.6 MB each; 60 s for a program built from source.
"""

from __future__ import annotations

import tomllib
from dataclasses import replace
from typing import Any

from restow.effects.effect import SYMBOLIC, Assumption, Cache, Effect, Invocation, Verdict
from restow.effects.options import Arguments, read_options, unmodelled
from restow.effects.places import INDEX, SELF_CONTAINED
from restow.effects.programs.languages.builders import effect as project_build
from restow.effects.programs.languages.cargo_lock import contradicts
from restow.effects.surroundings import (
    ancestors,
    children,
    exact,
    homes,
    installer_reads,
    names,
    place,
    tree,
    value,
    variables,
)
from restow.errors import UnknownEffect
from restow.vfs import File, Region, join

_FLAGS = names(
    "--locked --frozen --offline -v --verbose -vv -q --quiet --force -f --no-track --all-features "
    "--no-default-features --debug --bins --version -V --list"
)
_VALUED = names(
    "--manifest-path --target --version --vers --features -F --root --git --branch --tag --rev --color -j --jobs "
    "--bin --profile --index --registry --path"
)
_BUILDS = names("build check chef rustc vendor generate-lockfile update")
_PROJECT = names("--path .")
_TARGETS = ("src", "build.rs", "tests", "examples", "benches", "README.md", "README.txt", "README")
_CERTIFICATES = ("/usr/local/ssl", "/usr/local/openssl", "/var/ssl", "/usr/share/ssl", "/etc/openssl")
"""Where openssl-probe looks for certificates beside the folders of the system."""
_LISTENED = (
    *(
        "APP_SANDBOX_CONTAINER_ID",
        "AS_SECURE_LOG_FILE",
        "HTTP_TIMEOUT",
        "LLVM_*",
        "MFLAGS",
        "TF_BUILD",
        "UNSTABLE_*",
        "__CARGO_*",
    ),
    *("bar", "CARGO*", "RUST*", "CC_*", "CXX_*", "CFLAGS_*", "AR_*"),
)


def effect(call: Invocation) -> Effect:
    """Of ``cargo command [options]``, and ``cargo-chef chef command``, which ``cargo chef`` starts."""
    if call.name == "cargo-chef":
        call = replace(
            call, argv=("cargo", *(call.argv[1:] if call.argv[1:2] == ("chef",) else ("chef", *call.argv[1:])))
        )
    if call.argv[1:2] == ("chef",) and call.argv[2:3] not in (("prepare",), ("cook",)):
        raise unmodelled("cargo chef", (*call.argv[2:3], "")[0])
    if any(word.startswith("+") for word in call.argv[1:2]):
        raise UnknownEffect("cargo with a toolchain of its own is not modelled")
    if call.argv[1:2] and (call.argv[1] in _BUILDS or (call.argv[1] == "install" and _PROJECT & set(call.argv))):
        return project_build(call)
    arguments = (
        read_options(call.argv, flags=_FLAGS - {"--version"}, valued=_VALUED)
        if call.argv[2:]
        else read_options(call.argv, flags=_FLAGS)
    )
    command = (*arguments.operands[:1], "")[0]
    if not command and arguments.has("--version", "-V"):
        return Effect(reads=_base(call), environment=variables(call, *_LISTENED), seconds=0.2)
    if command == "fetch" and not arguments.operands[1:]:
        return _fetch(call, arguments)
    if command == "install" and (arguments.operands[1:] or arguments.has("--git")):
        return _install(call, arguments)
    raise unmodelled(
        "cargo", command, ("run", "test", "bench", "nextest", "clippy", "doc", "r", "t", "make", "xtask", "watch")
    )


def _home(call: Invocation) -> str:
    given = value(call, "CARGO_HOME")
    return call.path(given) if given else join(call.home, ".cargo")


def _base(call: Invocation) -> tuple[Region, ...]:
    places = (call.directory, *ancestors(call.directory))
    settings = [join(folder, name) for folder in places for name in (".cargo", "rust-toolchain", "rust-toolchain.toml")]
    return (
        *installer_reads(call),
        exact(call, *settings),
        Region((_home(call), "/usr/local/cargo", "/usr/local/rustup", *_CERTIFICATES)),
    )


def _written(call: Invocation) -> tuple[Region, ...]:
    return (Region((_home(call), "/usr/local/cargo", "/usr/local/rustup", "/tmp")), homes(call, ".rustup", ".cargo"))


def _check_settings(call: Invocation) -> None:
    """``.cargo/config.toml`` may move sources, registries and programs: only parts that do not are understood."""
    for folder in (call.directory, *ancestors(call.directory)):
        for name in (".cargo/config.toml", ".cargo/config"):
            path = join(folder, name)
            found = _toml(path, call.known_text(path) or "")
            extra = set(found) - {
                "build",
                "target",
                "profile",
                "net",
                "http",
                "term",
                "registries",
                "registry",
                "env",
                "alias",
                "cargo-new",
            }
            wrapped = set(found.get("build", {})) & {
                "rustc",
                "rustc-wrapper",
                "rustc-workspace-wrapper",
                "rustdoc",
                "target-dir",
            }
            if extra or wrapped:
                raise UnknownEffect(
                    f"{path} sets {', '.join(sorted(extra | wrapped))}, which leads to other files or programs"
                )


def _toml(path: str, text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UnknownEffect(f"{path} is not TOML: {error}") from error


def _packages(call: Invocation, root: str) -> list[str]:
    """The folders of the package, its workspace members and path dependencies, each manifest read."""
    found, todo = [], [root]
    while todo:
        folder = todo.pop()
        if folder in found:
            continue
        found.append(folder)
        path = join(folder, "Cargo.toml")
        text = call.text(path)
        if text is None:
            raise UnknownEffect(f"{path} does not exist when cargo reads it")
        given = _toml(path, text)
        todo += [place(call, join(folder, inside)) for inside in _local_paths(given)]
        for pattern in given.get("workspace", {}).get("members", []):
            todo += _members(call, folder, str(pattern))
    return found


def _local_paths(given: object) -> list[str]:
    """Every ``path`` of a dependency, wherever in the manifest (targets and their dependencies, patches, replacements)."""
    if not isinstance(given, dict):
        return []
    found: list[str] = []
    for name, part in given.items():
        if name.endswith("dependencies") or name in ("patch", "replace"):
            for entry in _tables(part):
                found += [entry["path"]] if isinstance(entry.get("path"), str) else []
        elif name in ("target", "workspace") or isinstance(part, dict):
            found += _local_paths(part)
    return found


def _tables(part: object) -> list[dict[str, Any]]:
    if not isinstance(part, dict):
        return []
    return [part, *(table for inner in part.values() for table in _tables(inner))]


def _members(call: Invocation, folder: str, pattern: str) -> list[str]:
    head, star, rest = pattern.rstrip("/").partition("*")
    if not star:
        return [place(call, join(folder, pattern))]
    if rest or (head and not head.endswith("/")):
        raise UnknownEffect(f"the workspace pattern {pattern!r} is not modelled")
    above = join(folder, head)
    return [
        join(above, name)
        for name in children(call, above)
        if isinstance(call.node(join(above, name, "Cargo.toml")), File)
    ]


def _fetch(call: Invocation, arguments: Arguments) -> Effect:
    manifest = place(call, (*arguments.values("--manifest-path"), "Cargo.toml")[0])
    root = manifest.rsplit("/", 1)[0] or "/"
    _check_settings(call)
    above = [join(folder, "Cargo.toml") for folder in ancestors(root)]
    if any(isinstance(call.node(path), File) for path in above):
        raise UnknownEffect(f"{root} may belong to a workspace above it")
    packages = _packages(call, root)
    lock = join(root, "Cargo.lock")
    keeps = Assumption(
        "lock-agrees", f"{lock} agrees with the manifests, so cargo leaves it as it is", Verdict.UNCHECKED
    )
    stands = isinstance(call.node(lock), File)
    kept = arguments.has("--locked", "--frozen") or (stands and call.assume(keeps, _lock_agrees(call, packages, lock)))
    call.assume(INDEX)
    known = join(root, "target/.rustc_info.json")
    needed = [join(folder, name) for folder in packages for name in ("Cargo.toml", *_TARGETS)]
    data = call.read(call.filesystem.resolve(lock)) or b""
    count = data.count(b"[[package]]") or 50
    listed = tuple(step for path in needed for step in tree(call, path))
    patterns = Region(tuple(dict.fromkeys(join(folder, "../*/Cargo.toml") for folder in packages[1:])))
    return Effect(
        reads=(*_base(call), Region(listed), patterns, exact(call, lock, *above, known)),
        writes=(*_written(call), Region((known, *(() if kept else (lock,))))),
        environment=variables(call, *_LISTENED),
        caches=(Cache(join(_home(call), "registry"), f"rm -rf {join(_home(call), 'registry')}"),),
        network=True,
        seconds=3.0 + 0.3 * count,
        size=600_000 * count,
        needs=(*needed, lock),
    )


def _lock_agrees(call: Invocation, packages: list[str], lock: str) -> bool | None:
    """False where the lock file contradicts a manifest, so that cargo will write it; else None: it may lack what only the
    index tells.
    """
    data = call.read(call.filesystem.resolve(lock))
    if data is None:
        return None
    locked = _toml(lock, data.decode("utf-8", "replace"))
    manifests = {
        folder: _toml(join(folder, "Cargo.toml"), call.text(join(folder, "Cargo.toml")) or "") for folder in packages
    }
    root = packages[0]
    space = manifests[root].get("workspace", {})
    named = [folder for pattern in space.get("members", []) for folder in _members(call, root, str(pattern))]
    members = {root} if space.get("exclude") else {root, *named}
    return False if contradicts(manifests, root, members, locked) else None


def _install(call: Invocation, arguments: Arguments) -> Effect:
    """``cargo install name``: a published program, built from source with the settings of the working directory."""
    if arguments.has("--path", "--index") or any(SYMBOLIC in name.split("@")[0] for name in arguments.operands):
        raise UnknownEffect("cargo installs a program of the project, or one that is not known")
    _check_settings(call)
    call.assume(INDEX)
    call.assume(SELF_CONTAINED)
    roots = tuple(
        call.path(given) for given in (*arguments.values("--root"), value(call, "CARGO_INSTALL_ROOT")) if given
    )
    target = value(call, "CARGO_TARGET_DIR")
    more = Region((*roots, *((call.path(target),) if target else ())))
    programs = max(1, len(arguments.operands) - 1)
    return Effect(
        reads=(*_base(call), more),
        writes=(*_written(call), more),
        environment=variables(call, *_LISTENED),
        caches=(Cache(join(_home(call), "registry"), f"rm -rf {join(_home(call), 'registry')}"),),
        network=True,
        seconds=60.0 * programs,
        size=150_000_000 * programs,
    )
