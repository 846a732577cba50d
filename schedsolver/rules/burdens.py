"""Burdens and goods as a roster has them: the checker's way to count them."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import TYPE_CHECKING

from schedsolver.rules.entitlement import UNIT, counted_activities, weekends

if TYPE_CHECKING:
    from schedsolver.domain.fair import FairItem
    from schedsolver.domain.people import Request
    from schedsolver.domain.problem import Problem
    from schedsolver.domain.schedule import Duty, Schedule


def amounts(item: FairItem, problem: Problem, schedule: Schedule) -> dict[str, int]:
    """Count what each person has of an item in a roster.

    Returns
    -------
    Sixtieths of a unit by employee: 60 for each duty, weekend or request, the minutes for hours.
    """
    had = Counter(dict.fromkeys(problem.employee_index, 0))
    if item.counts == "wishes":
        had.update(_wishes(problem, schedule))
    elif item.counts in ("weekends", "weekends_off"):
        had.update(_weekends(problem, schedule, off=item.counts == "weekends_off"))
    elif item.counts == "activity":
        had.update(_hours_on_activities(item, problem, schedule))
    else:
        for duty in schedule.duty_list:
            if item.scope.has_outlet(duty.outlet_id) and item.scope.has_date(duty.date, problem):
                had[duty.employee_id] += _of_duty(item, problem, duty)
    return dict(had)


def _of_duty(item: FairItem, problem: Problem, duty: Duty) -> int:
    if item.counts == "hours":
        midnight = dt.datetime.combine(duty.date, dt.time())
        start, end = duty.start, duty.end
        if item.start is not None and item.end is not None:
            start = max(start, midnight + dt.timedelta(minutes=item.start))
            end = min(end, midnight + dt.timedelta(minutes=item.end))
        return max(0, round((end - start).total_seconds() / 60))
    return UNIT * _is_one(item, problem, duty)


def _is_one(item: FairItem, problem: Problem, duty: Duty) -> bool:
    """Tell whether a duty is one of those that count."""
    if item.counts == "duties":
        return True
    if item.counts == "trips":
        home = problem.staff[problem.employee_index[duty.employee_id]].home_outlet_id
        return home is not None and duty.outlet_id != home
    hours = problem.open_intervals(duty.outlet_id, duty.date)
    if not hours:
        return False
    clock = dt.timedelta(minutes=hours[0][0] if item.counts == "openings" else hours[-1][1])
    moment = dt.datetime.combine(duty.date, dt.time()) + clock
    return duty.start <= moment if item.counts == "openings" else duty.end >= moment


def _weekends(problem: Problem, schedule: Schedule, *, off: bool) -> Counter[str]:
    had: Counter[str] = Counter()
    for days in weekends(problem, whole=off):
        working = {duty.employee_id for duty in schedule.duty_list if duty.date in days}
        if not off:
            had.update(dict.fromkeys(working, UNIT))
            continue
        away = {
            leave.employee_id
            for leave in problem.leave
            for day in days
            if leave.start is None and leave.first_day <= day <= leave.last_day
        }
        had.update({name: UNIT for name in problem.employee_index if name not in working | away})
    return had


def _hours_on_activities(item: FairItem, problem: Problem, schedule: Schedule) -> Counter[str]:
    had: Counter[str] = Counter()
    counted = {name: set(counted_activities(item, problem, name)) for name in problem.employee_index}
    for stint in schedule.stint_list:
        meant = item.scope.has_outlet(stint.outlet_id) and item.scope.has_date(schedule.date_of(stint), problem)
        if meant and stint.activity_id in counted[stint.employee_id]:
            had[stint.employee_id] += stint.minutes
    return had


def _wishes(problem: Problem, schedule: Schedule) -> Counter[str]:
    shifts: dict[tuple[str, dt.date], set[str]] = {}
    for duty in schedule.duty_list:
        shifts.setdefault((duty.employee_id, duty.date), set()).add(duty.shift_type_id)

    def granted(request: Request) -> bool:
        worked = shifts.get((request.employee_id, request.date), set())
        meant = bool(worked) if request.shift_type_id is None else request.shift_type_id in worked
        return meant == (request.wish == "on")

    had: Counter[str] = Counter()
    for request in problem.requests:
        had[request.employee_id] += UNIT * granted(request)
    return had
