"""What a roster achieves, in plain numbers: cover, waiting, hours, travel, variety, cost and wishes."""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from schedsolver.domain.arrays import IntArray
from schedsolver.rules.catalogue import active_rules
from schedsolver.rules.check import refuse_unknown_names
from schedsolver.rules.cost import PaidTime
from schedsolver.rules.cover import IntervalCover, counts_towards
from schedsolver.rules.late_customers import LateCustomers
from schedsolver.rules.wishes import RequestGranted
from schedsolver.traffic.erlang import service_level
from schedsolver.traffic.queues import service_law
from schedsolver.traffic.staffing import Cell, required_cells

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from schedsolver.domain import Problem, Schedule, ShiftRequirement


def kpis(problem: Problem, schedule: Schedule) -> dict[str, float]:
    """Give the figures of a roster by name.

    Shares lie in ``[0, 1]``. *Service* means activities that cannot wait; their heads are counted in
    the slots of :func:`~schedsolver.traffic.staffing.required_cells`. Paid time is that of
    :meth:`Problem.paid_minutes`. History is not counted. Where ``cover.intervals`` counts some people as
    less or more than a head, so do the head-hours here.

    Parameters
    ----------
    problem, schedule
        The problem and a roster for it.

    Returns
    -------
    ``needed_hours``
        Head-hours required on service.
    ``covered_hours``, ``missing_hours``
        The part of them given, and the rest.
    ``surplus_hours``
        Head-hours given on service beyond what is required.
    ``cover_share``
        Covered of needed hours; 1 when none are needed.
    ``late_share``
        Expected share of customers who wait longer than the limit: Erlang C slot by slot with the
        heads really given, all of a slot's customers being late where the offered load reaches the
        heads; weighted by customers. Only there when the problem has customers.
    ``duties``
        Number of duties.
    ``missing_duties``
        Duties that shift requirements want and do not get.
    ``people_on_duty``
        Number of employees with at least one duty.
    ``paid_hours``
        Paid time of all duties.
    ``contract_hours``
        Contracted time of all staff, weekly minutes for the days of the horizon; leave not deducted.
    ``wage_cents``
        Each duty's paid time at the wage of the employee's contract, rounded half up to a cent.
    ``travel_trips``
        Duties away from the employee's home outlet.
    ``travel_minutes``
        Minutes from home outlet to duty and back for those duties.
    ``cross_post_share``
        Of the employees with an activity, the share who perform more than one.
    ``deferrable_share``
        Share of the time spent on activities that goes to deferrable ones; 0 without any.
    ``requests_granted_share``
        Of the requests, the share that is met; 1 when there are none.
    ``hours.<activity_id>``
        Hours spent on each activity of the problem.

    Raises
    ------
    InvalidSchedule
        If the schedule names an employee, outlet or activity the problem does not have.
    """
    refuse_unknown_names(problem, schedule)
    return {
        **_cover(problem, schedule),
        **_waiting(problem, schedule),
        **_hours(problem, schedule),
        **_travel(problem, schedule),
        "requests_granted_share": _share(_granted(problem, schedule), len(problem.requests), empty=1.0),
        **_variety(problem, schedule),
    }


def shortages(problem: Problem, schedule: Schedule) -> pd.DataFrame:
    """List where and when heads are missing, and what that costs.

    Parameters
    ----------
    problem, schedule
        The problem and a roster for it.

    Returns
    -------
    One row for each outlet, activity and interval with a shortage, in order of time: ``outlet``,
    ``activity``, ``start``, ``end``, heads ``needed``, ``given`` and ``missing`` in each of its slots,
    and ``cents`` that ``cover.intervals`` or ``cover.late_customers`` charges for all of them together.
    Consecutive slots alike in heads needed and given make one row. Heads given and missing are whole
    numbers unless ``cover.intervals`` counts people in parts.

    Raises
    ------
    InvalidSchedule
        As :func:`kpis`.
    """
    refuse_unknown_names(problem, schedule)
    runs = sorted(_runs_of_shortage(problem, schedule), key=lambda run: (run.first, run.outlet, run.activity))
    moment, slot = problem.horizon.moment_of, problem.horizon.slot_minutes
    in_parts = any(rule.head_percent for rule in _cover_rules(problem))

    def heads(percent: list[int]) -> pd.Series:
        return pd.Series([p / 100 for p in percent], dtype="float64" if in_parts else "int64")

    return pd.DataFrame(
        {
            "outlet": pd.Series([problem.outlets[r.outlet].outlet_id for r in runs], dtype="str"),
            "activity": pd.Series([problem.activities[r.activity].activity_id for r in runs], dtype="str"),
            "start": pd.Series([moment(r.first * slot) for r in runs], dtype="datetime64[us]"),
            "end": pd.Series([moment(r.last * slot) for r in runs], dtype="datetime64[us]"),
            "needed": pd.Series([r.needed for r in runs], dtype="int64"),
            "given": heads([r.percent_given for r in runs]),
            "missing": heads([100 * r.needed - r.percent_given for r in runs]),
            "cents": pd.Series([r.cents for r in runs], dtype="int64"),
        }
    )


def heads_given(problem: Problem, schedule: Schedule) -> IntArray:
    """Count the employees whose stints cover each slot.

    Returns
    -------
    Heads, shape ``(outlets, activities, slots)``; time outside the horizon is left out.
    """
    return _heads(problem, schedule, dict.fromkeys(problem.employee_index, 1))


def _heads(problem: Problem, schedule: Schedule, weight: Mapping[str, int]) -> IntArray:
    """Count heads in each slot as :func:`heads_given`, each employee by their weight."""
    horizon = problem.horizon
    change = np.zeros((len(problem.outlets), len(problem.activities), horizon.slots + 1), np.int64)
    for stint in schedule.stint_list:
        place = problem.outlet_index[stint.outlet_id], problem.activity_index[stint.activity_id]
        first = -(-horizon.minute_of(stint.start) // horizon.slot_minutes)
        last = horizon.minute_of(stint.end) // horizon.slot_minutes
        first, last = max(first, 0), min(last, horizon.slots)
        if first < last:
            change[(*place, first)] += weight[stint.employee_id]
            change[(*place, last)] -= weight[stint.employee_id]
    heads: IntArray = change.cumsum(axis=2)[:, :, :-1]
    return heads


@dataclass(frozen=True)
class _Run:
    """Slots ``[first, last)`` of one outlet and activity, all short by the same; given in hundredths of a head."""

    outlet: int
    activity: int
    first: int
    last: int
    needed: int
    percent_given: int
    cents: int


def _runs_of_shortage(problem: Problem, schedule: Schedule) -> Iterator[_Run]:
    cells = required_cells(problem)
    given = _percent_given(problem, schedule, cells).tolist()
    short = [(cell, percent) for cell, percent in zip(cells, given, strict=True) if percent < 100 * cell.heads]
    charged = _charged(problem, schedule)

    def alike(item: tuple[int, tuple[Cell, int]]) -> tuple[int, ...]:
        position, (cell, percent) = item
        return cell.outlet, cell.activity, cell.slot - position, cell.heads, percent

    for _, run in itertools.groupby(enumerate(short), key=alike):
        members = [member for _, member in run]
        (first, percent), (last, _) = members[0], members[-1]
        cents = sum(charged[_place(problem, cell)] for cell, _ in members)
        yield _Run(first.outlet, first.activity, first.slot, last.slot + 1, first.heads, percent, cents)


def _charged(problem: Problem, schedule: Schedule) -> Mapping[tuple[object, ...], int]:
    """Give the cents charged for cover by outlet, activity and start, as in :func:`_place`; 0 where nothing is."""
    cents: Counter[tuple[object, ...]] = Counter()
    for rule in (r for r in active_rules(problem) if isinstance(r, (IntervalCover, LateCustomers))):
        for found in rule.judge(problem, schedule).penalties:
            cents[found.outlet_id, found.activity_id, found.start] += found.cents
    return cents


def _place(problem: Problem, cell: Cell) -> tuple[object, ...]:
    start = problem.horizon.moment_of(cell.slot * problem.horizon.slot_minutes)
    return problem.outlets[cell.outlet].outlet_id, problem.activities[cell.activity].activity_id, start


def _cover_rules(problem: Problem) -> list[IntervalCover]:
    return [rule for rule in active_rules(problem) if isinstance(rule, IntervalCover)]


def _percent_given(problem: Problem, schedule: Schedule, cells: Sequence[Cell]) -> IntArray:
    """Count the heads of each cell in hundredths, the way the rule counts them that is about the cell."""
    given = 100 * _at(heads_given(problem, schedule), cells)
    for rule in _cover_rules(problem):
        if rule.head_percent:
            own = set(rule.cells(problem))
            inside = np.array([cell in own for cell in cells], bool)
            counted = _heads(problem, schedule, dict.fromkeys(problem.employee_index, 100) | rule.percents(problem))
            given[inside] = _at(counted, cells)[inside]
    return given


def _at(heads: IntArray, cells: Sequence[Cell]) -> IntArray:
    place = np.array([(c.outlet, c.activity, c.slot) for c in cells], np.int64).reshape(-1, 3)
    given: IntArray = heads[place[:, 0], place[:, 1], place[:, 2]]
    return given


def _cover(problem: Problem, schedule: Schedule) -> dict[str, float]:
    cells = [c for c in required_cells(problem) if not problem.activities[c.activity].deferrable]
    needed = 100 * np.array([c.heads for c in cells], np.int64)
    given = _percent_given(problem, schedule, cells)
    covered = int(np.minimum(needed, given).sum())
    minutes = problem.horizon.slot_minutes
    return {
        "needed_hours": int(needed.sum()) * minutes / 6000,
        "covered_hours": covered * minutes / 6000,
        "missing_hours": (int(needed.sum()) - covered) * minutes / 6000,
        "surplus_hours": (int(given.sum()) - covered) * minutes / 6000,
        "cover_share": _share(covered, int(needed.sum()), empty=1.0),
    }


def _waiting(problem: Problem, schedule: Schedule) -> dict[str, float]:
    rows = [row for row in problem.traffic if row.customers > 0]
    if not rows:
        return {}
    outlet = [problem.outlet_index[row.outlet_id] for row in rows]
    activity = [problem.activity_index[row.activity_id] for row in rows]
    slot = [problem.horizon.slot_of(row.date, row.start) for row in rows]
    customers = np.array([row.customers for row in rows])
    laws = [service_law(problem.activities[a]) for a in activity]
    load = customers * np.array([law.mean_minutes for law in laws]) / problem.horizon.slot_minutes
    stretched = np.array([law.residual_minutes for law in laws])
    limit = np.array([problem.wait_limit_minutes(row.outlet_id, row.activity_id) for row in rows])
    heads = heads_given(problem, schedule)[outlet, activity, slot]
    late = 1.0 - service_level(heads, load, stretched, limit)
    return {"late_share": float(np.average(late, weights=customers))}


def _hours(problem: Problem, schedule: Schedule) -> dict[str, float]:
    contracted = sum(problem.contract_of[e.employee_id].weekly_minutes for e in problem.staff)
    return {
        "duties": len(schedule.duty_list),
        "missing_duties": sum(_lacking(need, schedule) for need in problem.shift_requirements),
        "people_on_duty": len({d.employee_id for d in schedule.duty_list}),
        "paid_hours": sum(problem.paid_minutes(duty) for duty in schedule.duty_list) / 60,
        "contract_hours": contracted * problem.horizon.days / 7 / 60,
        "wage_cents": PaidTime().judge(problem, schedule).cents,
    }


def _travel(problem: Problem, schedule: Schedule) -> dict[str, float]:
    home = {e.employee_id: e.home_outlet_id for e in problem.staff}
    trips = [(home[d.employee_id], d.outlet_id) for d in schedule.duty_list]
    away = [(origin, outlet) for origin, outlet in trips if origin is not None and origin != outlet]
    between = problem.travel.between
    return {
        "travel_trips": len(away),
        "travel_minutes": sum(between(origin, outlet) + between(outlet, origin) for origin, outlet in away),
    }


def _variety(problem: Problem, schedule: Schedule) -> dict[str, float]:
    minutes = {activity.activity_id: 0 for activity in problem.activities}
    performed: dict[str, set[str]] = defaultdict(set)
    for stint in schedule.stint_list:
        minutes[stint.activity_id] += stint.minutes
        performed[stint.employee_id].add(stint.activity_id)
    deferrable = sum(minutes[activity.activity_id] for activity in problem.activities if activity.deferrable)
    return {
        "cross_post_share": _share(sum(len(own) > 1 for own in performed.values()), len(performed), empty=0.0),
        "deferrable_share": _share(deferrable, sum(minutes.values()), empty=0.0),
        **{f"hours.{name}": spent / 60 for name, spent in minutes.items()},
    }


def _lacking(need: ShiftRequirement, schedule: Schedule) -> int:
    return max(0, need.wanted - sum(counts_towards(need, duty) for duty in schedule.duty_list))


def _granted(problem: Problem, schedule: Schedule) -> int:
    """Count the requests that are met."""
    return len(problem.requests) - len(RequestGranted().judge(problem, schedule).penalties)


def _share(part: float, whole: float, *, empty: float) -> float:
    return part / whole if whole else empty
