import datetime as dt

import pytest
from pydantic import ValidationError

import schedsolver as ss
from schedsolver.domain import Activity, Employee, Horizon, IntervalRequirement, Outlet, Permission, Scope, Skill
from schedsolver.errors import InvalidProblem
from schedsolver.rules.presence import People
from schedsolver.rules.training import TrainingSessions
from tests.solving import assert_agree, assert_settled, fixed_shift, judged, spell, words, work
from tests.tiny import MONDAY, TUESDAY, tiny

HUB, SAT = Outlet(outlet_id="Hub"), Outlet(outlet_id="Sat")
DAY, SHORT = fixed_shift("day", "09:00", "12:00"), fixed_shift("short", "09:00", "11:00")
LATE = fixed_shift("late", "23:00", "25:00")
COUNTER = Activity(activity_id="counter", shortage_cents_per_hour=(400,), surplus_cents_per_hour=0)
LEARN = Activity(activity_id="learn", deferrable=True)
# E1 and E2 need the training, E3 leads it, E4 does neither, and E5 would lead it but needs it too.
STAFF = tuple(
    Employee(employee_id=f"E{i}", contract_id="full", tags=tags)
    for i, tags in enumerate([("new",), ("new",), ("guide",), (), ("new", "guide")], start=1)
)
NEW, GUIDE = People(tags=("new",)), People(tags=("guide",))
SOFT = {"hard": False, "weight": 50}


def sessions(start_from="09:00", start_to="10:00", **fields) -> TrainingSessions:
    windows = ({"start_from": start_from, "start_to": start_to},)
    usual = {"activity": "learn", "who": NEW, "minutes": 60, "windows": windows, "least": 2}
    return TrainingSessions(**(usual | fields))


def world(*rules: TrainingSessions, days: int = 1, slot: int = 60, shifts=(DAY,), **changes):
    tables = {
        "horizon": Horizon(start=MONDAY, days=days, slot_minutes=slot), "outlets": (HUB, SAT), "shift_types": shifts,
        "skills": (Skill(skill_id="talk"),), "permissions": (), "staff": STAFF, "activities": (COUNTER, LEARN),
        "rules": rules,
    }  # fmt: skip
    return tiny(**(tables | changes))


def learning(names: str, start: str = "09:00", end: str = "10:00", **more):
    """Duties all day at the outlet, and stints in training."""
    for name in names.split():
        yield work(name, "day", "08:00", "26:00", **more)
        yield spell(name, "learn", start, end, **more)


def faults_of(judgement) -> list[str]:
    return [v.message.rpartition(": ")[2] for v in judgement.violations]


ALL = "E1 E2 E5"
AROUND_TEN = tuple({"start_from": clock, "start_to": clock} for clock in ("09:00", "11:00"))


@pytest.mark.parametrize(
    ("records", "fields", "absent", "faults"),
    [
        ([], {}, ALL, []),
        ([*learning(ALL)], {}, "", []),
        ([*learning("E1 E2", "10:00", "11:00")], {}, "E5", []),
        ([*learning("E1 E2", outlet="Sat")], {}, "E5", []),
        ([*learning("E1")], {}, "E2 E5", ["1 participants, not 2 or more"]),
        ([*learning("E1")], {"least": 1}, "E2 E5", []),
        ([*learning(ALL)], {"most": 2}, "", ["3 participants, not 2 to 2"]),
        ([*learning("E1 E2")], {"most": 2}, "E5", []),
        ([*learning("E1 E2", "08:00", "09:00")], {}, "E5", ["none begins then"]),
        ([*learning("E1 E2", "11:00", "12:00")], {}, "E5", ["none begins then"]),
        ([*learning("E1 E2 E4")], {}, "E5", ["E4 neither needs it nor leads it"]),
        ([*learning("E1 E2 E3")], {}, "E5", ["E3 neither needs it nor leads it"]),
        ([*learning("E1 E2 E3")], {"trainer": GUIDE}, "E5", []),
        ([*learning("E1 E2")], {"trainer": GUIDE}, "E5", ["0 trainers, not one"]),
        ([*learning("E1 E2 E5")], {"trainer": GUIDE}, "", ["0 trainers, not one"]),
        ([*learning("E1 E3")], {"trainer": GUIDE}, "E2 E5", ["1 participants, not 2 or more"]),
        ([*learning("E1 E2 E3 E4")], {"trainer": GUIDE}, "E5", ["E4 neither needs it nor leads it"]),
        (
            [*learning("E1 E2 E3 E4")], {"trainer": People(employees=("E3", "E4"))}, "E5", ["2 trainers, not one"],
        ),
        # Two sessions side by side at other times, one after the other by the same trainer, or of two hours.
        ([*learning("E1"), *learning("E2 E5", "10:00", "11:00")], {"least": 1}, "", []),
        (
            [*learning("E1"), *learning("E2", "10:00", "11:00"), *learning("E3", "09:00", "11:00")],
            {"least": 1, "trainer": GUIDE}, "E5", [],
        ),
        ([*learning("E1", "09:00", "11:00")], {"least": 1}, "E2 E5", ["E1 attends 2 sessions"]),
        ([*learning("E1 E2", "09:00", "11:00")], {"minutes": 120}, "E5", []),
        ([*learning("E1 E2", "10:00", "12:00")], {"minutes": 120}, "E5", []),
        (
            [*learning("E1", "09:00", "10:00")], {"minutes": 120}, ALL,
            ["E1 spends 60 minutes on learn, no whole number of sessions of 120"],
        ),
        ([*learning("E1 E2", "11:00", "12:00")], {"windows": AROUND_TEN}, "E5", []),
        ([*learning("E1 E2", "10:00", "11:00")], {"windows": AROUND_TEN}, "E5", ["none begins then"]),
        ([*learning("E1 E2", "23:00", "25:00")], {"minutes": 120, "start_to": "23:00"}, "E5", []),
    ],
)  # fmt: skip
def test_who_learns_with_whom_and_when(records, fields, absent, faults):
    found = judged(sessions(**fields, **SOFT), world(), *records)
    assert faults_of(found) == faults
    assert ([p.employee_id for p in found.penalties], found.cents) == (absent.split(), 50 * len(absent.split()))
    hard = judged(sessions(**fields), world(), *records)
    assert len(hard.violations) == len(faults) + len(absent.split())


def test_a_finding_says_which_session_and_who():
    found = judged(sessions(), world(), *learning("E1"))
    assert words(found) == [
        "session of learn at Hub at 2026-03-09 09:00: 1 participants, not 2 or more",
        "E2 attends no session of learn",
        "E5 attends no session of learn",
    ]
    assert (found.violations[0].outlet_id, found.violations[0].start) == ("Hub", dt.datetime(2026, 3, 9, 9))


@pytest.mark.parametrize(
    ("scope", "faults"),
    [
        (Scope(), 0), (Scope(first_day=TUESDAY), 1), (Scope(last_day=MONDAY), 0), (Scope(outlets=("Hub",)), 0),
        (Scope(outlets=("Sat",)), 1),
    ],
)  # fmt: skip
def test_dates_and_outlets_of_the_scope(scope, faults):
    found = judged(sessions(scope=scope), world(days=2), *learning(ALL))
    assert faults_of(found) == ["none begins then"] * faults


def test_who_needs_it_on_the_date_and_at_the_outlet():
    rights = (Permission(employee_id="E4", skill_id="talk", valid_from=TUESDAY, outlet_id="Hub"),)
    problem = world(days=2, permissions=rights)
    talkers = sessions(who=People(skill="talk"), least=1)
    there = {"date": TUESDAY, "outlet": "Hub"}
    assert judged(talkers, problem, *learning("E4", **there)).violations == ()
    assert words(judged(talkers, problem)) == ["E4 attends no session of learn"]
    for elsewhere in ({"date": MONDAY}, {"outlet": "Sat"}):
        # There E4 does not belong to the group, so that they may not be in the session, and attend none.
        assert len(judged(talkers, problem, *learning("E4", **there | elsewhere)).violations) == 3
    assert words(judged(talkers.model_copy(update={"scope": Scope(last_day=MONDAY)}), problem)) == []


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"start_from": "11:00"}, "starts from 11:00, after its latest start 10:00"),
        ({"start_to": "24:00"}, "its latest start 24:00 is not on the date itself"),
        ({"most": 1}, "least 2 participants are more than the most, 1"),
    ],
)
def test_fields_that_contradict_each_other(fields, said):
    with pytest.raises(ValidationError, match=said):
        sessions(**fields)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"activity": "lern"}, 'activity "lern" is not in the problem (did you mean "learn"?)'),
        ({"activity": "counter"}, "counter cannot wait; mark it as deferrable"),
        ({"who": People(tags=("neww",))}, 'tag "neww" is not in the problem (did you mean "new"?)'),
        ({"trainer": People(skill="talk")}, "nobody belongs to the staff with skill talk"),
        ({"trainer": NEW}, "no trainer of the staff among new, who do not need it themselves, may do learn"),
        ({"least": 4}, "at no time and place more than 3 of those who need it may do learn"),
        ({"minutes": 90}, "90 minutes are no whole number of 60-minute slots"),
        ({"start_from": "08:30"}, "08:30 is not on the grid of 60-minute slots"),
    ],
)
def test_sessions_that_could_never_be_are_refused(fields, said):
    with pytest.raises(InvalidProblem) as error:
        world(sessions(**fields))
    assert said in str(error.value)


# ---------------------------------------------------------------- model against checker


def heads(count: int, start: str = "09:00", end: str = "10:00") -> IntervalRequirement:
    return IntervalRequirement(outlet_id="Hub", activity_id="counter", date=MONDAY, start=start, end=end, heads=count)


HERE = {"outlets": (HUB,), "staff": STAFF[:3]}
# Each case: a problem, and how many of its sets of duties are no roster.
CASES = {
    # E1 and E2 must both be there.
    "hard": (world(sessions(), interval_requirements=(heads(1),), **HERE), 6),
    "soft, one hour at most for one": (
        world(sessions(least=1, most=1, **SOFT), interval_requirements=(heads(2),), **HERE), 0,
    ),
    "in one of two windows that overlap, or a third": (
        world(sessions(windows=({"start_from": "09:00", "start_to": "10:00"}, *AROUND_TEN), **SOFT),
              interval_requirements=(heads(2, "09:00", "11:00"),), **HERE), 0,
    ),
    "with a trainer": (world(sessions(trainer=GUIDE, **SOFT), interval_requirements=(heads(1),), **HERE), 0),
    "one trainer, session after session": (
        world(sessions(trainer=GUIDE, least=1, most=1, **SOFT), shifts=(SHORT,), interval_requirements=(heads(1),),
              **HERE), 0,
    ),
    "two hours": (
        world(sessions(minutes=120, **SOFT), interval_requirements=(heads(2, "10:00", "12:00"),), **HERE), 0,
    ),
    "two places": (world(sessions(**SOFT), shifts=(SHORT,), staff=STAFF[:3]), 37),
    "one of two places": (world(sessions(scope=Scope(outlets=("Sat",)), **SOFT), shifts=(SHORT,), staff=STAFF[:3]), 37),
    "on one of two days": (
        world(sessions(scope=Scope(first_day=TUESDAY), **SOFT), shifts=(SHORT,), days=2, outlets=(HUB,),
              staff=STAFF[:2]), 0,
    ),
    "past midnight and the horizon": (
        world(sessions(start_from="23:00", start_to="23:00", minutes=120, **SOFT), shifts=(LATE,), **HERE), 0,
    ),
    "by skill": (
        world(
            sessions(who=People(skill="talk"), least=1, **SOFT), shifts=(SHORT,), days=2, outlets=(HUB,),
            staff=STAFF[:2], permissions=(Permission(employee_id="E1", skill_id="talk", valid_from=TUESDAY),),
        ), 0,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_model_and_checker_agree_on_every_set_of_duties(name):
    problem, forbidden = CASES[name]
    costs = assert_agree(problem)
    assert costs.count(None) == forbidden
    assert len(set(costs)) > 1


def test_a_search_stopped_early_names_the_cost_of_the_checker():
    assert_settled(world(sessions(least=1, trainer=GUIDE, **SOFT), shifts=(SHORT,), **HERE))


def test_training_is_held_when_service_can_spare_most():
    # Two of three are needed until ten, none after: all attend from ten to eleven.
    problem = world(
        sessions(who=People(tags=("new", "guide")), least=3), outlets=(HUB,), staff=STAFF[:3],
        interval_requirements=(heads(2),),
    )  # fmt: skip
    result = ss.solve(problem, ss.Settings(time_seconds=20, gap=0))
    assert (result.objective, result.bound) == (0, 0)
    held = [(s.employee_id, s.start.hour, s.end.hour) for s in result.schedule.stint_list if s.activity_id == "learn"]
    assert sorted(held) == [(f"E{i}", 10, 11) for i in (1, 2, 3)]
