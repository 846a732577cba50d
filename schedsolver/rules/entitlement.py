"""What each person is entitled to of a burden or a good, and what they had of it in weeks before.

Exposure is contracted time that could fall on the days of an item: ``weekly_minutes / 7`` for each of them without
leave, and no more than a day's minutes for each on which the person can be there: available, at an outlet that is open
and where they may do something. So a part-timer, someone on long leave and a newcomer are entitled to their part, no
more and no less, and nobody has to catch up on weeks away. For a
good it is multiplied by the appraisal, within 80 to 120 percent; burdens do not look at it, so that good people are not
worn out. Shares are exposures of the whole window, those of weeks before fading, in parts of ``WHOLE``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from schedsolver.domain.arrays import IntArray
from schedsolver.domain.horizon import MINUTES_PER_DAY
from schedsolver.rules.absence import availability_rows, hours_available

if TYPE_CHECKING:
    from schedsolver.domain.fair import Carried, FairItem
    from schedsolver.domain.people import Permission
    from schedsolver.domain.problem import Problem
    from schedsolver.domain.work import Activity

# A unit of an item in rules: amounts are whole numbers of sixtieths, for hours that is minutes.
UNIT = 60
# Shares of all people add up to this, of which equal ones are whole for most small numbers of people.
WHOLE = 10_080
LEAST_PERCENT, MOST_PERCENT = 80, 120
_DAY = dt.timedelta(days=1)


def exposures(item: FairItem, problem: Problem) -> IntArray:
    """Give the exposure of each person in the horizon, in minutes, shape ``(staff,)``."""
    away, able = _days_away(problem), _days_able(item, problem)
    minutes = np.zeros(len(problem.staff), np.int64)
    for i, employee in enumerate(problem.staff):
        name = employee.employee_id
        if not _concerns(item, problem, name):
            continue
        contract, days_away = problem.contract_of[name], away.get(name, set())
        there = len([date for date in able if date not in days_away])
        can = len([date for date, people in able.items() if name in people and date not in days_away])
        minutes[i] = min(contract.weekly_minutes * there // 7, contract.leave_day_minutes * can)
        if item.kind == "good":
            minutes[i] = minutes[i] * min(max(employee.appraisal_percent, LEAST_PERCENT), MOST_PERCENT) // 100
    return minutes


def item_dates(item: FairItem, problem: Problem) -> list[dt.date]:
    """Give the days of the horizon on which there may be some of an item."""
    if item.counts in ("weekends", "weekends_off"):
        return [day for weekend in weekends(problem, whole=item.counts == "weekends_off") for day in weekend]
    return [date for date in problem.horizon.dates if item.scope.has_date(date, problem)]


def weekends(problem: Problem, *, whole: bool) -> list[list[dt.date]]:
    """Give the planned days of each weekend of the calendar, in order; perhaps only of those planned whole."""
    weekend, horizon = problem.calendar.weekend, problem.horizon
    found: list[list[dt.date]] = []
    for date in horizon.dates:
        if date.weekday() in weekend:
            if not found or found[-1][-1] != date - _DAY:
                found.append([])
            found[-1].append(date)

    def is_whole(days: Sequence[dt.date]) -> bool:
        return all(date in horizon or date.weekday() not in weekend for date in (days[0] - _DAY, days[-1] + _DAY))

    return [days for days in found if not whole or is_whole(days)]


def shares(minutes: Sequence[int] | IntArray) -> IntArray:
    """Give each one's share in parts of ``WHOLE``, by largest remainder; none to anybody where nobody has exposure."""
    exposure = np.asarray(minutes, np.int64)
    total = int(exposure.sum())
    if not total:
        return np.zeros(len(exposure), np.int64)
    parts, rest = np.divmod(exposure * WHOLE, total)
    parts[np.argsort(-rest, kind="stable")[: WHOLE - int(parts.sum())]] += 1
    return parts


def remembered(item: FairItem, problem: Problem) -> tuple[IntArray, IntArray]:
    """Give what each person had of an item in the window before the horizon, and their exposure, both faded.

    Returns
    -------
    Amounts in units of a sixtieth and exposures in minutes, shape ``(staff,)`` each, rounded half to even.
    """
    amounts, minutes = np.zeros(len(problem.staff)), np.zeros(len(problem.staff))
    for row in in_window(item, problem.horizon.start, problem.carried):
        employee = problem.employee_index.get(row.employee_id)
        if employee is not None:
            left = (1 - item.decay_percent / 100) ** weeks_ago(problem.horizon.start, row)
            amounts[employee] += left * row.amount * UNIT
            minutes[employee] += left * row.exposure_minutes
    return np.rint(amounts).astype(np.int64), np.rint(minutes).astype(np.int64)


def in_window(item: FairItem, start: dt.date, carried: Iterable[Carried]) -> list[Carried]:
    """Give the rows of an item that are remembered when the horizon begins on a day."""
    return [row for row in carried if row.item_id == item.item_id and weeks_ago(start, row) < item.window_weeks]


def weeks_ago(start: dt.date, row: Carried) -> int:
    """Give how many weeks before a day a row's week began, a part of a week counting whole."""
    return -(-(start - row.first_day).days // 7)


def _concerns(item: FairItem, problem: Problem, name: str) -> bool:
    """Tell whether a person can have some of an item at all."""
    if item.counts == "trips":
        return problem.staff[problem.employee_index[name]].home_outlet_id is not None
    if item.counts == "wishes":
        return any(request.employee_id == name for request in problem.requests)
    return True


def _days_away(problem: Problem) -> dict[str, set[dt.date]]:
    """Give the days of whole-day leave of each person who has some."""
    away: dict[str, set[dt.date]] = {}
    for leave in problem.leave:
        if leave.start is None:
            days = {date for date in problem.horizon.dates if leave.first_day <= date <= leave.last_day}
            away.setdefault(leave.employee_id, set()).update(days)
    return away


def _days_able(item: FairItem, problem: Problem) -> dict[dt.date, set[str]]:
    """Give who is available, and may work, where and when an item falls; for each of its days."""
    available = availability_rows(problem)
    held: dict[str, list[Permission]] = {}
    for permission in problem.permissions:
        held.setdefault(permission.employee_id, []).append(permission)
    able: dict[dt.date, set[str]] = {}
    for date in item_dates(item, problem):
        open_then = _hours_open(item, problem, date)
        able[date] = set()
        for employee in problem.staff:
            name = employee.employee_id
            works = _works(item, problem, name)
            places = [
                hours
                for outlet, hours in open_then.items()
                if not (item.counts == "trips" and outlet == employee.home_outlet_id)
                and (works is None or _may_do(works, held.get(name, []), date, outlet))
            ]
            spans = hours_available(available[name], date) if name in available else ((0, 2 * MINUTES_PER_DAY),)
            if any(_overlaps(item, start, end, places) for start, end in spans):
                able[date].add(name)
    return able


def _hours_open(item: FairItem, problem: Problem, date: dt.date) -> dict[str, tuple[int, int]]:
    """Give when the outlets that an item means open first and close last on a date; those closed are left out."""
    hours = {o.outlet_id: problem.open_intervals(o.outlet_id, date) for o in problem.outlets}
    return {name: (h[0][0], h[-1][1]) for name, h in hours.items() if h and item.scope.has_outlet(name)}


def _overlaps(item: FairItem, start: int, end: int, places: Sequence[tuple[int, int]]) -> bool:
    """Tell whether someone available ``[start, end)`` could have some of an item at places open at those hours."""
    if item.counts == "hours" and item.start is not None and item.end is not None:
        return bool(places) and start < item.end and item.start < end
    if item.counts == "openings":
        return any(start <= opens for opens, _ in places)
    if item.counts == "closings":
        return any(closes <= end for _, closes in places)
    return bool(places)


def _works(item: FairItem, problem: Problem, name: str) -> list[Activity] | None:
    """Give the activities of which someone must do one to have some of an item; ``None`` where there are none."""
    if item.counts != "activity":
        return list(problem.activities) or None
    counted = counted_activities(item, problem, name)
    return [activity for activity in problem.activities if activity.activity_id in counted]


def _may_do(works: Iterable[Activity], held: Sequence[Permission], date: dt.date, outlet: str) -> bool:
    """Tell whether permissions held allow one of some activities at an outlet on a date."""
    return any(
        work.skill_id is None
        or any(p.skill_id == work.skill_id and p.level >= work.min_level and p.holds(date, outlet) for p in held)
        for work in works
    )


def counted_activities(item: FairItem, problem: Problem, name: str) -> list[str]:
    """Give the activities on which a person's hours count: those named, else those that they avoid."""
    return list(item.activities) or [
        p.activity_id
        for p in problem.preferences
        if p.employee_id == name and p.wish == "avoid" and p.activity_id is not None
    ]
