"""openssl: keys, requests, certificates, digests and random bytes, in files that options name.

By the manual of OpenSSL 3.0 ("openssl", "openssl-req", "openssl-x509" and their neighbours): read are the settings (``openssl.cnf``
of the system, or the file in ``OPENSSL_CONF``), the files that options name, and ``~/.rnd``. What is made holds chance, as two
builds of one Dockerfile do; for a proof one run is like another. An option that names anything else makes it unknown.
"""

from __future__ import annotations

import re

from restow.effects.effect import SYMBOLIC, Effect, Invocation
from restow.effects.operands import is_loose, places, readable
from restow.effects.places import TOOLCHAIN
from restow.effects.surroundings import homes, is_placed, names
from restow.errors import UnknownEffect
from restow.vfs import Region

_COMMANDS = names(
    "genrsa req x509 rsa rand dhparam dgst genpkey ecparam ec pkey pkcs12 pkcs8 passwd enc version verify "
    "md5 sha1 sha256 sha512 base64"
)
_FLAGS = names(
    "-new -x509 -nodes -noenc -batch -verbose -quiet -text -noout -req -CAcreateserial -pubin -pubout -genkey -noparam -noenc "
    "-hex -base64 -d -e -a -A -salt -nosalt -pbkdf2 -aes256 -aes128 -aes192 -des3 -aes-256-cbc -aes-128-cbc -sha1 -sha256 "
    "-sha384 -sha512 -md5 -r -binary -export -nocerts -nokeys -clcerts -legacy -1 -5 -6 -apr1 -modulus -fingerprint -subject "
    "-issuer -dates -enddate -startdate -hash -serial -utf8 -reqexts_ -topk8 -nocrypt -2 -3 -dsaparam -purpose -pubkey -stdin -v -p"
)
_TEXTS = names(
    "-days -subj -newkey -algorithm -pkeyopt -name -addext -set_serial -extensions -reqexts -outform -inform -keyform -iter "
    "-sigopt -md -S -K -iv -caname -keypbe -certpbe -macalg -nameopt -section"
)
_READ = names(
    "-in -key -CA -CAkey -config -extfile -signkey -inkey -certfile -CAfile -untrusted -CApath -verify -signature -copy_ext"
)
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
"""How a URI begins, which every option that names a file may be given instead (openssl(1), "openssl-storeutl")."""
_SETTINGS = (
    *("/etc/ssl/openssl.cnf", "/usr/lib/ssl/openssl.cnf", "/etc/pki/tls/openssl.cnf"),
    *("/usr/local/ssl/openssl.cnf", "/etc/ssl1.1/openssl.cnf"),
)
"""Where distributions keep the settings that openssl reads by itself."""
_LEADING = names(".include default_keyfile oid_file randfile openssl_conf dynamic_path so_path module file:")
"""What in a file of settings leads to other files (config(5), openssl-req(1), x509v3_config(5))."""
_MOVING = ("OPENSSL_ENGINES", "OPENSSL_MODULES", "RANDFILE", "SSLEAY_CONF", "OPENSSL_CONF_INCLUDE")
_WRITTEN = names("-out -keyout -writerand -sign_out")
_PASSWORDS = names("-pass -passin -passout")
_KEYS = ("rsa", "ec", "ed25519", "ed448", "dsa:", "rsa:")


def effect(call: Invocation) -> Effect:
    """Of ``openssl command [options] [file ...]``. Priors (own estimates): 1 s, 30 s for new parameters of Diffie and Hellman."""
    words = list(call.argv[1:])
    if not words or words[0] not in _COMMANDS:
        raise UnknownEffect(f"openssl {(*words[:1], '')[0].replace(SYMBOLIC, '$')} is not modelled")
    if any(call.environment.get(name) for name in _MOVING):
        raise UnknownEffect("openssl with modules or files that variables name is not modelled")
    command, options, operands = words.pop(0), list[tuple[str, str]](), list[str]()
    flags = _FLAGS | {"-verify"} if command == "req" else _FLAGS
    while words:
        word = words.pop(0)
        if word in (_TEXTS | _READ | _WRITTEN | _PASSWORDS) - flags:
            if not words:
                raise UnknownEffect(f"openssl {word} lacks its value")
            options.append((word, words.pop(0)))
        elif word.startswith("-") and word not in flags and not word[1:].isdigit():
            raise UnknownEffect(f"the option {word.replace(SYMBOLIC, '$')} of openssl is not modelled")
        elif word.startswith(SYMBOLIC):
            raise UnknownEffect("openssl with a word that may be an option is not modelled")
        elif word.startswith("-"):
            options.append((word, ""))
        else:
            operands.append(word)
    return _effect(call, command, options, operands)


def _effect(call: Invocation, command: str, options: list[tuple[str, str]], operands: list[str]) -> Effect:
    read, written = list[str](), list[str]()
    for name, value in options:
        if value:
            _option(name, value, read, written)
    if command not in ("rand", "genrsa", "dhparam", "passwd"):
        read += operands  # elsewhere these are numbers, or a text
    if any(map(_ADDRESS.match, (*read, *written))):
        raise UnknownEffect("openssl of something that may be a URI is not modelled")
    given = {name for name, _ in options}
    makes_key = "-newkey" in given or (bool(given & {"-new", "-x509"}) and "-key" not in given)
    if command == "req" and makes_key and "-keyout" not in given:
        raise UnknownEffect("openssl req that puts a new key where its settings say is not modelled")
    _check_settings(call, [value for name, value in options if name in ("-config", "-extfile")])
    if command == "x509":
        written += [_serial(value) for name, value in options if name == "-CA"]
    settings = [path] if (path := call.environment.get("OPENSSL_CONF", "")) else []
    where = Region(places(call, *written)) if written else Region()
    return Effect(
        reads=(TOOLCHAIN, where, homes(call, ".rnd"), *readable(call, *read, *settings)),
        writes=(where, homes(call, ".rnd")),
        environment=None,
        seconds=30.0 if command == "dhparam" else 1.0,
        needs=tuple(call.path(path) for path in read if not is_loose(path) and SYMBOLIC not in call.directory),
    )


def _serial(certificate: str) -> str:
    """The file of serial numbers beside the certificate of an authority: read, counted up and written."""
    if is_loose(certificate):
        return certificate  # which stands for its folder
    return f"{certificate.rpartition('.')[0] if '.' in certificate else certificate}.srl"


def _check_settings(call: Invocation, named: list[str]) -> None:
    """Raise UnknownEffect where settings that a user or the build wrote lead to other files, or are not at hand."""
    usual = [path for path in _SETTINGS if is_placed(call.filesystem, path)]
    variable = [path] if (path := call.environment.get("OPENSSL_CONF", "")) else []
    for path in map(call.path, (*named, *variable, *usual)):
        text = call.known_text(path) if path in _SETTINGS and path not in usual else call.text(path)
        found = sorted(word for word in _LEADING if word in (text or "").lower())
        if found:
            raise UnknownEffect(f"{path} has {found[0]} in it, which may lead openssl to other files")


def _option(name: str, value: str, read: list[str], written: list[str]) -> None:
    if name in _READ:
        read.append(value)
    elif name in _WRITTEN:
        written.append(value)
    elif name in _PASSWORDS and not value.startswith(("pass:", "env:", "stdin", "fd:")):
        if not value.startswith("file:"):
            raise UnknownEffect("openssl that takes a password from somewhere unknown is not modelled")
        read.append(value.removeprefix("file:"))
    elif name == "-newkey" and not (value in _KEYS or value.partition(":")[2].isdigit()):
        raise UnknownEffect("openssl with parameters of a key from a file is not modelled")
    elif name == "-addext" and (value.startswith(SYMBOLIC) or "file:" in value):
        raise UnknownEffect("openssl with an extension that is not known, or read from a file, is not modelled")
