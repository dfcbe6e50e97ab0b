"""Who owns what COPY, ADD and WORKDIR make: names are looked up in the account files, as BuildKit does it."""

from __future__ import annotations

import re
from itertools import takewhile
from typing import TYPE_CHECKING

from restow.build.accounts import GROUP, PASSWD, Accounts
from restow.errors import BuildFailure
from restow.vfs import Directory, Filesystem, Node, digest_of

if TYPE_CHECKING:
    from restow.build.engine import Build
    from restow.build.state import State
    from restow.syntax.ast import Instruction

UNCHANGED = 2**32 - 1
"""The number that is ``-1`` for the kernel: who asks for it changes no owner."""

_NUMBER = re.compile(r"[-+]?[0-9]+")


def owner_of(filesystem: Filesystem, text: str, build: Build, *, empty: bool) -> tuple[int | str, int | str]:
    """Numbers of the user and the group that ``USER[:GROUP]`` means to BuildKit; a term where an account file is not known.

    A user alone has the group of its account, and a number alone the group of that number. A name that no account has is 0, and
    a group that nobody has that of the user. ``empty``: there is no image to look anything up in, not even an empty one, and a
    name is BuildFailure.
    """
    user, colon, group = text.partition(":")
    number = numbered(user)
    if empty and (number is None or (colon and numbered(group) is None)):
        raise BuildFailure(f"invalid user index: {text} names an account, and there is no image yet to look it up in")
    accounts = build.accounts(filesystem)
    uid: int | str
    gid: int | str
    if number is not None:
        uid = gid = number
    elif accounts is None or user in accounts.unread or _is_folder(filesystem, PASSWD):
        uid = _term(filesystem, "uid", user)
        gid = _term(filesystem, "group of", user)
    else:
        account = accounts.user(user)
        uid, gid = (account.uid, account.gid) if account is not None else (0, 0)
    return uid, _group(filesystem, group, gid, accounts) if colon else gid


def is_nothing(state: State, node: Instruction, build: Build) -> bool:
    """Whether ``node`` is the first instruction that makes a file, and its stage is built on nothing."""
    if state.filesystem.digest != Filesystem.empty().digest:
        return False
    stage = build.model.stages[build.stage_index]
    made = list(takewhile(lambda each: each is not node, stage.instructions)) if node in stage.instructions else []
    while stage.base.index is not None:
        stage = build.model.stages[stage.base.index]
        made += stage.instructions
    return stage.base.kind == "scratch" and not any(each.kind in ("copy", "add", "run") for each in made)


def _group(filesystem: Filesystem, group: str, other: int | str, accounts: Accounts | None) -> int | str:
    """The number of a group; ``other`` where there is none of that name."""
    number = numbered(group)
    if number is not None:
        return number
    if accounts is None or group in accounts.unread or _is_folder(filesystem, GROUP):
        return _term(filesystem, "gid", group)
    found = accounts.group(group)
    return found.gid if found is not None else other


def numbered(text: str) -> int | None:
    """The number that a user or group is written as, None for a name; nothing and ``root`` are 0, a sign counts.

    A number that takes more than 31 bits is a name.
    """
    if text in ("", "root"):
        return 0
    if not _NUMBER.fullmatch(text) or not -(2**31) <= int(text) < 2**31:
        return None
    return int(text) % 2**32


def _is_folder(filesystem: Filesystem, path: str) -> bool:
    node: Node | None = filesystem.lookup(filesystem.resolve(path))
    return isinstance(node, Directory)


def _term(filesystem: Filesystem, kind: str, name: str) -> str:
    accounts = [filesystem.lookup(path) for path in (PASSWD, GROUP)]
    return "?" + digest_of(kind, name, *(node.digest if node else "nothing" for node in accounts))
