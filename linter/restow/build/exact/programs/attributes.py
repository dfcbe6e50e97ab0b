"""chmod, chown, chgrp."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from restow.build.exact.call import Call
from restow.build.exact.disk import FileError, numbers
from restow.build.exact.modes import changed
from restow.build.exact.programs.making import each
from restow.errors import UnknownEffect
from restow.vfs import Attributes, Directory, File, Node, Special, Symlink

_QUIET = ["-R", "--recursive", "-f", "--silent", "--quiet", "-h", "--no-dereference"]


def run(call: Call) -> int:
    """Run one of the programs above."""
    return _chmod(call) if call.name == "chmod" else _chown(call)


def _chmod(call: Call) -> int:
    # A mode such as -x begins like an option: getopt would read it so, and chmod takes it back.
    words = call.argv[1:]
    first = next((word for word in words if not word.startswith("-")), "")
    if any(word.startswith("-") and word not in ("-R", "-f", "--recursive", "-v", "-Rv", "-vR") for word in words):
        raise UnknownEffect("the options of chmod are not computed")
    if {"-v", "-Rv", "-vR"} & set(words):
        call.tell()
    operands = tuple(word for word in words if not word.startswith("-"))[1:]
    if not operands:
        return call.complain()
    if changed(first, 0o644, directory=False, umask=call.disk.umask) is None:
        return call.complain()

    def change(node: Node) -> Attributes | None:
        if isinstance(node, Symlink):
            return None
        mode, uid, gid = numbers(node)
        if call.disk.credentials.uid not in (0, uid):
            raise FileError("EPERM")
        wanted = changed(first, mode, directory=isinstance(node, Directory), umask=call.disk.umask)
        return None if wanted is None else Attributes(wanted, uid, gid)

    recursive = bool({"-R", "--recursive", "-Rv", "-vR"} & set(words))
    return each(call, operands, lambda path: apply(call, path, change, recursive, follow=True))


def apply(call: Call, path: str, change: Callable[[Node], Attributes | None], recursive: bool, *, follow: bool) -> None:
    """Change the attributes of what ``path`` leads to and, where ``recursive``, of all below it. Links below stay."""
    place = call.disk.locate(path, follow=follow)
    if place.node is None:
        raise FileError("ENOENT")
    if (
        recursive
        and place.path != path.rstrip("/")
        and isinstance(call.disk.locate(path.rstrip("/"), follow=False).node, Symlink)
    ):
        raise UnknownEffect("a recursive change of what a symbolic link leads to")
    _apply(call, place.path, place.node, change, recursive)


def _apply(call: Call, path: str, node: Node, change: Callable[[Node], Attributes | None], recursive: bool) -> None:
    if recursive and path == "/":
        raise UnknownEffect("a recursive change of the root")
    if isinstance(node, Directory) and recursive:
        if call.disk.credentials.uid != 0:
            raise UnknownEffect("a recursive change by a user other than root")
        for name in call.disk.names(path):
            child = call.disk.locate(f"{path.rstrip('/')}/{name}", follow=False)
            if child.node is not None:
                _apply(call, child.path, child.node, change, recursive)
        node = call.disk.node(path, follow=False)
    attributes = change(node)
    if attributes is None or not isinstance(node, File | Directory | Symlink | Special):
        return
    if isinstance(node, Directory):
        call.disk.set(path, Directory(attributes, node.children, node.rest))
    elif isinstance(node, File) and attributes == node.attributes:
        if node.link_group is not None and call.disk.stood_before(path, node):
            raise UnknownEffect("a change of nothing parts the names of a file in some engines, and not in others")
    elif isinstance(node, File):
        capability = node.capability if attributes.uid == node.attributes.uid else b""
        call.disk.set(path, replace(node, attributes=attributes, capability=capability))
    else:
        call.disk.set(path, replace(node, attributes=attributes))


def _chown(call: Call) -> int:
    arguments = call.arguments([*_QUIET, "-v", "--verbose"])
    if arguments.has("-v", "--verbose"):
        call.tell()
    words = arguments.operands
    if len(words) < 2:
        return call.complain()
    uid, gid = _owner(call, words[0]) if call.name == "chown" else (None, _number(call, words[0], "group"))
    if uid == -1 or gid == -1:
        return call.complain()
    links = arguments.has("-h", "--no-dereference")

    def change(node: Node) -> Attributes | None:
        mode, old_uid, old_gid = numbers(node)
        if call.disk.credentials.uid != 0:
            raise UnknownEffect("chown by a user other than root")
        if isinstance(node, File) and mode & 0o6000:
            # The kernel takes the bits away: set-group-ID only where the group may execute.
            mode &= ~0o4000
            mode &= ~0o2000 if mode & 0o010 else ~0
        return Attributes(mode, old_uid if uid is None else uid, old_gid if gid is None else gid)

    recursive = arguments.has("-R", "--recursive")
    follow = not links

    def act(path: str) -> None:
        linked = isinstance(call.disk.locate(path, follow=False).node, Symlink)
        if linked and (recursive or (call.flavour == "busybox" and (uid is None or gid is None))):
            raise UnknownEffect(
                "a recursive change of a symbolic link, or one by busybox, which gives on the link's own group"
            )
        apply(call, path, change, recursive, follow=follow)

    return each(call, words[1:], act)


def _owner(call: Call, text: str) -> tuple[int | None, int | None]:
    """``user``, ``user:group``, ``user:``, ``:group``, and with a dot where there is no such user."""
    user, colon, group = text.partition(":")
    if not colon and "." in text and call.accounts.user(text) is None:
        user, colon, group = text.partition(".")
    uid = _number(call, user, "user") if user else None
    if colon and not group and user:
        account = call.accounts.user(user)
        if account is None:
            raise UnknownEffect("the group of an owner that has no account")
        return uid, account.gid
    return uid, _number(call, group, "group") if group else None


def _number(call: Call, name: str, kind: str) -> int:
    """The number of a user or group; -1 where there surely is none. ``+3`` is a number to GNU programs."""
    if name in call.accounts.unread:
        raise UnknownEffect("an account that cannot be read")
    if name.startswith("+") and call.flavour == "gnu":
        return plain_number(name[1:])
    account = call.accounts.user(name) if kind == "user" else None
    if account is not None:
        return account.uid
    group = call.accounts.group(name) if kind == "group" else None
    if group is not None:
        return group.gid
    if not call.accounts.unread and re.fullmatch("[A-Za-z_][A-Za-z0-9_-]*", name):
        return -1
    return plain_number(name)


def plain_number(text: str) -> int:
    """The number of a user or group as digits. Raises UnknownEffect for any other text, which may name one."""
    if not re.fullmatch("0|[1-9][0-9]{0,9}", text) or int(text) >= 2**32 - 1:
        raise UnknownEffect(f"{text!r} may be an owner, or none")
    return int(text)
