"""Higher bounds, as a roster misses a whole number of duties in all, which the master's solution need not do.

With 42.5 duties missing in the master, a roster misses 42 at most or 43 at least. If each missing duty cost ``e`` more,
a roster of the first kind would cost no more than ``42 e`` more, so the bound of that master less ``42 e`` is a bound
for the first kind, whatever ``e``; if each cost ``e`` less, the bound of that master plus ``43 e`` is one for the
second kind. No roster costs less than the lower of the two. Pricing stays as it is: only prices of cover change.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from schedsolver.solve.lines.generation import Generated, generate
from schedsolver.solve.lines.master import Cover, Master

if TYPE_CHECKING:
    from schedsolver.solve.lines.pricer import Pricers

# Sums this near to a whole number count as whole, and prices this near as the same.
NEAR = 1e-3
# The first change of price, as a share of the usual one.
FIRST = 1 / 8
# Masters solved at most, each to within this share of its bound.
TRIES, CLOSE = 12, 1e-5


@dataclass(frozen=True)
class _Point:
    """A change of price with the bound it gives, and how fast that rises with the change."""

    change: int
    bound: float
    slope: float


class _Kind:
    """Rosters that miss so many duties at most or at least, and the bound on their cost.

    Parameters
    ----------
    whole
        How many duties.
    sign
        1 for at most, 0 and more for each dearer; -1 for at least, each cheaper.
    most
        By how much the price may change at most.
    bound, missing
        Of the master as it is: its bound, and how many duties it misses.
    """

    def __init__(self, whole: int, sign: int, most: float, bound: float, missing: float) -> None:
        self._whole, self.sign, self._most = whole, sign, most
        self.bound = bound
        self._left = _Point(0, bound, sign * (missing - whole))
        self._right: _Point | None = None

    def next_change(self, first: int) -> tuple[int, float]:
        """Give the change to try next, ``first`` of all, and what the bound can be at most.

        The bound is concave in the change, so it is nowhere above where the tangents at two changes meet. Changes are
        whole cents; where there is none between those two the bound is what it is.
        """
        left, right = self._left, self._right
        if right is None:
            change = int(min(self._most, 2 * left.change or first))
            return change, math.inf if change > left.change else self.bound
        ends = right.bound - left.bound + left.slope * left.change - right.slope * right.change
        meet = ends / (left.slope - right.slope)
        change = round(meet)
        if change in (left.change, right.change):
            return change, self.bound
        return change, left.bound + left.slope * (meet - left.change)

    def take(self, change: int, bound: float, missing: float) -> None:
        """Take the bound of the master whose price is changed, and how many duties it misses."""
        found = _Point(change, bound - self.sign * change * self._whole, self.sign * (missing - self._whole))
        self.bound = max(self.bound, found.bound)
        if found.slope > 0:
            self._left = found
        else:
            self._right = found


def bounds_of_whole_shortage(
    pricers: Pricers, cover: Cover, lines: Generated, unit: int, stopped: Callable[[], bool]
) -> Iterator[float]:
    """Give higher and higher bounds, if what the master misses is not whole.

    Parameters
    ----------
    pricers, cover
        Of all employees.
    lines
        Where column generation ended.
    unit
        All costs are multiples of it: bounds are worth while as far as the next one.
    stopped
        Asked in between; true ends it.
    """
    missing, prices = _missing(cover, lines), cover.shortage.cents[cover.shortage.width > 0]
    if abs(missing - round(missing)) < NEAR or not len(prices):
        return
    first = max(1, round(FIRST * cover.usual))
    at_most = _Kind(math.floor(missing), 1, math.inf, lines.bound, missing)
    at_least = _Kind(math.ceil(missing), -1, int(prices.min()) - 1, lines.bound, missing)
    for _ in range(TRIES):
        kind = min((at_most, at_least), key=lambda one: one.bound)
        change, hope = kind.next_change(first)
        if stopped() or hope <= unit * math.ceil(kind.bound / unit - NEAR) + NEAR:
            return
        priced = cover.with_dearer_shortage(kind.sign * change)
        master = Master(priced, pricers.employees, stopped)
        master.add(lines.lines)
        found = generate(pricers, master, stopped, share=CLOSE)
        if found is None:
            return
        kind.take(change, found.bound, _missing(priced, found))
        yield min(at_most.bound, at_least.bound)


def _missing(cover: Cover, lines: Generated) -> float:
    """Add up how many duties a master's solution misses in all rows."""
    used = np.flatnonzero(lines.weight > 0)
    counts = np.zeros(cover.rows)
    for line in used.tolist():
        counts += lines.weight[line] * cover.counts(lines.lines[line].options)
    return float(np.maximum(0, cover.target - counts).sum())
