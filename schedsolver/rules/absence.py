"""When an employee cannot work: leave and availability."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from schedsolver.domain.arrays import BoolArray
from schedsolver.domain.horizon import MINUTES_PER_DAY
from schedsolver.domain.options import DutyOptions
from schedsolver.domain.problem import merged
from schedsolver.domain.rule import Judgement, Rule

if TYPE_CHECKING:
    from schedsolver.domain.people import Availability, Leave
    from schedsolver.domain.problem import Problem
    from schedsolver.domain.schedule import Schedule


class LeaveTaken(Rule):
    """Nobody works during leave."""

    name: ClassVar[str] = "leave.taken"

    def applies_to(self, problem: Problem) -> bool:
        """Hold where there is leave."""
        return bool(problem.leave)

    def admits(self, problem: Problem, options: DutyOptions) -> BoolArray:
        """Strike out duties that overlap leave."""
        allowed = np.ones(len(options), bool)
        for leave in problem.leave:
            own = options.of_employee(problem.employee_index[leave.employee_id])
            start, end = leave.clock_interval
            # Hours of the day before may reach past midnight, as may a duty of the last day planned.
            first = max(-1, problem.horizon.day_index(leave.first_day))
            last = min(problem.horizon.days + 1, problem.horizon.day_index(leave.last_day))
            for day in range(first, last + 1):
                midnight = day * MINUTES_PER_DAY
                overlap = (options.start[own] < midnight + end) & (options.end[own] > midnight + start)
                allowed[own] &= ~overlap
        return allowed

    def judge(self, problem: Problem, schedule: Schedule) -> Judgement:
        """Find duties that overlap leave."""
        away: dict[tuple[str, dt.date], list[Leave]] = defaultdict(list)
        for leave in problem.leave:
            for date in _dates_near(leave, problem):
                away[leave.employee_id, date].append(leave)
        found = []
        for duty in schedule.duty_list:
            for date in (duty.date + dt.timedelta(days=i) for i in range(-1, 3)):
                midnight = dt.datetime.combine(date, dt.time())
                for leave in away.get((duty.employee_id, date), ()):
                    start, end = (midnight + dt.timedelta(minutes=m) for m in leave.clock_interval)
                    if duty.start < end and start < duty.end:
                        when = f"{start:%Y-%m-%d %H:%M} to {end:%Y-%m-%d %H:%M}"
                        found.append(self.violation(f"{duty} falls into leave from {when}", duty))
        return Judgement(tuple(found))


class AvailabilityKept(Rule):
    """A duty lies within the hours its employee is available on its date."""

    name: ClassVar[str] = "availability.kept"

    def applies_to(self, problem: Problem) -> bool:
        """Hold where availability is given."""
        return bool(problem.availability)

    def admits(self, problem: Problem, options: DutyOptions) -> BoolArray:
        """Strike out duties outside the hours available."""
        allowed = np.ones(len(options), bool)
        for name, rows in availability_rows(problem).items():
            own = options.of_employee(problem.employee_index[name])
            inside = np.zeros(own.stop - own.start, bool)
            for d, date in enumerate(problem.horizon.dates):
                midnight = d * MINUTES_PER_DAY
                for start, end in hours_available(rows, date):
                    inside |= (
                        (options.day[own] == d)
                        & (options.start[own] >= midnight + start)
                        & (options.end[own] <= midnight + end)
                    )
            allowed[own] = inside
        return allowed

    def judge(self, problem: Problem, schedule: Schedule) -> Judgement:
        """Find duties outside the hours available."""
        rows = availability_rows(problem)
        found = []
        for duty in schedule.duty_list:
            if duty.employee_id not in rows:
                continue
            midnight = dt.datetime.combine(duty.date, dt.time())
            hours = hours_available(rows[duty.employee_id], duty.date)
            spans = ((midnight + dt.timedelta(minutes=a), midnight + dt.timedelta(minutes=b)) for a, b in hours)
            if not any(start <= duty.start and duty.end <= end for start, end in spans):
                found.append(self.violation(f"{duty} is outside the hours {duty.employee_id} is available", duty))
        return Judgement(tuple(found))


def _dates_near(leave: Leave, problem: Problem) -> Iterator[dt.date]:
    """Give the dates of leave from the day before the horizon to two days after its last."""
    first = max(leave.first_day, problem.horizon.dates[0] - dt.timedelta(days=1))
    last = min(leave.last_day, problem.horizon.dates[-1] + dt.timedelta(days=2))
    return (first + dt.timedelta(days=i) for i in range((last - first).days + 1))


def availability_rows(problem: Problem) -> dict[str, list[Availability]]:
    """Give the rows of everybody whose availability is limited."""
    rows = defaultdict(list)
    for row in problem.availability:
        rows[row.employee_id].append(row)
    return dict(rows)


def hours_available(rows: list[Availability], date: dt.date) -> tuple[tuple[int, int], ...]:
    """Give the intervals of a date: its own rows, else those of its weekday."""
    of_date = [r for r in rows if r.date == date] or [r for r in rows if r.weekday == date.weekday()]
    return merged((r.start, r.end) for r in of_date)
