import datetime as dt

import pytest
from pydantic import ValidationError

import schedsolver as ss
from schedsolver.domain import (
    Activity,
    Employee,
    Horizon,
    IntervalRequirement,
    Outlet,
    Permission,
    Scope,
    Skill,
)
from schedsolver.errors import InvalidProblem
from schedsolver.rules.cover import IntervalCover
from schedsolver.rules.custody import Post
from schedsolver.rules.outreach import OutreachTeams
from schedsolver.rules.presence import People
from schedsolver.rules.training import TrainingSessions
from tests.solving import assert_agree, assert_settled, fixed_shift, judged, spell, words, work
from tests.tiny import MONDAY, TUESDAY, tiny

HUB, SAT = Outlet(outlet_id="Hub"), Outlet(outlet_id="Sat")
DAY, NIGHT = fixed_shift("day", "09:00", "12:00"), fixed_shift("night", "22:00", "26:00")
SHORT = fixed_shift("short", "09:00", "11:00")
COUNTER = Activity(activity_id="counter", shortage_cents_per_hour=(400,), surplus_cents_per_hour=0)
OUT = Activity(activity_id="out", skill_id="talk", deferrable=True)
# E1 to E4 may go out; E1 is a star and E2 speaks of cards.
STAFF = tuple(
    Employee(employee_id=f"E{i}", contract_id="full", tags=tags)
    for i, tags in enumerate([("star",), ("cards",), (), (), ("star",)], start=1)
)
TALKS = tuple(Permission(employee_id=f"E{i}", skill_id="talk") for i in range(1, 5))
STAR, CARDS = Post(who=People(tags=("star",))), Post(who=People(tags=("cards",)))
MORNING = {"start_from": "09:00", "start_to": "10:00", "minutes": 120}
EVENING = {"start_from": "22:00", "start_to": "23:00", "minutes": 180}


def teams(**fields) -> OutreachTeams:
    usual = {
        "activity": "out", "members": 2, "windows": (MORNING,), "wanted_minutes": 120, "missing_cents_per_hour": 30,
    }  # fmt: skip
    return OutreachTeams(**(usual | fields))


def world(rule: OutreachTeams | None = None, *, days: int = 1, slot: int = 60, shifts=(DAY,), **changes):
    there = {e.employee_id for e in changes.get("staff", STAFF)}
    tables = {
        "horizon": Horizon(start=MONDAY, days=days, slot_minutes=slot), "outlets": (HUB, SAT), "shift_types": shifts,
        "skills": (Skill(skill_id="talk"),), "permissions": tuple(p for p in TALKS if p.employee_id in there),
        "staff": STAFF, "activities": (COUNTER, OUT),
        "rules": () if rule is None else (rule,),
    }  # fmt: skip
    return tiny(**(tables | changes))


def out(names: str, start: str, end: str, **more):
    """Duties all day at the outlet, and stints out."""
    place = {key: value for key, value in more.items() if key in ("outlet", "date")}
    for name in names.split():
        yield work(name, "day", "08:00", "26:00", **place)
        yield spell(name, "out", start, end, **more)


# ---------------------------------------------------------------- what a team is


@pytest.mark.parametrize(
    ("records", "fields", "missing", "faults"),
    [
        ([], {}, 2, []),
        ([*out("E1 E2", "09:00", "11:00")], {}, 0, []),
        ([*out("E1 E2", "10:00", "12:00")], {}, 0, []),
        ([*out("E1 E2", "10:00", "12:00", outlet="Sat")], {}, 0, []),
        ([*out("E1", "09:00", "11:00")], {}, 0, ["1 people, not the 2 of a team"]),
        ([*out("E1 E2 E3", "09:00", "11:00")], {}, 0, ["3 people, not the 2 of a team"]),
        ([*out("E1 E2 E3", "09:00", "11:00")], {"members": 3}, 0, []),
        ([*out("E1 E2", "11:00", "13:00")], {}, 2, ["no team is out then"]),
        ([*out("E1 E2", "08:00", "10:00")], {}, 2, ["no team is out then"]),
        ([*out("E1 E2", "09:00", "10:00")], {}, 2, ["no team is out then"]),
        ([*out("E1 E2", "09:00", "12:00")], {}, 2, ["no team is out then"]),
        ([*out("E1 E2", "09:00", "10:00")], {"recall_minutes": 60}, 1, []),
        ([*out("E1 E2", "09:00", "11:00")], {"recall_minutes": 60}, 0, []),
        ([*out("E1 E2", "09:00", "11:00")], {"wanted_minutes": 200}, 2, []),
        (
            [*out("E1 E2", "09:00", "10:00"), *out("E3 E4", "10:00", "11:00")], {"recall_minutes": 60}, 0,
            ["another team goes out in the same window"],
        ),
        ([*out("E1 E2", "09:00", "11:00"), *out("E3 E4", "10:00", "12:00", outlet="Sat")], {}, 0, []),
        (
            [*out("E1", "09:00", "11:00"), *out("E2", "10:00", "12:00")], {}, 0,
            ["1 people, not the 2 of a team", "another team goes out in the same window",
             "1 people, not the 2 of a team"],
        ),
        ([*out("E1 E2", "22:00", "25:00")], {"windows": (MORNING, EVENING)}, 0, []),
        ([*out("E1 E2", "23:00", "26:00"), *out("E1 E2", "09:00", "11:00")],
         {"windows": (MORNING, EVENING), "wanted_minutes": 301}, 1, []),
    ],
)  # fmt: skip
def test_who_is_out_together_and_when(records, fields, missing, faults):
    found = judged(teams(**fields), world(), *records)
    assert [v.message.rpartition(": ")[2] for v in found.violations] == faults
    assert [p.cents for p in found.penalties] == [30 * missing] * (missing > 0)


@pytest.mark.parametrize(
    ("names", "mix", "faults"),
    [
        ("E1 E2", (STAR, CARDS), []),
        ("E1 E3", (STAR,), []),
        ("E2 E3", (STAR,), ["0 of the 1 places of its mix are filled"]),
        ("E1 E3", (STAR, CARDS), ["1 of the 2 places of its mix are filled"]),
        ("E1 E2", (Post(who=People(tags=("star", "cards")), minimum=2),), []),
        ("E1 E3", (Post(who=People(tags=("star", "cards")), minimum=2),), ["1 of the 2 places of its mix are filled"]),
        # One person fills one place, though both groups have them.
        ("E1 E3", (STAR, Post(who=People(employees=("E1", "E2")))), ["1 of the 2 places of its mix are filled"]),
    ],
)
def test_the_mix_of_a_team(names, mix, faults):
    found = judged(teams(mix=mix), world(), *out(names, "09:00", "11:00"))
    assert [v.message.rpartition(": ")[2] for v in found.violations] == faults


def test_a_finding_says_who_and_where():
    found = judged(teams(), world(), *out("E1 E3 E4", "09:00", "10:00"))
    start = "E1, E3, E4 on out from Hub at 2026-03-09 09:00 for 60 minutes"
    assert words(found) == [
        f"{start}: no team is out then",
        f"{start}: 3 people, not the 2 of a team",
        "0 of 120 minutes of teams on out on 2026-03-09",
    ]
    assert (found.violations[0].outlet_id, found.violations[0].start) == ("Hub", dt.datetime(2026, 3, 9, 9))


@pytest.mark.parametrize(
    ("scope", "missing", "faults"),
    [
        (Scope(), 4, 0),
        (Scope(first_day=TUESDAY), 2, 1),
        (Scope(last_day=MONDAY), 2, 1),
        (Scope(outlets=("Hub",)), 6, 1),
        (Scope(outlets=("Sat",)), 6, 1),
    ],
)
def test_dates_and_outlets_of_the_scope(scope, missing, faults):
    # Four hours are wanted on each date; a team is out for two hours on Monday, and on Tuesday elsewhere.
    records = [*out("E1 E2", "09:00", "11:00"), *out("E3 E4", "09:00", "11:00", date=TUESDAY, outlet="Sat")]
    found = judged(teams(scope=scope, wanted_minutes=240), world(days=2), *records)
    assert (found.cents, len(found.violations)) == (30 * missing, faults)


def test_a_mix_is_asked_of_the_date_and_outlet():
    rights = (*TALKS, Permission(employee_id="E1", skill_id="stars", valid_from=TUESDAY, outlet_id="Hub"))
    problem = world(days=2, permissions=rights, skills=(Skill(skill_id="talk"), Skill(skill_id="stars")))
    rule = teams(mix=(Post(who=People(skill="stars")),))
    there = {"date": TUESDAY, "outlet": "Hub"}
    assert judged(rule, problem, *out("E1 E2", "09:00", "11:00", **there)).violations == ()
    for elsewhere in ({"date": MONDAY}, {"outlet": "Sat"}):
        assert len(judged(rule, problem, *out("E1 E2", "09:00", "11:00", **there | elsewhere)).violations) == 1


# ---------------------------------------------------------------- what could never be


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"windows": ({**MORNING, "start_from": "10:30"},)}, "starts from 10:30, after its latest start 10:00"),
        ({"windows": ({**MORNING, "start_to": "24:00"},)}, "its latest start 24:00 is not on the date itself"),
        (
            {"windows": (MORNING, {"start_from": "12:00", "start_to": "12:00", "minutes": 60})},
            "a team of one window may be out until 12:00, when the next may leave from 12:00; leave time between them",
        ),
        (
            {"windows": ({"start_from": "01:00", "start_to": "23:00", "minutes": 120},)},
            "a team of one window may be out until 25:00, when the next may leave from 25:00; leave time between them",
        ),
        ({"mix": (STAR, CARDS, STAR)}, "its mix asks for 3 people, more than its 2 members"),
        ({"recall_minutes": 120}, "recall_minutes 120 must be below the 120 minutes it is out"),
        ({"members": 1}, "greater than or equal to 2"),
    ],
)
def test_fields_that_contradict_each_other(fields, said):
    with pytest.raises(ValidationError, match=said):
        teams(**fields)


@pytest.mark.parametrize(
    ("fields", "changes", "said"),
    [
        ({"activity": "outt"}, {}, 'activity "outt" is not in the problem (did you mean "out"?)'),
        ({"activity": "counter"}, {}, "counter cannot wait; mark it as deferrable"),
        ({}, {"permissions": ()}, "nobody may do out in its scope"),
        ({"members": 5}, {}, "nowhere more than 4 people may do out, fewer than the 5 members"),
        ({"mix": (Post(who=People(tags=("start",))),)}, {}, 'tag "start" is not in the problem'),
        ({"mix": (CARDS, CARDS)}, {}, "it asks for 2 different people where only 1 belong to the group"),
        ({"windows": ({**MORNING, "start_to": "09:30"},)}, {}, "09:30 is not on the grid of 60-minute slots"),
        ({"recall_minutes": 90}, {}, "90 minutes are no whole number of 60-minute slots"),
    ],
)  # fmt: skip
def test_teams_that_could_never_be_are_refused(fields, changes, said):
    with pytest.raises(InvalidProblem) as error:
        world(teams(**fields), **changes)
    assert said in str(error.value)


def test_an_activity_is_for_one_kind_of_meeting():
    session = TrainingSessions(activity="out", minutes=60, windows=({"start_from": "09:00", "start_to": "09:00"},))
    with pytest.raises(InvalidProblem, match="another rule is about out too; give each an activity of its own"):
        world(rules=(teams(), session))


@pytest.mark.parametrize(
    ("cents", "needed", "covers", "refused"),
    [
        # A slot without a head costs 400: two hours of a team may bring no more than 399.
        (199, True, (), False),
        (200, True, (), True),
        (200, False, (), False),
        (99, True, (IntervalCover(head_percent={"star": 50}),), False),
        (100, True, (IntervalCover(head_percent={"star": 50}),), True),
        (199, True, (IntervalCover(head_percent={"star": 150, "cards": 0}),), False),
    ],
)
def test_a_team_is_worth_less_than_a_head_in_service(cents, needed, covers, refused):
    rule = teams(missing_cents_per_hour=cents)
    tables = {"rules": (rule, *covers), "interval_requirements": (heads(1),) if needed else ()}
    if refused:
        with pytest.raises(InvalidProblem, match="lower missing_cents_per_hour"):
            world(**tables)
    else:
        assert rule in world(**tables).rules


# ---------------------------------------------------------------- model against checker


def heads(count: int, start: str = "09:00", end: str = "10:00") -> IntervalRequirement:
    return IntervalRequirement(outlet_id="Hub", activity_id="counter", date=MONDAY, start=start, end=end, heads=count)


AT_HUB = {"outlets": (HUB,), "staff": STAFF[:3]}
STEPS = (
    {"start_from": "09:00", "start_to": "09:00", "minutes": 60},
    {**MORNING, "start_from": "11:00", "start_to": "11:00", "minutes": 60},
)
LATE = fixed_shift("late", "23:00", "26:00")
# Each case: a problem, and how many of its sets of duties are no roster.
CASES = {
    "two of three, at either start": (world(teams(), interval_requirements=(heads(1),), **AT_HUB), 0),
    "called back": (
        world(teams(recall_minutes=60), interval_requirements=(heads(2, "10:00", "12:00"),), **AT_HUB), 0,
    ),
    "a mix": (world(teams(mix=(STAR, CARDS)), **AT_HUB), 0),
    "two windows": (world(teams(windows=STEPS, wanted_minutes=180), **AT_HUB), 0),
    "only some may go out": (
        world(teams(), shifts=(SHORT,), outlets=(HUB,), staff=STAFF[2:], interval_requirements=(heads(1),)), 0,
    ),
    "two places": (
        world(teams(wanted_minutes=240), shifts=(SHORT,), outlets=(HUB, SAT), staff=STAFF[:3],
              interval_requirements=(heads(1),)), 37,
    ),
    "not at the satellite": (
        world(teams(scope=Scope(outlets=("Hub",))), shifts=(SHORT,), outlets=(HUB, SAT), staff=STAFF[:3]), 37,
    ),
    "past midnight and the horizon": (
        world(teams(windows=({**EVENING, "minutes": 120},)), shifts=(LATE,), **AT_HUB), 0,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_model_and_checker_agree_on_every_set_of_duties(name):
    problem, forbidden = CASES[name]
    costs = assert_agree(problem)
    assert costs.count(None) == forbidden
    assert len(set(costs)) > 1


def test_nothing_else_to_do_but_to_go_out():
    # With no other activity a duty of three hours can only be filled by being out, which no team is for so long.
    costs = assert_agree(world(teams(), activities=(OUT,), **AT_HUB))
    assert costs.count(None) == 7


def test_a_search_stopped_early_names_the_cost_of_the_checker():
    assert_settled(world(teams(recall_minutes=60), **AT_HUB))


def test_a_team_is_formed_of_what_service_leaves_over():
    # Three are at work. Service needs all until ten, and one from then on: the team goes out at ten.
    needs = (heads(3), heads(1, "10:00", "12:00"))
    pins = tuple(ss.Pin(employee_id=e.employee_id, date=MONDAY) for e in STAFF[:3])
    problem = world(teams(), interval_requirements=needs, pins=pins, **AT_HUB)
    result = ss.solve(problem, ss.Settings(time_seconds=20, gap=0))
    assert (result.objective, result.bound) == (0, 0)
    gone = [s for s in result.schedule.stint_list if s.activity_id == "out"]
    assert {(s.start.hour, s.end.hour) for s in gone} == {(10, 12)}
    assert len({s.employee_id for s in gone}) == 2
    # With two needed throughout, nobody goes.
    busy = problem.replace(interval_requirements=(heads(3), heads(2, "10:00", "12:00")))
    assert ss.solve(busy, ss.Settings(time_seconds=20, gap=0)).objective == 60
