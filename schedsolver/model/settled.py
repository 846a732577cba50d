"""Columns as small as the decisions allow, worked out anew: a solver that stops early may leave them larger."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np

from schedsolver.domain.arrays import BoolArray, IntArray


class Settled(Protocol):
    """Some columns that follow from others before them."""

    def settle(self, best: IntArray, changed: BoolArray) -> None:
        """Make them as small as they can be in a solution, where they or what they follow from has changed.

        Parameters
        ----------
        best
            The solution, shape ``(columns,)``.
        changed
            Which columns have changed, same shape; what becomes another is added.
        """
        ...


@dataclass(frozen=True)
class Gap:
    """What sums lack of their targets, or have beyond them; see ``ModelContext.price_gaps``.

    Attributes
    ----------
    row, column, coefficient
        Terms of the sums, shape ``(n,)`` each.
    target
        Shape ``(rows,)``.
    tiers
        Row, width and price of each tier, shape ``(tiers, 3)``.
    sign, gap
        1 for a shortage and -1 for a surplus, and the column, of each tier.
    """

    row: IntArray
    column: IntArray
    coefficient: IntArray
    target: IntArray
    tiers: IntArray
    sign: IntArray
    gap: IntArray

    def settle(self, best: IntArray, changed: BoolArray) -> None:
        """Let shortage and surplus not cancel."""
        row, width, _ = self.tiers.T
        rows = np.zeros(len(self.target), bool)
        rows[self.row[changed[self.column]]] = True
        rows[row[changed[self.gap]]] = True
        tier = np.flatnonzero(rows[row])
        lacking = self.sign[tier] * (self.target - _sums(self, rows, best))[row[tier]]
        _put(best, self.gap[tier], np.clip(lacking - self._before[tier], 0, width[tier]), changed)

    @cached_property
    def _before(self) -> IntArray:
        """What the tiers before each take of the same shortage or surplus, shape ``(tiers,)``."""
        row, width, _ = self.tiers.T
        side = 2 * row + (self.sign < 0)
        order = np.argsort(side, kind="stable")
        sums = np.cumsum(width[order]) - width[order]
        _, first, of_side = np.unique(side[order], return_index=True, return_inverse=True)
        before: IntArray = np.empty_like(width)
        before[order] = sums - sums[first][of_side]
        return before


@dataclass(frozen=True)
class Excess:
    """How far rows go beyond their limits; see ``ModelContext.excess``.

    Attributes
    ----------
    row, column, coefficient
        Terms of the rows, shape ``(n,)`` each.
    upper, over
        Limit and column of each row, shape ``(rows,)`` each.
    step
        What one unit of the column stands for.
    """

    row: IntArray
    column: IntArray
    coefficient: IntArray
    upper: IntArray
    over: IntArray
    step: int

    def settle(self, best: IntArray, changed: BoolArray) -> None:
        """Give each column the largest excess of its rows."""
        rows = changed[self.over]
        rows[self.row[changed[self.column]]] = True
        rows = np.isin(self.over, self.over[rows])
        over, of_row = np.unique(self.over[rows], return_inverse=True)
        most = np.zeros(len(over), np.int64)
        np.maximum.at(most, of_row, -((self.upper - _sums(self, rows, best))[rows] // self.step))
        _put(best, over, most, changed)


@dataclass(frozen=True)
class Square:
    """Squares of some columns, shape ``(n,)`` each; see ``ModelContext.squares``."""

    column: IntArray
    square: IntArray

    def settle(self, best: IntArray, changed: BoolArray) -> None:
        """Square them."""
        _put(best, self.square, best[self.column] ** 2, changed)


@dataclass(frozen=True)
class Largest:
    """The sum of the largest of some columns as ``count x mark + sum of what is beyond the mark``.

    Source: W. Ogryczak and A. Tamir (2003), Minimizing the sum of the k largest functions in linear time, Information
    Processing Letters 85.

    Attributes
    ----------
    column
        The columns, shape ``(n,)``.
    count
        How many of them.
    mark, beyond
        Column of the mark and columns of what is beyond it, shape ``(n,)``.
    """

    column: IntArray
    count: int
    mark: int
    beyond: IntArray

    def settle(self, best: IntArray, changed: BoolArray) -> None:
        """Set the mark to the smallest of those that count, where the sum is least."""
        values = np.sort(best[self.column])[::-1]
        mark = values[self.count - 1] if self.count <= len(values) else 0
        _put(best, np.array([self.mark]), np.array([mark]), changed)
        _put(best, self.beyond, np.maximum(best[self.column] - mark, 0), changed)


def _sums(part: Gap | Excess, rows: BoolArray, best: IntArray) -> IntArray:
    """Give the sums of some rows, shape ``(rows,)``; nothing for the others."""
    term = np.flatnonzero(rows[part.row])
    sums = np.zeros(len(rows), np.int64)
    np.add.at(sums, part.row[term], part.coefficient[term] * best[part.column[term]])
    return sums


def _put(best: IntArray, column: IntArray, values: IntArray, changed: BoolArray) -> None:
    """Set some columns of a solution, and add those that become others to what has changed."""
    changed[column] |= best[column] != values
    best[column] = values
