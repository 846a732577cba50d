"""Channel migration: counter business that moves to smart devices, where it needs audits instead."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING

from schedsolver.domain.suggest import did_you_mean
from schedsolver.domain.work import Activity, Arrivals
from schedsolver.errors import Fault, InvalidProblem

if TYPE_CHECKING:
    from schedsolver.domain.problem import Problem


def migrated(
    problem: Problem,
    share: float,
    counter: str = "counter",
    audit: str = "audit",
    *,
    audits_per_customer: float = 1.0,
    moved_minutes: float | None = None,
) -> Problem:
    """Give a problem in which a share of an activity's customers uses smart devices.

    They are taken from the activity in every slot and come in the same slots for the audit of their transactions.

    Parameters
    ----------
    problem
        As it is today.
    share
        Of the customers of ``counter``, those who move; in ``[0, 1]``.
    counter, audit
        The activity they leave, and the one that audits what they do at the devices.
    audits_per_customer
        Audits for each customer who moves, at least 0.
    moved_minutes
        Mean minutes that those who move take at the counter today. It is mostly short business that moves, and those
        who stay then take longer; ``None`` when they take as long as all others.

    Raises
    ------
    InvalidProblem
        If an activity is not there, has no service time, or a number is out of range.
    """
    stays = _counter_after(problem, share, counter, moved_minutes)
    _refuse_audit(problem, counter, audit, audits_per_customer)
    customers: dict[tuple[str, str, int, int], float] = defaultdict(float)
    day = {date: i for i, date in enumerate(problem.horizon.dates)}
    for row in problem.traffic:
        moved = share * row.customers if row.activity_id == counter else 0.0
        place = row.outlet_id, day[row.date], row.start
        customers[row.outlet_id, row.activity_id, *place[1:]] += row.customers - moved
        customers[row.outlet_id, audit, *place[1:]] += moved * audits_per_customer
    return problem.replace(
        activities=tuple(stays if a.activity_id == counter else a for a in problem.activities),
        traffic=tuple(
            Arrivals(outlet_id=o, activity_id=a, date=problem.horizon.dates[d], start=s, customers=count)
            for (o, a, d, s), count in customers.items()
            if count > 0
        ),
    )


def activity_named(problem: Problem, name: str) -> Activity:
    """Give the activity of a name.

    Raises
    ------
    InvalidProblem
        If the problem has none.
    """
    if name not in problem.activity_index:
        _refuse([f'the problem has no activity "{name}"{did_you_mean(name, problem.activity_index)}'])
    return problem.activities[problem.activity_index[name]]


def _counter_after(problem: Problem, share: float, counter: str, moved_minutes: float | None) -> Activity:
    """Give the activity with the service time of those who stay."""
    work = activity_named(problem, counter)
    if not 0 <= share <= 1:
        _refuse([f"the share that moves is {share}; it must lie from 0 to 1"])
    if moved_minutes is None or share in (0, 1) or work.service_minutes is None:
        return work
    left = (work.service_minutes - share * moved_minutes) / (1 - share)
    if not (moved_minutes > 0 and left > 0):
        most = work.service_minutes / share
        _refuse([f"moved_minutes is {moved_minutes}; of {share:.0%} of the customers it must lie in 0 to {most:g}"])
    return work.model_copy(update={"service_minutes": left})


def _refuse_audit(problem: Problem, counter: str, audit: str, audits_per_customer: float) -> None:
    if activity_named(problem, audit).service_minutes is None:
        _refuse([f'the activity "{audit}" has no service_minutes; give the mean minutes an audit takes'])
    if audit == counter:
        _refuse([f'counter and audit are both "{audit}"; name two activities'])
    if not 0 <= audits_per_customer < float("inf"):
        _refuse([f"audits_per_customer is {audits_per_customer}; it must be a number, at least 0"])


def _refuse(faults: Iterable[str]) -> None:
    raise InvalidProblem([Fault("", None, fault) for fault in faults])
