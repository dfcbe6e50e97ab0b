"""``tar x`` of known bytes, by root, as GNU tar does it: member after member, links never followed to where they lead."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from restow.build.exact.call import Call
from restow.build.exact.disk import FileError
from restow.build.exact.lookup import DEFAULT_PATH
from restow.build.exact.output import unknown_word
from restow.effects.options import Arguments
from restow.errors import ArchiveError, UnknownEffect, UsageError
from restow.oci.compression import compression_of, unpacked
from restow.oci.tar_header import TarHeader
from restow.oci.tar_reader import ArchiveLimits, TarStream, pieces_of
from restow.vfs import Attributes, Content, Directory, File, Symlink, digest_of

LIMITS = ArchiveLimits(total_bytes=64 << 20, file_bytes=64 << 20, entries=20_000)
"""Larger archives are not computed."""

_FLAGS = (
    *(
        "-x",
        "--extract",
        "--get",
        "-v",
        "--verbose",
        "-p",
        "--preserve-permissions",
        "--same-permissions",
        "--same-owner",
    ),
    *("--no-same-owner", "-o", "--numeric-owner", "-z", "--gzip", "--gunzip", "-j", "--bzip2", "-J", "--xz", "-a"),
)
_VALUED = ("-f", "--file", "-C", "--directory", "--strip-components", "--exclude")
_ASKED = {
    "-z": "gzip",
    "--gzip": "gzip",
    "--gunzip": "gzip",
    "-j": "bzip2",
    "--bzip2": "bzip2",
    "-J": "xz",
    "--xz": "xz",
}
_OLD_STYLE = re.compile("[xvzjJpofC]+")


def run(call: Call) -> int:
    """Run tar. Raises UnknownEffect for all but extracting, for what is damaged, and where tar would complain."""
    arguments = _arguments(call)
    if not arguments.has("-x", "--extract", "--get") or call.flavour != "gnu" or call.disk.credentials.uid != 0:
        raise UnknownEffect("tar is computed where root extracts with GNU tar")
    folders = arguments.values("-C", "--directory")
    if len(folders) > 1 or any("TAR_OPTIONS" in name for name in call.environment):
        raise UnknownEffect("tar with several folders, or with options from its environment")
    try:
        data = _archive(call, arguments)
    except FileError as error:
        if error.code == "ENOENT":
            return call.complain(2)
        raise UnknownEffect("tar cannot read its archive") from None
    if 0 < len(data) < 512 and compression_of(data[:6]) == "none":
        return call.complain(2)  # it does not look like an archive
    unpacking = _Unpacking(call, arguments, folders[0] if folders else ".")
    try:
        stream = TarStream(unpacked(pieces_of(data), LIMITS.total_bytes), LIMITS)
        for header in stream:
            unpacking.add(header, b"".join(stream.content()) if header.regular else b"")
    except (ArchiveError, UsageError) as error:
        raise UnknownEffect(f"the archive is not unpacked: {error}") from None
    if unpacking.missing:
        return call.complain(2)
    return 0


def _arguments(call: Call) -> Arguments:
    """The options, those of the old style (``tar xzf a.tar``) too."""
    first = call.argv[1] if len(call.argv) > 1 else ""
    if not first.startswith("-") and _OLD_STYLE.fullmatch(first):
        words, rest = list[str](), list(call.argv[2:])
        for letter in first:
            words += [f"-{letter}", *rest[:1]] if letter in "fC" else [f"-{letter}"]
            del rest[: letter in "fC"]
        call = replace(call, argv=(call.argv[0], *words, *rest))
    return call.arguments(_FLAGS, _VALUED)


def _archive(call: Call, arguments: Arguments) -> bytes:
    """The bytes of the archive; the program that unpacks them has to be there."""
    files = arguments.values("-f", "--file")
    if len(files) != 1 or (":" in files[0] and "/" not in files[0].partition(":")[0]):
        raise UnknownEffect("tar without one file to read, or with one of another machine")
    if files[0] == "-":
        data = call.given.plain().encode("utf-8", "surrogateescape")
    else:
        data = call.disk.bytes_of(call.disk.node(files[0]))
    try:
        kind = compression_of(data[:6])
    except ArchiveError as error:
        raise UnknownEffect(str(error)) from None
    asked = {_ASKED[name] for name, _ in arguments.options if name in _ASKED}
    if (asked and asked != {kind}) or (files[0] == "-" and kind != "none" and not asked):
        raise UnknownEffect("the archive is not compressed as tar is told")
    folders = call.environment.get("PATH", DEFAULT_PATH).split(":")
    if kind != "none" and not any(call.disk.exists(f"{folder or '.'}/{kind}") for folder in folders):
        raise UnknownEffect(f"tar needs {kind}, and it is not there")
    return data


@dataclass
class _Unpacking:
    """Members that go into ``folder``; ``missing`` are the operands that no member was asked for by."""

    call: Call
    arguments: Arguments
    folder: str

    def __post_init__(self) -> None:
        disk = self.call.disk
        try:
            place = disk.locate(self.folder)
        except FileError:
            raise UnknownEffect(f"tar cannot enter {self.folder}") from None
        if not isinstance(place.node, Directory):
            raise UnknownEffect(f"tar cannot enter {self.folder}")
        self.root = place.path.rstrip("/")
        self.missing = [word.rstrip("/") for word in self.arguments.operands]
        self.asked = tuple(self.missing)
        if any(set(word) & set("*?[\\") or not word for word in self.asked):
            raise UnknownEffect("patterns for members of an archive")
        strip = self.arguments.values("--strip-components")
        if any(not value.isdigit() for value in strip):
            raise UnknownEffect("tar --strip-components without a number")
        self.strip = int(strip[-1]) if strip else 0
        self.done: set[str] = set()
        self.excluded = self.arguments.values("--exclude")
        if self.excluded and (
            self.asked or any(not re.fullmatch(r"[\w.-]+(/[\w.-]+)*", word) for word in self.excluded)
        ):
            raise UnknownEffect("patterns for members of an archive that are left out")

    def _is_excluded(self, plain: str) -> bool:
        """``--exclude``: the text fits whole parts of the name, wherever they begin, and all below them."""
        return any(f"/{word}/" in f"/{plain}/" for word in self.excluded)

    def add(self, header: TarHeader, data: bytes) -> None:
        """Extract one member, where it is asked for."""
        plain = header.name.rstrip("/")
        if self.asked:
            for word in self.asked:
                if plain == word or plain.startswith(f"{word}/"):
                    self.missing = [each for each in self.missing if each != word]
                    break
            else:
                return
        if self._is_excluded(plain):
            return
        if "//" in header.name or (header.type == b"1" and "//" in header.linkname):
            raise UnknownEffect(f"tar counts the parts of {header.name!r} in its own way")
        name = stripped(header.name, self.strip)
        if name is None:
            return
        self._tell(header)
        parts = self._parts(name)
        path = self.root + "".join(f"/{part}" for part in parts)
        self._make_parents(parts)
        there = self.call.disk.locate(path or "/", follow=False).node
        if (path in self.done and not (header.type == b"5" and isinstance(there, Directory))) or (
            isinstance(there, Directory) and header.type != b"5"
        ):
            raise UnknownEffect(f"a member of the archive in the place of {path}")
        self.done.add(path)
        self._put(path or "/", header, data, there)

    def _put(self, path: str, header: TarHeader, data: bytes, there: object) -> None:
        disk, attributes = self.call.disk, self._attributes(path, header)
        if header.type == b"5":
            if isinstance(there, Directory):
                disk.set(path, Directory(attributes, there.children, there.rest))
                return
            node: Directory | File | Symlink = Directory(attributes, {})
        elif header.regular and not header.contiguous:
            node = File(attributes, Content.of(data))
        elif header.type == b"2" and header.linkname:
            node = Symlink(header.linkname, replace(attributes, mode=0o777))
        elif header.type == b"1":
            node = self._linked(header, path)
        else:
            raise UnknownEffect(f"{header.name!r} of the archive is of the type {header.type!r}")
        if there is not None:
            disk.remove(path)
        disk.put(path, node)

    def _parts(self, name: str) -> list[str]:
        parts = [part for part in name.split("/") if part not in ("", ".")]
        if ".." in parts or "\0" in name:
            raise UnknownEffect(f"tar refuses {name!r}")
        return parts

    def _make_parents(self, parts: list[str]) -> None:
        """The directories above a member; a link on the way is not followed here."""
        disk, path = self.call.disk, self.root
        for part in parts[:-1]:
            path = f"{path}/{part}"
            there = disk.locate(path, follow=False).node
            if there is None:
                disk.put(path, Directory(disk.created(path, 0o777, directory=True), {}))
            elif not isinstance(there, Directory):
                raise UnknownEffect(f"a member of the archive lies below {path}, which is no directory")

    def _attributes(self, path: str, header: TarHeader) -> Attributes:
        """Mode and owner as the header has them; an owner's name counts where the image has it."""
        mode = header.mode & 0o7777
        if header.type == b"5" and inherits(self.call.disk.created(path, 0o755, directory=True)):
            raise UnknownEffect("a directory of an archive, in one with the set-group-ID bit")
        if self.arguments.has("--no-same-owner", "-o"):
            made = self.call.disk.created(path, mode, directory=header.type == b"5")
            if mode & 0o6000 or made.gid != self.call.disk.credentials.gid:
                raise UnknownEffect(
                    "tar --no-same-owner of a set-user-ID file, or in a directory with the set-group-ID bit"
                )
            return Attributes(mode, made.uid, made.gid)
        uid, gid = header.uid, header.gid
        if not self.arguments.has("--numeric-owner") and any(header.owner_names):
            accounts = self.call.accounts
            user, group = accounts.user(header.owner_names[0]), accounts.group(header.owner_names[1])
            if accounts.unread & set(header.owner_names):
                raise UnknownEffect("an account that cannot be read")
            uid = user.uid if user is not None else uid
            gid = group.gid if group is not None else gid
        return Attributes(mode, uid, gid)

    def _linked(self, header: TarHeader, path: str) -> File:
        """A hard link keeps the owner and the mode of the file that it is another name of."""
        name = stripped(header.linkname, self.strip)
        if name is None:
            raise UnknownEffect(f"the archive's {header.name!r} is a link to what is left out")
        target = self.root + "".join(f"/{part}" for part in self._parts(name))
        source = self.call.disk.locate(target, follow=False)
        if not isinstance(source.node, File) or source.path != target or target == path:
            raise UnknownEffect(f"the archive's {header.name!r} is a link to what is no file")
        if self.call.disk.stood_before(target, source.node):
            raise UnknownEffect("a hard link to a file of an earlier layer: exports keep it, or store two files")
        group = source.node.link_group or f"made:{digest_of(target, path, source.node.digest)}"
        linked = replace(source.node, link_group=group)
        self.call.disk.set(target, linked)
        return linked

    def _tell(self, header: TarHeader) -> None:
        """What ``-v`` prints: how tar writes a name is known for plain ones."""
        if self.arguments.has("-v", "--verbose"):
            known = (
                not self.strip and not self.asked and re.fullmatch("[!-~]+", header.name) and "\\" not in header.name
            )
            folder = header.type == b"5" and not header.name.endswith("/")
            self.call.print(f"{header.name if known and not folder else unknown_word('name', header.name)}\n")


def inherits(created: Attributes) -> bool:
    """Whether a new directory gets the set-group-ID bit from the one above."""
    return not isinstance(created.mode, int) or bool(created.mode & 0o2000)


def stripped(name: str, count: int) -> str | None:
    """A member's name without its first ``count`` parts and without a ``/`` at its beginning; None where nothing is left."""
    rest = name.lstrip("/")
    for _ in range(count):
        _, slash, rest = rest.partition("/")
        rest = rest.lstrip("/")
        if not slash or not rest:
            return None
    return rest or None
