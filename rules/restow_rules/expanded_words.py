"""The words of an instruction in which the frontend expands variables."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from restow.rule import RuleContext, Span
from restow.semantics.mounts import written_values
from restow.syntax import WordError, expand_word
from restow.syntax.ast import (
    Add,
    Arg,
    Copy,
    Env,
    Instruction,
    Label,
    Run,
    StopSignal,
    User,
    Volume,
    Workdir,
)
from restow_rules.dispatch import State, arguments

_FLAGS = ("chown", "chmod", "checksum")


@dataclass(frozen=True, slots=True)
class ExpandedWord:
    """A word at ``span`` with the variables that have no value in the ``state`` before it."""

    missing: frozenset[str]
    span: Span
    state: State


def expanded_words(ctx: RuleContext, node: Instruction, state: State) -> Iterator[ExpandedWord]:
    """The words that hold a variable without a value; those that cannot be expanded are left out."""
    if isinstance(node, Arg):
        for pair, (default, before, _) in zip(node.pairs, arguments(ctx, node, state), strict=True):
            if default is not None:
                yield from _word(ctx, default, pair.span, before)
        return
    for text, span in _words(node):
        yield from _word(ctx, text, span, state)
    for body in node.heredocs if isinstance(node, Copy | Add) else ():
        if body.expand and "$" in body.content:
            yield from _word(ctx, body.content, body.span, state, escape="\\", keep_quotes=True)


def _words(node: Instruction) -> Iterator[tuple[str, Span]]:
    """The words of an instruction other than ARG, with their places."""
    if isinstance(node, Env | Label):
        for pair in node.pairs:
            yield pair.key, pair.span
            yield pair.value or "", pair.span
    elif isinstance(node, Copy | Add):
        yield from _of_transfer(node)
    elif isinstance(node, Run):
        for flag in node.flags:
            for text in written_values(flag.value or "") if flag.name == "mount" else ():
                yield text, flag.span
    elif isinstance(node, Volume):
        for word in node.paths:
            yield word.text.strip(), word.span
    elif isinstance(node, Workdir):
        yield node.path.text, node.path.span
    elif isinstance(node, User):
        yield node.user.text, node.user.span
    elif isinstance(node, StopSignal):
        yield node.signal.text, node.signal.span


def _of_transfer(node: Copy | Add) -> Iterator[tuple[str, Span]]:
    for flag in {flag.name: flag for flag in node.flags if flag.name in _FLAGS}.values():
        yield flag.value or "", flag.span
    for word in node.sources:
        if not (node.heredocs and word.text.lstrip("0123456789").startswith("<<")):
            yield word.text, word.span
    yield node.destination.text, node.destination.span


def _word(
    ctx: RuleContext, text: str, span: Span, state: State, *, escape: str | None = None, keep_quotes: bool = False
) -> Iterator[ExpandedWord]:
    if "$" not in text:
        return
    try:
        expansion = expand_word(text, state.values.get, escape=escape or ctx.dockerfile.escape, keep_quotes=keep_quotes)
    except WordError:
        return
    if expansion.missing:
        yield ExpandedWord(expansion.missing, span, state)
