"""What a simulation counts, by replication, queue and slot, and how sure one can be of a share."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from schedsolver.domain.arrays import FloatArray, IntArray
from schedsolver.simulate.customers import Customers
from schedsolver.simulate.kernel import NOBODY, run_replications, tally

# 97.5 % of the normal distribution lie below.
_Z = 1.959963984540054


@dataclass(frozen=True)
class Figures:
    """Customers belong to the slot in which they come, waits and services to the slots in which they happen.

    Attributes
    ----------
    customers, late, lost
        How many came, waited longer than the limit, and left unserved; shape ``(replications, queues, slots)``.
    wait_minutes
        Waits of the customers who came, summed, of the same shape.
    queue_minutes
        Minutes spent waiting during the slot, summed over customers and replications, shape ``(queues, slots)``.
    busy_minutes, staffed_minutes
        Of the people rostered on a queue, the minutes busy with any customer and all their minutes, summed over
        replications, shape ``(queues, slots)``.
    overtime_minutes
        Minutes busy outside rostered service, on average over replications.
    slot_minutes
        Length of a slot.
    """

    customers: IntArray
    late: IntArray
    lost: IntArray
    wait_minutes: FloatArray
    queue_minutes: FloatArray
    busy_minutes: FloatArray
    staffed_minutes: FloatArray
    overtime_minutes: float
    slot_minutes: float

    def late_share(self) -> FloatArray:
        """Give the share of late customers by queue and slot, 0 where no customer came; shape ``(queues, slots)``."""
        came = self.customers.sum(axis=0)
        return ratio(self.late.sum(axis=0), came)


def count(customers: Customers, serves: IntArray, rostered: IntArray, wait_limits: ArrayLike) -> Figures:
    """Serve customers and count.

    Parameters
    ----------
    customers
        Who comes.
    serves
        Queues that people serve by rank, as :func:`~schedsolver.simulate.kernel.run_replications` takes them.
    rostered
        The queue on which a person is rostered and counted, -1 for none; shape ``(slots, people)`` with the slots
        of the customers.
    wait_limits
        Minutes after which a wait is late, for each queue.
    """
    c = customers
    limits = np.broadcast_to(np.asarray(wait_limits, float), (c.queues,)).copy()
    wait, server = run_replications(
        c.first, c.arrival, c.queue, c.service, c.patience, serves, c.slot_minutes, c.queues
    )
    counts, waits, queued, busy = tally(
        c.first, c.arrival, c.slot, c.queue, c.service, wait, server, limits, rostered, c.slot_minutes
    )
    staffed = np.asarray(heads_on(rostered, c.queues) * c.slot_minutes * c.replications, float)
    overtime = float(c.service[server != NOBODY].sum() - busy.sum()) / c.replications
    came, late, lost = counts
    return Figures(came, late, lost, waits, queued, busy, staffed, overtime, c.slot_minutes)


def heads_on(rostered: IntArray, queues: int) -> IntArray:
    """Count the people rostered on each queue, shape ``(slots, people)``, by slot; shape ``(queues, slots)``."""
    return np.asarray((rostered == np.arange(queues)[:, None, None]).sum(axis=2))


def share_with_interval(part: ArrayLike, whole: ArrayLike) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Give ``sum(part) / sum(whole)`` over replications with its 95 % interval.

    Replications are independent, customers within one are not, so the interval comes from the spread between
    replications: that of the ratio estimator (W. G. Cochran, Sampling Techniques, 3rd edition, 1977, chapter 6), cut
    off at 0 and 1. With a single replication, or where nothing of the part was seen, it has no width and means nothing.

    Parameters
    ----------
    part, whole
        Shape ``(replications, ...)``.

    Returns
    -------
    Share, low and high, of the shape without replications; 0 where the whole is 0.
    """
    y, x = np.asarray(part, float), np.asarray(whole, float)
    n, total = len(x), x.sum(axis=0)
    share = ratio(y.sum(axis=0), total)
    spread = np.sqrt(((y - share * x) ** 2).sum(axis=0) * n / max(n - 1, 1))
    half = _Z * ratio(spread, total)
    return share, np.maximum(share - half, 0.0), np.minimum(share + half, 1.0)


def ratio(part: ArrayLike, whole: ArrayLike) -> FloatArray:
    """Divide, giving 0 where the whole is 0."""
    below = np.asarray(whole, float)
    return np.asarray(np.divide(part, below, out=np.zeros(below.shape), where=below > 0))
