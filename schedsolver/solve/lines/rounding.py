"""Shares of places rounded to lines of work: who is where on which day, as the rules about single employees allow.

A linear programme says how much of a day everybody should be at each outlet. Everybody gets a line of whole days: days
and outlets of large shares, about as many people at an outlet on a day as its shares add up to, no more days in a week
than someone's shares add up to, and nothing that rules say of lines (``Rule.line_parts``) forbid; what they price is
paid for. Rules that say nothing of lines are left to those who take the answer.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from schedsolver.domain.arrays import BoolArray, FloatArray, IntArray
from schedsolver.domain.line import FORBIDDEN, LineCover, Walk
from schedsolver.solve.lines.annealing import anneal
from schedsolver.solve.lines.describe import LineProblem, line_problems
from schedsolver.solve.lines.generation import first_lines
from schedsolver.solve.lines.master import Cover, joined
from schedsolver.solve.lines.place import options_at, place_of
from schedsolver.solve.lines.pricer import Pricers
from schedsolver.solve.lines.tables import tables_of
from schedsolver.solve.outline import TOLERANCE

if TYPE_CHECKING:
    from schedsolver.domain.options import DutyOptions
    from schedsolver.model.context import RosterModel

# A day costs minus the logarithm of its share, and one person more or less at a place than its shares add up to as much
# as a mean duty, which is so many units of that. No share counts as less than the least.
UNITS_A_DUTY, LEAST_SHARE = 8, 0.1
# Cents of a unit where duties cost little or nothing.
LEAST_UNIT = 100.0
# How many people more or less are told apart by what they cost.
SQUARES = 3
# Moves of annealing for each employee and day, its first and last temperature in units, and how many there are.
MOVES_A_DAY, HOT, COLD, TEMPERATURES = 4_000, 1.0, 0.05, 60


def whole_lines(
    roster: RosterModel, given: FloatArray, share: FloatArray, week: IntArray, seed: int, stopped: Callable[[], bool]
) -> BoolArray | None:
    """Round how much everybody is at each outlet on each day to lines.

    Parameters
    ----------
    roster
        Its rules are asked of lines; nobody may have two duties a day.
    given
        How much of each option a linear programme gives, shape ``(options,)``.
    share
        What that adds up to, shape ``(employees, days, outlets)``.
    week
        Week of each day, from 0, shape ``(days,)``.
    seed
        Source of the choices.
    stopped
        Asked now and then; true ends the rounding with what there is.

    Returns
    -------
    Who is where when, shape as ``share``; ``None`` if somebody can have no line at all.
    """
    options = roster.options
    duty = roster.column_cents()[roster.duty_columns] @ given / max(1.0, given.sum())
    unit = max(LEAST_UNIT, duty / UNITS_A_DUTY)
    lines = [_priced(line, share[line.employee], options, unit, week) for line in line_problems(roster)]
    cover = Cover([_heads(share, options, unit * UNITS_A_DUTY)], len(options))
    employees = np.arange(len(lines))
    first = first_lines(Pricers.of(lines, 1), cover, employees.tolist(), 1)
    if first is None:
        return None
    tables = tables_of(lines, options, cover)
    place = place_of(tables, options, joined(first), [seed])
    moves = MOVES_A_DAY * place.sort.size // TEMPERATURES
    for temperature in np.geomspace(HOT * unit, COLD * unit, TEMPERATURES):
        if not stopped():
            anneal(tables, place, employees, employees, moves, temperature, temperature)
    there, whole = options_at(tables, place), np.zeros(share.shape, bool)
    whole[options.employee[there], options.day[there], options.outlet[there]] = True
    return whole


def _priced(line: LineProblem, share: FloatArray, options: DutyOptions, unit: float, week: IntArray) -> LineProblem:
    """Let duties and days off cost minus the logarithm of their shares, and limit the days of each week.

    Parameters
    ----------
    line
        Whose duties.
    share
        Of this employee, shape ``(days, outlets)``.
    options
        All duty options.
    unit
        Cents of a factor e between two shares.
    week
        Week of each day, from 0, shape ``(days,)``.
    """
    there, away = share[line.day, options.outlet[line.options]], 1 - share.sum(axis=1)
    day_cents = line.day_cents.copy()
    day_cents[:, 0] += _cents(away, unit)
    most = np.ceil(np.bincount(week, share.sum(axis=1)) - TOLERANCE).astype(np.int64)
    walks = (*line.walks, _days_by_week(week, most, day_cents.shape[1]))
    return replace(line, cents=_cents(there, unit), day_cents=day_cents, walks=walks)


def _cents(share: FloatArray, unit: float) -> IntArray:
    return np.rint(-unit * np.log(np.clip(share, LEAST_SHARE, 1))).astype(np.int64)


def _days_by_week(week: IntArray, most: IntArray, steps: int) -> Walk:
    """Give the walk that counts the days of each week, shape ``(weeks,)`` at most, and forbids more.

    Its classes of days are the first of each week and the others of each.
    """
    first = np.append(True, np.diff(week) > 0)
    states = np.arange(1 + most.max())
    before = np.stack([np.zeros_like(states), states])[:, None, :, None]
    after = np.broadcast_to(before + (np.arange(steps) > 0), (2, len(most), len(states), steps))
    allowed = after <= np.maximum(most[None, :, None, None], before)
    shape = 2 * len(most), len(states), steps
    follow = np.where(allowed, after, 0).reshape(shape)
    return Walk(np.where(first, week, len(most) + week), follow, np.where(allowed, 0, FORBIDDEN).reshape(shape))


def _heads(share: FloatArray, options: DutyOptions, cents: float) -> LineCover:
    """Want as many people at each outlet on each day as its shares add up to.

    Missing all of a few people is far worse than parts of many: it costs as the square of the distance does at whole
    numbers, and from ``SQUARES`` people apart on as much for each more.

    Parameters
    ----------
    share
        Shape ``(employees, days, outlets)``.
    options
        All duty options.
    cents
        Price of a distance of 1.
    """
    total = share.sum(axis=0).ravel()
    target = np.rint(total).astype(np.int64)
    each, everybody = np.arange(len(total)), np.full(len(total), len(share))

    def tiers(beyond: FloatArray, most: IntArray) -> IntArray:
        """Price people on one side of a target that is beyond the sum of shares by so much towards that side."""
        steps = range(SQUARES + 1)
        width = [np.clip(most - step, 0, 1 if step < SQUARES else None) for step in steps]
        price = [np.rint(cents * (1 + 2 * step + 2 * beyond)).astype(np.int64) for step in steps]
        return np.concatenate([np.stack([each, *tier], axis=1) for tier in zip(width, price, strict=True)])

    shortage, surplus = tiers(total - target, target), tiers(target - total, everybody)
    return LineCover(options.day * share.shape[2] + options.outlet, np.arange(len(options)), target, shortage, surplus)
