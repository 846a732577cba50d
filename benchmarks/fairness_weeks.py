"""Fairness over weeks: what carrying burdens from week to week does to how evenly they end up, and what it costs.

A week is rostered again and again in three ways: without fairness rules; with a rule that looks at each week alone,
which like the first gives the same roster every week; and with that rule looking at what is carried too. The first
roster is solved and then improved by people exchanging its duties; with the rule they go on exchanging those of that
roster. Nobody is on leave, permissions do not run out and nothing fades, so that all weeks are alike and the
measures at the end are those of all weeks together. What is off the due of all burdens, added up by their points, has
a price, and a smaller one what is off that of closings and of weekends; half a unit more or less is free.
What each is due follows from contracts and from who may work where and when: those whose permissions hold only where
it is closed at weekends are due no weekends. The index against contracted hours alone is given beside it.
Money is what a roster costs without the fairness rule. Each week is stored, and a run that was cut short goes on where
it ended.

    python -m benchmarks.fairness_weeks examples/one_plus_n --weeks 12 --out out/fairness

The problem of a week with its price on unfairness, to see what fairness costs at other prices:

    python -m benchmarks.fairness_weeks examples/one_plus_n --save --out out/fair
    schedsolver frontier out/fair --out out/frontier
"""

from __future__ import annotations

import argparse
import datetime as dt
import time
from pathlib import Path

import pandas as pd

import schedsolver as ss
from benchmarks.machine import describe_machine
from schedsolver.scoring import fairness_table, next_problem, shares_table
from schedsolver.scoring.fairness import gini

ITEMS = (
    ss.FairItem(item_id="closing", counts="closings", points=10, decay_percent=0),
    ss.FairItem(item_id="weekend", counts="weekends", points=20, decay_percent=0),
    ss.FairItem(item_id="midday", counts="hours", start="11:00", end="13:00", points=2, decay_percent=0),
)
BURDENS = [item.item_id for item in ITEMS]
# Part-timers mostly work at midday, when they are needed: they make up for it with fewer closings and weekends.
APART = ("closing", "weekend")
WAYS = ("without fairness", "each week alone", "carried over")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("problem", help="folder or JSON file of a problem of one week")
    parser.add_argument("--weeks", type=int, default=12)
    parser.add_argument("--plain-seconds", type=float, default=240.0, help="limit of the roster without fairness")
    parser.add_argument("--seconds", type=float, default=100.0, help="limit of each exchange of duties")
    parser.add_argument("--weight", type=int, default=250, help="cents for each point off the due")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, required=True, help="folder for the rosters and figures of each week")
    parser.add_argument(
        "--save", action="store_true", help="only write the first week's problem with its fairness rules"
    )
    arguments = parser.parse_args()
    print(describe_machine())
    base = ss.load(arguments.problem).replace(fair_items=ITEMS, leave=(), requests=())
    lasting = [row.model_copy(update={"valid_from": None, "valid_until": None}) for row in base.permissions]
    base = base.replace(permissions=lasting)
    if arguments.save:
        ss.save(fair(base, arguments.weight), arguments.out)
        return
    arguments.out.mkdir(parents=True, exist_ok=True)
    for week in range(arguments.weeks):
        for way in WAYS:
            roster_week(base, way, week, arguments)
    report(base, arguments)


def roster_week(base: ss.Problem, way: str, week: int, arguments: argparse.Namespace) -> None:
    """Solve one week in one way and store its roster, unless that is done."""
    folder = folder_of(arguments.out, way, week)
    if (folder / "cost.txt").exists():
        return
    started = time.perf_counter()
    problem = problem_of(base, way, week, arguments.out)
    if week and way != WAYS[2]:
        first = folder_of(arguments.out, way, 0)
        schedule = moved(ss.load_schedule(first), dt.timedelta(weeks=week))
    elif not week and way == WAYS[2]:
        # Nothing is carried yet.
        schedule = ss.load_schedule(folder_of(arguments.out, WAYS[1], 0))
    else:
        schedule = solved(problem, way, week, arguments).schedule
    money = ss.check(problem, schedule).objective
    ss.save_schedule(schedule, folder)
    (folder / "cost.txt").write_text(f"{money}")
    print(f"week {week}, {way}: {money / 100:,.0f}, {time.perf_counter() - started:.0f} s", flush=True)


def solved(problem: ss.Problem, way: str, week: int, arguments: argparse.Namespace) -> ss.Result:
    """Let people exchange the duties of the roster without fairness, with a price on unfairness or without."""
    if way == WAYS[0]:
        return exchanged(problem, plain_roster(problem, arguments), week, arguments)
    start = ss.load_schedule(folder_of(arguments.out, WAYS[0], week))
    return exchanged(fair(problem, arguments.weight), start, week, arguments)


def fair(problem: ss.Problem, weight: int) -> ss.Problem:
    """Put a price on what people are off their due of all burdens, and a smaller one on closings and weekends apart."""
    price = {"rule": "fair.distance", "hard": False}
    rules = [price | {"items": BURDENS, "weight": weight, "free": ITEMS[0].points // 2}]
    apart = [item for item in ITEMS if item.item_id in APART]
    rules += [price | {"items": [i.item_id], "weight": weight * 2 // 5, "free": i.points // 2} for i in apart]
    return problem.replace(rules=(*problem.rules, *rules))


def plain_roster(problem: ss.Problem, arguments: argparse.Namespace) -> ss.Schedule:
    """Solve the problem without fairness, unless that is done."""
    folder: Path = arguments.out / "solved"
    if not folder.exists():
        settings = ss.Settings(time_seconds=arguments.plain_seconds, gap=0.005, seed=arguments.seed)
        result = ss.solve(problem, settings)
        ss.save_schedule(result.schedule, folder)
        print(f"solved: {result.objective / 100:,.0f}, bound {(result.bound or 0) / 100:,.0f}", flush=True)
    return ss.load_schedule(folder)


def exchanged(problem: ss.Problem, start: ss.Schedule, week: int, arguments: argparse.Namespace) -> ss.Result:
    """Let people exchange the duties of a roster, and do nothing else."""
    strategy = ss.Strategy(reassign_share=1)
    return ss.solve(
        problem, ss.Settings(time_seconds=arguments.seconds, seed=arguments.seed + week, strategy=strategy), start=start
    )


def moved(schedule: ss.Schedule, by: dt.timedelta) -> ss.Schedule:
    """Give the same roster some days later."""

    def later(span: ss.Duty | ss.Stint | ss.Rest, **more: object) -> dict[str, object]:
        return {"start": span.start + by, "end": span.end + by, **more}

    duties = (
        duty.model_copy(
            update=later(
                duty, date=duty.date + by, breaks=tuple(rest.model_copy(update=later(rest)) for rest in duty.breaks)
            )
        )
        for duty in schedule.duty_list
    )
    return ss.Schedule.of(duties, (stint.model_copy(update=later(stint)) for stint in schedule.stint_list))


def folder_of(out: Path, way: str, week: int) -> Path:
    """Give where a week's roster is stored."""
    return out / way.replace(" ", "-") / f"week-{week:02}"


def problem_of(base: ss.Problem, way: str, week: int, out: Path) -> ss.Problem:
    """Give the problem of a week, with what the rosters of the weeks before leave behind."""
    problem = base
    for earlier in range(week):
        problem = next_problem(problem, ss.load_schedule(folder_of(out, way, earlier)), history_days=14)
    return problem


def report(base: ss.Problem, arguments: argparse.Namespace) -> None:
    """Print money and evenness of each way, over all weeks."""
    rows, money = [], {}
    for way in WAYS:
        folders = [folder_of(arguments.out, way, week) for week in range(arguments.weeks)]
        money[way] = sum(int((folder / "cost.txt").read_text()) for folder in folders)
        problem = problem_of(base, way, arguments.weeks - 1, arguments.out)
        last = ss.load_schedule(folders[-1])
        measures = fairness_table(problem, last).set_index("item")
        due, by_contract = gini_of_points(problem, last)
        row = {"way": way, "money": f"{money[way] / 100:,.0f}", "more": f"{money[way] / money[WAYS[0]] - 1:+.2%}",
               "Gini, all": f"{due:.3f}", "by contract alone": f"{by_contract:.3f}"}  # fmt: skip
        rows.append(row | {f"Gini, {item}": f"{measures.gini[item]:.3f}" for item in BURDENS})
    words = f"{arguments.weeks} weeks, seed {arguments.seed}, weight {arguments.weight}"
    print(f"\n{words}")
    print(pd.DataFrame(rows).to_string(index=False))


def gini_of_points(problem: ss.Problem, last: ss.Schedule) -> tuple[float, float]:
    """Give the Gini index of all burdens added up by their points, as the rule adds them up.

    Once against what people are due of each item, added up too, and once against their contracted hours alone, as if
    everybody could have everything.
    """
    points = {item.item_id: item.points for item in ITEMS}
    shares = shares_table(problem, last)
    weight = shares["item"].map(points)
    people = shares["employee"]
    had = ((shares["amount"] + shares["before"]) * weight).groupby(people, sort=False).sum()
    due = (shares["due"] * weight).groupby(people, sort=False).sum()
    contracted = [problem.contract_of[name].weekly_minutes for name in had.index]
    return gini(had, due), gini(had, contracted)


if __name__ == "__main__":
    main()
