"""The master programme: which share of which line each employee works, at what price of cover."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from schedsolver.domain.arrays import BoolArray, FloatArray, IntArray
from schedsolver.domain.line import LineCover
from schedsolver.solve.lines.interior import Columns, interior_point

# What one more than a maximum costs in the master, in the dearest price of cover; the model of record forbids it.
BEYOND_MAXIMUM = 10
# What an employee without a line costs in the master, in its dearest price.
MISSING_LINE = 10
# In the usual price of a shortage: nothing is dearer in the master, and prices begin at half of the usual one. A price
# far from all others, as of what must not be, would lead away from the prices of whole rosters.
DEAREST = 100
# A tier in use has more units than this.
IN_USE = 1e-3


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
        self.options = options
        dearest = BEYOND_MAXIMUM * max(1, int(shortage[:, 2].max(initial=1)), int(surplus[:, 2].max(initial=1)))
        beyond = np.stack([np.arange(self.rows), np.full(self.rows, options), np.full(self.rows, dearest)], axis=1)
        self.shortage = _Tiers.of(shortage, self.rows)
        self.surplus = _Tiers.of(np.concatenate([surplus, beyond]), self.rows)
        self.highest = self.shortage.cents.max(axis=0, initial=0).astype(float)
        enough = self.surplus.width[0] >= np.bincount(self.row, minlength=self.rows)
        self.lowest = -np.where(enough, self.surplus.cents[0], dearest).astype(float)
        least = self.shortage.cents[0][self.shortage.cents[0] > 0]
        self.usual = float(np.median(least)) if len(least) else 1.0

    def beside(self, counts: IntArray) -> tuple[Cover, int]:
        """Give what is left of the cover beside so many duties in each row, and what those beyond the target cost."""
        left, passed = copy.copy(self), np.maximum(counts - self.target, 0)
        left.target = np.maximum(self.target - counts, 0)
        taken = self.surplus.taken(passed)
        left.surplus = _Tiers(self.surplus.width - taken, self.surplus.cents)
        return left, int((taken * self.surplus.cents).sum())

    def with_dearer_shortage(self, cents: int) -> Cover:
        """Give a cover in which each duty missing costs so much more, or less; none may cost less than nothing."""
        dearer = copy.copy(self)
        dearer.shortage = _Tiers(self.shortage.width, np.where(self.shortage.width > 0, self.shortage.cents + cents, 0))
        dearer.highest = dearer.shortage.cents.max(axis=0, initial=0).astype(float)
        return dearer

    def among(self, options: IntArray, counted: BoolArray) -> Cover:
        """Give the rows that some duty options count towards.

        Parameters
        ----------
        options
            The options, in order; numbered anew, shape ``(n,)``.
        counted
            Which of them count, same shape.
        """
        part, (which, row) = copy.copy(self), self.rows_of(options)
        kept = counted[which]
        rows, part.row = np.unique(row[kept], return_inverse=True)
        part.option, part.options, part.rows = which[kept], len(options), len(rows)
        part.first = np.searchsorted(part.option, np.arange(len(options) + 1))
        part.target, part.highest, part.lowest = self.target[rows], self.highest[rows], self.lowest[rows]
        part.shortage, part.surplus = self.shortage.among(rows), self.surplus.among(rows)
        return part

    def clipped(self, prices: FloatArray, dearest: float = math.inf) -> FloatArray:
        """Keep prices within what shortage and surplus cost, and none dearer than the dearest, if there is one."""
        return np.clip(prices, np.maximum(self.lowest, -dearest), np.minimum(self.highest, dearest))

    def least_cents(self, prices: FloatArray) -> float:
        """Give the least that shortage and surplus can cost less what the prices pay for them, over all rows.

        With it and the best line of each employee at these prices follows a bound on the whole (Lagrange).
        """
        short = np.minimum(0.0, self.shortage.cents - prices) * self.shortage.width
        over = np.minimum(0.0, self.surplus.cents + prices) * self.surplus.width
        return float((prices * self.target).sum() + short.sum() + over.sum())

    def slope(self, prices: FloatArray) -> IntArray:
        """Give how many duties each row would have if shortage and surplus were chosen best at these prices."""
        short = ((self.shortage.cents < prices) * self.shortage.width).sum(axis=0)
        over = ((self.surplus.cents + prices < 0) * self.surplus.width).sum(axis=0)
        counts: IntArray = self.target - short + over
        return counts

    def reward(self, prices: FloatArray) -> FloatArray:
        """Give what cover pays for each duty option at its prices, shape ``(options,)``."""
        paid = np.bincount(self.option, weights=prices[self.row], minlength=len(self.first) - 1)
        return paid.astype(float)

    def counts(self, options: IntArray) -> IntArray:
        """Count how many of some duty options each row has, shape ``(rows,)``."""
        return np.bincount(self.rows_of(options)[1], minlength=self.rows)

    def rows_of(self, options: IntArray) -> tuple[IntArray, IntArray]:
        """Give which of some duty options counts towards which row, all of the first option, then of the next."""
        sizes = self.first[options + 1] - self.first[options]
        which = np.repeat(np.arange(len(options)), sizes)
        return which, self.row[np.arange(len(which)) + np.repeat(self.first[options] - np.cumsum(sizes) + sizes, sizes)]

    def cents(self, counts: IntArray) -> int:
        """Give what so many duties in each row cost."""
        return int(self.cents_by_row(counts).sum())

    def cents_with(self, lines: Sequence[Line]) -> int:
        """Give what some lines cost together, cover with them."""
        return self.cents(self.counts(joined(lines))) + sum(line.cents for line in lines)

    def cents_by_row(self, counts: IntArray, dearest: int | None = None) -> IntArray:
        """Give what so many duties cost in each row, no unit more than the dearest; shape ``(rows,)``."""
        short = self.shortage.cents_of(np.maximum(self.target - counts, 0), dearest)
        return short + self.surplus.cents_of(np.maximum(counts - self.target, 0), dearest)

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

    def among(self, rows: IntArray) -> _Tiers:
        """Give the tiers of some rows."""
        return _Tiers(self.width[:, rows], self.cents[:, rows])

    def taken(self, units: IntArray) -> IntArray:
        """Give how much of each tier so many units of each row take."""
        before = np.cumsum(self.width, axis=0) - self.width
        return np.clip(units - before, 0, self.width)

    def cents_of(self, units: IntArray, dearest: int | None = None) -> IntArray:
        """Give what so many units of each row cost, none more than the dearest."""
        price = self.cents if dearest is None else np.minimum(self.cents, dearest)
        cents: IntArray = (self.taken(units) * price).sum(axis=0)
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
        self._stopped = stopped
        self.dearest = DEAREST * cover.usual
        # Rows of employees come first, as these have few terms in common and so cost little to be taken out.
        count = len(employees)
        self._right = np.append(np.ones(count), cover.target)
        self._price = np.append(np.zeros(count), cover.clipped(np.full(cover.rows, cover.usual / 2)))
        # Without a line that may have a share an employee is paid for, dearly; no bound depends on it.
        rows, values, cents, upper = [np.arange(count)], [np.ones(count)], [np.zeros(count)], [np.full(count, np.inf)]
        for tiers, sign in ((cover.shortage, 1.0), (cover.surplus, -1.0)):
            tier, row = np.nonzero(tiers.width)
            rows.append(row + count)
            values.append(np.full(len(row), sign))
            cents.append(tiers.cents[tier, row].astype(float))
            width = tiers.width[tier, row].astype(float)
            upper.append(np.where(width < cover.options, width, np.inf))
        self._tier_cents, self._upper = np.concatenate(cents), np.concatenate(upper)
        self._rows, self._values, self._cents = rows, values, [np.zeros(0)]
        self._sizes = [np.ones(len(self._upper), np.int64)]
        self._short = False

    def add(self, lines: Sequence[Line]) -> None:
        """Add lines; each has a share from now on."""
        self.lines += lines
        count, which = len(self.place), np.repeat(np.arange(len(lines)), [len(line.options) for line in lines])
        duty, row = self.cover.rows_of(joined(lines))
        own = np.array([self.place[line.employee] for line in lines], np.int64)
        width = count + self.cover.rows
        # A line may have several duties in a row.
        terms, value = np.unique(
            np.append(np.arange(len(lines)) * width + own, which[duty] * width + count + row), return_counts=True
        )
        self._rows.append(terms % width)
        self._values.append(value.astype(float))
        self._sizes.append(np.bincount(terms // width, minlength=len(lines)))
        self._cents.append(np.array([line.cents for line in lines], float))

    def solve(self, share: float = 1e-9) -> MasterSolution | None:
        """Solve it as it is, to within a share of its cost; ``None`` when stopped."""
        columns = self._columns()
        count, tiers = len(self.place), len(self._upper)
        owner = columns.row[columns.first[tiers:-1]]
        # Begin with equal shares of an employee's lines, and one duty more and less than wanted everywhere.
        x = np.append(np.ones(tiers), 1 / np.bincount(owner, minlength=count)[owner])
        found = interior_point(columns, x, self._price, self.cover.usual, share, self._stopped)
        if found is None:
            return None
        cost, point = found
        self._price = point.price
        # What the master was not charged; near zero everything is above nothing inside of the bounds.
        used = np.where(point.x[:tiers] > IN_USE, point.x[:tiers], 0)
        saved = float(np.maximum(0, self._tier_cents - columns.cost[:tiers]) @ used)
        cost, self._short = cost + saved, saved > 0
        return MasterSolution(cost, point.price[count:], point.price[:count], point.x[tiers:])

    def go_dearer(self) -> bool:
        """Let the dearest price be ten times as high if the last solution has what should cost more; tell whether."""
        self.dearest *= 10 if self._short else 1
        return self._short

    def _columns(self) -> Columns:
        """Put all columns together, those of employees without a line and of tiers first."""
        self._rows, self._values = [np.concatenate(self._rows)], [np.concatenate(self._values)]
        self._cents, self._sizes = [np.concatenate(self._cents)], [np.concatenate(self._sizes)]
        cents = np.minimum(self._tier_cents, self.dearest)
        cents[: len(self.place)] = MISSING_LINE * self.dearest
        upper = np.append(self._upper, np.full(len(self.lines), np.inf))
        first = np.append(0, np.cumsum(self._sizes[0]))
        return Columns(first, self._rows[0], self._values[0], np.append(cents, self._cents[0]), upper, self._right)
