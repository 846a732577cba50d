"""Staffing to a promise: the fewest head-hours of a day with which what was promised to customers holds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from schedsolver.domain.arrays import FloatArray, IntArray
from schedsolver.domain.promise import Promise
from schedsolver.errors import InfeasibleProblem
from schedsolver.traffic.day_choice import least_heads
from schedsolver.traffic.erlang import mean_wait, service_level
from schedsolver.traffic.erlang_a import erlang_a
from schedsolver.traffic.service_law import ServiceLaw


@dataclass(frozen=True)
class Tables:
    """What a number of heads means in each slot; arrays of shape ``(slots, heads + 1)``.

    Attributes
    ----------
    customers
        Expected arrivals by slot, shape ``(slots,)``.
    late_share
        Share of customers who wait longer than the limit.
    mean_wait
        Mean wait in minutes; infinite where heads cannot keep up.
    occupancy
        Share of their time that heads are busy.
    """

    customers: FloatArray
    late_share: FloatArray
    mean_wait: FloatArray
    occupancy: FloatArray

    @property
    def late_customers(self) -> FloatArray:
        """Expected customers late by slot and heads: the price table of a roster that trades them."""
        return self.customers[:, None] * self.late_share


@dataclass(frozen=True)
class DayStaffing:
    """Heads by slot with what is expected of them.

    Attributes
    ----------
    heads
        Shape ``(slots,)``.
    late_share, mean_wait
        Expected in each slot; 0 where no customer is.
    late_share_of_day, worst_late_share
        Over all customers, and in the worst slot.
    """

    heads: IntArray
    late_share: FloatArray
    mean_wait: FloatArray
    late_share_of_day: float
    worst_late_share: float


def queue_tables(
    customers: ArrayLike,
    load: ArrayLike,
    law: ServiceLaw,
    wait_limit_minutes: float = 20.0,
    *,
    most_heads: int | None = None,
    patience_minutes: float | None = None,
) -> Tables:
    """Tabulate late customers and waits by slot and number of heads, from formulas for the long run.

    Erlang C with the two-moment correction of the service, or, where patience ends, Erlang A, which takes service as
    exponential.

    Parameters
    ----------
    customers, load
        Expected arrivals and load in erlangs by slot, shape ``(slots,)``; the load from
        :mod:`~schedsolver.traffic.offered_load`.
    law
        The service.
    wait_limit_minutes
        A customer who waits longer is late.
    most_heads
        Most heads of any slot, such as the outlet's windows; more than any promise needs when not given.
    patience_minutes
        Mean time after which a customer gives up; ``None`` for never.

    Raises
    ------
    ValueError
        If customers and load differ in shape, or a number is out of range.
    """
    arriving, loads = np.asarray(customers, float), np.asarray(load, float)
    if arriving.ndim != 1 or arriving.shape != loads.shape:
        raise ValueError(f"customers have shape {arriving.shape} and load {loads.shape}; give both slot by slot")
    if not np.all(np.isfinite(arriving)) or np.any(arriving < 0):
        raise ValueError("customers must be numbers, at least 0")
    most = heads_enough(loads) if most_heads is None else most_heads
    heads, each = np.arange(most + 1), loads[:, None]
    if patience_minutes is not None:
        queue = erlang_a(heads, each, law.mean_minutes, patience_minutes, wait_limit_minutes)
        late, waits, occupancy = queue.late_share, queue.mean_wait, queue.occupancy
    else:
        stretched = law.residual_minutes
        late = 1.0 - service_level(heads, each, stretched, wait_limit_minutes)
        waits = mean_wait(heads, each, stretched)
        occupancy = np.minimum(np.divide(each, heads, out=np.ones(late.shape), where=heads > 0), 1.0)
    come = arriving[:, None] > 0
    return Tables(arriving, np.where(come, late, 0.0), np.where(come, waits, 0.0), np.where(come, occupancy, 0.0))


def heads_enough(load: ArrayLike, promise: Promise | None = None) -> int:
    """Give a number of heads that no slot needs more of: ten standard deviations above the heaviest load.

    Parameters
    ----------
    load
        Erlangs by slot.
    promise
        One with a bound on occupancy may need more.
    """
    heaviest = float(np.max(load, initial=0.0))
    idle = 0.0 if promise is None or promise.occupancy_of_slot is None else heaviest / promise.occupancy_of_slot
    return int(max(heaviest + 10 * np.sqrt(heaviest), idle)) + 10


def staff_to_promise(tables: Tables, promise: Promise, fewest_heads: ArrayLike = 0) -> DayStaffing:
    """Choose the heads of all slots together: the fewest head-hours that keep a promise.

    Parameters
    ----------
    tables
        From :func:`queue_tables`, with the promise's own limit, or from a simulation.
    promise
        What is to hold.
    fewest_heads
        Least heads of a slot, for all or by slot, for example a window that is always open.

    Raises
    ------
    InfeasibleProblem
        If not even the most heads of the tables keep the promise, with the slots at fault.
    """
    allowed = _allowed(tables, promise) & (np.arange(tables.late_share.shape[1]) >= np.reshape(fewest_heads, (-1, 1)))
    impossible = np.flatnonzero(~allowed.any(axis=1))
    if impossible.size:
        most = allowed.shape[1] - 1
        raise InfeasibleProblem([f"slot {s}: not even {most} heads keep its bounds {promise}" for s in impossible])
    losses, limit = _day_bound(tables, promise)
    heads = least_heads(np.where(allowed, losses, np.inf), limit)
    if heads is None:
        raise InfeasibleProblem([f"{allowed.shape[1] - 1} heads in every slot do not keep {promise} over the day"])
    return expected(tables, heads)


def expected(tables: Tables, heads: IntArray) -> DayStaffing:
    """Look up what is expected of given heads by slot."""
    slots = np.arange(len(heads))
    late, waits = tables.late_share[slots, heads], tables.mean_wait[slots, heads]
    total = tables.customers.sum()
    share = float(late @ tables.customers / total) if total else 0.0
    return DayStaffing(heads, late, waits, share, float(late.max(initial=0.0)))


def _allowed(tables: Tables, promise: Promise) -> NDArray[np.bool_]:
    """Tell which numbers of heads keep the bounds on slots; all from the first one that does."""
    bounds = (
        (tables.late_share, promise.late_share_of_slot),
        (tables.mean_wait, promise.mean_wait_of_slot),
        (tables.occupancy, promise.occupancy_of_slot),
    )
    kept = np.ones(tables.late_share.shape, bool)
    for table, bound in bounds:
        if bound is not None:
            kept &= table <= bound
    return np.asarray(np.logical_or.accumulate(kept, axis=1))


def _day_bound(tables: Tables, promise: Promise) -> tuple[FloatArray, float]:
    """Give the losses that a bound on the day sums, by slot and heads, and the most they may sum to."""
    total = float(tables.customers.sum())
    if promise.late_share_of_day is not None:
        return tables.late_customers, promise.late_share_of_day * total
    if promise.mean_wait_of_day is not None:
        return tables.customers[:, None] * tables.mean_wait, promise.mean_wait_of_day * total
    return np.zeros(tables.late_share.shape), 0.0
