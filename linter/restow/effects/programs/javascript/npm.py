"""npm: ci, install, add, prune, cache, config, uninstall -g; anything that runs a script of the project is unknown.

By npm's documentation ("npm ci", "npm install", "npmrc", "package-lock.json", "scripts", versions 6 to 11) and by traces of
npm 11: the folder is the nearest above with a ``package.json``; read are that manifest, the lock file, ``.npmrc`` there, in
the home and beside the program, ``yarn.lock`` (for versions), ``binding.gyp``, and the manifests of workspaces and of the
folders above. ``npm ci`` empties ``node_modules`` and changes no lock file; ``npm install`` builds on what is there.

Priors (own estimates): 3 s and 0.05 s a locked package, or 0.9 s a direct dependency; 0.3 MB a locked package.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from restow.effects.effect import SYMBOLIC, Assumption, Cache, Effect, Invocation, Verdict
from restow.effects.named_files import named_paths
from restow.effects.places import INDEX, SELF_CONTAINED, in_homes
from restow.effects.programs.javascript import manifest as node
from restow.effects.programs.javascript.npm_lock import lock_agrees, packages_of, scripted_packages
from restow.effects.programs.javascript.npm_options import COMMANDS, Settings, read_settings
from restow.effects.surroundings import (
    ancestors,
    attributes_of,
    exact,
    homes,
    installer_reads,
    installer_writes,
    place,
    trail,
    value,
)
from restow.errors import UnknownEffect
from restow.vfs import Attributes, Directory, File, Region, Symlink, Unknown, join

LOCKS = ("package-lock.json", "npm-shrinkwrap.json")
_BESIDE = (*LOCKS, ".npmrc", "yarn.lock", "binding.gyp")
_PER_USER = (".npm", ".cache", ".config", ".local", ".node-gyp", ".npmrc", ".node_modules", ".node_libraries")


@dataclass
class _Plan:
    """What one installation touches beside the constants of every run."""

    writes: list[str] = field(default_factory=list)
    creates: list[str] = field(default_factory=list)
    packages: int = 0


def effect(call: Invocation) -> Effect:
    """Of ``npm [options] command [arguments]``."""
    settings = read_settings(call)
    command = COMMANDS.get(settings.command, settings.command)
    if command in ("ci", "install"):
        if settings.is_global:
            return _global(call, settings)
        return _install(call, settings, clean=command == "ci")
    if command == "uninstall" and settings.is_global:
        return _effect(call, settings, (), _Plan(list(_global_places(call, settings))), seconds=2.0)
    if command == "prune" and not settings.is_global:
        return _prune(call, settings)
    if command == "cache" and settings.operands[:1] in (("clean",), ("verify",), ("ls",), ("rm",)):
        cache = Region((_cache(call, settings), *settings.paths(call, "logs-dir")))
        return replace(_effect(call, settings, (), _Plan(), seconds=1.0), writes=(cache,))
    if command in ("config", "set", "get"):
        return _config(call, settings, command)
    if not command and settings.has("version", "usage"):
        return _effect(call, settings, (), _Plan(), seconds=0.5)
    if command in ("run", "start", "test", "stop", "restart", "exec", "rebuild"):
        raise UnknownEffect(f"npm {command} runs scripts, which may read every file of the project")
    raise UnknownEffect(f"npm {command.replace(SYMBOLIC, '$')} is not modelled")


def _cache(call: Invocation, settings: Settings) -> str:
    return call.path(settings.last("cache") or join(call.home, ".npm"))


def _effect(
    call: Invocation,
    settings: Settings,
    reads: tuple[Region, ...],
    plan: _Plan,
    *,
    seconds: float,
    needs: tuple[str, ...] = (),
) -> Effect:
    """An effect with what every run of npm reads (settings, cache, toolchain) and leaves (cache, logs, scratch files)."""
    named = [place(call, given) for given in settings.values("userconfig", "globalconfig", "cafile", "script-shell")]
    named += [join(place(call, given), "etc/npmrc") for given in settings.values("prefix")]
    named += [path for given in settings.values("node-options") for path in named_paths(call, given)]
    written = Region(tuple(dict.fromkeys((*plan.writes, _cache(call, settings), *settings.paths(call, "logs-dir")))))
    places = () if settings.is_global else (call.directory, *ancestors(call.directory))
    found = exact(call, *named, *(join(folder, "package.json") for folder in places))
    return Effect(
        reads=(*installer_reads(call), in_homes(call, *_PER_USER), found, written, *reads),
        writes=(written, homes(call, *_PER_USER), Region(("/tmp", "/var/tmp"))),
        creates=tuple(plan.creates),
        environment=node.listened(call, *settings.variables),
        caches=(Cache(join(_cache(call, settings), "_cacache"), "npm cache clean --force"),) if plan.packages else (),
        network=bool(plan.packages),
        seconds=seconds,
        size=300_000 * plan.packages,
        needs=needs,
    )


def _config(call: Invocation, settings: Settings, command: str) -> Effect:
    """``npm config set`` changes the user's (or the global) ``.npmrc``: only settings that lead to no file are understood."""
    words = settings.operands if command == "config" else (command, *settings.operands)
    if words[:1] in (("get",), ("list",), ("ls",)):
        return _effect(call, settings, (), _Plan(), seconds=0.5)
    keys = {word.partition("=")[0] for word in words[1:2]} if words[:1] in (("set",), ("delete",), ("rm",)) else set()
    if not keys or not all(settings.harmless(key) for key in keys) or settings.last("location") == "project":
        raise UnknownEffect("this use of npm config may name files that later installations read")
    written = [join(call.home, ".npmrc"), *settings.paths(call, "userconfig", "globalconfig")]
    return _effect(call, settings, (), _Plan([*written, "/usr/etc/npmrc", "/usr/local/etc/npmrc"]), seconds=0.5)


def _global_places(call: Invocation, settings: Settings) -> tuple[str, ...]:
    """npm documentation, "folders": ``{prefix}/lib/node_modules``, ``bin`` and ``share/man``."""
    regions = installer_writes(call)
    return (*(path for region in regions for path in region.include if path != "/usr"), *settings.paths(call, "prefix"))


def _global(call: Invocation, settings: Settings) -> Effect:
    """``npm install -g name ...``: the working directory counts only for its ``.npmrc`` (of old versions)."""
    if not settings.operands or settings.command == "ci":
        raise UnknownEffect("npm installs the project itself for all users")
    archives = _named_packages(call, settings)
    reads = (exact(call, join(call.directory, ".npmrc"), *archives), Region(tuple(settings.paths(call, "prefix"))))
    plan = _Plan(list(_global_places(call, settings)), packages=20 * len(settings.operands))
    return _effect(call, settings, reads, plan, seconds=2.0 + 2.5 * len(settings.operands), needs=archives)


def _named_packages(call: Invocation, settings: Settings) -> tuple[str, ...]:
    """Check the packages named on the command line; the archives of the project among them are returned."""
    archives: list[str] = []
    unknown: dict[str, str] = {}
    for operand in settings.operands:
        head = operand.split(SYMBOLIC)[0]
        if SYMBOLIC in operand and "@" not in head[1:]:
            raise UnknownEffect("npm installs a package whose name is not known")
        name, _, version = operand[1:].partition("@")
        name, local = operand[:1] + name, node.local_path(operand) or node.local_path(version)
        if local is None and operand.endswith((".tgz", ".tar.gz", ".tar")) and "://" not in operand:
            local = operand
        if local is not None:
            if not isinstance(call.node(place(call, local)), File):
                raise UnknownEffect(f"npm installs the folder {local} of the project")
            archives += trail(call, place(call, local))
        if name not in node.TOOLS and name not in node.SELF_CONTAINED_SCRIPTS:
            unknown[name] = version
    call.assume(INDEX)
    call.assume(SELF_CONTAINED)
    if unknown and not settings.ignores_scripts:
        readers = set(unknown) & node.PROJECT_READERS
        node.check_install_scripts(call, unknown, scripted=tuple(readers) if readers else tuple(unknown))
    return tuple(archives)


def _root(call: Invocation, settings: Settings) -> str:
    """npm documentation, "prefix": the nearest folder with a ``package.json`` or ``node_modules``, else the working directory."""
    if settings.folder:
        return place(call, settings.folder)
    for folder in (call.directory, *ancestors(call.directory)):
        standing = [call.node(join(folder, name)) for name in ("package.json", "node_modules")]
        if any(found is not None and not isinstance(found, Unknown) for found in standing):
            return folder
        if folder == call.directory and any(isinstance(found, Unknown) for found in standing):
            return folder
    return call.directory


def _project(call: Invocation, settings: Settings, named: bool) -> node.Project:
    root = _root(call, settings)
    for folder in ancestors(root):
        text = call.known_text(join(folder, "package.json"))
        if text is not None and node.as_object(join(folder, "package.json"), text).get("workspaces"):
            raise UnknownEffect(f"{root} may be a workspace of {join(folder, 'package.json')}")
    found: dict[str, Any] | None = None
    if not (named and isinstance(call.node(join(root, "package.json")), Unknown)):
        found = node.manifest(call, root)
    if found is None and not named:
        raise UnknownEffect(f"there is no package.json in {root} when npm runs")
    return node.read_project(call, root, found or {})


def _install(call: Invocation, settings: Settings, *, clean: bool) -> Effect:
    named = bool(settings.operands) and not clean
    project = _project(call, settings, named)
    if not settings.ignores_scripts:
        node.refuse_project_scripts(call, project, node.AFTER_CHANGE if named else node.LIFE_CYCLE)
    archives = _named_packages(call, settings) if named else ()
    lock = _lock(call, project.root)
    packages = packages_of(call, project, lock)
    if not settings.ignores_scripts:
        known = project.dependencies | dict.fromkeys(packages or (), "")
        node.check_install_scripts(call, known, scripted=None if packages is None else scripted_packages(packages))
    call.assume(INDEX)
    call.assume(SELF_CONTAINED)
    count = len(packages) if packages else 12 * len(project.dependencies) + 12 * len(settings.operands)
    plan = _Plan(list(node.modules(project)), packages=max(count, 1))
    _plan_modules(call, project, plan, clean=clean)
    if not clean:
        _plan_lock(call, settings, project, lock, plan, named=named)
    if clean and lock is None:
        raise UnknownEffect(f"there is no lock file in {project.root} when npm ci runs")
    return _effect(
        call,
        settings,
        (*_project_reads(call, project), exact(call, *archives), Region(tuple(plan.writes))),
        plan,
        seconds=3.0 + (0.05 * count),
        needs=(*node.needs(project, *LOCKS, ".npmrc", "yarn.lock", "binding.gyp"), *archives),
    )


def _project_reads(call: Invocation, project: node.Project) -> tuple[Region, ...]:
    beside = project.files(*_BESIDE)
    linked = exact(call, *(path for path in beside if "*" not in path))
    above = tuple(join(folder, "node_modules") for folder in ancestors(project.root))
    owner = attributes_of(call.filesystem.resolve(project.root))
    return (*node.project_reads(call, project), Region((*beside, *above)), linked, owner)


def _prune(call: Invocation, settings: Settings) -> Effect:
    """``npm prune`` takes packages out of ``node_modules``; it may note that in the lock file."""
    project = _project(call, settings, named=False)
    if not settings.ignores_scripts:
        node.refuse_project_scripts(call, project, node.AFTER_CHANGE)
    changed = [join(project.root, name) for name in ("node_modules", *LOCKS)]
    plan = _Plan([*changed, *node.modules(project)])
    reads = (*_project_reads(call, project), Region(tuple(plan.writes)))
    return _effect(call, settings, reads, plan, seconds=3.0, needs=node.needs(project, *LOCKS, ".npmrc"))


def _plan_modules(call: Invocation, project: node.Project, plan: _Plan, *, clean: bool) -> None:
    """``npm ci`` leaves its own result at ``node_modules`` whatever was there, but keeps the mode of an existing folder."""
    path = join(project.root, "node_modules")
    if isinstance(call.filesystem.lookup(path), Symlink):
        raise UnknownEffect(f"{path} is a symbolic link")
    standing = call.node(path)
    plain = not isinstance(standing, Directory) or standing.attributes == Attributes(0o755)
    if clean and plain and not value(call, "NODE_PATH"):
        plan.creates.append(path)
    else:
        plan.writes.append(path)


def _lock(call: Invocation, root: str) -> str | None:
    """The lock file that counts: ``npm-shrinkwrap.json`` before ``package-lock.json``; None where the build put none there."""
    for name in ("npm-shrinkwrap.json", "package-lock.json"):
        if isinstance(call.node(join(root, name)), File):
            return join(root, name)
    return None


def _plan_lock(
    call: Invocation, settings: Settings, project: node.Project, lock: str | None, plan: _Plan, *, named: bool
) -> None:
    """Which of lock file, ``yarn.lock`` and ``package.json`` are written."""
    if call.node(join(project.root, "yarn.lock")) is not None:
        plan.writes.append(join(project.root, "yarn.lock"))
    if named and not settings.is_off("save"):
        plan.writes.append(join(project.root, "package.json"))
    if settings.is_off("package-lock", "shrinkwrap"):
        return
    if lock is None:
        made = join(project.root, "package-lock.json")
        (plan.creates if call.node(made) is None else plan.writes).append(made)
        return
    keeps = Assumption("lock-agrees", f"{lock} agrees with package.json, so npm leaves it as it is", Verdict.UNCHECKED)
    if named or not call.assume(keeps, lock_agrees(call, project, lock)):
        plan.writes.append(lock)
