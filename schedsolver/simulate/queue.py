"""One queue over a day: customers against heads by slot, without names."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from schedsolver.domain.arrays import FloatArray, IntArray
from schedsolver.simulate.closing import doors_shut, sessions, stay_until_served
from schedsolver.simulate.customers import Customers, draw_customers
from schedsolver.simulate.figures import Figures, count
from schedsolver.simulate.kernel import NOBODY, run_replications
from schedsolver.traffic.service_law import ServiceLaw


def simulate_queue(
    expected: ArrayLike,
    heads: ArrayLike,
    slot_minutes: float,
    law: ServiceLaw,
    *,
    wait_limit_minutes: float = 20.0,
    patience_minutes: float | None = None,
    replications: int = 1000,
    seed: int = 0,
) -> Figures:
    """Simulate one queue over a day, many times.

    Customers come at a rate constant within a slot. A window that closes finishes its customer; those still waiting
    when the last open slot ends are served all the same, and where nobody is there then, leave.

    Parameters
    ----------
    expected
        Expected arrivals by slot, shape ``(slots,)``.
    heads
        Windows open by slot, whole numbers, shape ``(slots,)``.
    slot_minutes
        Length of a slot.
    law
        The service.
    wait_limit_minutes
        A customer who waits longer is late.
    patience_minutes
        Mean time after which a customer gives up; ``None`` for never.
    replications, seed
        How often, and of all randomness.

    Raises
    ------
    ValueError
        If an argument is out of range or lengths differ.
    """
    arrivals = np.atleast_2d(np.asarray(expected, float))
    customers = draw_customers(arrivals, slot_minutes, [law], replications, seed, [patience_minutes])
    return serve(customers, arrivals[0], np.asarray(heads), wait_limit_minutes)


def serve(customers: Customers, expected: FloatArray, heads: IntArray, wait_limit_minutes: float) -> Figures:
    """Serve customers drawn before, of a single queue, with heads by slot; see :func:`simulate_queue`."""
    there, serves, rostered = _with_windows(customers, expected, heads)
    return count(there, serves, rostered, wait_limit_minutes)


def present(customers: Customers, expected: FloatArray, heads: IntArray, points: int) -> IntArray:
    """Count the customers waiting or served at moments of each slot.

    Parameters
    ----------
    customers, expected, heads
        As for :func:`serve`.
    points
        Moments per slot, evenly spread.

    Returns
    -------
    Shape ``(replications, slots * points)``.
    """
    there, serves, _ = _with_windows(customers, expected, heads)
    wait, server = run_replications(
        there.first, there.arrival, there.queue, there.service, there.patience, serves, there.slot_minutes, 1
    )
    gone = there.arrival + wait + np.where(server != NOBODY, there.service, 0.0)
    moments = (np.arange(there.slots * points) + 0.5) * there.slot_minutes / points
    shape = (there.replications, len(moments) + 1)
    change = np.zeros(shape, np.int64)
    np.add.at(change, (there.replication, np.searchsorted(moments, there.arrival)), 1)
    np.add.at(change, (there.replication, np.searchsorted(moments, gone)), -1)
    return np.asarray(change.cumsum(axis=1)[:, :-1])


def _with_windows(customers: Customers, expected: FloatArray, heads: IntArray) -> tuple[Customers, IntArray, IntArray]:
    """Give the customers until doors shut, who serves, and who is rostered, window by window."""
    if heads.shape != (customers.slots,) or expected.shape != (customers.slots,) or customers.queues != 1:
        raise ValueError(
            f"heads have shape {heads.shape} and expected arrivals {expected.shape}; give one number for each of the "
            f"{customers.slots} slots, and customers of a single queue"
        )
    if np.any(heads < 0) or np.any(heads != np.floor(heads)):
        raise ValueError("heads must be whole numbers, at least 0")
    whole = heads.astype(np.int64)
    rostered = np.where(np.arange(whole.max(initial=0)) < whole[:, None], 0, NOBODY)
    found = sessions(expected[None], whole[None])
    serves = stay_until_served(rostered[:, :, None], found)
    return replace(customers, patience=doors_shut(customers, found, serves)), serves, rostered
