"""Shares of places rounded to lines of work: who is where on which day, as the rules about single employees allow.

A linear programme says how much of a day everybody should be at each outlet. Everybody gets a line of whole days: days
and outlets of large shares, about as many people at an outlet on a day as its shares add up to, and nothing that rules
about runs of days, rests, weekends or counts forbid; what these rules price is paid for.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from schedsolver.domain.arrays import BoolArray, FloatArray, IntArray
from schedsolver.domain.line import LineCover
from schedsolver.solve.lines.annealing import anneal
from schedsolver.solve.lines.describe import LineProblem, line_problems
from schedsolver.solve.lines.generation import first_lines
from schedsolver.solve.lines.master import Cover, joined
from schedsolver.solve.lines.place import options_at, place_of
from schedsolver.solve.lines.pricer import Pricers
from schedsolver.solve.lines.tables import tables_of

if TYPE_CHECKING:
    from schedsolver.model.context import RosterModel

# A day costs minus the logarithm of its share, and one person more or less at a place than its shares add up to as much
# as a mean duty, which is so many units of that. No share counts as less than the least.
UNITS_A_DUTY, LEAST_SHARE = 8, 0.1
# Cents of a unit where duties cost little or nothing.
LEAST_UNIT = 100.0
# How many people more or less are told apart by what they cost.
SQUARES = 3
# Moves of annealing for each employee and day, and its first and last temperature in those units.
MOVES_A_DAY, HOT, COLD = 4_000, 1.0, 0.05


def whole_lines(roster: RosterModel, given: FloatArray, share: FloatArray, seed: int) -> BoolArray | None:
    """Round how much everybody is at each outlet on each day to lines that keep all hard limits.

    Parameters
    ----------
    roster
        Its rules about single employees are kept; nobody may have two duties a day.
    given
        How much of each option a linear programme gives, shape ``(options,)``.
    share
        What that adds up to, shape ``(employees, days, outlets)``.
    seed
        Source of the choices.

    Returns
    -------
    Who is where when, shape as ``share``; ``None`` if somebody can have no line at all.
    """
    options = roster.options
    duty = roster.column_cents()[roster.duty_columns] @ given / max(1.0, given.sum())
    unit = max(LEAST_UNIT, duty / UNITS_A_DUTY)
    lines = [_priced(line, share[line.employee], options.outlet[line.options], unit) for line in line_problems(roster)]
    place_of_option = options.day * share.shape[2] + options.outlet
    cover = Cover([_wanted(share, place_of_option, unit * UNITS_A_DUTY)], len(options))
    employees = np.arange(len(lines))
    first = first_lines(Pricers.of(lines, 1), cover, employees.tolist(), 1)
    if first is None:
        return None
    tables = tables_of(lines, options, cover)
    place = place_of(tables, options, joined(first), [seed])
    anneal(tables, place, employees, employees, MOVES_A_DAY * place.sort.size, HOT * unit, COLD * unit)
    there, whole = options_at(tables, place), np.zeros(share.shape, bool)
    whole[options.employee[there], options.day[there], options.outlet[there]] = True
    return whole


def _priced(line: LineProblem, share: FloatArray, outlet: IntArray, unit: float) -> LineProblem:
    """Let duties cost what the shares of their places are short of the likeliest way to spend the day.

    Parameters
    ----------
    line
        Whose duties.
    share
        Of this employee, shape ``(days, outlets)``.
    outlet
        Of each of the options, shape ``(n,)``.
    unit
        Cents of a factor e between two shares.
    """
    there = np.clip(share[line.day, outlet], LEAST_SHARE, 1)
    likeliest = away = np.clip(1 - share.sum(axis=1), LEAST_SHARE, 1)
    likeliest = np.maximum(away, np.clip(share.max(axis=1), LEAST_SHARE, 1))
    day_cents = line.day_cents.copy()
    day_cents[:, 0] += np.rint(unit * np.log(likeliest / away))
    return replace(
        line, cents=np.rint(unit * np.log(likeliest[line.day] / there)).astype(np.int64), day_cents=day_cents
    )


def _wanted(share: FloatArray, place: IntArray, cents: float) -> LineCover:
    """Want as many people at each outlet on each day as its shares add up to.

    Missing all of a few people is far worse than parts of many: it costs as the square of the distance does at whole
    numbers, and from ``SQUARES`` people apart on as much for each more.

    Parameters
    ----------
    share
        Shape ``(employees, days, outlets)``.
    place
        Number of the outlet and day of each option, shape ``(options,)``.
    cents
        Price of a distance of 1.
    """
    total = share.sum(axis=0).ravel()
    target = np.rint(total).astype(np.int64)
    each = np.arange(len(total))

    def tiers(beyond: FloatArray, most: IntArray) -> IntArray:
        """Price people on one side of a target that is beyond the sum of shares by so much towards that side."""
        steps = range(SQUARES + 1)
        width = [np.clip(most - step, 0, 1 if step < SQUARES else None) for step in steps]
        price = [np.rint(cents * (1 + 2 * step + 2 * beyond)).astype(np.int64) for step in steps]
        return np.concatenate([np.stack([each, *tier], axis=1) for tier in zip(width, price, strict=True)])

    everybody = np.full(len(total), len(share))
    return LineCover(
        place, np.arange(len(place)), target, tiers(total - target, target), tiers(target - total, everybody)
    )
