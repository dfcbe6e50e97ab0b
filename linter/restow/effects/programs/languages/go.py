"""go: mod download, mod verify, mod tidy, mod vendor, get, install pkg@version, build, vet, list, clean, env, version.

By the Go documentation ("Go Modules Reference", "go command"): the module is the nearest folder above with a ``go.mod``, the
workspace the nearest with a ``go.work``; local ``replace`` and ``use`` folders count with their ``go.mod``. ``go mod download``
looks at no source file. A build may reach any file through cgo's flags, unless ``CGO_ENABLED=0``, so it reads everything.

Priors (own estimates): 2 s and 0.7 s a required module, 3 MB each; 25 s and 20 MB for a build; 8 s and 20 MB for mod tidy, vendor
and get; 15 s and 60 MB for a program from its address.
"""

from __future__ import annotations

import re

from restow.effects.effect import SYMBOLIC, Assumption, Cache, Effect, Invocation, Verdict
from restow.effects.options import Arguments, read_options, unmodelled
from restow.effects.places import INDEX, SELF_CONTAINED
from restow.effects.programs.languages.go_files import Module, nearest, parse_module, sums_complete, work_folders
from restow.effects.surroundings import (
    COMMON_VARIABLES,
    ancestors,
    cache_home,
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
    "-x -v -a -n -d -u -t -fix -insecure -race -msan -asan -trimpath -modcacherw -json -buildvcs -i -m -e -deps "
    "-linkshared -w -modcache -cache -testcache"
)
_VALUED = names(
    "-o -p -mod -ldflags --ldflags -gcflags -asmflags -tags --tags -buildmode -installsuffix -compiler "
    "-gccgoflags -f -go -compat -reuse -covermode -coverpkg -vettool -pkgdir"
)
_LISTENED = ("GO*", "CGO_*", "GCCGO", "FC")
_HARMLESS = names(
    "GOPROXY GOSUMDB GOPRIVATE GONOPROXY GONOSUMDB GOINSECURE GO111MODULE CGO_ENABLED GOOS GOARCH GOTOOLCHAIN"
)
_DOWNLOADED = (2.0, 0.7, 3_000_000)

_VERSION_CONTROL = (".git", ".bzr", ".hg", ".svn", ".fslckout", "_FOSSIL_")
"""By these go finds the version that it stamps into a program."""


def effect(call: Invocation) -> Effect:
    """Of ``go [-C dir] command [flags] [arguments]``."""
    words = call.argv[1:]
    if any(word == "-C" or word.startswith("-C=") for word in words):
        raise UnknownEffect("go in another folder (-C) is not modelled")
    _check_flags(call)
    command, rest = (*words[:1], "")[0], words[1:]
    if command == "mod":
        return _mod(call, (*rest[:1], "")[0], _options(rest))
    if any(word.startswith(("-modfile", "-overlay", "-toolexec")) for word in rest):
        raise UnknownEffect("go with another module file or programs of its own is not modelled")
    arguments = _options(words)
    if command in ("version", "env") and not arguments.options:
        return Effect(reads=_base(call), writes=_caches(call), environment=(*COMMON_VARIABLES, *_LISTENED), seconds=0.2)
    if command == "env" and arguments.has("-w"):
        return _env(call, arguments)
    cleaned = {name for name, _ in arguments.options} <= {"-modcache", "-cache", "-testcache", "-x"}
    if command == "clean" and arguments.options and cleaned and not arguments.operands:
        reads = (*_base(call), *_caches(call))
        return Effect(reads=reads, writes=_caches(call), environment=variables(call, *_LISTENED), seconds=1.0)
    if command == "install" and arguments.operands and all("@" in operand for operand in arguments.operands):
        return _install(call, arguments)
    if command == "get":
        return _get(call, arguments)
    if command in ("build", "install", "vet", "list"):
        return _build(call, command, arguments)
    raise unmodelled("go", command, ("run", "test", "generate", "tool"))


def _options(words: tuple[str, ...]) -> Arguments:
    """Go's flags take one dash or two, with the value after ``=`` or in the next word."""
    plain: list[str] = []
    for word in words:
        name, equals, given = word.partition("=")
        if word.startswith("-") and equals and name in _VALUED:
            plain += [name, given]
        elif word.startswith("-") and equals and name in _FLAGS:
            plain.append(name)
        elif (
            word.startswith("-")
            and word not in _FLAGS
            and word not in _VALUED
            and (plain[-1:] or [""])[0] not in _VALUED
        ):
            raise UnknownEffect(f"the flag {word.replace(SYMBOLIC, '$')} of go is not modelled")
        else:
            plain.append(word)
    return read_options(tuple(plain) or ("go",), flags=_FLAGS, valued=_VALUED)


def _check_flags(call: Invocation) -> None:
    flags = value(call, "GOFLAGS") or ""
    if any(mark in flags for mark in ("-modfile", "-overlay", "-toolexec", "-vettool", "-C")):
        raise UnknownEffect("GOFLAGS names files or programs")
    if value(call, "GO111MODULE") == "off" and call.argv[1:2] == ("mod",):
        raise UnknownEffect("go mod without modules is not modelled")


def _env(call: Invocation, arguments: Arguments) -> Effect:
    """``go env -w NAME=value`` keeps settings per user: only those that lead to no file are understood."""
    for operand in arguments.operands:
        if operand.partition("=")[0] not in _HARMLESS or "file:" in operand or SYMBOLIC in operand.partition("=")[2]:
            raise UnknownEffect(f"go env -w {operand.replace(SYMBOLIC, '$')} may name files that later commands read")
    written = homes(call, ".config/go")
    return Effect(
        reads=(*_base(call), written), writes=(written,), environment=(*COMMON_VARIABLES, *_LISTENED), seconds=0.2
    )


def _go_path(call: Invocation) -> str:
    """``GOPATH``: in the official images ``/go``, by default ``~/go``."""
    given = value(call, "GOPATH")
    return call.path(given.split(":")[0]) if given else join(call.home, "go")


def _caches(call: Invocation) -> tuple[Region, ...]:
    paths = [
        join(_go_path(call), "pkg"),
        "/go/pkg",
        *(call.path(given) for name in ("GOMODCACHE", "GOCACHE") if (given := value(call, name))),
    ]
    return (Region(tuple(paths)), homes(call, ".cache/go-build", ".config/go", "go/pkg"), Region(("/tmp",)))


def _kept(call: Invocation) -> tuple[Cache, Cache]:
    """The module cache and the build cache ("go clean", "Environment variables")."""
    modules, built = value(call, "GOMODCACHE"), value(call, "GOCACHE")
    return (
        Cache(call.path(modules) if modules else join(_go_path(call), "pkg/mod"), "go clean -modcache"),
        Cache(call.path(built) if built else join(cache_home(call), "go-build"), "go clean -cache"),
    )


def _base(call: Invocation) -> tuple[Region, ...]:
    named = tuple(place(call, given) for name in ("GOENV", "GOWORK") if (given := value(call, name)) and given != "off")
    named += _proxies(call)
    above = [
        join(folder, name)
        for folder in (call.directory, *ancestors(call.directory))
        for name in ("go.mod", "go.work", "go.work.sum")
    ]
    return (*installer_reads(call), homes(call, ".config/go", ".cache/go-build", "go"), exact(call, *above, *named))


def _proxies(call: Invocation) -> tuple[str, ...]:
    """Folders that ``GOPROXY`` names (``file:///srv/proxy``): modules are taken from there (Go Modules Reference)."""
    parts = re.split("[,|]", value(call, "GOPROXY") or "")
    return tuple(place(call, part.removeprefix("file://")) for part in parts if part.startswith("file://"))


def _module(call: Invocation) -> Module:
    """The main module; with a workspace, the one folder's whose modules all count."""
    root = nearest(call, call.directory, "go.mod")
    if root is None:
        raise UnknownEffect(f"there is no go.mod in or above {call.directory} when go runs")
    return parse_module(call, root)


def _workspace(call: Invocation) -> list[Module]:
    if value(call, "GOWORK") == "off":
        return []
    named = value(call, "GOWORK")
    root = place(call, named).rsplit("/", 1)[0] if named else nearest(call, call.directory, "go.work")
    return [parse_module(call, folder) for folder in work_folders(call, root)] if root is not None else []


def _mod(call: Invocation, command: str, arguments: Arguments) -> Effect:
    if command in ("download", "verify"):
        return _download(call, command)
    if command == "init":
        changed = tuple(join(call.path("."), name) for name in ("go.mod", "go.sum"))
        return _changing_module(call, (), changed)
    if command not in ("tidy", "vendor") or arguments.operands:
        raise UnknownEffect(f"go mod {command.replace(SYMBOLIC, '$')} is not modelled")
    roots = _roots(call)
    changed = _module_files(call, roots)
    vendored = tuple(f"{path.removesuffix('go.mod')}vendor" for path in changed if path.endswith("go.mod"))
    return _changing_module(call, roots, (*changed, *vendored))


def _changing_module(call: Invocation, roots: tuple[str, ...] | None, changed: tuple[str, ...]) -> Effect:
    call.assume(INDEX)
    return Effect(
        reads=(*_base(call), *_caches(call), Region(changed), _whole(call, roots)),
        writes=(Region(changed), *_caches(call)),
        environment=variables(call, *_LISTENED),
        caches=_kept(call)[:1],
        network=True,
        seconds=8.0,
        size=20_000_000,
        needs=roots or (),
    )


def _download(call: Invocation, command: str) -> Effect:
    if _roots(call) is None:
        return _changing_module(call, None, _module_files(call, None))
    modules = [_module(call), *_workspace(call)]
    files = [join(module.root, name) for module in modules for name in ("go.mod", "go.sum", "vendor/modules.txt")]
    files += [join(folder, "go.mod") for module in modules for folder in module.local]
    for folder in (folder for module in modules for folder in module.local):
        call.text(join(folder, "go.mod"))
    complete = Assumption(
        "go-sum-complete",
        "go.sum lists every required module, so go mod download leaves it as it is",
        Verdict.UNCHECKED,
    )
    summed = all(isinstance(call.node(join(module.root, "go.sum")), File) for module in modules if module.required)
    kept = len(modules) == 1 and summed and call.assume(complete, sums_complete(call, modules[0]))
    kept = kept or command == "verify" or (len(modules) > 1 and summed and call.assume(complete))
    written = () if kept else tuple(join(module.root, name) for module in modules for name in ("go.mod", "go.sum"))
    sums = () if kept else tuple(join(folder, "go.work.sum") for folder in (call.directory, *ancestors(call.directory)))
    call.assume(INDEX)
    count = sum(len(module.required) for module in modules)
    return Effect(
        reads=(*_base(call), *_caches(call), exact(call, *files, *written, *sums)),
        writes=(*_caches(call), Region((*written, *sums))),
        environment=(*COMMON_VARIABLES, *_LISTENED),
        caches=_kept(call)[:1],
        network=True,
        seconds=_DOWNLOADED[0] + _DOWNLOADED[1] * count,
        size=_DOWNLOADED[2] * max(1, count),
        needs=tuple(dict.fromkeys((*files, *_above(call, "go.work", "go.work.sum")))),
    )


def _above(call: Invocation, *inside: str) -> list[str]:
    """Where one of the names really stands, in the working directory or above."""
    paths = [join(folder, name) for folder in (call.directory, *ancestors(call.directory)) for name in inside]
    return [path for path in paths if isinstance(call.node(path), File)]


def _programs(call: Invocation) -> tuple[str, ...]:
    given = value(call, "GOBIN")
    return (join(_go_path(call), "bin"), "/go/bin", *((call.path(given),) if given else ()))


def _install(call: Invocation, arguments: Arguments) -> Effect:
    """``go install path@version`` builds a program by its own ``go.mod``, not that of the working directory."""
    for operand in arguments.operands:
        if SYMBOLIC in operand.split("@")[0] or operand.startswith((".", "/")):
            raise UnknownEffect("go installs a program whose address is not known")
    if arguments.has("-o", "-vettool", "-pkgdir"):
        raise UnknownEffect("this use of go install is not modelled")
    call.assume(INDEX)
    call.assume(SELF_CONTAINED)
    programs = len(arguments.operands)
    return Effect(
        reads=(*_base(call), *_caches(call), Region(_programs(call))),
        writes=(*_caches(call), Region(_programs(call))),
        environment=variables(call, *_LISTENED),
        caches=_kept(call),
        network=True,
        seconds=15.0 * programs,
        size=60_000_000 * programs,
    )


def _roots(call: Invocation) -> tuple[str, ...] | None:
    """The folders that a command on the project's packages looks at as a whole; None where that is not known."""
    try:
        root = nearest(call, call.directory, "go.mod")
    except UnknownEffect:
        return None
    folders = [call.directory, *((root, *parse_module(call, root).local) if root is not None else ())]
    folders += [folder for module in _workspace(call) for folder in (module.root, *module.local)]
    return tuple(dict.fromkeys(folders))


def _module_files(call: Invocation, roots: tuple[str, ...] | None) -> tuple[str, ...]:
    """``go.mod`` and ``go.sum`` that a command may change (before Go 1.16 any that loads packages): of the modules known,
    or wherever one may stand in the working directory or above.
    """
    if roots is None:
        here = (call.directory, *ancestors(call.directory))
        roots = tuple(folder for folder in here if call.node(join(folder, "go.mod")) is not None)
    return tuple(join(root, name) for root in roots for name in ("go.mod", "go.sum"))


def _whole(call: Invocation, roots: tuple[str, ...] | None) -> Region:
    """Everything below the modules; the whole filesystem where it is not known which they are."""
    if roots is None:
        return Region.everything()
    versioned = (join(folder, name) for root in roots for folder in ancestors(root) for name in _VERSION_CONTROL)
    return Region((*(step for root in roots for step in tree(call, root)), *versioned))


def _get(call: Invocation, arguments: Arguments) -> Effect:
    """``go get`` changes ``go.mod`` and ``go.sum``; without modules it works in the whole of ``GOPATH``."""
    roots = _roots(call)
    changed = Region((*_module_files(call, roots), _go_path(call), *_programs(call)))
    call.assume(INDEX)
    call.assume(SELF_CONTAINED)
    return Effect(
        reads=(*_base(call), *_caches(call), changed, _whole(call, roots)),
        writes=(*_caches(call), changed, Region(("/go",))),
        environment=variables(call, *_LISTENED),
        caches=_kept(call),
        network=True,
        seconds=8.0 * max(1, len(arguments.operands)),
        size=20_000_000,
        needs=roots or (),
    )


def _build(call: Invocation, command: str, arguments: Arguments) -> Effect:
    """Without ``-o`` a program lands in the working directory under a name that depends on the package."""
    if arguments.has("-vettool", "-pkgdir"):
        raise UnknownEffect(f"this use of go {command} is not modelled")
    roots = _roots(call)
    outputs = [call.path(given) for given in arguments.values("-o")] or [call.path(".")]
    if command == "build" and "/" in outputs:
        raise UnknownEffect("go build in the root directory may write any file there")
    pure = value(call, "CGO_ENABLED") == "0"
    call.assume(INDEX)
    programs = (*_programs(call), *((_go_path(call), "/go/pkg") if command == "install" else ()))
    made = outputs if command == "build" else programs if command == "install" else ()
    written = Region((*made, *_module_files(call, roots)))
    return Effect(
        reads=(*_base(call), *_caches(call), _whole(call, roots) if pure else Region.everything(), written),
        writes=(*_caches(call), written),
        environment=variables(call, *_LISTENED),
        caches=_kept(call),
        network=True,
        seconds=25.0,
        size=20_000_000,
        needs=roots or (),
    )
