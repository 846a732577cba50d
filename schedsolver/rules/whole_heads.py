"""What cover costs at least when people count as parts of a head: rows that whole people keep and fractions do not.

A trainee who counts as half a head covers a need of one together with half of somebody else, as a linear programme sees
it. Whole people leave heads missing or give more than is needed. The cost of a cell as a function of whole people has a
convex envelope, above the cost that the linear programme sees; its facets are rows of the model.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

import numpy as np

from schedsolver.domain.arrays import IntArray
from schedsolver.domain.rule import ModelContext, Tier

# Numbers of people of each worth that an envelope is made of at most; needs beyond are large enough to be rounded.
MOST_POINTS = 10_000
# Prices of a row are multiplied by at most so much to make it one of whole numbers.
MOST_TIMES = 1_000

_NOTHING = np.zeros(0, np.int64)


@dataclass(frozen=True)
class LeastCost:
    """``of_cost * cost + sum of weights[i] * people[i] >= least``, for a cell with people of each worth."""

    of_cost: int
    weights: tuple[int, ...]
    least: int


@lru_cache(maxsize=1024)
def least_costs(
    worth: tuple[int, ...], need: int, steps: tuple[tuple[int, int], ...], surplus_cents: int
) -> tuple[LeastCost, ...]:
    """Give the facets of the convex envelope of a cell's cost.

    Parameters
    ----------
    worth
        Pieces of a head that people of each kind count as, above 0.
    need
        Pieces needed.
    steps
        ``(width, cents)``: so many missing pieces cost so much each; the cheaper ones come first, in whatever order
        they are given.
    surplus_cents
        Price of each piece beyond.

    Returns
    -------
    Rows that every number of whole people keeps, without those that fractions keep as well. None for needs so large
    that rounding hardly matters.
    """
    most = [need // w + 2 for w in worth]
    if need <= 0 or not worth or not any(cents for _, cents in steps) or math.prod(m + 1 for m in most) > MOST_POINTS:
        return ()
    steps = tuple(sorted(steps, key=lambda step: step[1]))
    people = np.array(list(itertools.product(*(range(m + 1) for m in most))), np.int64)
    cost = _costs(people @ np.array(worth), need, steps, surplus_cents)
    rows = dict.fromkeys(_in_whole_numbers(slope, people, cost) for slope in _slopes(people, cost))
    pieces = need - np.cumsum([0, *(width for width, _ in steps)])
    corners = pieces, _costs(pieces, need, steps, surplus_cents)
    return tuple(row for row in rows if _holds(row, worth, surplus_cents) and not _implied(row, worth, *corners))


def _holds(row: LeastCost, worth: tuple[int, ...], surplus_cents: int) -> bool:
    """Tell whether a row holds beyond the people looked at, where cost grows by the price of what is too much."""
    return all(-weight <= row.of_cost * surplus_cents * w for weight, w in zip(row.weights, worth, strict=True))


def _implied(row: LeastCost, worth: tuple[int, ...], pieces: IntArray, cost: IntArray) -> bool:
    """Tell whether fractions of people keep a row too: at each corner of the cost of pieces, those of the best kind."""
    best = min(Fraction(weight, w) for weight, w in zip(row.weights, worth, strict=True))
    return all(row.of_cost * c + best * p >= row.least for p, c in zip(pieces.tolist(), cost.tolist(), strict=True))


def _costs(pieces: IntArray, need: int, steps: tuple[tuple[int, int], ...], surplus_cents: int) -> IntArray:
    """Price the pieces of a head that are there; steps begin with the cheapest."""
    missing, cost = np.maximum(need - pieces, 0), np.maximum(pieces - need, 0) * surplus_cents
    for width, cents in steps:
        here = np.minimum(missing, width)
        missing, cost = missing - here, cost + here * cents
    return cost


def _slopes(people: IntArray, cost: IntArray) -> list[tuple[float, ...]]:
    """Give the gradient of each facet of the convex envelope below some points."""
    # Nobody imports this unless people count as parts of a head.
    from scipy.spatial import ConvexHull

    points = np.column_stack([people, cost]).astype(float)
    # A point above the others makes a body of what may be flat.
    above = np.append(people[0], cost.max() + 1.0)
    facets = ConvexHull(np.vstack([points, above])).equations
    return [tuple(facet[:-2] / -facet[-2]) for facet in facets if facet[-2] < -1e-9]


def _in_whole_numbers(slope: tuple[float, ...], people: IntArray, cost: IntArray) -> LeastCost:
    """Give the row of a facet; how little it gives up by rounding is made sure of by the points themselves."""
    parts = [Fraction(s).limit_denominator(MOST_TIMES) for s in slope]
    of_cost = min(MOST_TIMES, math.lcm(*(part.denominator for part in parts)))
    weights = tuple(-round(part * of_cost) for part in parts)
    return LeastCost(of_cost, weights, int((of_cost * cost + people @ np.array(weights)).min()))


def add_least_costs(
    model: ModelContext,
    terms: tuple[IntArray, IntArray, IntArray],
    needs: Sequence[int],
    shortage: Sequence[Tier],
    surplus: Sequence[Tier],
    gap: IntArray,
) -> None:
    """Add the rows of :func:`least_costs` for cells whose gaps are priced by ``model.price_gaps``.

    Parameters
    ----------
    model
        Takes the rows.
    terms
        Cell, column and worth of each column that counts people.
    needs
        Pieces of a head needed, by cell.
    shortage, surplus
        ``(cell, width, cents)``, as gaps are priced; one surplus for each cell.
    gap
        Columns of the shortages, then of the surpluses.
    """
    cell, column, worth = (part[terms[2] > 0] for part in terms)
    tiers = np.array([*shortage, *surplus], np.int64).reshape(-1, 3)
    columns, weights, least = [_NOTHING], [_NOTHING], []
    for need, own, gaps in zip(needs, _by_cell(cell, len(needs)), _by_cell(tiers[:, 0], len(needs)), strict=True):
        kinds, kind = np.unique(worth[own], return_inverse=True)
        *steps, beyond = ((width, cents) for _, width, cents in tiers[gaps].tolist())
        for row in least_costs(tuple(kinds.tolist()), need, tuple(steps), beyond[1]):
            columns.append(np.concatenate([column[own], gap[gaps]]))
            weights.append(np.concatenate([np.array(row.weights)[kind], row.of_cost * tiers[gaps, 2]]))
            least.append(row.least)
    rows = np.repeat(np.arange(len(least)), [len(part) for part in columns[1:]])
    model.require(rows, np.concatenate(columns), np.concatenate(weights), least, None)


def _by_cell(cell: IntArray, cells: int) -> list[IntArray]:
    """Give the positions of each cell's entries, in order."""
    order = np.argsort(cell, kind="stable")
    return np.split(order, np.searchsorted(cell[order], np.arange(1, cells)))
