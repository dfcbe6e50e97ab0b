"""Do two Dockerfiles say the same? Asked of every file before its new text is taken.

Equal are: the directives; the comments, each at the same instruction; and of every instruction the kind, the flags with
their values (those of one name in their order), and every word, pair, here-document and command as BuildKit joins them.
Words and values after expansion are functions of these. So is what a cache key holds of an instruction: where all are
equal, no step runs again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeAlias

from restow.syntax.ast import Command, Comment, Dockerfile, Flag, Instruction, Node, Onbuild, Run

Meaning: TypeAlias = object
"""Nested tuples; equal for equal meanings."""

ShellMeaning: TypeAlias = Callable[[int, Run], Meaning]
"""What the shell text of the RUN with that index means; it stands in for its exact text."""

_PLACES = frozenset({"start", "end", "keyword", "flags"})


def first_difference(
    before: Dockerfile,
    after: Dockerfile,
    shells: tuple[ShellMeaning, ShellMeaning] | None = None,
) -> str | None:
    """What differs first, in words; None where both say the same. ``shells`` compares RUNs by what their shell does."""
    if before.escape != after.escape or _directives(before) != _directives(after):
        return "the parser directives"
    if len(before.instructions) != len(after.instructions):
        return "the number of instructions"
    for index, (old, new) in enumerate(zip(before.instructions, after.instructions, strict=True)):
        left, right = _instruction(before, index, old), _instruction(after, index, new)
        if left == right:
            continue
        if shells is not None and isinstance(old, Run) and isinstance(new, Run):
            left = _instruction(before, index, old, shells[0](index, old))
            right = _instruction(after, index, new, shells[1](index, new))
            if left == right:
                continue
        return f"{old.keyword.upper()} in line {before.source.position(old.start).line}"
    if list(_comments(before)) != list(_comments(after)):
        return "a comment, or the instruction that it belongs to"
    return None


def _directives(dockerfile: Dockerfile) -> Meaning:
    return tuple((directive.name, directive.value) for directive in dockerfile.directives)


def _comments(dockerfile: Dockerfile) -> Iterator[tuple[str, int, bool]]:
    """Text, index of the instruction that a comment stands in or before, and whether it stands inside."""
    nodes = dockerfile.instructions
    at = 0
    for comment in dockerfile.comments:
        while at < len(nodes) and nodes[at].end <= comment.start:
            at += 1
        yield _text(comment), at, at < len(nodes) and nodes[at].start < comment.start


def _text(comment: Comment) -> str:
    return comment.text.rstrip(" \t\r")


def _instruction(dockerfile: Dockerfile, index: int, node: Instruction, shell: Meaning = None) -> Meaning:
    """The meaning of an instruction. ``shell``, where given, is that of its shell text."""
    flags = tuple(sorted(((flag.name, flag.value) for flag in node.flags), key=lambda flag: flag[0]))
    if isinstance(node, Onbuild):
        return node.kind, flags, _trigger(dockerfile, node)
    fields = _fields(node)
    if shell is not None:
        fields = tuple((name, shell if name == "command" else value) for name, value in fields)
    return node.kind, flags, fields


def _fields(node: Node) -> tuple[tuple[str, Meaning], ...]:
    return tuple((name, _value(value)) for name, value in node.field_items() if name not in _PLACES)


def _value(value: object) -> Meaning:
    if isinstance(value, Command) and value.form == "exec":
        return "exec", value.words
    if isinstance(value, Flag):
        return value.name, value.value
    if isinstance(value, Node):
        return _fields(value)
    if isinstance(value, tuple):
        return tuple(_value(item) for item in value)
    return value


def _trigger(dockerfile: Dockerfile, node: Onbuild) -> Meaning:
    """The text of a trigger, continuations removed: the image holds it as it is."""
    from restow.syntax.lines import LineReader

    line = LineReader(dockerfile.text, node.start, dockerfile.escape).line()
    assert line is not None, "the instruction begins here"
    heredocs = getattr(node.instruction, "heredocs", ())
    return line.joined(node.instruction.start, line.end), _value(heredocs)
