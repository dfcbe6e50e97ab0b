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

TIDY_ITEMS = 60  # longer orders are not tidied: it would take longer than the search
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
    tidy = [tidied(partial.order, items, events, below) for partial in beam[:count]]
    return [(_cost(order, items, events, below) / scale, order) for order in dict.fromkeys(tidy)]


def _cost(order: tuple[int, ...], items: Sequence[Item], events: Events, below: int) -> float:
    partial = _Partial(0.0, 0, (), 0, below, 0)
    for index in order:
        partial = _grown(partial, index, items, events)
    return partial.cost


def tidied(order: tuple[int, ...], items: Sequence[Item], events: Events, below: int) -> tuple[int, ...]:
    """The order with every unit back behind its written predecessor, or before its successor, where that costs nothing: fewer
    lines change.
    """
    if len(items) > TIDY_ITEMS:
        return order
    best = _cost(order, items, events, below) + 1e-6
    kept = len(_kept(order, items))
    written = sorted(range(len(items)), key=lambda index: items[index].rank)
    for _ in range(2):
        for before, index, behind in zip([None, *written], written, [*written[1:], None], strict=False):
            rest = [other for other in order if other != index]
            behind_it = rest.index(before) + 1 if before is not None else 0
            before_it = rest.index(behind) if behind is not None else len(rest)
            for place in (behind_it, before_it):
                candidate = (*rest[:place], index, *rest[place:])
                if candidate == order or not _allowed(candidate, items) or len(_kept(candidate, items)) <= kept:
                    continue
                if _cost(candidate, items, events, below) <= best:
                    order, kept = candidate, len(_kept(candidate, items))
                    break
    return order


def _kept(order: tuple[int, ...], items: Sequence[Item]) -> set[int]:
    by_rank = sorted(range(len(items)), key=lambda index: items[index].rank)
    places = {index: place for place, index in enumerate(by_rank)}
    return kept_in_place([places[index] for index in order], [items[index].unit for index in by_rank])


def kept_in_place(order: Sequence[int], units: Sequence[Unit]) -> set[int]:
    """Of units, by their written index in a new order, the heaviest rising sequence: what is taken to have kept its place.

    What makes no step weighs more: where either could be said to have moved, it is the step.
    """
    best: list[tuple[float, list[int]]] = []
    for number in order:
        below = (pair for pair in best if pair[1][-1] < number)
        weight, chain = max(below, key=lambda pair: pair[0], default=(0.0, []))
        best.append((weight + (1.0 if units[number].is_step else 1.5), [*chain, number]))
    return set(max(best, key=lambda pair: pair[0])[1]) if best else set()


def _allowed(order: tuple[int, ...], items: Sequence[Item]) -> bool:
    placed = 0
    for index in order:
        if items[index].after & ~placed:
            return False
        placed |= 1 << index
    return True


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
