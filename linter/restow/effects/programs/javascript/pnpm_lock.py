"""Whether ``pnpm-lock.yaml`` agrees with the manifests, so that ``pnpm install`` leaves it as it is.

pnpm (documentation, "pnpm install", ``--prefer-frozen-lockfile``) resolves nothing where every project's specifiers, by kind, are
those of the lock file and the settings that count are the same. A lock file of another version is written anew (5.x by pnpm 6
and 7, 6.0 by 8, 9.0 by 9 and 10), so agreement is only shown where ``packageManager`` names a pnpm that writes this one.

Nothing is said (None) of overrides, catalogs, patches, package extensions, peers, local and git dependencies, and settings
that are not listed here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from restow.effects.effect import Assumption, Invocation, Verdict
from restow.effects.options import Arguments
from restow.effects.programs.javascript import manifest as node
from restow.effects.programs.javascript.pnpm_yaml import Block, block, read_block, texts
from restow.effects.surroundings import children, names
from restow.vfs import File, join

_KINDS = ("dependencies", "devDependencies", "optionalDependencies")
_OLD = ("5.", "6.")
_PLAIN_LOCK = names("lockfileVersion settings importers packages snapshots")
_PLAIN_SETTINGS: Block = {"autoInstallPeers": "true", "excludeLinksFromLockfile": "false"}
_PLAIN_WORKSPACE = names(
    "packages onlyBuiltDependencies ignoredBuiltDependencies neverBuiltDependencies nodeLinker shamefullyHoist "
    "publicHoistPattern hoistPattern hoist strictPeerDependencies saveExact savePrefix engineStrict updateNotifier "
    "strictDepBuilds allowBuilds dangerouslyAllowAllBuilds allowedDeprecatedVersions peerDependencyRules ignoreScripts"
)
_PLAIN_IN_MANIFEST = names(
    "onlyBuiltDependencies ignoredBuiltDependencies neverBuiltDependencies allowedDeprecatedVersions peerDependencyRules"
)
_PLAIN_NPMRC = names(
    "registry _authToken _auth always-auth email username _password strict-peer-dependencies shamefully-hoist node-linker "
    "hoist hoist-pattern public-hoist-pattern engine-strict save-exact save-prefix fund audit loglevel update-notifier "
    "fetch-retries fetch-timeout network-concurrency legacy-peer-deps progress unsafe-perm strict-ssl"
)
_PLAIN_VARIABLES = names("npm_config_registry npm_config_store_dir npm_config_loglevel npm_config_update_notifier")
_PLAIN_OPTIONS = names(
    "--prefer-frozen-lockfile --prod --production -P --dev -D --no-optional --offline --prefer-offline --silent -s "
    "--ignore-scripts -r --recursive --unsafe-perm --no-color --stream --aggregate-output --reporter --loglevel "
    "--registry --store-dir --workspace-concurrency --child-concurrency --network-concurrency --fetch-timeout "
    "--fetch-retries --dir -C"
)
_ELSEWHERE = ("peerDependencies", "dependenciesMeta", "devEngines", "resolutions", "overrides", "pnpmfile")
_WRITERS = ("pnpm@9.", "pnpm@10.")
PNPM_NAMED = Assumption(
    "named-pnpm",
    "the pnpm that runs is version 9 or 10, as packageManager in package.json says: others write lock files anew",
    Verdict.UNCHECKED,
)


class _CannotTellError(Exception):
    """Something is used of which this module says nothing."""


def lock_agrees(call: Invocation, arguments: Arguments, project: node.Project, lock: str) -> bool | None:
    """Whether the lock file stays as it is: False where a specifier differs; None where the files do not tell."""
    data = call.read(call.filesystem.resolve(lock))
    if data is None:
        return None
    text = data.decode("utf-8", "replace")
    if not all(name in text for name in project.dependencies):
        return False
    found = read_block(text)
    if found is None:
        return None
    try:
        same = _importers_agree(call, project, found)
        if not same or str(found.get("lockfileVersion")).startswith(_OLD):
            return None if same else False
        _check_surroundings(call, arguments, project, found)
        _check_closed(project, found)
    except (_CannotTellError, ValueError):
        return None
    return True if call.assume(PNPM_NAMED) else None


def _importers(found: Block) -> Iterator[tuple[str, Block]]:
    """Each project's part by its folder (``.`` is the root); versions before 6 and lone projects have it at the top."""
    if "importers" in found:
        for folder, part in block(found["importers"]).items():
            yield folder, block(part)
    else:
        yield ".", {name: found[name] for name in ("specifiers", *_KINDS) if name in found}


def _importers_agree(call: Invocation, project: node.Project, found: Block) -> bool:
    """Whether the projects are those of the lock file, and what each asks for is, by kind, what the lock file repeats."""
    importers = dict(_importers(found))
    for folder in (project.root, *project.members):
        given = project.manifest if folder == project.root else node.manifest(call, folder) or {}
        wanted = _wanted(given)
        part = importers.pop(_inside(project, folder), None)
        if part is None:
            return False
        if _held(part) != wanted:
            if any(given.get(name) for name in _ELSEWHERE) or "overrides" in found:
                raise _CannotTellError
            return False
    return not importers


def _inside(project: node.Project, folder: str) -> str:
    if folder != project.root and not folder.startswith(f"{project.root.rstrip('/')}/"):
        raise _CannotTellError
    return folder[len(project.root) :].strip("/") or "."


def _wanted(given: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """What a manifest asks for by kind: optional before usual before development."""
    parts = {kind: node.entries(given.get(kind)) for kind in _KINDS}
    if any(not isinstance(version, str) for part in parts.values() for version in part.values()):
        raise _CannotTellError
    usual, development, optional = (parts[kind] for kind in _KINDS)
    return {
        "dependencies": {name: version for name, version in usual.items() if name not in optional},
        "devDependencies": {
            name: version for name, version in development.items() if name not in optional and name not in usual
        },
        "optionalDependencies": dict(optional),
    }


def _held(part: Block) -> dict[str, dict[str, str]]:
    """The same of a project's part of the lock file."""
    beside = dict(texts(block(part.get("specifiers"))))
    found: dict[str, dict[str, str]] = {}
    for kind in _KINDS:
        entries = block(part.get(kind))
        found[kind] = {
            name: str(entry["specifier"]) if isinstance(entry, dict) else beside.pop(name, "")
            for name, entry in entries.items()
            if not isinstance(entry, dict) or "specifier" in entry
        }
    found["dependencies"] |= beside
    return found


def _check_surroundings(call: Invocation, arguments: Arguments, project: node.Project, found: Block) -> None:
    """Raise _CannotTellError where something counts beside the specifiers."""
    plain = (
        found.get("lockfileVersion") == "9.0" and set(found) <= _PLAIN_LOCK and found.get("settings") == _PLAIN_SETTINGS
    )
    plain &= str(project.manifest.get("packageManager") or "").startswith(_WRITERS)
    plain &= all(name in _PLAIN_OPTIONS for name, _ in arguments.options)
    plain &= set(node.entries(project.manifest.get("pnpm"))) <= _PLAIN_IN_MANIFEST
    lower = [name.lower() for name in call.environment]
    plain &= all(name in _PLAIN_VARIABLES for name in lower if name.startswith(("npm_config_", "pnpm_config_")))
    plain &= "xdg_config_home" not in lower and not isinstance(call.node(join(call.home, ".config/pnpm/rc")), File)
    for folder in dict.fromkeys((project.root, call.home)):
        for line in (call.known_text(join(folder, ".npmrc")) or "").splitlines():
            key = line.partition("=")[0].strip().rpartition(":")[2].removesuffix("[]")
            plain &= key in _PLAIN_NPMRC or not line.strip() or line.strip().startswith(("#", ";"))
    if not plain:
        raise _CannotTellError
    _check_workspace(call, project)
    for folder in (project.root, *project.members):
        given = project.manifest if folder == project.root else node.manifest(call, folder) or {}
        if any(given.get(name) for name in _ELSEWHERE) or "directory" in node.entries(given.get("publishConfig")):
            raise _CannotTellError


def _check_workspace(call: Invocation, project: node.Project) -> None:
    """Raise _CannotTellError for a setting that counts, and where it is not sure which the projects are."""
    for line in (call.known_text(join(project.root, "pnpm-workspace.yaml")) or "").splitlines():
        bare = line.strip()
        if bare.lstrip("- '\"").startswith("!"):
            raise _CannotTellError
        if bare and line[0] not in " -#" and bare.partition(":")[0].strip("\"'") not in _PLAIN_WORKSPACE:
            raise _CannotTellError
    folders = [project.root, *project.members]
    for pattern in project.patterns:
        above, star, rest = pattern.partition("*")
        if star and rest:
            raise _CannotTellError
        folders += [join(above, name) for name in children(call, above)] if star else [pattern]
    if any(isinstance(call.node(join(at, name)), File) for at in folders for name in ("package.yaml", "package.json5")):
        raise _CannotTellError


def _check_closed(project: node.Project, found: Block) -> None:
    """Raise _CannotTellError unless everything that is locked leads to entries of the lock file, or to a project."""
    packages, snapshots = block(found.get("packages")), block(found.get("snapshots"))
    members = {_inside(project, folder) for folder in project.members} | {"."}
    todo: list[tuple[str, str]] = []
    for folder, part in _importers(found):
        for kind in _KINDS:
            for name, entry in block(part.get(kind)).items():
                held = dict(texts(block(entry)))
                version, specifier = held.get("version", ""), held.get("specifier", "")
                if specifier.startswith("workspace:"):
                    target = join("/", folder, version.removeprefix("link:")).strip("/") or "."
                    if (
                        specifier[10:] not in ("*", "^", "~")
                        or not version.startswith("link:")
                        or target not in members
                    ):
                        raise _CannotTellError
                elif any(mark in specifier + version.partition("(")[0] for mark in ":/@"):
                    raise _CannotTellError
                else:
                    todo.append((name, version))
    seen = set()
    while todo:
        name, version = todo.pop()
        key = version if "@" in version.partition("(")[0] else f"{name}@{version}"
        if key in seen:
            continue
        seen.add(key)
        if key not in snapshots or key.partition("(")[0] not in packages:
            raise _CannotTellError
        entry = block(snapshots[key])
        for kind in ("dependencies", "optionalDependencies"):
            todo += texts(block(entry.get(kind)))
