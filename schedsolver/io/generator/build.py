"""A generated problem, put together from its parts."""

from __future__ import annotations

import numpy as np
import pandas as pd

from schedsolver.domain import Horizon, Problem, Rule
from schedsolver.io.generator.cluster import (
    CONTRACTS,
    SHIFT_TYPES,
    SKILLS,
    activities_of,
    opening_of,
    outlets_of,
    travel_of,
)
from schedsolver.io.generator.demand import arrivals_of, check_curve, cluster_curve
from schedsolver.io.generator.everything import everything_on
from schedsolver.io.generator.people import leave_of, permissions_of, requests_of, staff_of
from schedsolver.io.generator.spec import GeneratorSpec
from schedsolver.rules import DaysWorked, MinimumRest, PaidTime, Travel, WeeklyHours

RULES: tuple[Rule, ...] = (
    PaidTime(),
    Travel(cents_per_minute=60),
    WeeklyHours(under_cents_per_minute=20, over_cents_per_minute=60, most_over_minutes=480),
    DaysWorked(maximum=5),
    MinimumRest(minutes=660),
)


def generate(spec: GeneratorSpec | None = None, traffic: pd.DataFrame | None = None) -> Problem:
    """Make a hub with satellites, its staff and its customers.

    Each part draws from its own stream of random numbers: the same seed gives the same people
    whatever the traffic, and the same traffic whatever the people.

    Parameters
    ----------
    spec
        Parameters; the defaults when not given.
    traffic
        Counter customers of the whole cluster in place of generated ones: columns ``date``
        (``datetime.date``), ``start`` (minutes after midnight, on the slot grid) and ``customers``
        (in that slot). They are split over outlets by size and over activities by the shares of the
        spec; those outside opening hours are left out.

    Raises
    ------
    ValueError
        If the traffic does not fit the horizon or its slots.

    Examples
    --------
    >>> from schedsolver.io.generator import GeneratorSpec, generate
    >>> problem = generate(GeneratorSpec(outlets=3, staff=15, seed=4))
    >>> [outlet.outlet_id for outlet in problem.outlets]
    ['HUB', 'S01', 'S02']
    """
    spec = GeneratorSpec() if spec is None else spec
    of_map, of_staff, of_rights, of_leave, of_wishes, of_traffic, of_roles = np.random.default_rng(spec.seed).spawn(7)
    if traffic is not None:
        check_curve(spec, traffic)

    outlets = outlets_of(spec)
    staff = staff_of(spec, outlets, of_staff)
    leave = leave_of(spec, staff, of_leave)
    travel = travel_of(outlets, of_map)
    problem = Problem(
        name=f"1+{spec.outlets - 1} cluster, {len(staff)} staff, {spec.days} days, seed {spec.seed}",
        horizon=Horizon(start=spec.start, days=spec.days, slot_minutes=spec.slot_minutes),
        outlets=outlets,
        opening=opening_of(spec, outlets),
        travel=travel,
        skills=SKILLS,
        activities=activities_of(spec),
        shift_types=SHIFT_TYPES,
        contracts=CONTRACTS,
        staff=staff,
        permissions=permissions_of(spec, staff, travel, of_rights),
        leave=leave,
        requests=requests_of(spec, staff, leave, of_wishes),
        rules=RULES,
        traffic=arrivals_of(spec, cluster_curve(spec) if traffic is None else traffic, of_traffic),
    )
    return everything_on(problem, of_roles) if spec.content == "everything" else problem
