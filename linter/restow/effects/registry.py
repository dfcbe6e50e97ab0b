"""From a program's name to its model. Model modules are imported only when a command asks for them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from importlib import import_module

from restow.effects.commute import fits
from restow.effects.effect import SYMBOLIC, Effect, Invocation
from restow.effects.named_files import with_named_files
from restow.effects.surroundings import TOOLS
from restow.errors import UnknownEffect
from restow.vfs import Region

_MODELS: dict[str, dict[str, str]] = {
    "distributions": {
        "apk": "apk",
        "apt": "apt apt-get aptitude",
        "dpkg": (
            "dpkg dpkg-query dpkg-reconfigure dpkg-divert dpkg-architecture dpkg-buildflags dpkg-deb "
            "apt-mark apt-key apt-cache apt-config add-apt-repository apt-add-repository "
            "debconf-set-selections"
        ),
        "rpm": "yum dnf dnf5 microdnf tdnf zypper pacman rpm",
    },
    "fetching": {
        "archives": "tar bsdtar unzip gzip gunzip bzip2 bunzip2 xz unxz zstd",
        "fetch": "curl wget",
        "git": "git",
        "gpg": "gpg gpg2 gpgv gpgconf",
        "openssl": "openssl",
    },
    "filesystem": {
        "attributes": "chmod chown chgrp",
        "files": "mkdir rm rmdir touch tee",
        "find": "find",
        "patch": "patch",
        "placing": "cp mv ln install",
        "printers": (
            "echo printf true : false exit sleep date uname nproc id whoami pwd test [ [[ which type "
            "arch umask hostname"
        ),
        "sed": "sed",
        "text": (
            "awk base64 basename cat cmp comm cut df diff dirname du expr file fold free getconf "
            "getent grep head jq ldd locale ls lsb_release md5sum nl nm objdump od paste pgrep pidof "
            "ps readelf readlink realpath rev scanelf seq sha1sum sha224sum sha256sum sha384sum "
            "sha512sum b2sum cksum shasum sort stat strings sync tac tail tr tree tty uniq uptime "
            "uuidgen wc xxd yes zcat gawk mawk nawk egrep fgrep zgrep"
        ),
    },
    "javascript": {
        "bun": "bun",
        "npm": "npm",
        "pnpm": "pnpm corepack",
        "yarn": "yarn",
    },
    "languages": {
        "builders": "mvn gradle sbt lein dotnet mix stack cabal rebar3",
        "bundler": "bundle gem",
        "cargo": "cargo cargo-chef",
        "composer": "composer",
        "foreign": "opam conda mamba micromamba luarocks cpanm",
        "go": "go",
        "php": ("pecl pear docker-php-ext-install docker-php-ext-configure docker-php-ext-enable docker-php-source"),
        "versions": (
            "node php java javac jshell jar ruby perl lua gcc g++ cc cmake rustc rustup helm kubectl "
            "terraform docker deno scala kotlin kotlinc ghc erl"
        ),
    },
    "python": {
        "interpreter": "python python2 python3 virtualenv",
        "pip": "pip pip2 pip3",
        "projects": "uv poetry pipenv",
    },
    "system": {
        "setting_up": (
            "a2enmod a2dismod a2ensite a2dissite a2enconf a2disconf locale-gen localedef "
            "update-locale update-ca-certificates update-ca-trust chpasswd passwd chsh gpasswd "
            "groupdel delgroup fc-cache update-rc.d insserv chkconfig rc-update setcap getcap strip "
            "mkfifo truncate mknod unlink dos2unix unix2dos"
        ),
        "shells": "sh bash dash ash exec export set make gmake",
        "upkeep": (
            "mktemp ldconfig update-alternatives systemctl userdel deluser ssh-keygen dd crontab "
            "mandb update-mime-database update-desktop-database gtk-update-icon-cache "
            "glib-compile-schemas"
        ),
        "users": "useradd adduser groupadd addgroup usermod groupmod",
        "wrappers": (
            "sudo gosu su-exec env nice ionice nohup time timeout eatmydata setarch linux32 linux64 "
            "stdbuf command xargs su"
        ),
    },
}
"""Of each module, by its room below ``programs``: the names of the programs that it models, apart by blanks."""
_MODULE_OF = {
    name: f"{room}.{module}"
    for room, modules in _MODELS.items()
    for module, names in modules.items()
    for name in names.split()
}


_SCRATCH = ("TMPDIR", "TEMPDIR", "TEMP", "TMP")
_OF_A_USER = tuple(f"XDG_{name}" for name in "CACHE_HOME CONFIG_HOME DATA_HOME STATE_HOME BIN_HOME RUNTIME_DIR".split())
"""Folders in which a program that listens to them keeps what it would keep in the home directory (XDG Base Directory)."""


def known_programs() -> tuple[str, ...]:
    """The names that have a model, sorted."""
    return tuple(sorted(_MODULE_OF))


def belongs_to_system(program: str) -> bool:
    """Whether a program is one of the small ones that a system is made of, and that no build brings on its own."""
    name = program.rsplit("/", 1)[-1]
    return name not in _BROUGHT and _MODULE_OF.get(name, "").rpartition(".")[2] in _OF_THE_SYSTEM


def starts_others(program: str) -> bool:
    """Whether a program starts another one, which its words name: a wrapper, a shell, find."""
    return _MODULE_OF.get(program.rsplit("/", 1)[-1]) in ("system.wrappers", "system.shells", "filesystem.find")


_OF_THE_SYSTEM = frozenset("attributes files placing find sed text archives printers".split())
_BROUGHT = frozenset(["jq", "tree", "zstd"])


def effect_of(call: Invocation) -> Effect:
    """The effect of one command. Raises UnknownEffect, with the reason, where no model can tell."""
    if call.declared:
        from restow.effects.declared import declaration_for, declared_effect

        declaration = declaration_for(call.argv, call.declared)
        if declaration is not None:
            return _anywhere(call, _completed(call, declared_effect(call, declaration)))
    name = call.name
    base = name.split(".")[0] if name.startswith(("pip", "python")) else name
    module = _MODULE_OF.get(base)
    if module is None:
        raise UnknownEffect(f"there is no model of what {name!r} reads and writes")
    if "/" in call.argv[0] and not call.argv[0].startswith(
        ("/bin/", "/sbin/", "/usr/", "/opt/", "/venv/", "/root/.local/bin/")
    ):
        raise UnknownEffect(f"{call.argv[0]!r} is a program of the project")
    model: Callable[[Invocation], Effect] = import_module(f"restow.effects.programs.{module}").effect
    return _anywhere(call, _completed(call, model(call)))


def _anywhere(call: Invocation, found: Effect) -> Effect:
    """The effect where the working directory is not known: what is read in it may stand anywhere.

    Raises UnknownEffect where something is written there.
    """
    if SYMBOLIC not in call.directory:
        return found
    if any(SYMBOLIC in path for region in found.writes for path in (*region.include, *found.creates)):
        raise UnknownEffect("the working directory is the base image's, and not known; set WORKDIR")
    reads = (region for region in found.reads if any(SYMBOLIC in path for path in region.include))
    if next(reads, None) is None:
        return found
    kept = tuple(region for region in found.reads if not any(SYMBOLIC in path for path in region.include))
    return replace(found, reads=(*kept, Region.everything()), needs=tuple(p for p in found.needs if SYMBOLIC not in p))


def _completed(call: Invocation, found: Effect) -> Effect:
    """What holds of every program: variables of its libraries, files and folders that variables name, and what was looked at."""
    if found.environment is not None:
        found = replace(found, environment=tuple(dict.fromkeys((*found.environment, *TOOLS))))
    found = with_named_files(call, found)
    if found.exact is not None and "POSIXLY_CORRECT" in call.environment:  # options behind operands are operands then
        found = replace(found, exact=None, certain=False)
    heard = found.environment
    kept = [name for name in _OF_A_USER if name in call.environment]
    moved = [name for name in kept if heard is None or any(fits(pattern, name) for pattern in heard)]
    named = {given for name in (*_SCRATCH, *moved) if (given := call.environment.get(name))}
    if named and found.writes and found.exact is None:
        folders = Region(tuple(sorted(call.path(each) for each in named)))
        found = replace(found, reads=(*found.reads, folders), writes=(*found.writes, folders))
    looked = dict.fromkeys((*found.consulted, *call.consulted, *call.ways))
    return replace(found, consulted=tuple(path for path in looked if SYMBOLIC not in path))
