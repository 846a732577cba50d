"""Best lines of each employee at given prices, counting only what has to be counted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from schedsolver.domain.line import Walk
from schedsolver.domain.options import IntArray
from schedsolver.solve.lines.counters import FloatArray
from schedsolver.solve.lines.describe import LineProblem
from schedsolver.solve.lines.machine import Machine, machine_of
from schedsolver.solve.lines.master import Line
from schedsolver.solve.lines.pricing import best_lines

# A machine with more values than this takes too long; limits that would make it so are left to the model of record.
MOST_CELLS = 4_000_000


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
        self._waiting = [w for w, walk in enumerate(line.walks) if _only_a_hard_maximum(walk)]
        self._added: list[int] = []
        self._bare = self._machine = self._made([])

    def lines(self, extra: FloatArray, count: int) -> list[tuple[float, Line]]:
        """Give a cheapest line and perhaps more, with the price of each.

        Parameters
        ----------
        extra
            What is added to the price of each of the employee's options.
        count
            How many to give at most.
        """
        prices, cheapest = self.line.priced(extra)
        while True:
            found = best_lines(self._machine, prices, count)
            broken = [w for w in self._waiting if any(_passes(self.line.walks[w], f.steps.tolist()) for f in found)]
            if not self._count_too(broken):
                break
        lines = []
        for one in found:
            option = cheapest[np.arange(len(one.steps)), one.steps]
            own = option[option >= 0]
            days = self.line.day_cents[np.arange(len(one.steps)), one.steps].sum()
            cents = one.rule_cents + int(days) + int(self.line.cents[own].sum())
            lines.append((one.value, Line(self.line.employee, self.line.options[own], cents)))
        return lines

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
            if larger <= MOST_CELLS:
                cells, added = larger, [*added, walk]
        if added == self._added:
            return False
        self._added, self._machine = added, self._made(added)
        return True

    def _made(self, added: Sequence[int]) -> Machine:
        days, steps = self.line.day_cents.shape
        always = [w for w, walk in enumerate(self.line.walks) if not _only_a_hard_maximum(walk)]
        return machine_of(self.line.walks, days, steps, [*always, *added])


class Pricers:
    """The lines of some employees.

    Parameters
    ----------
    pricers
        By position in ``problem.staff``.
    options
        Number of duty options of the model.
    threads
        How many to price at once.
    """

    def __init__(self, pricers: Mapping[int, Pricer], options: int, threads: int) -> None:
        self._pricers = pricers
        self._options = options
        self._threads = threads
        self._known: dict[tuple[int, bytes], Line] = {}

    @classmethod
    def of(cls, lines: Sequence[LineProblem], options: int, threads: int) -> Pricers:
        """Make ready to price lines."""
        return cls({line.employee: Pricer(line) for line in lines}, options, threads)

    def among(self, employees: Sequence[int]) -> Pricers:
        """Give the lines of some of them, priced one after another."""
        return Pricers({employee: self._pricers[employee] for employee in employees}, self._options, 1)

    @property
    def employees(self) -> list[int]:
        """Whose lines they are."""
        return list(self._pricers)

    def lines(self, employee: int, extra: FloatArray, count: int = 1) -> list[tuple[float, Line]]:
        """Give the cheapest lines of one employee, with ``extra`` added to the options, shape ``(options,)``."""
        pricer = self._pricers[employee]
        return pricer.lines(extra[pricer.line.options], count)

    def line_of(self, employee: int, options: IntArray) -> Line:
        """Give the line that an employee has with these options in a roster."""
        key = employee, options.tobytes()
        if key not in self._known:
            self._known[key] = Line(employee, options, self._pricers[employee].line.cents_of(options))
        return self._known[key]

    def all_lines(self, extra: FloatArray, count: int) -> list[list[tuple[float, Line]]]:
        """Give the cheapest lines of all employees."""
        if self._threads == 1:
            return [self.lines(employee, extra, count) for employee in self._pricers]
        with ThreadPoolExecutor(self._threads) as pool:
            return list(pool.map(lambda employee: self.lines(employee, extra, count), self._pricers))


def _only_a_hard_maximum(walk: Walk) -> bool:
    return walk.amounts is not None and walk.price is None and not walk.least and walk.most is not None


def _passes(walk: Walk, steps: Sequence[int]) -> bool:
    """Tell whether a line goes beyond the maximum of a walk."""
    assert walk.amounts is not None
    assert walk.most is not None
    state, total = walk.start, 0
    for table, step in zip(walk.day_class.tolist(), steps, strict=True):
        total += int(walk.amounts[table, state, step])
        state = int(walk.follow[table, state, step])
    return total > walk.most
