"""Fairness over weeks: what carrying burdens from week to week does to how evenly they end up, and what it costs.

The same weeks are rostered in three ways: without fairness rules; with a rule that looks at each week alone; and with
that rule looking at what is carried too. Weeks differ in traffic (each day up to 10 % more or less) and leave, drawn
from the seed; nothing fades, so that the measures at the end are those of all weeks together. Money is what a roster
costs without the fairness rule. Each week is stored, and a run that was cut short goes on where it ended.

    python -m benchmarks.fairness_weeks examples/one_plus_n --weeks 12 --seconds 20 --out out/fairness
"""

from __future__ import annotations

import argparse
import datetime as dt
from pathlib import Path

import numpy as np
import pandas as pd

import schedsolver as ss
from benchmarks.machine import describe_machine
from schedsolver.scoring import fairness_table, next_problem, shares_table
from schedsolver.scoring.fairness import gini

ITEMS = (
    ss.FairItem(item_id="closing", counts="closings", points=10, decay_percent=0),
    ss.FairItem(item_id="weekend", counts="weekends", points=20, decay_percent=0),
    ss.FairItem(item_id="midday", counts="hours", start="11:00", end="13:00", points=5, decay_percent=0),
)
BURDENS = [item.item_id for item in ITEMS]
WAYS = ("without fairness", "each week alone", "carried over")
AWAY, LONGEST = 3, 5


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("problem", help="folder or JSON file of a problem of one week")
    parser.add_argument("--weeks", type=int, default=12)
    parser.add_argument("--seconds", type=float, default=20.0, help="limit of each week")
    parser.add_argument("--gap", type=float, default=0.004)
    parser.add_argument("--weight", type=int, default=100, help="cents for each point off the due")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, required=True, help="folder for the rosters and figures of each week")
    arguments = parser.parse_args()
    print(describe_machine())
    base = ss.load(arguments.problem).replace(fair_items=ITEMS)
    arguments.out.mkdir(parents=True, exist_ok=True)
    for week in range(arguments.weeks):
        for way in WAYS:
            roster_week(base, way, week, arguments)
    report(base, arguments)


def roster_week(base: ss.Problem, way: str, week: int, arguments: argparse.Namespace) -> None:
    """Solve one week in one way and store its roster, unless that is done."""
    folder = arguments.out / way.replace(" ", "-") / f"week-{week:02}"
    if (folder / "cost.txt").exists():
        return
    problem = problem_of(base, way, week, arguments)
    rule = {"rule": "fair.distance", "items": BURDENS, "hard": False, "weight": arguments.weight}
    asked = problem.replace(rules=(*problem.rules, rule)) if way != WAYS[0] else problem
    if way == WAYS[1]:
        asked = asked.replace(carried=())
    settings = ss.Settings(time_seconds=arguments.seconds, gap=arguments.gap, seed=arguments.seed)
    result = ss.solve(asked, settings)
    money = result.objective - result.cost_by_rule.get("fair.distance", 0)
    ss.save_schedule(result.schedule, folder)
    (folder / "cost.txt").write_text(f"{money} {result.gap:.5f}")
    print(f"week {week}, {way}: {money / 100:,.0f}, gap {result.gap:.2%}, {result.wall_seconds:.0f} s", flush=True)


def problem_of(base: ss.Problem, way: str, week: int, arguments: argparse.Namespace) -> ss.Problem:
    """Give the problem of a week, with what the rosters of the weeks before leave behind."""
    problem = base.replace(**dated(base, 0, arguments.seed))
    for earlier in range(week):
        roster = ss.load_schedule(arguments.out / way.replace(" ", "-") / f"week-{earlier:02}")
        problem = next_problem(problem, roster, history_days=14, **dated(base, earlier + 1, arguments.seed))
    return problem


def dated(base: ss.Problem, week: int, seed: int) -> dict[str, object]:
    """Draw the traffic and leave of a week; nobody has requests."""
    rng = np.random.default_rng([seed, week])
    later = dt.timedelta(weeks=week)
    factor = rng.uniform(0.9, 1.1, base.horizon.days)
    traffic = [
        row.model_copy(
            update={
                "date": row.date + later,
                "customers": round(row.customers * factor[base.horizon.day_index(row.date)], 2),
            }
        )
        for row in base.traffic
    ]
    leave = []
    for employee in rng.choice(len(base.staff), min(AWAY, len(base.staff)), replace=False).tolist():
        first = base.horizon.start + later + dt.timedelta(days=int(rng.integers(0, base.horizon.days)))
        last = first + dt.timedelta(days=int(rng.integers(0, LONGEST)))
        leave.append(ss.Leave(employee_id=base.staff[employee].employee_id, first_day=first, last_day=last))
    return {"traffic": traffic, "leave": leave, "requests": ()}


def report(base: ss.Problem, arguments: argparse.Namespace) -> None:
    """Print money and evenness of each way, over all weeks."""
    rows, money = [], {}
    for way in WAYS:
        folders = [arguments.out / way.replace(" ", "-") / f"week-{week:02}" for week in range(arguments.weeks)]
        costs, gaps = zip(*((float(n) for n in (f / "cost.txt").read_text().split()) for f in folders), strict=True)
        money[way] = sum(costs)
        problem = problem_of(base, way, arguments.weeks - 1, arguments)
        last = ss.load_schedule(folders[-1])
        measures = fairness_table(problem, last).set_index("item")
        row = {"way": way, "money": f"{money[way] / 100:,.0f}", "more": f"{money[way] / money[WAYS[0]] - 1:+.2%}",
               "mean gap": f"{np.mean(gaps):.2%}", "Gini, all": f"{gini_of_points(problem, last):.3f}"}  # fmt: skip
        rows.append(row | {f"Gini, {item}": f"{measures.gini[item]:.3f}" for item in BURDENS})
    print(f"\n{arguments.weeks} weeks, seed {arguments.seed}, {arguments.seconds:g} s each, weight {arguments.weight}")
    print(pd.DataFrame(rows).to_string(index=False))


def gini_of_points(problem: ss.Problem, last: ss.Schedule) -> float:
    """Give the Gini index of all burdens added up by their points, as the rule adds them up."""
    points = {item.item_id: item.points for item in ITEMS}
    shares = shares_table(problem, last)
    weight = shares["item"].map(points)
    had = ((shares["amount"] + shares["before"]) * weight).groupby(shares["employee"], sort=False).sum()
    due = (shares["exposure_minutes"] * weight).groupby(shares["employee"], sort=False).sum()
    return gini(had, due)


if __name__ == "__main__":
    main()
