"""What npm, yarn and pnpm share: ``package.json``, its scripts, local dependencies and workspaces, and install scripts.

Life-cycle scripts of the project run whatever they like, so one that is set makes an installation unknown. The install
scripts of dependencies run in their own folders, but know the project's (``INIT_CWD``; npm documentation, "scripts"):
some are known to look at it, some are known not to, and for the others that has to be assumed.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from restow.effects.effect import SYMBOLIC, Assumption, Invocation, Verdict
from restow.effects.options import unmodelled
from restow.effects.surroundings import CI_SERVICES, ancestors, names, place, trail, tree, variables
from restow.errors import UnknownEffect
from restow.vfs import Directory, File, Region, Unknown, join

MAPS = ("dependencies", "devDependencies", "optionalDependencies", "peerDependencies")
LIFE_CYCLE = (
    *("preinstall", "install", "postinstall", "prepublish", "preprepare", "prepare", "postprepare"),
    *("preshrinkwrap", "shrinkwrap", "postshrinkwrap", "predependencies", "dependencies", "postdependencies"),
)
"""Scripts of the project itself that an installation without arguments runs (npm documentation, "scripts", 6 to 11)."""
AFTER_CHANGE = ("predependencies", "dependencies", "postdependencies")
"""Those that run also when packages are named: whenever ``node_modules`` changes."""
LISTENED = (
    *(
        "npm_*",
        "NPM_*",
        "NODE_*",
        "INIT_CWD",
        "YARN_*",
        "yarn_*",
        "PNPM_*",
        "COREPACK_*",
        "PYTHON",
        "NVM_*",
        "PREBUILD*",
    ),
    *("SASS_*", "SHARP_*", "ELECTRON_*", "PUPPETEER_*", "CYPRESS_*", "PLAYWRIGHT_*", "SENTRYCLI_*", "OPENCOLLECTIVE*"),
    *(
        "UV_THREADPOOL_SIZE",
        "UV_USE_IO_URING",
        "SIMDUTF_*",
        "ICU_*",
        "ARBORIST_*",
        "*NOPT*",
        "*GRACEFUL_FS*",
        "*TESTING_*",
    ),
    *("READABLE_STREAM", "WATCH_REPORT_DEPENDENCIES", "__FAKE_*", "_ISEXE_*", "NO_DEPRECATION", "TRACE_DEPRECATION"),
    *(
        "NODE",
        "PREFIX",
        "DESTDIR",
        "PATHEXT",
        "PWD",
        "OLDPWD",
        "OSTYPE",
        "COLOR*",
        "FORCE_*",
        "PROXY",
        "proxy",
        "NOPROXY",
    ),
    *("DEBUG_*", "TABTAB_*", "TMUX", "WT_SESSION", "KONSOLE_VERSION", "IGNORE_TEST_*", "SUDO_*", "FAKEROOTKEY"),
    *(
        "FUNCTION_TARGET",
        "GOOGLE_RUNTIME",
        "NM_DEBUG_LEVEL",
        "CHILD_CONCURRENCY",
        "DISABLE_*",
        "SKIP_YARN_*",
        "ADBLOCK",
        "OPEN_SOURCE_CONTRIBUTOR",
    ),
    *sorted(CI_SERVICES),
)
"""Settings of the package managers, of node and libuv, and what the packages that install scripts are known from ask for."""

_LEADING = names(
    "cafile certfile keyfile userconfig globalconfig node-options script-shell shell pnpmfile global-pnpmfile store-dir "
    "virtual-store-dir modules-dir lockfile-dir cache-dir cache prefix yarn-path yarn-offline-mirror git init-module "
    "shared-workspace-lockfile patches-dir config-dependencies"
)
PROJECT_READERS = names(
    "@prisma/client prisma msw simple-git-hooks lefthook pre-commit pre-push ghooks git-hooks yorkie husky nuxt nx lerna "
    "@angular/cli puppeteer @nrwl/cli @nrwl/workspace ngx-build-plus patch-package postinstall-postinstall node-pre-commit "
    "@arkweid/lefthook @evilmartians/lefthook git-hooks-js shared-git-hooks pre-git precommit-hook expo-modules-autolinking "
    "install-peers sort-package-json @storybook/cli relay-compiler @wordpress/env meteor-node-stubs electron-builder "
    "@sentry/react-native jetifier react-native-config react-native-vector-icons vscode opencv4nodejs app-root-path-install"
)
"""Packages whose install scripts look for files of the project around them, by their own documentation or source."""
SELF_CONTAINED_SCRIPTS = names(
    "esbuild fsevents core-js core-js-pure core-js-bundle bcrypt sharp node-sass sass-embedded sqlite3 better-sqlite3 canvas "
    "bufferutil utf-8-validate argon2 grpc @grpc/grpc-js protobufjs styled-components @nestjs/core es5-ext fibers deasync "
    "leveldown node-pty cpu-features ssh2 dtrace-provider phantomjs phantomjs-prebuilt chromedriver geckodriver gifsicle "
    "mozjpeg optipng-bin pngquant-bin cwebp-bin jpegtran-bin iltorb farmhash libpq kerberos snappy zeromq re2 isolated-vm "
    "microtime heapdump bigint-buffer secp256k1 keccak usb serialport @serialport/bindings @serialport/bindings-cpp lmdb "
    "tree-sitter msgpackr-extract unrs-resolver @swc/core @parcel/watcher vue-demi electron aws-sdk preact-cli ursa-optional "
    "libxmljs libxmljs2 hiredis bson mongodb-client-encryption unix-dgram node-expat iconv nodegit ejs bun tesseract.js "
    "@tensorflow/tfjs-node onnxruntime-node @apollo/protobufjs @sentry/cli @sentry/profiling-node @newrelic/native-metrics "
    "@datadog/native-metrics @datadog/pprof ttf2woff2 gl sodium-native sharp-cli classic-level contextify uws uwebsockets.js "
    "spawn-sync jsonpath-faster registry-js keytar nan node-rdkafka oracledb couchbase ref ref-napi ffi ffi-napi "
    "@bitgo/blake2b @carbon/telemetry ibm_db win-node-env @fortawesome/fontawesome-svg-core "
    "@fortawesome/free-solid-svg-icons @fortawesome/free-brands-svg-icons @fortawesome/free-regular-svg-icons "
    "@fortawesome/fontawesome-common-types @fortawesome/fontawesome-free @compodoc/compodoc inferno"
)
"""Packages whose install scripts build or fetch their own binary, or print a notice."""
TOOLS = names(
    "npm yarn pnpm n corepack typescript ts-node tsx nodemon pm2 serve http-server live-server gulp gulp-cli grunt grunt-cli bower "
    "webpack webpack-cli webpack-dev-server @vue/cli @vue/cli-service create-react-app eslint prettier rimraf forever node-gyp "
    "vite turbo concurrently @nestjs/cli npm-run-all cross-env dotenv-cli wait-on sass less mocha jest newman jshint uglify-js "
    "browserify babel-cli @babel/cli @babel/core coffee-script coffeescript express-generator markdownlint-cli yo pug-cli stylus "
    "clean-css-cli csslint jsonlint tslint standard semantic-release npm-check-updates node-pre-gyp @mapbox/node-pre-gyp nopt "
    "env-cmd json-server karma karma-cli swagger-cli @openapitools/openapi-generator-cli retire snyk vercel serverless "
    "firebase-tools wrangler dockerfilelint"
)
"""Programs that are often installed for all users, and whose install script, if any, looks at nothing of a project."""


@dataclass
class Project:
    """The folders of one installation: root and workspaces, with what they lead to (absolute paths).

    ``patterns`` are paths with ``*`` in them; ``trees`` local dependencies; ``dependencies`` names with the versions asked for.
    """

    root: str
    manifest: Mapping[str, Any]
    members: list[str] = field(default_factory=list)
    patterns: list[str] = field(default_factory=list)
    trees: list[str] = field(default_factory=list)
    archives: list[str] = field(default_factory=list)
    dependencies: dict[str, str] = field(default_factory=dict)

    @property
    def folders(self) -> tuple[str, ...]:
        """Root and workspaces, then local dependencies."""
        return (self.root, *self.members, *self.trees)

    def files(self, *inside: str) -> tuple[str, ...]:
        """Each of the names in the root and in every place where a workspace stands or could stand."""
        return tuple(join(folder, name) for folder in (self.root, *self.members, *self.patterns) for name in inside)


def manifest(call: Invocation, folder: str) -> dict[str, Any] | None:
    """``package.json`` of a folder, None where there is none. Raises UnknownEffect where it is not at hand or no object."""
    path = join(folder, "package.json")
    text = call.text(path)
    return None if text is None else as_object(path, text)


def as_object(path: str, text: str) -> dict[str, Any]:
    """A JSON object. Raises UnknownEffect for anything else."""
    try:
        value = json.loads(text.removeprefix("\ufeff"))
    except ValueError as error:
        raise UnknownEffect(f"{path} is not JSON: {error}") from error
    if not isinstance(value, dict):
        raise UnknownEffect(f"{path} holds no object")
    return value


def entries(value: object) -> dict[str, Any]:
    """A member that should be an object; empty where it is not."""
    return value if isinstance(value, dict) else {}


def read_project(call: Invocation, root: str, given: Mapping[str, Any], patterns: Iterable[str] = ()) -> Project:
    """The project with its workspaces and local dependencies, each manifest read."""
    project = Project(root, given)
    for pattern in (*_workspace_patterns(given), *patterns):
        _add_workspaces(call, project, pattern)
    _add_dependencies(call, project, root, given)
    for folder in project.members:
        _add_dependencies(call, project, folder, manifest(call, folder) or {})
    at = 0
    while at < len(project.trees):
        folder = project.trees[at]
        _add_dependencies(call, project, folder, manifest(call, folder) or {})
        at += 1
    return project


def _workspace_patterns(given: Mapping[str, Any]) -> Iterator[str]:
    declared = given.get("workspaces")
    declared = declared.get("packages", []) if isinstance(declared, dict) else declared or []
    if not isinstance(declared, list):
        raise UnknownEffect("the workspaces of package.json are not a list")
    yield from map(str, declared)


def _add_workspaces(call: Invocation, project: Project, pattern: str) -> None:
    """``*`` stands for one name; other wildcards are refused. A negated pattern only takes away: it is not needed."""
    if pattern.startswith("!"):
        return
    clean = pattern.removeprefix("./").rstrip("/")
    if clean in ("", "."):
        return
    if any(mark in clean for mark in ("**", "?", "{", "[", "(")) or any(
        "*" in part and part != "*" for part in clean.split("/")
    ):
        raise UnknownEffect(f"the workspace pattern {pattern!r} is not modelled")
    folders = [project.root]
    for part in clean.split("/"):
        folders = [
            join(folder, name) for folder in folders for name in (_listed(call, folder) if part == "*" else [part])
        ]
    project.patterns.append(join(project.root, clean))
    for folder in folders:
        if folder not in project.members and isinstance(call.node(join(folder, "package.json")), File):
            project.members.append(folder)


def _listed(call: Invocation, folder: str) -> list[str]:
    node = call.node(folder)
    if isinstance(node, Unknown):
        raise UnknownEffect(f"the workspaces in {folder} are not known")
    return sorted(node.children) if isinstance(node, Directory) else []


def _add_dependencies(call: Invocation, project: Project, folder: str, given: Mapping[str, Any]) -> None:
    wanted = {name: str(version) for part in MAPS for name, version in entries(given.get(part)).items()}
    project.dependencies |= wanted
    pnpm = entries(entries(given.get("pnpm")).get("overrides"))
    overrides = (entries(given.get("overrides")), entries(given.get("resolutions")), pnpm)
    forced = [str(version) for part in overrides for version in part.values() if isinstance(version, str)]
    for version in (*wanted.values(), *forced):
        local = local_path(version)
        if local is not None:
            add_local(call, project, place(call, join(folder, local)))


def local_path(version: str) -> str | None:
    """The path in a dependency's version: ``file:``, ``link:`` and ``portal:``, or a bare path; None for any other."""
    for scheme in ("file:", "link:", "portal:"):
        if version.startswith(scheme):
            return version.removeprefix(scheme).removeprefix("//").partition("::")[0] or "."
    if version.startswith("patch:"):
        raise UnknownEffect(f"the dependency {version!r} is patched with a file of the project")
    return version if version.startswith(("./", "../", "/", "~/")) or version in (".", "..") else None


def add_local(call: Invocation, project: Project, path: str) -> None:
    """Add a local dependency: a folder that is read as a whole, or an archive."""
    node = call.node(path)
    if node is None:
        raise UnknownEffect(f"{path} does not exist when {call.name} installs it")
    if isinstance(node, File):
        project.archives += trail(call, path)
    elif path not in project.folders:
        project.trees.append(path)


def refuse_scripts(call: Invocation, folder: str, given: Mapping[str, Any], scripts: Iterable[str]) -> None:
    """Raise UnknownEffect where the project at ``folder`` has one of the scripts, or a ``binding.gyp`` that stands for one."""
    declared = entries(given.get("scripts"))
    for name in scripts:
        if str(declared.get(name) or "").strip():
            raise UnknownEffect(
                f"{join(folder, 'package.json')} has a {name} script, which may read every file of the project"
            )
    stated = declared.get("install") or declared.get("preinstall")
    gyp = call.node(join(folder, "binding.gyp"))
    if "install" in scripts and not stated and gyp is not None and not isinstance(gyp, Unknown):
        raise UnknownEffect(f"{join(folder, 'binding.gyp')} makes {call.name} build the project itself")


def refuse_project_scripts(call: Invocation, project: Project, scripts: Iterable[str]) -> None:
    """``refuse_scripts`` for the root, the workspaces and the local dependencies (npm and yarn run theirs too)."""
    scripts = tuple(scripts)
    refuse_scripts(call, project.root, project.manifest, scripts)
    for folder in (*project.members, *project.trees):
        packing = ("prepack", "postpack") if folder in project.trees else ()
        refuse_scripts(call, folder, manifest(call, folder) or {}, (*LIFE_CYCLE, *packing))


def check_install_scripts(
    call: Invocation, wanted: Mapping[str, str], *, scripted: Iterable[str] | None = None
) -> None:
    """Raise UnknownEffect unless the install scripts of the packages can be taken to leave the project alone.

    ``wanted`` are all known names with their versions; ``scripted`` those that a lock file marks as having an install script,
    None where that is not known.
    """
    suspects = wanted if scripted is None else scripted
    for name in sorted(suspects):
        if name in PROJECT_READERS and not (name == "husky" and _major(wanted.get(name, "")) >= 5):
            raise UnknownEffect(f"the install script of the package {name} looks at the project's files")
    others = None if scripted is None else sorted(set(scripted) - SELF_CONTAINED_SCRIPTS - PROJECT_READERS)
    if others == []:
        return
    whose = "any dependency" if others is None else ", ".join(others)
    text = f"no install script of {whose} looks at the project's files"
    if not call.assume(Assumption("install-scripts", text, Verdict.UNCHECKED)):
        raise UnknownEffect(f"it is not known whether an install script of {whose} looks at the project's files")


def _major(version: str) -> int:
    digits = version.lstrip("^~>=v ").split(".")[0]
    return int(digits) if digits.isdigit() else 0


def project_reads(call: Invocation, project: Project) -> tuple[Region, ...]:
    """The manifests of the project and its workspaces, those above it, and local dependencies as a whole."""
    own = project.files("package.json", "binding.gyp")
    above = tuple(
        join(folder, name) for folder in ancestors(project.root) for name in ("package.json", "pnpm-workspace.yaml")
    )
    local = tuple(step for folder in project.trees for step in tree(call, folder))
    linked = tuple(step for path in own if "*" not in path for step in trail(call, path))
    between = tuple(join(above, "node_modules") for folder in modules(project) for above in ancestors(folder))
    return (Region((*own, *linked, *between, *above, *project.archives, *local)),)


def modules(project: Project) -> tuple[str, ...]:
    """Every ``node_modules`` that an installation may write, apart from the root's."""
    return tuple(join(folder, "node_modules") for folder in (*project.members, *project.patterns, *project.trees))


def needs(project: Project, *beside: str) -> tuple[str, ...]:
    """The project's files that an installation needs: manifests, archives, local folders, and the given names in the root."""
    own = [join(folder, "package.json") for folder in (project.root, *project.members)]
    return (*own, *(join(project.root, name) for name in beside), *project.archives, *project.trees)


def listened(call: Invocation, *also: str) -> tuple[str, ...] | None:
    """Variables that an installation of packages for Node listens to, if it may be assumed that packages read no other."""
    return variables(call, *LISTENED, *also)


def refuse_settings(call: Invocation, folders: Iterable[str]) -> tuple[str, ...]:
    """The variables that each ``.npmrc`` is filled in from. Raises UnknownEffect for one that leads to other files."""
    heard: list[str] = []
    for folder in folders:
        path = join(folder, ".npmrc")
        for line in (call.known_text(path) or "").splitlines():
            key = line.partition("=")[0].strip().rpartition(":")[2].removesuffix("[]")
            if key in _LEADING and not line.strip().startswith(("#", ";")):
                raise UnknownEffect(f"{path} sets {key}, which leads to other files")
            heard += [piece.partition("}")[0].partition("-")[0] for piece in line.split("${")[1:]]
    return tuple(dict.fromkeys(heard))


def unmodelled_script(program: str, command: str, known: Collection[str]) -> UnknownEffect:
    """Why a command of a package manager is unknown: it has no model (those ``known``), or it is a script of ``package.json``."""
    if command in known:
        return unmodelled(program, command, known)
    name = command.replace(SYMBOLIC, "$")
    return UnknownEffect(f"{program} {name} runs a script of the project, which may read and write everything")
