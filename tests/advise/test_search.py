"""The search for a cheaper order."""

from itertools import permutations

import pytest

from restow.advise import ChangeEvent
from restow.advise.cost import Unit
from restow.advise.events import Events
from restow.advise.search import Item, cheapest_orders, kept_in_place, tidied

EVENTS = Events(tuple(ChangeEvent(str(i), frozenset()) for i in range(8)), "a test", None)
COPY, RUN = Unit(1, 0b1111, True, False), Unit(20, 0, True, True)
RARE, FREE = Unit(1, 0b0001, True, False), Unit(0, 0, False, False)


def items(units, after=()):
    before = dict.fromkeys(range(len(units)), 0)
    for one, two in after:
        before[two] |= 1 << one
    return [Item(unit, float(index), before[index]) for index, unit in enumerate(units)]


def best(units, after=()):
    return cheapest_orders(items(units, after), EVENTS, 0)[0]


def test_what_changes_seldom_comes_first() -> None:
    assert best([COPY, RARE, RUN])[1] == (2, 1, 0)


def test_what_has_to_stand_before_does() -> None:
    cost, order = best([COPY, RARE, RUN], after=[(1, 2)])
    assert order == (1, 2, 0)
    assert cost == (1 + 20 + 4) / 8


def test_an_order_that_is_as_cheap_as_written_stays() -> None:
    assert best([RUN, FREE, RARE, FREE, COPY])[1] == (0, 1, 2, 3, 4)


def test_what_costs_nothing_goes_back_to_its_place_though_each_holds_the_other() -> None:
    units = items([RARE, RARE, RARE, RARE, RARE, FREE, FREE], after=[(5, 6)])
    assert tidied((0, 5, 1, 6, 2, 3, 4), units, EVENTS, 0) == (0, 1, 2, 3, 4, 5, 6)


def test_a_volatile_argument_goes_behind_what_does_not_need_it() -> None:
    volatile = Unit(0, 0, False, False, volatile=True)
    assert best([volatile, RUN, RUN], after=[(0, 2)])[1] == (1, 0, 2)


@pytest.mark.parametrize("masks", [(1, 3, 0, 7), (15, 0, 8, 1), (0, 0, 2, 6)])
def test_it_finds_what_trying_all_orders_finds(masks) -> None:
    units = [Unit(index + 1.0, mask, True, index % 2 == 0) for index, mask in enumerate(masks)]
    allowed = [order for order in permutations(range(4)) if order.index(0) < order.index(3)]

    def cost(order):
        missed, total = 0, 0.0
        for index in order:
            missed |= units[index].mask
            total += units[index].seconds * missed.bit_count()
        return total / 8

    assert best(units, after=[(0, 3)])[0] == pytest.approx(min(map(cost, allowed)))


def test_of_two_that_changed_places_the_step_is_said_to_have_moved() -> None:
    assert kept_in_place([1, 0], [COPY, FREE]) == {1}
    assert kept_in_place([1, 0], [FREE, COPY]) == {0}
    assert kept_in_place([0, 2, 1, 3], [COPY] * 4) in ({0, 1, 3}, {0, 2, 3})
    assert kept_in_place([], []) == set()
