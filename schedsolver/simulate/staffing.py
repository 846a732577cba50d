"""Staffing by simulation: heads by slot that keep a promise under the customers simulated, not under a formula."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from schedsolver.simulate.customers import Customers
from schedsolver.simulate.figures import Figures
from schedsolver.simulate.queue import present, serve
from schedsolver.traffic.promise import Promise

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


@dataclass(frozen=True)
class SimulatedStaffing:
    """Heads by slot, shape ``(slots,)``, and what the simulation counted with them.

    ``kept`` tells whether the promise holds there; judge it on other customers than those it was chosen on.
    """

    heads: IntArray
    figures: Figures
    kept: bool


def staff_by_simulation(
    customers: Customers, expected: ArrayLike, promise: Promise, start: ArrayLike, most_heads: int | None = None
) -> SimulatedStaffing:
    """Add heads where the promise breaks, then take away every head that it does not need.

    Every staffing tried meets the same customers. Heads come one by one where they bring the promise nearest to being
    kept, and go one by one where customers feel it least; the result is one from which no single head can go, not
    always the least of all.

    Parameters
    ----------
    customers
        Those of a single queue, from :func:`~schedsolver.simulate.customers.draw_customers`.
    expected
        The expected arrivals by slot that they were drawn from, shape ``(slots,)``.
    promise
        What is to hold.
    start
        Heads by slot to begin with, for example from :func:`~schedsolver.traffic.promise.staff_to_promise`.
    most_heads
        Most heads of a slot, such as the outlet's windows; ``None`` for no limit.

    Returns
    -------
    The staffing; ``kept`` is false where not even ``most_heads`` everywhere it would help keep the promise.
    """
    trial = _Trial(customers, np.asarray(expected, float), promise)
    heads = np.asarray(start).astype(np.int64)
    heads = _trimmed(trial, _repaired(trial, heads, most_heads))
    figures = trial.figures(heads)
    return SimulatedStaffing(heads, figures, excess(figures, promise) == 0)


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
    came, late = figures.customers[:, 0].sum(axis=0), figures.late[:, 0].sum(axis=0)
    waits, total = figures.wait_minutes[:, 0].sum(axis=0), max(int(came.sum()), 1)
    bounds: Iterable[tuple[ArrayLike, ArrayLike, float | None]] = (
        (late.sum(), total, promise.late_share_of_day),
        (waits.sum(), total, promise.mean_wait_of_day),
        (late, came, promise.late_share_of_slot),
        (waits, came, promise.mean_wait_of_slot),
        (figures.busy_minutes[0], figures.staffed_minutes[0], promise.occupancy_of_slot),
    )
    return sum(
        float(np.maximum(np.asarray(part) - bound * np.asarray(whole), 0.0).sum()) / bound / total
        for part, whole, bound in bounds
        if bound is not None
    )


class _Trial:
    """Simulates staffings on the same customers, each once."""

    def __init__(self, customers: Customers, expected: FloatArray, promise: Promise) -> None:
        self.customers, self.expected, self.promise = customers, expected, promise
        self._known: dict[bytes, tuple[float, float]] = {}

    def figures(self, heads: IntArray) -> Figures:
        return serve(self.customers, self.expected, heads, self.promise.wait_limit_minutes)

    def badness(self, heads: IntArray) -> tuple[float, float]:
        """Give the excess over the promise, then late customers and waits where nothing else tells apart."""
        key = heads.tobytes()
        if key not in self._known:
            found = self.figures(heads)
            felt = float(found.late.sum()) + 1e-6 * float(found.wait_minutes.sum())
            self._known[key] = excess(found, self.promise), felt
        return self._known[key]

    def best(self, heads: IntArray, slots: Iterable[int], change: int) -> tuple[int, tuple[float, float]]:
        """Give the slot in which a change of heads is best."""
        tried = [(self.badness(changed(heads, slot, change)), slot) for slot in slots]
        badness, slot = min(tried)
        return slot, badness


def changed(heads: IntArray, slot: int, by: int) -> IntArray:
    """Give the heads with those of one slot changed."""
    other = heads.copy()
    other[slot] += by
    return other


def _repaired(trial: _Trial, heads: IntArray, most: int | None) -> IntArray:
    while trial.badness(heads)[0] > 0:
        open_slots = np.flatnonzero(heads < (np.inf if most is None else most))
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


def _least_above(there: IntArray, delay_share: float) -> IntArray:
    """Give the least heads of each slot that are all taken at most a share of the time."""
    heads = np.zeros(there.shape[1], np.int64)
    while True:
        short = (there >= heads[:, None]).mean(axis=(0, 2)) > delay_share
        if not short.any():
            return heads
        heads += short
