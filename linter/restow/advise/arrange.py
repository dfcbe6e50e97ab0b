"""Candidate arrangements of one stage, as texts, cheapest first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import combinations

from restow.advise.access import Access, access_of
from restow.advise.blocks import Block, blocks_of, joined
from restow.advise.cost import Masks, Unit, below, unit_of
from restow.advise.events import Events
from restow.advise.search import Item, cheapest_orders, kept_in_place
from restow.advise.split import Split
from restow.build import Simulation, StageResult
from restow.build.steps.copying import COPY_SECONDS
from restow.source import Source
from restow.syntax.ast import Arg

MAX_ITEMS = 120  # a stage with more instructions is left as it is: the search would take longer than a commit hook may


@dataclass(frozen=True)
class Arrangement:
    """A new text of the whole file. ``cost`` is the stage's; ``moved`` and ``splits`` say what changed.

    ``order`` are the written instructions by index, as they stand now; ``moved`` those of them that changed places.
    """

    text: str
    cost: float
    moved: tuple[int, ...]
    splits: tuple[Split, ...]
    order: tuple[int, ...] = ()


def arrangements(
    source: Source,
    result: StageResult,
    simulation: Simulation,
    events: Events,
    splits: list[Split],
    producers: Masks,
) -> Iterator[Arrangement]:
    """Every combination of splits with its cheapest orders, all of them cheaper than the order written, cheapest first."""
    if len(result.steps) > MAX_ITEMS or not result.steps:
        return
    base = below(result, producers)
    units = [unit_of(step, events, producers, simulation) for step in result.steps]
    accesses = [access_of(step) for step in result.steps]
    found: list[Arrangement] = []
    chosen = splits[:4]
    for size in range(len(chosen), -1, -1):
        for combination in combinations(chosen, size):
            plan = _Plan(source, result, events, combination, units, accesses)
            found += plan.arrangements(base)
    yield from sorted(
        found, key=lambda arrangement: (round(arrangement.cost, 6), len(arrangement.splits), len(arrangement.moved))
    )


@dataclass(frozen=True)
class _Plan:
    """One combination of splits. Items are the stage's instructions, then one for each split."""

    source: Source
    result: StageResult
    events: Events
    splits: tuple[Split, ...]
    units: list[Unit]
    accesses: list[Access]

    def arrangements(self, below: int) -> list[Arrangement]:
        items = self._items()
        return [
            Arrangement(
                self._text(order), cost, self._moved(order), self.splits, tuple(i for i in order if i < len(self.units))
            )
            for cost, order in cheapest_orders(items, self.events, below)
            if list(order) != sorted(order) or self.splits
        ]

    def _items(self) -> list[Item]:
        count = len(self.units)
        after = [0] * (count + len(self.splits))
        for later in range(count):
            for earlier in range(later):
                if self._freed(earlier, later):
                    after[earlier] |= 1 << later
                elif self._access(earlier).conflicts(self._access(later)) or self._pinned(earlier, later):
                    after[later] |= 1 << earlier
        for number, split in enumerate(self.splits):
            own = count + number
            after[split.run] |= 1 << own
            for index in range(count):
                if index in split.copies:
                    after[index] |= 1 << split.run
                elif index != split.run and self.accesses[index].conflicts(split.access):
                    if index < max(split.copies):
                        after[own] |= 1 << index
                    else:
                        after[index] |= 1 << own
        return [Item(self._unit(i), self._rank(i), after[i]) for i in range(len(after))]

    def _access(self, index: int) -> Access:
        """A COPY that is split makes no directory any more: its first part did."""
        split = any(index in split.copies for split in self.splits)
        return replace(self.accesses[index], creates=frozenset()) if split else self.accesses[index]

    def _freed(self, earlier: int, later: int) -> bool:
        """Whether a split takes the RUN's dependence on the COPY away."""
        return any(later == split.run and earlier in split.copies for split in self.splits)

    def _pinned(self, earlier: int, later: int) -> bool:
        """An ARG stays where it is as to another ARG or ENV of the same kind of value that it may feed."""
        one, two = self.result.steps[earlier].instruction, self.result.steps[later].instruction
        return isinstance(one, Arg) and isinstance(two, Arg)

    def _unit(self, index: int) -> Unit:
        if index < len(self.units):
            return self.units[index]
        split = self.splits[index - len(self.units)]
        mask = 0
        for use in split.uses:
            mask |= self.events.mask(use)
        return Unit(COPY_SECONDS * len(split.lines), mask, True, False)

    def _rank(self, index: int) -> float:
        return index if index < len(self.units) else self.splits[index - len(self.units)].run - 0.5

    def _moved(self, order: tuple[int, ...]) -> tuple[int, ...]:
        """The written instructions that some instruction written before them now follows, or the other way round."""
        written = [index for index in order if index < len(self.units)]
        stayed = kept_in_place(written, self.units)
        return tuple(index for index in written if index not in stayed)

    def _text(self, order: tuple[int, ...]) -> str:
        start, end, blocks = blocks_of(self.source, self.result.stage)
        chosen: list[Block] = []
        directory = self.result.start.directory
        pending = list(order)
        blank_of: dict[int, str] = {}
        for index in pending:
            if index < len(blocks):
                block = blocks[index]
                if self.result.steps[index].instruction.kind == "workdir":
                    directory = self.result.steps[index].state.directory
                chosen.append(Block(blank_of.get(index, block.blank), block.text))
                continue
            split = self.splits[index - len(blocks)]
            lines = "".join(line.text(directory) + self.source.newline for line in split.lines)
            blank = blocks[split.run].blank if order[order.index(index) + 1] == split.run else ""
            if blank:
                blank_of[split.run] = ""
            chosen.append(Block(blank, lines))
        if chosen and start == 0:
            chosen[0] = Block("", chosen[0].text)
        text = self.source.text
        body = joined(chosen, final_newline=text[start:end].endswith("\n"))
        return text[:start] + body + text[end:]
