"""What people had of burdens and goods, against what they were entitled to; and how it is carried into next week."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd

from schedsolver.domain import Carried, FairItem, Horizon, Problem, Schedule
from schedsolver.domain.arrays import IntArray
from schedsolver.rules.burdens import amounts
from schedsolver.rules.check import refuse_unknown_names
from schedsolver.rules.entitlement import UNIT, exposures, in_window, remembered
from schedsolver.scoring.fairness import deviations, distance, entitlements, gini, jain, spread, worst_off
from schedsolver.scoring.tables import EMPLOYEE

# Dated tables of a week that are taken to be the same in the next.
_WEEKLY = ("interval_requirements", "shift_requirements", "traffic")
# Dated tables that are over with their week.
_PAST = ("requests", "pins")


def shares_table(problem: Problem, schedule: Schedule) -> pd.DataFrame:
    """Tell what each person has of each item, with what is remembered, and what they are due.

    Parameters
    ----------
    problem, schedule
        The problem, with its fair items and what is carried, and a roster for it.

    Returns
    -------
    One row a person and item: ``employee``, ``item``, ``kind``; ``amount`` in the roster and ``before``, what is
    remembered of weeks before, both in units of the item; ``exposure_minutes`` of roster and memory together; ``due``
    of all that there is; ``deviation`` of amount and memory from it.

    Raises
    ------
    InvalidSchedule
        If the schedule names an employee, outlet or activity the problem does not have.
    """
    refuse_unknown_names(problem, schedule)
    parts = [_shares_of(item, problem, schedule) for item in problem.fair_items]
    columns = [EMPLOYEE, "item", "kind", "amount", "before", "exposure_minutes", "due", "deviation"]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)


def fairness_table(problem: Problem, schedule: Schedule, *, worst: int = 1) -> pd.DataFrame:
    """Measure how fairly each item is shared, what is remembered of weeks before included.

    Parameters
    ----------
    problem, schedule
        As for :func:`shares_table`.
    worst
        How many of the worst-off to look at.

    Returns
    -------
    One row an item: ``item``, ``kind``, ``total``, ``range``, ``distance`` and ``worst_off`` in its units, ``gini``
    and ``jain``; see :mod:`schedsolver.scoring.fairness`. An item that nobody is entitled to is left out.
    """
    rows = []
    for item in problem.fair_items:
        own = _shares_of(item, problem, schedule)
        has, weight = (own["amount"] + own["before"]).to_numpy(), own["exposure_minutes"].to_numpy()
        if weight.any():
            rows.append({
                "item": item.item_id, "kind": item.kind, "total": has.sum(), "range": spread(has, weight),
                "distance": distance(has, weight), "worst_off": worst_off(has, weight, kind=item.kind, count=worst),
                "gini": gini(has, weight), "jain": jain(has, weight),
            })  # fmt: skip
    columns = ["item", "kind", "total", "range", "distance", "worst_off", "gini", "jain"]
    return pd.DataFrame(rows, columns=columns)


def carry(problem: Problem, schedule: Schedule) -> tuple[Carried, ...]:
    """Give what the week after a roster has to remember.

    Returns
    -------
    Rows of ``problem.carried`` that are still in the window of their item then, and one for each person and item of
    the roster, in that order.

    Raises
    ------
    InvalidSchedule
        If the schedule names an employee, outlet or activity the problem does not have.
    """
    refuse_unknown_names(problem, schedule)
    horizon = problem.horizon
    kept = [row for item in problem.fair_items for row in in_window(item, horizon.end, problem.carried)]
    added = []
    for item in problem.fair_items:
        had, exposed = amounts(item, problem, schedule), exposures(item, problem).tolist()
        for employee, minutes in zip(problem.staff, exposed, strict=True):
            name = employee.employee_id
            added.append(
                Carried(
                    employee_id=name, item_id=item.item_id, first_day=horizon.start, amount=had[name] / UNIT,
                    exposure_minutes=minutes,
                )
            )  # fmt: skip
    return (*kept, *added)


def next_problem(problem: Problem, schedule: Schedule, *, history_days: int = 28, **changes: Any) -> Problem:
    """Make the problem of the days after a roster, which becomes its history.

    Parameters
    ----------
    problem, schedule
        This week's problem and roster.
    history_days
        How many days of duties the next problem knows; what is carried of fair items is in ``carried`` anyhow.
    **changes
        Fields that are otherwise next time, for example ``traffic``, ``requests`` or ``leave``.

    Returns
    -------
    As many days, beginning where the horizon ends. Requirements and traffic are those of this week, requests and
    pins are over, duties and fair shares are carried over; all else stays.

    Raises
    ------
    InvalidSchedule, InvalidProblem
        If schedule or changes do not fit the problem.
    """
    horizon = problem.horizon
    later = dt.timedelta(days=horizon.days)
    first = max(problem.known_from, horizon.end - dt.timedelta(days=history_days))
    moved = Horizon(start=horizon.end, days=horizon.days, slot_minutes=horizon.slot_minutes, known_from=first)
    fields: dict[str, Any] = {
        "horizon": moved,
        "history": [duty for duty in (*problem.history, *schedule.duty_list) if duty.date >= first],
        "carried": carry(problem, schedule),
    }
    fields |= {
        table: [row.model_copy(update={"date": row.date + later}) for row in getattr(problem, table)]
        for table in _WEEKLY
    }
    fields |= dict.fromkeys(_PAST, ())
    return problem.replace(**(fields | changes))


def _shares_of(item: FairItem, problem: Problem, schedule: Schedule) -> pd.DataFrame:
    had = amounts(item, problem, schedule)
    before, past = remembered(item, problem)
    exposure: IntArray = exposures(item, problem) + past
    amount = np.array([had[e.employee_id] for e in problem.staff]) / UNIT
    whole = amount + before / UNIT
    nobody = not exposure.any()
    return pd.DataFrame(
        {
            EMPLOYEE: [e.employee_id for e in problem.staff],
            "item": item.item_id,
            "kind": item.kind,
            "amount": amount,
            "before": before / UNIT,
            "exposure_minutes": exposure,
            "due": 0.0 if nobody else entitlements(whole, exposure),
            "deviation": 0.0 if nobody else deviations(whole, exposure),
        }
    )
