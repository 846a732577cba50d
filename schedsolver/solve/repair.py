"""Begin a search with an earlier roster, or with the nearest one that today's rules allow."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import numpy as np

from schedsolver.domain.arrays import BoolArray, IntArray
from schedsolver.model.values import counts_of
from schedsolver.solve.cpsat import CpResult, solve_cp

if TYPE_CHECKING:
    from schedsolver.domain.schedule import Schedule
    from schedsolver.model.build import BuiltModel
    from schedsolver.solve.board import Board
    from schedsolver.solve.start import Start

# What each attempt at the nearest roster may take.
REPAIR_SECONDS = 20.0
REPAIRED = "start, repaired"
# What a change of outlet, of shift type or skill, and a call in or off count as, in minutes moved.
ELSEWHERE, OTHERWISE, CALLED = 120, 30, 120


def take_up(board: Board, start: Start, search: Callable[..., CpResult]) -> None:
    """Give the search something to go on from.

    Parameters
    ----------
    board
        Where what is found goes.
    start
        The earlier roster.
    search
        Runs CP-SAT with columns fixed, and offers what it finds.
    """
    model = board.model
    duties, given = model.roster.duty_columns, counts_of(model, start.schedule)
    if start.report.ok:
        for fixed in (np.flatnonzero(model.decisions), duties):
            if board.values is None:
                search(fixed=fixed, fix_to=given, hint=given, phase="start")
        return
    repair(board, start, given, search)


def repair(board: Board, start: Start, given: IntArray, search: Callable[..., CpResult]) -> None:
    """Find the roster nearest to one that breaks rules, and offer it with its best breaks and activities.

    First duties are only taken away, which is soon done and gives a roster unless rules ask for work; then, with that
    to improve on, they may change.

    Parameters
    ----------
    board, start, search
        As for :func:`take_up`.
    given
        Columns that count the earlier roster, shape ``(columns,)``.
    """
    model, change = board.model, change_of(board.model, start.schedule)
    duties = model.roster.duty_columns
    nearest = _nearest(board, change, given[duties] > 0, fix_to=np.zeros_like(given), hint=given)
    if nearest is not None:
        board.offer(nearest, REPAIRED)
    for free in _attempts(model, start):
        nearer = _nearest(board, change, free, fix_to=given, hint=given if nearest is None else nearest)
        if nearer is not None:
            nearest = nearer
            board.offer(nearest, REPAIRED)
            break
    if nearest is not None:
        search(fixed=duties, fix_to=nearest, hint=nearest, phase=REPAIRED)


def change_of(model: BuiltModel, schedule: Schedule) -> IntArray:
    """Tell how far each duty option is from what its employee has in a roster, shape ``(options,)``.

    Parameters
    ----------
    model
        The model.
    schedule
        The roster; it names nothing that the problem does not have.

    Returns
    -------
    Minutes by which start and end move, with those of a change of outlet, shift or skill, less what it counts as to
    take the duty away; for a day off, the length of the duty and what it counts as to call someone in.
    """
    options, problem = model.roster.options, model.roster.problem
    minute = problem.horizon.minute_of
    change: IntArray = options.end - options.start + CALLED
    for duty in schedule.duty_list:
        own = options.of_employee(problem.employee_index[duty.employee_id])
        that_day = own.start + np.flatnonzero(options.day[own] == problem.horizon.day_index(duty.date))
        skill = -1 if duty.skill_id is None else problem.skill_index[duty.skill_id]
        shift_type = problem.shift_type_index[duty.shift_type_id]
        moved = abs(options.start[that_day] - minute(duty.start)) + abs(options.end[that_day] - minute(duty.end))
        moved += ELSEWHERE * (options.outlet[that_day] != problem.outlet_index[duty.outlet_id])
        moved += OTHERWISE * ((options.shift_type[that_day] != shift_type) | (options.skill[that_day] != skill))
        change[that_day] = np.minimum(change[that_day], moved - duty.minutes - CALLED)
    return change


def _attempts(model: BuiltModel, start: Start) -> Iterator[BoolArray]:
    """Give the options that may change: first those of people in whose duties something is broken, then all."""
    options, index = model.roster.options, model.roster.problem.employee_index
    names = {finding.employee_id for finding in start.report.violations}
    if None not in names:
        yield np.isin(options.employee, [index[name] for name in names if name is not None])
    yield np.ones(len(options), bool)


def _nearest(board: Board, change: IntArray, free: BoolArray, *, fix_to: IntArray, hint: IntArray) -> IntArray | None:
    """Find a roster of little change, least if time allows, with duties fixed except those that are free."""
    roster = board.model.roster
    if board.stopped or board.work_left <= 0:
        return None
    problem = roster.cp.clone()
    problem.clear_objective()
    problem.proto.objective.vars.extend(roster.duty_columns.tolist())
    problem.proto.objective.coeffs.extend(change.tolist())
    limits = board.limits(seconds=REPAIR_SECONDS, work=REPAIR_SECONDS)
    fixed = roster.duty_columns[~free]
    result = solve_cp(problem, limits, fixed=fixed, fix_to=fix_to, hint=hint, stop=board.stop)
    board.spend(result.work)
    return result.values
