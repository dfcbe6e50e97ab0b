"""Where the operands of a command lie, as far as that is known: a pattern, or an unknown value, stands for its folder."""

from __future__ import annotations

from restow.effects.effect import SYMBOLIC, Invocation
from restow.errors import UnknownEffect
from restow.vfs import Region

GLOB = "*?["
RANDOM = ("/dev/random", "/dev/urandom", "/proc/sys/kernel/random/uuid")
"""Files that give something else to every reader."""


def is_pattern(path: str) -> bool:
    """Whether a shell, or the program itself, may match the text against names of files."""
    return any(character in path.split(SYMBOLIC, 1)[0] for character in GLOB)


def folder_of(pattern: str) -> str:
    """The text before the first part of a path that is a pattern; ``.`` where that is nothing."""
    operand = pattern
    while is_pattern(operand):
        head = operand.rstrip("/")
        operand = head.rsplit("/", 1)[0] or "/" if "/" in head else "."
    return operand


def is_loose(operand: str) -> bool:
    """Whether an operand stands for more than one path, or for one that is not known."""
    return is_pattern(operand) or SYMBOLIC in operand


def lying(call: Invocation, operands: tuple[str, ...]) -> list[str]:
    """Absolute paths of the operands; a pattern, or an unknown value, stands for the folder in which it is matched.

    Raises UnknownEffect where one may lie anywhere, and for the root directory.
    """
    found = []
    for operand in operands:
        if operand.startswith(SYMBOLIC):
            raise UnknownEffect(f"a path given to {call.name} depends on a value that is not known")
        found.append(call.area(folder_of(operand)))
    if "/" in found:
        raise UnknownEffect(f"{call.name} works on the whole filesystem")
    return found


def places(call: Invocation, *operands: str) -> tuple[str, ...]:
    """Where each operand lies, and the symbolic link that stands there, to be written or read.

    Raises UnknownEffect where one may lie anywhere, and for the root directory.
    """
    found: list[str] = []
    for operand in operands:
        if operand.startswith(SYMBOLIC):
            raise UnknownEffect(f"a path given to {call.name} depends on a value that is not known")
        plain = folder_of(operand)
        found.append(call.area(plain))
        if SYMBOLIC not in plain and (plain.startswith(("/", "~")) or SYMBOLIC not in call.directory):
            found.append(call.entry(plain))
    if "/" in found:
        raise UnknownEffect(f"{call.name} works on the whole filesystem")
    return tuple(dict.fromkeys(found))


def readable(call: Invocation, *operands: str) -> tuple[Region, ...]:
    """What reading the operands reads: everything where one may lie anywhere. For programs that write nothing there.

    Raises UnknownEffect for a source of random bytes: the result is no function of what a build holds.
    """
    found: list[str] = []
    for operand in operands:
        if operand in RANDOM:
            raise UnknownEffect(f"{operand} gives something else each time")
        plain = folder_of(operand)
        if len(plain) > 4096 or "\0" in plain:
            continue
        try:
            found.append(call.area(plain))
        except UnknownEffect:
            return (Region.everything(),)
        if SYMBOLIC not in plain + call.directory:
            found.append(call.entry(plain))
    return (Region(tuple(dict.fromkeys(found))),) if found else ()
