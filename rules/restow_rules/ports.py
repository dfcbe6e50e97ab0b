"""The ports that EXPOSE names, variables expanded."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from restow.rule import RuleContext, Span
from restow.syntax import WordError, expand_words
from restow.syntax.ast import Expose, Word
from restow_rules.dispatch import Dispatched, dispatched

_PROTOCOLS = ("tcp", "udp", "sctp")


@dataclass(frozen=True, slots=True)
class Port:
    """``[[address:]host:]port[/protocol]``: ``text`` is all of it, ``outside`` what stands before the port.

    ``word`` is where it is written, None for a trigger of ONBUILD; ``span`` is where a finding stands.
    """

    text: str
    outside: str
    protocol: str
    word: Word | None
    span: Span


def ports(ctx: RuleContext) -> Iterator[Port]:
    """Every port of every EXPOSE, in the order of the text; words that are no port, at which the build stops, are left out."""
    for item in dispatched(ctx):
        if isinstance(item.node, Expose):
            yield from _of(ctx, item, item.node)


def _of(ctx: RuleContext, item: Dispatched, node: Expose) -> Iterator[Port]:
    for word in node.ports:
        try:
            texts = expand_words(word.text, item.state.values.get, escape=ctx.dockerfile.escape)
        except WordError:
            continue
        own = item.place is node
        place = ctx.dockerfile.keyword_span(item.place)
        for text in texts:
            outside, _, last = text.rpartition(":")
            number, _, protocol = last.partition("/")
            if number and protocol.lower() in ("", *_PROTOCOLS):
                yield Port(text, outside.strip(":"), protocol, word if own else None, word.span if own else place)
