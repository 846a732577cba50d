"""The queues of a problem: each activity at an outlet that customers come for, day by day."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from schedsolver.domain.arrays import FloatArray
from schedsolver.domain.promise import Promise
from schedsolver.traffic.offered_load import modified_offered_load
from schedsolver.traffic.promise import Tables, heads_enough, queue_tables
from schedsolver.traffic.service_law import ServiceLaw

if TYPE_CHECKING:
    from schedsolver.domain import Activity, Problem


@dataclass(frozen=True)
class QueueDay:
    """Customers of one activity at one outlet on one date.

    Attributes
    ----------
    outlet, activity
        Positions in the problem's tables.
    date
        The date of the traffic.
    slot
        First slot in which anybody comes, counted from midnight of the first day planned.
    customers
        How many are expected, from that slot to the last in which anybody comes.
    slot_minutes
        Length of a slot.
    law
        Their service.
    patience_minutes
        Mean time after which they give up; ``None`` for never.
    wait_limit_minutes
        Whoever waits longer is late.
    windows
        Most heads that can serve them; ``None`` for no limit.
    promise
        What they are promised over the day; ``None`` where the activity's ``target_share`` holds slot by slot.
    """

    outlet: int
    activity: int
    date: dt.date
    slot: int
    customers: tuple[float, ...]
    slot_minutes: int
    law: ServiceLaw
    patience_minutes: float | None
    wait_limit_minutes: float
    windows: int | None
    promise: Promise | None

    @property
    def expected(self) -> FloatArray:
        """The customers as an array, shape ``(slots,)``."""
        return np.array(self.customers)

    @property
    def load(self) -> FloatArray:
        """Load by slot in erlangs, of customers who come and are still being served; shape ``(slots,)``."""
        return modified_offered_load(self.expected, self.slot_minutes, self.law)

    def tables(self, most_heads: int | None = None) -> Tables:
        """Tabulate how they are served by slot and heads; by default with more heads than the promise needs."""
        load = self.load
        return queue_tables(
            self.expected, load, self.law, self.wait_limit_minutes,
            most_heads=heads_enough(load, self.promise) if most_heads is None else most_heads,
            patience_minutes=self.patience_minutes,
        )  # fmt: skip


def queue_days(problem: Problem) -> list[QueueDay]:
    """Give the queues of a problem by outlet, activity and date; slots nobody comes in between have no customers."""
    rows: dict[tuple[int, int, dt.date], dict[int, float]] = defaultdict(dict)
    for row in problem.traffic:
        if row.customers > 0:
            place = problem.outlet_index[row.outlet_id], problem.activity_index[row.activity_id], row.date
            rows[place][problem.horizon.slot_of(row.date, row.start)] = row.customers
    return [_queue_day(problem, *place, rows[place]) for place in sorted(rows)]


def service_law(activity: Activity) -> ServiceLaw:
    """Give the service of an activity that customers come for."""
    if activity.service_minutes is None:
        raise ValueError(f'"{activity.activity_id}" has no service_minutes')
    return ServiceLaw.of(activity.service_minutes, activity.service_cv)


def _queue_day(problem: Problem, outlet: int, activity: int, date: dt.date, customers: dict[int, float]) -> QueueDay:
    place, work = problem.outlets[outlet], problem.activities[activity]
    first = min(customers)
    expected = tuple(customers.get(slot, 0.0) for slot in range(first, max(customers) + 1))
    promised = problem.promise_of(place.outlet_id, work.activity_id)
    limit = problem.wait_limit_minutes(place.outlet_id, work.activity_id)
    promise = None
    if promised is not None:
        bounds = promised.model_dump(exclude={"activity_id", "outlet_id", "wait_limit_minutes"})
        promise = Promise(wait_limit_minutes=limit, **bounds)
    windows = place.windows if work.at_window else None
    return QueueDay(
        outlet, activity, date, first, expected, problem.horizon.slot_minutes, service_law(work),
        work.patience_minutes, limit, windows, promise,
    )  # fmt: skip
