"""The account files of an image: numbers of users and groups by name, as far as the files' bytes are known."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from restow.errors import UnknownEffect
from restow.vfs import Directory, File, Filesystem, Node, Unknown

PASSWD, GROUP = "/etc/passwd", "/etc/group"
LARGEST_ID = 2**31 - 1  # what Go's strconv.Atoi takes on the platforms that matter here, as runc bounds it

Reader = Callable[[File], bytes | None]
"""The bytes of a file, None where they are not at hand."""


@dataclass(frozen=True, slots=True)
class User:
    """One line of ``/etc/passwd``."""

    name: str
    uid: int
    gid: int
    home: str


@dataclass(frozen=True, slots=True)
class Group:
    """One line of ``/etc/group``."""

    name: str
    gid: int
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a process runs as: numbers, and the supplementary groups in the order of the file."""

    uid: int = 0
    gid: int = 0
    groups: tuple[int, ...] = ()
    home: str = "/"


@dataclass(frozen=True, slots=True)
class Accounts:
    """Both files, line by line; a line that is no account is left out, and the name on it is one of ``unread``."""

    users: tuple[User, ...]
    groups: tuple[Group, ...]
    unread: frozenset[str] = frozenset()

    def user(self, name: str) -> User | None:
        """The first user of that name."""
        return next((user for user in self.users if user.name == name), None)

    def user_numbered(self, uid: int) -> User | None:
        """The first user of that number."""
        return next((user for user in self.users if user.uid == uid), None)

    def group(self, name: str) -> Group | None:
        """The first group of that name."""
        return next((group for group in self.groups if group.name == name), None)

    def group_numbered(self, gid: int) -> Group | None:
        """The first group of that number."""
        return next((group for group in self.groups if group.gid == gid), None)

    def credentials(self, text: str) -> Credentials | None:
        """What ``USER text`` runs as (runc's rules); None where the engine finds no such user or group.

        A number needs no line. Without a group the user's own counts, and every group that lists its name.
        """
        name, colon, group_name = text.partition(":")
        number = int(name) if name.isdigit() else None
        user = self.user(name or "root") if number is None else self.user_numbered(number)
        if (user is None and number is None and name) or (number is not None and number > LARGEST_ID):
            return None
        uid = user.uid if user is not None else number or 0
        home = user.home if user is not None else "/"
        if not colon or not group_name:
            listed = [group.gid for group in self.groups if user is not None and user.name in group.members]
            return Credentials(uid, user.gid if user is not None else 0, tuple(listed), home)
        group = self.group(group_name)
        if group is None and not group_name.isdigit():
            return None
        return Credentials(uid, group.gid if group is not None else int(group_name), (), home)


def read_accounts(filesystem: Filesystem, read: Reader) -> Accounts:
    """The accounts of an image. A missing file has no lines. Raises UnknownEffect where a file's bytes are not known."""
    users: list[User] = []
    groups: list[Group] = []
    unread: set[str] = set()
    for line in _lines(filesystem, PASSWD, read):
        fields = (line.split(":") + [""] * 7)[:7]
        if fields[0] and fields[2].isdigit() and fields[3].isdigit():
            users.append(User(fields[0], int(fields[2]), int(fields[3]), fields[5] or "/"))
        else:
            unread.add(fields[0])
    for line in _lines(filesystem, GROUP, read):
        fields = (line.split(":") + [""] * 4)[:4]
        if fields[0] and fields[2].isdigit():
            groups.append(Group(fields[0], int(fields[2]), tuple(name for name in fields[3].split(",") if name)))
        else:
            unread.add(fields[0])
    return Accounts(tuple(users), tuple(groups), frozenset(unread))


def _lines(filesystem: Filesystem, path: str, read: Reader) -> list[str]:
    node: Node | None = filesystem.lookup(filesystem.resolve(path))
    if node is None:
        return []
    data = read(node) if isinstance(node, File) else None
    if isinstance(node, Unknown | Directory) or data is None:
        raise UnknownEffect(f"the accounts in {path} are not known")
    return [line.strip() for line in data.decode("utf-8", "surrogateescape").split("\n") if line.strip()]
