"""Command-line options of modelled programs: what is not listed is not understood, and makes the command unknown."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from restow.effects.effect import SYMBOLIC
from restow.errors import UnknownEffect


@dataclass(frozen=True, slots=True)
class Arguments:
    """Options by name, in the order given (a flag's value is an empty text), and the operands."""

    options: tuple[tuple[str, str], ...]
    operands: tuple[str, ...]

    def has(self, *names: str) -> bool:
        """Whether one of the options was given."""
        return any(name in names for name, _ in self.options)

    def values(self, *names: str) -> tuple[str, ...]:
        """The values of all uses of the options."""
        return tuple(value for name, value in self.options if name in names)


def unmodelled(program: str, command: str, runs: Collection[str] = ()) -> UnknownEffect:
    """Why a command of ``program`` is unknown: it is one of ``runs``, which start code of the project, or has no model."""
    if not command:
        return UnknownEffect(f"{program} without a command is not modelled")
    if command in runs:
        return UnknownEffect(
            f"{program} {command} runs programs of the project or of its packages, which may do anything"
        )
    return UnknownEffect(f"the command {command.replace(SYMBOLIC, '$')} of {program} is not modelled")


def read_options(
    argv: tuple[str, ...], *, flags: Collection[str] = (), valued: Collection[str] = (), words: bool = False
) -> Arguments:
    """Split ``argv[1:]`` as getopt_long does: ``-abc``, ``-o value``, ``-ovalue``, ``--name=value``, ``--`` ends
    options. ``words``: a word whose beginning is not known counts as an operand; the caller assumes that it is none.

    Raises UnknownEffect for an option that is in neither list, and for one whose name depends on an unknown value.
    """
    options: list[tuple[str, str]] = []
    operands: list[str] = []
    rest = list(argv[1:])
    while rest:
        argument = rest.pop(0)
        if argument == "--":
            operands += rest
            break
        if argument.startswith(SYMBOLIC) and not words:
            raise UnknownEffect(f"an argument of {argv[0]} depends on a value that is not known")
        if argument.startswith("--"):
            name, equals, value = argument.partition("=")
            if name in valued:
                if not equals:
                    if not rest:
                        raise UnknownEffect(f"{argv[0]} {name} lacks its value")
                    value = rest.pop(0)
            elif name not in flags:
                raise UnknownEffect(f"the option {name} of {argv[0]} is not modelled")
            options.append((name, value))
        elif argument.startswith("-") and argument != "-":
            options += _short(argv[0], argument, rest, flags, valued)
        else:
            operands.append(argument)
    return Arguments(tuple(options), tuple(operands))


def _short(
    program: str, argument: str, rest: list[str], flags: Collection[str], valued: Collection[str]
) -> list[tuple[str, str]]:
    if argument in valued:
        if not rest:
            raise UnknownEffect(f"{program} {argument} lacks its value")
        return [(argument, rest.pop(0))]
    if argument in flags:
        return [(argument, "")]
    found: list[tuple[str, str]] = []
    for at, letter in enumerate(argument[1:], start=1):
        name = f"-{letter}"
        if name in valued:
            value = argument[at + 1 :]
            if not value:
                if not rest:
                    raise UnknownEffect(f"{program} {name} lacks its value")
                value = rest.pop(0)
            if value.startswith("="):
                raise UnknownEffect(f"{program} {name}=: programs read this in different ways")
            return [*found, (name, value)]
        if name not in flags:
            raise UnknownEffect(f"the option {name} of {program} is not modelled")
        found.append((name, ""))
    return found
