import datetime as dt

import pytest

import schedsolver as ss
from schedsolver.domain import (
    Activity,
    BreakWindow,
    Employee,
    Horizon,
    IntervalRequirement,
    OpeningHours,
    Outlet,
    Preference,
    Request,
    ShiftRequirement,
)
from schedsolver.model.build import build_model
from schedsolver.rules.duty import DutiesPerDay
from schedsolver.rules.wishes import PreferredActivities, PreferredColleagues, PreferredOutlets, RequestGranted
from tests.solving import assert_agree, fixed_shift, judged, plain, spell, words, work
from tests.tiny import MONDAY, TUESDAY, tiny

SHIFTS = (fixed_shift("early", "06:00", "12:00"), fixed_shift("late", "12:00", "18:00"))
EARLY = work("E1", "early", "06:00", "12:00")
LATE = work("E1", "late", "12:00", "18:00")


def wished(*requests: Request):
    return plain(shift_types=SHIFTS, requests=requests)


def request(wish: str, shift: str | None = None, cents: int = 700) -> Request:
    return Request(employee_id="E1", date=MONDAY, wish=wish, shift_type_id=shift, cents=cents)


@pytest.mark.parametrize(
    ("wish", "shift", "records", "granted"),
    [
        ("on", None, (), False),
        ("on", None, (EARLY,), True),
        ("on", "early", (EARLY,), True),
        ("on", "early", (LATE,), False),
        ("off", None, (), True),
        ("off", None, (LATE,), False),
        ("off", "early", (LATE,), True),
        ("off", "early", (EARLY,), False),
    ],
)
def test_a_wish_not_granted_costs_its_price(wish, shift, records, granted):
    found = judged(RequestGranted(), wished(request(wish, shift)), *records)
    assert found.violations == ()
    assert found.cents == (0 if granted else 700)


def test_only_the_duties_of_that_person_and_date_count():
    others = (work("E2", "early", "06:00", "12:00"), work("E1", "early", "06:00", "12:00", date=TUESDAY))
    assert judged(RequestGranted(), wished(request("on")), *others).cents == 700
    assert judged(RequestGranted(), wished(request("off")), *others).cents == 0


def test_each_wish_pays_for_itself_and_says_what_was_wished():
    found = judged(RequestGranted(), wished(request("off", cents=300), request("on", "early", cents=50)), LATE)
    assert [p.cents for p in found.penalties] == [300, 50]
    assert words(found) == [
        "E1 wished not to work on 2026-03-09",
        "E1 wished to work on shift early on 2026-03-09",
    ]


def test_wishes_matter_where_there_are_some():
    assert not RequestGranted().applies_to(wished())
    assert RequestGranted().applies_to(wished(request("on")))


# ---------------------------------------------------------------- preferences

HUB, SAT, OUT = (Outlet(outlet_id=name) for name in ("Hub", "Sat", "Out"))
STAFF = tuple(Employee(employee_id=name, contract_id="full") for name in ("E1", "E2", "E3"))
COUNTER = Activity(activity_id="counter", shortage_cents_per_hour=(100,), surplus_cents_per_hour=10)
LOBBY = Activity(activity_id="lobby", shortage_cents_per_hour=(50,), surplus_cents_per_hour=20)
CALLS = Activity(activity_id="calls", deferrable=True)
MORNING, NOON, AFTER = (
    fixed_shift("morning", "09:00", "11:00"), fixed_shift("noon", "10:00", "12:00"),
    fixed_shift("after", "11:00", "13:00"),
)  # fmt: skip
NIGHT, DAWN = fixed_shift("night", "22:00", "30:00"), fixed_shift("dawn", "05:00", "09:00")
TWICE = (DutiesPerDay(maximum=2),)


def prefers(cents: int, name: str = "E1", **thing: str) -> Preference:
    return Preference(employee_id=name, wish="prefer", cents=cents, **thing)


def avoids(cents: int, name: str = "E1", **thing: str) -> Preference:
    return Preference(employee_id=name, wish="avoid", cents=cents, **thing)


def branch(*preferences: Preference, days: int = 1, **changes):
    """Three outlets and people in a day/shift roster."""
    tables = {
        "horizon": Horizon(start=MONDAY, days=days, slot_minutes=60), "outlets": (HUB, SAT, OUT), "staff": STAFF,
        "shift_types": (MORNING, NOON, AFTER, NIGHT, DAWN), "preferences": preferences,
    }  # fmt: skip
    return plain(**(tables | changes))


def office(*preferences: Preference, staff=STAFF[:2], slot: int = 60, **changes):
    """Two people at one outlet with counter, lobby and calls, open 09:00-11:00."""
    tables = {
        "horizon": Horizon(start=MONDAY, days=1, slot_minutes=slot), "outlets": (HUB,), "staff": staff,
        "shift_types": (MORNING,), "activities": (COUNTER, LOBBY, CALLS), "skills": (), "permissions": (),
        "opening": (OpeningHours(outlet_id="Hub", weekday=0, start="09:00", end="11:00"),),
        "preferences": preferences,
    }  # fmt: skip
    return tiny(**(tables | changes))


def at(outlet: str, name: str = "E1", start: str = "09:00", end: str = "11:00", date: dt.date = MONDAY):
    return work(name, "morning", start, end, date=date, outlet=outlet)


@pytest.mark.parametrize(
    ("rule", "own"),
    [
        (PreferredOutlets(), {"outlet_id": "Hub"}),
        (PreferredActivities(), {"activity_id": "calls"}),
        (PreferredColleagues(), {"colleague_id": "E2"}),
    ],
)
def test_a_preference_matters_to_the_rule_on_its_kind_only(rule, own):
    kinds = ({"outlet_id": "Hub"}, {"activity_id": "calls"}, {"colleague_id": "E2"})
    assert [rule.applies_to(office(avoids(1, **thing))) for thing in kinds] == [thing == own for thing in kinds]
    assert not rule.applies_to(office())


# ---------------------------------------------------------------- preference.outlet


@pytest.mark.parametrize(
    ("preferences", "outlet", "cents"),
    [
        ((avoids(7, outlet_id="Sat"),), "Sat", [7]),
        ((avoids(7, outlet_id="Sat"),), "Hub", []),
        ((prefers(5, outlet_id="Hub"),), "Hub", []),
        ((prefers(5, outlet_id="Hub"),), "Sat", [5]),
        ((prefers(5, outlet_id="Hub"), prefers(9, outlet_id="Sat")), "Hub", []),
        ((prefers(5, outlet_id="Hub"), prefers(9, outlet_id="Sat")), "Sat", []),
        ((prefers(5, outlet_id="Hub"), prefers(9, outlet_id="Sat")), "Out", [9]),
        ((prefers(9, outlet_id="Hub"), prefers(5, outlet_id="Sat")), "Out", [9]),
        ((prefers(5, outlet_id="Hub"), avoids(7, outlet_id="Sat")), "Sat", [5, 7]),
        ((avoids(7, outlet_id="Sat"), avoids(8, outlet_id="Out")), "Out", [8]),
        ((avoids(7, "E2", outlet_id="Sat"), prefers(7, "E2", outlet_id="Hub")), "Sat", []),
        ((avoids(7, activity_id="calls"), avoids(7, colleague_id="E2")), "Sat", []),
    ],
)
def test_a_duty_at_an_outlet_not_preferred_or_avoided_costs(preferences, outlet, cents):
    found = judged(PreferredOutlets(), branch(*preferences, activities=(CALLS,)), at(outlet))
    assert (found.violations, [p.cents for p in found.penalties]) == ((), cents)


def test_each_duty_says_what_its_outlet_is_worth():
    problem = branch(prefers(5, outlet_id="Hub"), prefers(6, outlet_id="Out"), avoids(7, outlet_id="Sat"))
    found = judged(PreferredOutlets(), problem, at("Sat"), at("Sat", date=TUESDAY), at("Sat", "E2"))
    assert words(found)[:2] == [
        "E1 at Sat on 2026-03-09 09:00-11:00: prefers Hub or Out",
        "E1 at Sat on 2026-03-09 09:00-11:00: avoids Sat",
    ]
    assert [p.cents for p in found.penalties] == [6, 7, 6, 7]
    assert (found.penalties[0].employee_id, found.penalties[0].outlet_id) == ("E1", "Sat")


# ---------------------------------------------------------------- preference.activity


@pytest.mark.parametrize(
    ("preferences", "cents"),
    [
        # Half hours: 15 cents make 7.5 a slot, rounded to 8; three of counter and one of calls.
        ((avoids(15, activity_id="counter"),), [24]),
        ((avoids(14, activity_id="counter"),), [21]),
        ((avoids(15, activity_id="calls"),), [8]),
        ((avoids(15, activity_id="lobby"),), []),
        ((prefers(15, activity_id="counter"),), [8]),
        ((prefers(15, activity_id="lobby"),), [24, 8]),
        ((prefers(15, activity_id="lobby"), prefers(20, activity_id="counter")), [10]),
        ((prefers(20, activity_id="lobby"), prefers(15, activity_id="calls")), [30]),
        ((prefers(15, activity_id="lobby"), avoids(20, activity_id="calls")), [24, 8, 10]),
        ((avoids(15, "E2", activity_id="counter"),), []),
        ((avoids(15, outlet_id="Hub"),), []),
    ],
)
def test_hours_on_an_activity_not_preferred_or_avoided_cost(preferences, cents):
    records = (spell("E1", "counter", "09:00", "10:30"), spell("E1", "calls", "10:30", "11:00"))
    found = judged(PreferredActivities(), office(*preferences, slot=30), at("Hub"), *records)
    assert (found.violations, [p.cents for p in found.penalties]) == ((), cents)


def test_each_stretch_of_work_says_what_it_is_worth():
    problem = office(prefers(5, activity_id="lobby"), avoids(7, activity_id="calls"))
    found = judged(PreferredActivities(), problem, at("Hub"), spell("E1", "calls", "09:00", "11:00"))
    assert words(found) == [
        "E1 on calls at Hub 2026-03-09 09:00-11:00: prefers lobby",
        "E1 on calls at Hub 2026-03-09 09:00-11:00: avoids calls",
    ]
    first = found.penalties[0]
    assert (first.employee_id, first.outlet_id, first.activity_id) == ("E1", "Hub", "calls")
    assert (first.cents, first.start) == (10, dt.datetime.combine(MONDAY, dt.time(9)))


def test_people_with_a_preference_are_counted_alone():
    people = tuple(Employee(employee_id=f"E{i}", contract_id="full") for i in range(1, 6))
    wishes = [avoids(1, f"E{i}", activity_id="calls") for i in (1, 2, 4, 5)]
    problem = office(*wishes, staff=people, horizon=Horizon(start=MONDAY, days=2, slot_minutes=60))
    groups, places = PreferredActivities().tells_heads_apart(problem)
    assert places.all()
    assert groups.shape == (3, 5, 1, 2)
    assert not groups[:, 2].any()
    codes = {tuple(groups[:, e, 0, day].tolist()) for e in range(5) for day in (0, 1)}
    assert len(codes) == 5


# ---------------------------------------------------------------- preference.colleague


@pytest.mark.parametrize(
    ("preferences", "others", "cents"),
    [
        ((avoids(7, colleague_id="E2"),), (at("Hub", "E2"),), [7]),
        ((avoids(7, colleague_id="E2"),), (at("Hub", "E2", "10:00", "12:00"),), [7]),
        ((avoids(7, colleague_id="E2"),), (at("Hub", "E2", "11:00", "13:00"),), []),
        ((avoids(7, colleague_id="E2"),), (at("Sat", "E2"), at("Hub", "E3")), []),
        ((avoids(7, colleague_id="E2"), avoids(9, colleague_id="E3")), (at("Hub", "E2"), at("Hub", "E3")), [7, 9]),
        ((prefers(5, colleague_id="E2"),), (at("Hub", "E2"),), []),
        ((prefers(5, colleague_id="E2"),), (at("Hub", "E3"), at("Sat", "E2")), [5]),
        ((prefers(5, colleague_id="E2"), prefers(9, colleague_id="E3")), (at("Hub", "E2"),), []),
        ((prefers(5, colleague_id="E2"), prefers(9, colleague_id="E3")), (), [9]),
        ((prefers(9, colleague_id="E2"), prefers(5, colleague_id="E3")), (at("Hub", "E3"),), []),
        ((prefers(9, colleague_id="E2"), avoids(5, colleague_id="E3")), (at("Hub", "E3"),), [9, 5]),
        ((prefers(9, "E3", colleague_id="E2"), avoids(5, "E3", colleague_id="E1")), (at("Hub", "E2"),), []),
    ],
)
def test_meeting_somebody_avoided_or_nobody_preferred_costs(preferences, others, cents):
    found = judged(PreferredColleagues(), branch(*preferences), at("Hub"), *others)
    assert (found.violations, [p.cents for p in found.penalties]) == ((), cents)


def test_somebody_avoided_costs_by_date_and_nobody_preferred_by_duty():
    twice = (at("Hub"), at("Hub", start="12:00", end="14:00"), at("Hub", date=TUESDAY))
    other = (at("Hub", "E2"), at("Hub", "E2", "12:00", "14:00"))
    problem = branch(avoids(7, colleague_id="E2"), prefers(9, colleague_id="E3"), days=2)
    found = judged(PreferredColleagues(), problem, *twice, *other)
    assert [p.cents for p in found.penalties] == [9, 9, 9, 7]
    assert words(found)[2:] == [
        "E1 at Hub on 2026-03-10 09:00-11:00: prefers E3 there at the same time",
        "E1 at Hub on 2026-03-09 09:00-11:00: avoids E2, who is there at the same time",
    ]
    assert {p.employee_id for p in found.penalties} == {"E1"}


def test_several_preferred_colleagues_are_all_named():
    problem = branch(prefers(7, colleague_id="E2"), prefers(9, colleague_id="E3"))
    found = judged(PreferredColleagues(), problem, at("Hub"))
    assert words(found) == ["E1 at Hub on 2026-03-09 09:00-11:00: prefers E2 or E3 there at the same time"]


# ---------------------------------------------------------------- model and checker

# Each case: a problem, and how many of its sets of duties are no roster.
CASES = {
    "preference.outlet": (
        branch(
            prefers(1, outlet_id="Hub"), prefers(2, outlet_id="Sat"), avoids(4, outlet_id="Out"),
            avoids(8, "E2", outlet_id="Hub"), shift_types=(MORNING,), staff=STAFF[:2],
        ), 64 - 16,
    ),
    "preference.outlet: two a day": (
        branch(
            prefers(1, outlet_id="Hub"), avoids(4, outlet_id="Out"), shift_types=(MORNING, AFTER), staff=STAFF[:1],
            rules=TWICE,
        ), 64 - 16,
    ),
    "preference.activity: some would rather not": (
        office(
            avoids(30, activity_id="counter"), avoids(70, "E2", activity_id="calls"),
            interval_requirements=(
                IntervalRequirement(
                    outlet_id="Hub", activity_id="counter", date=MONDAY, start="09:00", end="10:00", heads=1
                ),
            ),
        ), 0,
    ),
    "preference.activity: some would rather": (
        office(
            prefers(45, activity_id="counter"), prefers(55, activity_id="lobby"),
            prefers(25, "E2", activity_id="calls"),
        ), 0,
    ),
    # Lobby work nobody asked for is cheaper than the calls that E1 avoids.
    "preference.activity: surplus may pay": (office(avoids(21, activity_id="calls"), staff=STAFF[:1]), 0),
    "preference.activity: half hours and a break": (
        office(
            avoids(15, activity_id="calls"), prefers(7, "E2", activity_id="lobby"), slot=30,
            activities=(LOBBY, CALLS),
            shift_types=(
                fixed_shift(
                    "day", "09:00", "10:30", breaks=(BreakWindow(minutes=30, start_from="09:30", start_to="09:30"),)
                ),
            ),
        ), 0,
    ),
    "preference.activity: a third is like others": (
        office(prefers(33, "E2", activity_id="counter"), staff=STAFF, activities=(COUNTER, CALLS)), 0,
    ),
    "preference.colleague: avoided, preferred": (
        branch(
            avoids(1, colleague_id="E2"), prefers(2, colleague_id="E3"), prefers(4, "E2", colleague_id="E1"),
            prefers(8, "E2", colleague_id="E3"), avoids(16, "E3", colleague_id="E1"),
            avoids(32, "E3", colleague_id="E2"),
            shift_types=(MORNING, AFTER), outlets=(HUB,),
        ), 64 - 27,
    ),
    "preference.colleague: two outlets, two a day": (
        branch(
            avoids(1, colleague_id="E2"), prefers(2, "E2", colleague_id="E1"), shift_types=(MORNING, AFTER),
            outlets=(HUB, SAT), staff=STAFF[:2], rules=TWICE,
        ), 256 - 81,
    ),
    "preference.colleague: across midnight": (
        branch(
            avoids(1, colleague_id="E2"), prefers(2, "E2", colleague_id="E1"), days=2, shift_types=(NIGHT, DAWN),
            outlets=(HUB,), staff=STAFF[:2],
        ), 256 - 64,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_model_and_checker_agree_on_every_set_of_duties(name):
    problem, forbidden = CASES[name]
    assert assert_agree(problem).count(None) == forbidden


def test_surplus_work_is_modelled_only_where_someone_may_prefer_it():
    # Without preferences nobody is on lobby or counter, of which no head is needed, instead of calls.
    def head_columns(*preferences):
        return len(build_model(office(*preferences)).roster.heads.column)

    assert head_columns() == head_columns(avoids(1, outlet_id="Hub")) == 2
    assert head_columns(avoids(1, activity_id="calls")) == 2 * 2 * 3


@pytest.mark.parametrize(
    ("preferences", "cost"),
    [
        # A duty at the satellite is worth 100, the cheapest person for it goes.
        ((avoids(70, outlet_id="Sat"), avoids(80, "E2", outlet_id="Sat")), 70),
        ((prefers(40, outlet_id="Hub"), avoids(30, outlet_id="Sat"), avoids(80, "E2", outlet_id="Sat")), 70),
        ((avoids(170, outlet_id="Sat"), avoids(180, "E2", outlet_id="Sat")), 100),
        ((prefers(60, colleague_id="E2"), prefers(50, "E2", colleague_id="E1")), 0),
        ((avoids(60, colleague_id="E2"), prefers(50, "E2", colleague_id="E1")), 0),
        ((prefers(60, colleague_id="E2"), avoids(55, "E2", colleague_id="E1")), 0),
        ((avoids(60, outlet_id="Sat"), prefers(55, "E2", colleague_id="E1")), 55),
        ((avoids(60, outlet_id="Sat"), prefers(75, "E2", colleague_id="E1")), 60),
    ],
)
def test_the_solver_grants_preferences_where_that_is_worth_it(preferences, cost):
    need = ShiftRequirement(
        date=MONDAY, shift_type_id="morning", outlet_id="Sat", minimum=1, minimum_cents=100, shortage_cents=0
    )
    problem = branch(*preferences, staff=STAFF[:2], shift_types=(MORNING,), shift_requirements=(need,))
    result = ss.solve(problem, ss.Settings(deterministic=True))
    assert result.objective == result.bound == cost


def test_the_solver_gives_activities_to_those_who_prefer_them():
    needs = tuple(
        IntervalRequirement(outlet_id="Hub", activity_id=name, date=MONDAY, start="09:00", end="11:00", heads=1)
        for name in ("counter", "lobby")
    )
    problem = office(
        prefers(8, activity_id="lobby"), avoids(3, "E2", activity_id="counter"), interval_requirements=needs
    )
    result = ss.solve(problem, ss.Settings(deterministic=True))
    assert {(s.employee_id, s.activity_id) for s in result.schedule.stint_list} == {("E1", "lobby"), ("E2", "counter")}
    assert result.objective == result.bound == 2 * 3
