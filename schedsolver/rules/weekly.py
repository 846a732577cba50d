"""The hours a contract asks for in each week."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, ClassVar

import numpy as np
from pydantic import Field

from schedsolver.domain.arrays import IntArray
from schedsolver.domain.horizon import MINUTES_PER_DAY, monday_of
from schedsolver.domain.rule import Judgement, ModelContext, Rule
from schedsolver.domain.scope import BY_DATE, BY_PEOPLE, Scope
from schedsolver.rules.paid import paid_by_date

if TYPE_CHECKING:
    from schedsolver.domain.people import Leave
    from schedsolver.domain.problem import Problem
    from schedsolver.domain.schedule import Duty, PlannedLeave, Schedule

Price = Annotated[int, Field(ge=0, le=10**6)]


class WeeklyHours(Rule):
    """Paid time short of, or beyond, the contract's weekly minutes costs; history and leave count.

    A week that the horizon cuts is judged by its days in the horizon, and those before it when there
    is any history, at a seventh of the weekly minutes each. A whole day of leave, given or planned, whichever
    day of the week, lowers what is owed by the contract's minutes for such a day.

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
        problem, limit = model.problem, self.most_over_minutes
        weeks = list(_weeks_of(problem, self.scope))
        row, term = _terms(problem, weeks, model.paid.employee, model.paid.day)
        paid, column = model.paid.minutes[term], model.paid.column[term]
        planned = away, leave, with_leave = _planned_leave(model, weeks)
        owed = np.array([week.owed_minutes - week.history_minutes for week in weeks], np.int64)
        less = [weeks[r].owed_minutes - week.owed_minutes for r, week in zip(away.tolist(), with_leave, strict=True)]
        most = np.array([week.most_over(limit) for week in weeks], np.int64)
        np.maximum.at(most, away, np.array([week.most_over(limit) for week in with_leave], np.int64))
        unit = math.gcd(*owed.tolist(), *paid.tolist(), *most.tolist(), *less) or 1
        shortage = [(r, max(0, owe) // unit, self.under_cents_per_minute * unit) for r, owe in enumerate(owed.tolist())]
        surplus = [(r, over // unit, self.over_cents_per_minute * unit) for r, over in enumerate(most.tolist())]
        # No two planned leaves lie in one week, so what each of them takes off can be added up.
        terms = np.append(row, away), np.append(column, leave), np.append(paid, np.array(less, np.int64)) // unit
        model.price_gaps(self, terms, owed // unit, shortage, surplus)
        if limit is not None:
            _keep_room_beside(planned, (row, column, paid), [week.room(limit) for week in weeks], limit, model)

    def judge(self, problem: Problem, schedule: Schedule) -> Judgement:
        """Add up the paid time of each week and price the difference."""
        violations, penalties = [], []
        for week in _weeks_of(problem, self.scope):
            for leave in schedule.leave_of.get(week.employee_id, ()):
                week = week.with_leave(leave)
            paid = week.history_minutes + paid_by_date(problem, week.duties_in(schedule)).total()
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
    history_minutes
        Paid time given in the week before the horizon.
    contract_minutes, leave_day_minutes
        Paid time the contract asks for, and what a day of leave takes off it.
    away
        Whole days of leave.
    """

    employee: int
    employee_id: str
    monday: dt.date
    dates: frozenset[dt.date]
    history_minutes: int
    contract_minutes: int
    leave_day_minutes: int
    away: frozenset[dt.date]

    @property
    def owed_minutes(self) -> int:
        """Paid time owed."""
        return max(0, self.contract_minutes - self.leave_day_minutes * len(self.away))

    def with_leave(self, leave: PlannedLeave | tuple[dt.date, ...]) -> _Week:
        """Give the week as it is with leave planned on some dates."""
        return replace(self, away=self.away | {date for date in self.dates if date in leave})

    def duties_in(self, schedule: Schedule) -> list[Duty]:
        """Give the employee's duties of this week."""
        return [d for d in schedule.duties_of.get(self.employee_id, ()) if d.date in self.dates]

    def most_over(self, limit: int | None) -> int:
        """Give the minutes that may be worked beyond those owed; what history already exceeded is let be."""
        exceeded = max(0, self.history_minutes - self.owed_minutes)
        return exceeded + 7 * MINUTES_PER_DAY if limit is None else max(limit, exceeded)

    def room(self, limit: int) -> int:
        """Give the minutes that may be worked on the days planned."""
        return self.owed_minutes + self.most_over(limit) - self.history_minutes


def _weeks_of(problem: Problem, scope: Scope) -> Iterator[_Week]:
    """Give the weeks of the horizon for each employee a scope means."""
    mondays = sorted({monday_of(date) for date in problem.horizon.dates})
    leaves: dict[str, list[Leave]] = {e.employee_id: [] for e in problem.staff}
    for leave in problem.leave:
        leaves[leave.employee_id].append(leave)
    for employee in scope.employees_of(problem):
        name = problem.staff[employee].employee_id
        contract = problem.contract_of[name]
        for monday in mondays:
            week = [monday + dt.timedelta(days=i) for i in range(7)]
            counted = {d for d in week if problem.known_from <= d < problem.horizon.end and scope.has_date(d, problem)}
            history = tuple(d for d in problem.history_of(employee) if d.date in counted)
            yield _Week(
                employee,
                name,
                monday,
                frozenset(d for d in counted if d in problem.horizon),
                paid_by_date(problem, history).total(),
                contract.weekly_minutes * len(counted) // 7,
                contract.leave_day_minutes,
                frozenset(d for d in counted if _on_leave(d, leaves[name])),
            )


def _on_leave(date: dt.date, leaves: list[Leave]) -> bool:
    return any(leave.start is None and leave.first_day <= date <= leave.last_day for leave in leaves)


def _planned_leave(model: ModelContext, weeks: list[_Week]) -> tuple[IntArray, IntArray, list[_Week]]:
    """Give row and column of each leave that may be planned in one of the weeks, and the week as it is with it."""
    leaves, dates = model.leaves, model.problem.horizon.dates
    of, day = leaves.days
    row, term = _terms(model.problem, weeks, leaves.employee[of], day)
    pairs = np.unique(np.stack([row, of[term]]), axis=1)
    with_leave = [weeks[r].with_leave(dates[leaves.first_day[i] : leaves.last_day[i] + 1]) for r, i in pairs.T.tolist()]
    return pairs[0], leaves.column[pairs[1]], with_leave


def _keep_room_beside(
    planned: tuple[IntArray, IntArray, list[_Week]],
    paid: tuple[IntArray, IntArray, IntArray],
    room: list[int],
    limit: int,
    model: ModelContext,
) -> None:
    """Limit the minutes beyond those owed in weeks with planned leave, whose limit depends on it.

    Parameters
    ----------
    planned
        What :func:`_planned_leave` gives.
    paid
        Row, column and minutes of each term, shape ``(n,)`` each.
    room
        Minutes that may be worked in each week without planned leave.
    limit
        Most minutes beyond those owed.
    """
    away, leave, with_leave = planned
    row, column, minutes = paid
    lost = [room[r] - week.room(limit) for r, week in zip(away.tolist(), with_leave, strict=True)]
    limited, number = np.unique(away, return_inverse=True)
    kept = np.isin(row, limited)
    model.require(
        np.append(np.searchsorted(limited, row[kept]), number),
        np.append(column[kept], leave),
        np.append(minutes[kept], np.array(lost, np.int64)),
        None,
        np.array(room, np.int64)[limited],
    )


def _terms(problem: Problem, weeks: list[_Week], employee: IntArray, day: IntArray) -> tuple[IntArray, IntArray]:
    """Give row and position of each term, by its employee and day, that falls into one of the weeks."""
    row_of = np.full((len(problem.staff), problem.horizon.days), -1, np.int64)
    for r, week in enumerate(weeks):
        row_of[week.employee, [problem.horizon.day_index(date) for date in week.dates]] = r
    row = row_of[employee, day]
    term = np.flatnonzero(row >= 0)
    return row[term], term
