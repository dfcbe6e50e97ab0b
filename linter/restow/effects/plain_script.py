"""A script that another program hands to a shell with names of files: only one of plain commands in a row is followed."""

from __future__ import annotations

from restow.effects.effect import SYMBOLIC
from restow.errors import UnknownEffect
from restow.shell import (
    AndOr,
    For,
    ListItem,
    Literal,
    Opaque,
    Redirection,
    Script,
    SimpleCommand,
    Variable,
    Word,
    parse_shell,
    read_otherwise,
    walk,
)

_OPTIONS = frozenset("euxc")
_SHAPES = (Script, ListItem, AndOr, SimpleCommand, For, Word, Literal, Variable, Redirection)


def commands_of(argv: tuple[str, ...]) -> list[tuple[str, ...]]:
    """The commands of ``sh -c script name {} ...``, with ``{}`` for its arguments, each of which may run or not.

    Raises UnknownEffect for a script with anything but plain commands, ``||``, ``&&``, ``;`` and a loop over the arguments.
    """
    words = argv[1:]
    if len(words) < 3 or words[0][:1] != "-" or words[0][-1:] != "c" or not set(words[0][1:]) <= _OPTIONS:
        raise UnknownEffect(f"{argv[0]} that runs what another program finds is not modelled")
    script, given = words[1], words[3:]
    if SYMBOLIC in script or given != ("{}",):
        raise UnknownEffect(f"{argv[0]} that runs what another program finds is not modelled")
    parsed = parse_shell(script, 0, len(script), escape="", dialect=argv[0].rsplit("/", 1)[-1])
    if isinstance(parsed, Opaque):
        raise UnknownEffect(f"the script given to {argv[0]} -c cannot be read: {parsed.reason}")
    if reason := read_otherwise(parsed, argv[0].rsplit("/", 1)[-1]):
        raise UnknownEffect(reason)
    nodes = list(walk(parsed))
    if not all(isinstance(node, _SHAPES) for node in nodes):
        raise UnknownEffect(f"the script given to {argv[0]} -c is more than plain commands")
    names = {"@", "*", "1"} | {node.variable for node in nodes if isinstance(node, For) and node.words is None}
    found = [_plain(node, names) for node in nodes if isinstance(node, SimpleCommand)]
    if any(isinstance(node, For) and node.words is not None for node in nodes) or not found:
        raise UnknownEffect(f"the script given to {argv[0]} -c is more than plain commands")
    return found


def _plain(node: SimpleCommand, names: set[str]) -> tuple[str, ...]:
    if node.assignments or any(not _is_harmless(each) for each in node.redirections):
        raise UnknownEffect("a script of plain commands that sets variables or writes files is not modelled")
    return tuple(_text(word, names) for word in node.words)


def _is_harmless(node: Redirection) -> bool:
    target = node.target.static
    return node.heredoc is None and (
        target == "/dev/null" or (node.operator in (">&", "<&") and target in ("1", "2", "-"))
    )


def _text(word: Word, names: set[str]) -> str:
    if word.static is not None and not word.has_glob:
        return word.static
    part = word.parts[0] if len(word.parts) == 1 else None
    if isinstance(part, Variable) and part.operator is None and part.name in names and part.quoted:
        return "{}"
    raise UnknownEffect("a script of plain commands with values of its own is not modelled")
