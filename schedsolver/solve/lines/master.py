"""The master programme: which share of which line each employee works, at what price of cover."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass

import highspy
import numpy as np

from schedsolver.domain.line import LineCover
from schedsolver.domain.options import IntArray
from schedsolver.solve.highs import silent_highs
from schedsolver.solve.lines.counters import FloatArray

# What one more than a maximum costs in the master, in the dearest price of cover; the model of record forbids it.
BEYOND_MAXIMUM = 10


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
        none = np.zeros(0, np.int64)
        self.target = np.concatenate([none, *(part.target for part in asked)])
        row = np.concatenate([none, *(part.row + start for part, start in zip(asked, starts, strict=False))])
        option = np.concatenate([none, *(part.option for part in asked)])
        order = np.argsort(option, kind="stable")
        # Rows of option o: row[first[o] : first[o + 1]].
        self.row = row[order]
        self.first = np.searchsorted(option[order], np.arange(options + 1))
        self.option = option[order]
        empty = np.zeros((0, 3), np.int64)
        moved = [np.array([[start, 0, 0]]) for start in starts]
        shortage = np.concatenate([empty, *(part.shortage + by for part, by in zip(asked, moved, strict=False))])
        surplus = np.concatenate([empty, *(part.surplus + by for part, by in zip(asked, moved, strict=False))])
        self.rows = len(self.target)
        dearest = max(1, int(np.concatenate([empty, shortage, surplus])[:, 2].max(initial=1)))
        beyond = np.stack([np.arange(self.rows), np.full(self.rows, options), np.full(self.rows, 0)], axis=1)
        beyond[:, 2] = BEYOND_MAXIMUM * dearest
        self.tiers = np.concatenate([shortage, surplus, beyond])
        self.sign = np.repeat([1, -1], [len(shortage), len(surplus) + self.rows])
        self.highest = np.zeros(self.rows)
        np.maximum.at(self.highest, shortage[:, 0], shortage[:, 2].astype(float))
        self.lowest = np.full(self.rows, -float(BEYOND_MAXIMUM * dearest))
        wide = surplus[surplus[:, 1] >= np.bincount(self.row, minlength=self.rows)[surplus[:, 0]]]
        self.lowest[wide[:, 0]] = -wide[:, 2].astype(float)

    def beside(self, counts: IntArray) -> tuple[Cover, int]:
        """Give what is left of the cover beside so many duties in each row, and what those beyond the target cost."""
        left = copy.copy(self)
        passed = np.maximum(counts - self.target, 0)
        left.target = np.maximum(self.target - counts, 0)
        left.tiers = self.tiers.copy()
        paid = 0
        for t in np.flatnonzero(self.sign < 0).tolist():
            row, width, cents = self.tiers[t].tolist()
            taken = min(width, int(passed[row]))
            passed[row] -= taken
            left.tiers[t, 1] -= taken
            paid += taken * cents
        return left, paid

    def clipped(self, prices: FloatArray) -> FloatArray:
        """Keep prices within what shortage and surplus cost."""
        return np.clip(prices, self.lowest, self.highest)

    def least_cents(self, prices: FloatArray) -> float:
        """Give the least that shortage and surplus can cost less what the prices pay for them, over all rows.

        With it and the best line of each employee at these prices follows a bound on the whole (Lagrange).
        """
        row, width, cents = self.tiers.T
        rate = np.minimum(0.0, cents - self.sign * prices[row])
        return float((prices * self.target).sum() + (rate * width).sum())

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
        left = {1: np.maximum(self.target - counts, 0), -1: np.maximum(counts - self.target, 0)}
        total = 0
        for (row, width, cents), sign in zip(self.tiers.tolist(), self.sign.tolist(), strict=True):
            taken = min(width, left[sign][row])
            left[sign][row] -= taken
            total += taken * cents
        return total

    def next_cents(self, counts: IntArray) -> FloatArray:
        """Give what one more duty in each row saves, negative where it costs, shape ``(rows,)``."""
        saves = np.zeros(self.rows)
        before = {1: np.maximum(self.target - counts, 0), -1: np.maximum(counts - self.target, 0)}
        passed = {1: np.zeros(self.rows, np.int64), -1: np.zeros(self.rows, np.int64)}
        for (row, width, cents), sign in zip(self.tiers.tolist(), self.sign.tolist(), strict=True):
            begin = passed[sign][row]
            passed[sign][row] += width
            if sign > 0 and begin < before[1][row] <= begin + width:
                saves[row] = cents
            elif sign < 0 and counts[row] >= self.target[row] and begin <= before[-1][row] < begin + width:
                saves[row] = -cents
        return saves


class Master:
    """A linear programme of lines, to which lines are added.

    Parameters
    ----------
    cover
        What is wanted of all together.
    employees
        Whose lines are to be had.
    """

    def __init__(self, cover: Cover, employees: Sequence[int]) -> None:
        self.cover = cover
        self.place = {employee: place for place, employee in enumerate(employees)}
        self.lines: list[Line] = []
        self._highs = silent_highs()
        self._highs.setOptionValue("solver", "simplex")
        # Few columns are new each time, so the primal method goes on from where it ended.
        self._highs.setOptionValue("simplex_strategy", 4)
        self._highs.setOptionValue("threads", 1)
        rows = np.append(cover.target, np.ones(len(employees))).astype(float)
        nothing = np.zeros(0, np.int32)
        self._highs.addRows(len(rows), rows, rows, 0, nothing, nothing, np.zeros(0))
        row, width, cents = cover.tiers.T
        self._add(cents.astype(float), width.astype(float), [row], [cover.sign.astype(float)], np.ones(len(row), int))

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
        self._add(cents, np.full(len(lines), np.inf), rows, values, np.array([len(own) for own in rows], int))

    def solve(self) -> MasterSolution | None:
        """Solve it as it is; ``None`` when it has no solution."""
        self._highs.run()
        if self._highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        solution = self._highs.getSolution()
        dual, rows = np.array(solution.row_dual), self.cover.rows
        weight = np.array(solution.col_value)[len(self.cover.tiers) :]
        return MasterSolution(self._highs.getObjectiveValue(), dual[:rows], dual[rows:], weight)

    def _add(
        self, cents: FloatArray, upper: FloatArray, rows: list[IntArray], values: list[FloatArray], sizes: IntArray
    ) -> None:
        starts = np.cumsum(np.append(0, sizes))[:-1].astype(np.int32)
        index, value = np.concatenate(rows).astype(np.int32), np.concatenate(values)
        self._highs.addCols(len(cents), cents, np.zeros(len(cents)), upper, len(index), starts, index, value)
