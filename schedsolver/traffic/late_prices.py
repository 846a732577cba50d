"""What a further head is worth in customers served in time, slot by slot: the prices of a roster that trades them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from schedsolver.domain.arrays import FloatArray
from schedsolver.traffic.queues import QueueDay, queue_days

if TYPE_CHECKING:
    from schedsolver.domain import Problem


@dataclass(frozen=True)
class LateCell:
    """Customers of one activity at one outlet in one slot, and what heads spare them.

    Attributes
    ----------
    outlet, activity, slot
        As in :class:`~schedsolver.traffic.staffing.Cell`.
    savings
        Cents that the first, second, ... head saves, never rising, all above 0; a further head saves nothing.
    """

    outlet: int
    activity: int
    slot: int
    savings: tuple[int, ...]

    def cents_with(self, heads: int) -> int:
        """Give the price of the customers who are late with so many heads and would not be with more."""
        return sum(self.savings[heads:])


def late_cells(problem: Problem, cents_per_customer: int) -> tuple[LateCell, ...]:
    """Price late customers by heads, for each slot in which customers are expected.

    The expected number of late customers comes from :func:`~schedsolver.traffic.promise.queue_tables`, with the load
    really offered; each further head saves no more than the one before (see :func:`convex_savings`), times the price,
    rounded half up to a cent.

    Parameters
    ----------
    problem
        Its traffic, limits and windows count.
    cents_per_customer
        Price of a customer who waits longer than the limit.

    Returns
    -------
    Cells by outlet, activity and slot.
    """
    cells = []
    for queue in queue_days(problem):
        for i, (customers, savings) in enumerate(zip(queue.customers, _savings(queue), strict=True)):
            if customers > 0:
                cents = np.floor(savings * cents_per_customer + 0.5).astype(np.int64)
                worth = tuple(cents[cents > 0].tolist())
                cells.append(LateCell(queue.outlet, queue.activity, queue.slot + i, worth))
    return tuple(cells)


def convex_savings(losses: FloatArray) -> FloatArray:
    """Give what each head saves on the lower convex hull of losses.

    A formula for the long run calls everybody late until the heads exceed the load, and then all but nobody. A price
    that falls like that could not be traded; between the numbers of heads at which it is lowest for its heads, the
    straight line is taken, as of a slot that has one number half of the time and the other in the rest. The slopes of
    the hull are the mean savings over the longest runs that are worth more together (pool adjacent violators: R. E.
    Barlow et al., Statistical Inference under Order Restrictions, 1972).

    Parameters
    ----------
    losses
        By number of heads, from 0, never rising; shape ``(heads + 1,)``.

    Returns
    -------
    Savings of the first, second, ... head, never rising, shape ``(heads,)``.
    """
    runs: list[tuple[float, int]] = []
    for saved in (losses[:-1] - losses[1:]).tolist():
        total, count = saved, 1
        while runs and runs[-1][0] * count < total * runs[-1][1]:
            before, heads = runs.pop()
            total, count = total + before, count + heads
        runs.append((total, count))
    return np.repeat([total / count for total, count in runs], [count for _, count in runs])


# Every check of a roster asks for the prices of the same queues again.
@lru_cache(maxsize=4096)
def _savings(queue: QueueDay) -> tuple[FloatArray, ...]:
    return tuple(convex_savings(row) for row in queue.tables(queue.windows).late_customers)
