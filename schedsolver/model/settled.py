"""Columns as small as the decisions allow, worked out anew: a solver that stops early may leave them larger."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from schedsolver.domain.options import IntArray


class Settled(Protocol):
    """Some columns that follow from others before them."""

    def settle(self, best: IntArray) -> None:
        """Make them as small as they can be in a solution, ``best`` of shape ``(columns,)``."""
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

    def settle(self, best: IntArray) -> None:
        """Let shortage and surplus not cancel."""
        lacking = self.target.copy()
        np.subtract.at(lacking, self.row, self.coefficient * best[self.column])
        left = {1: np.maximum(lacking, 0), -1: np.maximum(-lacking, 0)}
        for (r, width, _), s, g in zip(self.tiers.tolist(), self.sign.tolist(), self.gap.tolist(), strict=True):
            best[g] = min(width, left[s][r])
            left[s][r] -= best[g]


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

    def settle(self, best: IntArray) -> None:
        """Give each column the largest excess of its rows."""
        beyond = -self.upper
        np.add.at(beyond, self.row, self.coefficient * best[self.column])
        best[self.over] = 0
        np.maximum.at(best, self.over, -(-beyond // self.step))


@dataclass(frozen=True)
class Square:
    """Squares of some columns, shape ``(n,)`` each; see ``ModelContext.squares``."""

    column: IntArray
    square: IntArray

    def settle(self, best: IntArray) -> None:
        """Square them."""
        best[self.square] = best[self.column] ** 2


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

    def settle(self, best: IntArray) -> None:
        """Set the mark to the smallest of those that count, where the sum is least."""
        values = np.sort(best[self.column])[::-1]
        best[self.mark] = values[self.count - 1] if self.count <= len(values) else 0
        best[self.beyond] = np.maximum(best[self.column] - best[self.mark], 0)
