"""What-ifs over a range: level of service against cost, and channel migration over its share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pandas as pd

from schedsolver.domain import Problem, ServicePromise
from schedsolver.traffic.channels import activity_named, migrated
from schedsolver.whatif.needs import needs, needs_by_activity

LATE_SHARES = (0.005, 0.01, 0.02, 0.03, 0.05, 0.08, 0.12, 0.2)
MOVED_SHARES = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5)


def service_curve(
    problem: Problem,
    late_shares: Iterable[float] = LATE_SHARES,
    activities: Sequence[str] = (),
    *,
    slot_factor: float = 4.0,
    replications: int = 500,
    seed: int = 0,
) -> pd.DataFrame:
    """Say what promises of different strictness need: the level of service against its cost.

    Parameters
    ----------
    problem
        As it is today; its other promises stay.
    late_shares
        Most of a day's customers who may be late, one promise after the other.
    activities
        What is promised; all that customers come for when empty.
    slot_factor
        No slot may be worse than so many times the share.
    replications, seed
        Of the simulation.

    Returns
    -------
    ``promised`` share, then the columns of :func:`~schedsolver.whatif.needs.needs`.

    Raises
    ------
    InvalidProblem
        If an activity is not there.
    ValueError
        If a share is out of range.
    """
    names = activities or sorted({row.activity_id for row in problem.traffic if row.customers > 0})
    for name in names:
        activity_named(problem, name)
    others = [p for p in problem.promises if p.activity_id not in names]
    limits = [p for p in problem.promises if p.activity_id in names]

    def promising(share: float) -> Problem:
        bounds = {"late_share_of_day": share, "late_share_of_slot": min(1.0, slot_factor * share)}
        everywhere = [ServicePromise(activity_id=name, **bounds) for name in names
                      if all(p.activity_id != name or p.outlet_id is not None for p in limits)]  # fmt: skip
        own = [
            ServicePromise(
                activity_id=p.activity_id, outlet_id=p.outlet_id, wait_limit_minutes=p.wait_limit_minutes, **bounds
            )
            for p in limits
        ]
        return problem.replace(promises=(*others, *own, *everywhere))

    shares = list(late_shares)
    table = needs({f"{share:.1%} late": promising(share) for share in shares}, replications, seed)
    table.insert(0, "promised", shares)
    return table


def channel_curve(
    problem: Problem,
    shares: Iterable[float] = MOVED_SHARES,
    counter: str = "counter",
    audit: str = "audit",
    *,
    audits_per_customer: float = 1.0,
    moved_minutes: float | None = None,
    replications: int = 500,
    seed: int = 0,
) -> pd.DataFrame:
    """Say what is needed as more of the counter's business moves to smart devices.

    Parameters
    ----------
    problem, counter, audit, audits_per_customer, moved_minutes
        As for :func:`~schedsolver.traffic.channels.migrated`.
    shares
        Of the counter's customers, those who move, one after the other.
    replications, seed
        Of the simulation.

    Returns
    -------
    ``moved`` share, ``counter_hours``, ``audit_hours``, then the columns of :func:`~schedsolver.whatif.needs.needs`.

    Raises
    ------
    InvalidProblem
        As :func:`~schedsolver.traffic.channels.migrated`.
    """
    moved = list(shares)
    variants = {
        f"{share:.0%} moved": migrated(
            problem, share, counter, audit, audits_per_customer=audits_per_customer, moved_minutes=moved_minutes
        )
        for share in moved
    }
    table = needs(variants, replications, seed)
    hours = [needs_by_activity(variant).groupby("activity")["head_hours"].sum() for variant in variants.values()]
    table.insert(0, "moved", moved)
    for place, (column, name) in enumerate((("counter_hours", counter), ("audit_hours", audit)), start=2):
        table.insert(place, column, [float(of.get(name, 0.0)) for of in hours])
    return table
