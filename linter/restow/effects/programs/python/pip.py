"""pip: install, wheel, download, uninstall, cache, config and the commands that only look.

What pip reads of a project, by its documentation ("Requirements File Format", "Configuration", "Local project
installs") and by traces of pip 23: the requirement files and what they lead to, ``pip.conf``, ``setup.cfg`` of the
working directory (distutils' own settings, before Python 3.10), ``.netrc``, and the folders of ``PYTHONPATH``. ``rustc
--version``, which pip runs for its user agent, looks for ``rust-toolchain`` there. Building a local project runs the
project's own code in its folder: the folder is read and written as a whole.

Priors (own estimates): 4 s and 1.5 s a requirement; 8 MB a requirement; 10 s for a local project.
"""

from __future__ import annotations

from configparser import ConfigParser
from configparser import Error as ConfigParserError

from restow.effects.effect import SYMBOLIC, Cache, Effect, Invocation
from restow.effects.named_files import named_paths
from restow.effects.options import Arguments, read_options
from restow.effects.places import INDEX, SELF_CONTAINED, in_homes, toolchain
from restow.effects.programs.python.pip_settings import BENIGN, FLAGS, FOLDERS, GLOBAL, SHORT, VALUED
from restow.effects.programs.python.requirement_files import Requirements, add_options, add_requirement, read_file
from restow.effects.surroundings import (
    OF_PIP,
    OF_PYTHON,
    ancestors,
    attributes_of,
    cache_home,
    exact,
    homes,
    installer_reads,
    installer_writes,
    place,
    trail,
    tree,
    value,
    variables,
)
from restow.errors import UnknownEffect
from restow.vfs import Directory, Region, Unknown, join

_LOOKING = frozenset(("list", "freeze", "show", "check", "help", "debug", "inspect", "index", "search", "hash"))
_LISTENED = (
    *OF_PYTHON,
    *OF_PIP,
    "DIST_EXTRA_CONFIG",
    "ENSUREPIP_OPTIONS",
    "PLAT",
)
ADDRESSES = ("https:", "http:", "file:", "git+https:", "git+http:", "git+ssh:")
"""Names in the working directory: pip asks of every address whether there is a file of that name."""
_PROJECT_FILES = ("setup.py", "setup.cfg", "pyproject.toml")
_LEAVING = ("../", "'..'", '"..', "..'", "file:")


def effect(call: Invocation) -> Effect:
    """Of ``pip`` by any name."""
    return pip_effect(call, call.argv[1:])


def pip_effect(call: Invocation, words: tuple[str, ...], also_read: tuple[str, ...] = ()) -> Effect:
    """The effect of pip with the arguments ``words``; ``also_read`` are paths that starting it reads beside."""
    arguments = read_options(("pip", *words), flags=FLAGS, valued=VALUED)
    arguments = Arguments(
        tuple((SHORT.get(n, n), given) for n, given in (*_settings(call), *arguments.options)), arguments.operands
    )
    read = (*_base(call), exact(call, *also_read, *python_path_reads(call)))
    if not arguments.operands:
        if arguments.has("--version", "--help"):
            return Effect(
                reads=read, writes=interpreter_writes(call), environment=variables(call, *_LISTENED), seconds=0.5
            )
        raise UnknownEffect("pip without a command")
    if arguments.has("--python"):
        raise UnknownEffect("pip with --python works on another interpreter")
    command, operands = arguments.operands[0], arguments.operands[1:]
    if command in ("install", "wheel", "download", "uninstall"):
        return _installing(call, command, operands, arguments, read)
    if command in _LOOKING and not arguments.has("--requirement", "--path"):
        network = command in ("index", "search", "list")
        return Effect(
            reads=read,
            writes=interpreter_writes(call),
            environment=variables(call, *_LISTENED),
            seconds=0.7,
            network=network,
        )
    if command == "cache":
        cache = Region((_cache(call, arguments),))
        return Effect(
            reads=(*read, cache),
            writes=(cache, *interpreter_writes(call)),
            environment=variables(call, *_LISTENED),
            seconds=0.6,
        )
    if command == "config":
        return _config(call, operands, arguments, read)
    raise UnknownEffect(f"pip {command.replace(SYMBOLIC, '$')} is not modelled")


def interpreter_writes(call: Invocation) -> tuple[Region, ...]:
    """Where a run of Python leaves byte code of the modules that it imports (PEP 3147): beside them."""
    beside = tuple(path for path in _python_path(call) if call.node(path))
    given = value(call, "PYTHONPYCACHEPREFIX")
    places = (*(join(path, "__pycache__") for path in beside), *((call.path(given),) if given else ()))
    installed = call.name.startswith(("pip", "virtualenv")) and SYMBOLIC in call.directory
    here = () if installed else (join(call.directory, "__pycache__"),)
    return (*toolchain(call), homes(call, ".local"), Region((*here, *places)))


def _python_path(call: Invocation) -> tuple[str, ...]:
    """The folders of ``PYTHONPATH``; an empty entry is the working directory (CPython, getpath)."""
    given = call.environment.get("PYTHONPATH", "")
    return tuple(join(call.directory, entry) for entry in given.split(":") if SYMBOLIC not in entry) if given else ()


def _base(call: Invocation) -> tuple[Region, ...]:
    """What every run of pip reads."""
    return (
        *installer_reads(call),
        in_homes(call, ".config/pip", ".pip", ".netrc", "_netrc", ".pydistutils.cfg", ".local", ".pypirc"),
        homes(call, ".cache/pip"),
        *(attributes_of(folder) for folder in dict.fromkeys((call.home, "/root", cache_home(call)))),
        exact(
            call,
            *_configuration_files(call),
            *(join(call.directory, name) for name in ("setup.cfg", "rust-toolchain", *ADDRESSES)),
        ),
    )


def _configuration_files(call: Invocation) -> tuple[str, ...]:
    """pip documentation, "Configuration", "Location": global, user, site, and the file named by ``PIP_CONFIG_FILE``."""
    named = value(call, "PIP_CONFIG_FILE")
    found = [
        "/etc/xdg/pip/pip.conf",
        "/etc/pip.conf",
        join(call.home, ".pip/pip.conf"),
        join(call.home, ".config/pip/pip.conf"),
    ]
    found += [
        join(call.directory, folder, "pip/pip.conf")
        for folder in (value(call, "XDG_CONFIG_HOME") or "").split(":")
        if folder
    ]
    found += [
        join(folder, "pip.conf") for folder in (value(call, "VIRTUAL_ENV") or "").split() if folder.startswith("/")
    ]
    return (*found, *((place(call, named),) if named and named != "/dev/null" else ()))


def _settings(call: Invocation) -> list[tuple[str, str]]:
    """Options given by ``pip.conf`` and by ``PIP_`` variables: those that name files count as if given on the command line."""
    found: list[tuple[str, str]] = []
    for path in _configuration_files(call):
        text = call.known_text(path)
        if text is not None:
            found += _in_configuration(path, text)
    for name, given in sorted(call.environment.items()):
        if name.startswith("PIP_") and name not in ("PIP_CONFIG_FILE", "PIP_VERSION") and given:
            found += _as_option(name[4:].lower().replace("_", "-"), given, name)
    return found


def _in_configuration(path: str, text: str) -> list[tuple[str, str]]:
    parser = ConfigParser(interpolation=None)
    try:
        parser.read_string(text)
    except ConfigParserError as error:
        raise UnknownEffect(f"{path} is no configuration of pip: {error.message}") from error
    return [
        option
        for section in parser.sections()
        for key, given in parser.items(section)
        for option in _as_option(key, given, path)
    ]


def _as_option(key: str, given: str, source: str) -> list[tuple[str, str]]:
    option = "--" + key.replace("_", "-")
    if option in BENIGN or option in FLAGS:
        return (
            [("--no-cache-dir", "")]
            if option == "--no-cache-dir" and given.lower() not in ("0", "no", "false", "off")
            else []
        )
    if option not in VALUED:
        return []
    if SYMBOLIC in given:
        raise UnknownEffect(f"{source} sets {option} to a value that is not known")
    several = option in ("--requirement", "--constraint", "--find-links", "--editable", "--group")
    return [(option, word) for word in (given.split() if several else [given])]


def _cache(call: Invocation, arguments: Arguments) -> str:
    return call.path((*arguments.values("--cache-dir"), join(cache_home(call), "pip"))[0])


def _config(call: Invocation, operands: tuple[str, ...], arguments: Arguments, read: tuple[Region, ...]) -> Effect:
    """``pip config set`` changes one settings file; only settings that lead to no file are understood."""
    if operands and operands[0] in ("list", "get", "debug"):
        return Effect(reads=read, writes=interpreter_writes(call), environment=variables(call, *_LISTENED), seconds=0.5)
    if len(operands) != 3 or operands[0] != "set" or arguments.has("--user", "--site"):
        raise UnknownEffect("this use of pip config is not modelled")
    option = "--" + operands[1].rpartition(".")[2].replace("_", "-")
    if option not in BENIGN and option not in FLAGS:
        raise UnknownEffect(f"pip config set {operands[1]} may name files that later installations read")
    written = Region(tuple(path for path in _configuration_files(call) if not path.startswith("/etc/xdg")))
    return Effect(
        reads=read,
        writes=(written, *interpreter_writes(call), homes(call, ".config")),
        environment=variables(call, *_LISTENED),
        seconds=0.5,
    )


_WITHOUT_RESULT = ("--no-cache-dir", "-q", "-qq", "--quiet", "--no-color", "--disable-pip-version-check")
"""Options that change what is printed, or what stays in pip's cache, and nothing that is installed."""


def _requirements(call: Invocation, command: str, operands: tuple[str, ...], arguments: Arguments) -> Requirements:
    found = Requirements()
    for name in arguments.values("--requirement", "--constraint"):
        if name in ("-", "/dev/stdin") or name.startswith("/proc/"):
            raise UnknownEffect("pip reads requirements from standard input")
        read_file(call, name if "://" in name else place(call, name), found)
    for operand in operands:
        if command != "uninstall":
            add_requirement(call, operand, found)
    add_options(call, arguments, found, call.directory)
    for group in arguments.values("--group"):
        path, colon, _ = group.rpartition(":")
        read_group(call, place(call, path if colon else "pyproject.toml"), found)
    return found


def read_group(call: Invocation, path: str, found: Requirements) -> None:
    """A dependency group (PEP 735) of ``pyproject.toml``: names and versions only, so any address of a file is refused."""
    if "file:" in (call.text(path) or ""):
        raise UnknownEffect(f"{path} names local files among its dependencies")
    found.files += trail(call, path)


def _installing(
    call: Invocation, command: str, operands: tuple[str, ...], arguments: Arguments, read: tuple[Region, ...]
) -> Effect:
    found = _requirements(call, command, operands, arguments)
    local = local_projects(call, found.trees)
    call.assume(INDEX)
    call.assume(SELF_CONTAINED)
    cache = _cache(call, arguments)
    targets = _targets(call, command, arguments, found)
    needed = (*found.files, *found.archives, *found.links, *_extra_files(call, arguments))
    git = (join(above, ".git") for above in (call.directory, *ancestors(call.directory))) if found.repositories else ()
    heard = variables(call, *_LISTENED, *found.variables)
    return Effect(
        reads=(*read, Region((cache, *targets)), exact(call, *needed, *git), *local),
        writes=(
            *installer_writes(call),
            *interpreter_writes(call),
            homes(call, ".cache"),
            Region((cache, *targets)),
            *written(local),
        ),
        environment=None if local else heard,
        assumes=(),
        caches=() if arguments.has("--no-cache-dir") else (Cache(cache, f"rm -rf {cache}"),),
        network=True,
        seconds=4.0 + 1.5 * found.count + 10.0 * len(found.trees),
        size=8_000_000 * found.count,
        needs=(*needed, *(path for region in local for path in region.include), join(call.directory, "setup.cfg")),
        words=tuple(word for word in call.argv if word not in _WITHOUT_RESULT),
    )


def written(local: tuple[Region, ...]) -> tuple[Region, ...]:
    """Of the regions of local projects (each first, then what it may look at beside): those that a build writes in."""
    return local[:1]


def local_projects(call: Invocation, trees: list[str]) -> tuple[Region, ...]:
    """The folders of local projects, and what their builds may read beside: the working directory and ``.git`` above.

    Raises UnknownEffect where a build script names files outside of its folder.
    """
    if not trees:
        return ()
    open_ended = False
    for folder in trees:
        texts = {name: call.known_text(join(folder, name)) for name in _PROJECT_FILES if "*" not in folder}
        if texts and all(text is None for text in texts.values()):
            places = [call.node(join(folder, name)) for name in _PROJECT_FILES]
            if not any(isinstance(node, Unknown) for node in places) or "*" in folder:
                raise UnknownEffect(f"what builds the project in {folder} is not known")
            open_ended = True
        for name, text in texts.items():
            if any(mark in (text or "") for mark in _LEAVING):
                raise UnknownEffect(f"{join(folder, name)} names files outside of its folder")
    above = tuple(join(higher, ".git") for folder in trees for higher in ancestors(folder))
    inside = tuple(step for folder in trees for step in tree(call, folder))
    return (Region(inside), Region.everything() if open_ended else Region((*tree(call, call.directory), *above)))


def _targets(call: Invocation, command: str, arguments: Arguments, found: Requirements) -> tuple[str, ...]:
    """The folders and files outside of the interpreter's own that options make pip write."""
    targets = [call.path(given) for given in arguments.values(*FOLDERS)]
    if command in ("wheel", "download") and not arguments.has("--dest", "--wheel-dir"):
        targets.append(call.directory)
    if found.editable_repository and not arguments.has("--src"):
        targets.append(join(call.directory, "src"))
    user_base = value(call, "PYTHONUSERBASE")
    byte_code = value(call, "PYTHONPYCACHEPREFIX")
    return (*targets, *(call.path(given) for given in (user_base, byte_code) if given))


def _extra_files(call: Invocation, arguments: Arguments) -> tuple[str, ...]:
    certificates = [place(call, given) for given in arguments.values("--cert", "--client-cert")]
    passed = arguments.values("--global-option", "--install-option", "--build-option", "--config-settings")
    return (*certificates, *(path for text in passed for path in named_paths(call, text)))


def python_path_reads(call: Invocation) -> tuple[str, ...]:
    """What a Python program reads of the folders in ``PYTHONPATH``."""
    return tuple(path for folder in _python_path(call) for path in shadowing(call, folder))


def shadowing(call: Invocation, folder: str) -> tuple[str, ...]:
    """What stands in a folder of ``sys.path`` and would be imported, or counted as installed, in place of the real thing."""
    node = call.node(folder)
    found = [join(folder, name) for name in ("pip", "sitecustomize.py", "usercustomize.py")]
    if isinstance(node, Directory):
        found += [join(folder, name) for name in sorted(node.children) if _shadows(node, name)]
    return tuple(found)


def _shadows(node: Directory, name: str) -> bool:
    if name.endswith((".egg-info", ".dist-info", ".egg-link", ".egg")):
        return True
    child = node.child(name)
    if isinstance(child, Directory) and not any(inner.startswith("__init__.") for inner in child.children):
        return False
    return name.split(".", maxsplit=1)[0] in GLOBAL
