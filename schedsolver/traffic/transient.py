"""Queues whose load and heads change over the day, solved without a simulation: customers late in each slot.

Formulas for the long run do not know that half an hour of too few heads does little harm, and a simulation knows it
with noise, which a search for few heads takes for savings. Kolmogorov's forward equations know it exactly: how likely
how many customers are present follows minute by minute. Who finds all heads busy is late if too few seats become free
within the limit, and as long as there is a queue they do so at the rate of the heads there are then.

Source: the equations of a Markovian queue with rates that change, as in L. Green, P. Kolesar and W. Whitt (2007),
Coping with time-varying demand when setting staffing requirements for a service system, POMS 16.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numba import njit
from numpy.typing import ArrayLike

from schedsolver.domain.arrays import FloatArray, IntArray
from schedsolver.domain.promise import Promise
from schedsolver.errors import InfeasibleProblem
from schedsolver.traffic.day_choice import least_heads
from schedsolver.traffic.erlang import heads_needed
from schedsolver.traffic.offered_load import stationary_load
from schedsolver.traffic.service_law import ServiceLaw

Pair = tuple[float, float]
# How many slots away a head may move at once.
REACH = 8
# Days begin with heads for this share of what they may lose, by Erlang C, and end at this many times of it.
EASY, WORST = 0.2, 3.0
# So many heads more in every slot are tried where a cap is not kept.
MORE = 5


def late_customers(
    customers: ArrayLike,
    heads: ArrayLike,
    law: ServiceLaw,
    wait_limit_minutes: float = 20.0,
    slot_minutes: float = 30.0,
) -> FloatArray:
    """Give how many customers of each slot are expected to wait longer than the limit, shape ``(slots,)``.

    Customers come at random at the rate of their slot, the queue is empty at first, and the heads of the last slot stay
    until all are served. Who is with a customer when heads become fewer finishes first; such heads are taken to leave
    as they do on average, which is some hundredths off in a slot that loses most of its heads. All else is exact.

    Parameters
    ----------
    customers, heads
        Expected arrivals and heads by slot, shape ``(slots,)`` each.
    law
        The service, which must be exponential.
    wait_limit_minutes, slot_minutes
        Who waits longer is late; the length of a slot.

    Raises
    ------
    ValueError
        If the service is not exponential, shapes differ, or a number is negative or not finite.
    """
    expected, chosen = _checked(customers), np.asarray(heads, np.int64)
    if chosen.shape != expected.shape or np.any(chosen < 0):
        raise ValueError(f"heads have shape {chosen.shape}, customers {expected.shape}; give both by slot, at least 0")
    return np.asarray(_late(expected, chosen, _rate(law), wait_limit_minutes, slot_minutes))


def staff_over_time(
    days: Sequence[ArrayLike], law: ServiceLaw, promise: Promise, slot_minutes: float = 30.0
) -> list[IntArray]:
    """Choose the heads of some days, or queues, together: few head-hours that keep a promise.

    For each number of heads a day's are placed where fewest customers are late: taken away one by one where they are
    missed least, and moved between slots in between as long as that helps. How many heads each day gets is then chosen
    exactly, for the promise to hold over the customers of all days.

    Parameters
    ----------
    days
        Expected customers by slot of each, shape ``(slots,)`` each.
    law
        The service, which must be exponential.
    promise
        A late share over all days, and perhaps one that no slot may exceed.
    slot_minutes
        Length of a slot.

    Returns
    -------
    Heads by slot of each day.

    Raises
    ------
    ValueError
        If the promise is of waits or occupancy, or has no share of the day; or as for :func:`late_customers`.
    InfeasibleProblem
        If no heads tried keep the bound on slots.
    """
    if promise.late_share_of_day is None or promise.mean_wait_of_slot or promise.occupancy_of_slot:
        raise ValueError(f"{promise} is not of late customers alone; give late_share_of_day, perhaps a slot's too")
    share, cap = promise.late_share_of_day, promise.late_share_of_slot or 1.0
    rate, limit = _rate(law), promise.wait_limit_minutes
    choices = []
    for number, customers in enumerate(days):
        expected = _checked(customers)
        load = stationary_load(expected, slot_minutes, law)
        heads = heads_needed(load, law.mean_minutes, limit, 1 - EASY * min(share, cap)).astype(np.int64)
        found = _fewer_and_fewer(expected, heads, cap, WORST * share, rate, limit, slot_minutes)
        if not found:
            told = f"day {number}: not even {MORE} heads more than Erlang C asks for keep {cap:.1%} in every slot"
            raise InfeasibleProblem([told])
        choices.append(found)
    most = max(int(found[0][1].sum()) for found in choices)
    losses = np.full((len(choices), most + 1), np.inf)
    for row, found in zip(losses, choices, strict=True):
        for late, heads in reversed(found):
            row[heads.sum() :] = late
    total = sum(float(np.sum(customers)) for customers in days)
    many = least_heads(np.minimum.accumulate(losses, axis=1), share * total)
    if many is None:
        raise InfeasibleProblem([f"the heads that Erlang C asks for do not keep {share:.1%} over all days"])
    by_total = [{int(heads.sum()): heads for _, heads in found} for found in choices]
    return [of[total] for of, total in zip(by_total, many.tolist(), strict=True)]


def _fewer_and_fewer(
    expected: FloatArray, heads: IntArray, cap: float, worst: float, rate: float, limit: float, slot_minutes: float
) -> list[tuple[float, IntArray]]:
    """Give customers late and heads, each with one head less, as long as slots keep their cap and not all is lost."""
    found: list[tuple[float, IntArray]] = []
    for _ in range(MORE):
        if math.isfinite(_placed(expected, heads.copy(), cap, rate, limit, slot_minutes)):
            break
        heads = heads + 1
    while True:
        late = _placed(expected, heads, cap, rate, limit, slot_minutes)
        if not math.isfinite(late):
            return found
        found.append((late, heads.copy()))
        if late > worst * expected.sum() or not heads.any():
            return found
        _drop(expected, heads, cap, rate, limit, slot_minutes)


def _checked(customers: ArrayLike) -> FloatArray:
    expected = np.asarray(customers, float)
    if expected.ndim != 1 or not np.all(np.isfinite(expected)) or np.any(expected < 0):
        raise ValueError("customers must be finite numbers by slot, at least 0")
    return expected


def _rate(law: ServiceLaw) -> float:
    if law.shape != "exponential":
        raise ValueError(f"service is {law.shape}; the equations know exponential service, staff others by simulation")
    return 1.0 / law.mean_minutes


@njit(cache=True)
def _late(expected: FloatArray, heads: IntArray, rate: float, limit: float, slot_minutes: float) -> FloatArray:
    """Follow the probabilities of how many customers are present by the midpoint method."""
    late = np.zeros(len(heads))
    leaving = _leaving(heads, rate, slot_minutes)
    states = 4 * heads.max() + 30
    now, slope, middle = np.zeros(states), np.zeros(states), np.zeros(states)
    now[0] = 1.0
    for slot in range(len(heads)):
        arriving = expected[slot] / slot_minutes
        # Steps of a minute at most, and short enough for the fastest change, so that nothing swings.
        steps = int(slot_minutes * max(1.0, 2 * (arriving + rate * (heads[slot] + leaving[slot])))) + 1
        step = slot_minutes / steps
        for i in range(steps):
            within = (i + 0.5) * step
            busy = heads[slot] + leaving[slot] * np.exp(-rate * within)
            _change(now, arriving, rate, busy, slope)
            for n in range(states):
                middle[n] = now[n] + step / 2 * slope[n]
            freed, more = _ahead(heads, slot, within, rate, limit, slot_minutes)
            late[slot] += arriving * step * _share_late(middle, busy + more, freed)
            _change(middle, arriving, rate, busy, slope)
            for n in range(states):
                now[n] += step * slope[n]
    return late


@njit(cache=True)
def _leaving(heads: IntArray, rate: float, slot_minutes: float) -> FloatArray:
    """Give heads beyond those of a slot that were still with a customer when it began, if all were busy."""
    leaving = np.zeros(len(heads))
    for slot in range(1, len(heads)):
        there = heads[slot - 1] + leaving[slot - 1] * np.exp(-rate * slot_minutes)
        leaving[slot] = max(0.0, there - heads[slot])
    return leaving


@njit(cache=True)
def _change(present: FloatArray, arriving: float, rate: float, busy: float, slope: FloatArray) -> None:
    """Work out how fast the probability of each number present changes."""
    last = len(present) - 1
    for n in range(last + 1):
        slope[n] = -rate * min(float(n), busy) * present[n]
        if n < last:
            slope[n] += rate * min(n + 1.0, busy) * present[n + 1] - arriving * present[n]
        if n > 0:
            slope[n] += arriving * present[n - 1]


@njit(cache=True)
def _ahead(heads: IntArray, slot: int, within: float, rate: float, limit: float, slot_minutes: float) -> Pair:
    """Give how many seats heads who stay are expected to free within the limit, and how many heads more there are then.

    Heads who leave free none: who was with them goes with them.
    """
    freed, more, left, span = 0.0, 0.0, limit, slot_minutes - within
    while left > 0:
        last = slot == len(heads) - 1
        span = left if last else min(span, left)
        freed += heads[slot] * rate * span
        left -= span
        span = slot_minutes
        if left > 0 and not last:
            slot += 1
            more += max(0.0, float(heads[slot] - heads[slot - 1]))
    return freed, more


@njit(cache=True)
def _share_late(present: FloatArray, seats: float, freed: float) -> float:
    """Give the share of customers for whom too few seats are freed, a Poisson number, for those who wait before them.

    A part of a seat, of heads about to leave, is there with that probability.
    """
    first = int(seats)
    part = seats - first
    term = np.exp(-freed)
    before, below, late = 0.0, term, 0.0
    for waiting in range(len(present) - first):
        late += present[first + waiting] * ((1 - part) * below + part * before)
        term *= freed / (waiting + 1)
        before = below
        below += term
    return late


@njit(cache=True)
def _sum(expected: FloatArray, heads: IntArray, cap: float, rate: float, limit: float, slot_minutes: float) -> float:
    """Give all customers late; far more than there are for each that is late beyond the cap of a slot."""
    late = _late(expected, heads, rate, limit, slot_minutes)
    over = 0.0
    for slot in range(len(late)):
        over += max(0.0, late[slot] - cap * expected[slot] - 1e-9)
    total: float = late.sum() + 1e6 * over
    return total


@njit(cache=True)
def _placed(expected: FloatArray, heads: IntArray, cap: float, rate: float, limit: float, slot_minutes: float) -> float:
    """Move heads, in place, until no move helps; give customers late, or infinity where a slot exceeds its cap."""
    best, moved = _sum(expected, heads, cap, rate, limit, slot_minutes), True
    while moved:
        moved = False
        for source in range(len(heads)):
            for target in range(max(0, source - REACH), min(len(heads), source + REACH + 1)):
                if source == target or heads[source] == 0:
                    continue
                heads[source] -= 1
                heads[target] += 1
                late = _sum(expected, heads, cap, rate, limit, slot_minutes)
                if late < best - 1e-9:
                    best, moved = late, True
                else:
                    heads[source] += 1
                    heads[target] -= 1
    return best if best <= expected.sum() + 1e-6 else np.inf


@njit(cache=True)
def _drop(expected: FloatArray, heads: IntArray, cap: float, rate: float, limit: float, slot_minutes: float) -> None:
    """Take away, in place, the head that is missed least."""
    best, chosen = np.inf, 0
    for slot in range(len(heads)):
        if heads[slot] > 0:
            heads[slot] -= 1
            late = _sum(expected, heads, cap, rate, limit, slot_minutes)
            heads[slot] += 1
            if late < best:
                best, chosen = late, slot
    heads[chosen] -= 1
