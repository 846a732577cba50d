"""Best lines of each employee at given prices, counting only what has to be counted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from schedsolver.domain.arrays import FloatArray, IntArray
from schedsolver.domain.line import Walk
from schedsolver.solve.lines.describe import LineProblem
from schedsolver.solve.lines.machine import Machine, Product, machine_of, product_of
from schedsolver.solve.lines.master import Line
from schedsolver.solve.lines.pricing import best_lines

# A machine with more values than this, or more times those of the bare one, takes too long; limits that would make it
# so are not counted, and left to the model of record.
MOST_CELLS, MOST_TIMES = 6_000_000, 64
# Over so many days, a larger machine than this is kept within a band of so many days' work around an even spread.
LONG_DAYS, MOST_CELLS_LONG, BAND_DAYS = 100, 500_000, 10
# Cents that a unit of an uncounted limit is charged at first, and how often more is charged.
FIRST_CHARGE, MOST_CHARGES = 1.0, 10


@dataclass(frozen=True)
class Offer:
    """What pricing gives for one employee.

    Attributes
    ----------
    least
        No line of the employee has a lower price.
    lines
        Cheap lines, the cheapest first.
    """

    least: float
    lines: list[Line]


class Pricer:
    """The lines of one employee.

    Hard maxima are counted only once a line breaks them, as most never bind.

    Parameters
    ----------
    line
        What the line may be.
    """

    def __init__(self, line: LineProblem) -> None:
        self.line = line
        self._tables = {w: _Count(walk) for w, walk in enumerate(line.walks) if _only_a_hard_maximum(walk)}
        self._counts = _Counts(self._tables, *line.day_cents.shape)
        self._products: dict[tuple[int, ...], Product] = {}
        self._machines: dict[tuple[int, ...], Machine] = {}
        self._band: int | None = None
        self._bare = self._made([])
        if len(line.day_cents) >= LONG_DAYS and self._bare.cells > MOST_CELLS_LONG:
            self._keep_within(BAND_DAYS)
        self.forget()

    @property
    def exact(self) -> bool:
        """Whether no cheaper line is lost."""
        return self._band is None

    def _keep_within(self, band: int) -> None:
        """Keep the machine within a band of so many days' work, or wider where no line is within it."""
        prices = self.line.priced(np.zeros(len(self.line.options)))[0]
        self._band = band
        while self._band < len(prices):
            self._machines.clear()
            self._bare = self._made([])
            if best_lines(self._bare, prices):
                return
            self._band *= 2

    def forget(self) -> None:
        """Count only what must always be counted."""
        self._waiting = list(self._tables)
        self._added: list[int] = []
        self._left_out: list[int] = []
        self._machine = self._made([])

    def lines(self, extra: FloatArray, count: int, *, legal: bool = False) -> Offer | None:
        """Give a cheapest line and perhaps more.

        Parameters
        ----------
        extra
            What is added to the price of each of the employee's options.
        count
            How many to give at most.
        legal
            Whether lines must keep also the limits that are not counted. What these count is charged more and more
            until a line keeps them; it may not be the cheapest then, and none may be found.

        Returns
        -------
        The lines; ``None`` if the employee can have none.
        """
        offer = self._cheapest(extra, count)
        if offer is None or not legal:
            return offer
        kept = [line for line in offer.lines if not self.broken(line)]
        charged, charge, other = extra, FIRST_CHARGE, offer
        for _ in range(MOST_CHARGES):
            if kept:
                break
            charged = charged + charge * sum(self.line.counted(w) for w in self.broken(other.lines[0]))
            charge *= 2
            again = self._cheapest(charged, 1)
            assert again is not None
            other = again
            kept = [line for line in other.lines if not self.broken(line)]
        return Offer(offer.least, kept)

    def _cheapest(self, extra: FloatArray, count: int) -> Offer | None:
        prices, cheapest = self.line.priced(extra)
        while True:
            found = best_lines(self._machine, prices, count)
            passed = {w for one in found for w in self._counts.passed(one.steps)}
            broken = [w for w in self._waiting if w in passed]
            if not self._count_too(broken):
                break
        lines = []
        for one in found:
            option = cheapest[np.arange(len(one.steps)), one.steps]
            own = option[option >= 0]
            days = self.line.day_cents[np.arange(len(one.steps)), one.steps].sum()
            cents = one.rule_cents + int(days) + int(self.line.cents[own].sum())
            lines.append(Line(self.line.employee, self.line.options[own], cents))
        return Offer(found[0].value, lines) if found else None

    def broken(self, line: Line) -> list[int]:
        """Give the hard maxima that a line does not keep: of such as were not counted when it was found."""
        return self._counts.passed(self.line.steps_of(line.options))

    def _count_too(self, walks: Sequence[int]) -> bool:
        """Count more walks as far as can be afforded, the tightest first; tell whether anything changed."""
        if not walks:
            return False
        self._waiting = [w for w in self._waiting if w not in walks]
        tightest = sorted({*walks, *self._added}, key=lambda w: self.line.walks[w].most or 0)
        cells = self._bare.cells
        added: list[int] = []
        for walk in tightest:
            larger = cells * ((self.line.walks[walk].most or 0) + 1)
            if larger <= min(MOST_CELLS, MOST_TIMES * self._bare.cells):
                cells, added = larger, [*added, walk]
        self._left_out = [w for w in {*self._left_out, *tightest} if w not in added]
        if added == self._added:
            return False
        self._added, self._machine = added, self._made(added)
        return True

    def _made(self, added: Sequence[int]) -> Machine:
        key = tuple(added)
        if key not in self._machines:
            days, steps = self.line.day_cents.shape
            always = [w for w in range(len(self.line.walks)) if w not in self._tables]
            if key not in self._products:
                self._products[key] = product_of(self.line.walks, days, steps, {*always, *added})
            self._machines[key] = machine_of(self.line.walks, self._products[key], self._band)
        return self._machines[key]


class Pricers:
    """The lines of some employees.

    Parameters
    ----------
    pricers
        By position in ``problem.staff``.
    threads
        How many to price at once.
    legal
        Whether lines must keep also the limits that are not counted.
    """

    def __init__(self, pricers: Mapping[int, Pricer], threads: int, *, legal: bool = False) -> None:
        self._pricers = pricers
        self._threads = threads
        self._legal = legal
        self._known: dict[tuple[int, bytes], Line] = {}

    @classmethod
    def of(cls, lines: Sequence[LineProblem], threads: int) -> Pricers:
        """Make ready to price lines."""
        return cls({line.employee: Pricer(line) for line in lines}, threads)

    def among(self, employees: Sequence[int]) -> Pricers:
        """Give the lines of some of them, priced one after another, only such as keep all limits."""
        return Pricers({employee: self._pricers[employee] for employee in employees}, 1, legal=True)

    @property
    def exact(self) -> bool:
        """Whether the least prices are bounds on those of all lines."""
        return all(pricer.exact for pricer in self._pricers.values())

    def forget(self) -> None:
        """Count only what must always be counted, until lines break more."""
        for pricer in self._pricers.values():
            pricer.forget()

    @property
    def employees(self) -> list[int]:
        """Whose lines they are."""
        return list(self._pricers)

    def lines(self, employee: int, extra: FloatArray, count: int = 1) -> Offer | None:
        """Give the cheapest lines of one employee, with ``extra`` added to the options, shape ``(options,)``."""
        pricer = self._pricers[employee]
        return pricer.lines(extra[pricer.line.options], count, legal=self._legal)

    def keeps(self, line: Line) -> bool:
        """Tell whether a line that was priced keeps also the limits that are not counted."""
        return not self._pricers[line.employee].broken(line)

    def line_of(self, employee: int, options: IntArray) -> Line:
        """Give the line that an employee has with these options in a roster."""
        key = employee, options.tobytes()
        if key not in self._known:
            self._known[key] = Line(employee, options, self._pricers[employee].line.cents_of(options))
        return self._known[key]

    def all_lines(self, extra: FloatArray, count: int) -> list[Offer | None]:
        """Give the cheapest lines of all employees."""
        if self._threads == 1:
            return [self.lines(employee, extra, count) for employee in self._pricers]
        with ThreadPoolExecutor(self._threads) as pool:
            return list(pool.map(lambda employee: self.lines(employee, extra, count), self._pricers))


def _only_a_hard_maximum(walk: Walk) -> bool:
    return walk.amounts is not None and walk.price is None and not walk.least and walk.most is not None


class _Count:
    """What a walk with a maximum counts, ready to be looked up."""

    def __init__(self, walk: Walk) -> None:
        assert walk.amounts is not None
        assert walk.most is not None
        self.most, self._start = walk.most, walk.start
        # What each day and step adds, shape (days, steps), where that does not depend on the steps before.
        self.by_day = walk.amounts[walk.day_class, 0] if walk.amounts.shape[1] == 1 else None
        self._class, self._follow, self._amounts = walk.day_class.tolist(), walk.follow.tolist(), walk.amounts.tolist()

    def passes(self, steps: IntArray) -> bool:
        """Tell whether a line goes beyond the maximum."""
        state, total = self._start, 0
        for table, step in zip(self._class, steps.tolist(), strict=True):
            total += self._amounts[table][state][step]
            state = self._follow[table][state][step]
        return total > self.most


class _Counts:
    """All counts with a maximum of one employee, those that look at single days at once."""

    def __init__(self, counts: dict[int, _Count], days: int, steps: int) -> None:
        self._walking = {w: count for w, count in counts.items() if count.by_day is None}
        by_day = {w: count for w, count in counts.items() if count.by_day is not None}
        self._walks = np.array(list(by_day), np.int64)
        self._most = np.array([count.most for count in by_day.values()], np.int64)
        tables = [count.by_day for count in by_day.values() if count.by_day is not None]
        self._table = np.stack(tables, axis=2) if tables else np.zeros((days, steps, 0), np.int64)
        self._days = np.arange(days)

    def passed(self, steps: IntArray) -> list[int]:
        """Give the walks whose maximum a line goes beyond."""
        sums = self._table[self._days, steps].sum(axis=0)
        walking = [w for w, count in self._walking.items() if count.passes(steps)]
        return [*self._walks[sums > self._most].tolist(), *walking]
