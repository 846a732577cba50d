"""What happens when service ends for the day: people stay for those inside, or the doors shut."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from schedsolver.domain.arrays import FloatArray, IntArray
from schedsolver.simulate.customers import Customers
from schedsolver.simulate.kernel import NOBODY


class Session(NamedTuple):
    """Slots ``[begin, end)`` in which a queue is open; its next session, or the end of all, is at ``until``."""

    queue: int
    begin: int
    end: int
    until: int


def sessions(expected: FloatArray, heads: IntArray) -> list[Session]:
    """List the sessions of each queue: maximal runs of slots with customers expected or people rostered.

    Parameters
    ----------
    expected, heads
        Expected arrivals and people, shape ``(queues, slots)``.
    """
    queues, slots = expected.shape
    active = np.zeros((queues, slots + 2), np.int8)
    active[:, 1:-1] = (expected > 0) | (heads > 0)
    queue, begin = np.nonzero(np.diff(active, axis=1) == 1)
    _, end = np.nonzero(np.diff(active, axis=1) == -1)
    following = np.append(begin[1:], 0)
    until = np.where(np.append(queue[1:], NOBODY) == queue, following, slots + 1)
    return [Session(*row) for row in np.stack([queue, begin, end, until], axis=1).tolist()]


def stay_until_served(serves: IntArray, found: list[Session]) -> IntArray:
    """Let the people of a session's last slot go on until nobody waits, unless they are rostered elsewhere by then.

    Parameters
    ----------
    serves
        Queues that people serve, shape ``(slots, people, ranks)``.
    found
        The sessions.

    Returns
    -------
    The same with one slot more at the end.
    """
    stay = np.concatenate([serves, np.full((1, *serves.shape[1:]), NOBODY)])
    for session in found:
        for person in np.flatnonzero(serves[session.end - 1, :, 0] == session.queue):
            after = stay[session.end : session.until, person]
            after[: _run(after[:, 0] == NOBODY), 0] = session.queue
    return stay


def doors_shut(customers: Customers, found: list[Session], stay: IntArray) -> FloatArray:
    """Give each customer's patience, cut off when the last of those who stay on has gone.

    Parameters
    ----------
    customers, found
        Who comes, and the sessions.
    stay
        What :func:`stay_until_served` gave.
    """
    leave = np.full((customers.queues, customers.slots), np.inf)
    for session in found:
        there = (stay[session.end : session.until, :, 0] == session.queue).any(axis=1)
        if not there.all():
            leave[session.queue, session.begin : session.end] = (session.end + _run(there)) * customers.slot_minutes
    if np.isinf(leave).all():
        return customers.patience
    return np.minimum(customers.patience, leave[customers.queue, customers.slot] - customers.arrival)


def _run(flags: NDArray[np.bool_]) -> int:
    """Count the flags that are set before the first that is not."""
    return len(flags) if flags.all() else int(np.argmin(flags))
