"""The search for a cheaper order: beam search over the orders that the conflicts allow.

State: which units stand already. Value: the expected cost so far, then how far the order strays from the one written.
Units that make no step and change nothing for later ones are put at once when their turn comes, since their place is
free.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from restow.advise.cost import Unit
from restow.advise.events import Events

WIDTH = 48  # orders kept at each length; wider beams found nothing better on the replayed repositories


@dataclass(frozen=True, slots=True)
class Item:
    """One unit in the search. ``rank`` is its place as written (a split's part stands just before its RUN)."""

    unit: Unit
    rank: float
    after: int


@dataclass(frozen=True, slots=True)
class _Partial:
    cost: float
    strayed: int
    order: tuple[int, ...]
    placed: int
    missed: int
    variables: int


def cheapest_orders(
    items: Sequence[Item], events: Events, below: int, count: int = 4
) -> list[tuple[float, tuple[int, ...]]]:
    """Up to ``count`` orders (indexes into ``items``), cheapest first, with their expected seconds per event.

    ``Item.after`` is the bit set of items that have to stand before it; it must not be circular.
    """
    beam = [_Partial(0.0, 0, (), 0, below, 0)]
    for _ in items:
        grown: dict[tuple[int, int, int], _Partial] = {}
        for partial in beam:
            for index in _available(items, partial.placed):
                new = _grown(partial, index, items, events)
                key = (new.placed, new.missed, new.variables)
                old = grown.get(key)
                if old is None or (new.cost, new.strayed) < (old.cost, old.strayed):
                    grown[key] = new
        beam = sorted(grown.values(), key=lambda partial: (round(partial.cost, 6), partial.strayed, partial.order))[
            :WIDTH
        ]
    scale = events.count or 1
    return [(partial.cost / scale, partial.order) for partial in beam[:count]]


def _available(items: Sequence[Item], placed: int) -> list[int]:
    ready = [i for i, item in enumerate(items) if not placed >> i & 1 and item.after & ~placed == 0]
    first = min((i for i in range(len(items)) if not placed >> i & 1), key=lambda i: items[i].rank)
    unit = items[first].unit
    if first in ready and not unit.is_step and not unit.volatile:
        return [first]
    return ready


def _grown(partial: _Partial, index: int, items: Sequence[Item], events: Events) -> _Partial:
    item = items[index]
    unit = item.unit
    variables = events.everything if unit.volatile else partial.variables
    missed, cost = partial.missed, partial.cost
    if unit.is_step:
        missed |= unit.mask | (variables if unit.is_run else 0)
        cost += unit.seconds * missed.bit_count()
    strayed = sum(
        1 for i, other in enumerate(items) if not partial.placed >> i & 1 and i != index and other.rank < item.rank
    )
    return _Partial(
        cost, partial.strayed + strayed, (*partial.order, index), partial.placed | 1 << index, missed, variables
    )
