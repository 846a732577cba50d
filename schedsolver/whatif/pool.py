"""The pool of 1+N against everybody at home: what home-only serves, and what it would take to serve as well."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import numpy as np
import pandas as pd

from schedsolver.domain import Employee, IntervalRequirement, Permission, Problem, Schedule
from schedsolver.domain.arrays import IntArray
from schedsolver.rules import check
from schedsolver.rules.late_customers import LateCustomers
from schedsolver.scoring.kpis import heads_given
from schedsolver.solve.result import Progress, Result
from schedsolver.solve.settings import Settings
from schedsolver.whatif.compare import Comparison, naming, roster_figures
from schedsolver.whatif.needs import needed_heads
from schedsolver.whatif.variants import home_only

# High enough that heads the pool gives are given at home too, as long as there is anybody.
_MISSING_CENTS_PER_HOUR = 1_000_000
HOME, AS_WELL, POOL = "home only", "home only, as well served", "pool"


def pool_against_home(
    problem: Problem,
    settings: Settings | None = None,
    replications: int = 500,
    seed: int = 0,
    on_progress: Callable[[str, Progress], None] | None = None,
) -> Comparison:
    """Roster a cluster with its pool, without it, and without it but served as well.

    With the same people, home-only serves worse, so its hours alone say little. The third roster has more people at the
    outlets and is asked for the heads that the pool gives wherever they are needed: what it pays for more than the pool
    is what the pool saves.

    Parameters
    ----------
    problem
        The cluster, with its pool.
    settings
        Of each search.
    replications, seed
        Of the simulation; all rosters meet the same customers.
    on_progress
        Told which variant is searched, and how that goes.

    Returns
    -------
    The comparison; ``hours_saved`` of paid hours are against :data:`AS_WELL`. ``staff`` is how many people there are,
    and ``contract_hours`` what they are contracted for, whether they are needed or not.

    Raises
    ------
    SchedSolverError
        As :func:`schedsolver.solve`, if a variant has no roster.
    """
    # A solver is slow to load, and only needed here.
    from schedsolver.solve import runner

    def solved(name: str, variant: Problem) -> None:
        told = None if on_progress is None else naming(on_progress, name)
        results[name] = runner.solve(variant, settings, told)

    results: dict[str, Result] = {}
    home = home_only(problem)
    solved(HOME, home)
    solved(POOL, problem)
    pooled = results[POOL].schedule
    more = with_more_people(home, _most_missing(problem, pooled, results[HOME].schedule))
    solved(AS_WELL, asking_for(more, problem, pooled))
    rows = [
        {
            "variant": name,
            "staff": len(variant.staff),
            "contract_hours": _contract_hours(variant),
            "cost_cents": check(variant, results[name].schedule).objective,
            **roster_figures(variant, results[name].schedule, replications, seed),
        }
        for name, variant in ((HOME, home), (AS_WELL, more), (POOL, problem))
    ]
    table = pd.DataFrame(rows)
    place = list(table.columns).index("paid_hours") + 1
    table.insert(place, "hours_saved", table["paid_hours"].iloc[1] - table["paid_hours"])
    return Comparison(table, results)


def with_more_people(problem: Problem, more: IntArray) -> Problem:
    """Give the problem with so many people more at each outlet, shape ``(outlets,)``.

    They have the contract most common there and every skill that anybody has, at home.
    """
    level: dict[str, int] = {}
    for held in problem.permissions:
        level[held.skill_id] = max(level.get(held.skill_id, 1), held.level)
    everywhere = Counter(e.contract_id for e in problem.staff)
    staff, permissions = list(problem.staff), list(problem.permissions)
    for outlet, count in zip(problem.outlets, more.tolist(), strict=True):
        name = outlet.outlet_id
        here = Counter(e.contract_id for e in problem.staff if e.home_outlet_id == name) or everywhere
        contract = here.most_common(1)[0][0]
        for number in range(1, count + 1):
            who = f"{name} extra {number}"
            staff.append(Employee(employee_id=who, home_outlet_id=name, contract_id=contract))
            permissions += [
                Permission(employee_id=who, skill_id=skill, level=best, outlet_id=name) for skill, best in level.items()
            ]
    return problem.replace(staff=tuple(staff), permissions=tuple(permissions))


def asking_for(problem: Problem, pool: Problem, pooled: Schedule) -> Problem:
    """Give a problem that asks for the heads a roster of the pool gives where they are needed, and for no others."""
    heads = _useful(pool, pooled)
    slot = pool.horizon.slot_minutes
    rows = []
    for o, a, s in np.argwhere(heads).tolist():
        day, within = divmod(s, pool.horizon.slots_per_day)
        row = IntervalRequirement(
            outlet_id=pool.outlets[o].outlet_id, activity_id=pool.activities[a].activity_id,
            date=pool.horizon.dates[day], start=within * slot, end=(within + 1) * slot, heads=int(heads[o, a, s]),
            shortage_cents_per_hour=(_MISSING_CENTS_PER_HOUR,), minimum_cents_per_hour=_MISSING_CENTS_PER_HOUR,
        )  # fmt: skip
        rows.append(row)
    rules = tuple(rule for rule in problem.rules if not isinstance(rule, LateCustomers))
    return problem.replace(traffic=(), promises=(), interval_requirements=tuple(rows), rules=rules)


def _useful(problem: Problem, schedule: Schedule) -> IntArray:
    """Give the heads of a roster as far as they are needed, shape ``(outlets, activities, slots)``."""
    return np.minimum(heads_given(problem, schedule), needed_heads(problem))


def _contract_hours(problem: Problem) -> float:
    """Give the contracted time of all staff, weekly minutes for the days of the horizon."""
    minutes = sum(problem.contract_of[e.employee_id].weekly_minutes for e in problem.staff)
    return minutes * problem.horizon.days / 7 / 60


def _most_missing(problem: Problem, pooled: Schedule, at_home: Schedule) -> IntArray:
    """Give how many more people the pool has at work at once, at each outlet; shape ``(outlets,)``."""
    more = np.maximum(_useful(problem, pooled) - _useful(problem, at_home), 0)
    return np.asarray(more.sum(axis=1).max(axis=1, initial=0))
