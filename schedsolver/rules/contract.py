"""What a contract says of a week: hours and days."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar

import numpy as np
from pydantic import Field

from schedsolver.domain.horizon import MINUTES_PER_DAY, monday_of
from schedsolver.domain.options import IntArray
from schedsolver.domain.rule import BY_DATE, BY_PEOPLE, Judgement, ModelContext, Rule, Scope

if TYPE_CHECKING:
    from schedsolver.domain.people import Leave
    from schedsolver.domain.problem import Problem
    from schedsolver.domain.schedule import Duty, Schedule

Price = Annotated[int, Field(ge=0, le=10**6)]


class DaysPerWeek(Rule):
    """An employee has duties on at most so many days of a week, Monday to Sunday; history counts.

    Attributes
    ----------
    maximum
        Days; a soft rule charges its weight for each day more.
    """

    name: ClassVar[str] = "contract.days_per_week"
    may_be_soft: ClassVar[bool] = True
    scoped_by: ClassVar[frozenset[str]] = BY_PEOPLE | BY_DATE

    maximum: Annotated[int, Field(ge=0, le=7)]

    def add_to(self, model: ModelContext) -> None:
        """Limit the duties of each employee and week."""
        problem = model.problem
        weeks = list(_weeks_of(problem, self.scope))
        row, column = _terms(model, weeks)
        left = [max(0, self.maximum - week.history_days) for week in weeks]
        model.limit(self, row, model.duty_columns[column], np.ones(len(column), np.int64), left)

    def judge(self, problem: Problem, schedule: Schedule) -> Judgement:
        """Count the days worked in each week."""
        weeks = _weeks_of(problem, self.scope)
        excess = []
        for week in weeks:
            before = week.history_days
            days = before + len({duty.date for duty in week.duties_in(schedule)})
            words = f"{week.employee_id} works {days} days in the week of {week.monday}, {self.maximum} allowed"
            excess.append((days - max(self.maximum, before), words, {"employee_id": week.employee_id}))
        return self.over_limit(excess)


class WeeklyHours(Rule):
    """Paid time short of, or beyond, the contract's weekly minutes costs; history and leave count.

    A week that the horizon cuts is judged by its days in the horizon, and those before it when there
    is any history, at a seventh of the weekly minutes each. A whole day of leave, whichever day of the
    week, lowers what is owed by the contract's minutes for such a day.

    Attributes
    ----------
    under_cents_per_minute, over_cents_per_minute
        Price of each minute short or beyond.
    most_over_minutes
        Hard limit on the minutes beyond; ``None`` for none.
    """

    name: ClassVar[str] = "contract.weekly_hours"
    scoped_by: ClassVar[frozenset[str]] = BY_PEOPLE | BY_DATE

    under_cents_per_minute: Price = 0
    over_cents_per_minute: Price = 0
    most_over_minutes: Annotated[int, Field(ge=0)] | None = None

    def add_to(self, model: ModelContext) -> None:
        """Tie the paid time of each employee and week to the minutes owed."""
        problem, options = model.problem, model.options
        weeks = list(_weeks_of(problem, self.scope))
        row, option = _terms(model, weeks)
        owed = np.array([week.owed_minutes - week.history_minutes for week in weeks], np.int64)
        paid = options.paid_minutes[option]
        most = [week.most_over(self.most_over_minutes) for week in weeks]
        unit = math.gcd(*owed.tolist(), *paid.tolist(), *most) or 1
        shortage = [(r, max(0, owe) // unit, self.under_cents_per_minute * unit) for r, owe in enumerate(owed.tolist())]
        surplus = [(r, over // unit, self.over_cents_per_minute * unit) for r, over in enumerate(most)]
        model.price_gaps(self, (row, model.duty_columns[option], paid // unit), owed // unit, shortage, surplus)

    def judge(self, problem: Problem, schedule: Schedule) -> Judgement:
        """Add up the paid time of each week and price the difference."""
        violations, penalties = [], []
        for week in _weeks_of(problem, self.scope):
            paid = week.history_minutes + sum(problem.paid_minutes(duty) for duty in week.duties_in(schedule))
            under, over = max(0, week.owed_minutes - paid), max(0, paid - week.owed_minutes)
            words = f"{week.employee_id}: {paid} paid minutes of {week.owed_minutes} owed in the week of {week.monday}"
            if self.most_over_minutes is not None and over > week.most_over(self.most_over_minutes):
                violations.append(self.violation(words, employee_id=week.employee_id))
            cents = under * self.under_cents_per_minute + over * self.over_cents_per_minute
            if cents:
                penalties.append(self.penalty(cents, words, employee_id=week.employee_id))
        return Judgement(tuple(violations), tuple(penalties))


@dataclass(frozen=True)
class _Week:
    """The days of one calendar week that a rule counts for one employee.

    Attributes
    ----------
    employee, employee_id
        Position in ``staff`` and name.
    monday
        First day of the calendar week.
    dates
        Days planned.
    history_days, history_minutes
        Days worked and paid time given in the week before the horizon.
    owed_minutes
        Paid time the contract asks for.
    """

    employee: int
    employee_id: str
    monday: dt.date
    dates: frozenset[dt.date]
    history_days: int
    history_minutes: int
    owed_minutes: int

    def duties_in(self, schedule: Schedule) -> list[Duty]:
        """Give the employee's duties of this week."""
        return [d for d in schedule.duties_of.get(self.employee_id, ()) if d.date in self.dates]

    def most_over(self, limit: int | None) -> int:
        """Give the minutes that may be worked beyond those owed; what history already exceeded is let be."""
        exceeded = max(0, self.history_minutes - self.owed_minutes)
        return exceeded + 7 * MINUTES_PER_DAY if limit is None else max(limit, exceeded)


def _weeks_of(problem: Problem, scope: Scope) -> Iterator[_Week]:
    """Give the weeks of the horizon for each employee a scope means."""
    first_known = problem.horizon.start - dt.timedelta(days=6 if problem.history else 0)
    mondays = sorted({monday_of(date) for date in problem.horizon.dates})
    leaves: dict[str, list[Leave]] = {e.employee_id: [] for e in problem.staff}
    for leave in problem.leave:
        leaves[leave.employee_id].append(leave)
    for employee in scope.employees_of(problem):
        name = problem.staff[employee].employee_id
        contract = problem.contract_of[name]
        for monday in mondays:
            week = [monday + dt.timedelta(days=i) for i in range(7)]
            counted = {d for d in week if first_known <= d < problem.horizon.end and scope.has_date(d)}
            history = tuple(d for d in problem.history_of(employee) if d.date in counted)
            credit = contract.leave_day_minutes * sum(_on_leave(d, leaves[name]) for d in counted)
            yield _Week(
                employee,
                name,
                monday,
                frozenset(d for d in counted if d in problem.horizon),
                len({d.date for d in history}),
                sum(problem.paid_minutes(duty) for duty in history),
                max(0, contract.weekly_minutes * len(counted) // 7 - credit),
            )


def _on_leave(date: dt.date, leaves: list[Leave]) -> bool:
    return any(leave.start is None and leave.first_day <= date <= leave.last_day for leave in leaves)


def _terms(model: ModelContext, weeks: list[_Week]) -> tuple[IntArray, IntArray]:
    """Give row and option of each duty option that falls into one of the weeks."""
    options, horizon = model.options, model.problem.horizon
    row_of = np.full((len(model.problem.staff), horizon.days), -1, np.int64)
    for r, week in enumerate(weeks):
        row_of[week.employee, [horizon.day_index(date) for date in week.dates]] = r
    row = row_of[options.employee, options.day]
    option = np.flatnonzero(row >= 0)
    return row[option], option
