"""gpg, gpgv and gpgconf: keys from a server or a file, signatures, decryption, ``--kill``.

By the GnuPG 2.2 manual: keys and settings lie in ``GNUPGHOME`` or ``~/.gnupg``; gpg starts gpg-agent, dirmngr and keyboxd,
whose sockets lie there or below ``/run/user``. Files named are read, ``--output`` (or, for ``--dearmor``, ``--decrypt`` of
``x.gpg`` and the like, a name made from that of the input) is written. Settings of the build's own in ``gpg.conf`` may name
keyrings: only those without a path are understood. Priors (own estimates): 1 s, 3 s with a key server.
"""

from __future__ import annotations

from restow.effects.effect import SYMBOLIC, Assumption, Effect, Invocation
from restow.effects.options import Arguments, read_options
from restow.effects.places import TOOLCHAIN
from restow.effects.surroundings import OF_CLIENTS, names
from restow.errors import UnknownEffect
from restow.vfs import Region, join

FRESH = Assumption(
    "fresh-keyring", "no settings that name other keyrings are put into a folder of gpg whose name only the build gives"
)
KEYS = Assumption("same-keys", "a key server answers both builds alike")
_COMMANDS = names(
    "--verify --recv-keys --recv-key --receive-keys --recv --import --export --export-secret-keys --fingerprint --list-keys "
    "-k --list-public-keys --list-secret-keys -K --decrypt -d --dearmor --enarmor --delete-keys --delete-key --refresh-keys "
    "--list-packets --import-ownertrust --update-trustdb --check-trustdb --show-keys --version --list-sigs --fetch-keys "
    "--with-fingerprint --quick-lsign-key --export-ownertrust --search-keys --kill --reload --launch --list-dirs --check-sigs "
    "--symmetric -c --store --print-md --gen-random --lsign-key --sign-key"
)
_FLAGS = _COMMANDS | names(
    "--batch --no-tty --yes -q --quiet -v --verbose -a --armor --armour --no-default-keyring --no-options --no-permission-warning "
    "--ignore-time-conflict --allow-non-selfsigned-uid --with-colons --no --always-trust --no-autostart --no-auto-check-trustdb "
    "--keep-temporary --list-only --dry-run -n --textmode --no-greeting --no-secmem-warning --no-verbose --openpgp "
    "--no-random-seed-file --lock-never --expert --import-options-show-only --no-use-agent --use-agent --no-keyring "
    "--with-key-data --no-auto-key-retrieve --auto-key-retrieve --no-symkey-cache --null -0"
)
_VALUED = names(
    "--keyserver --keyserver-options --keyid-format -o --output --keyring --homedir --primary-keyring --trust-model "
    "--import-options --export-options --trusted-key --status-fd --logger-fd --pinentry-mode --passphrase-fd -r --recipient "
    "-u --local-user --command-fd --digest-algo --cipher-algo --list-options --verify-options --default-key "
    "--display-charset --compress-algo --weak-digest --max-output --auto-key-locate"
)
_READS_FILES = names(
    "--verify --import --decrypt -d --dearmor --enarmor --list-packets --import-ownertrust --show-keys --store -c --symmetric"
)
_NETWORK = names(
    "--recv-keys --recv-key --receive-keys --recv --refresh-keys --fetch-keys --search-keys --auto-key-retrieve"
)
_VARIABLES = (*OF_CLIENTS, "GNUPGHOME", "USER", "XDG_RUNTIME_DIR")


def effect(call: Invocation) -> Effect:
    """Of ``gpg [options] command [files or keys]``, ``gpgconf --kill all``, ``gpgv``."""
    arguments = read_options(call.argv, flags=_FLAGS - {"-c"}, valued=_VALUED, words=True)
    home = _home(call, arguments)
    if SYMBOLIC in _chosen(call, arguments):
        call.assume(FRESH)
    else:
        _check_settings(call, home)
    commands = [name for name, _ in arguments.options if name in _COMMANDS]
    named = _files(call, arguments, commands)
    outputs = _outputs(call, arguments, commands)
    keyrings = [_file(call, given) for given in arguments.values("--keyring", "--primary-keyring") if "/" in given]
    network = bool({name for name, _ in arguments.options} & _NETWORK)
    if network:
        call.assume(KEYS)
    places = Region((home, "/run/user", "/var/run/user", *keyrings, *(f"{path}~" for path in keyrings)))
    return Effect(
        reads=(TOOLCHAIN, places, *_regions(named), *_regions(outputs)),
        writes=(places, *_regions(outputs)),
        environment=_VARIABLES,
        network=network,
        seconds=3.0 if network else 1.0,
        size=10_000 if network else 0,
        needs=tuple(path for path in named if path is not None),
    )


def _regions(paths: list[str | None] | list[str]) -> tuple[Region, ...]:
    """One region of the known paths; the whole filesystem where one of them is not known."""
    if any(path is None for path in paths):
        return (Region.everything(),)
    return (Region(tuple(path for path in paths if path is not None)),)


def _chosen(call: Invocation, arguments: Arguments) -> str:
    given = (*arguments.values("--homedir"), call.environment.get("GNUPGHOME", ""), "")
    return next((value for value in given if value), "")


def _home(call: Invocation, arguments: Arguments) -> str:
    chosen = _chosen(call, arguments)
    place = call.area(chosen) if chosen else call.path(join(call.home, ".gnupg"))
    if place == "/":
        raise UnknownEffect("gpg keeps its files in a folder that is not known")
    return place


def _check_settings(call: Invocation, home: str) -> None:
    """``gpg.conf`` and ``dirmngr.conf`` may name keyrings and certificates."""
    for name in ("gpg.conf", "dirmngr.conf", "gpg-agent.conf"):
        text = call.known_text(join(home, name)) or ""
        for line in text.splitlines():
            word, _, value = line.strip().partition(" ")
            if not word.startswith("#") and (value.strip().startswith(("/", "~", ".")) or "program" in word):
                raise UnknownEffect(f"{join(home, name)} names files or programs of its own")


def _file(call: Invocation, word: str) -> str:
    return call.area(word) if SYMBOLIC in word else call.path(word)


def _files(call: Invocation, arguments: Arguments, commands: list[str]) -> list[str | None]:
    """The files among the operands; ``--verify a.asc`` without a second file takes ``a`` for the signed one."""
    if call.name != "gpgv" and not set(commands) & _READS_FILES and commands:
        return []
    found: list[str | None] = []
    for word in arguments.operands:
        if word == "-":
            continue
        try:
            path = _file(call, word)
        except UnknownEffect:
            found.append(None)
            continue
        found.append(path)
        if len(arguments.operands) == 1:
            found += [path.removesuffix(end) for end in (".asc", ".sig", ".gpg", ".sign") if path.endswith(end)]
    return found


def _outputs(call: Invocation, arguments: Arguments, commands: list[str]) -> list[str]:
    given = [value for value in arguments.values("-o", "--output") if value != "-"]
    if given:
        return [_file(call, value) for value in given]
    made: list[str] = []
    if not commands or set(commands) & {"--dearmor", "--enarmor", "--store", "-c", "--symmetric"}:
        for word in arguments.operands:
            path = _file(call, word)
            made += [path.removesuffix(end) for end in (".asc", ".gpg", ".sig", ".pgp") if path.endswith(end)]
            made += [f"{path}.gpg", f"{path}.asc"]
    return made
