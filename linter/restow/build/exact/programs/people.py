"""id, whoami, groups: the numbers of the process, and their names by the account files."""

from __future__ import annotations

from restow.build.exact.call import Call
from restow.errors import UnknownEffect


def run(call: Call) -> int:
    """Print what was asked for. A name that is not there: busybox and GNU print the number and fail."""
    own = call.disk.credentials
    if call.name == "whoami":
        return _names(call, [own.uid], users=True)
    gids = list(dict.fromkeys((own.gid, *own.groups)))
    if call.name == "groups" and len(call.argv) == 1:
        return _names(call, gids, users=False)
    arguments = call.arguments(["-u", "-g", "-G", "-n", "--user", "--group", "--groups", "--name"])
    if arguments.operands or call.name != "id" or arguments.has("--user", "--group", "--groups", "--name"):
        raise UnknownEffect(f"this use of {call.name} is not computed")
    wanted = [name for name in ("-u", "-g", "-G") if arguments.has(name)]
    if len(wanted) != 1:
        raise UnknownEffect("this use of id is not computed")
    numbers = {"-u": [own.uid], "-g": [own.gid], "-G": gids}[wanted[0]]
    if arguments.has("-n"):
        return _names(call, numbers, users=wanted == ["-u"])
    call.print(" ".join(map(str, numbers)) + "\n")
    return 0


def _names(call: Call, numbers: list[int], *, users: bool) -> int:
    accounts = call.accounts
    found = [accounts.user_numbered(n) if users else accounts.group_numbered(n) for n in numbers]
    if None in found and call.name == "whoami":
        return call.complain()
    call.print(" ".join(one.name if one is not None else str(n) for one, n in zip(found, numbers, strict=True)) + "\n")
    return call.complain() if None in found else 0
