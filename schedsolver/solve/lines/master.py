"""The master programme: which share of which line each employee works, at what price of cover."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import highspy
import numpy as np

from schedsolver.domain.line import LineCover
from schedsolver.domain.options import IntArray
from schedsolver.solve.highs import silent_highs
from schedsolver.solve.lines.counters import FloatArray

# What one more than a maximum costs in the master, in the dearest price of cover; the model of record forbids it.
BEYOND_MAXIMUM = 10
# What an employee without a line costs in the master, in that.
MISSING_LINE = 100


@dataclass(frozen=True)
class Line:
    """A line of one employee.

    Attributes
    ----------
    employee
        Position in ``problem.staff``.
    options
        The duty options it has, in order, shape ``(duties,)``.
    cents
        What it costs, cover aside.
    """

    employee: int
    options: IntArray
    cents: int


def joined(lines: Sequence[Line]) -> IntArray:
    """Give the duty options of all lines together, one after the other."""
    return np.concatenate([np.zeros(0, np.int64), *(line.options for line in lines)])


@dataclass(frozen=True)
class MasterSolution:
    """A solution of the master.

    Attributes
    ----------
    objective
        Its cost.
    cover
        Price of one more in each row of cover, shape ``(rows,)``.
    employee
        Dual of each employee, shape ``(employees,)``.
    weight
        Share of each line, shape ``(lines,)``.
    """

    objective: float
    cover: FloatArray
    employee: FloatArray
    weight: FloatArray


class Cover:
    """Rows of cover with their tiers, and what they say of prices.

    Parameters
    ----------
    asked
        What the rules want.
    options
        Number of duty options.
    """

    def __init__(self, asked: Sequence[LineCover], options: int) -> None:
        starts = np.cumsum([0, *(len(part.target) for part in asked)])
        none, empty = np.zeros(0, np.int64), np.zeros((0, 3), np.int64)
        self.target = np.concatenate([none, *(part.target for part in asked)])
        row = np.concatenate([none, *(part.row + start for part, start in zip(asked, starts, strict=False))])
        option = np.concatenate([none, *(part.option for part in asked)])
        order = np.argsort(option, kind="stable")
        # Rows of option o: row[first[o] : first[o + 1]].
        self.row = row[order]
        self.first = np.searchsorted(option[order], np.arange(options + 1))
        self.option = option[order]
        moved = [np.array([[start, 0, 0]]) for start in starts]
        shortage = np.concatenate([empty, *(part.shortage + by for part, by in zip(asked, moved, strict=False))])
        surplus = np.concatenate([empty, *(part.surplus + by for part, by in zip(asked, moved, strict=False))])
        self.rows = len(self.target)
        dearest = BEYOND_MAXIMUM * max(1, int(shortage[:, 2].max(initial=1)), int(surplus[:, 2].max(initial=1)))
        beyond = np.stack([np.arange(self.rows), np.full(self.rows, options), np.full(self.rows, dearest)], axis=1)
        self.shortage = _Tiers.of(shortage, self.rows)
        self.surplus = _Tiers.of(np.concatenate([surplus, beyond]), self.rows)
        self.highest = self.shortage.cents.max(axis=0, initial=0).astype(float)
        enough = self.surplus.width[0] >= np.bincount(self.row, minlength=self.rows)
        self.lowest = -np.where(enough, self.surplus.cents[0], dearest).astype(float)

    def beside(self, counts: IntArray) -> tuple[Cover, int]:
        """Give what is left of the cover beside so many duties in each row, and what those beyond the target cost."""
        left, passed = copy.copy(self), np.maximum(counts - self.target, 0)
        left.target = np.maximum(self.target - counts, 0)
        taken = self.surplus.taken(passed)
        left.surplus = _Tiers(self.surplus.width - taken, self.surplus.cents)
        return left, int((taken * self.surplus.cents).sum())

    def clipped(self, prices: FloatArray) -> FloatArray:
        """Keep prices within what shortage and surplus cost."""
        return np.clip(prices, self.lowest, self.highest)

    def least_cents(self, prices: FloatArray) -> float:
        """Give the least that shortage and surplus can cost less what the prices pay for them, over all rows.

        With it and the best line of each employee at these prices follows a bound on the whole (Lagrange).
        """
        short = np.minimum(0.0, self.shortage.cents - prices) * self.shortage.width
        over = np.minimum(0.0, self.surplus.cents + prices) * self.surplus.width
        return float((prices * self.target).sum() + short.sum() + over.sum())

    def reward(self, prices: FloatArray) -> FloatArray:
        """Give what cover pays for each duty option at its prices, shape ``(options,)``."""
        paid = np.bincount(self.option, weights=prices[self.row], minlength=len(self.first) - 1)
        return paid.astype(float)

    def counts(self, options: IntArray) -> IntArray:
        """Count how many of some duty options each row has, shape ``(rows,)``."""
        rows = np.concatenate([self.row[:0], *(self.row[self.first[o] : self.first[o + 1]] for o in options)])
        return np.bincount(rows, minlength=self.rows)

    def cents(self, counts: IntArray) -> int:
        """Give what so many duties in each row cost."""
        short = self.shortage.taken(np.maximum(self.target - counts, 0)) * self.shortage.cents
        over = self.surplus.taken(np.maximum(counts - self.target, 0)) * self.surplus.cents
        return int(short.sum() + over.sum())

    def next_cents(self, counts: IntArray) -> FloatArray:
        """Give what one more duty in each row saves, negative where it costs, shape ``(rows,)``."""
        lacking = np.maximum(self.target - counts, 0)
        saved = self.shortage.cents_of(lacking) - self.shortage.cents_of(np.maximum(lacking - 1, 0))
        beyond = np.maximum(counts - self.target, 0)
        more = np.where(counts >= self.target, beyond + 1, 0)
        return (saved + self.surplus.cents_of(beyond) - self.surplus.cents_of(more)).astype(float)


@dataclass(frozen=True)
class _Tiers:
    """Tiers of each row in order, ``width`` and ``cents`` of shape ``(tiers, rows)``; width 0 for none."""

    width: IntArray
    cents: IntArray

    @classmethod
    def of(cls, tiers: IntArray, rows: int) -> _Tiers:
        """Sort tiers ``(row, width, cents)`` by row, those of a row as listed."""
        tiers = tiers[np.argsort(tiers[:, 0], kind="stable")]
        many = np.bincount(tiers[:, 0], minlength=rows)
        rank = np.arange(len(tiers)) - np.repeat(np.cumsum(many) - many, many)
        shape = int(many.max(initial=1)), rows
        width, cents = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
        width[rank, tiers[:, 0]], cents[rank, tiers[:, 0]] = tiers[:, 1], tiers[:, 2]
        return cls(width, cents)

    def taken(self, units: IntArray) -> IntArray:
        """Give how much of each tier so many units of each row take."""
        before = np.cumsum(self.width, axis=0) - self.width
        return np.clip(units - before, 0, self.width)

    def cents_of(self, units: IntArray) -> IntArray:
        """Give what so many units of each row cost."""
        cents: IntArray = (self.taken(units) * self.cents).sum(axis=0)
        return cents


class Master:
    """A linear programme of lines, to which lines are added.

    Parameters
    ----------
    cover
        What is wanted of all together.
    employees
        Whose lines are to be had.
    stopped
        Asked while it is solved; true ends that without a solution. ``None`` for masters that take no time.
    """

    def __init__(self, cover: Cover, employees: Sequence[int], stopped: Callable[[], bool] | None = None) -> None:
        self.cover = cover
        self.place = {employee: place for place, employee in enumerate(employees)}
        self.lines: list[Line] = []
        self._highs = silent_highs()
        self._highs.setOptionValue("solver", "simplex")
        # Few columns are new each time, so the primal method goes on from where it ended.
        self._highs.setOptionValue("simplex_strategy", 4)
        self._highs.setOptionValue("threads", 1)
        if stopped is not None:
            self._highs.cbSimplexInterrupt += lambda event: event.interrupt(stopped())
        rows = np.append(cover.target, np.ones(len(employees))).astype(float)
        nothing = np.zeros(0, np.int32)
        self._highs.addRows(len(rows), rows, rows, 0, nothing, nothing, np.zeros(0))
        for tiers, sign in ((cover.shortage, 1.0), (cover.surplus, -1.0)):
            tier, row = np.nonzero(tiers.width)
            cents, width = (table[tier, row].astype(float) for table in (tiers.cents, tiers.width))
            self._add(cents, width, [row], [np.full(len(row), sign)], np.ones(len(row), np.int64))
        # Without a line that may have a share an employee is paid for, dearly; no bound depends on it.
        own, ones = np.arange(len(employees)) + cover.rows, np.ones(len(employees))
        dear = MISSING_LINE * max(1.0, cover.highest.max(initial=0), -cover.lowest.min(initial=0))
        self._add(dear * ones, np.inf * ones, [own], [ones], np.ones(len(own), np.int64))
        self._tiers = self._highs.getNumCol()

    def add(self, lines: Sequence[Line]) -> None:
        """Add lines; each has a share from now on."""
        self.lines += lines
        rows, values = [], []
        for line in lines:
            counts = self.cover.counts(line.options)
            own = np.flatnonzero(counts)
            rows.append(np.append(own, self.cover.rows + self.place[line.employee]))
            values.append(np.append(counts[own], 1).astype(float))
        cents = np.array([line.cents for line in lines], float)
        self._add(cents, np.full(len(lines), np.inf), rows, values, np.array([len(own) for own in rows], np.int64))

    def keep_only(self, keeps: Callable[[Line], bool]) -> None:
        """Let no line have a share that does not keep a condition."""
        barred = np.array([i for i, line in enumerate(self.lines) if not keeps(line)], np.int32)
        if len(barred):
            nothing = np.zeros(len(barred))
            self._highs.changeColsBounds(len(barred), barred + np.int32(self._tiers), nothing, nothing)

    def solve(self) -> MasterSolution | None:
        """Solve it as it is; ``None`` when it has no solution."""
        self._highs.run()
        if self._highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        solution = self._highs.getSolution()
        dual, rows = np.array(solution.row_dual), self.cover.rows
        weight = np.array(solution.col_value)[self._tiers :]
        return MasterSolution(self._highs.getObjectiveValue(), dual[:rows], dual[rows:], weight)

    def _add(
        self, cents: FloatArray, upper: FloatArray, rows: list[IntArray], values: list[FloatArray], sizes: IntArray
    ) -> None:
        if not len(cents):
            return
        starts = np.cumsum(np.append(0, sizes))[:-1].astype(np.int32)
        index, value = np.concatenate(rows).astype(np.int32), np.concatenate(values)
        self._highs.addCols(len(cents), cents, np.zeros(len(cents)), upper, len(index), starts, index, value)
