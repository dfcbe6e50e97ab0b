"""ls and stat. Times, numbers of links and sizes of directories are words that nobody knows."""

from __future__ import annotations

import re
from functools import partial

from restow.build.exact.call import Call
from restow.build.exact.disk import MOUNTED, FileError, Place, numbers
from restow.build.exact.modes import shown
from restow.build.exact.output import unknown_word
from restow.errors import UnknownEffect
from restow.vfs import Directory, File, Node, Special, Symlink

_LETTERS = {"fifo": "p", "socket": "s", "character": "c", "block": "b"}
_FIELD = re.compile(r"%(-?0?\d*)([a-zA-Z%])")


def run(call: Call) -> int:
    """Run one of the programs above."""
    return _stat(call) if call.name == "stat" else _ls(call)


def letter(node: Node) -> str:
    """The first letter that ``ls -l`` shows."""
    if isinstance(node, Directory):
        return "d"
    if isinstance(node, Symlink):
        return "l"
    return _LETTERS[node.kind] if isinstance(node, Special) else "-"


def _ls(call: Call) -> int:
    arguments = call.arguments(["-l", "-a", "-A", "-d", "-1", "-n"])
    if arguments.has("-n") or any(name.startswith("LC_") or name == "LANG" for name in call.environment):
        raise UnknownEffect("this use of ls is not computed")
    plain: list[tuple[str, Place]] = []
    folders: list[tuple[str, Place]] = []
    status = 0
    long = arguments.has("-l")
    for name in arguments.operands or (".",):
        try:
            place = call.disk.locate(name, follow=not (long or arguments.has("-d")))
        except FileError:
            place = Place(name, None)
        if place.node is None:
            status = call.complain(1 if call.flavour == "busybox" else 2)
        elif isinstance(place.node, Directory) and not arguments.has("-d"):
            folders.append((name, place))
        else:
            plain.append((name, place))
    for name, place in sorted(plain, key=lambda pair: pair[0]):
        call.print_lines([_line(call, name, place, long)])
    if len(folders) > 1 or (folders and (plain or status)):
        raise UnknownEffect("ls of several folders is not computed")
    for _, place in folders:
        if long:
            call.print_lines([f"total {unknown_word('number', place.path)}"])
        call.print_lines(_entries(call, place, long, arguments.has("-a"), arguments.has("-a", "-A")))
    return status


def _entries(call: Call, place: Place, long: bool, dots: bool, hidden: bool) -> list[str]:
    found = []
    for name in [*([".", ".."] if dots else []), *call.disk.names(place.path)]:
        if name.startswith(".") and not hidden:
            continue
        path = f"{place.path.rstrip('/')}/{name}"
        if not long:
            found.append(name)
        elif place.path == "/" and name in MOUNTED:
            words = [unknown_word("mode", path), unknown_word("number", path), "root", "root"]
            found.append(" ".join([*words, unknown_word("number", f"size {path}"), unknown_word("time", path), name]))
        else:
            found.append(_line(call, name, call.disk.locate(path, follow=False), long))
    return found


def _line(call: Call, name: str, place: Place, long: bool) -> str:
    if not long:
        return name
    node = place.node
    assert node is not None
    mode, uid, gid = numbers(node)
    size = unknown_word("number", f"size of {place.path}")
    if isinstance(node, File) and node.content.size is not None:
        size = str(node.content.size)
    month, day, clock = (unknown_word("time", f"{part} of {place.path}") for part in ("month", "day", "time"))
    words = [shown(letter(node), mode), unknown_word("number", f"links {place.path}"), call.user_name(uid)]
    arrow = f" -> {node.target}" if isinstance(node, Symlink) else ""
    return " ".join([*words, call.group_name(gid), size, month, day, clock, name]) + arrow


def _stat(call: Call) -> int:
    arguments = call.arguments(["-L"], ["-c", "--format"])
    forms = arguments.values("-c", "--format")
    if len(forms) != 1 or not arguments.operands:
        raise UnknownEffect("stat without a format is not computed")
    status = 0
    for name in arguments.operands:
        try:
            node = call.disk.node(name, follow=arguments.has("-L"))
        except FileError:
            status = call.complain()
            continue
        call.print_lines([_FIELD.sub(partial(_field, call, name, node), forms[0])])
    return status


def _field(call: Call, name: str, node: Node, match: re.Match[str]) -> str:
    mode, uid, gid = numbers(node)
    key = match[2]
    values: dict[str, str] = {
        "%": "%",
        "n": name,
        "a": f"{mode:o}",
        "A": shown(letter(node), mode),
        "u": str(uid),
        "g": str(gid),
    }
    if key in ("U", "G"):
        account = call.accounts.user_numbered(uid) if key == "U" else call.accounts.group_numbered(gid)
        values[key] = account.name if account is not None else "UNKNOWN"
    if key == "s" and isinstance(node, File) and node.content.size is not None:
        values[key] = str(node.content.size)
    if key == "F":
        regular = "regular file" if isinstance(node, File) and node.content.size else "regular empty file"
        values[key] = {"d": "directory", "l": "symbolic link", "-": regular}.get(letter(node), "")
        if not values[key] or (isinstance(node, File) and node.content.size is None):
            raise UnknownEffect("stat %F of what is no file")
    if key not in values:
        raise UnknownEffect(f"the field %{key} of stat is not computed")
    width = match[1]
    if not width:
        return values[key]
    if not re.fullmatch(r"-?0?\d+", width):
        raise UnknownEffect("this use of stat is not computed")
    padded = values[key].rjust(int(width.lstrip("-")), "0" if width.startswith("0") else " ")
    return values[key].ljust(int(width[1:])) if width.startswith("-") else padded
