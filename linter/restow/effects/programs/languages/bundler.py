"""bundle install and config, gem install. A Gemfile is a Ruby program: only its usual, literal lines are understood.

By Bundler's documentation ("bundle install", "bundle config", "Gemfile"): read are the Gemfile (``BUNDLE_GEMFILE``), its lock
file, ``.bundle/config`` here and in the home, ``vendor/cache``, and what the Gemfile names. Frozen or in deployment mode the
lock file stays as it is. ``gem install`` takes a matching ``*.gem`` of the working directory before the index's.

Priors (own estimates): 3 s and 1.5 s a gem; 3 MB a gem.
"""

from __future__ import annotations

from itertools import pairwise

from restow.effects.effect import SYMBOLIC, Assumption, Cache, Effect, Invocation, Verdict
from restow.effects.named_files import named_paths
from restow.effects.options import Arguments, read_options, unmodelled
from restow.effects.places import INDEX, SELF_CONTAINED, in_homes
from restow.effects.programs.languages.gemfile import Gemfile, lock_agrees, read_gemfile
from restow.effects.surroundings import (
    ancestors,
    children,
    exact,
    homes,
    installer_reads,
    installer_writes,
    names,
    place,
    tree,
    value,
    variables,
)
from restow.errors import UnknownEffect
from restow.vfs import File, Region, join

_FLAGS = names(
    "--deployment --no-deployment --frozen --quiet --verbose --no-cache --local --clean --no-clean --system "
    "--full-index --retry --no-prune --redownload --force --prefer-local --no-color --binstubs -q --standalone "
    "--version -v --global --no-document -N --no-ri --no-rdoc --conservative --user-install --no-user-install "
    "--pre --prerelease --minimal-deps --silent --update-sources --all --patch --minor --major --strict"
)
_VALUED = names("--path --gemfile -j --jobs --retry --without --with --shebang --trust-policy --target-rbconfig")
_GEM_VALUED = names("-v --version -i --install-dir -n --bindir -s --source -P --trust-policy --platform --document")
_GEM_FLAGS = (_FLAGS - _GEM_VALUED) | {
    "-f",
    "--force",
    "-V",
    "--env-shebang",
    "-E",
    "--no-wrappers",
    "-r",
    "--remote",
    "--all",
    "-a",
    "-x",
}
_HARMLESS = names(
    "frozen deployment without with path jobs retry timeout silence_root_warning no_prune clean "
    "force_ruby_platform ssl_verify_mode disable_shared_gems specific_platform system cache_all global_gem_cache "
    "no_install auto_install bin shebang"
)
_OF_RUBY = (
    "enumerator.so",
    "fiber.so",
    "rational.so",
    "complex.so",
    "thread.rb",
    "ruby2_keywords.rb",
    "monitor.so",
    "sudo",
)
"""Names that Ruby looks for in the working directory when it notes which of its own libraries are loaded."""
_GEMFILES = ("Gemfile", "Gemfile.lock", "gems.rb", "gems.locked", "gem.deps.rb", "Isolate")
_LISTENED = (
    "DEBIAN_*",
    "DEBUG_RESOLVER*",
    "THOR_*",
    "GEMRC",
    "RDOCOPT",
    "IPV4_FALLBACK_*",
    "RI",
    "BUNDLE_*",
    "BUNDLER_*",
    "GEM_*",
    "RUBY*",
    "NOKOGIRI_*",
    "RB_*",
    "MAKE",
    "RAILS_ENV",
    "RACK_ENV",
)
_PER_USER = (".bundle", ".gem", ".gemrc", ".local", ".cache")


def effect(call: Invocation) -> Effect:
    """Of ``bundle [command] [options]`` and ``gem command``."""
    if call.name == "gem":
        return _gem(call)
    words = _with_lists(call.argv)
    command = next((word for word in _without_values(words) if not word.startswith("-")), "install")
    if command == "config":
        return _config(call)
    arguments = read_options(words, flags=_FLAGS - {"--retry"}, valued=_VALUED)
    if arguments.has("--version", "-v") and not arguments.operands:
        return Effect(reads=_base(call), environment=variables(call, *_LISTENED), seconds=0.4)
    if arguments.operands[:1] in ((), ("install",)) and not arguments.operands[1:]:
        return _install(call, arguments, updates=False)
    if arguments.operands[:1] == ("update",) and not any(SYMBOLIC in word for word in arguments.operands):
        return _install(call, arguments, updates=True)
    raise unmodelled("bundle", command, ("exec", "e", "console", "open"))


def _with_lists(argv: tuple[str, ...]) -> tuple[str, ...]:
    """``--without a b`` as ``--without a:b``: the option takes the words up to the next one."""
    found: list[str] = []
    for word in argv:
        if len(found) > 2 and found[-2] in ("--without", "--with") and not word.startswith("-"):
            found[-1] += f":{word}"
        else:
            found.append(word)
    return tuple(found)


def _without_values(words: tuple[str, ...]) -> list[str]:
    return [word for before, word in pairwise(words) if before not in _VALUED]


def _base(call: Invocation) -> tuple[Region, ...]:
    if value(call, "GEMRC"):
        raise UnknownEffect("GEMRC names settings of the project")
    above = (call.directory, *ancestors(call.directory))
    settings = [join(folder, name) for folder in above for name in (".bundle/config", *_GEMFILES)]
    settings += [join(call.directory, name) for name in _OF_RUBY]
    named = value(call, "BUNDLE_APP_CONFIG")
    more = (join(place(call, named), "config"),) if named else ()
    return (*installer_reads(call), in_homes(call, *_PER_USER), exact(call, *settings, *more))


def _places(call: Invocation) -> tuple[Region, ...]:
    """Where gems go: the toolchain's, ``GEM_HOME``, ``BUNDLE_PATH``, and per user."""
    named = tuple(
        call.path(given) for name in ("GEM_HOME", "BUNDLE_PATH", "BUNDLE_BIN") if (given := value(call, name))
    )
    return (*installer_writes(call), homes(call, *_PER_USER), Region(("/usr/local/bundle", "/var/lib/gems", *named)))


def _config_file(call: Invocation) -> str:
    named = value(call, "BUNDLE_APP_CONFIG")
    return join(call.path(named) if named else join(call.directory, ".bundle"), "config")


def _config(call: Invocation) -> Effect:
    """``bundle config [set] [--local|--global] name value``: only settings that lead to no file but the target folder."""
    words = [
        word for word in call.argv[2:] if word not in ("set", "--local", "--global", "--system", "unset", "--delete")
    ]
    if not words or any(word.startswith("--") for word in words[:1]) or SYMBOLIC in words[0]:
        raise UnknownEffect("this use of bundle config is not modelled")
    name = words[0].lower().replace("-", "_").removeprefix("bundle_")
    if name not in _HARMLESS and not name.startswith(("build.", "rubygems", "gems.")) and "." not in name:
        raise UnknownEffect(f"bundle config {words[0]} may name files that later installations read")
    if name.startswith("local."):
        raise UnknownEffect("bundle config local.* replaces a gem by a local folder")
    written = (Region((_config_file(call),)), homes(call, ".bundle"))
    return Effect(
        reads=(*_base(call), *_places(call), *written),
        writes=written,
        environment=variables(call, *_LISTENED),
        seconds=0.5,
    )


def _settings(call: Invocation) -> dict[str, str]:
    """``BUNDLE_`` settings of ``.bundle/config`` (YAML of one level) under those of the environment."""
    found: dict[str, str] = {}
    for path in (join(call.home, ".bundle/config"), join(call.directory, ".bundle/config"), _config_file(call)):
        for line in (call.known_text(path) or "").splitlines():
            name, colon, given = line.partition(":")
            if colon and name.startswith("BUNDLE_"):
                found[name] = given.strip().strip("\"'")
    found |= {name: given for name, given in call.environment.items() if name.startswith("BUNDLE_")}
    for name in found:
        if name.startswith(("BUNDLE_LOCAL__", "BUNDLE_PLUGINS", "BUNDLE_CACHE_PATH", "BUNDLE_MIRROR__FILE")):
            raise UnknownEffect(f"the setting {name} leads to local files or programs")
    return found


def _install(call: Invocation, arguments: Arguments, *, updates: bool) -> Effect:
    """``bundle install``, and ``bundle update``, which resolves anew and writes the lock file."""
    settings = _settings(call)
    named = (*arguments.values("--gemfile"), settings.get("BUNDLE_GEMFILE", ""), "")[0]
    if any(SYMBOLIC in given for given in (named, settings.get("BUNDLE_PATH", ""))):
        raise UnknownEffect("a setting of bundler is not known")
    gemfile = read_gemfile(call, place(call, named) if named else _nearest(call))
    lock = _lock(gemfile)
    call.assume(INDEX)
    call.assume(SELF_CONTAINED)
    folder = gemfile.path.rsplit("/", 1)[0] or "/"
    targets = _targets(call, arguments, settings, folder)
    kept = not updates and _keeps_lock(call, arguments, settings, gemfile, lock)
    local = (*gemfile.trees, call.directory) if gemfile.trees else ()  # files of a gemspec are looked for in both
    trees = tuple(step for path in (*local, join(folder, "vendor/cache")) for step in tree(call, path))
    written = Region(tuple(dict.fromkeys((*targets, *(() if kept else (lock,)), _config_file(call)))))
    cache = join(call.path(settings.get("BUNDLE_PATH") or value(call, "GEM_HOME") or "/usr/local/bundle"), "cache")
    return Effect(
        reads=(*_base(call), *_places(call), exact(call, *gemfile.files, lock), Region(trees), written),
        writes=(*_places(call), written),
        environment=None if gemfile.trees else variables(call, *_LISTENED, *gemfile.variables),
        caches=(Cache(cache, f"rm -rf {cache}"),),
        network=True,
        seconds=3.0 + 1.5 * max(1, len(gemfile.gems)),
        size=3_000_000 * max(1, len(gemfile.gems)),
        needs=(*gemfile.files, lock, *gemfile.trees, join(folder, ".bundle/config"), join(folder, "vendor/cache")),
    )


def _nearest(call: Invocation) -> str:
    """The Gemfile here or in the nearest folder above (``gems.rb`` does as well)."""
    for folder in (call.directory, *ancestors(call.directory)):
        for name in ("Gemfile", "gems.rb"):
            if isinstance(call.node(join(folder, name)), File):
                return join(folder, name)
    return join(call.directory, "Gemfile")


def _lock(gemfile: Gemfile) -> str:
    return gemfile.path.removesuffix(".rb") + ".locked" if gemfile.path.endswith("gems.rb") else gemfile.path + ".lock"


def _targets(call: Invocation, arguments: Arguments, settings: dict[str, str], folder: str) -> list[str]:
    """Where gems go apart from the toolchain: ``--path``, ``vendor/bundle`` in deployment mode."""
    given = [*arguments.values("--path"), *((settings["BUNDLE_PATH"],) if settings.get("BUNDLE_PATH") else ())]
    targets = [call.path(join(folder, path)) for path in given]
    if arguments.has("--deployment") or _is_on(settings, "BUNDLE_DEPLOYMENT"):
        targets.append(join(folder, "vendor/bundle"))
    if arguments.has("--binstubs") or settings.get("BUNDLE_BIN"):
        targets.append(join(folder, settings.get("BUNDLE_BIN") or "bin"))
    return [*targets, *((join(folder, "bundle"),) if arguments.has("--standalone") else ())]


def _is_on(settings: dict[str, str], name: str) -> bool:
    return settings.get(name, "").lower() in ("1", "true", "yes", "on", "t")


def _keeps_lock(call: Invocation, arguments: Arguments, settings: dict[str, str], gemfile: Gemfile, lock: str) -> bool:
    if (
        arguments.has("--deployment", "--frozen")
        or _is_on(settings, "BUNDLE_DEPLOYMENT")
        or _is_on(settings, "BUNDLE_FROZEN")
    ):
        return True
    keeps = Assumption(
        "lock-agrees", f"{lock} agrees with {gemfile.path}, so bundler leaves it as it is", Verdict.UNCHECKED
    )
    return isinstance(call.node(lock), File) and call.assume(keeps, lock_agrees(call, gemfile, lock))


def _gem(call: Invocation) -> Effect:
    words = call.argv[: call.argv.index("--")] if "--" in call.argv else call.argv
    built = " ".join(call.argv[len(words) :])
    arguments = read_options(words, flags=_GEM_FLAGS, valued=_GEM_VALUED)
    command, operands = (*arguments.operands[:1], "")[0], arguments.operands[1:]
    local = [join(call.directory, name) for name in children(call, call.directory) if name.endswith(".gem")]
    if command == "update" and "--system" in call.argv:
        operands = ()
    elif command not in ("install", "update", "uninstall", "cleanup", "i") or any(
        SYMBOLIC in name.split(":")[0] for name in operands
    ):
        raise UnknownEffect(f"gem {command.replace(SYMBOLIC, '$')} is not modelled")
    local += [place(call, name) for name in operands if name.endswith(".gem")]
    call.assume(INDEX)
    call.assume(SELF_CONTAINED)
    folders = Region(tuple(call.path(given) for given in arguments.values("-i", "--install-dir", "-n", "--bindir")))
    placed = (*arguments.values("-i", "--install-dir"), value(call, "GEM_HOME"), "/usr/local/bundle")
    cache = join(call.path(next(filter(None, placed))), "cache")
    fetches = command not in ("uninstall", "cleanup")
    given = exact(call, join(call.directory, ".gemrc"), *local, *named_paths(call, built))
    return Effect(
        reads=(*_base(call), *_places(call), folders, given),
        writes=(*_places(call), folders),
        environment=variables(call, *_LISTENED),
        caches=(Cache(cache, f"rm -rf {cache}"),) if fetches else (),
        network=fetches,
        seconds=2.0 + 2.0 * len(operands),
        size=3_000_000 * max(1, len(operands)) if fetches else 0,
        needs=tuple(local),
    )
