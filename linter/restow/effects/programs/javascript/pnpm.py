"""pnpm: install, fetch, add -g, store, config; and corepack. Anything that runs a script of the project is unknown.

By pnpm's documentation ("pnpm install", "pnpm fetch", "Settings", ".pnpmfile.cjs", "pnpm-workspace.yaml", 6 to 10): read are
``package.json`` of the root and of every workspace, ``pnpm-lock.yaml``, ``pnpm-workspace.yaml``, ``.npmrc``, patches, and the
store; a ``.pnpmfile.cjs`` is a program of the project. With ``CI`` set, or ``--frozen-lockfile``, the lock file stays as it is.

Priors (own estimates): 3 s and 0.6 s a direct dependency; 4 MB a direct dependency.
"""

from __future__ import annotations

from collections.abc import Iterator

from restow.effects.effect import SYMBOLIC, Assumption, Cache, Effect, Invocation, Verdict
from restow.effects.options import Arguments, read_options
from restow.effects.places import INDEX, SELF_CONTAINED, in_homes
from restow.effects.programs.javascript import manifest as node
from restow.effects.programs.javascript.pnpm_lock import lock_agrees
from restow.effects.surroundings import (
    ancestors,
    exact,
    homes,
    installer_reads,
    installer_writes,
    names,
    place,
    tree,
    value,
)
from restow.errors import UnknownEffect
from restow.vfs import File, Region, Symlink, join

_FLAGS = names(
    "--frozen-lockfile --no-frozen-lockfile --prefer-frozen-lockfile --no-prefer-frozen-lockfile --prod "
    "--production -P --dev -D --no-optional --offline --prefer-offline --force --silent -s --ignore-scripts "
    "--shamefully-hoist --strict-peer-dependencies --no-strict-peer-dependencies -r --recursive -w "
    "--workspace-root --unsafe-perm --no-verify-store-integrity --ignore-workspace --ignore-pnpmfile --no-color "
    "--side-effects-cache --fix-lockfile --stream --aggregate-output -g --global --save-exact -E --version -v "
    "--no-lockfile --ignore-engines --no-audit --help -h --activate --all --json --merge-git-branch-lockfiles "
    "--use-node-version --resolution-only --verify-store-integrity"
)
_VALUED = names(
    "--filter -F --filter-prod --reporter --loglevel --registry --store-dir --dir -C --workspace-concurrency "
    "--child-concurrency --network-concurrency --node-linker --package-import-method --fetch-timeout "
    "--fetch-retries --public-hoist-pattern --hoist-pattern --modules-dir --virtual-store-dir --allow-build --cpu "
    "--os --libc --location --global-dir --global-bin-dir --install-directory -o --output"
)
_BESIDE = (
    "pnpm-lock.yaml",
    "pnpm-workspace.yaml",
    ".npmrc",
    ".pnpmfile.cjs",
    "pnpmfile.js",
    "pnpmfile.cjs",
    ".pnpmfile.mjs",
)
_OTHER_LOCKS = (
    "package-lock.json",
    "npm-shrinkwrap.json",
    "yarn.lock",
    "binding.gyp",
    ".node-version",
    ".nvmrc",
    "pnpm-lock.env.yaml",
    "pnpm-workspace.yml",
    "node_modules",
    "!**",
    "package.json5",
    "package.yaml",
    *(f".pnpmfile.cjs.{kind}" for kind in ("js", "json", "node")),
)
_PER_USER = (
    ".npmrc",
    ".npm",
    ".config",
    ".cache",
    ".local",
    ".pnpm-store",
    ".pnpm-state",
    ".node-gyp",
    ".pnpm",
    ".node_modules",
    ".node_libraries",
)
_SAFE_SETTINGS = names(
    "packages catalog catalogs onlyBuiltDependencies ignoredBuiltDependencies neverBuiltDependencies overrides "
    "nodeLinker shamefullyHoist publicHoistPattern hoistPattern hoist strictPeerDependencies autoInstallPeers "
    "peerDependencyRules linkWorkspacePackages preferWorkspacePackages sharedWorkspaceLockfile saveExact "
    "savePrefix minimumReleaseAge minimumReleaseAgeExclude engineStrict patchedDependencies "
    "allowedDeprecatedVersions packageExtensions supportedArchitectures injectWorkspacePackages "
    "dedupePeerDependents resolutionMode updateNotifier verifyDepsBeforeRun managePackageManagerVersions "
    "ignoreScripts strictDepBuilds allowBuilds dangerouslyAllowAllBuilds cleanupUnusedCatalogs catalogMode "
    "trustPolicy blockExoticSubdeps registries"
)


def effect(call: Invocation) -> Effect:
    """Of ``pnpm [command] [options]`` and ``corepack command``."""
    arguments = read_options(call.argv, flags=_FLAGS, valued=_VALUED)
    if call.name == "corepack":
        return _corepack(call, arguments)
    command, operands = (*arguments.operands[:1], "")[0], arguments.operands[1:]
    if not command and arguments.has("--version", "-v", "--help"):
        return _effect(call, arguments, (), seconds=0.4)
    if command in ("install", "i") and not operands:
        return _install(call, arguments)
    if command == "fetch" and not operands:
        return _fetch(call, arguments)
    if command in ("add", "install", "i") and arguments.has("-g", "--global") and operands:
        return _global(call, arguments, operands)
    if command == "store" and operands[:1] in (("prune",), ("path",), ("status",)):
        return _effect(call, arguments, (), seconds=1.0)
    if (
        command == "config"
        and operands[:1] == ("set",)
        and operands[1:2] in (("registry",), ("store-dir",), ("network-timeout",))
    ):
        if operands[1] == "store-dir" and not (operands[2:] and operands[2].startswith("/")):
            raise UnknownEffect("pnpm keeps its store in a place that is not known")
        return _effect(call, arguments, (), seconds=0.4)
    if command in ("add", "remove", "update", "up", "deploy", "prune", "rebuild"):
        raise UnknownEffect(f"pnpm {command} changes package.json, or what is installed: it is not modelled")
    raise node.unmodelled_script("pnpm", command, ("dlx", "exec", "pack", "publish"))


def _root(call: Invocation, arguments: Arguments) -> str:
    return place(call, (*arguments.values("--dir", "-C"), ".")[0])


def _store(call: Invocation, arguments: Arguments) -> str:
    """The store itself ("store-dir"), without the programs that lie beside it."""
    given = next(iter(arguments.values("--store-dir")), None)
    given = given or value(call, "npm_config_store_dir") or value(call, "NPM_CONFIG_STORE_DIR")
    home = value(call, "PNPM_HOME")
    return (
        call.path(given) if given else join(call.path(home) if home else join(call.home, ".local/share/pnpm"), "store")
    )


def _stores(call: Invocation, arguments: Arguments) -> tuple[str, ...]:
    """pnpm documentation, "store-dir": ``PNPM_HOME``, ``~/.local/share/pnpm``, or ``/.pnpm-store``."""
    given = [*arguments.values("--store-dir", "--global-dir", "--global-bin-dir", "--virtual-store-dir")]
    given += [
        named for name in ("PNPM_HOME", "npm_config_store_dir", "NPM_CONFIG_STORE_DIR") if (named := value(call, name))
    ]
    usual = (
        join(call.home, ".local/share/pnpm"),
        "/.pnpm-store",
        "/pnpm/store",
        join(_root(call, arguments), ".pnpm-store"),
    )
    return (*usual, *(call.path(path) for path in given))


def _effect(
    call: Invocation,
    arguments: Arguments,
    reads: tuple[Region, ...],
    *,
    seconds: float,
    also_write: tuple[str, ...] = (),
    packages: int = 0,
    needs: tuple[str, ...] = (),
) -> Effect:
    """An effect with what every run of pnpm reads and leaves."""
    root = _root(call, arguments)
    places = (root, *ancestors(root))
    heard = node.refuse_settings(call, (*places, call.home))
    beside = exact(
        call, *(join(folder, name) for folder in places for name in (*_BESIDE, *_OTHER_LOCKS, "package.json"))
    )
    written = Region(tuple(dict.fromkeys((*also_write, *_stores(call, arguments)))))
    store = _store(call, arguments)
    return Effect(
        reads=(*installer_reads(call), in_homes(call, *_PER_USER), beside, written, *reads),
        writes=(written, homes(call, *_PER_USER), Region(("/tmp", "/var/tmp"))),
        environment=node.listened(call, *heard),
        caches=(Cache(store, f"rm -rf {store}"),) if packages else (),
        network=bool(packages),
        seconds=seconds,
        size=4_000_000 * packages,
        needs=needs,
    )


def _workspace(call: Invocation, root: str) -> tuple[list[str], list[str]]:
    """The workspace patterns and the patches that ``pnpm-workspace.yaml`` names. Settings that are not listed are refused."""
    path = join(root, "pnpm-workspace.yaml")
    patterns: list[str] = []
    patches: list[str] = []
    for section, item in _items(call.known_text(path) or "", path):
        if section not in _SAFE_SETTINGS:
            raise UnknownEffect(f"the setting {section} in {path} is not modelled")
        if section == "packages" and item:
            patterns.append(item)
        elif section == "patchedDependencies" and item:
            patches.append(item.rpartition(": ")[2].strip("\"' "))
        elif node.local_path(item.rpartition(": ")[2].strip("\"' ")) is not None and section in (
            "overrides",
            "catalog",
            "catalogs",
        ):
            raise UnknownEffect(f"{path} leads to local packages")
    return patterns, patches


def _items(text: str, path: str) -> Iterator[tuple[str, str]]:
    """Top-level keys of simple YAML with each line below them, a list's dash and quotes taken off; flow style is refused."""
    section = ""
    for line in text.splitlines():
        bare = line.split(" #")[0].rstrip()
        if not bare.strip() or bare.lstrip().startswith("#") or bare == "---":
            continue
        if bare[0] not in " -":
            section, _, rest = bare.partition(":")
            section = section.strip("\"'")
            if rest.strip() and section in ("packages", "patchedDependencies", "overrides", "catalog", "catalogs"):
                raise UnknownEffect(f"{path} is written in a way that is not modelled")
            yield section, ""
        else:
            yield section, bare.strip().removeprefix("-").strip().strip("\"'")


def _refuse_hooks(call: Invocation, arguments: Arguments, root: str) -> None:
    """A ``.pnpmfile.cjs`` is a program that pnpm runs (pnpm documentation, ".pnpmfile.cjs")."""
    for name in _BESIDE[3:]:
        if isinstance(call.node(join(root, name)), File) and not arguments.has("--ignore-pnpmfile"):
            raise UnknownEffect(
                f"{join(root, name)} is a program that pnpm runs, and may read every file of the project"
            )


def _patches(call: Invocation, root: str, named: list[str], given: dict[str, object]) -> tuple[str, ...]:
    patched = node.entries(node.entries(given.get("pnpm")).get("patchedDependencies"))
    paths = [join(root, path) for path in (*named, *map(str, patched.values()))]
    return tuple(place(call, path) for path in paths)


def _install(call: Invocation, arguments: Arguments) -> Effect:
    root = _root(call, arguments)
    _refuse_hooks(call, arguments, root)
    given = node.manifest(call, root)
    if given is None:
        raise UnknownEffect(f"there is no package.json in {root} when pnpm runs")
    for folder in ancestors(root):
        if isinstance(call.node(join(folder, "pnpm-workspace.yaml")), File):
            raise UnknownEffect(f"{root} may be a workspace of {join(folder, 'pnpm-workspace.yaml')}")
    patterns, patched = _workspace(call, root)
    project = node.read_project(call, root, {**given, "workspaces": []}, patterns)
    patches = _patches(call, root, patched, given)
    if not arguments.has("--ignore-scripts"):
        node.refuse_project_scripts(call, project, (*node.LIFE_CYCLE, "pnpm:devPreinstall"))
        node.check_install_scripts(call, project.dependencies | _locked(call, root))
    call.assume(INDEX)
    call.assume(SELF_CONTAINED)
    beside = project.files(*_BESIDE, *_OTHER_LOCKS)
    linked = exact(call, *(path for path in beside if "*" not in path), *patches)
    return _effect(
        call,
        arguments,
        (*node.project_reads(call, project), Region(beside), linked),
        also_write=(*_modules(call, arguments, project), *_lock_written(call, arguments, project)),
        packages=max(1, len(project.dependencies)),
        seconds=3.0 + 0.6 * len(project.dependencies),
        needs=(*node.needs(project, *_BESIDE, "binding.gyp"), *patches),
    )


def _modules(call: Invocation, arguments: Arguments, project: node.Project) -> tuple[str, ...]:
    found = [join(project.root, name) for name in (*arguments.values("--modules-dir"), "node_modules")]
    if any(isinstance(call.filesystem.lookup(path), Symlink) for path in found):
        raise UnknownEffect("node_modules is a symbolic link")
    return (*found, *node.modules(project))


def _lock_written(call: Invocation, arguments: Arguments, project: node.Project) -> tuple[str, ...]:
    lock = join(project.root, "pnpm-lock.yaml")
    present = isinstance(call.node(lock), File)
    frozen = arguments.has("--frozen-lockfile") or (present and value(call, "CI") in ("1", "true", "True", "TRUE"))
    if (frozen and not arguments.has("--no-frozen-lockfile", "--fix-lockfile")) or arguments.has("--no-lockfile"):
        return ()
    keeps = Assumption("lock-agrees", f"{lock} agrees with package.json, so pnpm leaves it as it is", Verdict.UNCHECKED)
    given = present and not arguments.has("--fix-lockfile", "--force")
    return () if given and call.assume(keeps, lock_agrees(call, arguments, project, lock)) else (lock,)


def _locked(call: Invocation, root: str) -> dict[str, str]:
    """Names in ``pnpm-lock.yaml``: keys such as ``/name@1.0.0:``, ``/name/1.0.0:`` or ``'@scope/name@1.0.0':`` two spaces deep."""
    path = join(root, "pnpm-lock.yaml")
    if not isinstance(call.node(path), File) or call.read(call.filesystem.resolve(path)) is None:
        return {}
    found: dict[str, str] = {}
    for line in (call.text(path) or "").splitlines():
        if line.startswith("  ") and line[2:3] not in (" ", "-", "") and line.endswith(":"):
            key = line.strip().rstrip(":").strip("\"'").lstrip("/")
            scope, rest = (key.partition("/")[0] + "/", key.partition("/")[2]) if key.startswith("@") else ("", key)
            name = rest.split("@")[0].split("/")[0].split("(")[0]
            found[scope + name] = rest[len(name) + 1 :]
    return found


def _fetch(call: Invocation, arguments: Arguments) -> Effect:
    """``pnpm fetch`` fills store and ``node_modules/.pnpm`` from the lock file; manifests count only for their settings."""
    root = _root(call, arguments)
    _refuse_hooks(call, arguments, root)
    if not isinstance(call.node(join(root, "pnpm-lock.yaml")), File):
        raise UnknownEffect(f"there is no pnpm-lock.yaml in {root} when pnpm fetch runs")
    _, patched = _workspace(call, root)
    given = (node.manifest(call, root) or {}) if isinstance(call.node(join(root, "package.json")), File) else {}
    patches = _patches(call, root, patched, given)
    locked = _locked(call, root)
    call.assume(INDEX)
    call.assume(SELF_CONTAINED)
    if not arguments.has("--ignore-scripts"):
        node.check_install_scripts(call, locked)
    return _effect(
        call,
        arguments,
        (exact(call, *patches),),
        also_write=(join(root, "node_modules"),),
        packages=max(1, len(locked) // 12),
        seconds=3.0 + 0.05 * len(locked),
        needs=(*(join(root, name) for name in (*_BESIDE, "package.json")), *patches),
    )


def _global(call: Invocation, arguments: Arguments, packages: tuple[str, ...]) -> Effect:
    unknown = []
    for package in packages:
        name = package[:1] + package[1:].partition("@")[0]
        if SYMBOLIC in name or node.local_path(package) is not None or "/" in name.removeprefix("@").partition("/")[2]:
            raise UnknownEffect("pnpm add -g of something that is no package of the index is not modelled")
        if name not in node.TOOLS and name not in node.SELF_CONTAINED_SCRIPTS:
            unknown.append(name)
    call.assume(INDEX)
    call.assume(SELF_CONTAINED)
    if unknown:
        node.check_install_scripts(call, dict.fromkeys(unknown, ""), scripted=tuple(unknown))
    places = tuple(path for region in installer_writes(call) for path in region.include if path != "/usr")
    return _effect(call, arguments, (), also_write=places, packages=5 * len(packages), seconds=3.0 * len(packages))


def _corepack(call: Invocation, arguments: Arguments) -> Effect:
    """``corepack enable`` puts yarn and pnpm beside node; ``prepare`` and ``install`` fetch versions into its home."""
    command, operands = (*arguments.operands[:1], "")[0], arguments.operands[1:]
    if command not in ("enable", "disable", "prepare", "install") or any(
        SYMBOLIC in word and "@" not in word for word in operands
    ):
        raise UnknownEffect(f"corepack {command.replace(SYMBOLIC, '$')} is not modelled")
    if any("/" in word and not word.startswith("@") for word in operands) or arguments.has("--output", "-o"):
        raise UnknownEffect("corepack with archives is not modelled")
    named = command in ("enable", "disable") or (operands and all("@" in word for word in operands))
    manifests = (
        () if named else tuple(join(folder, "package.json") for folder in (call.directory, *ancestors(call.directory)))
    )
    kept = tuple(
        call.path(given) for given in (value(call, "COREPACK_HOME"), *arguments.values("--install-directory")) if given
    )
    places = tuple(path for region in installer_writes(call) for path in region.include if path != "/usr")
    written = Region((*places, *kept))
    settings = exact(
        call, *manifests, *(join(folder, ".corepack.env") for folder in (call.directory, *ancestors(call.directory)))
    )
    program = tuple(step for name in (".npmrc", ".yarnrc.yml") for step in tree(call, join(call.home, name)))
    call.assume(INDEX)
    return Effect(
        reads=(*installer_reads(call), written, settings, Region(program), homes(call, ".cache", ".local")),
        writes=(written, homes(call, ".cache", ".local"), Region(("/tmp",))),
        environment=node.listened(call),
        network=command in ("prepare", "install"),
        seconds=1.0 if named and command == "enable" else 3.0,
        size=10_000_000 if command in ("prepare", "install") else 0,
        needs=manifests[:1],
    )
