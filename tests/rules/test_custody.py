import datetime as dt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

import schedsolver as ss
from schedsolver.domain import (
    Activity,
    BreakWindow,
    Contract,
    Employee,
    Horizon,
    IntervalRequirement,
    OpeningHours,
    Outlet,
    Permission,
    Scope,
    Skill,
    SpecialDay,
)
from schedsolver.errors import InvalidProblem
from schedsolver.rules.cost import PaidTime
from schedsolver.rules.custody import DualControl, Pledged, Post, Posts, Present, demands_of
from schedsolver.rules.presence import People
from tests.solving import FixedModel, assert_agree, fixed_shift, judged, spell, words, work
from tests.tiny import MONDAY, TUESDAY, tiny

SUNDAY = MONDAY - dt.timedelta(days=1)
HUB, SAT = Outlet(outlet_id="Hub"), Outlet(outlet_id="Sat")
E1 = Employee(employee_id="E1", contract_id="full", tags=("lead", "deputy"))
E2 = Employee(employee_id="E2", contract_id="full")
E3 = Employee(employee_id="E3", contract_id="part", tags=("deputy",))
VAULT, LOBBY = (
    Activity(activity_id=name, surplus_cents_per_hour=cents) for name, cents in (("vault", 0), ("lobby", 10))
)
DAY, NIGHT = fixed_shift("day", "09:00", "12:00"), fixed_shift("night", "22:00", "26:00")
PAUSED = fixed_shift(
    "paused", "09:00", "13:00", breaks=(BreakWindow(minutes=60, start_from="10:00", start_to="11:00"),)
)
SOFT = {"hard": False, "weight": 30}
CASH, FX = People(skill="cash"), People(skill="fx")
LEAD, DEPUTY = People(tags=("lead",)), People(tags=("deputy",))


def hours(*intervals, outlet="Hub", weekdays=range(7)):
    return tuple(OpeningHours(outlet_id=outlet, weekday=w, start=a, end=b) for w in weekdays for a, b in intervals)


def can(*held):
    """Permissions by who and what."""
    return tuple(Permission(employee_id=who, skill_id=skill) for who, skill in held)


def world(*shifts, days=1, **changes):
    """Three people at one outlet, open 9 to 12, with a vault and a lobby that all may work in."""
    tables = {
        "horizon": Horizon(start=MONDAY, days=days, slot_minutes=60), "staff": (E1, E2, E3), "outlets": (HUB,),
        "contracts": (Contract(contract_id="full"), Contract(contract_id="part")),
        "shift_types": shifts or (DAY,), "opening": hours(("09:00", "12:00")), "activities": (VAULT, LOBBY),
        "skills": (Skill(skill_id="cash"), Skill(skill_id="fx")), "permissions": (),
    }  # fmt: skip
    return tiny(**(tables | changes))


def day(name="E1", start="09:00", end="12:00", **more):
    return work(name, "day", start, end, **more)


def night(name="E1", start="22:00", end="26:00", **more):
    return work(name, "night", start, end, **more)


def at(clock, date=MONDAY):
    return f"{date} {clock}"


def faults(rule, **changes):
    with pytest.raises(InvalidProblem) as error:
        world(rules=(rule,), **changes)
    return [fault.message.removeprefix(f"{rule.name}: ") for fault in error.value.faults]


# ---------------------------------------------------------------- groups of people


@pytest.mark.parametrize(
    ("people", "members", "said"),
    [
        (People(), "E1 E2 E3", "staff"),
        (LEAD, "E1", "staff among lead"),
        (DEPUTY, "E1 E3", "staff among deputy"),
        (People(contracts=("part",)), "E3", "staff among part"),
        (People(tags=("lead",), contracts=("part",), employees=("E2",)), "E1 E2 E3", "staff among lead, part, E2"),
        (CASH, "E1 E2", "staff with skill cash"),
        (People(skill="cash", min_level=2), "E2", "staff with skill cash at level 2"),
        (People(skill="cash", employees=("E1", "E3")), "E1", "staff among E1, E3 with skill cash"),
        (People(skill="cash", min_level=3), "", "staff with skill cash at level 3"),
        (FX, "E3", "staff with skill fx"),
    ],
)
def test_who_belongs_to_a_group(people, members, said):
    problem = world(
        permissions=(
            Permission(employee_id="E1", skill_id="cash"),
            Permission(employee_id="E2", skill_id="cash", level=2),
            Permission(employee_id="E3", skill_id="fx", level=1),
        )
    )
    belongs = people.test(problem)
    assert [name for name in ("E1", "E2", "E3") if belongs(day(name))] == members.split()
    assert people.members(problem).shape == (3, 1, 2)
    for on in (0, 1):
        there = np.flatnonzero(people.members(problem)[:, 0, on])
        assert [problem.staff[i].employee_id for i in there] == members.split()
    assert str(people) == said


def test_a_skill_makes_a_member_where_and_while_it_is_held():
    problem = world(
        days=3, outlets=(HUB, SAT), opening=(),
        permissions=(
            Permission(employee_id="E1", skill_id="cash", outlet_id="Sat"),
            Permission(employee_id="E2", skill_id="cash", valid_from=MONDAY, valid_until=TUESDAY),
            Permission(employee_id="E3", skill_id="cash", valid_until=SUNDAY),
        ),
    )  # fmt: skip
    dates = [SUNDAY, MONDAY, TUESDAY, TUESDAY + dt.timedelta(days=1)]
    # By employee and outlet, from Sunday on.
    expected = [["0000", "1111"], ["0110", "0110"], ["1000", "1000"]]
    members, belongs = CASH.members(problem), CASH.test(problem)
    for e, outlets in enumerate(expected):
        for o, row in enumerate(outlets):
            assert "".join(str(int(m)) for m in members[e, o]) == row
            own = [belongs(day(f"E{e + 1}", outlet=("Hub", "Sat")[o], date=date)) for date in dates]
            assert "".join(str(int(b)) for b in own) == row


def test_a_level_is_of_a_skill():
    assert People(min_level=1) == People()
    with pytest.raises(ValidationError, match="greater than or equal to 1"):
        People(skill="cash", min_level=0)
    with pytest.raises(ValidationError, match="min_level 2 is of no skill; give the skill, or leave it out"):
        People(min_level=2)


@pytest.mark.parametrize(
    ("people", "said"),
    [
        ({"skill": "cahs"}, ['skill "cahs" is not in the problem (did you mean "cash"?)']),
        ({"tags": ("deputies",)}, ['tag "deputies" is not in the problem (did you mean "deputy"?)']),
        ({"contracts": ("half",)}, ['contract "half" is not in the problem']),
        ({"employees": ("Eve",)}, ['employee "Eve" is not in the problem']),
        ({"skill": "fx"}, ["nobody belongs to the staff with skill fx"]),
        ({"skill": "cash", "tags": ("lead",)}, ["nobody belongs to the staff among lead with skill cash"]),
    ],
)
def test_a_group_is_of_people_who_are_there(people, said):
    expired = Permission(employee_id="E2", skill_id="fx", valid_until=SUNDAY)
    assert faults(Present(who=people, minimum=1), permissions=(*can(("E2", "cash")), expired)) == said


@pytest.mark.parametrize(
    "rule", [Present(minimum=1), Posts(posts=(Post(),)), DualControl(activities=("vault",))], ids=lambda rule: rule.name
)
def test_without_activities_there_are_no_slots(rule):
    expected = "it looks at who works in each slot, so it needs activities; the problem has none"
    assert expected in faults(rule, activities=())


# ---------------------------------------------------------------- slots


def slots(rule, problem):
    """What both sides judge, as hours of Monday, by outlet."""
    judged_there = list(rule.judged_slots(problem))
    meant = [(problem.outlets[o].outlet_id, int(slot)) for o, slot in np.argwhere(rule.slots_meant(problem))]
    assert meant == judged_there
    by_outlet = {outlet: [slot for o, slot in meant if o == outlet] for outlet, _ in meant}
    return by_outlet.get("Hub", []) if set(by_outlet) <= {"Hub"} else by_outlet


def present(**fields):
    return Present(minimum=1, **fields)


SPLIT = hours(("09:00", "12:00"), ("14:00", "16:00"))
LATE = hours(("22:00", "26:00"))


@pytest.mark.parametrize(
    ("fields", "opening", "days", "expected"),
    [
        ({}, SPLIT, 1, [9, 10, 11, 14, 15]),
        ({"when": "opening"}, SPLIT, 1, [9, 14]),
        ({"when": "closing"}, SPLIT, 1, [11, 15]),
        ({"start": "11:00", "end": "15:00"}, SPLIT, 1, [11, 14]),
        ({"start": "10:00"}, SPLIT, 1, [10, 11, 14, 15]),
        ({"end": "10:00"}, SPLIT, 1, [9]),
        ({"when": "opening", "start": "10:00"}, SPLIT, 1, [14]),
        ({"when": "opening", "start": "09:00", "end": "14:00"}, SPLIT, 1, [9]),
        ({"when": "closing", "end": "12:00"}, SPLIT, 1, [11]),
        ({"when": "closing", "start": "12:00"}, SPLIT, 1, [15]),
        ({}, SPLIT, 2, [9, 10, 11, 14, 15, 33, 34, 35, 38, 39]),
        ({"scope": Scope(first_day=TUESDAY)}, SPLIT, 2, [33, 34, 35, 38, 39]),
        ({"scope": Scope(weekdays=(0,))}, SPLIT, 2, [9, 10, 11, 14, 15]),
        # Hours past midnight belong to their date, past the horizon too; those of the Sunday before do not.
        ({}, LATE, 1, [22, 23, 24, 25]),
        ({}, LATE, 2, [22, 23, 24, 25, 46, 47, 48, 49]),
        ({"when": "closing"}, LATE, 2, [25, 49]),
        ({"when": "opening"}, LATE, 2, [22, 46]),
        ({"start": "23:00", "end": "25:00"}, LATE, 1, [23, 24]),
        ({"scope": Scope(last_day=MONDAY)}, LATE, 2, [22, 23, 24, 25]),
        # Around the clock by hours: it opens and closes nowhere, but what is past the horizon is its next day's.
        ({}, hours(("00:00", "24:00")), 1, list(range(24))),
        ({}, hours(("00:00", "25:00")), 1, list(range(24))),
        # Hours that meet those of the next day are no closing, nor an opening.
        ({"when": "opening"}, hours(("00:00", "02:00"), ("20:00", "24:00")), 2, [20, 44]),
        ({"when": "closing"}, hours(("00:00", "02:00"), ("20:00", "24:00")), 2, [1, 25]),
        ({"when": "closing"}, hours(("00:00", "02:00"), ("20:00", "25:00")), 2, [1, 25]),
        ({"when": "opening"}, hours(("01:00", "02:00"), ("20:00", "26:00")), 1, [20]),
        ({"when": "closing"}, hours(("01:00", "03:00"), ("20:00", "26:00")), 1, [2]),
        ({}, hours(("01:00", "03:00"), ("20:00", "26:00")), 1, [1, 2, 20, 21, 22, 23, 24]),
        # Without any hours each slot of the horizon is judged once.
        ({}, (), 1, list(range(24))),
        ({}, (), 2, list(range(48))),
        ({"scope": Scope(weekdays=(1,))}, (), 2, list(range(24, 48))),
        ({"scope": Scope(weekdays=(0,))}, (), 2, list(range(24))),
        ({"start": "22:00", "end": "26:00"}, (), 2, [22, 23, 24, 25, 46, 47]),
        ({"start": "22:00"}, (), 2, [22, 23, 46, 47]),
        ({"start": "22:00", "end": "26:00", "scope": Scope(weekdays=(0,))}, (), 2, [22, 23, 24, 25]),
    ],
)  # fmt: skip
def test_the_slots_judged(fields, opening, days, expected):
    assert slots(present(**fields), world(days=days, opening=opening)) == expected


def test_each_outlet_has_its_own_hours():
    opening = hours(("09:00", "11:00")) + hours(("10:00", "12:00"), outlet="Sat")
    problem = world(outlets=(HUB, SAT), opening=opening)
    assert slots(present(), problem) == {"Hub": [9, 10], "Sat": [10, 11]}
    assert slots(present(scope=Scope(outlets=("Sat",))), problem) == {"Sat": [10, 11]}


def test_slots_may_be_shorter_than_an_hour():
    problem = world(horizon=Horizon(start=MONDAY, days=1, slot_minutes=30))
    assert slots(present(), problem) == [18, 19, 20, 21, 22, 23]
    assert slots(present(when="closing"), problem) == [23]
    assert slots(present(start="09:30", end="11:00"), problem) == [19, 20, 21]


CLOCKS = st.integers(0, 48)


@given(
    hours=st.lists(st.tuples(st.integers(0, 6), CLOCKS, CLOCKS).filter(lambda h: h[1] < h[2]), max_size=5),
    when=st.sampled_from(["open", "opening", "closing"]),
    limits=st.tuples(CLOCKS, st.none() | CLOCKS).filter(lambda p: p[1] is None or p[0] < p[1]),
    scope=st.sampled_from([Scope(), Scope(weekdays=(0, 2)), Scope(first_day=TUESDAY)]),
)
def test_model_and_checker_judge_the_same_slots(hours, when, limits, scope):
    opening = [OpeningHours(outlet_id="Hub", weekday=w, start=a * 60, end=b * 60) for w, a, b in hours]
    start, end = (clock and clock * 60 for clock in limits)
    slots(present(when=when, start=start, end=end, scope=scope), world(days=3, opening=opening))


@pytest.mark.parametrize(
    ("fields", "changes", "said"),
    [
        ({"when": "opening"}, {"opening": ()}, ["there is no opening to look at, as no outlet has opening hours"]),
        ({"when": "closing"}, {"opening": ()}, ["there is no closing to look at, as no outlet has opening hours"]),
        ({"start": "12:00"}, {}, ["no outlet that it is about is open at the times it is about"]),
        ({"start": "09:30"}, {}, ["09:30 is not on the grid of 60-minute slots"]),
        ({"end": "10:15"}, {}, ["10:15 is not on the grid of 60-minute slots"]),
        ({"minimum": 4}, {}, ["it asks for 4 different people where only 3 belong to the group"]),
        ({"minimum": 3, "who": DEPUTY}, {}, ["it asks for 3 different people where only 2 belong to the group"]),
    ],
)
def test_what_could_never_be_is_refused(fields, changes, said):
    assert faults(Present(**({"minimum": 1} | fields)), **changes) == said


def test_a_rule_about_holidays_may_stand_in_a_week_without():
    rule = present(scope=Scope(day_kinds=("holiday",)))
    problem = world(rules=(rule, Present(minimum=3), Present(minimum=2, who=DEPUTY)))
    assert slots(rule, problem) == []
    holiday = SpecialDay(date=MONDAY, kind="holiday")
    assert slots(rule, world(special_days=(holiday,))) == [9, 10, 11]
    assert words(judged(rule, world())) == []


@pytest.mark.parametrize(("start", "end"), [("10:00", "10:00"), ("10:00", "09:00")])
def test_the_clock_runs_forward(start, end):
    with pytest.raises(ValidationError, match=f"starts at 10:00, not before it ends at {end}"):
        present(start=start, end=end)


# ---------------------------------------------------------------- custody.present


@pytest.mark.parametrize(("minimum", "count"), [(1, 0), (2, 0), (3, 3)])
def test_so_many_people_work_while_it_is_open(minimum, count):
    found = judged(Present(minimum=minimum), world(), day("E1"), day("E2"))
    assert words(found) == [f"2 of 3 staff at Hub at {at(clock)}" for clock in ("09:00", "10:00", "11:00")][:count]
    assert len(found.violations) == count
    assert [v.start.hour for v in found.violations] == [9, 10, 11][:count]
    assert {v.outlet_id for v in found.violations} == {"Hub"} - ({"Hub"} if not count else set())


def test_each_person_missing_in_a_slot_costs_when_soft():
    found = judged(Present(minimum=3, **SOFT), world(), day("E1", end="11:00"), day("E2", start="10:00"))
    assert (found.violations, [p.cents for p in found.penalties]) == ((), [60, 30, 60])
    assert words(found)[0] == f"1 of 3 staff at Hub at {at('09:00')}"


def test_a_supervisor_or_a_named_deputy_is_there():
    rule = Present(minimum=1, who={"tags": ["lead"], "employees": ["E3"]})
    assert words(judged(rule, world(), day("E3"))) == []
    assert words(judged(rule, world(), day("E1", end="10:00"), day("E3", start="10:00"), day("E2"))) == []
    assert words(judged(rule, world(), day("E1", end="11:00"), day("E2"))) == [
        f"0 of 1 staff among lead, E3 at Hub at {at('11:00')}"
    ]


@pytest.mark.parametrize(
    ("pause", "count"), [(("10:00", "11:00"), 1), (("10:30", "11:30"), 2), (("10:00", "10:15"), 1), (None, 0)]
)
def test_who_is_on_a_break_does_not_work(pause, count):
    found = judged(Present(minimum=1), world(), day(pauses=(pause,) if pause else ()))
    assert words(found) == [f"0 of 1 staff at Hub at {at(clock)}" for clock in ("10:00", "11:00")][:count]


def test_who_works_elsewhere_is_not_there():
    problem = world(outlets=(HUB, SAT), opening=hours(("09:00", "12:00")) + hours(("09:00", "10:00"), outlet="Sat"))
    found = judged(Present(minimum=1), problem, day(outlet="Hub"))
    assert words(found) == [f"0 of 1 staff at Sat at {at('09:00')}"]


def test_duties_of_the_day_before_run_into_the_horizon():
    problem = world(
        NIGHT, opening=(), staff=(E1, E2),
        history=(
            night("E1", date=SUNDAY, pauses=(("25:00", "25:30"),)), night("E2", end="25:30", date=SUNDAY),
            night("Gone", date=SUNDAY), night("E2", end="30:00", date=SUNDAY - dt.timedelta(days=1)),
            night("E2", start="18:00", end="19:00", date=SUNDAY),
        ),
    )  # fmt: skip
    found = judged(Present(minimum=2, end="03:00", **SOFT), problem)
    # Both work from midnight to one; then the one is on a break, and the other leaves within the slot.
    assert [(p.start.hour, p.cents) for p in found.penalties] == [(1, 60), (2, 60)]


def test_breaks_are_laid_so_that_someone_is_always_there():
    """Two people with a choice of break, one needed: 3 of the 4 sets leave the outlet alone, none with both does."""
    tables = {"staff": (E1, E2), "opening": hours(("09:00", "13:00")), "activities": (VAULT,)}
    costs = assert_agree(world(PAUSED, **tables, rules=(Present(minimum=1),)))
    assert [cost is None for cost in costs] == [True, True, True, False]
    costs = assert_agree(world(PAUSED, **tables, rules=(Present(minimum=1, **SOFT),)))
    assert costs == [120, 30, 30, 0]


# ---------------------------------------------------------------- custody.posts

# E1 is permitted in both, E2 in cash, E3 in neither.
PERMITTED = can(("E1", "cash"), ("E1", "fx"), ("E2", "cash"))
BOTH = Posts(posts=(Post(who=CASH), Post(who=FX)))


@pytest.mark.parametrize(
    ("posts", "crew", "filled", "seats"),
    [
        ([Post(who=CASH), Post(who=FX)], "E1", 1, 2),
        ([Post(who=CASH), Post(who=FX)], "E1 E2", 2, 2),
        ([Post(who=CASH), Post(who=FX)], "E2 E3", 1, 2),
        ([Post(who=CASH), Post(who=FX)], "E1 E3", 1, 2),
        ([Post(who=FX), Post(who=CASH)], "E1 E2", 2, 2),
        ([Post(who=CASH), Post(who=FX), Post()], "E1 E2 E3", 3, 3),
        ([Post(), Post(who=CASH), Post(who=FX)], "E1 E2 E3", 3, 3),
        ([Post(), Post(who=CASH), Post(who=FX)], "E1 E2", 2, 3),
        ([Post(who=CASH, minimum=2), Post()], "E1 E2", 2, 3),
        ([Post(who=CASH, minimum=2), Post()], "E2 E3", 2, 3),
        ([Post(who=CASH, minimum=2), Post()], "E1 E2 E3", 3, 3),
        ([Post(who=CASH, minimum=2)], "", 0, 2),
    ],
)
def test_different_people_fill_the_posts(posts, crew, filled, seats):
    rule = Posts(posts=posts, start="09:00", end="10:00")
    names = crew.split()
    found = judged(rule, world(permissions=PERMITTED), *(day(name) for name in names))
    expected = f"{filled} of {seats} posts filled by {len(names)} people at Hub at {at('09:00')}"
    assert words(found) == [expected] * (filled < seats)
    assert len(found.violations) == (filled < seats)
    soft = judged(rule.model_copy(update=SOFT), world(permissions=PERMITTED), *(day(name) for name in names))
    assert soft.cents == 30 * (seats - filled)


def test_each_slot_has_its_own_people():
    found = judged(BOTH, world(permissions=PERMITTED), day("E1", pauses=(("09:00", "10:00"),)), day("E2", end="11:00"))
    assert words(found) == [f"1 of 2 posts filled by 1 people at Hub at {at(clock)}" for clock in ("09:00", "11:00")]
    assert [(v.outlet_id, v.start.hour) for v in found.violations] == [("Hub", 9), ("Hub", 11)]


PEOPLE = [
    Employee(employee_id=f"P{i}", contract_id="full", tags=("all", *"abc"[i % 3 :], f"p{i % 2}")) for i in range(6)
]


@given(
    posts=st.lists(
        st.builds(
            lambda tag, minimum: Post(who=People(tags=(tag,)), minimum=minimum),
            st.sampled_from(["all", "a", "b", "c", "p0", "p1"]), st.integers(1, 2),
        ), min_size=1, max_size=4,
    ),
    there=st.sets(st.integers(0, 5)),
)  # fmt: skip
def test_the_worst_set_lacks_as_many_as_the_best_matching_leaves_empty(posts, there):
    problem = world(staff=PEOPLE)
    rule = Posts(posts=posts, start="09:00", end="10:00", hard=False, weight=1)
    crew = np.isin(np.arange(6), list(there))
    lacks = [number - int((crew & members[:, 0, 1]).sum()) for number, members in demands_of(rule.wanted, problem)]
    assert judged(rule, problem, *(day(f"P{i}") for i in there)).cents == max(0, *lacks, 0)


def test_sets_that_a_larger_one_implies_need_no_rows():
    everybody = Posts(posts=(Post(), Post(who=CASH), Post(who=FX)))
    # Everybody fits the first post, so it joins any set that has all; those of fx are all of cash.
    sets = list(demands_of(everybody.wanted, world(permissions=PERMITTED)))
    assert [number for number, _ in sets] == [1, 2, 3]
    assert [int(members[:, 0, 1].sum()) for _, members in sets] == [1, 2, 3]
    assert len(list(demands_of(BOTH.wanted, world(permissions=can(("E1", "cash"), ("E2", "fx")))))) == 3


def test_at_most_five_posts():
    assert len(Posts(posts=(Post(),) * 5).wanted) == 5
    with pytest.raises(ValidationError, match="6 posts are more than the 5 that can be weighed together"):
        Posts(posts=(Post(),) * 6)
    with pytest.raises(ValidationError, match="at least 1 item"):
        Posts(posts=())


def test_posts_need_people_enough():
    apart = Posts(posts=(Post(who=CASH, minimum=2), Post(who=DEPUTY)))
    said = "it asks for 3 different people where only 2 belong to the group"
    assert faults(apart, permissions=can(("E1", "cash"), ("E3", "cash"))) == [said]
    world(rules=(apart,), permissions=can(("E1", "cash"), ("E2", "cash")))


# ---------------------------------------------------------------- custody.dual_control

DUAL = DualControl(activities=("vault",), authorisers=DEPUTY)


@pytest.mark.parametrize(
    ("stints", "alone"),
    [
        ({"E2": "vault"}, ["E2"]),
        ({"E2": "vault", "E1": "lobby"}, []),
        ({"E2": "lobby"}, []),
        ({"E1": "vault"}, ["E1"]),
        ({"E1": "vault", "E2": "lobby"}, ["E1"]),
        ({"E1": "vault", "E2": "vault"}, ["E1"]),
        ({"E1": "vault", "E3": "lobby"}, []),
        ({"E1": "vault", "E3": "vault", "E2": "vault"}, []),
    ],
)
def test_nobody_handles_without_another_authoriser(stints, alone):
    records = [r for name, on in stints.items() for r in (day(name), spell(name, on, "09:00", "12:00"))]
    found = judged(DUAL, world(), *records)
    assert words(found) == [
        f"{name} on vault at Hub at {at(clock)} with no other of the staff among deputy"
        for name in alone
        for clock in ("09:00", "10:00", "11:00")
    ]
    assert [(v.employee_id, v.outlet_id, v.activity_id) for v in found.violations] == [
        (name, "Hub", "vault") for name in alone for _ in range(3)
    ]
    assert judged(DUAL.model_copy(update=SOFT), world(), *records).cents == 90 * len(alone)


def test_an_authoriser_on_a_break_or_elsewhere_is_not_there():
    handling = (day("E2"), spell("E2", "lobby", "09:00", "10:00"), spell("E2", "vault", "10:00", "12:00"))
    beside = (day("E1", pauses=(("10:00", "11:00"),)), spell("E1", "lobby", "09:00", "10:00"))
    found = judged(DUAL, world(), *handling, *beside, spell("E1", "lobby", "11:00", "12:00"))
    assert [v.start.hour for v in found.violations] == [10]
    elsewhere = judged(DUAL, world(outlets=(HUB, SAT), opening=()), *handling, day("E1", outlet="Sat"))
    assert len(elsewhere.violations) == 2


def test_several_activities_and_everybody_as_authoriser():
    rule = DualControl(activities=("vault", "lobby"))
    records = (day("E1"), spell("E1", "vault", "09:00", "10:00"), spell("E1", "lobby", "10:00", "12:00"))
    assert words(judged(rule, world(), *records, day("E2", end="11:00"))) == [
        f"E1 on lobby at Hub at {at('11:00')} with no other of the staff"
    ]


@pytest.mark.parametrize(
    ("scope", "count"),
    [
        (Scope(), 4), (Scope(first_day=TUESDAY), 0), (Scope(last_day=MONDAY), 4), (Scope(outlets=("Hub",)), 4),
        (Scope(outlets=("Sat",)), 0),
    ],
)  # fmt: skip
def test_the_date_of_the_duty_counts_and_slots_past_the_horizon_too(scope, count):
    problem = world(NIGHT, days=2, outlets=(HUB, SAT), opening=())
    records = (night("E2"), spell("E2", "vault", "22:00", "26:00"))
    assert len(judged(DUAL.model_copy(update={"scope": scope}), problem, *records).violations) == count
    later = (night("E2", date=TUESDAY), spell("E2", "vault", "22:00", "26:00", date=TUESDAY))
    expected = 4 if scope.has_outlet("Hub") and scope.has_date(TUESDAY, problem) else 0
    assert len(judged(DUAL.model_copy(update={"scope": scope}), problem, *later).violations) == expected


def test_an_authoriser_of_the_night_before_counts():
    problem = world(opening=(), history=(night("E1", date=SUNDAY), night("E3", end="25:00", date=SUNDAY)))
    early = work("E2", "day", "00:00", "03:00"), spell("E2", "vault", "00:00", "03:00")
    assert [v.start.hour for v in judged(DUAL, problem, *early).violations] == [2]


def test_dual_control_is_about_activities_that_there_are():
    said = ['activity "valt" is not in the problem (did you mean "vault"?)']
    assert faults(DualControl(activities=("valt",))) == said
    with pytest.raises(ValidationError, match="at least 1 item"):
        DualControl(activities=())


# ---------------------------------------------------------------- custody.pledge

PLEDGE = Skill(skill_id="pledge")


def pledged(rule, *permissions, **changes):
    return world(skills=(PLEDGE,), permissions=permissions, rules=(rule,), **changes)


SIGNED = Permission(employee_id="E1", skill_id="pledge", outlet_id="Hub", valid_from=MONDAY, valid_until=TUESDAY)


@pytest.mark.parametrize(
    ("name", "date", "outlet", "count"),
    [
        ("E1", MONDAY, "Hub", 0), ("E1", TUESDAY, "Hub", 0), ("E1", TUESDAY + dt.timedelta(days=1), "Hub", 1),
        ("E1", MONDAY, "Sat", 1), ("E2", MONDAY, "Hub", 1),
    ],
)  # fmt: skip
def test_without_a_valid_pledge_nobody_works(name, date, outlet, count):
    rule = Pledged(skill="pledge")
    problem = pledged(rule, SIGNED, outlets=(HUB, SAT), opening=(), days=3)
    duty = day(name, date=date, outlet=outlet)
    found = judged(rule, problem, duty)
    assert words(found) == [f"{duty}: pledge not signed, or not valid there then"] * count
    assert [(v.employee_id, v.outlet_id, v.start) for v in found.violations] == [(name, outlet, duty.start)] * count


def test_only_some_activities_may_be_barred_without_a_pledge():
    rule = Pledged(skill="pledge", activities=("vault",))
    stint = spell("E2", "vault", "10:00", "12:00")
    records = (day("E1"), spell("E1", "vault", "09:00", "12:00"), day("E2"), spell("E2", "lobby", "09:00", "10:00"))
    found = judged(rule, pledged(rule, SIGNED), *records, stint)
    assert words(found) == [f"{stint}: pledge not signed, or not valid there then"]
    assert found.violations[0].start == stint.start


def test_work_belongs_to_the_duty_it_lies_in():
    """Where one duty ends and the next begins, nothing is found twice."""
    rule = Pledged(skill="pledge", activities=("vault",))
    first, second = spell("E2", "lobby", "09:00", "10:00"), spell("E2", "vault", "10:00", "12:00")
    two = (day("E2", end="10:00"), day("E2", start="10:00"), first, second)
    assert len(judged(rule, pledged(rule, SIGNED), *two).violations) == 1


def test_the_date_of_the_duty_is_what_a_pledge_must_be_valid_on():
    rule = Pledged(skill="pledge", activities=("vault",))
    until = Permission(employee_id="E1", skill_id="pledge", valid_until=MONDAY)
    late = night("E1"), spell("E1", "lobby", "22:00", "24:00"), spell("E1", "vault", "24:00", "26:00")
    assert words(judged(rule, pledged(rule, until, opening=()), *late)) == []
    tuesday = (d.model_copy(update={"date": TUESDAY}) for d in late[:1])
    assert len(judged(rule, pledged(rule, until, opening=(), days=2), *tuesday, *late[1:]).violations) == 1


@pytest.mark.parametrize(
    ("scope", "count"),
    [
        (Scope(), 1), (Scope(tags=("deputy",)), 0), (Scope(employees=("E2",)), 1), (Scope(weekdays=(1,)), 0),
        (Scope(outlets=("Sat",)), 0), (Scope(outlets=("Hub",), last_day=MONDAY), 1),
    ],
)  # fmt: skip
def test_whom_the_pledge_is_asked_of(scope, count):
    rule = Pledged(skill="pledge", scope=scope)
    problem = world(skills=(PLEDGE,), permissions=(SIGNED,), outlets=(HUB, SAT), opening=(), days=2)
    assert len(judged(rule, problem, day("E2")).violations) == count


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"skill": "plegde"}, ['skill "plegde" is not in the problem (did you mean "pledge"?)']),
        ({"activities": ("valt",)}, ['activity "valt" is not in the problem (did you mean "vault"?)']),
        ({"scope": Scope(employees=("E2",))}, ["nobody that it is about has signed pledge"]),
        ({"scope": Scope(weekdays=(2,))}, ["nobody that it is about has signed pledge"]),
        ({"scope": Scope(outlets=("Sat",))}, ["nobody that it is about has signed pledge"]),
    ],
)
def test_a_pledge_is_one_that_someone_has_signed(fields, said):
    rule = Pledged(**({"skill": "pledge"} | fields))
    changes = {"skills": (PLEDGE,), "permissions": (SIGNED,), "outlets": (HUB, SAT), "opening": (), "days": 3}
    assert faults(rule, **changes) == said


def test_a_pledge_is_hard():
    with pytest.raises(ValidationError, match=r"custody\.pledge cannot be soft"):
        Pledged(skill="pledge", **SOFT)


def test_a_pledge_for_every_duty_needs_no_activities():
    rule = Pledged(skill="pledge")
    costs = assert_agree(pledged(rule, SIGNED, activities=(), days=3))
    # E1 on Monday and Tuesday is all that can be given.
    assert costs == [0, 0, 0, 0]


# ---------------------------------------------------------------- model against checker

HOUR = fixed_shift("hour", "09:00", "10:00")
SHORT = fixed_shift("short", "09:00", "11:00")
FREE_VAULT = Activity(activity_id="vault", deferrable=True)
EARLY = fixed_shift("early", "00:00", "02:00")
OPEN = {"opening": (), "activities": (VAULT,)}
TWO_PLACES = {
    "outlets": (HUB, SAT), "opening": hours(("09:00", "12:00")) + hours(("09:00", "12:00"), outlet="Sat"),
    "staff": (E1, E2), "activities": (VAULT,),
}  # fmt: skip
# Each case: a problem, and how many of its sets of duties are no roster.
CASES = {
    "present: two at the opening": (
        # Only both early duties are one: 1 of 16.
        world(DAY, fixed_shift("late", "10:00", "12:00"), staff=(E1, E2),
              rules=(Present(minimum=2, when="opening"),)), 15,
    ),
    "present: a skill at one outlet": (
        # Each is off, at the hub or at the satellite, and one at the satellite: 9 - 4 of 16.
        world(HOUR, **TWO_PLACES, permissions=(Permission(employee_id="E1", skill_id="cash"),
                                               Permission(employee_id="E2", skill_id="cash", outlet_id="Sat")),
              rules=(Present(minimum=2, who=CASH, end="10:00", scope=Scope(outlets=("Sat",)), **SOFT),
                     Present(minimum=1, who=CASH, end="10:00", scope=Scope(outlets=("Sat",))),
                     Present(minimum=1, scope=Scope(outlets=("Hub",)), hard=False, weight=7))), 11,
    ),
    "present: a skill on some dates": (
        # On Monday one of both is there, on Tuesday E2 is permitted alone but not asked for: 3 * 4 of 16.
        world(HOUR, days=2, staff=(E1, E2), permissions=(
                  Permission(employee_id="E1", skill_id="cash", valid_until=MONDAY), *can(("E2", "cash"))),
              rules=(Present(minimum=1, who=CASH, end="10:00", scope=Scope(last_day=MONDAY)),
                     Present(minimum=2, who=CASH, end="10:00", **SOFT))), 4,
    ),
    "present: history, and past the horizon": (
        # One has to have the night that begins, and E2 not both nights' mornings: 4 of 16.
        world(fixed_shift("night", "23:00", "25:00"), EARLY, staff=(E1, E2), **OPEN,
              history=(night("E2", date=SUNDAY),),
              rules=(Present(minimum=1, end="02:00"), Present(minimum=1, start="23:00"),
                     Present(minimum=2, end="01:00", **SOFT), Present(minimum=1, start="23:00", end="25:00", **SOFT))),
        12,
    ),
    "present: history with breaks": (
        # E1 has a break in the first hour, E3 in the second; E2 may come for both, the second or none: 3 of 64.
        world(EARLY, fixed_shift("small", "01:00", "02:00"), **OPEN,
              history=(night("E1", date=SUNDAY, pauses=(("23:00", "23:30"), ("24:30", "25:00"))),
                       night("E3", date=SUNDAY, end="25:30", pauses=(("23:30", "24:00"), ("25:00", "25:15"))),
                       night("E2", date=SUNDAY, start="18:00", end="19:00")),
              rules=(Present(minimum=2, end="02:00", **SOFT),)), 61,
    ),
    "present: history of a skill, and of an outlet no longer there": (
        # E1, who held cash until the night before, counts, E3, who is elsewhere, not; E2 may come: 2 of 8.
        world(EARLY, **OPEN, permissions=(Permission(employee_id="E1", skill_id="cash", valid_until=SUNDAY),
                                          Permission(employee_id="E2", skill_id="cash", valid_from=MONDAY),
                                          Permission(employee_id="E3", skill_id="cash")),
              history=(night("E1", date=SUNDAY), night("E3", date=SUNDAY, outlet="Gone")),
              rules=(Present(minimum=2, who=CASH, end="02:00", **SOFT),)), 6,
    ),
    "posts: hard": (
        # E1 and E2, with or without E3: 2 of 8.
        world(HOUR, permissions=PERMITTED, rules=(BOTH.model_copy(update={"end": 600}),)), 6,
    ),
    "posts: soft, with breaks": (
        world(PAUSED, permissions=PERMITTED, opening=hours(("09:00", "13:00")), activities=(LOBBY,),
              rules=(Posts(posts=(Post(who=CASH), Post(who=FX), Post(who=DEPUTY)), **SOFT),)), 0,
    ),
    "posts: soft, two of one kind, history": (
        # E1 is still there, so not again: 4 of 8.
        world(EARLY, permissions=PERMITTED, **OPEN, history=(night("E1", end="25:00", date=SUNDAY),),
              rules=(Posts(posts=(Post(who=CASH, minimum=2), Post()), end="02:00", **SOFT),)), 4,
    ),
    "dual control: nothing else to do": (
        # Nobody, both deputies, or all: 3 of 8.
        world(SHORT, activities=(VAULT,), rules=(DUAL,)), 5,
    ),
    "dual control: past the horizon": (
        world(NIGHT, **OPEN, rules=(DUAL,)), 5,
    ),
    "dual control: other work": (world(HOUR, rules=(DUAL,)), 0),
    "dual control: soft, with breaks": (
        world(fixed_shift("paused", "09:00", "12:00", breaks=(
                  BreakWindow(minutes=60, start_from="10:00", start_to="10:00"),)), SHORT, staff=(E1, E2),
              rules=(DUAL.model_copy(update={"hard": False, "weight": 7}),)), 7,
    ),
    "dual control: outlets": (
        # Both at the hub, or each off or at the satellite, where that is let be: 1 + 2 * 2 of 16.
        world(HOUR, **TWO_PLACES, rules=(DualControl(activities=("vault",), scope=Scope(outlets=("Hub",))),)), 11,
    ),
    "dual control: dates": (
        # On Monday both or none, on Tuesday whoever: 2 * 4 of 16.
        world(HOUR, days=2, staff=(E1, E2), activities=(VAULT,),
              rules=(DualControl(activities=("vault",), scope=Scope(last_day=MONDAY)),
                     DUAL.model_copy(update={"scope": Scope(first_day=TUESDAY)} | SOFT))), 8,
    ),
    "dual control: history": (
        # E1 is there until one, so not early again: off or small for E1, any or none for E2: 2 * 3 of 16.
        world(EARLY, fixed_shift("small", "02:00", "03:00"), staff=(E1, E2), **OPEN,
              history=(night("E1", end="25:00", date=SUNDAY),), rules=(DUAL.model_copy(update=SOFT),)), 10,
    ),
    "dual control: history, two at once": (
        # While E1 is there, E2 and E3 may each have the small duty; nobody may stay on after: 4 of 64.
        world(EARLY, fixed_shift("small", "00:00", "01:00"), **OPEN,
              history=(night("E1", end="25:00", date=SUNDAY),), rules=(DUAL,)), 60,
    ),
    "pledge: every duty": (
        # E1 at the hub on Monday and Tuesday; on Wednesday each is off or at one of the outlets: 2 * 2 * 9 of 64.
        pledged(Pledged(skill="pledge", scope=Scope(last_day=TUESDAY)), SIGNED, days=3, **TWO_PLACES), 28,
    ),
    "pledge: one activity": (
        pledged(Pledged(skill="pledge", activities=("vault",)), SIGNED, activities=(FREE_VAULT, LOBBY),
                staff=(E1, E2)), 0,
    ),
    "pledge: the only activity": (
        # E1 on two days, E2, who is no deputy, on three, E3 never: whatever of these.
        pledged(Pledged(skill="pledge", activities=("vault",), scope=Scope(tags=("deputy",))), SIGNED,
                activities=(VAULT,), days=3), 0,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_model_and_checker_agree(name):
    problem, forbidden = CASES[name]
    costs = assert_agree(problem)
    assert any(cost is not None for cost in costs)
    assert costs.count(None) == forbidden


def test_the_cheaper_of_leaving_the_vault_and_being_alone_there():
    """An hour in the lobby costs 10, alone in the vault 7: none, E1, E2, E3, then pairs, of which both deputies."""
    rule = DUAL.model_copy(update={"hard": False, "weight": 7})
    assert assert_agree(world(SHORT, rules=(rule,))) == [0, 14, 14, 14, 14, 0, 14, 0]
    rule = DUAL.model_copy(update={"hard": False, "weight": 12})
    assert assert_agree(world(SHORT, rules=(rule,))) == [0, 20, 20, 20, 20, 0, 20, 0]


@pytest.mark.parametrize("softness", [{}, {"hard": False, "weight": 99}])
def test_work_that_can_wait_is_left_for_surplus_where_it_may_not_be_done_alone(softness):
    rule = DualControl(activities=("vault",), **softness)
    assert assert_agree(world(HOUR, staff=(E1, E2), activities=(FREE_VAULT, LOBBY), rules=(rule,))) == [0, 10, 10, 0]


def test_a_solver_that_stops_early_is_charged_for_what_the_roster_costs():
    """Columns that carry no price are as small as rows allow, and still the price is what the checker finds."""
    rule = DUAL.model_copy(update={"hard": False, "weight": 7})
    problem = world(HOUR, activities=(VAULT,), rules=(rule, Present(minimum=3, **SOFT)))
    fixed = FixedModel(problem)
    roster, objective = fixed.model.roster, fixed._part.proto.objective
    unpriced = sorted(set(range(roster.columns)) - set(objective.vars))
    objective.vars.extend(unpriced)
    objective.coeffs.extend([1000] * len(unpriced))
    for duties, alone in (([0], 1), ([0, 1], 1), ([0, 2], 0), ([1, 2], 1), ([0, 1, 2], 0)):
        costs = roster.cost_by_rule(roster.settled(fixed.solve(duties)))
        assert costs["custody.dual_control"] == 7 * alone
        assert costs["custody.present"] == 30 * (9 - len(duties))


# ---------------------------------------------------------------- solved


def solved(rule, wages=(20, 20), **changes):
    paid = tuple(
        Contract(contract_id=name, wage_cents_per_hour=cents)
        for name, cents in zip(("full", "part"), wages, strict=True)
    )
    tables = {"contracts": paid, "activities": (VAULT,), "rules": (rule, PaidTime())}
    result = ss.solve(world(HOUR, **(tables | changes)), ss.Settings(deterministic=True))
    return result.objective, "".join(sorted(d.employee_id for d in result.schedule.duty_list))


NEED = IntervalRequirement(
    outlet_id="Hub", activity_id="vault", date=MONDAY, start="09:00", end="10:00", heads=1,
    shortage_cents_per_hour=(100,),
)  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "changes", "expected"),
    [
        (Present(minimum=2, who=DEPUTY, end="10:00", hard=False, weight=30), {}, (40, "E1E3")),
        (Present(minimum=2, end="10:00", hard=False, weight=15), {}, (30, "")),
        (Present(minimum=2, who=DEPUTY, end="10:00"), {}, (40, "E1E3")),
        (Posts(posts=BOTH.posts, end="10:00", hard=False, weight=30), {"permissions": PERMITTED}, (40, "E1E2")),
        (Posts(posts=BOTH.posts, end="10:00", hard=False, weight=15), {"permissions": PERMITTED}, (30, "")),
        (DUAL, {"interval_requirements": (NEED,), "wages": (20, 45), "activities": (VAULT, LOBBY)}, (50, "E1E2")),
        (DUAL.model_copy(update={"hard": False, "weight": 15}), {"interval_requirements": (NEED,), "wages": (60, 20)},
         (35, "E3")),
        (Pledged(skill="cash"), {"interval_requirements": (NEED,), "wages": (50, 20),
                                 "permissions": can(("E2", "cash"))}, (50, "E2")),
    ],
)  # fmt: skip
def test_the_best_roster(rule, changes, expected):
    assert solved(rule, **changes) == expected
