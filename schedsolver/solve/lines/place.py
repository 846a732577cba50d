"""Where annealing is: the duties of everybody, where their lines are, what they count and cover."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from schedsolver.domain.arrays import Int32Array, IntArray
from schedsolver.solve.lines.tables import END, FIRST, FOLLOW, PAID, Tables

if TYPE_CHECKING:
    from schedsolver.domain.options import DutyOptions

OFF = -1


class Place(NamedTuple):
    """Where annealing is.

    Attributes
    ----------
    sort
        Duty of each employee and day, ``OFF`` for none, shape ``(employees, days)``.
    node
        Where each line is before each day, same shape.
    entry
        Where the tables have the step that it takes from there, same shape.
    total
        What it has counted, shape ``(counts,)``.
    cents
        What each line costs, cover aside, shape ``(employees,)``.
    covered
        Duties in each row of cover, shape ``(rows,)``.
    random
        State of the random numbers, shape ``(1,)``.
    """

    sort: Int32Array
    node: Int32Array
    entry: Int32Array
    total: IntArray
    cents: IntArray
    covered: IntArray
    random: NDArray[np.uint64]


@njit(cache=True, nogil=True, forceinline=True)
def outside(tables: Tables, count: int, total: int) -> int:
    """Give by how much a count is outside of its bounds."""
    return int(max(0, tables.least[count] - total) + max(0, total - tables.most[count]))


@njit(cache=True, nogil=True, forceinline=True)
def entry_of(tables: Tables, employee: int, day: int, node: int, sort: int) -> int:
    """Give where the tables have a step."""
    return int(tables.base[employee, day] + node * tables.steps[employee] + tables.step[employee, sort])


def place_of(tables: Tables, options: DutyOptions, given: IntArray, seed: Sequence[int]) -> Place:
    """Give the place of the roster that has some of the options, by position; only counts may be beyond hard limits."""
    people, days = tables.base.shape[0], tables.base.shape[1]
    sort = np.full((people, days), OFF, np.int32)
    sort[options.employee[given], options.day[given]] = tables.sort[given]
    random = np.random.default_rng(seed).integers(1 << 63, size=1, dtype=np.uint64)
    total, covered = np.zeros(len(tables.least), np.int64), np.zeros(len(tables.row_cents), np.int64)
    node, entry = np.zeros((2, people, days), np.int32)
    cents = np.zeros(people, np.int64)
    place = Place(np.full((people, days), OFF, np.int32), node, entry, total, cents, covered, random)
    _walk(tables, place, sort)
    return place


def price_anew(tables: Tables, place: Place, cents: Int32Array) -> Tables:
    """Let duties and days off have other prices, ``cents`` as in the tables, and the lines of a place cost by these."""
    people, days = np.indices(place.sort.shape)
    place.cents[:] += (cents - tables.cents)[people, days, place.sort].sum(axis=1)
    return tables._replace(cents=cents)


def options_at(tables: Tables, place: Place) -> IntArray:
    """Give the options that the roster of a place has."""
    employee, day = np.nonzero(place.sort != OFF)
    given: IntArray = tables.option[employee, day, place.sort[employee, day]].astype(np.int64)
    return given


@njit(cache=True, nogil=True)
def count_cover(tables: Tables, place: Place) -> None:
    """Count anew what is covered, as threads that anneal at once may have miscounted it."""
    place.covered[:] = 0
    for employee in range(len(place.sort)):
        for day in range(place.sort.shape[1]):
            sort = place.sort[employee, day]
            if sort != OFF:
                option = tables.option[employee, day, sort]
                for k in range(tables.row_first[option], tables.row_first[option + 1]):
                    place.covered[tables.row[k]] += 1


@njit(cache=True, nogil=True)
def _walk(tables: Tables, place: Place, sort: Int32Array) -> None:
    """Go along all lines from the beginning, and add up what they cost, count and cover."""
    for employee in range(len(sort)):
        node = tables.start[employee]
        for day in range(sort.shape[1]):
            place.node[employee, day], place.sort[employee, day] = node, sort[employee, day]
            entry = entry_of(tables, employee, day, node, sort[employee, day])
            place.entry[employee, day], node = entry, tables.leads[entry, FOLLOW]
            place.cents[employee] += tables.leads[entry, PAID] + tables.cents[employee, day, sort[employee, day]]
            for k in range(tables.leads[entry, FIRST], tables.leads[entry, END]):
                place.total[tables.own_counts[employee] + tables.counted[k]] += tables.amount[k]
        for c in range(tables.own_counts[employee], tables.own_counts[employee + 1]):
            place.cents[employee] += outside(tables, c, place.total[c]) * tables.price[c]
    count_cover(tables, place)
