"""uv, poetry and pipenv: sync, install, lock, and uv's own pip.

By their documentation ("uv sync", "uv: Configuration files", "poetry install", "Pipenv: Pipfile") and by traces of uv 0.13 and
poetry 2.5: read are ``pyproject.toml``, the lock file and settings here and above, the interpreter's version files, the user's
settings and caches; written are ``.venv`` or the interpreter's own packages, and the lock file unless an option keeps it. With
``--no-root`` or ``--no-install-project`` the sources of the project do not count, as long as its manifest has nothing local and
nothing dynamic in it; in any other case the build of the project may look at everything.

Priors (own estimates): 3 s for uv, 12 s for poetry, 25 s for pipenv; 0.8 MB a locked line of a package.
"""

from __future__ import annotations

import tomllib
from dataclasses import replace
from itertools import pairwise
from typing import Any

from restow.effects.effect import SYMBOLIC, Assumption, Cache, Effect, Invocation, Verdict
from restow.effects.options import Arguments, read_options, unmodelled
from restow.effects.places import IN_PLACE, INDEX, SELF_CONTAINED, in_homes
from restow.effects.programs.python import project_settings, uv_settings
from restow.effects.programs.python.interpreter import check_virtualenv
from restow.effects.programs.python.locks import pipfile_agrees, uv_agrees
from restow.effects.programs.python.pip import interpreter_writes, local_projects, python_path_reads, shadowing, written
from restow.effects.programs.python.requirement_files import Requirements, add_requirement, read_file
from restow.effects.surroundings import (
    CI_SERVICES,
    OF_PIP,
    OF_PYTHON,
    ancestors,
    cache_home,
    children,
    exact,
    homes,
    installer_reads,
    installer_writes,
    names,
    place,
    value,
    variables,
)
from restow.errors import UnknownContent, UnknownEffect
from restow.vfs import File, Region, join

_FLAGS = names(
    "--frozen --locked --no-dev --no-install-project --no-install-workspace --all-extras --all-groups --no-cache --no-cache-dir "
    "-n --quiet -q --verbose -v -vv -vvv --system --no-deps --upgrade -U --reinstall --compile-bytecode --no-progress --native-tls "
    "--no-editable --inexact --exact --no-build-isolation --pre --managed-python --no-managed-python --no-python-downloads --dev "
    "--no-default-groups --only-dev --offline --seed --clear --allow-existing --relocatable --system-site-packages --force "
    "--break-system-packages --no-binary --require-hashes --strict --no-config --all-packages --active --no-root --no-interaction "
    "--no-ansi --sync --compile --no-directory --without-hashes --deploy --ignore-pipfile --skip-lock --keep-outdated --pre "
    "--site-packages --clear --version -V --no-plugins --remove-untracked --only-root --no-update --all-extras --global -d "
    "--no-build"
)
_VALUED = names(
    "--extra -E --extras --group --only-group --no-group --python -p --index-url -i --extra-index-url --default-index --index "
    "--index-strategy --link-mode --target --prefix --cache-dir --only --without --with -r --requirement -c --constraint "
    "-e --editable --resolution --prerelease --python-version --python-platform --directory --project --output -o --format -f "
    "--categories --refresh-package --upgrade-package -P --exclude-newer --prompt --color --no-install-package "
    "--no-build-package --only-binary --no-binary-package --torch-backend --python-preference --package --from"
)
_LISTENED = (
    *(
        *OF_PYTHON,
        *OF_PIP,
        "UV_*",
        "POETRY_*",
        "PIPENV_*",
        "FINDPYTHON_*",
        "PBS_*",
        "ASDF_*",
        "VIRTUALENV_*",
        "_VIRTUALENV_*",
    ),
    *("TCL_LIBRARY", "CONDA_*", "PYENV*", "PY_DISCOVERY_*", "RYE_*", "KEYCHAIN_PATH", "CRYPTOGRAPHY_*", "WORKON_HOME"),
    *("HTTP_TIMEOUT", "REQUEST_*", "RUST_*", "_RJEM_*", "RUFF", "TY", "JPY_*", "PSModulePath", "BASH_VERSION"),
    *("FISH_VERSION", "KSH_VERSION", "NU_VERSION", "ZSH_VERSION", *sorted(CI_SERVICES - set(OF_PYTHON))),
)
_LOCKS = {"uv": "uv.lock", "poetry": "poetry.lock", "pipenv": "Pipfile.lock"}
_MANIFESTS = {"uv": "pyproject.toml", "poetry": "pyproject.toml", "pipenv": "Pipfile"}
_MOVING = (
    *(
        "UV_CONFIG_FILE",
        "UV_ENV_FILE",
        "UV_PROJECT",
        "PIPENV_PIPFILE",
        "UV_OVERRIDE",
        "UV_CONSTRAINT",
        "PIPENV_DOTENV_LOCATION",
    ),
    *(
        "UV_BUILD_CONSTRAINT",
        "UV_EXCLUDE",
        "UV_WORKING_DIR",
        "UV_WORKING_DIRECTORY",
        "PIPENV_EXTRA_PIP_ARGS",
        "PIPENV_RESOLVER_PARENT_PYTHON",
        "POETRY_CONFIG_DIR",
        "POETRY_DATA_DIR",
        "ASDF_DATA_DIR",
        "RYE_PY_ROOT",
        "KEYCHAIN_PATH",
    ),
)
"""Variables that name files, folders or programs of one's own."""
_LINKED = names("-lCoreServices -lFoundation -lSecurity -lc -lgcc -lgcc_s libgcc_s.so.1 libc.so.6")
"""What gcc looks for in the working directory where poetry asks it for the place of a library (ctypes.util.find_library)."""
_ELSEWHERE = ("/Library/Frameworks", "/opt/pyca")
_SECONDS = {"uv": 3.0, "poetry": 12.0, "pipenv": 25.0}
_BESIDE = (
    *(
        "pyproject.toml",
        "uv.lock",
        "uv.toml",
        "poetry.lock",
        "poetry.toml",
        "Pipfile",
        "Pipfile.lock",
        ".python-version",
    ),
    *(".python-versions", ".env", "setup.cfg", ".tool-versions", "pylock.toml", "pyvenv.cfg", ".poetry"),
)
_PER_USER = (
    *(
        ".config",
        ".cache",
        ".local",
        ".netrc",
        ".pip",
        ".pyenv",
        ".asdf",
        ".rye",
        ".virtualenvs",
        ".pydistutils.cfg",
        ".python-version",
    ),
)
_LOCKED = names("lock export add remove update check")
_TOOLS = names("tool python self cache config env venv version init about")


def effect(call: Invocation) -> Effect:
    """Of ``uv``, ``poetry`` and ``pipenv``. Raises UnknownEffect for what runs a program, and what is not modelled."""
    argv = call.argv
    pip = call.name == "uv" and argv[1:2] == ("pip",)
    arguments = read_options((argv[0], *argv[2:]) if pip else argv, flags=_FLAGS - _VALUED, valued=_VALUED)
    command, operands = (*arguments.operands[:1], "")[0], arguments.operands[1:]
    if arguments.has("--directory", "--project", "--package", "--from", *(("-P",) if call.name == "poetry" else ())):
        raise UnknownEffect(f"{call.name} in another folder is not modelled")
    if any(value(call, name) for name in _MOVING):
        raise UnknownEffect(f"a variable names a file that {call.name} reads")
    if call.name == "uv":
        uv_settings.check(call, arguments)
    else:
        check_virtualenv(call)
        project_settings.check(call)
    found = _pip(call, command, operands, arguments) if pip else _model(call, command, operands, arguments)
    named = [call.path(given) for given in arguments.values("--target", "--prefix", "--cache-dir")]
    named += uv_settings.interpreters(call, arguments) if call.name == "uv" else ()
    if "/" in named:
        raise UnknownEffect(f"{call.name} may write anywhere")
    places = Region(tuple(dict.fromkeys(named)))
    return replace(found, reads=(*found.reads, places), writes=(*found.writes, places)) if named else found


def _model(call: Invocation, command: str, operands: tuple[str, ...], arguments: Arguments) -> Effect:
    if not command and arguments.has("--version", "-V"):
        return _effect(call, (), (), seconds=0.5)
    if command in ("sync", "install") and not (command == "sync" and call.name == "poetry" and operands):
        return _install(call, command, operands, arguments)
    if command in _LOCKED:
        return _whole(call, arguments)
    if command in _TOOLS and not any(word in ("run", "upgrade-shell") for word in operands[:1]):
        return _tool(call, command, operands, arguments)
    raise unmodelled(call.name, command, ("run", "shell", "build", "publish", "tree", "x", "upgrade-shell"))


def _caches(call: Invocation) -> tuple[Cache, ...]:
    """What the tool keeps of what it downloads. Poetry's folder holds virtual environments, too: those are no cache."""
    if call.name == "uv" and ({"--no-cache", "--no-cache-dir", "-n"} & {*call.argv} or value(call, "UV_NO_CACHE")):
        return ()
    name, usual = {"uv": ("UV_CACHE_DIR", "uv"), "poetry": ("POETRY_CACHE_DIR", "pypoetry")}.get(
        call.name, ("PIPENV_CACHE_DIR", "pipenv")
    )
    options = [*call.argv, ""]
    option = next((after for word, after in pairwise(options) if word == "--cache-dir"), "")
    option = next((word.partition("=")[2] for word in options if word.startswith("--cache-dir=")), option)
    given = option or value(call, name)
    folder = call.path(given) if given else join(cache_home(call), usual)
    places = [join(folder, part) for part in ("cache", "artifacts")] if call.name == "poetry" else [folder]
    return tuple(Cache(place, f"rm -rf {place}") for place in places)


def _effect(
    call: Invocation,
    reads: tuple[Region, ...],
    writes: tuple[Region, ...],
    *,
    seconds: float,
    needs: tuple[str, ...] = (),
    whole: bool = False,
    size: int = 0,
) -> Effect:
    """With what every run reads (settings here and above, toolchain) and leaves (caches, the interpreter's packages)."""
    here = (call.directory, *ancestors(call.directory))
    beside = exact(call, *(join(folder, name) for folder in here for name in _BESIDE))
    if call.name == "poetry":
        beside = Region((*beside.include, *(join(call.directory, name) for name in _LINKED)))
    environments = Region(tuple(join(folder, ".venv") for folder in here))
    named = (
        "UV_CACHE_DIR",
        "UV_PROJECT_ENVIRONMENT",
        "VIRTUAL_ENV",
        "POETRY_CACHE_DIR",
        "POETRY_VIRTUALENVS_PATH",
        "WORKON_HOME",
    )
    more = (
        "UV_PYTHON_INSTALL_DIR",
        "UV_TOOL_DIR",
        "UV_TOOL_BIN_DIR",
        "UV_PYTHON_BIN_DIR",
        "UV_PYTHON_CACHE_DIR",
        "UV_CREDENTIALS_DIR",
        "POETRY_HOME",
        "PIPENV_CACHE_DIR",
        "PIP_CACHE_DIR",
    )
    places = Region(tuple(call.path(given) for name in (*named, *more) if (given := value(call, name))))
    if any(path == "/" for path in places.include):
        raise UnknownEffect(f"{call.name} may write anywhere")
    wide = (Region.everything(),) if whole else ()
    kept = (*installer_writes(call), *interpreter_writes(call), homes(call, *_PER_USER), places, environments, *writes)
    base = (
        *installer_reads(call),
        in_homes(call, *_PER_USER),
        exact(call, *python_path_reads(call)),
        Region(("/etc/uv", *_ELSEWHERE)),
    )
    return Effect(
        reads=(*base, *kept, beside, *reads, *wide),
        writes=kept,
        environment=None if whole else variables(call, *_LISTENED),
        caches=_caches(call) if size else (),
        network=True,
        seconds=seconds,
        size=size,
        needs=needs,
    )


def _whole(call: Invocation, arguments: Arguments) -> Effect:
    """What builds the project, or may: everything is read, the working directory written."""
    here = call.path(".")
    outputs = tuple(call.path(given) for given in arguments.values("-o", "--output", "--target", "--prefix"))
    if "/" in (here, *outputs):
        raise UnknownEffect(f"{call.name} may write anywhere")
    call.assume(INDEX)
    call.assume(SELF_CONTAINED)
    call.assume(IN_PLACE)
    seconds = _SECONDS[call.name] + 8.0
    return _effect(call, (), (Region((here, *outputs)),), seconds=seconds, needs=(here,), whole=True, size=50_000_000)


def _tool(call: Invocation, command: str, operands: tuple[str, ...], arguments: Arguments) -> Effect:
    """``uv venv``, ``uv python install``, ``uv tool install name``, ``poetry config name value``, ``poetry self add``."""
    if any(word.startswith(("-", ".", "~")) or SYMBOLIC in word[:1] for word in operands):
        raise UnknownEffect(f"{call.name} {command} of something of the project is not modelled")
    extra = arguments.values("--with")
    if arguments.has("-c", "--constraint", "-r", "--requirement", "-e", "--editable") or any(map(_is_local, extra)):
        raise UnknownEffect(f"{call.name} {command} of something of the project is not modelled")
    if command == "config":
        project_settings.check_setting(operands)
    if command == "init":
        return _whole(call, arguments)
    targets = [call.path(word) for word in operands] if command == "venv" else []
    call.assume(INDEX)
    call.assume(SELF_CONTAINED)
    return _effect(call, (), (Region(tuple(targets)),), seconds=4.0, size=30_000_000)


def _is_local(word: str) -> bool:
    """Whether a package may be a folder or an archive here."""
    return word.startswith((".", "~")) or "/" in word or word.endswith((".whl", ".gz", ".zip")) or SYMBOLIC in word[:1]


def _install(call: Invocation, command: str, operands: tuple[str, ...], arguments: Arguments) -> Effect:
    root, lock, manifest = call.directory, _LOCKS[call.name], _MANIFESTS[call.name]
    alone = call.name == "pipenv" or arguments.has(
        "--no-root", "--no-install-project", "--no-install-workspace", "--only-root"
    )
    outside = any(isinstance(call.node(join(folder, manifest)), File) for folder in ancestors(root))
    given = () if operands else (call.text(join(root, manifest)),)
    if not given or given[0] is None or not alone or outside or arguments.has("--only-root", "-e", "--editable", "-r"):
        return _whole(call, arguments)
    if _leads_on(_toml(join(root, manifest), given[0])):
        return _whole(call, arguments)
    lock_path = join(root, lock)
    locked = isinstance(call.node(lock_path), File)
    keeps = Assumption(
        "lock-agrees", f"{lock_path} agrees with {manifest}, so {call.name} leaves it as it is", Verdict.UNCHECKED
    )
    options = ("--frozen", "--locked", "--deploy", "--ignore-pipfile")
    kept = locked and (
        call.name == "poetry" or (call.name == "pipenv" and command == "sync") or arguments.has(*options)
    )
    data = call.read(call.filesystem.resolve(lock_path)) or b""
    as_made = call.name != "uv" or uv_settings.keeps_lock(call, arguments)
    kept = kept or (locked and as_made and call.assume(keeps, _agrees(call.name, root, manifest, given[0], data)))
    call.assume(INDEX)
    call.assume(SELF_CONTAINED)
    if b"file:" in data or b"editable = " in data or b"directory = " in data or b'"path":' in data:
        if not _only_itself(data):
            return _whole(call, arguments)
    elif locked and not data:
        raise UnknownContent(f"the content of {lock_path} is not known")
    pipfiles = (
        (join(root, name) for name in children(call, root) if name.startswith("pylock."))
        if call.name == "pipenv"
        else ()
    )
    named = (line.split(b'"')[1] for line in data.splitlines() if line.startswith(b'name = "'))
    packages = [name.decode("utf-8", "replace") for name in named]
    count = len(packages) or 20
    probed = [join(root, name) for name in packages] if call.name == "poetry" else []  # it looks for a folder called so
    return _effect(
        call,
        (exact(call, join(root, manifest), lock_path, *probed, *pipfiles),),
        (Region(() if kept else (lock_path,)),),
        seconds=_SECONDS[call.name] + 0.1 * count,
        needs=(join(root, manifest), lock_path),
        size=800_000 * count,
    )


def _agrees(name: str, root: str, manifest: str, text: str, lock: bytes) -> bool | None:
    """What the lock file tells of its agreement with the manifest; None where it tells nothing."""
    found = _toml(join(root, manifest), text)
    return uv_agrees(found, lock) if name == "uv" else pipfile_agrees(found, lock) if name == "pipenv" else None


def _only_itself(data: bytes) -> bool:
    """Whether the one local package in a lock file of uv is the project itself (``editable = "."``, ``virtual = "."``)."""
    local = data.count(b"file:") + data.count(b"directory = ") + data.count(b'"path":')
    return not local and data.count(b"editable = ") == data.count(b'source = { editable = "." }') <= 1


def _toml(path: str, text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UnknownEffect(f"{path} is not TOML: {error}") from error


def _leads_on(part: object) -> bool:
    """Whether a manifest names local folders, a workspace, dynamic fields, or plug-ins of poetry."""
    if isinstance(part, dict):
        local = {"path", "workspace", "dynamic", "requires-plugins", "editable", "file"} & set(part)
        return bool(local) or any(_leads_on(inner) for inner in part.values())
    if isinstance(part, list):
        return any(map(_leads_on, part))
    return isinstance(part, str) and "file:" in part


def _pip(call: Invocation, command: str, operands: tuple[str, ...], arguments: Arguments) -> Effect:
    """``uv pip install`` takes requirements as pip does; ``sync`` takes requirement files."""
    if command not in ("install", "sync", "uninstall", "list", "freeze", "check", "show", "compile", "tree"):
        raise UnknownEffect(f"uv pip {command.replace(SYMBOLIC, '$')} is not modelled")
    if command == "compile" or arguments.has("--group"):
        return _whole(call, arguments)
    found = Requirements()
    files = [*arguments.values("-r", "--requirement", "-c", "--constraint"), *(operands if command == "sync" else ())]
    for name in files:
        if name.rsplit("/", 1)[-1] in ("pyproject.toml", "setup.py", "setup.cfg", "-", "stdin") or not name.endswith(
            ".txt"
        ):
            return _whole(call, arguments)
        read_file(call, name if "://" in name else place(call, name), found)
    for word in (*(operands if command == "install" else ()), *arguments.values("-e", "--editable")):
        add_requirement(call, word, found)
    local = local_projects(call, found.trees)
    call.assume(INDEX)
    call.assume(SELF_CONTAINED)
    needed = (*found.files, *found.archives, *found.links)
    return _effect(
        call,
        (exact(call, *needed, *shadowing(call, call.directory)), *local),
        written(local),
        seconds=2.0 + 0.4 * found.count + 8.0 * len(found.trees),
        needs=(*needed, *(path for region in local for path in region.include)),
        whole=bool(local),
        size=8_000_000 * found.count,
    )
