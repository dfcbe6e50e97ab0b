"""Files that variables name: what a program reads because a variable that it listens to holds its place.

Read for every program, by one rule: a variable counts where the program listens to it, and those of the loader and the C library
(ld.so(8), gcc and glibc manuals) count for all. Of a variable that is known to name files, relative names count too, and
a place that only the build gives may be any; of any other, what is written as an absolute path.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

from restow.effects.commute import fits
from restow.effects.effect import SYMBOLIC, Effect, Invocation
from restow.vfs import File, Filesystem, Region, Symlink, join

OF_LIBC = (
    "LD_*",
    "GLIBC_TUNABLES",
    "GCONV_PATH",
    "LOCPATH",
    "NLSPATH",
    "TZDIR",
    "HOSTALIASES",
    "LOCALDOMAIN",
    "MALLOC_*",
)
"""Variables of the loader and the C library, which every program has in it."""
_LIBRARIES = ("LD_PRELOAD", "LD_AUDIT", "LD_LIBRARY_PATH")
PATH_LISTS = (
    *("LD_LIBRARY_PATH", "LD_PRELOAD", "LD_AUDIT", "LIBRARY_PATH", "CPATH", "C_INCLUDE_PATH", "CPLUS_INCLUDE_PATH"),
    *("PKG_CONFIG_PATH", "CMAKE_PREFIX_PATH", "COMPILER_PATH", "GCC_EXEC_PREFIX", "LPATH", "OBJC_INCLUDE_PATH"),
    *("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS", "OPENSSL_CONF"),
    *("GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_TEMPLATE_DIR", "GIT_DIR", "GIT_ASKPASS", "NETRC"),
    *("XDG_CONFIG_HOME", "XDG_CONFIG_DIRS", "XDG_DATA_HOME", "XDG_DATA_DIRS", "BASH_ENV", "ENV", "PYTHONHOME"),
    *("NODE_PATH", "RUBYLIB", "PERL5LIB", "PERLLIB", "JAVA_HOME", "AWKPATH", "TERMINFO", "MAGIC"),
)
"""Variables that name files or folders, several of them with ``:`` between."""
FLAG_LISTS = (
    *("CFLAGS", "CXXFLAGS", "CPPFLAGS", "LDFLAGS", "CGO_CFLAGS", "CGO_LDFLAGS", "CC", "CXX", "LD", "MAKEFLAGS"),
    *("RUSTFLAGS", "NODE_OPTIONS", "RUBYOPT", "GIT_SSH_COMMAND", "GIT_SSH", "JAVA_TOOL_OPTIONS", "PERL5OPT"),
)
"""Variables that hold options, which may name files or folders."""
_NAMING = (
    *(*PATH_LISTS, "GCONV_PATH", "LOCPATH", "NLSPATH", "TZDIR", "HOSTALIASES", "GETCONF_DIR"),
    *("*_CA_BUNDLE", "*CAFILE", "*CAPATH", "*_CERT", "*_CERT_FILE", "*_CERT_DIR", "*_KEY_FILE", "*_CA_CERTS"),
    *("*_CONFIG_FILE", "*_CONFIG", "*_CONF", "*_RC", "*RC_PATH", "*_ENV_FILE", "CURL_HOME", "GNUPGHOME"),
)
_TREATED = frozenset(
    (
        *("HOME", "PATH", "PWD", "OLDPWD", "SHELL", "TMPDIR", "TEMPDIR", "TEMP", "TMP"),
        *("PYTHONPATH", "VIRTUAL_ENV", "GOPATH", "GOBIN", "NVM_DIR"),
        *("APACHE_DOCUMENT_ROOT", "APACHE_RUN_DIR", "APACHE_LOG_DIR", "APACHE_LOCK_DIR", "APACHE_PID_FILE"),
    )
)
"""Folders that the models look into more closely (homes, PATH, the paths of Python and Go), or that a build does not read."""
_BASE, _UNKNOWN = "\x01", "\x02"
"""What stands for a value of the base image, and for one that only the build gives."""


def with_named_files(call: Invocation, found: Effect) -> Effect:
    """The effect with the files that variables name among what is read, and the loader's variables among those listened to.

    What is computed is no longer so where the build itself made libraries that the loader puts into the program.
    """
    if found.environment is not None:
        found = replace(found, environment=tuple(dict.fromkeys((*found.environment, *OF_LIBC))))
    named = dict.fromkeys(_named(call, found))
    if not named:
        return found
    found = replace(found, reads=(*found.reads, Region(tuple(named))))
    libraries = [word for name in _LIBRARIES for word in _of_variable(call, name, call.environment.get(name, ""))]
    if found.exact is not None and any(_holds_files(call.filesystem, path) for path in libraries):
        return replace(found, exact=None, certain=False)
    return found


def named_paths(call: Invocation, text: str, *, list_of_paths: bool = False) -> tuple[str, ...]:
    """The paths in a list of paths (``a:b``) or of compiler flags (``-I/a -Lb``), relative ones from the working
    directory.
    """
    found: list[str] = []
    for word in _words(text):
        if _BASE in word or _UNKNOWN in word or word.startswith("//"):
            continue
        if list_of_paths:
            found.append(join(call.directory, word))
        elif "/" in word:
            start = word.index("/") if word.startswith("-") and word[2:3] == "/" else 2 if word.startswith("-") else 0
            found.append(join(call.directory, word[start:]))
    return tuple(path for path in found if path != "/")


def _named(call: Invocation, found: Effect) -> Iterator[str]:
    """The paths that the variables name to which the program listens, with the links on their way."""
    for name, text in call.environment.items():
        if not text or name in _TREATED:
            continue
        told = name in FLAG_LISTS or _tells(name)
        if not told and "/" not in text:
            continue
        if told if found.environment is None else any(fits(pattern, name) for pattern in found.environment):
            for path in _of_variable(call, name, text):
                yield from call.filesystem.steps(path) if path != "/" else ("/",)
    for entry in call.environment.get("PATH", "/").split(":"):
        if not entry.startswith("/") and SYMBOLIC not in entry:
            yield from call.filesystem.steps(join(call.directory, entry))


@lru_cache(maxsize=1024)
def _tells(name: str) -> bool:
    """Whether a variable is known to name files."""
    return any(fits(pattern, name) for pattern in _NAMING)


def _of_variable(call: Invocation, name: str, text: str) -> Iterator[str]:
    if name in FLAG_LISTS:
        yield from named_paths(call, text)
        return
    told = _tells(name)
    for word in _words(text):
        if word.startswith("//") or _BASE in word or (name in ("LD_PRELOAD", "LD_AUDIT") and "/" not in word):
            continue  # an address, a place of the base image, a library that is looked for in its usual places
        if _UNKNOWN in word:
            yield from ("/",) if told else ()
        elif word.startswith("/") or told:
            path = join(call.home, word[2:]) if word.startswith("~/") else join(call.directory, word)
            yield from (path,) if told or path != "/" else ()


def _words(text: str) -> list[str]:
    """The words of a value, cut at what stands between several of them; an unknown part is one mark."""
    parts = text.split(SYMBOLIC)
    for at in range(1, len(parts), 2):
        parts[at] = _BASE if parts[at].startswith("environment of ") else _UNKNOWN
    plain = "".join(parts)
    for mark in ":,;='\"":
        plain = plain.replace(mark, " ")
    return plain.split()


def _holds_files(filesystem: Filesystem, path: str) -> bool:
    """Whether the build put a file at, or anywhere below, the path."""
    resolved = filesystem.resolve(path)
    return any(isinstance(node, File | Symlink) for _, node in filesystem.walk(resolved))
