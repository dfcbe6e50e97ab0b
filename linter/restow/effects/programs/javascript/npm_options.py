"""npm's settings from command line, variables and ``.npmrc``: names, which take a value, and which lead to files.

npm documentation, "config": command line before ``npm_config_`` variables before the project's, the user's and the global
``.npmrc``. The lists are those of npm 6 to 11.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from restow.effects.effect import SYMBOLIC, Invocation
from restow.effects.surroundings import ancestors, names, place
from restow.errors import UnknownEffect
from restow.vfs import join

_FLAGS = names(
    "all allow-same-version audit bin-links commit-hooks dangerously-allow-all-scripts description dev dry-run engine-strict "
    "force foreground-scripts format-package-lock fund global global-style if-present ignore-scripts include-workspace-root "
    "install-links json legacy-bundling legacy-peer-deps link long offline omit-lockfile-registry-resolved optional "
    "package-lock package-lock-only parseable prefer-dedupe prefer-offline prefer-online production prod progress read-only "
    "rebuild-bundle save save-bundle save-dev save-exact save-optional save-peer save-prod shrinkwrap strict-peer-deps "
    "strict-allow-scripts strict-ssl timing unicode update-notifier usage version versions workspaces workspaces-update yes "
    "unsafe-perm always-auth allow-root ignore-optional no-color send-metrics package-lock-only sso-poll-frequency"
)
_VALUED = names(
    "_auth access also audit-level auth-type before ca cache cache-max cache-min cafile cert cidr color cpu depth editor "
    "fetch-retries fetch-retry-factor fetch-retry-maxtimeout fetch-retry-mintimeout fetch-timeout git globalconfig heading "
    "https-proxy include install-strategy key libc local-address location lockfile-version loglevel logs-dir logs-max "
    "maxsockets message min-release-age node-gyp node-options noproxy omit only os otp prefix proxy registry "
    "replace-registry-host save-prefix scope script-shell shell tag umask user-agent userconfig viewer which workspace "
    "allow-directory allow-file allow-git allow-remote allow-scripts max-sockets python target arch runtime disturl tmp user group"
)
_SHORT = {
    **{
        "g": "global",
        "f": "force",
        "S": "save",
        "D": "save-dev",
        "E": "save-exact",
        "O": "save-optional",
        "P": "save-prod",
    },
    **{"y": "yes", "a": "all", "l": "long", "p": "parseable", "v": "version", "h": "usage", "B": "save-bundle"},
}
_LOUDNESS = names("d dd ddd q quiet s silent verbose")
_SHORT_VALUED = {"C": "prefix", "w": "workspace", "L": "location", "m": "message"}
_ALIASES = {
    "help": "usage",
    "reg": "registry",
    "ws": "workspaces",
    "iwr": "include-workspace-root",
    "n": "yes",
    "local": "global",
}
_FILES = names(
    "cache cafile globalconfig userconfig logs-dir node-options prefix script-shell shell git node-gyp init-module python tmp "
    "viewer editor key cert certfile keyfile global location"
)
COMMANDS = {
    **dict.fromkeys(("clean-install", "ic", "install-clean", "isntall-clean", "cit", "install-ci-test"), "ci"),
    **dict.fromkeys(
        ("i", "add", "in", "ins", "inst", "insta", "instal", "isnt", "isnta", "isntal", "isntall"), "install"
    ),
    **dict.fromkeys(("remove", "rm", "r", "un", "unlink"), "uninstall"),
    **dict.fromkeys(("run-script", "rum", "urn"), "run"),
    **{"c": "config", "t": "test", "tst": "test", "x": "exec", "rb": "rebuild"},
}
"""Other names of commands; those that also run tests are refused by ``read_settings``."""


@dataclass
class Settings:
    """One command with its operands and what applies to it, weakest first: ``(name, value)``, flags as true or false.

    ``folder`` is the project's as given by ``--prefix`` on the command line (a variable or ``.npmrc`` moves only the place of
    the packages for all users); ``variables`` are the names that values in ``.npmrc`` are filled in from.
    """

    command: str = ""
    operands: tuple[str, ...] = ()
    given: list[tuple[str, str]] = field(default_factory=list)
    folder: str = ""
    variables: list[str] = field(default_factory=list)

    def values(self, *keys: str) -> tuple[str, ...]:
        """All values given for the settings."""
        return tuple(value for key, value in self.given if key in keys)

    def last(self, key: str) -> str:
        """The value that counts, an empty text for none. Raises UnknownEffect where it is not known."""
        value = (*("",), *self.values(key))[-1]
        if SYMBOLIC in value:
            raise UnknownEffect(f"npm's setting {key} has a value that is not known")
        return value

    def has(self, *keys: str) -> bool:
        """Whether one of the flags is on."""
        return any(self.last(key) not in ("", "false", "null") for key in keys)

    def is_off(self, *keys: str) -> bool:
        """Whether one of the flags is off by a setting."""
        return any(self.last(key) == "false" for key in keys)

    def paths(self, call: Invocation, *keys: str) -> tuple[str, ...]:
        """The paths that the settings name."""
        return tuple(place(call, value) for key in keys for value in self.values(key))

    @property
    def is_global(self) -> bool:
        """Whether the command works on the packages for all users."""
        return self.has("global") or self.last("location") == "global"

    @property
    def ignores_scripts(self) -> bool:
        """Whether no life-cycle script runs; a script may be needed all the same where the flag is not surely on."""
        return self.last("ignore-scripts") == "true"

    @staticmethod
    def harmless(key: str) -> bool:
        """Whether a setting leads to no file of the project."""
        bare = key.rpartition(":")[2]
        return bare not in _FILES and (
            bare in _FLAGS or bare in _VALUED or bare.startswith("_") or bare in ("registry", "email")
        )


def read_settings(call: Invocation) -> Settings:
    """Command and settings of one run. Raises UnknownEffect for options that are not listed."""
    settings = Settings()
    words = _read_words(call.argv[1:], settings)
    command_line = settings.given
    settings.command, settings.operands = (words[0], tuple(words[1:])) if words else ("", ())
    if SYMBOLIC in settings.command or settings.command in ("cit", "install-ci-test", "install-test", "it"):
        raise UnknownEffect("this command of npm is not known, or runs scripts of the project")
    variables = _from_variables(call)
    settings.given = [*variables, *command_line]
    settings.folder = (*("",), *(value for key, value in command_line if key == "prefix"))[-1]
    files = [
        join(call.directory, settings.folder or ".", ".npmrc"),
        *(join(folder, ".npmrc") for folder in ancestors(call.directory)),
    ]
    files += [join(call.home, ".npmrc"), *settings.paths(call, "userconfig", "globalconfig")]
    files += [join(prefix, "etc/npmrc") for prefix in settings.paths(call, "prefix")]
    stored = [pair for path in dict.fromkeys(files) for pair in _from_file(call, path, settings)]
    settings.given = [*stored, *variables, *command_line]
    return settings


def _read_words(words: tuple[str, ...], settings: Settings) -> list[str]:
    operands: list[str] = []
    rest = list(words)
    while rest:
        word = rest.pop(0)
        if word == "--":
            return [*operands, *rest]
        if word.startswith(SYMBOLIC):
            raise UnknownEffect("an argument of npm depends on a value that is not known")
        if word.startswith("-") and word != "-":
            settings.given += _read_option(word, rest)
        else:
            operands.append(word)
    return operands


def _read_option(word: str, rest: list[str]) -> list[tuple[str, str]]:
    """One option, its value taken from ``rest`` where it needs one; ``--no-x`` turns a flag off (nopt, npm's option parser)."""
    name, equals, value = word.lstrip("-").partition("=")
    if not word.startswith("--") and name in _SHORT_VALUED:
        return [(_SHORT_VALUED[name], value if equals else _next(word, rest))]
    if name in _LOUDNESS:
        return []
    if not word.startswith("--") and name and all(letter in _SHORT for letter in name):
        return [(_SHORT[letter], "true") for letter in name]
    negated = name.startswith("no-") and name not in _FLAGS
    name = _ALIASES.get(name.removeprefix("no-") if negated else name, name.removeprefix("no-") if negated else name)
    if name in _FLAGS:
        if not equals and rest and rest[0] in ("true", "false"):
            value, equals = rest.pop(0), "="
        on = (value != "false" if equals else True) != negated
        return [(name, "true" if on else "false")]
    if negated or name not in _VALUED:
        raise UnknownEffect(f"the option {word.replace(SYMBOLIC, '$')} of npm is not modelled")
    return [(name, value if equals else _next(word, rest))]


def _next(word: str, rest: list[str]) -> str:
    if not rest:
        raise UnknownEffect(f"npm {word} lacks its value")
    return rest.pop(0)


def _from_variables(call: Invocation) -> list[tuple[str, str]]:
    """``npm_config_`` variables, in any case, ``_`` for ``-``."""
    found: list[tuple[str, str]] = []
    for name, value in sorted(call.environment.items()):
        if name.lower().startswith("npm_config_"):
            found.append((name[len("npm_config_") :].lower().replace("_", "-"), value))
    return found


def _from_file(call: Invocation, path: str, settings: Settings) -> list[tuple[str, str]]:
    """The lines ``key = value`` of an ``.npmrc``; ``${NAME}`` in a value that names a file makes it unknown."""
    found: list[tuple[str, str]] = []
    for line in (call.known_text(path) or "").splitlines():
        stripped = line.strip()
        if not stripped or stripped[0] in "#;[":
            continue
        key, equals, value = (part.strip().strip("\"'") for part in stripped.partition("="))
        if key in _FILES and "${" in value:
            raise UnknownEffect(f"{path} sets {key} by a variable")
        settings.variables += [piece.partition("}")[0].rstrip("?") for piece in stripped.split("${")[1:]]
        found.append((key, value if equals else "true"))
    return found
