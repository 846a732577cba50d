"""Staffing by simulation: heads by slot that keep a promise under the customers simulated, not under a formula."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from schedsolver.domain.arrays import FloatArray, IntArray
from schedsolver.domain.promise import Promise
from schedsolver.simulate.customers import Customers
from schedsolver.simulate.figures import Figures
from schedsolver.simulate.queue import present, serve

# How many slots away a head may move at once.
_REACH = 2


@dataclass(frozen=True)
class SimulatedStaffing:
    """Heads by slot, shape ``(slots,)``, and what the simulation counted with them.

    ``kept`` tells whether the promise holds there; judge it on other customers than those it was chosen on.
    """

    heads: IntArray
    figures: Figures
    kept: bool


@dataclass(frozen=True)
class QueueToStaff:
    """One queue over a day, such as a counter of one outlet, whose heads are to be chosen.

    Attributes
    ----------
    customers
        Those of a single queue, from :func:`~schedsolver.simulate.customers.draw_customers`.
    expected
        The expected arrivals by slot that they were drawn from, shape ``(slots,)``.
    start
        Heads by slot to begin with, for example from :func:`~schedsolver.traffic.promise.staff_to_promise`.
    most_heads
        Most heads of a slot, such as the outlet's windows; ``None`` for no limit.
    """

    customers: Customers
    expected: FloatArray
    start: IntArray
    most_heads: int | None = None


def staff_by_simulation(
    customers: Customers, expected: ArrayLike, promise: Promise, start: ArrayLike, most_heads: int | None = None
) -> SimulatedStaffing:
    """Choose the heads of one queue; see :class:`QueueToStaff` and :func:`staff_together`.

    Returns
    -------
    The staffing; ``kept`` is false where not even ``most_heads`` everywhere it would help keep the promise.
    """
    whole = np.asarray(start).astype(np.int64)
    return staff_together([QueueToStaff(customers, np.asarray(expected, float), whole, most_heads)], promise)[0]


def staff_together(queues: Sequence[QueueToStaff], promise: Promise) -> list[SimulatedStaffing]:
    """Add heads where the promise breaks, then take away every head that it does not need.

    A bound on the day holds for the customers of all queues together, those on slots for each slot of each. So an
    outlet, or a day, may be worse than another where a head serves more customers in time.

    Every staffing tried meets the same customers. Heads come one by one where they bring the promise nearest to being
    kept, go one by one where customers feel it least, and move to a slot nearby where that lets more of them go; the
    result is one from which no single head can go, not always the least of all.

    Parameters
    ----------
    queues
        What is to be staffed: outlets, days.
    promise
        What is to hold.

    Returns
    -------
    A staffing for each queue; ``kept`` is the same for all.
    """
    trial = _Trial(queues, promise)
    heads = np.concatenate([queue.start for queue in queues])
    heads = _trimmed(trial, _repaired(trial, heads))
    while (fewer := _trimmed(trial, _exchanged(trial, heads))).sum() < heads.sum():
        heads = fewer
    kept = trial.badness(heads)[0] == 0
    return [SimulatedStaffing(own, trial.figures(i, own), kept) for i, own in enumerate(trial.apart(heads))]


def iterative_staffing(
    customers: Customers, expected: ArrayLike, delay_share: float, *, points: int = 6, most_rounds: int = 30
) -> IntArray:
    """Give heads with which, at every time, hardly any customer would have to wait.

    Begin with heads for everybody, see how many customers are present over time, set the heads of each slot to the
    least number that fewer are below, repeat until nothing changes; where it ends in turning between staffings, the
    largest of the last two is given. Source: Z. Feldman, A. Mandelbaum, W. A. Massey and W. Whitt, "Staffing of
    time-varying queues to achieve time-stable performance" (2008).

    Parameters
    ----------
    customers, expected
        As for :func:`staff_by_simulation`.
    delay_share
        Most of its time that a slot may have no free head, in ``(0, 1)``.
    points
        Moments per slot that are looked at.
    most_rounds
        Simulations at most.

    Raises
    ------
    ValueError
        If the share is out of range.
    """
    if not 0 < delay_share < 1:
        raise ValueError(f"delay_share is {delay_share}; it must lie between 0 and 1, both excluded")
    arrivals = np.asarray(expected, float)
    everybody = int(np.diff(customers.first).max(initial=0))
    heads: IntArray = np.full(customers.slots, everybody)
    before = heads
    for _ in range(most_rounds):
        there = present(customers, arrivals, heads, points)
        needed = _least_above(there.reshape(customers.replications, customers.slots, points), delay_share)
        if np.array_equal(needed, heads):
            return heads
        before, heads = heads, needed
    return np.maximum(before, heads)


def excess(figures: Figures, promise: Promise) -> float:
    """Say by how much figures break a promise: relative excesses over its bounds, summed; 0 where it holds."""
    return _excess(_sums(figures), promise)


def _sums(figures: Figures) -> FloatArray:
    """Give customers, late ones, waits, busy and staffed minutes by slot, shape ``(5, slots)``."""
    by_slot = (n[:, 0].sum(axis=0) for n in (figures.customers, figures.late, figures.wait_minutes))
    return np.stack([*by_slot, figures.busy_minutes[0], figures.staffed_minutes[0]])


def _excess(sums: FloatArray, promise: Promise) -> float:
    came, late, waits, busy, staffed = sums
    total = max(float(came.sum()), 1.0)
    bounds: Iterable[tuple[ArrayLike, ArrayLike, float | None]] = (
        (late.sum(), total, promise.late_share_of_day),
        (waits.sum(), total, promise.mean_wait_of_day),
        (late, came, promise.late_share_of_slot),
        (waits, came, promise.mean_wait_of_slot),
        (busy, staffed, promise.occupancy_of_slot),
    )
    return sum(
        float(np.maximum(np.asarray(part) - bound * np.asarray(whole), 0.0).sum()) / bound / total
        for part, whole, bound in bounds
        if bound is not None
    )


class _Trial:
    """Simulates staffings on the same customers, each queue's once; heads are those of all queues, one by one."""

    def __init__(self, queues: Sequence[QueueToStaff], promise: Promise) -> None:
        self.queues, self.promise = queues, promise
        slots = [len(queue.start) for queue in queues]
        self._ends = np.cumsum(slots)
        most = [np.inf if queue.most_heads is None else queue.most_heads for queue in queues]
        self.most_heads = np.repeat(most, slots)
        self._known: dict[tuple[int, bytes], FloatArray] = {}

    def slots_of(self, queue: int) -> range:
        """Give the positions of a queue's slots among all."""
        end = int(self._ends[queue])
        return range(end - len(self.queues[queue].start), end)

    def apart(self, heads: IntArray) -> list[IntArray]:
        """Give the heads of each queue."""
        return np.split(heads, self._ends[:-1])

    def figures(self, queue: int, heads: IntArray) -> Figures:
        own = self.queues[queue]
        return serve(own.customers, own.expected, heads, self.promise.wait_limit_minutes)

    def badness(self, heads: IntArray) -> tuple[float, float]:
        """Give the excess over the promise, then late customers and waits where nothing else tells apart."""
        sums = np.concatenate([self._sums(i, own) for i, own in enumerate(self.apart(heads))], axis=1)
        return _excess(sums, self.promise), float(sums[1].sum()) + 1e-6 * float(sums[2].sum())

    def best(self, heads: IntArray, slots: Iterable[int], change: int) -> tuple[int, tuple[float, float]]:
        """Give the slot in which a change of heads is best."""
        tried = [(self.badness(changed(heads, slot, change)), slot) for slot in slots]
        badness, slot = min(tried)
        return slot, badness

    def _sums(self, queue: int, heads: IntArray) -> FloatArray:
        key = queue, heads.tobytes()
        if key not in self._known:
            self._known[key] = _sums(self.figures(queue, heads))
        return self._known[key]


def changed(heads: IntArray, slot: int, by: int) -> IntArray:
    """Give the heads with those of one slot changed."""
    other = heads.copy()
    other[slot] += by
    return other


def _repaired(trial: _Trial, heads: IntArray) -> IntArray:
    while trial.badness(heads)[0] > 0:
        open_slots = np.flatnonzero(heads < trial.most_heads)
        if not open_slots.size:
            return heads
        slot, badness = trial.best(heads, open_slots.tolist(), +1)
        if badness >= trial.badness(heads):
            return heads
        heads = changed(heads, slot, +1)
    return heads


def _trimmed(trial: _Trial, heads: IntArray) -> IntArray:
    # A head that cannot go now cannot go later, when there are fewer others.
    slots = set(np.flatnonzero(heads > 0).tolist())
    while slots:
        slots = {s for s in slots if heads[s] > 0 and trial.badness(changed(heads, s, -1))[0] == 0}
        if slots:
            slot, _ = trial.best(heads, slots, -1)
            heads = changed(heads, slot, -1)
    return heads


def _exchanged(trial: _Trial, heads: IntArray) -> IntArray:
    """Move heads to slots of the same queue nearby, as long as customers feel it for the better."""
    best = trial.badness(heads)
    for slots in map(trial.slots_of, range(len(trial.queues))):
        while True:
            pairs = (
                (source, target)
                for source in slots
                for target in range(max(source - _REACH, slots.start), min(source + _REACH + 1, slots.stop))
                if source != target and heads[source] > 0 and heads[target] < trial.most_heads[target]
            )
            moved = (changed(changed(heads, source, -1), target, +1) for source, target in pairs)
            badness, found = min(((trial.badness(h), h.tolist()) for h in moved), default=(best, heads.tolist()))
            if badness >= best:
                break
            best, heads = badness, np.array(found)
    return heads


def _least_above(there: IntArray, delay_share: float) -> IntArray:
    """Give the least heads of each slot that are all taken at most a share of the time."""
    heads = np.zeros(there.shape[1], np.int64)
    while True:
        short = (there >= heads[:, None]).mean(axis=(0, 2)) > delay_share
        if not short.any():
            return heads
        heads += short
