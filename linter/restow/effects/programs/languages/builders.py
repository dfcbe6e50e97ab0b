"""Tools that build the project with its own instructions: mvn, gradle, sbt, lein, dotnet, cargo build, mix, rebar3, stack.

By their documentation ("Maven, Introduction to the Lifecycle", "Gradle, Build Lifecycle", "dotnet build", "The Cargo Book, Build
Scripts", "Mix"): plug-ins, targets and build scripts of the project may look at any file, so all is read, and every
variable; nothing moves past such a build. Written are the project's folder, the tool's caches, the toolchain, temporary
folders, and what options and variables name. That a build writes nowhere else is an assumption, named in reports.

Priors (own estimates) are in the table below: seconds and megabytes.
"""

from __future__ import annotations

from dataclasses import dataclass

from restow.effects.effect import SYMBOLIC, Cache, Effect, Invocation
from restow.effects.named_files import named_paths
from restow.effects.places import IN_PLACE, INDEX
from restow.effects.surroundings import homes, installer_writes, names, value
from restow.errors import UnknownEffect
from restow.vfs import Region, join, split

_SYSTEM_FOLDERS = frozenset("usr opt home var srv mnt root local go tmp".split())


@dataclass(frozen=True, slots=True)
class _Tool:
    """What one tool understands: commands, flags, options with a value, beginnings of words that carry their value.

    ``caches`` are the folders of the home that it may write, ``kept`` those parts of them that only make the next run faster.
    """

    commands: frozenset[str]
    flags: frozenset[str]
    valued: frozenset[str]
    carrying: tuple[str, ...]
    caches: tuple[str, ...]
    variables: tuple[str, ...]
    kept: tuple[str, ...]
    seconds: float
    megabytes: int


_MAVEN = _Tool(
    names(
        "clean validate compile test test-compile package verify install site process-resources generate-sources "
        "generate-resources dependency:go-offline dependency:resolve dependency:resolve-plugins dependency:tree "
        "dependency:copy-dependencies assembly:single assembly:assembly spring-boot:repackage war:war jar:jar"
    ),
    names(
        "-B --batch-mode -q --quiet -e --errors -X --debug -o --offline -U --update-snapshots -am --also-make -N -V "
        "--show-version --no-transfer-progress -ntp -ff --fail-fast -fae -fn -C -c -nsu -v --version --non-recursive"
    ),
    names("-f --file -pl --projects -P -s --settings -gs -T --threads -l"),
    ("-D", "-P", "-T", "-pl=", "--projects="),
    (".m2",),
    ("MAVEN_CONFIG", "M2_HOME", "M2_REPO"),
    (".m2/repository",),
    60.0,
    150,
)
_GRADLE = _Tool(
    names(
        "build assemble jar bootJar war bootWar clean dependencies installDist shadowJar test check classes compileJava "
        "compileKotlin distTar distZip resolveDependencies downloadDependencies help tasks publishToMavenLocal testClasses "
        "bootBuildInfo processResources install fatJar"
    ),
    names(
        "--no-daemon --info --debug -q --quiet -d -i --stacktrace -s --full-stacktrace -S --offline --parallel --build-cache "
        "--no-build-cache --refresh-dependencies --continue --console=plain --version -v --no-watch-fs --rerun-tasks -m "
        "--configuration-cache --no-configuration-cache --no-parallel --warning-mode=all --stop --scan --no-scan"
    ),
    names(
        "-x --exclude-task -p --project-dir -b --build-file -g --gradle-user-home --console --max-workers --warning-mode"
    ),
    ("-D", "-P", "-x", "--console=", "--warning-mode=", "--max-workers="),
    (".gradle", ".m2"),
    ("GRADLE_USER_HOME",),
    (".gradle/caches",),
    60.0,
    200,
)
_SBT = _Tool(
    names("compile package stage assembly update clean test dist publishLocal universal:packageBin reload exit")
    | names("test:compile Universal/packageBin fullOptJS"),
    names(
        "-batch -no-colors -v -mem -Dsbt.log.noformat=true --batch --no-colors -sbt-boot -h about sbtVersion --version"
    ),
    names("-mem --mem -sbt-dir -ivy"),
    ("-D", "-J", "++"),
    (".sbt", ".ivy2", ".cache", ".coursier"),
    (),
    (".ivy2/cache", ".cache/coursier", ".sbt/boot"),
    90.0,
    250,
)
_LEIN = _Tool(
    names("deps uberjar jar compile upgrade self-install clean version with-profile ring uberwar"),
    names("-o -U"),
    frozenset(),
    (),
    (".lein", ".m2"),
    ("LEIN_HOME",),
    (".m2/repository",),
    40.0,
    100,
)
_DOTNET = _Tool(
    names("restore build publish pack clean msbuild tool nuget workload help add sln new"),
    names(
        "--no-restore --no-build --no-dependencies --self-contained --no-self-contained --force --no-cache --nologo "
        "--use-current-runtime --ucr --ignore-failed-sources --disable-parallel --interactive --info --version --list-sdks "
        "--list-runtimes -h --help --use-lock-file --locked-mode --force-evaluate --clear --global -g --no-incremental --sc "
        "-m --disable-build-servers --skip-manifest-update --local --allow-downgrade --debug"
    ),
    names(
        "-c --configuration -o --output -r --runtime -f --framework -v --verbosity -a --arch --os -s --source --configfile "
        "--packages --version-suffix --tool-path --version --add-source --tool-manifest --artifacts-path --lock-file-path "
        "--name -n --property --format"
    ),
    ("/p:", "-p:", "--property:", "/property:", "-m:", "/m", "-v:", "/v:", "/t:", "-t:", "-bl:"),
    (".nuget", ".dotnet", ".local/share/NuGet", ".templateengine", ".local", ".aspnet"),
    ("NUGET_PACKAGES", "DOTNET_CLI_HOME", "NUGET_HTTP_CACHE_PATH", "NUGET_SCRATCH"),
    (".nuget/packages", ".local/share/NuGet/http-cache"),
    25.0,
    150,
)
_CARGO = _Tool(
    names("build check install chef rustc vendor generate-lockfile update"),
    names(
        "--release -r --locked --frozen --offline -v --verbose -vv -q --quiet --all-features --no-default-features --workspace "
        "--all --bins --lib --examples --tests --all-targets --keep-going --force -f --no-track --debug cook prepare --check "
        "--no-std --zigbuild --ignore-rust-version --future-incompat-report --bin-only --benches"
    ),
    names(
        "--target --manifest-path --features -F --package -p --bin --jobs -j --profile --target-dir --recipe-path --path --root "
        "--color --exclude --example --message-format --out-dir --artifact-dir --config -Z --version --git --branch --tag --rev"
    ),
    ("-j", "-p", "-F", "-Z"),
    (".cargo", ".rustup"),
    ("CARGO_HOME", "CARGO_TARGET_DIR", "CARGO_BUILD_TARGET_DIR", "CARGO_INSTALL_ROOT", "RUSTUP_HOME"),
    (".cargo/registry",),
    90.0,
    300,
)
_MIX = _Tool(
    names(
        "deps.get deps.compile compile release local.hex local.rebar phx.digest assets.deploy assets.setup assets.build "
        "archive.install hex.info deps.clean clean do deps.unlock escript.build deps.update phx.gen.release hex.config"
    ),
    names("--force --if-missing --warnings-as-errors --no-deps-check --all --overwrite --quiet --unused"),
    names("--only --target --path --version"),
    (),
    (".mix", ".hex", ".cache"),
    ("MIX_HOME", "HEX_HOME", "MIX_BUILD_PATH", "MIX_DEPS_PATH"),
    (".hex/packages",),
    30.0,
    80,
)
_HASKELL = _Tool(
    names("build install update setup configure exec-path upgrade v2-build v2-install v2-update new-build new-install"),
    names(
        "--only-dependencies --dependencies-only --only-snapshot --copy-bins -j --system-ghc --install-ghc --no-install-ghc"
    )
    | names(
        "--fast --enable-tests --lib --overwrite-policy=always --disable-documentation --no-terminal --only-configure"
    ),
    names("--resolver --stack-yaml --flag --local-bin-path --installdir --ghc-options --install-method --flags"),
    ("-j", "--ghc-options=", "--installdir=", "--flag=", "--install-method="),
    (".stack", ".cabal", ".ghc", ".ghcup", ".cache", ".local", ".config"),
    ("STACK_ROOT", "CABAL_DIR", "GHCUP_INSTALL_BASE_PREFIX"),
    (".stack/pantry", ".cabal/packages"),
    300.0,
    1500,
)
_REBAR = _Tool(
    names("compile release get-deps deps upgrade as tar escriptize"),
    names("prod default"),
    frozenset(),
    (),
    (".cache", ".hex"),
    ("REBAR_CACHE_DIR",),
    (".cache/rebar3",),
    40.0,
    80,
)
_ASIDE = names("help nuget tool workload")
"""Commands of dotnet that build no project."""

_TOOLS = {
    **{"mvn": _MAVEN, "gradle": _GRADLE, "sbt": _SBT, "lein": _LEIN, "dotnet": _DOTNET, "cargo": _CARGO, "mix": _MIX},
    **{"stack": _HASKELL, "cabal": _HASKELL, "rebar3": _REBAR},
}


def effect(call: Invocation) -> Effect:
    """Of one build. Raises UnknownEffect for commands and options that are not in the tool's table."""
    tool = _TOOLS[call.name]
    targets = _understood(call, tool)
    project = () if tool is _DOTNET and targets[:1] and targets[0] in _ASIDE else project_region(call)
    named = [place for name in tool.variables if (given := value(call, name)) for place in (call.path(given),)]
    paths = [path for word in call.argv[1:] for path in _paths(call, word)]
    if "/" in (*named, *paths):
        raise UnknownEffect(f"{call.name} may write anywhere")
    call.assume(INDEX)
    call.assume(IN_PLACE)
    places = Region(tuple(dict.fromkeys((*project, *named, *paths))))
    return Effect(
        reads=(Region.everything(),),
        writes=(*installer_writes(call), homes(call, *tool.caches, ".java", ".cache", ".config", ".npm"), places),
        environment=None,
        caches=_kept(call, tool) if targets else (),
        network=True,
        seconds=tool.seconds if targets else 1.0,
        size=tool.megabytes * 1_000_000 if targets else 0,
        needs=(call.directory,),
    )


def _kept(call: Invocation, tool: _Tool) -> tuple[Cache, ...]:
    """The caches that are left, each with what removes exactly it; one below a folder that a variable moves is there."""
    found = []
    for name in tool.kept:
        place = join(call.home, name)
        for variable, folder in _MOVED.get(call.name, ()):
            if (given := value(call, variable)) and (name == folder or name.startswith(f"{folder}/")):
                place = join(call.path(given), name[len(folder) + 1 :])
        if tool is _HASKELL and not name.startswith(f".{call.name}/"):
            continue
        found.append(Cache(place, _CLEANING.get(name, f"rm -rf {place}")))
    return tuple(found)


_MOVED = {
    "gradle": (("GRADLE_USER_HOME", ".gradle"),),
    "cargo": (("CARGO_HOME", ".cargo"),),
    "mix": (("HEX_HOME", ".hex"),),
    "stack": (("STACK_ROOT", ".stack"),),
    "cabal": (("CABAL_DIR", ".cabal"),),
    "dotnet": (("NUGET_PACKAGES", ".nuget/packages"), ("NUGET_HTTP_CACHE_PATH", ".local/share/NuGet/http-cache")),
    "rebar3": (("REBAR_CACHE_DIR", ".cache/rebar3"),),
}
"""Variables that move a folder of the home, by the tools' documentation."""
_CLEANING = {
    ".nuget/packages": "dotnet nuget locals global-packages --clear",
    ".local/share/NuGet/http-cache": "dotnet nuget locals http-cache --clear",
}


def _understood(call: Invocation, tool: _Tool) -> tuple[str, ...]:
    """The commands or goals given. Raises UnknownEffect for a word that the tool's table does not have."""
    words, targets = list(call.argv[1:]), list[str]()
    while words:
        word = words.pop(0)
        name = word.partition("=")[0]
        if word in tool.flags:
            continue
        if name in tool.valued:
            if "=" not in word and words:
                words.pop(0)
        elif word.startswith("-") or word.startswith(tuple(mark for mark in tool.carrying if mark[0] in "/+")):
            if not word.startswith(tool.carrying or ("\0",)):
                raise UnknownEffect(f"the option {name.replace(SYMBOLIC, '$')} of {call.name} is not modelled")
        elif word.startswith(SYMBOLIC):
            raise UnknownEffect(f"an argument of {call.name} depends on a value that is not known")
        else:
            targets.append(word.rpartition(":")[2] if call.name == "gradle" else word.rstrip(","))
    goals = targets if call.name in ("mvn", "gradle", "sbt") else targets[:1]
    for target in goals:
        if target not in tool.commands:
            raise UnknownEffect(f"{call.name} {target.replace(SYMBOLIC, '$')} runs a program or is not modelled")
    return tuple(targets)


def project_region(call: Invocation) -> tuple[str, ...]:
    """The folder that holds the project and its sibling modules: the first part of the working directory's path, or two
    of them where the first is one of the system's (``/usr/src``).

    Raises UnknownEffect where the working directory is not known, or is no folder of the project's.
    """
    here = call.path(".")
    parts = split(here)
    depth = 2 if parts and parts[0] in _SYSTEM_FOLDERS else 1
    if len(parts) < depth:
        raise UnknownEffect(f"the project that {call.name} builds stands in {here}, so that it may write anywhere")
    return (*(() if len(parts) < depth else ("/" + "/".join(parts[:depth]),)),)


def _paths(call: Invocation, word: str) -> tuple[str, ...]:
    """Paths in an argument, wherever they stand in it (``-o /x``, ``-Dmaven.repo.local=/x``, ``../x/x.csproj``)."""
    if SYMBOLIC in word.partition("=")[2] and "/" in word:
        raise UnknownEffect(f"a path in an argument of {call.name} is not known")
    text = word.partition("=")[2] if word.startswith("-") else word
    if "://" in text or "/" not in text:
        return ()
    if not text.strip("/."):
        raise UnknownEffect(f"{call.name} {word} may write anywhere")
    return tuple(path for path in named_paths(call, text, list_of_paths=True) if not path.startswith("//"))
