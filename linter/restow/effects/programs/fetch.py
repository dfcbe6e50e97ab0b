"""curl and wget: they read the network and their settings, and write the file named, or standard output.

Priors: 3 s and 10 MB a download.
"""

from __future__ import annotations

from restow.effects.effect import SYMBOLIC, Assumption, Effect, Invocation
from restow.effects.options import Arguments, read_options
from restow.effects.places import TOOLCHAIN, in_homes
from restow.errors import UnknownEffect
from restow.vfs import Region, join

DOWNLOAD = Assumption("same-downloads", "an address answers both builds alike")
_CURL_FLAGS = frozenset(
    "-f --fail -s --silent -S --show-error -L --location -k --insecure -O --remote-name -J --compressed -# "
    "--progress-bar -v --verbose --tlsv1.2 --tlsv1.3 --ipv4 -4 -6 --ipv6 --http1.1 --http2 --fail-with-body "
    "--create-dirs -I --head -g --globoff -i --remote-header-name --proto-redir --retry-connrefused "
    "--retry-all-errors --ssl-reqd -N --no-progress-meter -n".split()
)
_CURL_VALUED = frozenset(
    "-o --output -H --header -A --user-agent --retry --retry-delay --retry-max-time -m --max-time "
    "--connect-timeout -X --request --proto -u --user --cacert --url --output-dir -x --proxy -e --referer "
    "--resolve -b --cookie".split()
)
_WGET_FLAGS = frozenset(
    "-q --quiet -nv --no-verbose -c --continue --no-check-certificate -N -nc --no-clobber --show-progress "
    "--no-cookies --content-disposition -4 -6 --https-only --retry-connrefused -v -S --no-hsts "
    "--auth-no-challenge".split()
)
_WGET_VALUED = frozenset(
    "-O --output-document -P --directory-prefix -t --tries -T --timeout --header -U --user-agent --progress "
    "--waitretry --user --password -o --output-file --connect-timeout --read-timeout --secure-protocol".split()
)
_VARIABLES = (
    "*_proxy",
    "*_PROXY",
    "HOME",
    "CURL_*",
    "SSL_*",
    "PATH",
    "LANG",
    "LC_*",
    "WGETRC",
    "TZ",
    "XDG_CONFIG_HOME",
)


def effect(call: Invocation) -> Effect:
    """Of one download command; without a file named by option, wget writes one named after the address."""
    curl = call.name == "curl"
    flags, valued = (_CURL_FLAGS, _CURL_VALUED) if curl else (_WGET_FLAGS, _WGET_VALUED)
    arguments = read_options(call.argv, flags=flags, valued=valued)
    if any(address.lower().startswith("file:") for address in _addresses(arguments)):
        raise UnknownEffect(f"{call.name} of a local file is not modelled")
    if any("=" not in value for value in arguments.values("-b", "--cookie")):
        raise UnknownEffect("curl that reads cookies from a file is not modelled")
    if call.environment.get("WGETRC") or call.environment.get("CURL_HOME"):
        raise UnknownEffect(f"{call.name} takes its settings from a file that a variable names")
    written = _curl_files(call, arguments) if curl else _wget_files(call, arguments)
    if any("@" in value[:1] for value in arguments.values("-H", "--header", "-b", "--cookie")):
        raise UnknownEffect(f"{call.name} that reads its headers from a file is not modelled")
    given = tuple(call.path(value) for value in arguments.values("--cacert"))
    call.assume(DOWNLOAD)
    files = Region(written)
    return Effect(
        reads=(files, TOOLCHAIN, in_homes(call, ".curlrc", ".wgetrc", ".netrc", ".wget-hsts"), Region(given)),
        writes=(files,) if curl else (files, Region((join(call.home, ".wget-hsts"),))),
        environment=_VARIABLES,
        network=True,
        seconds=3.0,
        size=10_000_000,
    )


def _addresses(arguments: Arguments) -> list[str]:
    return [*arguments.operands, *arguments.values("--url")]


def _curl_files(call: Invocation, arguments: Arguments) -> tuple[str, ...]:
    if arguments.has("-J", "--remote-header-name"):
        raise UnknownEffect("curl that takes the file's name from the server is not modelled")
    folder = (*arguments.values("--output-dir"), ".")[0]
    named = [call.path(join(call.path(folder), value)) for value in arguments.values("-o", "--output") if value != "-"]
    if arguments.has("-O", "--remote-name"):
        named += [call.path(join(call.path(folder), _basename(address))) for address in _addresses(arguments)]
    return tuple(path for path in named if not path.startswith("/dev/"))


def _wget_files(call: Invocation, arguments: Arguments) -> tuple[str, ...]:
    if arguments.has("--content-disposition", "-r", "--recursive", "-o", "--output-file"):
        raise UnknownEffect("wget that takes names from the server, or writes a log file, is not modelled")
    named = arguments.values("-O", "--output-document")
    if named:
        return tuple(call.path(value) for value in named if value != "-" and not value.startswith("/dev/"))
    folder = call.path((*arguments.values("-P", "--directory-prefix"), ".")[0])
    return tuple(path for address in _addresses(arguments) for path in _numbered(folder, _basename(address)))


def _numbered(folder: str, name: str) -> tuple[str, ...]:
    """wget keeps an existing file and writes ``name.1`` instead."""
    return (join(folder, name), join(folder, name + ".1"))


def _basename(address: str) -> str:
    name = address.split("?", maxsplit=1)[0].split("#", maxsplit=1)[0].rsplit("/", 1)[-1]
    if not name or SYMBOLIC in name or "$" in name:
        raise UnknownEffect("the name of the downloaded file is not known")
    return name
