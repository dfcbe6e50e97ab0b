"""python: ``-m pip``, ``-m venv``, ``-m virtualenv``, ``-m compileall``, ``setup.py``, and scripts that can be read through.

With ``-m`` the working directory comes first in ``sys.path``, with a script the script's folder does (Python documentation,
"sys.path initialization"): files there that bear the name of a module take its place, so they are read.
"""

from __future__ import annotations

from restow.effects.effect import SYMBOLIC, Effect, Invocation
from restow.effects.options import read_options
from restow.effects.places import INDEX, SELF_CONTAINED, in_homes
from restow.effects.programs.python.pip import (
    ADDRESSES,
    interpreter_writes,
    local_projects,
    pip_effect,
    python_path_reads,
    shadowing,
    written,
)
from restow.effects.surroundings import (
    OF_PIP,
    OF_PYTHON,
    exact,
    homes,
    installer_reads,
    installer_writes,
    names,
    place,
    variables,
)
from restow.errors import UnknownEffect
from restow.vfs import Region, join

_FLAGS = names("-u -B -O -OO -s -S -E -I -q -v -b -d -P -R -x")
_VALUED = frozenset(("-W", "-X"))
_VENV_FLAGS = names(
    "--system-site-packages --symlinks --copies --clear --upgrade --without-pip --upgrade-deps "
    "--without-scm-ignore-files --no-site-packages --always-copy --no-download --download --no-setuptools "
    "--no-wheel --no-pip --distribute -q --quiet -v --verbose --relocatable --no-periodic-update "
    "--symlink-app-data --unzip-setuptools"
)
_VENV_VALUED = names("--prompt -p --python --pip --setuptools --wheel --seeder --creator --activators --app-data")
_SETUP_COMMANDS = names(
    "install develop build build_ext build_py bdist_wheel sdist egg_info bdist_egg install_lib install_scripts"
)
_LISTENED = (
    *OF_PYTHON,
    "VIRTUALENV_*",
    "_VIRTUALENV_*",
    "TCL_LIBRARY",
    *OF_PIP,
)


def effect(call: Invocation) -> Effect:
    """Of ``python [options] (-m module | script) [arguments]`` and virtualenv; seconds and sizes are own estimates."""
    if call.name == "virtualenv":
        return environment_effect(call, call.argv[1:])
    words = list(call.argv[1:])
    own_path = True
    while words and words[0].startswith("-"):
        word = words.pop(0)
        if word in ("-m", "-c", "-"):
            return _module(call, words, own_path) if word == "-m" else _inline(call)
        if word in ("--version", "-V", "-VV"):
            return Effect(
                reads=_base(call),
                writes=interpreter_writes(call),
                environment=(*OF_PYTHON, "PATH", "HOME"),
            )
        if word in _VALUED and words:
            words.pop(0)
        elif word.startswith("-m") and SYMBOLIC not in word:
            return _module(call, [word[2:], *words], own_path)
        elif word not in _FLAGS and word[:2] not in _VALUED:
            raise UnknownEffect(f"the option {word.replace(SYMBOLIC, '$')} of {call.name} is not modelled")
        own_path = own_path and word not in ("-I", "-P")
    if not words:
        raise UnknownEffect(f"{call.name} runs a program from standard input")
    return _script(call, words)


def _inline(call: Invocation) -> Effect:
    raise UnknownEffect(f"{call.name} runs a program given on its command line or standard input")


def _base(call: Invocation) -> tuple[Region, ...]:
    return (*installer_reads(call), in_homes(call, ".local", ".pydistutils.cfg"), exact(call, *python_path_reads(call)))


def _module(call: Invocation, words: list[str], own_path: bool) -> Effect:
    if not words or SYMBOLIC in words[0]:
        raise UnknownEffect(f"{call.name} -m runs a module that is not known")
    module, rest = words[0], tuple(words[1:])
    shadows = shadowing(call, call.directory) if own_path else ()
    if module == "pip":
        return pip_effect(call, rest, shadows)
    names = (module, module + ".py")
    shadows = (*shadows, *(join(call.directory, name) for name in names)) if own_path else ()
    if module in ("venv", "virtualenv"):
        return environment_effect(call, rest, shadows)
    if module == "ensurepip":
        read_options(
            (module, *rest), flags=["-U", "--upgrade", "--user", "--altinstall", "--default-pip", "-v", "--version"]
        )
        writes = (*installer_writes(call), homes(call, ".local"))
        return Effect(
            reads=(*_base(call), exact(call, *shadows)),
            writes=writes,
            environment=variables(call, *_LISTENED),
            seconds=4.0,
        )
    if module == "compileall":
        return _compileall(call, rest, shadows)
    raise UnknownEffect(f"{call.name} -m {module} is not modelled")


def _compileall(call: Invocation, words: tuple[str, ...], shadows: tuple[str, ...]) -> Effect:
    arguments = read_options(
        ("compileall", *words), flags=["-q", "-qq", "-f", "-b", "-l"], valued=["-j", "-x", "-o", "-r"]
    )
    if not arguments.operands:
        raise UnknownEffect("compileall of the whole of sys.path is not modelled")
    places = Region(tuple(call.path(operand) for operand in arguments.operands))
    reads = (*_base(call), exact(call, *shadows), places)
    return Effect(
        reads=reads,
        writes=(places, *interpreter_writes(call)),
        environment=(*OF_PYTHON, "PATH", "HOME", "SOURCE_DATE_EPOCH"),
        seconds=2.0,
    )


def environment_effect(call: Invocation, words: tuple[str, ...], shadows: tuple[str, ...] = ()) -> Effect:
    """Of ``python -m venv DIR`` and ``virtualenv DIR``: a tree of its own below DIR. 3 s, 12 MB."""
    arguments = read_options(("venv", *words), flags=_VENV_FLAGS, valued=_VENV_VALUED)
    if arguments.has("--app-data", "--activators", "--creator", "--seeder") or not arguments.operands:
        raise UnknownEffect("this use of a tool for virtual environments is not modelled")
    check_virtualenv(call)
    places = Region(tuple(call.path(operand) for operand in arguments.operands))
    interpreters = tuple(place(call, given) for given in arguments.values("-p", "--python") if "/" in given)
    call.assume(INDEX)
    return Effect(
        reads=(
            *_base(call),
            places,
            exact(call, *shadows, *interpreters, *(join(call.directory, name) for name in ADDRESSES)),
            in_homes(call, ".config/virtualenv", ".pip", ".config/pip", ".netrc", "_netrc"),
        ),
        writes=(
            *interpreter_writes(call),
            places,
            homes(call, ".local/share/virtualenv", ".cache"),
            Region(("/tmp",)),
        ),
        environment=variables(call, *_LISTENED),
        network=True,
        seconds=3.0,
        size=12_000_000,
    )


def check_virtualenv(call: Invocation) -> None:
    """Raise UnknownEffect where a variable stands for an option of virtualenv: each has one (virtualenv's documentation)."""
    if given := sorted(name for name in call.environment if name.startswith("VIRTUALENV_") or name == "TCL_LIBRARY"):
        raise UnknownEffect(f"a virtual environment that {given[0]} changes is not modelled")


def _script(call: Invocation, words: list[str]) -> Effect:
    script = place(call, words[0])
    if script.endswith("/setup.py"):
        return _setup(call, script, words[1:])
    from restow.effects.python_reads import reads_of_script

    found = reads_of_script(call, script)
    folder = script.rsplit("/", 1)[0] or "/"
    return Effect(
        reads=(*_base(call), exact(call, *found.files, *shadowing(call, folder))),
        writes=(*interpreter_writes(call), Region(tuple(found.byte_code))),
        environment=None if found.environment else (*OF_PYTHON, "PATH", "HOME", "LANG", "LC_*", "TZ"),
        seconds=0.5,
        needs=tuple(found.files),
    )


def _setup(call: Invocation, script: str, words: list[str]) -> Effect:
    """``setup.py install`` and its kind: the project's own code, building in its folder; it has to be run from there."""
    folder = script.rsplit("/", 1)[0] or "/"
    commands = [word for word in words if not word.startswith("-")]
    if not commands or not set(commands) <= _SETUP_COMMANDS or any("/" in word or SYMBOLIC in word for word in words):
        raise UnknownEffect(f"{call.name} setup.py {' '.join(words).replace(SYMBOLIC, '$')} is not modelled")
    if folder != call.directory:
        raise UnknownEffect(f"{script} is run from another folder than its own")
    call.assume(INDEX)
    call.assume(SELF_CONTAINED)
    local = local_projects(call, [folder])
    return Effect(
        reads=(*_base(call), *local),
        writes=(*installer_writes(call), homes(call, ".local", ".cache"), *written(local)),
        environment=None,
        network=True,
        seconds=15.0,
        size=10_000_000,
        needs=(folder,),
    )
