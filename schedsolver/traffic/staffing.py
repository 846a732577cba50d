"""The heads a problem asks for, slot by slot: stated in requirements or derived from traffic."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from schedsolver.errors import InfeasibleProblem
from schedsolver.traffic.erlang import heads_needed
from schedsolver.traffic.offered_load import stationary_load
from schedsolver.traffic.promise import staff_to_promise
from schedsolver.traffic.queues import QueueDay, queue_days

if TYPE_CHECKING:
    from schedsolver.domain import IntervalRequirement, Problem


# Outlet, activity and slot.
_Key = tuple[int, int, int]


@dataclass(frozen=True)
class Cell:
    """Heads needed on one activity at one outlet in one slot, with prices for that slot.

    Attributes
    ----------
    outlet, activity
        Positions in the problem's tables.
    slot
        Counted from midnight of the first day planned.
    heads
        People needed.
    shortage_cents
        Price of the first, second, ... missing head in this slot; the last holds for all further.
    surplus_cents
        Price of each head beyond in this slot.
    minimum
        The last so many of the missing heads cost ``minimum_cents`` each instead.
    minimum_cents
        Price of each head missing below ``minimum`` in this slot.
    maximum
        Most heads there may be; ``None`` for no limit.
    """

    outlet: int
    activity: int
    slot: int
    heads: int
    shortage_cents: tuple[int, ...]
    surplus_cents: int
    minimum: int = 0
    minimum_cents: int = 0
    maximum: int | None = None

    def cents_without(self, missing: int, pieces: int = 1) -> int:
        """Price what is missing, counted in pieces of a head; nothing when ``missing`` is not above 0."""
        return sum(
            min(pieces, missing - pieces * i) * cents_per_piece(self._cents_of_missing(i), pieces)
            for i in range(-(-missing // pieces))
        )

    def _cents_of_missing(self, i: int) -> int:
        """Price missing head ``i``, counted from 0."""
        if i >= self.heads - self.minimum:
            return self.minimum_cents
        return self.shortage_cents[min(i, len(self.shortage_cents) - 1)]


def required_cells(problem: Problem) -> tuple[Cell, ...]:
    """Give a cell for each outlet, activity that cannot wait, and slot the outlet is open.

    Where neither a requirement nor traffic speaks of a cell, no head is needed and any is surplus.
    Where there is a promise, heads for traffic are the fewest that keep it over the day, with load that lags behind
    arrivals; elsewhere those of Erlang C slot by slot for the activity's ``target_share``. They are capped at the
    outlet's windows for activities done at a window: more could never serve.

    Returns
    -------
    Cells by outlet, activity and slot.

    Raises
    ------
    ValueError
        If traffic is so heavy that no reasonable number of heads can serve it.
    """
    horizon = problem.horizon
    wanted = _from_traffic(problem)
    stated: dict[_Key, IntervalRequirement] = {}
    for row in problem.interval_requirements:
        place = problem.outlet_index[row.outlet_id], problem.activity_index[row.activity_id]
        stated |= {(*place, horizon.slot_of(row.date, c)): row for c in range(row.start, row.end, horizon.slot_minutes)}
    return tuple(
        _cell(problem, key, wanted.get(key, 0), stated.get(key))
        for key in sorted(wanted.keys() | stated.keys() | _open_service_cells(problem))
    )


def cents_per_slot(cents_per_hour: int, problem: Problem) -> int:
    """Give the price of one slot, rounded half up to a cent."""
    return (cents_per_hour * problem.horizon.slot_minutes * 2 + 60) // 120


def cents_per_piece(cents_per_head: int, pieces: int) -> int:
    """Give the price of one of the pieces a head is cut into, rounded half up to a cent."""
    return (2 * cents_per_head + pieces) // (2 * pieces)


def _cell(problem: Problem, key: _Key, from_traffic: int, row: IntervalRequirement | None) -> Cell:
    """Make a cell of what traffic asks for, or of a requirement where there is one."""
    own = problem.activities[key[1]]
    shortage, surplus = own.shortage_cents_per_hour, own.surplus_cents_per_hour
    if row is not None:
        shortage = row.shortage_cents_per_hour or shortage
        surplus = surplus if row.surplus_cents_per_hour is None else row.surplus_cents_per_hour
    prices = tuple(cents_per_slot(cents, problem) for cents in shortage)
    cell = Cell(*key, from_traffic, prices, cents_per_slot(surplus, problem))
    if row is None:
        return cell
    cents = cents_per_slot(row.minimum_cents_per_hour, problem)
    return replace(cell, heads=row.heads, minimum=row.minimum, minimum_cents=cents, maximum=row.maximum)


def _from_traffic(problem: Problem) -> dict[_Key, int]:
    queues = queue_days(problem)
    heads = _heads_by_slot(problem, [queue for queue in queues if queue.promise is None])
    heads |= {queue: _promised_heads(queue) for queue in queues if queue.promise is not None}
    return {
        (queue.outlet, queue.activity, queue.slot + i): count if queue.windows is None else min(count, queue.windows)
        for queue, counts in heads.items()
        for i, count in enumerate(counts)
        if queue.customers[i] > 0
    }


def _heads_by_slot(problem: Problem, queues: list[QueueDay]) -> dict[QueueDay, Sequence[int]]:
    """Give the heads of Erlang C for the share of each queue's activity, all in one go."""
    if not queues:
        return {}
    slots = [len(queue.customers) for queue in queues]
    load = np.concatenate([stationary_load(queue.expected, queue.slot_minutes, queue.law) for queue in queues])
    stretched, limit, target = (
        np.repeat(values, slots)
        for values in (
            [queue.law.residual_minutes for queue in queues],
            [queue.wait_limit_minutes for queue in queues],
            [problem.activities[queue.activity].target_share for queue in queues],
        )
    )
    heads = np.split(heads_needed(load, stretched, limit, target), np.cumsum(slots)[:-1])
    return {queue: own.tolist() for queue, own in zip(queues, heads, strict=True)}


# Every check of a roster asks for the heads of the same queues again.
@lru_cache(maxsize=4096)
def _promised_heads(queue: QueueDay) -> tuple[int, ...]:
    """Give the fewest heads that keep a queue's promise, one at least where customers come.

    Where windows are too few to keep it, they are what is needed as if there were more.
    """
    if queue.promise is None:
        raise ValueError("the queue has no promise")
    fewest = (queue.expected > 0).astype(np.int64)
    if queue.windows:
        with suppress(InfeasibleProblem):
            return tuple(staff_to_promise(queue.tables(queue.windows), queue.promise, fewest).heads.tolist())
    return tuple(staff_to_promise(queue.tables(), queue.promise, fewest).heads.tolist())


def _open_service_cells(problem: Problem) -> set[_Key]:
    """Give every cell of an open outlet within the horizon."""
    horizon = problem.horizon
    service = [i for i, a in enumerate(problem.activities) if not a.deferrable]
    cells: set[_Key] = set()
    for o, outlet in enumerate(problem.outlets):
        for date in horizon.dates:
            for start, end in problem.open_intervals(outlet.outlet_id, date):
                for clock in range(start, end, horizon.slot_minutes):
                    slot = horizon.slot_of(date, clock)
                    cells.update((o, a, slot) for a in service if slot < horizon.slots)
    return cells
