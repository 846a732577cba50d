"""What a problem needs before anybody is rostered: heads for its customers, and how those would be served."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from schedsolver.domain import Problem
from schedsolver.domain.arrays import IntArray
from schedsolver.traffic.queues import queue_days
from schedsolver.traffic.staffing import required_cells


def needs(variants: Mapping[str, Problem], replications: int = 500, seed: int = 0) -> pd.DataFrame:
    """Hold against each other what variants of a problem need.

    Heads are those of :func:`~schedsolver.traffic.staffing.required_cells`, of work that cannot wait. Each queue's
    customers are simulated with the heads it needs, as if all of them were there.

    Parameters
    ----------
    variants
        Problems by name; the first is what the others are held against.
    replications, seed
        Of the simulation.

    Returns
    -------
    One row a variant: ``variant``, ``head_hours``, ``hours_saved`` against the first, ``peak_heads`` at once in the
    whole cluster, ``wage_cents`` of these hours at the mean wage of the staff, ``late_share`` of all customers and
    ``worst_slot_late_share`` of one queue's slot, of those with at least one customer expected; not a number where
    nobody is expected.
    """
    rows = [{"variant": name, **_needs_of(problem, replications, seed)} for name, problem in variants.items()]
    table = pd.DataFrame(rows)
    table.insert(2, "hours_saved", table["head_hours"].iloc[0] - table["head_hours"])
    return table


def needs_by_activity(problem: Problem) -> pd.DataFrame:
    """Give ``outlet``, ``activity``, ``head_hours`` and ``peak_heads`` of the work that cannot wait."""
    heads = needed_heads(problem)
    hours = heads.sum(axis=2) * problem.horizon.slot_minutes / 60
    rows = [
        (outlet.outlet_id, activity.activity_id, float(hours[o, a]), int(heads[o, a].max(initial=0)))
        for o, outlet in enumerate(problem.outlets)
        for a, activity in enumerate(problem.activities)
        if hours[o, a]
    ]
    return pd.DataFrame(rows, columns=["outlet", "activity", "head_hours", "peak_heads"])


def needed_heads(problem: Problem) -> IntArray:
    """Give the heads needed on work that cannot wait, shape ``(outlets, activities, slots)``."""
    heads = np.zeros((len(problem.outlets), len(problem.activities), problem.horizon.slots), np.int64)
    for cell in required_cells(problem):
        if not problem.activities[cell.activity].deferrable:
            heads[cell.outlet, cell.activity, cell.slot] = cell.heads
    return heads


def mean_wage(problem: Problem) -> float:
    """Give the mean price of a paid hour over the staff, each weighing as much as their contract has hours."""
    contracts = [problem.contract_of[e.employee_id] for e in problem.staff]
    minutes = sum(contract.weekly_minutes for contract in contracts)
    return sum(c.wage_cents_per_hour * c.weekly_minutes for c in contracts) / minutes if minutes else 0.0


def _needs_of(problem: Problem, replications: int, seed: int) -> dict[str, float]:
    heads = needed_heads(problem)
    hours = float(heads.sum()) * problem.horizon.slot_minutes / 60
    late, worst = _simulated(problem, heads, replications, seed)
    return {
        "head_hours": hours,
        "peak_heads": int(heads.sum(axis=(0, 1)).max(initial=0)),
        "wage_cents": round(hours * mean_wage(problem)),
        "late_share": late,
        "worst_slot_late_share": worst,
    }


def _simulated(problem: Problem, heads: IntArray, replications: int, seed: int) -> tuple[float, float]:
    """Give the late share of all customers, and of the worst slot."""
    # Compiled code is slow to load, and only needed here.
    from schedsolver.simulate.customers import draw_customers
    from schedsolver.simulate.queue import serve

    late = came = worst = 0.0
    for i, queue in enumerate(queue_days(problem)):
        expected = queue.expected
        own = heads[queue.outlet, queue.activity, queue.slot : queue.slot + len(expected)]
        drawn = draw_customers(
            expected[None], queue.slot_minutes, [queue.law], replications, seed + i, [queue.patience_minutes]
        )
        figures = serve(drawn, expected, own, queue.wait_limit_minutes)
        late += float(figures.late.sum())
        came += float(figures.customers.sum())
        worst = max(worst, float(figures.late_share()[0][expected >= 1].max(initial=0.0)))
    return (late / came, worst) if came else (float("nan"), float("nan"))
