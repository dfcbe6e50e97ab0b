"""composer: install, update, require, dump-autoload, clear-cache, config, global require.

By Composer's documentation ("install", "Scripts", "Plugins", "Repositories", "Autoload optimization", "schema"): read are
``composer.json`` (``COMPOSER``), ``composer.lock``, ``auth.json``, ``vendor``, and ``.git`` for the version of the root package,
which ends up in ``vendor/composer/installed.php``. An optimized or ``classmap`` autoloader is made by reading the sources.
Scripts of the project and plugins run whatever they like.

Priors (own estimates): 3 s and 0.4 s a locked package; 1 MB a package.
"""

from __future__ import annotations

import re
from typing import Any

from restow.effects.effect import SYMBOLIC, Cache, Effect, Invocation
from restow.effects.options import Arguments, read_options, unmodelled
from restow.effects.places import INDEX, SELF_CONTAINED, in_homes
from restow.effects.programs.javascript.manifest import as_object, entries
from restow.effects.surroundings import (
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
    "--no-dev --dev --no-scripts --no-plugins --no-autoloader --prefer-dist --prefer-source --no-interaction -n "
    "--no-progress --no-suggest --optimize-autoloader -o --classmap-authoritative -a --apcu-autoloader "
    "--ignore-platform-reqs --quiet -q --verbose -v -vv -vvv --ansi --no-ansi --no-cache --no-install --profile "
    "--dry-run --audit --no-audit --no-security-blocking --optimize --apcu --strict-psr --download-only --version "
    "-V --global -g --no-update -s --no-blocking"
)
_VALUED = names("--working-dir -d --ignore-platform-req --prefer-install --apcu-autoloader-prefix --audit-format")
_EVENTS = names(
    "pre-install-cmd post-install-cmd pre-update-cmd post-update-cmd pre-autoload-dump post-autoload-dump "
    "pre-package-install post-package-install pre-package-update post-package-update pre-operations-exec "
    "pre-command-run init command pre-pool-create pre-file-download post-file-download pre-dependencies-solving "
    "post-dependencies-solving"
)
_VENDOR_PLUGINS = names(
    "phpstan/extension-installer dealerdirect/phpcodesniffer-composer-installer pestphp/pest-plugin "
    "ocramius/package-versions composer/package-versions-deprecated infection/extension-installer symfony/runtime "
    "kylekatarnls/update-helper hirak/prestissimo"
)
"""Plugins that write below ``vendor`` alone, by their own documentation."""
_SAFE_SETTINGS = names(
    "sort-packages optimize-autoloader preferred-install platform allow-plugins process-timeout discard-changes "
    "platform-check prepend-autoloader classmap-authoritative apcu-autoloader github-protocols secure-http "
    "bin-compat audit lock autoloader-suffix htaccess-protect use-include-path notify-on-install store-auths "
    "use-github-api github-oauth http-basic"
)
_LISTENED = (
    *(
        "ICU_*",
        "KONSOLE_VERSION",
        "MSYSTEM",
        "OSTYPE",
        "SHELL_VERBOSITY",
        "SSLEAY_CONF",
        "SUDO_*",
        "USE_ZEND_*",
        "XDEBUG_*",
    ),
    *("XML_*", "ZEND_*", "COMPOSER*", "PHP*", "HTTP_*"),
)
_MOVING = (
    *("COMPOSER_HOME", "COMPOSER_DATA_DIR", "COMPOSER_CACHE_DIR"),
    *("COMPOSER_CACHE_FILES_DIR", "COMPOSER_CACHE_REPO_DIR", "COMPOSER_CACHE_VCS_DIR"),
)
"""Variables that stand for a setting of the same name ("Config", "Environment variables"), and name a folder."""
_OF_PHP = ("/.dockerenv",)
"""composer warns of running as root unless it finds itself in a container."""


def effect(call: Invocation) -> Effect:
    """Of ``composer command [options]``."""
    arguments = read_options(call.argv, flags=_FLAGS, valued=_VALUED)
    command, operands = (*arguments.operands[:1], "")[0], arguments.operands[1:]
    if not command and arguments.has("--version", "-V"):
        return _effect(call, (), (), seconds=0.5)
    if command in ("clear-cache", "clearcache", "cc"):
        return _effect(call, (), (), seconds=0.5)
    if value(call, "PHPRC") or value(call, "PHP_INI_SCAN_DIR"):
        raise UnknownEffect("a variable names settings of PHP")
    _check_home(call)
    if command == "install" and not operands:
        return _install(call, arguments, dumps=False)
    if command in ("update", "upgrade", "u") and not any(map(_is_odd, operands)):
        return _install(call, arguments, dumps=False, resolves=True)
    if command in ("require", "req") and operands and not any(map(_is_odd, operands)):
        return _install(call, arguments, dumps=False, resolves=True, changes=True)
    if command == "global" and operands[:1] in (("require",), ("req",)) and not any(map(_is_odd, operands)):
        return _everywhere(call, operands[1:])
    if command in ("dump-autoload", "dumpautoload") and not operands:
        return _install(call, arguments, dumps=True)
    if command == "config" and arguments.has("-g", "--global") and _is_plain_setting(operands):
        return _effect(call, (), (), seconds=0.5)
    raise unmodelled("composer", command, ("create-project", "run-script", "run", "exec", "test"))


def _is_plain_setting(operands: tuple[str, ...]) -> bool:
    """Whether a setting for all projects leads to no files and lets no plug-in run: a time limit, or a mirror of the index."""
    mirror = operands[:2] == ("repos.packagist", "composer") and operands[2:3] != ()
    return operands[:1] == ("process-timeout",) or (mirror and operands[2].startswith(("https://", "http://")))


def _is_odd(word: str) -> bool:
    """Whether an operand is anything but a package of the index, perhaps with a version (``a/b:^1``)."""
    name = re.split("[:=@]", word, maxsplit=1)[0]
    return SYMBOLIC in name or name.startswith((".", "/", "~")) or "\\" in name


def _everywhere(call: Invocation, packages: tuple[str, ...]) -> Effect:
    """``composer global require``: a project in composer's own home, with no scripts but those of plug-ins that it allows."""
    if value(call, "COMPOSER"):
        raise UnknownEffect("composer global with a manifest that a variable names is not modelled")
    written: list[str] = []
    for folder in _own_homes(call):
        _check_global(call, join(folder, "composer.json"))
        written += _moved(call, folder)
    call.assume(INDEX)
    call.assume(SELF_CONTAINED)
    where = Region(tuple(dict.fromkeys(written)))
    return _effect(call, (), (where,), packages=5 * len(packages), seconds=4.0 + 2.0 * len(packages))


def _own_homes(call: Invocation) -> list[str]:
    """Composer's own home: the folder that a variable names, or one of those that it looks for."""
    if given := value(call, "COMPOSER_HOME"):
        return [place(call, given)]
    settings = value(call, "XDG_CONFIG_HOME")
    more = [place(call, join(settings, "composer"))] if settings else []
    return [*(join(call.home, each) for each in (".composer", ".config/composer")), *more]


def _check_home(call: Invocation) -> None:
    """Settings for all projects, where the build put them there, count like those of the project ("config -- global")."""
    for folder in _own_homes(call):
        _check_global(call, join(folder, "config.json"))


def _check_global(call: Invocation, path: str) -> None:
    text = call.known_text(path)
    if text is None:
        return
    given = as_object(path, text)
    if given.get("scripts") or entries(given.get("config")).get("allow-plugins") or given.get("repositories"):
        raise UnknownEffect(f"{path} has scripts, plug-ins or repositories of its own")
    _check_settings(path, given)


def _moved(call: Invocation, root: str) -> list[str]:
    """Where variables put packages and their programs."""
    given = (value(call, name) for name in ("COMPOSER_VENDOR_DIR", "COMPOSER_BIN_DIR"))
    return [place(call, join(root, each)) for each in given if each]


def _homes(call: Invocation) -> tuple[Region, ...]:
    named = tuple(call.path(given) for name in _MOVING if (given := value(call, name)))
    return (
        homes(call, ".composer", ".config/composer", ".cache/composer", ".local/share/composer"),
        Region((*named, "/tmp")),
    )


def _caches(call: Invocation) -> tuple[str, ...]:
    """Where packages are kept (Composer's documentation, "COMPOSER_CACHE_DIR"): below ``~/.composer``, or by the XDG folders."""
    given, home = value(call, "COMPOSER_CACHE_DIR"), value(call, "COMPOSER_HOME")
    if given or home:
        return (call.path(given) if given else join(call.path(home or ""), "cache"),)
    return (join(call.home, ".composer/cache"), join(cache_home(call), "composer"))


def _effect(
    call: Invocation,
    reads: tuple[Region, ...],
    writes: tuple[Region, ...],
    *,
    seconds: float,
    packages: int = 0,
    needs: tuple[str, ...] = (),
) -> Effect:
    return Effect(
        reads=(
            *installer_reads(call),
            in_homes(call, ".composer", ".config/composer", ".netrc"),
            *_homes(call),
            Region(_OF_PHP),
            *reads,
            *writes,
        ),
        writes=(*_homes(call), *writes),
        environment=variables(call, *_LISTENED),
        caches=tuple(Cache(cache, "composer clear-cache") for cache in _caches(call)) if packages else (),
        network=bool(packages),
        seconds=seconds,
        size=1_000_000 * packages,
        needs=needs,
    )


def _root(call: Invocation, arguments: Arguments) -> tuple[str, str]:
    """The working directory, and the path of ``composer.json``."""
    root = place(call, (*arguments.values("--working-dir", "-d"), ".")[0])
    return root, place(call, join(root, value(call, "COMPOSER") or "composer.json"))


def _install(
    call: Invocation, arguments: Arguments, *, dumps: bool, resolves: bool = False, changes: bool = False
) -> Effect:
    """``resolves``: the lock file is made anew; ``changes``: ``composer.json`` is written as well."""
    root, path = _root(call, arguments)
    text = call.text(path)
    if text is None:
        raise UnknownEffect(f"{path} does not exist when composer reads it")
    given = as_object(path, text)
    lock = path.removesuffix(".json") + ".lock"
    locked = isinstance(call.node(lock), File)
    _refuse_scripts(path, given, arguments)
    _check_settings(path, given)
    packages = _packages(call, lock) if locked else []
    _refuse_plugins(arguments, given, packages, locked and not resolves)
    local = _local_folders(call, root, path, given, packages)
    files = [path, lock, join(root, "auth.json"), join(root, "composer.local.json")]
    versions = [
        join(folder, name)
        for folder in (root, *ancestors(root))
        for name in (".git", ".hg", ".svn", ".fslckout", "_FOSSIL_", "HEAD", "objects", "refs", "commondir")
    ]
    written = _moved(call, root) + ([] if value(call, "COMPOSER_VENDOR_DIR") else [place(call, join(root, "vendor"))])
    if (not locked or resolves) and not dumps:
        written.append(lock)
    written += [path] if changes else []
    sources = tree(call, root) if _scans(call, root, path, arguments) else ()
    call.assume(INDEX)
    call.assume(SELF_CONTAINED)
    inside = tuple(step for folder in local for step in tree(call, folder))
    reads = (exact(call, *files), Region((*versions, *inside, *sources)))
    return _effect(
        call,
        reads,
        (Region(tuple(written)),),
        packages=0 if dumps else max(1, len(packages)),
        seconds=1.0 if dumps else 3.0 + 0.4 * max(10, len(packages)),
        needs=(*files, *local, *sources[:1]),
    )


def _refuse_scripts(path: str, given: dict[str, Any], arguments: Arguments) -> None:
    if arguments.has("--no-scripts"):
        return
    for name in sorted(set(entries(given.get("scripts"))) & _EVENTS):
        if entries(given["scripts"])[name]:
            raise UnknownEffect(f"{path} has a {name} script, which may read every file of the project")


def _check_settings(path: str, given: dict[str, Any]) -> None:
    more = sorted(set(entries(given.get("config"))) - _SAFE_SETTINGS)
    if more:
        raise UnknownEffect(f"the setting {more[0]} in {path} is not modelled")
    if entries(given.get("extra")).get("merge-plugin"):
        raise UnknownEffect(f"{path} is merged with other files by a plugin")


def _packages(call: Invocation, lock: str) -> list[dict[str, Any]]:
    """The locked packages. Raises UnknownEffect where the lock file is not at hand: it tells which plugins run."""
    content = as_object(lock, call.text(lock) or "{}")
    listed = [*(content.get("packages") or []), *(content.get("packages-dev") or [])]
    return [entries(package) for package in listed]


def _refuse_plugins(arguments: Arguments, given: dict[str, Any], packages: list[dict[str, Any]], locked: bool) -> None:
    """A plugin is a program that Composer loads; which ones there are only the lock file tells."""
    if arguments.has("--no-plugins"):
        return
    allowed = entries(given.get("config")).get("allow-plugins", {})
    if not locked and (allowed is True or any(entries(allowed).values())):
        raise UnknownEffect("composer may run plugins, and there is no composer.lock that tells which")
    for package in packages:
        name = str(package.get("name"))
        if package.get("type") in ("composer-plugin", "composer-installer") and name not in _VENDOR_PLUGINS:
            raise UnknownEffect(f"the composer plugin {name} may read or write every file of the project")


def _local_folders(
    call: Invocation, root: str, path: str, given: dict[str, Any], packages: list[dict[str, Any]]
) -> list[str]:
    """Folders of ``path`` and ``artifact`` repositories, and of locked packages that came from one."""
    declared = given.get("repositories") or []
    repositories = list(declared.values()) if isinstance(declared, dict) else declared
    found: list[str] = []
    for repository in map(entries, repositories):
        address = str(repository.get("url") or "")
        if repository.get("type") in ("path", "artifact"):
            if any(mark in address for mark in "*?[{$~"):
                raise UnknownEffect(f"the repository {address} in {path} is not modelled")
            found.append(place(call, join(root, address)))
        elif address and "://" not in address and not address.startswith("git@"):
            raise UnknownEffect(f"the repository {address} in {path} is not modelled")
        elif address.startswith("file:") or repository.get("type") == "package":
            raise UnknownEffect(f"a repository in {path} is not modelled")
    for package in packages:
        source = entries(package.get("dist"))
        if source.get("type") == "path":
            found.append(place(call, join(root, str(source.get("url")))))
    return list(dict.fromkeys(found))


def _scans(call: Invocation, root: str, path: str, arguments: Arguments) -> bool:
    """Whether making the autoloader reads the project's sources (Composer documentation, "Autoload optimization")."""
    if arguments.has("--no-autoloader", "--download-only"):
        return False
    optimized = arguments.has(
        "--optimize-autoloader", "-o", "--classmap-authoritative", "-a", "--optimize", "--strict-psr"
    )
    given = as_object(path, call.text(path) or "{}")
    settings = entries(given.get("config"))
    optimized = optimized or bool(settings.get("optimize-autoloader") or settings.get("classmap-authoritative"))
    loading = [entries(given.get(name)) for name in ("autoload", "autoload-dev")]
    return any(part.get("classmap") or part.get("psr-0") or (optimized and part) for part in loading)
