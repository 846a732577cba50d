"""The heads a problem asks for, slot by slot: stated in requirements or derived from traffic."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from schedsolver.traffic.erlang import heads_needed

if TYPE_CHECKING:
    from schedsolver.domain import Activity, Problem


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
    """

    outlet: int
    activity: int
    slot: int
    heads: int
    shortage_cents: tuple[int, ...]
    surplus_cents: int

    def cents_without(self, missing: int) -> int:
        """Price so many missing heads together; none when ``missing`` is not above 0."""
        prices = self.shortage_cents
        return sum(prices[min(i, len(prices) - 1)] for i in range(missing))


def required_cells(problem: Problem) -> tuple[Cell, ...]:
    """Give a cell for each outlet, activity that cannot wait, and slot the outlet is open.

    Where neither a requirement nor traffic speaks of a cell, no head is needed and any is surplus.
    Heads for traffic come from Erlang C, and are capped at the outlet's windows for activities done
    at a window: more could never serve.

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
    prices: dict[tuple[int, int, int], tuple[tuple[int, ...] | None, int | None]] = {}
    for row in problem.interval_requirements:
        place = problem.outlet_index[row.outlet_id], problem.activity_index[row.activity_id]
        for clock in range(row.start, row.end, horizon.slot_minutes):
            key = (*place, horizon.slot_of(row.date, clock))
            wanted[key] = row.heads
            prices[key] = (row.shortage_cents_per_hour, row.surplus_cents_per_hour)

    cells = []
    for key in sorted(wanted.keys() | _open_service_cells(problem)):
        outlet, activity, slot = key
        own = problem.activities[activity]
        shortage, surplus = prices.get(key, (None, None))
        cells.append(
            Cell(
                outlet,
                activity,
                slot,
                wanted.get(key, 0),
                tuple(_per_slot(p, problem) for p in shortage or own.shortage_cents_per_hour),
                _per_slot(own.surplus_cents_per_hour if surplus is None else surplus, problem),
            )
        )
    return tuple(cells)


def _from_traffic(problem: Problem) -> dict[tuple[int, int, int], int]:
    rows = [row for row in problem.traffic if row.customers > 0]
    if not rows:
        return {}
    work: list[Activity] = [problem.activities[problem.activity_index[row.activity_id]] for row in rows]
    service = np.array([activity.service_minutes for activity in work], dtype=float)
    load = np.array([row.customers for row in rows]) * service / problem.horizon.slot_minutes
    limit = np.array([activity.wait_limit_minutes for activity in work])
    share = np.array([activity.target_share for activity in work])
    heads = heads_needed(load, service, limit, share)
    wanted = {}
    for row, activity, count in zip(rows, work, heads.tolist(), strict=True):
        outlet = problem.outlet_index[row.outlet_id]
        windows = problem.outlets[outlet].windows
        if activity.at_window and windows is not None:
            count = min(count, windows)
        slot = problem.horizon.slot_of(row.date, row.start)
        wanted[outlet, problem.activity_index[row.activity_id], slot] = count
    return wanted


def _open_service_cells(problem: Problem) -> set[tuple[int, int, int]]:
    """Give every cell of an open outlet within the horizon."""
    horizon = problem.horizon
    service = [i for i, a in enumerate(problem.activities) if not a.deferrable]
    cells: set[tuple[int, int, int]] = set()
    for o, outlet in enumerate(problem.outlets):
        for date in horizon.dates:
            for start, end in problem.open_intervals(outlet.outlet_id, date):
                for clock in range(start, end, horizon.slot_minutes):
                    slot = horizon.slot_of(date, clock)
                    cells.update((o, a, slot) for a in service if slot < horizon.slots)
    return cells


def _per_slot(cents_per_hour: int, problem: Problem) -> int:
    """Price of one slot, rounded half up."""
    return (cents_per_hour * problem.horizon.slot_minutes * 2 + 60) // 120
