"""What each person is entitled to of a burden or a good, and what they had of it in weeks before.

Exposure is contracted time that could fall on the days of an item: ``weekly_minutes / 7`` for each of them without
leave, and no more than a day's minutes for each on which the person can be there. So a part-timer, someone on long
leave and a newcomer are entitled to their part, no more and no less, and nobody has to catch up on weeks away. For a
good it is multiplied by the appraisal, within 80 to 120 percent; burdens do not look at it, so that good people are not
worn out. Shares are exposures of the whole window, those of weeks before fading, in parts of ``WHOLE``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from schedsolver.domain.horizon import MINUTES_PER_DAY
from schedsolver.domain.options import IntArray
from schedsolver.rules.absence import availability_rows, hours_available

if TYPE_CHECKING:
    from schedsolver.domain.fair import Carried, FairItem
    from schedsolver.domain.people import Availability
    from schedsolver.domain.problem import Problem

# A unit of an item in rules: amounts are whole numbers of sixtieths, for hours that is minutes.
UNIT = 60
# Shares of all people add up to this, of which equal ones are whole for most small numbers of people.
WHOLE = 10_080
LEAST_PERCENT, MOST_PERCENT = 80, 120
_DAY = dt.timedelta(days=1)


def exposures(item: FairItem, problem: Problem) -> IntArray:
    """Give the exposure of each person in the horizon, in minutes, shape ``(staff,)``."""
    dates = item_dates(item, problem)
    away, available = _days_away(problem), availability_rows(problem)
    minutes = np.zeros(len(problem.staff), np.int64)
    for i, employee in enumerate(problem.staff):
        name = employee.employee_id
        if not _concerns(item, problem, name):
            continue
        contract = problem.contract_of[name]
        there = [date for date in dates if date not in away.get(name, set())]
        able = sum(_can_be_there(item, problem, name, available.get(name), date) for date in there)
        minutes[i] = min(contract.weekly_minutes * len(there) // 7, contract.leave_day_minutes * able)
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


def _can_be_there(item: FairItem, problem: Problem, name: str, rows: list[Availability] | None, date: dt.date) -> bool:
    """Tell whether a person is available when an item falls on a date, and may do what it counts."""
    hours = ((0, 2 * MINUTES_PER_DAY),) if rows is None else hours_available(rows, date)
    there = any(_overlaps(item, problem, start, end, date) for start, end in hours)
    return there and (item.counts != "activity" or _may_do(item, problem, name, date))


def _overlaps(item: FairItem, problem: Problem, start: int, end: int, date: dt.date) -> bool:
    """Tell whether someone available ``[start, end)`` could have some of an item on a date."""
    if item.counts == "hours" and item.start is not None and item.end is not None:
        return start < item.end and item.start < end
    if item.counts in ("openings", "closings"):
        names = [o.outlet_id for o in problem.outlets if item.scope.has_outlet(o.outlet_id)]
        hours = [problem.open_intervals(name, date) for name in names]
        if item.counts == "openings":
            return any(start <= spans[0][0] for spans in hours if spans)
        return any(spans[-1][1] <= end for spans in hours if spans)
    return True


def _may_do(item: FairItem, problem: Problem, name: str, date: dt.date) -> bool:
    """Tell whether a person has the permission for one of the activities that count for them, at an outlet meant."""
    outlets = [o.outlet_id for o in problem.outlets if item.scope.has_outlet(o.outlet_id)]
    held = [p for p in problem.permissions if p.employee_id == name and any(p.holds(date, o) for o in outlets)]
    names = set(counted_activities(item, problem, name))
    return any(
        activity.activity_id in names
        and (
            activity.skill_id is None
            or any(p.skill_id == activity.skill_id and p.level >= activity.min_level for p in held)
        )
        for activity in problem.activities
    )


def counted_activities(item: FairItem, problem: Problem, name: str) -> list[str]:
    """Give the activities on which a person's hours count: those named, else those that they avoid."""
    return list(item.activities) or [
        p.activity_id
        for p in problem.preferences
        if p.employee_id == name and p.wish == "avoid" and p.activity_id is not None
    ]
