"""Who owns a new entry, and which attributes of which accounts: shared by the programs that make files and change owners."""

from __future__ import annotations

from restow.effects.effect import Invocation
from restow.vfs import Attributes, Region, digest_of

ACCOUNT_FILES = Region(("/etc/passwd", "/etc/group"))
ACCOUNTS = Region((*ACCOUNT_FILES.include, "/etc/nsswitch.conf"))
"""What turns the name of an owner into a number."""


def created(call: Invocation, mode: int) -> Attributes:
    """What a new entry gets: root's numbers, or those of the user, which the account files tell where it is a name."""
    name, _, group = call.user.partition(":")
    if name in ("", "root", "0") and group in ("", "root", "0"):
        return Attributes(mode)
    accounts = [call.filesystem.lookup(path) for path in ACCOUNT_FILES.include]
    term = digest_of("account", call.user, *(node.digest if node else "nothing" for node in accounts))
    uid: int | str = int(name) if name.isdigit() else 0 if name == "root" else f"?user:{term}"
    return Attributes(mode, uid, int(group) if group.isdigit() else f"?group:{term}")


def is_octal(text: str) -> bool:
    """Whether a mode is given as a number."""
    return text.isdigit() and all(digit in "01234567" for digit in text) and len(text) <= 5
