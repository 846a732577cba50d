"""Amounts by day added up over periods: rows for a model, sums for the checker."""

from __future__ import annotations

import bisect
import datetime as dt
import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from schedsolver.domain.arrays import BoolArray, IntArray
from schedsolver.domain.columns import PaidColumns
from schedsolver.domain.rule import ModelContext, Rule
from schedsolver.domain.scope import Scope
from schedsolver.rules.days import WORKED, DutiesRule

if TYPE_CHECKING:
    from schedsolver.domain.problem import Problem
    from schedsolver.rules.periods import PeriodRule, Span

_Terms = tuple[IntArray, IntArray, IntArray]


def longest_period(rule: PeriodRule) -> int | None:
    """Give the most days that a period of a rule can have, of the weekdays in its scope; ``None`` for the horizon."""
    if rule.per == "horizon":
        return None
    days = rule.days or {"day": 1, "week": 7, "month": 31, "quarter": 92, "year": 366}[rule.per]
    weekdays = len(set(rule.scope.weekdays)) or 7
    return days // 7 * weekdays + min(days % 7, weekdays)


@dataclass(frozen=True)
class Tally:
    """What is added up for each employee of a rule and each period: one row of columns for each pair.

    Attributes
    ----------
    row, column, coefficient
        Terms of the days planned, shape ``(n,)`` each; row = employee x periods + period.
    before
        What the known history adds up to, shape ``(employees, periods)``.
    reach
        More than this the days planned cannot add up to; same shape.
    """

    row: IntArray
    column: IntArray
    coefficient: IntArray
    before: IntArray
    reach: IntArray

    def terms_of(self, kept: BoolArray) -> _Terms:
        """Give the terms of some rows, ``kept`` of shape ``(employees, periods)``, numbered anew."""
        number = np.cumsum(kept) - 1
        of = np.flatnonzero(kept.ravel()[self.row])
        return number[self.row[of]], self.column[of], self.coefficient[of]

    def keep_at_most(self, rule: Rule, model: ModelContext, most: ArrayLike) -> None:
        """Limit each sum to ``most``, or to what history made of it; shapes broadcast to that of ``before``."""
        left = np.maximum(np.asarray(most, np.int64) - self.before, 0)
        self._limit(rule, model, self.reach > left, 1, left)

    def keep_at_least(self, rule: Rule, model: ModelContext, least: int, asked: BoolArray) -> None:
        """Let each sum of the periods asked reach ``least``; ``asked`` of shape ``(periods,)``."""
        missing = least - self.before
        self._limit(rule, model, asked & (missing > 0), -1, -missing)

    def _limit(self, rule: Rule, model: ModelContext, kept: BoolArray, sign: int, upper: IntArray) -> None:
        if kept.any():
            row, column, coefficient = self.terms_of(kept)
            unit = units_of(row, coefficient, upper[kept])
            factors = sign * coefficient // unit[row]
            model.limit(rule, row, column, factors, upper[kept] // unit, units=unit)


def units_of(row: IntArray, coefficient: IntArray, numbers: IntArray) -> IntArray:
    """Give the largest unit of each row in which its terms and its own numbers are whole.

    Parameters
    ----------
    row, coefficient
        Terms, shape ``(n,)`` each.
    numbers
        Shape ``(rows,)`` or ``(rows, k)``.
    """
    unit: IntArray = np.gcd.reduce(numbers.reshape(len(numbers), -1), axis=1)
    np.gcd.at(unit, row, coefficient)
    return np.maximum(unit, 1)


def tally_of_days(rule: DutiesRule, model: ModelContext, spans: Sequence[Span]) -> Tally:
    """Count the days of the scope with a duty that counts."""
    grid = rule.grid(model)
    cells = grid.cells[list(rule.scope.employees_of(model.problem))]
    inside = days_inside(model.problem, rule.scope, spans)
    row, column = _over_days(cells, inside)
    before = (cells == WORKED).astype(np.int64) @ inside.T
    return Tally(row, column, np.ones(len(row), np.int64), before, (cells >= 0).astype(np.int64) @ inside.T)


def tally_of_minutes(
    rule: Rule, model: ModelContext, spans: Sequence[Span], paid: PaidColumns, past: Iterable[Mapping[dt.date, int]]
) -> Tally:
    """Add up paid minutes of the days of the scope.

    Parameters
    ----------
    rule, model
        Who counts, and what is planned.
    spans
        Over which periods.
    paid
        What counts, of whomever.
    past
        Paid minutes by date that history has, for each employee of the rule.
    """
    problem = model.problem
    inside = days_inside(problem, rule.scope, spans)
    known = inside.shape[1] - problem.horizon.days
    employees = list(rule.scope.employees_of(problem))
    history = np.zeros((len(employees), known), np.int64)
    for own, amounts in zip(history, past, strict=True):
        for date, amount in amounts.items():
            if date >= problem.known_from:
                own[known + problem.horizon.day_index(date)] = amount
    position = np.full(len(problem.staff), -1, np.int64)
    position[employees] = np.arange(len(employees))
    planned = inside[:, known:]
    counted: BoolArray = np.any(planned, axis=0)
    of = np.flatnonzero((position[paid.employee] >= 0) & counted[paid.day] & (paid.minutes > 0))
    who, day, minutes, column = position[paid.employee[of]], paid.day[of], paid.minutes[of], paid.column[of]
    most = np.zeros((len(employees), problem.horizon.days), np.int64)
    (np.maximum if model.one_a_day else np.add).at(most, (who, day), minutes)
    if planned.sum(axis=0).max(initial=0) > 1:
        cells, unit = _day_totals(model, (who, day, minutes, column), most)
        row, column = _over_days(cells, planned)
        minutes = np.full(len(row), unit)
    else:
        row = who * len(spans) + planned.argmax(axis=0)[day]
    return Tally(row, column, minutes, history @ inside[:, :known].T, most @ planned.T)


def days_inside(problem: Problem, scope: Scope, spans: Sequence[Span]) -> BoolArray:
    """Tell which days of the scope lie in each span, shape ``(spans, days known + days planned)``."""
    first = problem.known_from
    days = (problem.horizon.end - first).days
    meant = np.array([scope.has_date(first + dt.timedelta(days=d), problem) for d in range(days)])
    bounds = np.array([((span.first - first).days, (span.last - first).days) for span in spans]).reshape(-1, 2, 1)
    day = np.arange(days)
    inside: BoolArray = (bounds[:, 0] <= day) & (day <= bounds[:, 1]) & meant
    return inside


def _over_days(cells: IntArray, inside: BoolArray) -> tuple[IntArray, IntArray]:
    """Give row and column of each term: the columns of each employee's days, wherever a period has the day."""
    span, day = np.nonzero(inside)
    row = np.arange(len(cells))[:, None] * len(inside) + span
    column = cells[:, day]
    there = column >= 0
    return row[there], column[there]


def _day_totals(
    model: ModelContext, terms: tuple[IntArray, IntArray, IntArray, IntArray], most: IntArray
) -> tuple[IntArray, int]:
    """Add a column for each employee and day that is its paid time, so that periods which overlap share it.

    Parameters
    ----------
    terms
        Employee, day, minutes and column of what is paid, shape ``(n,)`` each.
    most
        Most minutes of each employee and day.

    Returns
    -------
    The columns, -1 where there is nothing to add, and the minutes that one of them counts in.
    """
    who, day, minutes, column = terms
    unit = max(1, int(np.gcd.reduce(minutes)))
    cells, row = np.unique(who * most.shape[1] + day, return_inverse=True)
    total = model.new_columns(most.ravel()[cells] // unit)
    nothing = np.zeros(len(cells), np.int64)
    model.require(
        np.concatenate([row, np.arange(len(cells))]),
        np.concatenate([column, total]),
        np.concatenate([minutes // unit, np.full(len(cells), -1)]),
        nothing,
        nothing,
    )
    column_of = np.full(most.size, -1, np.int64)
    column_of[cells] = total
    return column_of.reshape(most.shape), unit


class DaySums:
    """Amounts of days added up over periods, for the checker.

    Only known and planned days that the scope means are added.

    Parameters
    ----------
    problem, scope
        Which days there are.
    amounts
        Amount of each date that has any.
    """

    def __init__(self, problem: Problem, scope: Scope, amounts: Mapping[dt.date, int]) -> None:
        self._planned_from = problem.horizon.start
        inside = (date for date in amounts if problem.known_from <= date < problem.horizon.end)
        self._dates = sorted(date for date in inside if scope.has_date(date, problem))
        self._sums = list(itertools.accumulate((amounts[date] for date in self._dates), initial=0))

    def total(self, span: Span) -> int:
        """Add up a period."""
        return self._until(span.last + dt.timedelta(days=1)) - self._until(span.first)

    def before(self, span: Span) -> int:
        """Add up what history has of a period."""
        return max(0, self._until(self._planned_from) - self._until(span.first))

    def _until(self, date: dt.date) -> int:
        """Add up all days before a date."""
        return self._sums[bisect.bisect_left(self._dates, date)]
