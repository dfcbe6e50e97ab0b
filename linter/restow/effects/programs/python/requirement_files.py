"""Requirement files of pip, and the specifiers in them: which files of the project a requirement leads to.

By pip's documentation, "Requirements File Format": ``-r`` and ``-c`` inside a file are relative to that file, local
paths to the working directory (``--find-links`` to whichever exists), ``${NAME}`` is replaced by the variable's value.
"""

from __future__ import annotations

import shlex
from dataclasses import dataclass, field
from urllib.parse import unquote

from restow.effects.effect import SYMBOLIC, Invocation
from restow.effects.options import Arguments, read_options
from restow.effects.surroundings import names, place, trail
from restow.errors import UnknownEffect
from restow.vfs import Directory, File, Unknown, join

ARCHIVES = (
    ".whl",
    ".zip",
    ".tar.gz",
    ".tgz",
    ".tar",
    ".tar.bz2",
    ".tbz",
    ".tar.xz",
    ".txz",
    ".tlz",
    ".tar.lz",
    ".tar.lzma",
)
_FLAGS = names("--no-index --pre --prefer-binary --require-hashes --use-wheel --no-use-wheel")
_VALUED = names(
    "-r --requirement -c --constraint -e --editable -f --find-links -i --index-url --pypi-url --extra-index-url "
    "--no-binary --only-binary --trusted-host --use-feature --hash --global-option --install-option "
    "--config-settings --config-setting -C --process-dependency-links --build-option"
)
_REPOSITORIES = ("git", "hg", "svn", "bzr")
_NAME = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-")
_VARIABLE = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")


@dataclass
class Requirements:
    """What the requirements of one command lead to; paths are absolute, ``count`` is the number of requirements."""

    files: list[str] = field(default_factory=list)
    trees: list[str] = field(default_factory=list)
    archives: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    variables: list[str] = field(default_factory=list)
    repositories: bool = False
    editable_repository: bool = False
    count: int = 0


def read_file(call: Invocation, path: str, found: Requirements) -> None:
    """Add what the requirement or constraint file at ``path`` (absolute, or an address) leads to."""
    if "://" in path and not path.startswith("file:"):
        return
    path = _file_address(call, path) if path.startswith("file:") else path
    if path in found.files:
        return
    found.files += trail(call, path)
    text = call.text(path)
    if text is None:
        raise UnknownEffect(f"{path} does not exist when {call.name} reads it")
    for line in logical_lines(text):
        _add_line(call, path, _expanded(call, line, found), found)


def logical_lines(text: str) -> list[str]:
    """The lines without comments and empty ones, continued lines joined, as pip's own preprocessing does."""
    joined: list[str] = []
    pending = ""
    for line in text.removeprefix("\ufeff").splitlines():
        if line.endswith("\\") and _without_comment(line) == line:
            pending += line.rstrip("\\")
            continue
        joined.append(_without_comment(pending + (" " if _without_comment(line) == "" else "") + line).strip())
        pending = ""
    joined.append(pending.strip())
    return [line for line in joined if line]


def _without_comment(line: str) -> str:
    for at, letter in enumerate(line):
        if letter == "#" and (at == 0 or line[at - 1].isspace()):
            return line[:at]
    return line


def _expanded(call: Invocation, line: str, found: Requirements) -> str:
    """``${NAME}`` (upper case only) replaced where the variable is set; each name counts as read."""
    pieces = line.split("${")
    result = pieces[0]
    for piece in pieces[1:]:
        name, closed, rest = piece.partition("}")
        if not closed or not name or not set(name) <= _VARIABLE:
            result += "${" + piece
            continue
        found.variables.append(name)
        value = call.directory if name == "PWD" else call.environment.get(name, "")
        result += (value or "${" + name + "}") + rest
    return result


def _add_line(call: Invocation, path: str, line: str, found: Requirements) -> None:
    words = line.split(" ")
    dash = next((at for at, word in enumerate(words) if word.startswith("-")), len(words))
    requirement = " ".join(words[:dash]).strip()
    try:
        given = shlex.split(" ".join(words[dash:]))
    except ValueError as error:
        raise UnknownEffect(f"{path} has a line that cannot be split: {error}") from error
    options = read_options((f"a line of {path}", *given), flags=_FLAGS, valued=_VALUED)
    if requirement:
        add_requirement(call, requirement, found)
    elif options.operands:
        raise UnknownEffect(f"{path} has a line that is not understood: {line}")
    folder = path.rsplit("/", 1)[0] or "/"
    for name in options.values("-r", "--requirement", "-c", "--constraint"):
        read_file(call, name if "://" in name else _inside(call, folder, name), found)
    add_options(call, options, found, folder)


def add_options(call: Invocation, options: Arguments, found: Requirements, folder: str) -> None:
    """Add what ``-e`` and ``--find-links`` name, on a command line or in a requirement file of ``folder``."""
    for target in options.values("-e", "--editable"):
        add_requirement(call, target, found, editable=True)
    for links in options.values("-f", "--find-links"):
        for where in links.split():
            if where.startswith("file:"):
                found.links += trail(call, _file_address(call, where))
            elif "://" not in where:
                found.links += trail(call, place(call, where))
                found.links += trail(call, _inside(call, folder, where))


def _inside(call: Invocation, folder: str, name: str) -> str:
    if SYMBOLIC in name:
        raise UnknownEffect(
            f"a requirement file names {name.replace(SYMBOLIC, '$')!r}, which depends on an unknown value"
        )
    return place(call, join(folder, name))


def add_requirement(call: Invocation, text: str, found: Requirements, *, editable: bool = False) -> None:
    """Add one requirement: a specifier, an address, or a local path. Raises UnknownEffect for what is none of them."""
    found.count += 1
    text = text.strip().strip("'\"")
    head = text.split(SYMBOLIC)[0]
    if SYMBOLIC in text and not ("://" in head or any(mark in head for mark in "=<>~!@;")):
        raise UnknownEffect(f"the requirement {text.replace(SYMBOLIC, '$')!r} depends on a value that is not known")
    kind, _, address = text.partition("+")
    if kind.lower() in _REPOSITORIES and address:
        _add_repository(call, address, found, editable)
        return
    if text.lower().startswith("file:"):
        _add_path(call, _file_address(call, text), found)
        return
    if text.lower().startswith(("http://", "https://", "ftp://")):
        return
    name, at, target = text.partition("@")
    if at and not editable and set(_plain(name)) <= _NAME and name.strip():
        _add_direct(call, target.strip(), found)
        return
    _add_specifier(call, text, found, editable)


def _add_repository(call: Invocation, address: str, found: Requirements, editable: bool) -> None:
    found.repositories = True
    found.editable_repository |= editable
    if address.startswith("file:"):
        _add_path(call, _file_address(call, address.rsplit("@", 1)[0]), found)
    elif "://" not in address and "@" not in address.split("/", maxsplit=1)[0]:
        raise UnknownEffect(f"the repository {address} is not an address")


def _add_direct(call: Invocation, target: str, found: Requirements) -> None:
    """The part after ``@`` in ``name @ address`` (PEP 508): a bare path there is no address and is refused."""
    if "://" not in target and not target.startswith("file:"):
        raise UnknownEffect(f"the requirement's address {target!r} is not understood")
    found.count -= 1
    add_requirement(call, target.split(" ;", maxsplit=1)[0], found)


def _add_specifier(call: Invocation, text: str, found: Requirements, editable: bool) -> None:
    """``./path[extra]``, ``file.whl``, or a name with versions; pip takes a path for one by its slash, dot or suffix."""
    plain = text.split(";", maxsplit=1)[0].strip()
    path = plain[: plain.rindex("[")] if plain.endswith("]") and "[" in plain else plain
    version = any(mark in plain for mark in "=<>!~")
    if editable or path.startswith((".", "~/")) or ("/" in path and not version) or path.lower().endswith(ARCHIVES):
        _add_path(call, place(call, path), found)
    elif not set(_plain(plain)) <= _NAME or not _plain(plain):
        raise UnknownEffect(f"the requirement {text!r} is not understood")


def _plain(text: str) -> str:
    """The name of a specifier: what stands before extras, versions, markers and options."""
    for at, letter in enumerate(text):
        if letter in "[=<>!~;( ":
            return text[:at]
    return text.strip()


def _file_address(call: Invocation, address: str) -> str:
    path = unquote(address[len("file:") :].split("#", maxsplit=1)[0])
    if path.startswith("//"):
        path = path[2:].removeprefix("localhost")
        if not path.startswith("/"):
            raise UnknownEffect(f"the address {address} names another machine")
    return place(call, path)


def _add_path(call: Invocation, path: str, found: Requirements) -> None:
    if any(letter in path for letter in "*?"):
        folder = path
        while any(letter in folder for letter in "*?"):
            folder = folder.rsplit("/", 1)[0]
        found.trees.append(folder or "/")
        return
    node = call.node(path)
    if node is None:
        raise UnknownEffect(f"{path} does not exist when {call.name} installs it")
    if isinstance(node, File):
        found.archives += trail(call, path)
    elif isinstance(node, Directory | Unknown):
        found.trees.append(path)
