"""yarn 1, and yarn 2 to 4 ("berry"): install, global add, cache clean, config set; anything that runs a script is unknown.

By yarn's documentation ("yarn install", "yarnrc", "workspaces", "lifecycle scripts"): yarn 1 reads ``package.json``,
``yarn.lock``, ``.yarnrc`` and ``.npmrc`` here, above and in the home; a ``yarn-path`` there, or ``.yarnrc.yml`` with a
``yarnPath``, hands over to a program of the project in ``.yarn``, which may load plugins from there. Which yarn runs can
not be told from its name, so what either reads is read.

Priors (own estimates): 4 s and 0.8 s a direct dependency; 4 MB a direct dependency.
"""

from __future__ import annotations

from restow.effects.effect import SYMBOLIC, Assumption, Cache, Effect, Invocation, Verdict
from restow.effects.options import Arguments, read_options
from restow.effects.places import INDEX, SELF_CONTAINED, in_homes
from restow.effects.programs.javascript import manifest as node
from restow.effects.programs.javascript.yarn_options import FLAGS, KEEPING, VALUED
from restow.effects.surroundings import ancestors, exact, homes, installer_reads, installer_writes, place, tree, value
from restow.errors import UnknownEffect
from restow.vfs import Directory, File, Region, Symlink, join

_SETTINGS = (".yarnrc", ".yarnrc.yml", ".npmrc")
_BESIDE = (
    "yarn.lock",
    "yarn.json",
    ".yarnclean",
    ".yarn-metadata.json",
    "npm-shrinkwrap.json",
    *_SETTINGS,
    ".yarn",
    ".pnp.cjs",
    ".pnp.js",
    ".pnp.loader.mjs",
    "package-lock.json",
    "binding.gyp",
    ".pnp.data.json",
    ".env.yarn",
    *(f"iterator.js{end}" for end in ("", ".js", ".json", ".node")),
)
_PER_USER = (
    ".yarn",
    ".yarnrc",
    ".yarnrc.yml",
    ".npmrc",
    ".npm",
    ".config",
    ".cache",
    ".local",
    ".node-gyp",
    ".yarn-cache",
    ".node_modules",
    ".node_libraries",
)
_BERRY_WRITES = (
    ".pnp.cjs",
    ".pnp.loader.mjs",
    ".yarn/cache",
    ".yarn/unplugged",
    ".yarn/install-state.gz",
    ".yarn/build-state.yml",
)
_SAFE_YAML = (
    "nodeLinker",
    "npmRegistryServer",
    "npmScopes",
    "npmAuthToken",
    "npmAlwaysAuth",
    "npmRegistries",
    "enableTelemetry",
)
_SAFE_YAML_MORE = (
    *(
        "enableGlobalCache",
        "compressionLevel",
        "nmHoistingLimits",
        "nmMode",
        "enableScripts",
        "httpTimeout",
        "networkConcurrency",
    ),
    *("yarnPath", "plugins", "path", "spec", "checksum", "defaultSemverRangePrefix", "pnpMode", "pnpFallbackMode"),
    *(
        "supportedArchitectures",
        "os",
        "cpu",
        "libc",
        "logFilters",
        "code",
        "text",
        "level",
        "enableProgressBars",
        "checksumBehavior",
    ),
    *(
        "enableImmutableInstalls",
        "packageExtensions",
        "peerDependencies",
        "dependencies",
        "npmAuthIdent",
        "enableStrictSsl",
    ),
    *(
        "cacheFolder",
        "enableNetwork",
        "httpRetry",
        "enableInlineBuilds",
        "nmSelfReferences",
        "preferInteractive",
        "npmMinimalAgeGate",
    ),
)


def effect(call: Invocation) -> Effect:
    """Of ``yarn [command] [options]``."""
    arguments = read_options(call.argv, flags=FLAGS, valued=VALUED)
    command, operands = (*arguments.operands[:1], "install")[0], arguments.operands[1:]
    if arguments.has("--version", "-v", "--help") and not arguments.operands:
        return _effect(call, arguments, (), seconds=0.4)
    if arguments.has("--use-yarnrc", "--link-folder"):
        raise UnknownEffect("yarn with settings or links from elsewhere is not modelled")
    if command == "install" and not operands:
        return _install(call, arguments)
    if command == "global" and operands[:1] in (("add",), ("remove",)):
        return _global(call, arguments, operands[1:])
    if command == "cache" and operands[:1] == ("clean",):
        return _effect(call, arguments, (), also_write=_cache_places(call, arguments, ".yarn/cache"), seconds=1.0)
    if command == "config" and operands[:1] in (("set",), ("get",), ("delete",), ("list",)):
        return _config(call, arguments, operands)
    if command == "set":
        raise UnknownEffect(
            f"yarn {' '.join(arguments.operands[:2])} puts a program into the project".replace(SYMBOLIC, "$")
        )
    if command in ("add", "remove", "upgrade", "up", "import", "workspaces", "workspace"):
        raise UnknownEffect(f"yarn {command} changes package.json, or works in several projects: it is not modelled")
    raise node.unmodelled_script("yarn", command, ("dlx", "exec", "node", "npm", "pack", "publish"))


def _root(call: Invocation, arguments: Arguments) -> str:
    return place(call, (*arguments.values("--cwd"), ".")[0])


def _cache_places(call: Invocation, arguments: Arguments, *inside: str) -> tuple[str, ...]:
    """``yarn cache dir``: ``YARN_CACHE_FOLDER``, the option, else per user (``~/.cache/yarn``; root: ``/usr/local/share``, where
    its ``.yarnrc`` is too)."""
    given = [*arguments.values("--cache-folder", "--preferred-cache-folder", "--global-folder")]
    given += [named for name in ("YARN_CACHE_FOLDER", "YARN_GLOBAL_FOLDER") if (named := value(call, name))]
    usual = [
        join(call.home, ".cache/yarn"),
        join(call.home, ".yarn/berry"),
        "/usr/local/share/.cache/yarn",
        "/usr/local/share/.yarnrc",
    ]
    return (*(call.path(path) for path in given), *usual, *(join(_root(call, arguments), name) for name in inside))


def _effect(
    call: Invocation,
    arguments: Arguments,
    reads: tuple[Region, ...],
    *,
    seconds: float,
    also_write: tuple[str, ...] = (),
    packages: int = 0,
    needs: tuple[str, ...] = (),
    heard: tuple[str, ...] = (),
) -> Effect:
    """An effect with what every run of yarn reads and leaves."""
    root = _root(call, arguments)
    places = (root, *ancestors(root))
    settings = exact(call, *(join(folder, name) for folder in places for name in _SETTINGS))
    _check_settings(call, places)
    written = Region(tuple(dict.fromkeys((*also_write, *_cache_places(call, arguments)))))
    program = tuple(step for folder in places[:1] for step in tree(call, join(folder, ".yarn")))
    kept = (*arguments.values("--cache-folder"), value(call, "YARN_CACHE_FOLDER"))
    cache = next((call.path(given) for given in kept if given), "")
    cache = cache or ("/usr/local/share/.cache/yarn" if call.is_root else join(call.home, ".cache/yarn"))
    return Effect(
        reads=(
            *installer_reads(call),
            in_homes(call, *_PER_USER),
            settings,
            written,
            Region(program),
            *_manager(call, root),
            *reads,
        ),
        writes=(written, homes(call, *_PER_USER), Region(("/tmp", "/var/tmp"))),
        environment=node.listened(call, *heard),
        caches=(Cache(cache, "yarn cache clean"),) if packages else (),
        network=bool(packages),
        seconds=seconds,
        size=4_000_000 * packages,
        needs=needs,
    )


def _manager(call: Invocation, root: str) -> tuple[Region, ...]:
    """corepack takes yarn's version from the ``packageManager`` of the nearest ``package.json``."""
    consulted = ("package.json", "yarn.json", ".yarn-metadata.json")
    return (exact(call, *(join(folder, name) for folder in (root, *ancestors(root)) for name in consulted)),)


def _check_settings(call: Invocation, places: tuple[str, ...]) -> None:
    """Refuse settings that lead to files beside ``.yarn``, and programs of the project elsewhere."""
    for folder in places:
        for line in (call.known_text(join(folder, ".yarnrc")) or "").splitlines():
            words = line.replace('"', "").split()
            leads = words and (
                words[0].lstrip("-").rpartition(".")[2] in ("yarn-path", "cafile", "yarn-offline-mirror", "cwd")
            )
            if words and leads and not (words[-1].removeprefix("./").startswith(".yarn/") and folder == places[0]):
                raise UnknownEffect(f"{join(folder, '.yarnrc')} sets {words[0]}, which leads to other files")
        for line in (call.known_text(join(folder, ".yarnrc.yml")) or "").splitlines():
            key, colon, given = line.strip().removeprefix("- ").partition(":")
            inside = given.strip().strip("\"'").removeprefix("./").startswith(".yarn/")
            bare = key.strip().strip("\"'")
            if colon and bare in ("yarnPath", "cacheFolder", "path") and not (inside and folder == places[0]):
                raise UnknownEffect(f"{join(folder, '.yarnrc.yml')} sets {bare} to a place outside of .yarn")
            if colon and not line.startswith((" ", "#")) and bare not in (*_SAFE_YAML, *_SAFE_YAML_MORE):
                raise UnknownEffect(f"the setting {bare} in {join(folder, '.yarnrc.yml')} is not modelled")
    node.refuse_settings(call, (*places, call.home))
    _check_plugins(call, places[0])


def _check_plugins(call: Invocation, root: str) -> None:
    """A plugin of yarn 2 and later is a program with hooks: only yarn's own are known to leave other files alone."""
    plugins = join(root, ".yarn/plugins")
    for path, _ in call.filesystem.walk(plugins):
        inside = path.removeprefix(plugins).strip("/")
        if inside.endswith((".cjs", ".js")) and not inside.startswith("@yarnpkg/plugin-"):
            raise UnknownEffect(f"the yarn plugin {path} may read every file of the project")


def _project(call: Invocation, arguments: Arguments) -> node.Project:
    root = _root(call, arguments)
    found = node.manifest(call, root)
    if found is None:
        raise UnknownEffect(f"there is no package.json in {root} when yarn runs")
    for folder in ancestors(root):
        text = call.known_text(join(folder, "package.json"))
        if text is not None and node.as_object(join(folder, "package.json"), text).get("workspaces"):
            raise UnknownEffect(f"{root} may be a workspace of {join(folder, 'package.json')}")
    return node.read_project(call, root, found)


def _install(call: Invocation, arguments: Arguments) -> Effect:
    project = _project(call, arguments)
    skipped = arguments.has("--ignore-scripts") or "skip-build" in arguments.values("--mode")
    if not skipped:
        node.refuse_project_scripts(call, project, node.LIFE_CYCLE)
        node.check_install_scripts(call, project.dependencies | _locked(call, project))
    call.assume(INDEX)
    call.assume(SELF_CONTAINED)
    modules = [place(call, given) for given in arguments.values("--modules-folder")] or [
        join(project.root, "node_modules")
    ]
    if any(isinstance(call.filesystem.lookup(path), Symlink) for path in modules):
        raise UnknownEffect("node_modules is a symbolic link")
    written = [
        *modules,
        *node.modules(project),
        *(join(project.root, name) for name in _berry_writes(call, project)),
    ]
    if not _keeps_lock(call, arguments, project):
        written.append(join(project.root, "yarn.lock"))
    beside = project.files(*_BESIDE)
    above = (join(folder, name) for folder in ancestors(project.root) for name in ("yarn.lock", "node_modules"))
    reads = (
        *node.project_reads(call, project),
        Region((*beside, *above)),
        exact(call, *(path for path in beside if "*" not in path)),
    )
    return _effect(
        call,
        arguments,
        reads,
        also_write=tuple(written),
        packages=max(1, len(project.dependencies)),
        seconds=4.0 + 0.8 * len(project.dependencies),
        needs=node.needs(project, *_BESIDE),
        heard=_variables_in_settings(call, project.root),
    )


def _keeps_lock(call: Invocation, arguments: Arguments, project: node.Project) -> bool:
    """By option, or by assumption where there is a lock file.

    In yarn 2 and later ``CI`` alone makes installations immutable; yarn 1 knows nothing of it, so it does not count.
    """
    if arguments.has(*KEEPING) and not arguments.has("--no-immutable", "--force"):
        return True
    lock = join(project.root, "yarn.lock")
    keeps = Assumption("lock-agrees", f"{lock} agrees with package.json, so yarn leaves it", Verdict.UNCHECKED)
    return isinstance(call.node(lock), File) and call.assume(keeps, _lock_agrees(call, project, lock))


def _berry_writes(call: Invocation, project: node.Project) -> tuple[str, ...]:
    """What yarn 2 and later writes beside ``node_modules``: only where its settings file stands, or may, or it is asked for.

    It notes its own version as the ``packageManager`` where ``package.json`` has none.
    """
    root, asked = project.root, str(project.manifest.get("packageManager") or "")
    berry = call.node(join(root, ".yarnrc.yml")) is not None or isinstance(call.node(join(root, ".yarn")), Directory)
    berry |= asked.startswith("yarn@") and not asked.startswith(("yarn@0", "yarn@1."))
    return (*_BERRY_WRITES, *(() if asked else ("package.json",))) if berry else ()


def _variables_in_settings(call: Invocation, root: str) -> tuple[str, ...]:
    texts = [
        call.known_text(join(folder, name)) or ""
        for folder in (root, *ancestors(root), call.home)
        for name in _SETTINGS
    ]
    pieces = [piece for text in texts for piece in text.split("${")[1:]]
    return tuple(dict.fromkeys(piece.partition("}")[0].partition("-")[0].partition(":")[0] for piece in pieces))


def _locked(call: Invocation, project: node.Project) -> dict[str, str]:
    """The packages that ``yarn.lock`` lists (a line at the margin names them, in quotes or not, separated by commas)."""
    path = join(project.root, "yarn.lock")
    if not isinstance(call.node(path), File) or call.read(call.filesystem.resolve(path)) is None:
        return {}
    found: dict[str, str] = {}
    for line in (call.text(path) or "").splitlines():
        if not line or line[0] in " #" or not line.endswith(":"):
            continue
        for entry in _entries(line):
            name, _, version = entry.strip()[1:].partition("@")
            found[entry.strip()[:1] + name] = version.removeprefix("npm:")
            local = node.local_path(version)
            if local is not None and not version.startswith(("portal:", "link:")):
                absolute = place(call, join(project.root, local))
                if absolute not in (*project.folders, *project.archives):
                    node.add_local(call, project, absolute)
    return found


def _entries(line: str) -> list[str]:
    """The ``name@version`` texts of a line that begins an entry; yarn 2 and later writes ``name@npm:version``."""
    return [entry.strip() for entry in line[:-1].replace('"', "").split(",")]


def _lock_agrees(call: Invocation, project: node.Project, path: str) -> bool | None:
    """False where the lock file lacks a direct dependency; that it holds nothing too much is never shown."""
    if call.read(call.filesystem.resolve(path)) is None:
        return None
    lines = (call.text(path) or "").splitlines()
    listed = {entry for line in lines if line.endswith(":") and line[0] not in " #" for entry in _entries(line)}
    peers = set(node.entries(project.manifest.get("peerDependencies")))
    for name, version in project.dependencies.items():
        if name in peers or node.local_path(version) is not None or version.startswith("workspace:"):
            continue
        if not {f"{name}@{version}", f"{name}@npm:{version}"} & listed and ":" not in version:
            return False
    return None


def _config(call: Invocation, arguments: Arguments, operands: tuple[str, ...]) -> Effect:
    """yarn 1 keeps settings in ``~/.yarnrc``, later versions in the project's ``.yarnrc.yml``."""
    safe = (
        "registry",
        "network-timeout",
        "strict-ssl",
        "npmRegistryServer",
        "nodeLinker",
        "enableTelemetry",
        "httpTimeout",
    )
    if operands[0] in ("get", "list"):
        return _effect(call, arguments, (), seconds=0.4)
    if len(operands) < 2 or operands[1] not in (*safe, "network-concurrency", "ignore-engines", "enableGlobalCache"):
        raise UnknownEffect("this use of yarn config may name files that later installations read")
    return _effect(call, arguments, (), also_write=(join(_root(call, arguments), ".yarnrc.yml"),), seconds=0.4)


def _global(call: Invocation, arguments: Arguments, packages: tuple[str, ...]) -> Effect:
    """``yarn global add`` installs below ``~/.config/yarn/global`` and links into the toolchain."""
    for package in packages:
        name = package[:1] + package[1:].partition("@")[0]
        if SYMBOLIC in name or node.local_path(package) is not None or "/" in name.removeprefix("@").partition("/")[2]:
            raise UnknownEffect("yarn global add of something that is no package of the index is not modelled")
        if name not in node.TOOLS and name not in node.SELF_CONTAINED_SCRIPTS and not arguments.has("--ignore-scripts"):
            node.check_install_scripts(call, {name: ""}, scripted=(name,))
    call.assume(INDEX)
    call.assume(SELF_CONTAINED)
    prefix = tuple(call.path(given) for given in arguments.values("--prefix", "--global-folder"))
    places = tuple(path for region in installer_writes(call) for path in region.include if path != "/usr")
    return _effect(
        call,
        arguments,
        (),
        also_write=(*places, *prefix, "/usr/local/share"),
        packages=10 * len(packages),
        seconds=4.0 * len(packages),
    )
