"""Walk over a shell tree without recursion: all nodes, or all simple commands with what decides whether they run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from restow.shell.ast import (
    AndOr,
    Case,
    CommandSubstitution,
    For,
    Function,
    Group,
    If,
    Literal,
    Opaque,
    Pipeline,
    Redirection,
    Script,
    ShellNode,
    SimpleCommand,
    Subshell,
    While,
    Word,
)


@dataclass(frozen=True, slots=True)
class Occurrence:
    """A simple command, or an Opaque in a command's place, and how it gets to run.

    ``substitution``: it runs within ``$( )``, backticks or process substitution.
    ``conditional``: the script can succeed without it having run: it stands in a branch, in the body of a loop or a
    function, behind ``||``, or behind an ``&&`` whose left side may fail without failing the script.
    """

    command: SimpleCommand | Opaque
    substitution: bool = False
    conditional: bool = False


@dataclass(frozen=True, slots=True)
class _Context:
    """What holds where a node stands. ``decides``: the script fails where the node does."""

    substitution: bool = False
    conditional: bool = False
    decides: bool = True


def walk(node: ShellNode) -> Iterator[ShellNode]:
    """``node`` and all nodes below it, in the order of the text, parents first."""
    stack = [node]
    while stack:
        node = stack.pop()
        yield node
        stack.extend(reversed(children(node)))


def read_otherwise(script: Script, dialect: str) -> str | None:
    """Why some shells that are called ``dialect`` read the script in another way than the tree says; None where all read it so.

    ``command &> file``: bash, zsh and busybox send both outputs to the file; dash starts the command in the background,
    and empties the file. ``[[ a > b ]]``: to dash and busybox these are words of a command; an operator among them, or the
    end of a line, is what it is everywhere else. ``$'text'``: releases of dash before 0.5.13 print the ``$``.
    """
    if dialect in ("bash", "zsh"):
        return None
    for node in walk(script):
        if isinstance(node, Redirection) and node.operator in ("&>", "&>>"):
            return f"{node.operator} starts a command in the background in some shells called {dialect}"
        if isinstance(node, SimpleCommand) and node.words and node.words[0].static == "[[":
            return f"[[ is no word of its own to some shells called {dialect}, and may write to a file"
        if isinstance(node, Literal) and node.ansi is not None and dialect != "ash":
            return f"$'...' begins with a plain $ in some shells called {dialect}"
    return None


def children(node: ShellNode) -> list[ShellNode]:
    """The nodes directly below ``node``, in the order of the text."""
    found: list[ShellNode] = []
    for name in node.field_names[2:]:  # the first two are its place
        _collect(getattr(node, name), found)
    if isinstance(node, SimpleCommand):
        found.sort(key=lambda child: child.start)
    return found


def walk_commands(node: ShellNode) -> Iterator[Occurrence]:
    """Every simple command and Opaque in ``node``, outer before inner, those of substitutions included."""
    stack = [(node, _Context())]
    while stack:
        node, context = stack.pop()
        if isinstance(node, (SimpleCommand, Opaque)):
            yield Occurrence(node, context.substitution, context.conditional)
        stack.extend(reversed(_below(node, context)))


def _collect(value: object, found: list[ShellNode]) -> None:
    """Append the nodes in a field's value; tuples nest at most three deep."""
    if isinstance(value, ShellNode):
        found.append(value)
    elif isinstance(value, tuple):
        for item in value:
            _collect(item, found)


def _below(node: ShellNode, context: _Context) -> list[tuple[ShellNode, _Context]]:
    """The nodes directly below ``node``, each with what holds there."""
    harmless = replace(context, decides=False)
    conditional = replace(context, decides=False, conditional=True)
    match node:
        case Script(items=items):
            last = items[-1] if items and items[-1].separator != "&" else None
            return [(item.command, context if item is last else harmless) for item in items]
        case AndOr(left=left, operator="&&", right=right):
            return [(left, context), (right, context if context.decides else conditional)]
        case AndOr(left=left, right=right):
            return [(left, harmless), (right, conditional)]
        case Pipeline(commands=commands, negated=negated):
            last_context = harmless if negated else context
            return [*((command, harmless) for command in commands[:-1]), (commands[-1], last_context)]
        case Subshell() | Group():
            return [(child, context if child is node.body else harmless) for child in children(node)]
        case If(branches=branches):
            first = branches[0][0]
            return [(child, harmless if child is first else conditional) for child in children(node)]
        case While():
            return [(child, conditional if child is node.body else harmless) for child in children(node)]
        case For() | Case() | Function():
            return [
                (child, conditional if isinstance(child, Script) or isinstance(node, Function) else harmless)
                for child in children(node)
            ]
        case CommandSubstitution():
            return [(child, replace(harmless, substitution=True)) for child in children(node)]
        case _:
            return [(child, harmless) for child in children(node) if not _is_plain(child)]


def _is_plain(node: ShellNode) -> bool:
    """Whether nothing below a node can be a command, as in most words."""
    return isinstance(node, Literal) or (isinstance(node, Word) and node.static is not None)
