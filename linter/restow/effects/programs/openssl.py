"""openssl: keys, requests, certificates, digests and random bytes, in files that options name.

By the manual of OpenSSL 3.0 ("openssl", "openssl-req", "openssl-x509" and their neighbours): read are the settings (``openssl.cnf``
of the system, or the file in ``OPENSSL_CONF``), the files that options name, and ``~/.rnd``. What is made holds chance, as two
builds of one Dockerfile do; for a proof one run is like another. An option that names anything else makes it unknown.
"""

from __future__ import annotations

from restow.effects.effect import SYMBOLIC, Effect, Invocation
from restow.effects.operands import is_loose, places, readable
from restow.effects.places import TOOLCHAIN
from restow.effects.surroundings import homes, names
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
_WRITTEN = names("-out -keyout -writerand -sign_out")
_PASSWORDS = names("-pass -passin -passout")
_KEYS = ("rsa", "ec", "ed25519", "ed448", "dsa:", "rsa:")


def effect(call: Invocation) -> Effect:
    """Of ``openssl command [options] [file ...]``. Priors: 1 s, 30 s for new parameters of Diffie and Hellman."""
    words = list(call.argv[1:])
    if not words or words[0] not in _COMMANDS:
        raise UnknownEffect(f"openssl {(*words[:1], '')[0].replace(SYMBOLIC, '$')} is not modelled")
    if any(call.environment.get(name) for name in ("OPENSSL_ENGINES", "OPENSSL_MODULES", "RANDFILE")):
        raise UnknownEffect("openssl with modules or files that variables name is not modelled")
    command, read, written, operands = words.pop(0), list[str](), list[str](), list[str]()
    while words:
        word = words.pop(0)
        if word in _TEXTS | _READ | _WRITTEN | _PASSWORDS:
            if not words:
                raise UnknownEffect(f"openssl {word} lacks its value")
            _option(word, words.pop(0), read, written)
        elif word.startswith("-") and word not in _FLAGS and not word[1:].isdigit():
            raise UnknownEffect(f"the option {word.replace(SYMBOLIC, '$')} of openssl is not modelled")
        elif not word.startswith("-"):
            operands.append(word)
    if command not in ("rand", "genrsa", "dhparam", "passwd"):
        read += operands  # elsewhere these are numbers, or a text
    settings = [given] if (given := call.environment.get("OPENSSL_CONF", "")) else []
    serials = [f"{path.rpartition('.')[0] or path}.srl" for path in read] if "-CAcreateserial" in call.argv else []
    where = Region(places(call, *written, *serials)) if written or serials else Region()
    return Effect(
        reads=(TOOLCHAIN, where, homes(call, ".rnd"), *readable(call, *read, *settings)),
        writes=(where, homes(call, ".rnd")),
        environment=None,
        seconds=30.0 if command == "dhparam" else 1.0,
        needs=tuple(call.path(path) for path in read if not is_loose(path) and SYMBOLIC not in call.directory),
    )


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
    elif value.startswith(SYMBOLIC) and name == "-addext":
        raise UnknownEffect("openssl with an extension that is not known is not modelled")
