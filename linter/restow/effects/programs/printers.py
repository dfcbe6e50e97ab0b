"""Programs that write nothing but their output: echo, printf, true, cat, test, ls, which, uname and their like.

What they print goes where the shell redirects it; that is the shell's effect, not theirs. Their inputs count as read.
"""

from __future__ import annotations

from restow.effects.effect import SYMBOLIC, Effect, Invocation
from restow.effects.places import toolchain
from restow.errors import UnknownEffect
from restow.vfs import Region

_SILENT = frozenset(["echo", "printf", "true", ":", "false", "exit", "sleep", "pwd", "umask"])
_ACCOUNTS = Region(("/etc/passwd", "/etc/group"))
_MACHINE = frozenset(["uname", "nproc", "id", "whoami", "arch", "hostname", "date", "which", "command", "type"])
_READERS = frozenset(["cat", "grep", "sha256sum"])


def effect(call: Invocation) -> Effect:
    """Nothing is written; files named, and for ``ls`` whole trees, are read."""
    name = call.name
    if name in _SILENT:
        if name == "umask":
            raise UnknownEffect("umask changes the modes of all later files")
        return Effect(
            seconds=float(call.argv[1]) if name == "sleep" and call.argv[1:2] and call.argv[1].isdigit() else 0.0
        )
    if name == "command" and call.argv[1:2] not in (("-v",), ("-V",)):
        raise UnknownEffect("command that runs a program is not modelled")
    if name in _MACHINE:
        account = (Region(("/etc/passwd", "/etc/group", "/etc/localtime", "/etc/hostname")),)
        return Effect(reads=(*toolchain(call), *account), environment=("PATH", "TZ", "LANG", "LC_*"))
    operands = [argument for argument in call.argv[1:] if not argument.startswith("-")]
    if name in ("test", "["):
        operands = [argument for argument in operands if argument not in ("]", "=", "==", "!=", "!") and argument]
    if name == "grep":
        if any(word.startswith(("-f", "-e", "--file", "--regexp", "--include", "--exclude")) for word in call.argv[1:]):
            raise UnknownEffect("grep with patterns given by options is not modelled")
        operands = operands[1:] or ["."]
    if name == "ls" or any(any(c in operand for c in "*?[") for operand in operands):
        return _all_below(call, operands)
    if (
        name in _READERS
        and any(argument.startswith(("-c", "--check")) for argument in call.argv[1:])
        and name == "sha256sum"
    ):
        sums = [operand for operand in operands if SYMBOLIC not in operand]
        return Effect(reads=(Region((call.directory, *map(call.path, sums))),), environment=("PATH", "LANG", "LC_*"))
    known = [operand for operand in operands if SYMBOLIC not in operand]
    if len(known) < len(operands) and name in _READERS:
        raise UnknownEffect(f"{name} reads a file whose name is not known")
    return Effect(
        reads=(Region(tuple(call.path(operand) for operand in known)),), environment=("PATH", "LANG", "LC_*", "GREP_*")
    )


def _all_below(call: Invocation, operands: list[str] | None = None) -> Effect:
    paths = [operand.split("*")[0].split("?")[0].split("[")[0] for operand in operands or ["."]] or ["."]
    folders = [
        call.path(
            path
            if path.endswith("/") or path in ("", ".") or path in (operands or [])
            else path.rsplit("/", 1)[0] or "/"
        )
        for path in paths
    ]
    return Effect(reads=(Region(tuple(folders)), _ACCOUNTS), environment=("PATH", "LANG", "LC_*", "GREP_*", "LS_*"))
