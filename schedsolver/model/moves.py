"""Moves of people with two duties on one day: a column for each way they could go between."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from schedsolver.domain.arrays import IntArray
from schedsolver.domain.columns import MoveColumns, PaidColumns
from schedsolver.domain.options import DutyOptions

if TYPE_CHECKING:
    from schedsolver.domain.problem import Problem
    from schedsolver.model.context import RosterModel


def add_moves(model: RosterModel) -> None:
    """Fill the ``moves`` of a model in which someone may have two duties a day, and count their ways as paid time.

    Whoever has duties at two outlets on a day makes one of the two moves between them, and has the time for it.
    """
    options, problem = model.options, model.problem
    way = _minutes_between(problem)
    found: list[tuple[int, int, int, int]] = []
    needs: list[list[IntArray]] = []
    pairs: list[tuple[int, int, int, int]] = []
    for own in np.split(np.arange(len(options)), _new_days(options)):
        at = {int(o): own[options.outlet[own] == o] for o in np.unique(options.outlet[own])}
        for a, b in itertools.permutations(at, 2):
            where = int(options.employee[own[0]]), int(options.day[own[0]]), a, b
            pairs += [where] if a < b else []
            earlier, later = _in_time(options, at[a], at[b], int(way[a, b]))
            if earlier.size:
                found.append(where)
                needs.append(list(_needed(options, earlier, later, int(way[a, b]))))
    employee, day, origin, destination = np.array(found, np.int64).reshape(-1, 4).T
    model.moves = MoveColumns(employee, day, origin, destination, model.new_columns(np.ones(len(found))))
    _require_time(model, needs)
    _require_moves(model, np.array(pairs, np.int64).reshape(-1, 4))
    model.paid = PaidColumns(
        np.concatenate([model.paid.employee, employee]),
        np.concatenate([model.paid.day, day]),
        np.concatenate([model.paid.minutes, way[origin, destination]]),
        np.concatenate([model.paid.column, model.moves.column]),
    )


def _new_days(options: DutyOptions) -> IntArray:
    """Give the positions at which the options of another employee or day begin."""
    return np.flatnonzero(np.diff(options.employee) | np.diff(options.day)) + 1


def _minutes_between(problem: Problem) -> IntArray:
    names = [outlet.outlet_id for outlet in problem.outlets]
    return np.array([[problem.travel.between(a, b) for b in names] for a in names], np.int64)


def _in_time(options: DutyOptions, earlier: IntArray, later: IntArray, way: int) -> tuple[IntArray, IntArray]:
    """Give those of some options that leave time for a way before or after some of the others, and these."""
    end, start = options.end[earlier], options.start[later]
    return earlier[end + way <= start.max()], later[start >= end.min() + way]


def _needed(options: DutyOptions, earlier: IntArray, later: IntArray, way: int) -> Iterator[IntArray]:
    """Give sets of options of which whoever moves has one.

    Those are the earlier ones, the later ones, and those that end before a time or begin a way after it.
    """
    yield earlier
    yield later
    end, start = options.end[earlier], options.start[later]
    too_soon_before = 0
    for moment in np.unique(end):
        too_soon = start < moment + way
        if too_soon.sum() > too_soon_before:
            too_soon_before = too_soon.sum()
            yield np.concatenate([earlier[end < moment], later[~too_soon]])


def _require_time(model: RosterModel, needs: list[list[IntArray]]) -> None:
    """Let nobody make a move without one of each of its sets of options."""
    move = np.repeat(model.moves.column, [len(needed) for needed in needs])
    sets = list(itertools.chain.from_iterable(needs))
    row = np.repeat(np.arange(len(sets)), [len(members) for members in sets])
    given = model.duty_columns[np.concatenate([*sets, model.duty_columns[:0]])]
    model.require(
        np.concatenate([row, np.arange(len(sets))]),
        np.concatenate([given, move]),
        np.repeat([-1, 1], [len(given), len(sets)]),
        None,
        np.zeros(len(sets)),
    )


def _require_moves(model: RosterModel, pairs: IntArray) -> None:
    """Ask for a move exactly of those with duties at both outlets of a pair; one row of ``pairs`` a pair."""
    options, problem, moves = model.options, model.problem, model.moves
    shape = len(problem.staff), problem.horizon.days, len(problem.outlets)
    cell = np.ravel_multi_index((options.employee, options.day, options.outlet), shape)
    present = model.any_of(cell, model.duty_columns, int(np.prod(shape)), clique=model.cliques).reshape(shape)
    row_of = np.zeros((*shape, len(problem.outlets)), np.int64)
    employee, day, a, b = pairs.T
    row_of[employee, day, a, b] = row_of[employee, day, b, a] = np.arange(len(pairs))
    model.require(
        np.concatenate(
            [np.tile(np.arange(len(pairs)), 2), row_of[moves.employee, moves.day, moves.origin, moves.destination]]
        ),
        np.concatenate([present[employee, day, a], present[employee, day, b], moves.column]),
        np.repeat([1, -1], [2 * len(pairs), len(moves.column)]),
        None,
        np.ones(len(pairs)),
    )
