"""bun: install, ci, add, ``pm cache``; anything that runs a script or a file of the project is unknown.

By bun's documentation ("bun install", "bunfig.toml", "Lockfile", "Lifecycle scripts", "Workspaces", "npmrc") and by traces of
bun 1: the folder is the nearest above with a ``package.json``; read are the manifests of the project and its workspaces,
``bun.lock`` or ``bun.lockb``, the lock files of other managers where it has none of its own, ``bunfig.toml`` and ``.npmrc`` there
and in the home, ``.env`` files, and patches. Scripts of dependencies run for trusted packages only; which those are changes with
the version.

Priors (own estimates): 1.5 s and 0.2 s a direct dependency; 4 MB a direct dependency.
"""

from __future__ import annotations

import tomllib

from restow.effects.effect import SYMBOLIC, Assumption, Cache, Effect, Invocation, Verdict
from restow.effects.options import Arguments, read_options
from restow.effects.places import INDEX, SELF_CONTAINED, in_homes
from restow.effects.programs.javascript import manifest as node
from restow.effects.surroundings import (
    ancestors,
    exact,
    homes,
    installer_reads,
    installer_writes,
    names,
    place,
    put_by_build,
    value,
)
from restow.errors import UnknownEffect
from restow.vfs import File, Region, Symlink, Unknown, join

_FLAGS = names(
    "--frozen-lockfile --production -p --no-save --save --dry-run --force -f --no-cache --silent --quiet --verbose --no-progress "
    "--no-summary --ignore-scripts -g --global -d --dev -D --optional --peer -E --exact --save-text-lockfile --no-verify "
    "--prefer-offline --version -v --revision --help -h --lockfile-only"
)
_VALUED = names("--omit --backend --registry --network-concurrency --concurrent-scripts --linker --cpu --os")
_KEEPING = ("--frozen-lockfile", "--production", "-p")
_WRITING = ("--save-text-lockfile", "--lockfile-only")
"""Options that write the lock file even where another one freezes it ("Lockfile": how a binary one is turned into text)."""
_LOCKS = ("bun.lock", "bun.lockb")
_BESIDE = (
    *(
        *_LOCKS,
        "bunfig.toml",
        ".npmrc",
        "package-lock.json",
        "npm-shrinkwrap.json",
        "yarn.lock",
        "pnpm-lock.yaml",
        "pnpm-workspace.yaml",
    ),
    *(
        "patches",
        ".env",
        ".env.local",
        ".env.development",
        ".env.production",
        ".env.test",
        "tsconfig.json",
        "jsconfig.json",
    ),
    *(".env.development.local", ".env.production.local", ".env.test.local"),
)
_PER_USER = (".bun", ".bunfig.toml", ".npmrc", ".cache", ".config")
_OF_RUNTIME = ("GLIBCXX_TUNABLES", "GOMAXPROCS", "RUNNER_DEBUG", "WTF_*")
_PLAIN_VARIABLES = names("BUN_CONFIG_REGISTRY BUN_CONFIG_TOKEN BUN_CONFIG_MAX_HTTP_REQUESTS")
_MOVING = ("BUN_", "XDG_", "NPM_CONFIG_", "npm_config_", "NODE_", "HOME", "TMP", "TEMP", "PATH", "SSL_", "LD_")
"""How names begin that must not be set by an ``.env`` file, which bun takes for variables before it does anything else."""
_SAFE_SETTINGS = names(
    "registry production dev optional peer exact saveTextLockfile frozenLockfile dryRun auto linker concurrency"
)


def effect(call: Invocation) -> Effect:
    """Of ``bun command [options]``."""
    arguments = read_options(call.argv, flags=_FLAGS, valued=_VALUED)
    command, operands = (*arguments.operands[:1], "")[0], arguments.operands[1:]
    if not command and arguments.has("--version", "-v", "--revision", "--help", "-h"):
        return _effect(call, (), (), seconds=0.1)
    wide = arguments.has("-g", "--global")
    if command in ("install", "i", "ci") and not operands and not wide:
        return _install(call, arguments, (), frozen=command == "ci")
    if command in ("add", "a", "install", "i") and operands:
        return _global(call, arguments, operands) if wide else _install(call, arguments, operands, frozen=False)
    if command == "pm" and operands in (("cache",), ("cache", "rm")):
        return _effect(call, (), (), seconds=0.3)
    raise UnknownEffect(f"bun {command.replace(SYMBOLIC, '$')} runs a script of the project, or is not modelled")


def _cache(call: Invocation) -> str:
    """The first of the places that bun tries ("Global cache")."""
    named = (
        ("BUN_INSTALL_CACHE_DIR", ""),
        ("BUN_INSTALL", "install/cache"),
        ("XDG_CACHE_HOME", ".bun/install/cache"),
    )
    for name, inside in named:
        if given := value(call, name):
            return call.path(join(place(call, given), inside))
    return join(call.home, ".bun/install/cache")


def _effect(
    call: Invocation,
    reads: tuple[Region, ...],
    writes: tuple[str, ...],
    *,
    seconds: float,
    packages: int = 0,
    needs: tuple[str, ...] = (),
) -> Effect:
    named = tuple(
        call.path(given)
        for name in ("BUN_INSTALL", "BUN_INSTALL_BIN", "BUN_INSTALL_GLOBAL_DIR", "BUN_TMPDIR")
        if (given := value(call, name))
    )
    written = Region(tuple(dict.fromkeys((_cache(call), *writes, *named))))
    call.node(call.directory)  # its names are listed, for package.json and the like
    here = (call.directory, *ancestors(call.directory))
    beside = exact(call, *(join(folder, name) for folder in here for name in ("package.json", *_BESIDE)))
    return Effect(
        reads=(*installer_reads(call), in_homes(call, *_PER_USER), beside, written, *reads),
        writes=(written, homes(call, *_PER_USER), Region(("/tmp", "/var/tmp"))),
        environment=node.listened(
            call, "BUN_*", "JSC_*", "WEBKIT_*", "MIMALLOC_*", "SSL_*", "XDG_*", *_OF_RUNTIME, *_variables(call)
        ),
        caches=(Cache(_cache(call), "bun pm cache rm"),) if packages else (),
        network=bool(packages),
        seconds=seconds,
        size=4_000_000 * packages,
        needs=needs,
    )


def _variables(call: Invocation) -> tuple[str, ...]:
    return node.refuse_settings(call, (call.directory, *ancestors(call.directory), call.home))


def _root(call: Invocation) -> str:
    for folder in (call.directory, *ancestors(call.directory)):
        found = call.node(join(folder, "package.json"))
        if found is not None and (folder == call.directory or not isinstance(found, Unknown)):
            return folder
    return call.directory


def _check_variables(call: Invocation, root: str) -> None:
    """Raise UnknownEffect for variables, also those of ``.env`` files, that move files or give options."""
    for name in sorted(call.environment):
        if name == "BUN_OPTIONS" or (name.startswith("BUN_CONFIG_") and name not in _PLAIN_VARIABLES):
            raise UnknownEffect(f"the variable {name} of bun is not modelled")
    for path in sorted({join(folder, name) for folder in (root, call.directory) for name in _BESIDE if ".env" in name}):
        for line in (call.known_text(path) or "").splitlines():
            name = line.strip().removeprefix("export ").partition("=")[0].strip()
            if name.startswith(_MOVING) and name not in _PLAIN_VARIABLES:
                raise UnknownEffect(f"{path} sets {name}, which may move what bun reads and writes")


def _check_settings(call: Invocation, root: str) -> bool:
    """Whether ``bunfig.toml`` asks for a lock file of another kind.

    It may name programs to load, caches and certificates: only plain settings of ``install`` are understood.
    """
    asks = False
    own = [join(given, ".bunfig.toml")] if (given := value(call, "XDG_CONFIG_HOME")) else []
    for path in (join(root, "bunfig.toml"), join(call.directory, "bunfig.toml"), join(call.home, ".bunfig.toml"), *own):
        text = call.known_text(path) or ""
        try:
            found = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise UnknownEffect(f"{path} is not TOML: {error}") from error
        install = found.get("install", {})
        more = (set(found) - {"install", "telemetry", "test", "run", "serve"}) | (set(install) - _SAFE_SETTINGS)
        if more:
            raise UnknownEffect(f"the setting {sorted(more)[0]} in {path} is not modelled")
        asks |= "saveTextLockfile" in install
    return asks


def _install(call: Invocation, arguments: Arguments, operands: tuple[str, ...], *, frozen: bool) -> Effect:
    root = _root(call)
    _check_variables(call, root)
    saves = _check_settings(call, root) or arguments.has(*_WRITING)
    found = node.manifest(call, root)
    if found is None and not operands:
        raise UnknownEffect(f"there is no package.json in {root} when bun runs")
    for folder in ancestors(root):
        text = call.known_text(join(folder, "package.json"))
        if text is not None and node.as_object(join(folder, "package.json"), text).get("workspaces"):
            raise UnknownEffect(f"{root} may be a workspace of {join(folder, 'package.json')}")
    project = node.read_project(call, root, found or {})
    if project.manifest.get("patchedDependencies"):
        raise UnknownEffect(f"{join(root, 'package.json')} names patches")
    added = {operand[:1] + operand[1:].partition("@")[0]: operand[1:].partition("@")[2] for operand in operands}
    if any(SYMBOLIC in name for name in added) or any(
        node.local_path(word) is not None for word in (*operands, *added.values())
    ):
        raise UnknownEffect("bun adds something that is no package of the index, or is not known")
    if not arguments.has("--ignore-scripts"):
        node.refuse_project_scripts(call, project, node.LIFE_CYCLE)
        node.check_install_scripts(call, project.dependencies | added)
    if isinstance(call.filesystem.lookup(join(root, "node_modules")), Symlink):
        raise UnknownEffect("node_modules is a symbolic link")
    call.assume(INDEX)
    call.assume(SELF_CONTAINED)
    written = [join(root, "node_modules"), *node.modules(project)]
    if operands:
        written += [join(root, name) for name in ("package.json", *_LOCKS)]
    elif saves or not _keeps_lock(call, arguments, root, frozen=frozen):
        written += [join(root, name) for name in _LOCKS]
        if any(put_by_build(call, join(root, name)) for name in ("pnpm-lock.yaml", "pnpm-workspace.yaml")):
            written.append(join(root, "package.json"))  # what it takes over from there
    beside = project.files(*_BESIDE)
    reads = (
        *node.project_reads(call, project),
        Region(beside),
        exact(call, *(path for path in beside if "*" not in path)),
    )
    count = max(1, len(project.dependencies) + len(operands))
    return _effect(
        call,
        reads,
        tuple(written),
        packages=count,
        seconds=1.5 + 0.2 * count,
        needs=node.needs(project, *_LOCKS, "bunfig.toml", ".npmrc"),
    )


def _keeps_lock(call: Invocation, arguments: Arguments, root: str, *, frozen: bool) -> bool:
    """By option, or by assumption, where there is a lock file: what is not there is not frozen, but made."""
    if arguments.has("--no-save"):
        return True
    lock = next((path for name in _LOCKS if isinstance(call.node(path := join(root, name)), File)), None)
    if lock is None:
        return False
    if frozen or arguments.has(*_KEEPING):
        return True
    text = f"{lock} agrees with package.json, so bun leaves it as it is"
    return call.assume(Assumption("lock-agrees", text, Verdict.UNCHECKED))


def _global(call: Invocation, arguments: Arguments, packages: tuple[str, ...]) -> Effect:
    _check_variables(call, call.directory)
    _check_settings(call, call.directory)
    for package in packages:
        name = package[:1] + package[1:].partition("@")[0]
        version = package[1:].partition("@")[2]
        local = any(node.local_path(word) is not None for word in (package, version))
        if SYMBOLIC in name or local or "/" in name.removeprefix("@").partition("/")[2]:
            raise UnknownEffect("bun add -g of something that is no package of the index is not modelled")
        if name not in node.TOOLS and not arguments.has("--ignore-scripts"):
            node.check_install_scripts(call, {name: ""}, scripted=(name,))
    call.assume(INDEX)
    call.assume(SELF_CONTAINED)
    places = tuple(path for region in installer_writes(call) for path in region.include if path != "/usr")
    return _effect(call, (), places, packages=10 * len(packages), seconds=2.0 * len(packages))
