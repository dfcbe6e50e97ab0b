"""The expected cost of a rebuild."""

import pytest

from restow.advise import ChangeEvent
from restow.advise.cost import Unit, all_masks, masks_along, stage_cost, total_cost, unit_of
from restow.advise.events import Events
from restow.build import context_of_listing, simulate
from restow.syntax import parse

FOUR = Events(tuple(ChangeEvent(str(i), frozenset()) for i in range(4)), "a test", None)
COPY, RUN, LABEL = Unit(1, 0b0001, True, False), Unit(10, 0, True, True), Unit(0, 0, False, False)
ARG = Unit(0, 0, False, False, volatile=True)


@pytest.mark.parametrize(
    ("units", "below", "cost", "missed"),
    [
        ([RUN], 0, 0, 0),
        ([COPY, RUN], 0, 11 / 4, 0b0001),
        ([RUN, COPY], 0, 1 / 4, 0b0001),
        ([LABEL, COPY, LABEL], 0, 1 / 4, 0b0001),
        ([RUN], 0b0110, 20 / 4, 0b0110),
        ([ARG, COPY, RUN], 0, (1 + 40) / 4, 0b1111),
        ([RUN, ARG], 0, 0, 0),
    ],
)
def test_a_miss_goes_down_and_is_counted_for_every_event(units, below, cost, missed) -> None:
    assert stage_cost(units, FOUR, below) == (cost, missed)


def test_without_events_nothing_costs() -> None:
    assert stage_cost([COPY], Events((), "none", None))[0] == 0


def test_masks_along() -> None:
    assert masks_along([RUN, COPY, LABEL, RUN], FOUR) == [0, 0b0001, 0, 0b0001]


def simulated(text):
    listing = [(path, 0o100644, path, 1) for path in ("a", "b")]
    context = context_of_listing(listing)
    events = Events((ChangeEvent("0", frozenset(["a"])), ChangeEvent("1", frozenset(["b"]))), "a test", context)
    return simulate(parse(text), context), events


def test_an_unchanged_output_of_a_stage_that_runs_again_costs_nothing_above() -> None:
    text = "FROM x AS s\nCOPY a /a\nCOPY b /b\nFROM x\nCOPY --from=s {} /o\n"
    for source, mask in (("/a", 0b01), ("/b", 0b10), ("/", 0b11), ("/usr/o", 0)):
        simulation, events = simulated(text.format(source))
        assert all_masks(simulation, events)[1][-1] == mask


@pytest.mark.parametrize("user", ["COPY --from=s /w /w", "RUN --mount=type=bind,from=s,source=/w,target=/w touch /x"])
def test_what_a_program_left_changes_with_the_last_step_that_writes_there(user) -> None:
    text = f"FROM x AS s\nCOPY a /a\nRUN pip wheel -w /w flask\nCOPY b /b\nFROM x\n{user}\n"
    simulation, events = simulated(text)
    assert all_masks(simulation, events)[1][-1] == 0b01
    simulation, events = simulated(text.replace("COPY b /b", "COPY b /w/b"))
    assert all_masks(simulation, events)[1][-1] == 0b11


def test_a_stage_that_nobody_needs_costs_nothing() -> None:
    one, events = simulated("FROM x AS s\nCOPY a /a\nFROM x\n")
    assert total_cost(one, events) == 0
    two, events = simulated("FROM x AS s\nCOPY a /a\nFROM s\n")
    assert total_cost(two, events) > 0


def test_only_a_bare_argument_with_a_telling_name_is_volatile() -> None:
    simulation, events = simulated("FROM x\nARG GIT_SHA\nARG GIT_COMMIT=1\nARG OTHER\n")
    units = [unit_of(step, events, {}, simulation) for step in simulation.target.steps]
    assert [unit.volatile for unit in units] == [True, False, False]
