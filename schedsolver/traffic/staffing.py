"""The heads a problem asks for, slot by slot: stated in requirements or derived from traffic."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from schedsolver.traffic.erlang import heads_needed

if TYPE_CHECKING:
    from schedsolver.domain import Activity, IntervalRequirement, Problem

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
