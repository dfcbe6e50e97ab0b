"""The tree of a shell text as a document: each node as an object with its kind, its place and its parts."""

from __future__ import annotations

from typing import Any, TypeAlias

from restow.semantics.run_script import run_script
from restow.shell import Opaque, Script, ShellNode, parse_shell, shell_name
from restow.syntax.ast import Command, Dockerfile, Instruction, Run

ShellDocument: TypeAlias = dict[str, Any]
"""``kind`` (the node's class, ``Script``, ``SimpleCommand``, ...), ``start`` and ``end`` (offsets into the file), and the node's
fields by their names. ``Opaque`` is what cannot be read, with its ``reason``."""

DEEPEST = 400
"""How deep nodes are written; below it stands an ``Opaque``: readers of JSON give up at some depth, too."""


def script_of(
    dockerfile: Dockerfile, node: Instruction, command: Command, shell: tuple[str, ...]
) -> Script | Opaque | None:
    """The script of a command in shell form, as the shell in force reads it; None for the exec form.

    Of ``RUN <<EOF`` it is the body's. Opaque where a command is given here-documents.
    """
    if command.form == "exec":
        return None
    dialect = shell_name(shell[0]) if shell else ""
    if isinstance(node, Run):
        fed = Opaque(command.start, command.end, "a command with here-documents; their bodies are listed apart")
        return run_script(dockerfile, node, dialect) or fed
    return parse_shell(dockerfile.text, command.start, command.end, escape=dockerfile.escape, dialect=dialect)


def shell_document(node: ShellNode, depth: int = 0) -> ShellDocument:
    """The node and what is below it. ``ansi`` stands with the text of ``$'...'`` only."""
    if depth > DEEPEST:
        return {"kind": "Opaque", "start": node.start, "end": node.end, "reason": "nested too deeply to print"}
    found: ShellDocument = {"kind": type(node).__name__}
    for name, value in node.field_items():
        if name == "ansi" and value is None:
            continue
        found[name] = _value(value, depth + 1)
    return found


def _value(value: object, depth: int) -> object:
    if isinstance(value, ShellNode):
        return shell_document(value, depth)
    if isinstance(value, tuple):
        return [_value(item, depth) for item in value]
    return value
