"""Appraise the managers of a made-up cluster, and print every table of it.

    python examples/appraisal.py

People and permissions are generated; a quarter's work and test results are drawn at random, the same each time. On
real data each table is a DataFrame of your own with the same columns.
"""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd

import schedsolver as ss
from schedsolver.scoring import (
    AppraisalRules,
    Condition,
    Grade,
    GradeHeld,
    Ladder,
    PerformanceContract,
    after_review,
    appraise,
    capped_permissions,
    coverage,
    indicator_table,
    manager_kinds,
    movement,
    nine_grid,
    people_by_cell,
    performance,
    picture,
    render,
    review,
    star_shares,
    stars,
    who_lacks,
)

QUARTER, NEXT_QUARTER = dt.date(2026, 3, 2), dt.date(2026, 6, 1)
POSTS = ("counter", "audit", "fx", "maintenance")

CONTRACT = PerformanceContract(
    targets={
        "transaction": {"counter": 1500},
        "service": {"audit": 2400},
        "maintenance": {"contacts": 500},
        "all-round": {"counter": 600, "audit": 900, "contacts": 150},
    }
)
LADDER = Ladder(
    grades=(
        Grade(
            grade_id="junior",
            caps={"counter": 2, "audit": 2, "maintenance": 1},
            training=(Condition(measure="learning", at_least=20),),
            promotion=(Condition(measure="stars", at_least=3),),
            coaching=(Condition(measure="cell", at_most=2),),
        ),
        Grade(
            grade_id="middle",
            entry=(Condition(measure="qualifications", at_least=2),),
            promotion=(Condition(measure="stars", at_least=5),),
            coaching=(Condition(measure="stars", at_most=1),),
        ),
        Grade(grade_id="senior"),
    )
)


def main() -> None:
    tables = every_table()
    for title, table in tables.items():
        print(f"\n{title}\n")
        print(table if isinstance(table, str) else table.to_string(index=table.index.names != [None]))


def every_table(seed: int = 1) -> dict[str, pd.DataFrame | str]:
    """Give every table of the appraisal by its title.

    Parameters
    ----------
    seed
        Of the random work and results.
    """
    problem = ss.generate(ss.GeneratorSpec(outlets=3, staff=12, start=QUARTER, seed=seed))
    people = pd.DataFrame(
        {"employee": [e.employee_id for e in problem.staff], "outlet": [e.home_outlet_id for e in problem.staff]}
    )
    rng = np.random.default_rng(seed)
    rosters = made_up_rosters(problem.permissions, rng)

    kinds = manager_kinds(people, problem.permissions, rosters, QUARTER)
    volumes = made_up_volumes(kinds, rosters, rng)
    results = made_up_results(volumes, rosters, rng)
    rated = stars(results)
    grid = nine_grid(results)
    later = nine_grid(made_up_results(volumes, rosters, rng))

    measures = results.assign(stars=rated["stars"], cell=grid["cell"])
    held = [GradeHeld(employee_id=who, grade_id="junior", valid_from=QUARTER) for who in people["employee"]]
    reviewed = review(LADDER, held, measures, NEXT_QUARTER)
    grades = after_review(LADDER, held, reviewed, NEXT_QUARTER)
    cut = capped_permissions(LADDER, grades, problem.permissions)
    worked = results.join(volumes[["counter", "audit", "contacts", "risk_points"]])
    rules = AppraisalRules(contract=CONTRACT, ladder=LADDER)
    whole = appraise(people, problem.permissions, rosters, worked, QUARTER, rules, grades=held)

    return {
        "Every indicator": indicator_table(whole.indicators).round(3),
        "Kinds of manager": kinds.round(2),
        "Performance contract": performance(CONTRACT, volumes).round(3),
        "Stars": rated.round(3),
        "Share of each star": star_shares(rated).round(2),
        "Nine-grid: how many": picture(grid),
        "Nine-grid: who, and their weakest component": render(grid),
        "Nine-grid: from the best cell": people_by_cell(grid).round(3),
        "Movement to the next quarter": movement(grid, later),
        "Review of grades": reviewed,
        "Permissions within the grades": pd.DataFrame([permission.model_dump() for permission in cut]),
        "Coverage of posts": coverage(people, problem.permissions, QUARTER, rosters).round(3),
        "Who lacks what": who_lacks(people, problem.permissions, QUARTER, rosters),
    }


def made_up_rosters(permissions: tuple[ss.Permission, ...], rng: np.random.Generator) -> pd.DataFrame:
    """Draw one stint for each permission, of up to 300 hours: a quarter's work on it."""
    start = pd.Timestamp(QUARTER)
    hours = rng.gamma(1.5, 100, len(permissions)).clip(0.5, 300)
    return pd.DataFrame(
        {
            "employee": [permission.employee_id for permission in permissions],
            "activity": [permission.skill_id for permission in permissions],
            "start": start,
            "end": start + pd.to_timedelta(hours.round(1), unit="h"),
        }
    )


def made_up_volumes(kinds: pd.DataFrame, rosters: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Draw how much each manager did, from the hours they had for it."""
    hours = hours_by_post(kinds["employee"], rosters)
    return kinds[["employee", "outlet", "kind"]].assign(
        counter=rng.poisson(8 * (hours["counter"] + hours["fx"])),
        audit=rng.poisson(12 * hours["audit"]),
        contacts=rng.poisson(3 * hours["maintenance"]),
        risk_points=rng.poisson(1, len(kinds)),
    )


def made_up_results(volumes: pd.DataFrame, rosters: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Draw what else the appraisal looks at."""
    count = len(volumes)
    hours = hours_by_post(volumes["employee"], rosters)
    return volumes[["employee", "outlet"]].assign(
        ability=rng.normal(75, 10, count).clip(0, 100).round(),
        volume=volumes[["counter", "audit", "contacts"]].sum(axis=1) * rng.uniform(0.8, 1.2, count),
        quality=rng.normal(90, 5, count).clip(0, 100).round(),
        breadth=(hours > 0).sum(axis=1),
        service=rng.normal(4.5, 0.3, count).clip(1, 5).round(1),
        complex_volume=rng.poisson(hours["fx"] + 1),
        assets=rng.lognormal(3, 0.5, count).round(1),
        products=rng.uniform(1, 4, count).round(1),
        qualifications=rng.integers(0, 5, count),
        certified_skills=(hours > 0).sum(axis=1),
        learning=rng.integers(5, 60, count),
        risk_control=10 - volumes["risk_points"].clip(upper=10),
    )


def hours_by_post(people: pd.Series, rosters: pd.DataFrame) -> pd.DataFrame:
    """Give each person's hours on each post, 0 where there are none; rows in the order of ``people``."""
    spent = rosters.assign(hours=(rosters["end"] - rosters["start"]).dt.total_seconds() / 3600)
    table = spent.pivot_table("hours", index="employee", columns="activity", aggfunc="sum", fill_value=0.0)
    return table.reindex(index=people, columns=list(POSTS), fill_value=0.0).reset_index(drop=True)


if __name__ == "__main__":
    main()
