"""A generated cluster with every kind of work and every rule on who does what in which slot switched on."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np

from schedsolver.domain import Activity, Backlog, BreakWindow, Employee, Permission, Problem, ShiftType, Skill
from schedsolver.domain.problem import parse_rule
from schedsolver.io.generator.cluster import AUDIT, COUNTER, FX, MAINTENANCE
from schedsolver.rules.duty import DutiesPerDay

PORTFOLIO, OUTREACH, TRAINING, PLEDGE = "portfolio", "outreach", "training", "pledge"
# The first people of an outlet have these tags; those after them draw theirs.
FIRST_TAGS = (("deputy",), ("custodian",), ("mentor",), ("trainee",), ("expert",), ("deputy", "mentor"))
DRAWN_TAGS = (("trainee",), ("expert",), ("mentor",), ())
TAG_ODDS = (0.15, 0.20, 0.10, 0.55)
# Of all staff, so many have not signed the pledge that foreign exchange needs.
UNSIGNED_SHARE = 0.05
# Of those who look after customers, so many may go out with a team from their home outlet.
OUTREACH_SHARE = 0.6
# Working time owed to each backlog by each of those who may do it, for each day planned.
CONTACT_MINUTES, PORTFOLIO_MINUTES = 20, 15

LUNCH = BreakWindow(minutes=60, start_from="11:00", start_to="13:30")
TEA = BreakWindow(minutes=30, start_from="15:00", start_to="16:00", paid=True)
SHIFT_TYPES = (
    ShiftType(
        shift_type_id="full", start_from="08:30", start_to="09:30", minutes_min=510, minutes_max=540, breaks=(LUNCH,)
    ),
    ShiftType(
        shift_type_id="tea", start_from="08:30", start_to="09:00", minutes_min=540, minutes_max=570, breaks=(LUNCH, TEA)
    ),
    # Two of these on one day are a split duty, or a move at midday.
    ShiftType(shift_type_id="half", start_from="08:30", start_to="14:00", minutes_min=210, minutes_max=270),
)


def everything_on(plain: Problem, rng: np.random.Generator) -> Problem:
    """Add to a generated problem all work that can wait, and every rule of the slots.

    Its hard rules never ask for work, so that nobody working is a roster: it can always be solved.

    Parameters
    ----------
    plain
        What :func:`~schedsolver.io.generator.generate` makes of the basic rules.
    rng
        Source of who is what.
    """
    staff = _tagged(plain, rng)
    signed = [e for e in staff if rng.random() >= UNSIGNED_SHARE]
    busy = plain.replace(
        name=f"{plain.name}, everything on",
        staff=staff,
        shift_types=SHIFT_TYPES,
        skills=(
            *plain.skills,
            Skill(skill_id=OUTREACH, name="Outreach"),
            Skill(skill_id=TRAINING, name="Training"),
            Skill(skill_id=PLEDGE, name="Signed the pledge"),
        ),
        permissions=(
            *plain.permissions,
            *_at_home(OUTREACH, _outgoing(plain, staff, rng)),
            *_at_home(TRAINING, [e for e in staff if {"trainee", "mentor"} & set(e.tags)]),
            *(Permission(employee_id=e.employee_id, skill_id=PLEDGE) for e in signed),
        ),
        activities=(
            *plain.activities,
            Activity(activity_id=PORTFOLIO, name="Portfolios", skill_id=MAINTENANCE, deferrable=True),
            Activity(activity_id=OUTREACH, name="Outreach", skill_id=OUTREACH, deferrable=True, away=True),
            Activity(activity_id=TRAINING, name="Training", skill_id=TRAINING, deferrable=True),
        ),
        backlogs=_backlogs(plain),
        rules=(*plain.rules, DutiesPerDay(maximum=2)),
    )
    # A small cluster may have nobody for some of the rules.
    rules = [rule for rule in map(parse_rule, _rule_book(plain)) if not list(rule.faults(busy))]
    return busy.replace(rules=(*busy.rules, *rules))


def _tagged(plain: Problem, rng: np.random.Generator) -> tuple[Employee, ...]:
    """Say who is deputy, custodian, mentor, trainee or expert: the first of each outlet in turn, the others by lot."""
    so_far: dict[str | None, int] = {}
    staff = []
    for employee in plain.staff:
        place = so_far[employee.home_outlet_id] = so_far.get(employee.home_outlet_id, -1) + 1
        drawn = DRAWN_TAGS[rng.choice(len(DRAWN_TAGS), p=TAG_ODDS)]
        staff.append(employee.model_copy(update={"tags": FIRST_TAGS[place] if place < len(FIRST_TAGS) else drawn}))
    return tuple(staff)


def _outgoing(plain: Problem, staff: tuple[Employee, ...], rng: np.random.Generator) -> list[Employee]:
    """Draw those who may go out: some of those who look after customers, and every deputy."""
    able = {p.employee_id for p in plain.permissions if p.skill_id == MAINTENANCE}
    drawn = rng.random(len(staff)) < OUTREACH_SHARE
    return [
        e
        for e, lucky in zip(staff, drawn.tolist(), strict=True)
        if "deputy" in e.tags or (lucky and e.employee_id in able)
    ]


def _at_home(skill: str, people: list[Employee]) -> list[Permission]:
    return [Permission(employee_id=e.employee_id, skill_id=skill, outlet_id=e.home_outlet_id) for e in people]


def _backlogs(plain: Problem) -> tuple[Backlog, ...]:
    """Owe customer contacts by the end of the month, and portfolios by the middle of the days planned."""
    start, days = plain.horizon.start, plain.horizon.days
    able = len({p.employee_id for p in plain.permissions if p.skill_id == MAINTENANCE})
    month = (plain.horizon.dates[-1].replace(day=28) + dt.timedelta(days=4)).replace(day=1) - dt.timedelta(days=1)
    to_month = (month - start).days + 1
    due = start + dt.timedelta(days=days // 2)
    owed = (
        ("customer contacts", MAINTENANCE, CONTACT_MINUTES * to_month, month),
        ("merchant and card portfolios", PORTFOLIO, PORTFOLIO_MINUTES * (days // 2 + 1), due),
    )
    return tuple(
        Backlog(backlog_id=name, activity_id=activity, minutes=each * able, deadline=deadline)
        for name, activity, each, deadline in owed
        if able
    )


def _rule_book(plain: Problem) -> list[dict[str, Any]]:
    """Give the rules beyond those of every generated problem; what short staff may break is soft."""
    supervisors, trainees, mentors = {"tags": ["deputy", "mentor"]}, {"tags": ["trainee"]}, {"tags": ["mentor"]}
    posts = [{"who": {"skill": COUNTER}}, {"who": {"skill": AUDIT}}]

    def soft(name: str, weight: int, **fields: Any) -> dict[str, Any]:
        return {"rule": name, "hard": False, "weight": weight, **fields}

    return [
        {"rule": "cover.intervals", "head_percent": {"trainee": 50, "expert": 120}},
        {"rule": "site.moves", "maximum": 0, "scope": {"tags": ["custodian"]}},
        {"rule": "site.window_runs", "minimum_minutes": 60, "opening_cents": 300, "closing_cents": 100},
        soft("stint.length", 200, minimum=60),
        soft("stint.length", 200, activities=[AUDIT], maximum=120),
        soft("stint.switches", 50),
        soft("custody.present", 3000, minimum=2),
        soft("custody.present", 3000, minimum=1, who=supervisors),
        soft("custody.present", 3000, minimum=2, when="opening"),
        soft("custody.present", 3000, minimum=2, when="closing"),
        soft("custody.posts", 3000, posts=posts),
        {"rule": "custody.dual_control", "activities": [FX], "authorisers": {"skill": COUNTER, "min_level": 2}},
        {"rule": "custody.pledge", "skill": PLEDGE, "activities": [FX]},
        soft("mentor.present", 2000, trainees=trainees, mentors=mentors),
        soft("mentor.hours", 50, trainees=trainees, mentors=mentors, minutes=60 * plain.horizon.days),
        soft("backlog.quotas", 150, at_home=True),
        soft(
            "training.sessions", 3000, activity=TRAINING, who=trainees, trainer=mentors, minutes=60,
            windows=[{"start_from": "11:00", "start_to": "11:30"}, {"start_from": "16:00", "start_to": "17:00"}],
        ),
        {
            "rule": "outreach.teams", "activity": OUTREACH, "members": 2, "mix": [{"who": supervisors}],
            "windows": [
                {"start_from": "09:00", "start_to": "09:30", "minutes": 150},
                {"start_from": "14:00", "start_to": "14:30", "minutes": 180},
            ],
            "recall_minutes": 120, "wanted_minutes": 180 * max(1, len(plain.outlets) // 3),
            # With shorter slots a head missing for one costs less, and a team has to be worth less than that.
            "missing_cents_per_hour": min(1000, 60 * plain.horizon.slot_minutes),
            "scope": {"weekdays": [0, 1, 2, 3, 4]},
        },
    ]  # fmt: skip
