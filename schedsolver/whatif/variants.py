"""Problems with the people, their rights or the opening hours changed."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence

from schedsolver.domain import Arrivals, OpeningHours, Permission, Problem
from schedsolver.domain.base import format_clock
from schedsolver.domain.suggest import did_you_mean
from schedsolver.errors import Fault, InvalidProblem
from schedsolver.rules.outlets import LoansPerPeriod


def home_only(problem: Problem) -> Problem:
    """Give the problem in which nobody works away from home: the cluster without its pool.

    People without a home outlet work anywhere, as before.
    """
    home = {e.employee_id: e.home_outlet_id for e in problem.staff}
    permissions = []
    for held in problem.permissions:
        own = home[held.employee_id]
        if own is None or held.outlet_id == own:
            permissions.append(held)
        elif held.outlet_id is None:
            permissions.append(held.model_copy(update={"outlet_id": own}))
    rule = LoansPerPeriod(maximum=0)
    return problem.replace(permissions=tuple(permissions), rules=(*problem.rules, rule))


def certified(problem: Problem, employee_id: str, skill_id: str, level: int | None = None) -> Problem:
    """Give the problem in which one person more may use a skill, at every outlet and on every day.

    Parameters
    ----------
    problem
        As it is today.
    employee_id, skill_id
        Who and what.
    level
        How far; ``None`` for the highest level that an activity asks for.

    Raises
    ------
    InvalidProblem
        If there is no such employee or skill.
    """
    for what, name, known in (
        ("employee", employee_id, problem.employee_index),
        ("skill", skill_id, problem.skill_index),
    ):
        if name not in known:
            raise InvalidProblem([Fault("", None, f'the problem has no {what} "{name}"{did_you_mean(name, known)}')])
    asked = max((a.min_level for a in problem.activities if a.skill_id == skill_id), default=1)
    held = Permission(employee_id=employee_id, skill_id=skill_id, level=level or asked)
    return problem.replace(permissions=(*problem.permissions, held))


def without_skill(problem: Problem, skill_id: str) -> tuple[str, ...]:
    """Give the people who may not use a skill well enough for any activity, in the order of the staff."""
    asked = min((a.min_level for a in problem.activities if a.skill_id == skill_id), default=1)
    able = {p.employee_id for p in problem.permissions if p.skill_id == skill_id and p.level >= asked}
    return tuple(e.employee_id for e in problem.staff if e.employee_id not in able)


def opened(problem: Problem, outlet_id: str, start: int, end: int, weekdays: Iterable[int] = range(7)) -> Problem:
    """Give the problem in which an outlet is open at other hours on those of some weekdays on which it is open.

    Customers who came at a time when it is now closed come in the first slot that is open after it, or else in the
    last one before. Stated requirements at such a time are dropped.

    Parameters
    ----------
    problem
        As it is today.
    outlet_id
        The outlet.
    start, end
        New hours ``[start, end)``, minutes after midnight.
    weekdays
        0 Monday to 6 Sunday.

    Raises
    ------
    InvalidProblem
        If there is no such outlet, or it has no day of those in the horizon on which it is open.
    """
    if outlet_id not in problem.outlet_index:
        hint = did_you_mean(outlet_id, problem.outlet_index)
        raise InvalidProblem([Fault("", None, f'the problem has no outlet "{outlet_id}"{hint}')])
    if not problem.opening:
        raise InvalidProblem(
            [Fault("opening", None, "is empty: every outlet is always open; give opening hours first")]
        )
    wanted = set(weekdays)
    dates = [d for d in problem.horizon.dates if d.weekday() in wanted and problem.open_intervals(outlet_id, d)]
    if not dates:
        raise InvalidProblem([Fault("opening", None, f"{outlet_id} is never open on those weekdays of the horizon")])
    rows = [r for r in problem.opening if r.outlet_id != outlet_id or r.date not in dates]
    rows += [OpeningHours(outlet_id=outlet_id, date=date, start=start, end=end) for date in dates]
    moved = dict.fromkeys(dates, (start, end))
    stated = tuple(
        need
        for need in problem.interval_requirements
        if need.outlet_id != outlet_id
        or need.date not in moved
        or (moved[need.date][0] <= need.start and need.end <= moved[need.date][1])
    )
    return problem.replace(opening=tuple(rows), traffic=_moved(problem, outlet_id, moved), interval_requirements=stated)


def _moved(problem: Problem, outlet_id: str, hours: dict[dt.date, tuple[int, int]]) -> tuple[Arrivals, ...]:
    slot = problem.horizon.slot_minutes
    customers: dict[tuple[str, str, dt.date, int], float] = defaultdict(float)
    for row in problem.traffic:
        start = row.start
        if row.outlet_id == outlet_id and row.date in hours:
            opens, closes = hours[row.date]
            start = min(max(start, opens), closes - slot)
        customers[row.outlet_id, row.activity_id, row.date, start] += row.customers
    return tuple(
        Arrivals(outlet_id=o, activity_id=a, date=date, start=start, customers=count)
        for (o, a, date, start), count in customers.items()
    )


def said(weekdays: Sequence[int], start: int, end: int) -> str:
    """Say new hours in a few words."""
    days = "" if len(set(weekdays)) == 7 else " on weekdays " + ", ".join(map(str, sorted(set(weekdays))))
    return f"{format_clock(start)}-{format_clock(end)}{days}"
