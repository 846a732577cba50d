"""Linear programmes of few rows by an interior-point method, compiled; what a master programme needs.

Mehrotra (1992), "On the implementation of a primal-dual interior point method", SIAM Journal on Optimization 2. Its
prices are in the middle of those that are best, not at a corner of them, so that column generation takes fewer rounds
(Gondzio, Gonzalez-Brevis, Munari 2013, "New developments in the primal-dual column generation technique", European
Journal of Operational Research 224).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numba import njit

from schedsolver.domain.arrays import BoolArray, FloatArray, IntArray

# Rows may be off by this share of the largest right-hand side, prices by this share of the largest cost.
FEASIBLE = 1e-6
# Steps stop short of the border by this share.
SHORT = 0.01
MOST_STEPS = 60
# What pivots are raised by for rounding, and pivots that count as none, as in rows of nothing.
RAISED, NO_PIVOT = 1e-11, 1e-13


@dataclass(frozen=True)
class Columns:
    """Minimise ``cost @ x`` over ``A x = right`` and ``0 <= x <= upper``.

    Attributes
    ----------
    first, row, value
        ``A`` by columns: the terms of column ``j`` are at ``first[j]`` to ``first[j + 1]``, rows ascending.
    cost, upper
        By column, ``upper`` infinite for none; shape ``(columns,)``.
    right
        By row, shape ``(rows,)``.
    """

    first: IntArray
    row: IntArray
    value: FloatArray
    cost: FloatArray
    upper: FloatArray
    right: FloatArray


@dataclass(frozen=True)
class Point:
    """Where the method is: inside of all bounds, not yet on the rows.

    Attributes
    ----------
    x, slack
        Columns and what their upper bounds leave; shape ``(columns,)``.
    z, w
        Prices of the lower and upper bounds, same shape.
    price
        Of the rows, shape ``(rows,)``.
    """

    x: FloatArray
    slack: FloatArray
    z: FloatArray
    w: FloatArray
    price: FloatArray


def interior_point(
    columns: Columns, x: FloatArray, price: FloatArray, spread: float, share: float, stopped: Callable[[], bool] | None
) -> tuple[float, Point] | None:
    """Solve a linear programme.

    Parameters
    ----------
    columns
        What to solve.
    x, price
        Where to begin; ``x`` is moved inside its bounds.
    spread
        How far the prices of bounds are from none at first, in the unit of costs.
    share
        How far from the optimum it may end, as a share of the cost.
    stopped
        Asked after each step; true ends it.

    Returns
    -------
    The cost and the point; ``None`` when stopped, or when rounding spoils it.
    """
    bounded = np.isfinite(columns.upper)
    inside = np.where(bounded, np.minimum(x, columns.upper / 2), x)
    count = len(columns.cost)
    owner = np.repeat(np.arange(count), np.diff(columns.first))
    reduced = columns.cost - np.bincount(owner, columns.value * price[columns.row], count)
    slack = np.where(bounded, columns.upper - inside, 1.0)
    z, w = np.maximum(reduced, 0) + spread, np.where(bounded, np.maximum(-reduced, 0) + spread, 0)
    point = Point(inside, slack, z, w, price.copy())
    rows = columns.first, columns.row, columns.value
    matrix = np.empty((len(price), len(price)))
    limits = share, *(FEASIBLE * (1 + np.abs(of).max(initial=0)) for of in (columns.right, columns.cost))
    for _ in range(MOST_STEPS):
        off, lacking, beyond = _residuals(
            *rows, columns.cost, columns.upper, columns.right, bounded, point.x, point.slack, z, w, point.price
        )
        cost = float(columns.cost @ point.x)
        # What the cost would be above its bound if rows and prices were kept exactly.
        gap = float(point.x @ z + point.slack @ w) / (1 + abs(cost))
        if not np.isfinite(gap) or (stopped is not None and stopped()):
            return None
        if gap <= limits[0] and np.abs(off).max() <= limits[1] and np.abs(lacking).max() <= limits[2]:
            break
        _step(*rows, bounded, point.x, point.slack, z, w, point.price, off, lacking, beyond, matrix)
    return cost, point


@njit(cache=True, nogil=True)
def _residuals(
    first: IntArray, row: IntArray, value: FloatArray, cost: FloatArray, upper: FloatArray, right: FloatArray,
    bounded: BoolArray, x: FloatArray, slack: FloatArray, z: FloatArray, w: FloatArray, price: FloatArray,
) -> tuple[FloatArray, FloatArray, FloatArray]:  # fmt: skip
    """Give what rows, prices and upper bounds are off by."""
    off, lacking, beyond = right.copy(), np.empty(len(cost)), np.zeros(len(cost))
    for j in range(len(cost)):
        lacks = cost[j] - z[j] + w[j]
        for k in range(first[j], first[j + 1]):
            lacks -= value[k] * price[row[k]]
            off[row[k]] -= value[k] * x[j]
        lacking[j] = lacks
        if bounded[j]:
            beyond[j] = upper[j] - x[j] - slack[j]
    return off, lacking, beyond


@njit(cache=True, nogil=True)
def _step(
    first: IntArray, row: IntArray, value: FloatArray, bounded: BoolArray, x: FloatArray, slack: FloatArray,
    z: FloatArray, w: FloatArray, price: FloatArray, off: FloatArray, lacking: FloatArray, beyond: FloatArray,
    matrix: FloatArray,
) -> None:  # fmt: skip
    """Go a step: straight ahead at first, to see how far that leads; then bent, and towards the middle by that."""
    n = len(x)
    weight, change = np.empty(n), np.zeros((4, n))
    product, many = 0.0, n
    for j in range(n):
        weight[j] = 1 / (z[j] / x[j] + w[j] / slack[j])
        product += x[j] * z[j] + slack[j] * w[j]
        many += bounded[j]
    _squares(first, row, value, weight, matrix)
    _factor(matrix)
    dprice = np.empty(len(price))
    args = (first, row, value, bounded, x, slack, z, w, lacking, beyond, weight, matrix)
    dprice[:] = off
    along, along_prices = _direction(*args, 0.0, change, dprice)
    after = 0.0
    for j in range(n):
        after += (x[j] + along * change[0, j]) * (z[j] + along_prices * change[2, j])
        after += (slack[j] + along * change[1, j]) * (w[j] + along_prices * change[3, j])
    dprice[:] = off
    along, along_prices = _direction(*args, (after / product) ** 3 * product / many, change, dprice)
    along, along_prices = (1 - SHORT) * along, (1 - SHORT) * along_prices
    for j in range(n):
        x[j] += along * change[0, j]
        slack[j] += along * change[1, j]
        z[j] += along_prices * change[2, j]
        w[j] += along_prices * change[3, j]
    for i in range(len(price)):
        price[i] += along_prices * dprice[i]


@njit(cache=True, nogil=True)
def _direction(
    first: IntArray, row: IntArray, value: FloatArray, bounded: BoolArray, x: FloatArray, slack: FloatArray,
    z: FloatArray, w: FloatArray, lacking: FloatArray, beyond: FloatArray, weight: FloatArray, matrix: FloatArray,
    middle: float, change: FloatArray, dprice: FloatArray,
) -> tuple[float, float]:  # fmt: skip
    """Find where to go, bent by the products of the last direction; give how far that stays inside.

    ``change`` has the directions of ``x``, ``slack``, ``z`` and ``w``; ``dprice`` begins as what rows are off by.
    """
    dx, dslack, dz, dw = change
    n = len(x)
    pull, to_z, to_w = np.empty(n), np.empty(n), np.zeros(n)
    for j in range(n):
        to_z[j] = middle - x[j] * z[j] - dx[j] * dz[j]
        pull[j] = lacking[j] - to_z[j] / x[j]
        if bounded[j]:
            to_w[j] = middle - slack[j] * w[j] - dslack[j] * dw[j]
            pull[j] += (to_w[j] - w[j] * beyond[j]) / slack[j]
        for k in range(first[j], first[j + 1]):
            dprice[row[k]] += value[k] * weight[j] * pull[j]
    _solve(matrix, dprice)
    along, along_prices = 1.0, 1.0
    for j in range(n):
        gain = -pull[j]
        for k in range(first[j], first[j + 1]):
            gain += value[k] * dprice[row[k]]
        dx[j] = weight[j] * gain
        dz[j] = (to_z[j] - z[j] * dx[j]) / x[j]
        along, along_prices = _within(along, x[j], dx[j]), _within(along_prices, z[j], dz[j])
        if bounded[j]:
            dslack[j] = beyond[j] - dx[j]
            dw[j] = (to_w[j] - w[j] * dslack[j]) / slack[j]
            along, along_prices = _within(along, slack[j], dslack[j]), _within(along_prices, w[j], dw[j])
    return along, along_prices


@njit(cache=True, nogil=True)
def _within(along: float, value: float, change: float) -> float:
    """Give how far to go at most so that a value stays positive."""
    return min(along, -value / change) if change < 0 else along


@njit(cache=True, nogil=True)
def _squares(first: IntArray, row: IntArray, value: FloatArray, weight: FloatArray, matrix: FloatArray) -> None:
    """Write the upper half of ``A diag(weight) A'``, its diagonal raised a little."""
    for i in range(len(matrix)):
        for j in range(len(matrix)):
            matrix[i, j] = 0
    for j in range(len(weight)):
        for k in range(first[j], first[j + 1]):
            here, factor = matrix[row[k]], weight[j] * value[k]
            for other in range(k, first[j + 1]):
                here[row[other]] += factor * value[other]
    for i in range(len(matrix)):
        matrix[i, i] *= 1 + RAISED


@njit(cache=True, nogil=True)
def _factor(matrix: FloatArray) -> None:
    """Replace the upper half of a matrix by ``R`` with ``R' R`` the matrix (Cholesky), four rows at a time."""
    n = len(matrix)
    for begin in range(0, n, 4):
        end = min(begin + 4, n)
        for k in range(begin, end):
            here = matrix[k]
            for before in range(begin, k):
                other, factor = matrix[before], matrix[before, k]
                for j in range(k, n):
                    here[j] -= factor * other[j]
            root = math.sqrt(here[k]) if here[k] > NO_PIVOT else 1e32
            for j in range(k + 1, n):
                here[j] /= root
            here[k] = root
        if end == begin + 4:
            first, second, third, fourth = matrix[begin], matrix[begin + 1], matrix[begin + 2], matrix[begin + 3]
            for i in range(end, n):
                a, b, c, d = first[i], second[i], third[i], fourth[i]
                if a == 0 and b == 0 and c == 0 and d == 0:
                    continue
                here = matrix[i]
                for j in range(i, n):
                    here[j] -= (a * first[j] + b * second[j]) + (c * third[j] + d * fourth[j])


@njit(cache=True, nogil=True)
def _solve(factor: FloatArray, right: FloatArray) -> None:
    """Solve ``R' R y = right`` in place."""
    n = len(factor)
    for k in range(n):
        right[k] /= factor[k, k]
        for j in range(k + 1, n):
            right[j] -= right[k] * factor[k, j]
    for k in range(n - 1, -1, -1):
        total = right[k]
        for j in range(k + 1, n):
            total -= factor[k, j] * right[j]
        right[k] = total / factor[k, k]
