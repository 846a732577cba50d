"""Variants of a problem rostered and simulated: what each costs, and who waits."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pandas as pd

from schedsolver.domain import Problem, Schedule
from schedsolver.scoring import kpis
from schedsolver.solve.result import Progress, Result
from schedsolver.solve.settings import Settings


@dataclass(frozen=True)
class Comparison:
    """Rosters of variants side by side.

    Attributes
    ----------
    table
        One row a variant: ``variant``, ``cost_cents`` with its lower ``bound_cents`` and ``gap``, ``paid_hours``,
        ``hours_saved`` of them against the first variant, ``missing_hours`` of the head-hours needed,
        ``travel_minutes``, and from the simulation ``late_share`` with its 95 % interval ``late_low``, ``late_high``
        and ``lost_share``; the last four only with traffic.
    results
        The roster of each variant with its proof.
    """

    table: pd.DataFrame
    results: dict[str, Result]


def compare(
    variants: Mapping[str, Problem],
    settings: Settings | None = None,
    replications: int = 500,
    seed: int = 0,
    on_progress: Callable[[str, Progress], None] | None = None,
) -> Comparison:
    """Roster variants of a problem with the same settings and put the rosters under random customers.

    Parameters
    ----------
    variants
        Problems by name; the first is what the others are held against. Those with the same queues meet the same
        customers.
    settings
        Of the search, for each.
    replications, seed
        Of the simulation.
    on_progress
        Told which variant is searched, and how that goes.

    Raises
    ------
    SchedSolverError
        As :func:`schedsolver.solve`, if a variant has no roster.
    """
    # Solver and compiled code are slow to load, and only needed here.
    from schedsolver.solve import runner

    rows, results = [], {}
    for name, problem in variants.items():
        told = None if on_progress is None else naming(on_progress, name)
        results[name] = runner.solve(problem, settings, told)
        cost = {"cost_cents": results[name].objective, "bound_cents": results[name].bound, "gap": results[name].gap}
        figures = roster_figures(problem, results[name].schedule, replications, seed)
        rows.append({"variant": name, **cost, **figures})
    table = pd.DataFrame(rows)
    place = list(table.columns).index("paid_hours") + 1
    table.insert(place, "hours_saved", table["paid_hours"].iloc[0] - table["paid_hours"])
    return Comparison(table, results)


def naming(on_progress: Callable[[str, Progress], None], name: str) -> Callable[[Progress], None]:
    """Give what tells the progress of one variant."""
    return lambda progress: on_progress(name, progress)


def roster_figures(problem: Problem, schedule: Schedule, replications: int, seed: int) -> dict[str, float]:
    """Give the hours of a roster, and the shares of customers late and lost where any are expected."""
    from schedsolver.simulate import simulate

    own = kpis(problem, schedule)
    figures = {name: own[name] for name in ("paid_hours", "missing_hours", "travel_minutes")}
    if any(row.customers > 0 for row in problem.traffic):
        whole = simulate(problem, schedule, replications, seed).table().iloc[0]
        figures |= {name: float(whole[name]) for name in ("late_share", "late_low", "late_high", "lost_share")}
    return figures
