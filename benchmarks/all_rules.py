"""What the whole catalogue costs in solving time: a plain week against the same week with every listed rule on.

Both are solved to the same gap in one run; the figure is the ratio of the times, building included.

    python -m benchmarks.all_rules examples/one_plus_n --gap 0.01
"""

from __future__ import annotations

import argparse
from typing import Any

import schedsolver as ss
from benchmarks.machine import describe_machine
from schedsolver.rules import LISTED


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("problem", help="folder or JSON file of a problem made by `schedsolver generate`")
    parser.add_argument("--gap", type=float, default=0.01)
    parser.add_argument("--seconds", type=float, default=600.0, help="limit of each")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0])
    parser.add_argument("--leave-out", nargs="*", default=[], help="rules to leave out, to see what each costs")
    arguments = parser.parse_args()
    plain = ss.load(arguments.problem)
    full = with_all_rules(plain, arguments.leave_out)
    print(describe_machine())
    for seed in arguments.seeds:
        settings = ss.Settings(time_seconds=arguments.seconds, gap=arguments.gap, seed=seed)
        seconds = []
        for name, problem in (("plain", plain), ("all rules", full)):
            result = ss.solve(problem, settings)
            seconds.append(result.wall_seconds)
            print(
                f"seed {seed}, {name}: {len(ss.rules.active_rules(problem))} rules, {result.objective:,} cents, "
                f"gap {result.gap:.2%}, build {result.build_seconds:.1f} s, {result.wall_seconds:.1f} s in all"
            )
        print(f"seed {seed}, ratio: {seconds[1] / seconds[0]:.2f}")


def with_all_rules(plain: ss.Problem, leave_out: list[str]) -> ss.Problem:
    """Give a generated problem with tags, preferences, a pledge and at least one rule of every listed kind."""
    tagged = {0: "deputy", 1: "deputy", 2: "trainee", 3: "mentor", 4: "mentor", 5: "custodian"}
    by_home: dict[str | None, int] = {}
    staff = []
    for employee in plain.staff:
        place = by_home[employee.home_outlet_id] = by_home.get(employee.home_outlet_id, -1) + 1
        tags = (tagged[place],) if place in tagged else ()
        staff.append(employee.model_copy(update={"tags": tags}))
    pledged = [ss.Permission(employee_id=e.employee_id, skill_id="pledge") for e in staff]
    rules = [rule for rule in all_rules(plain) if rule["rule"] not in leave_out]
    missing = {kind.name for kind in LISTED} - {rule["rule"] for rule in rules} - {r.name for r in plain.rules}
    assert missing <= set(leave_out), f"add {sorted(missing)} to this benchmark"
    # A deputy manager of each outlet prefers it, and one trainee of the pool avoids the smart devices.
    preferences = [
        {"employee_id": staff[0].employee_id, "wish": "prefer", "outlet_id": staff[0].home_outlet_id, "cents": 1000},
        {"employee_id": staff[2].employee_id, "wish": "avoid", "activity_id": "audit", "cents": 500},
        {"employee_id": staff[3].employee_id, "wish": "prefer", "colleague_id": staff[2].employee_id, "cents": 800},
    ]
    last = plain.horizon.dates[-1]
    return plain.replace(
        staff=tuple(staff),
        skills=(*plain.skills, ss.Skill(skill_id="pledge")),
        permissions=(*plain.permissions, *pledged),
        activities=(
            *plain.activities,
            *(
                ss.Activity(activity_id=name, deferrable=True, away=name == "outreach")
                for name in ("outreach", "training")
            ),
        ),
        preferences=preferences,
        fair_items=[
            {"item_id": "closing", "counts": "closings"},
            {"item_id": "weekend", "counts": "weekends", "points": 20},
            {"item_id": "weekend off", "kind": "good", "counts": "weekends_off"},
        ],
        backlogs=[
            {"backlog_id": "contacts", "activity_id": "maintenance", "minutes": 60 * len(staff), "deadline": last}
        ],
        rules=(*plain.rules, *rules),
    )


def all_rules(plain: ss.Problem) -> list[dict[str, Any]]:
    """Give a bank's rule book for a generated problem; what short staff may break is soft."""
    people = [e.employee_id for e in plain.staff]

    def soft(name: str, weight: int, **parameters: Any) -> dict[str, Any]:
        return {"rule": name, "hard": False, "weight": weight, **parameters}

    return [
        {"rule": "rest.weekly", "minutes": 2100},
        {"rule": "contract.hours", "per": "day", "maximum_minutes": 660},
        {"rule": "contract.average_hours", "per": "rolling", "days": 28, "weekly_minutes": 2880},
        {"rule": "sequence.work_days", "maximum": 6},
        soft("sequence.days_off", 1500, minimum=2),
        soft("sequence.shifts", 1000, shift_types=["half"], maximum=3),
        soft("sequence.successions", 500, forbidden=[["half", "full"]]),
        soft("weekend.worked", 2000, maximum=1),
        soft("weekend.complete", 1000),
        {"rule": "weekend.consecutive", "maximum": 2},
        soft("weekend.off", 1000, minimum=1),
        {"rule": "duty.span", "minutes": 570},
        {"rule": "duty.break_due", "after_minutes": 360, "break_minutes": 30},
        {"rule": "duty.barred_hours", "start": "20:00", "end": "30:00"},
        soft("pair.together", 1000, employee=people[2], companion=people[3]),
        soft("pair.apart", 1000, employees=[people[6], people[7]]),
        soft("site.outlets", 1000, maximum=2),
        soft("site.loans", 500, maximum=3, each="employee"),
        {"rule": "cost.loan", "cents": 300},
        soft("cover.levels", 500, min_level=2, share_percent=33, top_percent=25, scope={"activities": ["counter"]}),
        {"rule": "cover.intervals", "head_percent": {"trainee": 50}},
        {"rule": "cover.late_customers", "cents_per_customer": 2000, "scope": {"activities": ["fx"]}},
        {"rule": "cost.day_pay", "percent": 200, "scope": {"weekdays": [5, 6]}},
        {"rule": "cost.overtime", "per": "week", "tiers": [{"minutes": 180, "percent": 150}, {"percent": 200}]},
        soft("custody.present", 3000, minimum=2, when="open"),
        soft("custody.present", 3000, minimum=1, when="open", who={"tags": ["deputy", "mentor"]}),
        soft("custody.present", 3000, minimum=2, when="opening"),
        soft("custody.present", 3000, minimum=2, when="closing"),
        soft("custody.posts", 3000, posts=[{"who": {"skill": "counter"}}, {"who": {"skill": "audit"}}]),
        {"rule": "custody.dual_control", "activities": ["fx"], "authorisers": {"skill": "counter", "min_level": 3}},
        {"rule": "custody.pledge", "skill": "pledge"},
        soft("mentor.present", 2000, trainees={"tags": ["trainee"]}, mentors={"tags": ["mentor"]}),
        {"rule": "leave.mandatory", "workdays": 2, "per": "horizon", "scope": {"employees": [people[10], people[11]]}},
        {"rule": "site.window_runs", "minimum_minutes": 60, "opening_cents": 100, "closing_cents": 50},
        soft("stint.length", 100, minimum=60),
        soft("stint.switches", 50, maximum=1),
        soft("mentor.hours", 100, trainees={"tags": ["trainee"]}, mentors={"tags": ["mentor"]}, minutes=600),
        soft("backlog.quotas", 300, at_home=True),
        {
            "rule": "outreach.teams",
            "activity": "outreach",
            "members": 2,
            "mix": [{"who": {"tags": ["deputy", "mentor"]}}],
            "windows": [{"start_from": "14:00", "start_to": "15:00", "minutes": 180}],
            "recall_minutes": 120,
            "wanted_minutes": 180,
            "missing_cents_per_hour": 1000,
        },
        soft(
            "training.sessions",
            2000,
            activity="training",
            who={"tags": ["trainee"]},
            trainer={"tags": ["mentor"]},
            minutes=60,
            windows=[{"start_from": "16:00", "start_to": "17:00"}],
            least=1,
        ),
        soft("rotation.post", 1000, post="outlet", least_days=2, scope={"tags": ["mentor"]}),
        soft("rotation.cycle", 50, team=people[12:14], days=3),
        soft("fair.distance", 20, items=["closing", "weekend"]),
        soft("fair.range", 100, items=["closing", "weekend"], maximum=30),
        soft("fair.worst_off", 50, items=["weekend off"], count=3),
        soft("fair.gini", 50, items=["closing"], most_percent=30),
        {"rule": "budget.rules", "rules": ["cost.loan", "cost.travel"], "cents": 10**9},
        {"rule": "fair.jain", "items": ["weekend off"], "least_percent": 30},
    ]


if __name__ == "__main__":
    main()
