"""The loop of growth over some months, with a table of the indicators month by month.

    python examples/growth_loop.py

Each month: a roster with the learning of the coaching list fitted in, what was done of it, permissions earned from the
next month on, an appraisal of the month, and from nine-grid, coverage and what certificates would save the next
coaching list. Of each month some days are rostered: all of its learning is in them, and its volumes are a multiple of
theirs. People and customers are generated; what people make of their hours is drawn at random once, so that only what
they do and learn changes from month to month.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

import schedsolver as ss
from schedsolver.scoring import (
    Appraisal,
    AppraisalRules,
    Course,
    GrowthRules,
    NineGridRules,
    PerformanceContract,
    StarRules,
    after_growth,
    appraise,
    certificates,
    coaching_list,
    kpis,
    minutes_worked,
    people_of,
    with_growth,
    without_growth,
)
from schedsolver.solve.certify import certification_values

FIRST = dt.date(2026, 3, 2)
VOLUME_DAYS, ROSTERED_DAYS = 21, 2
SPEC = ss.GeneratorSpec(
    outlets=1, staff=9, days=ROSTERED_DAYS, load=0.45, fx_customer_share=0.12, single_skilled_share=0.5,
    fx_staff_share=0.3, maintenance_staff_share=0.4, bound_share=0.0, dated_share=0.0, part_time_share=0.0,
    leave_share=0.0, seed=5,
)  # fmt: skip
SETTINGS = ss.Settings(deterministic=True, deterministic_work=4, gap=0.005)
POSTS = ("counter", "audit", "fx", "maintenance")
GROWTH = GrowthRules(
    courses=(
        Course(skill_id="audit", level=2, session_minutes=60, practice_minutes=240),
        Course(skill_id="maintenance", level=2, session_minutes=60, practice_minutes=240),
        Course(skill_id="fx", level=2, session_minutes=60, practice_minutes=480),
        Course(skill_id="counter", level=2, session_minutes=60, practice_minutes=240),
    ),
    places=2,
)
# Marks between 0 and 1 against a fixed reference, so that everybody can rise.
RULES = AppraisalRules(
    contract=PerformanceContract(
        targets={
            "transaction": {"counter": 500},
            "service": {"audit": 600},
            "maintenance": {"contacts": 150},
            "all-round": {"counter": 250, "audit": 200, "contacts": 40},
        }
    ),
    stars=StarRules(method="given", thresholds=(0.3, 0.45, 0.6, 0.75)),
    grid=NineGridRules(method="given", vertical_cuts=(0.3, 0.5), horizontal_cuts=(0.45, 0.6)),
)
SHOWN = {
    "coverage": None,
    "stars": ["mean_stars"],
    "nine_grid": None,
    "performance": ["performance"],
    "kinds": ["all-round"],
    "roster": ["cover_share", "missing_hours", "deferrable_share"],
}


@dataclass
class Branch:
    """What goes on from month to month."""

    permissions: tuple[ss.Permission, ...]
    talent: pd.DataFrame
    hours_learned: pd.Series
    plan: pd.DataFrame | None = None
    done: pd.DataFrame | None = None
    before: pd.DataFrame | None = None
    certified: int = 0
    rows: list[dict[str, float]] = field(default_factory=list)


def main() -> None:
    table = loop()
    print(table.round(2).to_string(na_rep=""))


def loop(months: int = 6, spec: ss.GeneratorSpec = SPEC, settings: ss.Settings = SETTINGS) -> pd.DataFrame:
    """Run the loop.

    Parameters
    ----------
    months
        How many.
    spec, settings
        The cluster, and how its rosters are solved.

    Returns
    -------
    A row for each indicator, by its group and name; a column for each month.
    """
    branch, columns = None, {}
    for start in _months(months):
        problem = ss.generate(spec.model_copy(update={"start": start}))
        branch = branch or _founded(problem, spec.seed)
        problem = problem.replace(permissions=branch.permissions)
        columns[f"{start:%Y-%m}"] = _month(branch, problem, settings)
    return pd.DataFrame(columns).rename_axis(["group", "indicator"])


def _month(branch: Branch, problem: ss.Problem, settings: ss.Settings) -> pd.Series:
    """Roster, appraise and plan one month, and give its indicators."""
    today = problem.horizon.start
    learned, roster = _rostered(branch, problem, settings)
    found = appraise(
        people_of(problem), branch.permissions, roster.activities, _results(branch, problem, roster), today, RULES,
        before=branch.before, figures=kpis(problem, roster),
    )  # fmt: skip
    branch.before = found.grid
    values = certification_values(problem, by_relaxation=2)
    branch.plan = coaching_list(
        people_of(problem), branch.permissions, _next_month(today), roster.activities, found.grid, GROWTH,
        values=values, progress=branch.done,
    )  # fmt: skip
    return _indicators(found, learned, values, branch.plan)


def _rostered(branch: Branch, problem: ss.Problem, settings: ss.Settings) -> tuple[dict[str, float], ss.Schedule]:
    """Make the month's roster with the learning in it; take what was done to account, from the next month on."""
    if branch.plan is None:
        return {"learners": 0, "hours_learned": 0, "certificates": 0}, ss.solve(problem, settings).schedule
    schedule = ss.solve(with_growth(problem, branch.plan, GROWTH), settings).schedule
    branch.done = after_growth(branch.plan, schedule.activities)
    hours = branch.done.set_index("employee")[["session_done", "practice_done"]].sum(axis=1).groupby(level=0).sum() / 60
    branch.hours_learned = branch.hours_learned.add(hours, fill_value=0.0)
    earned = certificates(branch.done, _next_month(problem.horizon.start))
    branch.permissions = (*branch.permissions, *earned)
    branch.certified += len(earned)
    learned = {"learners": float((hours > 0).sum()), "hours_learned": float(hours.sum())}
    return learned | {"certificates": branch.certified}, without_growth(problem, schedule)


def _results(branch: Branch, problem: ss.Problem, roster: ss.Schedule) -> pd.DataFrame:
    """Give what the appraisal looks at: volumes from hours and talent, skills from permissions, marks up to 1."""
    people, talent = people_of(problem), branch.talent
    posts = [post for post in RULES.coverage.posts if post.post_id in POSTS]
    hours = minutes_worked(people, roster.activities, posts) * VOLUME_DAYS / ROSTERED_DAYS / 60
    held = pd.DataFrame([(p.employee_id, p.skill_id) for p in branch.permissions], columns=["employee", "skill"])
    skills = people["employee"].map(held.groupby("employee")["skill"].nunique()).fillna(0)
    counter = (hours["counter"] * 6 + hours["fx"] * 3) * talent["pace"]
    audit, contacts = hours["audit"] * 14 * talent["pace"], hours["maintenance"] * 5 * talent["pace"]
    learned = people["employee"].map(branch.hours_learned).fillna(0)
    marks = {
        "ability": talent["ability"] + learned / 200,
        "volume": (counter + audit + contacts) / 1200,
        "quality": talent["quality"],
        "breadth": (hours > 0.5).sum(axis=1) / len(POSTS),
        "service": talent["service"],
        "complex_volume": hours["fx"] / 60,
        "assets": hours["maintenance"] / 40,
        "products": talent["products"],
        "qualifications": talent["ability"],
        "certified_skills": skills / len(POSTS),
        "learning": learned / 40,
        "risk_control": talent["quality"],
    }
    volumes = people.assign(counter=counter, audit=audit, contacts=contacts)
    return volumes.assign(**{name: mark.clip(0, 1) for name, mark in marks.items()})


def _indicators(found: Appraisal, learned: dict[str, float], values: pd.DataFrame, plan: pd.DataFrame) -> pd.Series:
    """Give the indicators of the cluster that are shown, and what is said of learning."""
    cluster = found.indicators[found.indicators["outlet"] == "cluster"].set_index(["group", "indicator"])["value"]
    shown = [place for place in cluster.index if place[0] in SHOWN and _is_shown(*place)]
    best = values["relaxed_cents"].max()
    growth = {
        **learned,
        "courses_planned": float((plan["action"] == "course").sum()),
        "coached_planned": float((plan["action"] == "coaching").sum()),
        "best_certificate_saves": 0.0 if pd.isna(best) else best / 100,
    }
    own = pd.Series(growth.values(), index=pd.MultiIndex.from_product([["growth"], growth]), dtype=float)
    return pd.concat([cluster.loc[shown], own])


def _is_shown(group: str, name: str) -> bool:
    names = SHOWN[group]
    return names is None or name in names


def _founded(problem: ss.Problem, seed: int) -> Branch:
    """Draw what people are like, once."""
    rng, count = np.random.default_rng(seed), len(problem.staff)
    talent = pd.DataFrame(
        {
            "pace": rng.normal(1.0, 0.12, count).clip(0.6, 1.4),
            "ability": rng.normal(0.5, 0.12, count),
            "quality": rng.normal(0.75, 0.1, count),
            "service": rng.normal(0.7, 0.1, count),
            "products": rng.normal(0.5, 0.15, count),
        }
    )
    return Branch(problem.permissions, talent, pd.Series(dtype=float))


def _next_month(date: dt.date) -> dt.date:
    return (date.replace(day=1) + dt.timedelta(days=32)).replace(day=1)


def _months(count: int) -> Iterator[dt.date]:
    """Give the first Monday of each month."""
    for number in range(FIRST.month - 1, FIRST.month - 1 + count):
        first = dt.date(FIRST.year + number // 12, number % 12 + 1, 1)
        yield first + dt.timedelta(days=-first.weekday() % 7)


if __name__ == "__main__":
    main()
