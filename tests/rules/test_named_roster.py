"""Rules on people in a slot hold in the named roster, seen from its tables alone.

Nothing of the rules is used here: who is at work comes from duties and breaks, who does what from the activities.
"""

from collections import defaultdict
from functools import cache

import pandas as pd
import pytest

import schedsolver as ss
from schedsolver.domain.problem import parse_rule

SLOT = pd.Timedelta(minutes=30)
SUPERVISORS = {"tags": ["deputy", "mentor"]}
RULES = [
    {"rule": "custody.present", "minimum": 2},
    {"rule": "custody.present", "minimum": 1, "who": SUPERVISORS},
    {"rule": "custody.present", "minimum": 3, "when": "opening"},
    {"rule": "custody.present", "minimum": 3, "when": "closing"},
    {"rule": "custody.posts", "posts": [{"who": {"skill": "counter"}}, {"who": {"skill": "audit"}}]},
    {"rule": "custody.dual_control", "activities": ["fx"], "authorisers": {"skill": "counter", "min_level": 2}},
    {"rule": "mentor.present", "trainees": {"tags": ["trainee"]}, "mentors": {"tags": ["mentor"]}},
]


def problem(seed: int) -> ss.Problem:
    """One outlet with everything on, the rules on people in a slot hard."""
    spec = ss.GeneratorSpec(
        outlets=1, staff=9, days=1, seed=seed, content="everything", leave_share=0, dated_share=0, bound_share=0
    )
    made = ss.generate(spec)
    replaced = {rule["rule"] for rule in RULES}
    kept = [rule for rule in made.rules if rule.name not in replaced]
    return made.replace(rules=(*kept, *map(parse_rule, RULES)))


@cache
def named(seed: int) -> tuple[ss.Problem, dict[pd.Timestamp, set[str]], dict[pd.Timestamp, dict[str, str]]]:
    """The problem, who is at work in each slot, and who of them does what."""
    made = problem(seed)
    schedule = ss.solve(made, ss.Settings(deterministic=True, deterministic_work=3, gap=0.2)).schedule
    doing: dict[pd.Timestamp, dict[str, str]] = defaultdict(dict)
    for row in schedule.activities.itertuples():
        for slot in pd.date_range(row.start, row.end, freq=SLOT, inclusive="left"):
            assert row.employee not in doing[slot], "nobody does two things at once"
            doing[slot][row.employee] = row.activity
    at_work: dict[pd.Timestamp, set[str]] = defaultdict(set)
    for duty in schedule.duties.itertuples():
        pauses = [(duty.break_start, duty.break_end)]
        if "break2_start" in schedule.duties:
            pauses.append((duty.break2_start, duty.break2_end))
        for slot in pd.date_range(duty.start, duty.end, freq=SLOT, inclusive="left"):
            if not any(begin <= slot < end for begin, end in pauses):
                at_work[slot].add(duty.employee)
    return made, at_work, {slot: {e: a for e, a in on.items() if a != "break"} for slot, on in doing.items()}


SEEDS = pytest.mark.parametrize("seed", [1, 2])


def open_slots(made: ss.Problem) -> list[pd.Timestamp]:
    date = made.horizon.start
    ((opens, closes),) = made.open_intervals("HUB", date)
    midnight = pd.Timestamp(date)
    return [midnight + pd.Timedelta(minutes=m) for m in range(opens, closes, 30)]


def tagged(made: ss.Problem, *tags: str) -> set[str]:
    return {e.employee_id for e in made.staff if set(tags) & set(e.tags)}


def holding(made: ss.Problem, skill: str, level: int = 1) -> set[str]:
    return {p.employee_id for p in made.permissions if p.skill_id == skill and p.level >= level}


@SEEDS
def test_everybody_at_work_does_one_thing(seed):
    _, at_work, doing = named(seed)
    assert {slot: set(on) for slot, on in doing.items() if on} == {slot: on for slot, on in at_work.items() if on}


@SEEDS
def test_two_people_in_every_open_slot_and_three_at_opening_and_closing(seed):
    made, at_work, _ = named(seed)
    slots = open_slots(made)
    assert all(len(at_work[slot]) >= 2 for slot in slots)
    assert min(len(at_work[slots[0]]), len(at_work[slots[-1]])) >= 3


@SEEDS
def test_a_supervisor_in_every_open_slot(seed):
    made, at_work, _ = named(seed)
    supervisors = tagged(made, "deputy", "mentor")
    assert all(at_work[slot] & supervisors for slot in open_slots(made))


@SEEDS
def test_a_cash_person_and_another_for_the_lobby_in_every_open_slot(seed):
    made, at_work, _ = named(seed)
    cash, lobby = holding(made, "counter"), holding(made, "audit")
    assert all(any(a != b for a in at_work[s] & cash for b in at_work[s] & lobby) for s in open_slots(made))


@SEEDS
def test_handler_and_authoriser_are_different_people(seed):
    made, at_work, doing = named(seed)
    authorisers = holding(made, "counter", 2)
    handled = [(slot, name) for slot, on in doing.items() for name, activity in on.items() if activity == "fx"]
    assert handled
    assert all((at_work[slot] & authorisers) - {name} for slot, name in handled)


@SEEDS
def test_a_mentor_for_each_trainee_in_every_slot(seed):
    made, at_work, _ = named(seed)
    trainees, mentors = tagged(made, "trainee"), tagged(made, "mentor")
    learning = {slot: on & trainees for slot, on in at_work.items()}
    assert any(learning.values())
    assert all(len(at_work[slot] & mentors - trainees) >= len(on) for slot, on in learning.items())


@SEEDS
def test_teams_and_sessions_are_of_the_same_people_from_beginning_to_end(seed):
    made, _, doing = named(seed)
    supervisors, trainees, mentors = (tagged(made, *t) for t in (("deputy", "mentor"), ("trainee",), ("mentor",)))
    for activity, fits in (
        ("outreach", lambda who: len(who) == 2 and who & supervisors),
        ("training", lambda who: len(who & mentors) == 1 and who - mentors <= trainees and len(who) >= 2),
    ):
        groups = {slot: {n for n, a in on.items() if a == activity} for slot, on in sorted(doing.items())}
        assert all(fits(who) for who in groups.values() if who)
        for slot, who in groups.items():
            after = groups.get(slot + SLOT, set())
            assert not who or not after or who == after or activity == "training"
