"""Package managers of other languages: opam, conda and its kin, luarocks, cpanm, R's and Haskell's left out.

By their manuals ("opam install", "conda install", "luarocks install", "cpanm"): packages are built with the toolchain and
land in the tool's own folder. Where a file of the project is named, or one of the working directory may count
(``environment.yml``, ``*.opam``, ``*.rockspec``), everything is read. ``opam depext`` installs packages of the distribution.

Priors (own estimates): 60 s an opam command, 40 s and 500 MB for conda, 15 s else; 50 MB.
"""

from __future__ import annotations

from dataclasses import replace

from restow.effects.effect import SYMBOLIC, Cache, Effect, Invocation
from restow.effects.options import Arguments, read_options
from restow.effects.places import IN_PLACE, INDEX, SELF_CONTAINED
from restow.effects.programs.distributions.scriptlets import system_effect
from restow.effects.surroundings import (
    ancestors,
    cache_home,
    exact,
    homes,
    installer_reads,
    installer_writes,
    names,
    value,
    variables,
)
from restow.errors import UnknownEffect
from restow.vfs import Directory, File, Region, join

_OPAM = names(
    "install update upgrade depext pin remote repository repo init switch list remove reinstall clean show var env"
)
_OPAM_FLAGS = names(
    "-y --yes -n --no-action --deps-only --deps -t --with-test -d --with-doc -v --verbose -q --quiet -u --upgrade --unlock-base "
    "-a --auto-setup --no-setup --bare --disable-sandboxing --all --no-depexts --update-invariant --confirm-level=unsafe-yes "
    "--with-dev-setup --assume-depexts -uy -yt -ny -yn --no-self-upgrade --set-default --dont-select --locked"
)
_CONDA = names("install create update upgrade remove uninstall clean config list info env init search")
_CONDA_FLAGS = names(
    "-y --yes -q --quiet --all -a -l -t -i -p -s --tarballs --index-cache --packages --source-cache --force --force-reinstall "
    "--no-deps --freeze-installed --no-update-deps --update-deps --copy --offline --prune --system --env --override-channels "
    "--strict-channel-priority --no-channel-priority --json -v --verbose --version -V --update-all --force-pkgs-dirs "
    "--show --show-sources --no-default-packages --no-pin --no-capture-output -tipsy -afy -ay -tipy -yq -yf --only-deps --no-pyc "
    "--logfiles --tempfiles --allow-softlinks --solver=libmamba --debug --dry-run -f --force-remove --use-local"
)
_CONDA_VALUED = names(
    "-n --name -p --prefix -c --channel --file --set --add --append --prepend --remove --solver --experimental-solver "
    "--root-prefix -r --get --repodata-fn --platform --subdir --rc-file"
)
_ROCKS = names("install make build remove list purge config show search")
_ROCKS_FLAGS = names("--local --force --deps-only --only-deps --verbose --keep --no-doc --global --dev --no-manifest")
_CPANM_FLAGS = names(
    "-n --notest -f --force -q --quiet -v --verbose -S --sudo --installdeps --self-upgrade --reinstall --no-man-pages "
    "--skip-satisfied "
    "--with-recommends --with-suggests --with-develop --cascade-search --no-wget --interactive --mirror-only --no-interactive"
)
_PERL_SOURCES = ("config_h.SH", "perl.h", "lib/strict.pm")
"""What ExtUtils::MakeMaker takes for perl's own sources, in the five folders above a distribution."""
_CPANM_VALUED = ("-l", "-L", "--local-lib", "--local-lib-contained", "-M", "--mirror", "--from")


def effect(call: Invocation) -> Effect:
    """Of any of them."""
    if call.name == "opam":
        return _opam(call)
    if call.name in ("conda", "mamba", "micromamba"):
        return _conda(call)
    if call.name == "luarocks":
        arguments = read_options(
            call.argv, flags=_ROCKS_FLAGS, valued=["--server", "--tree", "--only-server", "--lua-version", "--lua-dir"]
        )
        _known_command(call, arguments, _ROCKS)
        local = arguments.operands[0] in ("make", "build") or any("." in word for word in arguments.operands[1:2])
        folders = tuple(call.path(given) for given in arguments.values("--tree"))
        found = _installed(call, (".luarocks", ".cache"), folders, open_ended=local, seconds=15.0, builds=local)
        cache = join(cache_home(call), "luarocks")
        return replace(found, caches=(Cache(cache, f"rm -rf {cache}"),))
    return _cpanm(call)


def _cpanm(call: Invocation) -> Effect:
    """An operand that is the name of a file or folder here is installed from that, whatever module it could name."""
    moved = [name for name in ("PERL_MM_OPT", "PERL_MB_OPT", "PERL_LOCAL_LIB_ROOT") if call.environment.get(name)]
    if moved:
        raise UnknownEffect(f"{moved[0]} moves what cpanm installs")
    options = (value(call, "PERL_CPANM_OPT") or "").split()
    arguments = read_options((call.argv[0], *options, *call.argv[1:]), flags=_CPANM_FLAGS, valued=_CPANM_VALUED)
    if any("'" in word or '"' in word for word in options):
        raise UnknownEffect("PERL_CPANM_OPT with quotes is not modelled")
    places = [join(call.directory, word) for word in arguments.operands if SYMBOLIC not in word and "://" not in word]
    stands = any(isinstance(call.node(path), File | Directory) for path in places)
    mirrors = arguments.values("-M", "--mirror", "--from")
    local = stands or arguments.has("--installdeps")
    local |= any(not word.startswith(("http:", "https:")) for word in mirrors)
    local |= any(word.startswith((".", "/", "~", "file:")) for word in arguments.operands)
    folders = [*arguments.values("-l", "-L", "--local-lib", "--local-lib-contained"), value(call, "PERL_CPANM_HOME")]
    named = tuple(call.path(given) for given in folders if given)
    found = _installed(call, (".cpanm", ".cpan", "perl5"), named, open_ended=local, seconds=15.0, builds=local)
    work = named[-1] if folders[-1] else join(call.home, ".cpanm")
    sources = [join(folder, name) for folder in (work, *ancestors(work)) for name in _PERL_SOURCES]
    return replace(found, reads=(*found.reads, exact(call, *places, *sources)), caches=(Cache(work, f"rm -rf {work}"),))


def _known_command(call: Invocation, arguments: Arguments, known: frozenset[str]) -> None:
    command = (*arguments.operands[:1], "")[0]
    if command not in known:
        raise UnknownEffect(f"{call.name} {command.replace(SYMBOLIC, '$')} is not modelled")


def _installed(
    call: Invocation,
    per_user: tuple[str, ...],
    folders: tuple[str, ...],
    *,
    open_ended: bool,
    seconds: float,
    builds: bool = False,
) -> Effect:
    """An installation into the toolchain, ``folders`` and the home; ``builds`` also writes in the working directory."""
    call.assume(INDEX)
    call.assume(SELF_CONTAINED)
    written = list(folders)
    if builds:
        call.assume(IN_PLACE)
        written.append(call.path("."))
    if "/" in written:
        raise UnknownEffect(f"{call.name} may write anywhere")
    places = (*installer_writes(call), homes(call, *per_user), Region(tuple(written)))
    return Effect(
        reads=(Region.everything(),) if open_ended else (*installer_reads(call), *places),
        writes=places,
        environment=None
        if open_ended
        else variables(call, f"{call.name.upper()}*", "PERL*", "LUA*", "CONDA*", "OPAM*", "MAMBA*"),
        network=True,
        seconds=seconds,
        size=50_000_000,
    )


def _opam(call: Invocation) -> Effect:
    """opam keeps all in ``OPAMROOT`` or ``~/.opam``; it may pin the working directory, so everything is read."""
    arguments = read_options(
        call.argv, flags=_OPAM_FLAGS, valued=["--switch", "--root", "-j", "--jobs", "--kind", "-k", "-p", "--compiler"]
    )
    _known_command(call, arguments, _OPAM)
    root = value(call, "OPAMROOT")
    folders = tuple(call.path(given) for given in (root, *arguments.values("--root")) if given)
    if call.argv[1:2] == ("switch",) and any(word.startswith((".", "/")) for word in arguments.operands):
        raise UnknownEffect("a switch of opam in a folder of the project is not modelled")
    found = _installed(call, (".opam", ".cache", ".profile", ".bashrc"), folders, open_ended=True, seconds=60.0)
    opam = (Region(("/home/*/.opam", "/home/opam/opam-repository", "/opt/opam")),)
    system = system_effect(call, 60.0, 100_000_000)
    kept = join(folders[-1] if folders else join(call.home, ".opam"), "download-cache")
    caches = (Cache(kept, "opam clean --download-cache"),)
    return replace(found, writes=(*found.writes, *opam, *system.writes), caches=caches)


def _conda(call: Invocation) -> Effect:
    """conda and mamba link packages into a prefix; an environment file may name requirement files and folders."""
    words = tuple(word for word in call.argv if word != "env") if call.argv[1:2] == ("env",) else call.argv
    named_file = "env" in call.argv[1:2] or any(word.startswith(("--file", "-f=")) for word in call.argv)
    flags = _CONDA_FLAGS - {"-f"} if "env" in call.argv[1:2] else _CONDA_FLAGS
    valued = _CONDA_VALUED | ({"-f"} if "env" in call.argv[1:2] else frozenset())
    cleans = (*words[1:2], "")[0] == "clean"
    arguments = read_options(
        words, flags=flags - (frozenset() if cleans else {"-p"}), valued=valued - ({"-p"} if cleans else set())
    )
    if not (arguments.operands or arguments.has("--version", "-V")):
        raise UnknownEffect(f"{call.name} without a command")
    if arguments.operands:
        _known_command(call, arguments, _CONDA)
    settings = (*arguments.values("--set", "--add", "--append", "--prepend"), *arguments.operands)
    if arguments.operands[:1] == ("config",) and any("/" in word and "://" not in word for word in settings):
        raise UnknownEffect(f"{call.name} config with folders of one's own is not modelled")
    prefixes = (*arguments.values("-p", "--prefix", "-r", "--root-prefix"), value(call, "CONDA_PREFIX"))
    roots = (
        *prefixes,
        value(call, "MAMBA_ROOT_PREFIX"),
        value(call, "CONDA_PKGS_DIRS"),
        value(call, "CONDA_ENVS_PATH"),
    )
    folders = ("/opt/conda", "/opt/mamba*", *(call.path(given) for given in roots if given))
    own = call.argv[0].removesuffix(f"/bin/{call.name}").removesuffix(f"/condabin/{call.name}")
    folders = (
        (*folders, own)
        if own.startswith("/") and own not in ("/usr", "/usr/local") and own != call.argv[0]
        else folders
    )
    local = named_file or any(word.startswith((".", "/")) or word.endswith(".tar.bz2") for word in arguments.operands)
    user = (
        ".conda",
        ".condarc",
        ".continuum",
        ".bashrc",
        ".bash_profile",
        ".zshrc",
        ".cache",
        ".mambarc",
        "micromamba",
        ".local",
    )
    homes_of_conda = ("miniconda3", "miniconda", "anaconda3", "miniforge3", "mambaforge")
    found = _installed(
        call, (*user, *homes_of_conda), folders, open_ended=local, seconds=40.0, builds=local and named_file
    )
    if not {*arguments.operands[:1]} & {"install", "create", "update", "upgrade"}:
        return found
    given = value(call, "CONDA_PKGS_DIRS")
    kept = call.path(given) if given else "/opt/conda/pkgs"
    return replace(found, caches=(Cache(kept, f"{call.name} clean -afy"),), size=500_000_000)
