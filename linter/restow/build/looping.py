"""The order in which a joint command's parts are looked at: loops over known words turn by turn, others once for all turns."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from restow.build.state import Command
from restow.semantics.scope import SYMBOLIC, symbolic
from restow.shell import For, Script, ShellNode, SimpleCommand, walk
from restow.shell.ast import While
from restow.shell.walk import children
from restow.vfs import digest_of

_MOST_TURNS = 16


@dataclass(frozen=True, slots=True)
class Turn:
    """A variable gets a value: that of a loop's next turn, or one that is not known since a later turn may give it."""

    variable: str
    value: str


def in_order(node: ShellNode, words: Callable[[For], list[str] | None]) -> Iterator[ShellNode | Turn]:
    """``node`` and all below it, parents first, with the turns of loops between.

    ``words`` gives the values of a ``for``, None where they are not known: then its body comes once. What a loop's body
    assigns is not known from the first turn on.
    """
    stack: list[ShellNode | Turn] = [node]
    while stack:
        inner = stack.pop()
        yield inner
        if isinstance(inner, Turn):
            continue
        below: list[ShellNode | Turn] = list(children(inner))
        if isinstance(inner, For):
            values = words(inner)
            open_value = symbolic("loop", inner.variable)
            turns = values if values is not None and len(values) <= _MOST_TURNS else [open_value]
            below = [child for child in below if child is not inner.body] + _assigned(inner.body)
            for value in turns:
                below += [Turn(inner.variable, value), inner.body]
            below.append(Turn(inner.variable, open_value))
        elif isinstance(inner, While):
            below = [*_assigned(inner.condition), *_assigned(inner.body), *below]
        stack.extend(reversed(below))


def _assigned(body: Script) -> list[ShellNode | Turn]:
    names = {each.name for inner in walk(body) if isinstance(inner, SimpleCommand) for each in inner.assignments}
    return [Turn(name, symbolic("assigned", f"{name} in a loop at {body.start}")) for name in sorted(names)]


def made_up(script: Script, commands: Sequence[Command], term: str) -> str | None:
    """The value of ``$(mktemp ...)``: a name, which only the build gives, in a known folder; None for any other script.

    The last of ``commands`` is the script's own.
    """
    folders = [path for region in commands[-1].effect.writes for path in region.include] if commands else []
    command = script.items[0].command if len(script.items) == 1 else None
    words = [word.static for word in command.words] if isinstance(command, SimpleCommand) else []
    if words[:1] != ["mktemp"] or len(folders) != 1 or SYMBOLIC in folders[0] or None in words:
        return None
    named = [word or "" for before, word in pairwise(words) if before not in ("-t", "-p", "--suffix")]
    if any(not word.startswith(("-", "/")) for word in named):
        return None
    return f"{folders[0].rstrip('/')}/{symbolic('name', digest_of(term))}"
