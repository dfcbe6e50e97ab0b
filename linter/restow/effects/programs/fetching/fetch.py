"""curl and wget: they read the network and their settings, and write the file named, or standard output.

Priors (own estimates): 3 s and 10 MB a download.
"""

from __future__ import annotations

from restow.effects.effect import SYMBOLIC, Assumption, Effect, Invocation
from restow.effects.options import Arguments, read_options
from restow.effects.places import TOOLCHAIN
from restow.effects.surroundings import OF_CLIENTS, homes, put_by_build, value
from restow.errors import UnknownEffect
from restow.vfs import File, Region, join

DOWNLOAD = Assumption("same-downloads", "an address answers both builds alike")
ADDRESSES = Assumption(
    "download-words", "words that only the build gives to curl and wget are addresses, and no options"
)
_DATA = ("-d", "--data", "--data-ascii", "--data-binary", "--data-urlencode")
_CURL_FLAGS = frozenset(
    "-f --fail -s --silent -S --show-error -L --location -k --insecure -O --remote-name -J --compressed -# "
    "--progress-bar -v --verbose --tlsv1.2 --tlsv1.3 --ipv4 -4 -6 --ipv6 --http1.1 --http2 --fail-with-body "
    "--create-dirs -I --head -g --globoff -i --remote-header-name --retry-connrefused "
    "--retry-all-errors --ssl-reqd -N --no-buffer --no-progress-meter -n --netrc -q --disable --http1.0 --http2-prior-knowledge "
    "--remote-name-all --location-trusted --no-keepalive --basic --digest --tcp-nodelay --ssl --path-as-is --post301 --raw "
    "--globoff --tlsv1 -1 --tlsv1.0 --tlsv1.1 --sslv3 --list-only -l --anyauth -R --remote-time --styled-output "
    "--no-sessionid --doh-insecure --ssl-no-revoke --parallel -Z --no-clobber --skip-existing -a --version -V".split()
)
_CURL_VALUED = frozenset(
    "-o --output -H --header -A --user-agent --retry --retry-delay --retry-max-time -m --max-time "
    "--connect-timeout -X --request --proto -u --user --cacert --url --output-dir -x --proxy -e --referer "
    "--resolve -b --cookie -w --write-out -d --data --data-raw --data-urlencode --data-ascii --data-binary -r --range "
    "--speed-limit --speed-time -y -Y --limit-rate --max-redirs --max-filesize --tls-max --ciphers --noproxy --interface "
    "--dns-servers --proto-default --retry-on --oauth2-bearer --connect-to --keepalive-time -C --continue-at "
    "--parallel-max --request-target --socks5 --socks5-hostname --proto-redir --doh-url --http-version".split()
)
_WGET_FLAGS = frozenset(
    "-q --quiet -nv --no-verbose -c --continue --no-check-certificate -N -nc --no-clobber --show-progress "
    "--no-cookies --content-disposition -4 -6 --https-only --retry-connrefused -v -S --no-hsts "
    "--auth-no-challenge -nd --no-directories --spider --inet4-only --inet6-only --quiet --timestamping --trust-server-names "
    "-N --no-use-server-timestamps --no-dns-cache --retry-on-host-error --no-proxy --no-cache --ignore-length "
    "--random-wait --proxy --no-netrc --version -V --server-response --no-if-modified-since --no-passive-ftp "
    "--unlink --no-http-keep-alive --no-config --passive-ftp --no-glob".split()
)
_WGET_VALUED = frozenset(
    "-O --output-document -P --directory-prefix -t --tries -T --timeout --header -U --user-agent --progress "
    "--waitretry --user --password -o --output-file --connect-timeout --read-timeout --secure-protocol "
    "--max-redirect --post-data --method --body-data --referer --http-user --http-password --limit-rate --dns-timeout -w "
    "--wait --ca-certificate -e --execute --quota -Q --prefer-family --retry-on-http-error --compression "
    "--ftp-user --ftp-password --ciphers --proxy-user --proxy-password --bind-address -a".split()
)
_PER_USER = (".curlrc", ".wgetrc", ".netrc", ".wget-hsts", ".config", ".ldaprc", "ldaprc", ".ssh", ".local/share/wget")
_KEPT = (".wget-hsts", ".wget-ocsp", ".local/share/wget")
"""What wget, and wget2 under that name, keeps about servers for the next time."""
_VARIABLES = (
    *(
        *OF_CLIENTS,
        "CURL_*",
        "LDAP*",
        "LOGNAME",
        "USER",
        "USERNAME",
        "OPENSSL_*",
        "SASL_PATH",
        "SSLKEYLOGFILE",
        "SSL_*",
    ),
    *("WGETRC", "XDG_*"),
)


def effect(call: Invocation) -> Effect:
    """Of one download command; without a file named by option, wget writes one named after the address."""
    curl = call.name == "curl"
    flags, valued = (_CURL_FLAGS, _CURL_VALUED) if curl else (_WGET_FLAGS, _WGET_VALUED)
    arguments = read_options(call.argv, flags=flags - valued, valued=valued, words=True)
    addresses = [*arguments.operands, *arguments.values("--url")]
    if any(_may_be_local(address) for address in addresses):
        raise UnknownEffect(f"{call.name} of a local file is not modelled")
    if any(address.startswith(("@", SYMBOLIC)) for address in arguments.values("--url")):
        raise UnknownEffect("curl that may read its addresses from a file is not modelled")
    _refuse_files(call, arguments)
    written = _curl_files(call, arguments, addresses) if curl else _wget_files(call, arguments, addresses)
    beside = IN_ROOT if "/" in written else Region()
    given = tuple(call.path(value) for value in arguments.values("--cacert", "--ca-certificate"))
    open_address = any(address.startswith(SYMBOLIC) for address in addresses)
    if open_address:
        call.assume(ADDRESSES)
    call.assume(DOWNLOAD)
    files = Region(tuple(path for path in written if path != "/"))
    return Effect(
        reads=(
            *(files, beside, TOOLCHAIN, homes(call, *_PER_USER), Region((*given, *_directory_settings(call)))),
            Region.everything() if open_address else Region(),
        ),
        writes=(files, beside) if curl else (files, beside, homes(call, *_KEPT)),
        environment=_VARIABLES,
        network=bool(addresses),
        seconds=3.0,
        size=10_000_000,
    )


IN_ROOT = Region(("/*",), ("/*/*",))
"""An entry of the root directory whose name is not known: a download without a name of its own is one file there."""


def _directory_settings(call: Invocation) -> tuple[str, ...]:
    """curl starts the LDAP library, which reads settings of the working directory (ldap.conf(5))."""
    return (call.path("ldaprc"),) if call.name == "curl" and SYMBOLIC not in call.directory else ()


def _may_be_local(address: str) -> bool:
    """Whether an address is that of a file here: ``file:``, and what curl makes of braces before ``://``."""
    scheme = address.partition("://")[0].lower()
    return scheme.startswith("file:") or scheme == "file" or ("file" in scheme and "{" in scheme)


_SETTINGS = (".curlrc", ".config/curlrc", ".config/.curlrc", ".wgetrc", ".config/wget/wget2rc")
_OF_ALL = ("/etc/wgetrc", "/usr/local/etc/wgetrc", "/etc/wget2rc", "/usr/local/etc/wget2rc")
_MOVING = ("WGETRC", "WGET2RC", "SYSTEM_WGETRC", "SYSTEM_WGET2RC", "CURL_HOME", "SSLKEYLOGFILE", "QLOGDIR")


def _refuse_files(call: Invocation, arguments: Arguments) -> None:
    """Options whose value names a file to read, and settings files that variables name."""
    if any("=" not in value for value in arguments.values("-b", "--cookie")):
        raise UnknownEffect("curl that reads cookies from a file is not modelled")
    if any(call.environment.get(name) for name in _MOVING):
        raise UnknownEffect(f"{call.name} takes its settings from a file that a variable names")
    own = [*_OF_ALL, *(join(call.home, name) for name in _SETTINGS)]
    if settings := value(call, "XDG_CONFIG_HOME"):
        own += [join(call.directory, settings, name) for name in (".curlrc", "curlrc", "wget/wget2rc")]
    placed = [path for path in own if put_by_build(call, path)]
    if placed:
        raise UnknownEffect(f"{call.name} has settings that the build put there")
    _refuse_contents(call, arguments)
    if call.name == "wget" and arguments.has("-N", "--timestamping"):
        raise UnknownEffect("wget by time depends on more than the content of an image")
    if call.name == "wget" and set(arguments.values("-e", "--execute")) - {"robots=off", "robots=on"}:
        raise UnknownEffect("wget with settings of its own is not modelled")
    if call.name == "wget" and arguments.has("-o", "--output-file", "-a", "--append-output"):
        raise UnknownEffect("wget that writes a log file is not modelled")


def _refuse_contents(call: Invocation, arguments: Arguments) -> None:
    """Values of options that are, or may be, read from a file, or say which file is written."""
    if call.name == "curl":
        texts = arguments.values("-H", "--header", "-b", "--cookie", *_DATA, "-w", "--write-out")
        named = (
            "@" in value.partition("=")[0] if "=" in value else "@" in value for value in texts if value[:1] != "%"
        )
        if any(named) or any(value.startswith(SYMBOLIC) for value in texts):
            raise UnknownEffect("curl that may read its headers or data from a file is not modelled")
        if any("output{" in value for value in arguments.values("-w", "--write-out")):
            raise UnknownEffect("curl that writes what it tells into a file is not modelled")
        if any("file" in value or "all" in value for value in map(str.lower, arguments.values("--proto-redir"))):
            raise UnknownEffect("curl that an address may lead to a local file is not modelled")
        if set(arguments.values("--proto-default")) - {"http", "https"}:
            raise UnknownEffect("curl with another kind of address by default is not modelled")


def _place(call: Invocation, word: str) -> str:
    return call.area(word) if SYMBOLIC in word else call.path(word)


def _curl_files(call: Invocation, arguments: Arguments, addresses: list[str]) -> tuple[str, ...]:
    folder = (*arguments.values("--output-dir"), "")[0]
    named = [_place(call, f"{folder}/{value}" if folder else value) for value in _outputs(arguments, "-o", "--output")]
    if arguments.has("-O", "--remote-name", "--remote-name-all"):
        named += [_remote_name(call, arguments, folder or ".", address) for address in addresses]
    if arguments.has("--no-clobber"):
        named = [
            path.rsplit("/", 1)[0] or "/" for path in named
        ]  # a file that stands there makes it ``name.1`` and so on
    return tuple(named)


def _outputs(arguments: Arguments, *options: str) -> list[str]:
    """The files named by options; ``#1`` in one stands for a part of the address, so all of its folder counts."""
    found: list[str] = []
    for given in arguments.values(*options):
        if "#" in given and options[0] == "-o":
            if any(".." in address for address in (*arguments.operands, *arguments.values("--url"))):
                raise UnknownEffect("curl that names files after parts of its address is not modelled")
            found.append(given.split("#", maxsplit=1)[0].rpartition("/")[0] or ".")
        elif given not in ("-", "/dev/null", "/dev/stdout", "/dev/stderr"):
            found.append(given)
    return found


def _remote_name(call: Invocation, arguments: Arguments, folder: str, address: str) -> str:
    """curl names the file after the address's path; where only the server or the build can tell, the folder counts."""
    name = address.split("?", maxsplit=1)[0].split("#", maxsplit=1)[0].rsplit("/", 1)[-1]
    tells = not name or any(mark in address for mark in (SYMBOLIC, "$", "{", "["))
    if tells or arguments.has("-J", "--remote-header-name"):
        return call.path(folder)
    return call.path(f"{folder}/{name}")


def _wget_files(call: Invocation, arguments: Arguments, addresses: list[str]) -> tuple[str, ...]:
    """wget names the file after the address, query and all, and keeps an existing one: the next is ``name.1``."""
    if arguments.has("--spider"):
        return ()
    if arguments.has("-O", "--output-document"):
        return tuple(_place(call, value) for value in _outputs(arguments, "-O", "--output-document"))
    folder = _place(call, (*arguments.values("-P", "--directory-prefix"), ".")[0])
    found: list[str] = []
    for address in addresses:
        path = address.split("#", maxsplit=1)[0].partition("://")[2].partition("/")[2]
        name = path.rsplit("/", 1)[-1]
        tells = not name or any(mark in address for mark in (SYMBOLIC, "$", "?", "%", "*"))
        tells |= not name.isascii() or not name.isprintable()
        tells |= isinstance(call.filesystem.lookup(join(folder, f"{name}.3")), File)
        if tells or arguments.has("--content-disposition", "--trust-server-names"):
            found.append(folder)
        else:
            found += [join(folder, name), *(join(folder, f"{name}.{number}") for number in range(1, 4))]
    return tuple(dict.fromkeys(found))
