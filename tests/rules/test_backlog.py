import datetime as dt

import pytest
from pydantic import ValidationError

import schedsolver as ss
from schedsolver.domain import (
    Activity,
    Backlog,
    Contract,
    Employee,
    Horizon,
    IntervalRequirement,
    Leave,
    Outlet,
    Permission,
    Scope,
    Skill,
)
from schedsolver.errors import InvalidProblem
from schedsolver.rules.backlog import BacklogDone, BacklogQuotas
from schedsolver.rules.cost import PaidTime
from tests.solving import assert_agree, assert_settled, fixed_shift, judged, spell, words
from tests.tiny import MONDAY, TUESDAY, tiny

SUNDAY, WEDNESDAY = MONDAY - dt.timedelta(days=1), TUESDAY + dt.timedelta(days=1)
HUB, SAT = Outlet(outlet_id="Hub"), Outlet(outlet_id="Sat")
DAY, NIGHT = fixed_shift("day", "09:00", "12:00"), fixed_shift("night", "22:00", "26:00")
HOUR, NOON = fixed_shift("hour", "09:00", "10:00"), fixed_shift("noon", "12:00", "14:00")
CALLS, CARDS = (
    Activity(activity_id="calls", skill_id="talk", deferrable=True), Activity(activity_id="cards", deferrable=True)
)  # fmt: skip
COUNTER = Activity(activity_id="counter", shortage_cents_per_hour=(400,), surplus_cents_per_hour=0)
# At talking E1 holds level 1, E2 level 3, and E3 none.
TALKS = tuple(Permission(employee_id=name, skill_id="talk", level=level) for name, level in (("E1", 1), ("E2", 3)))
SOFT = {"hard": False, "weight": 30}
AT_HOME = BacklogQuotas(**SOFT, at_home=True)


def owed(minutes: int, activity: str = "calls", *, deadline: dt.date = MONDAY, **more) -> Backlog:
    name = {"backlog_id": f"{activity} to do", "activity_id": activity, "undone_cents_per_hour": 90}
    return Backlog(**(name | {"minutes": minutes, "deadline": deadline} | more))


def world(*backlogs: Backlog, days: int = 1, slot: int = 60, shifts=(DAY,), **changes):
    """Three people at the hub and a satellite, of whom two may call customers."""
    contracts = (Contract(contract_id="full", weekly_minutes=2100), Contract(contract_id="part", weekly_minutes=700))
    tables = {
        "horizon": Horizon(start=MONDAY, days=days, slot_minutes=slot), "outlets": (HUB, SAT), "shift_types": shifts,
        "contracts": contracts, "skills": (Skill(skill_id="talk"),), "permissions": TALKS,
        "staff": tuple(
            Employee(employee_id=f"E{i}", contract_id=contract, home_outlet_id=home)
            for i, contract, home in ((1, "full", "Hub"), (2, "part", "Sat"), (3, "full", None))
        ),
        "activities": (COUNTER, CALLS, CARDS), "backlogs": backlogs,
    }  # fmt: skip
    return tiny(**(tables | changes))


# ---------------------------------------------------------------- what is due


@pytest.mark.parametrize(
    ("minutes", "release", "deadline", "due"),
    [
        (100, None, MONDAY, 100),
        (100, None, TUESDAY, 100),
        # Beyond the horizon of two days: its two days of three, of three from the release, one of two.
        (100, None, WEDNESDAY, 67),
        (100, SUNDAY, WEDNESDAY, 67),
        (100, TUESDAY, WEDNESDAY, 50),
        (101, TUESDAY, WEDNESDAY, 51),
        (100, TUESDAY, TUESDAY, 100),
        (100, WEDNESDAY, WEDNESDAY, 0),
        (310, None, dt.date(2026, 4, 8), 20),
    ],
)
def test_what_is_due_in_the_horizon(minutes, release, deadline, due):
    horizon = Horizon(start=MONDAY, days=2)
    assert owed(minutes, release=release, deadline=deadline).minutes_due(horizon) == due


@pytest.mark.parametrize(
    ("records", "backlog", "slot", "cents"),
    [
        ([], owed(180), 60, 270),
        ([spell("E1", "calls", "09:00", "12:00")], owed(180), 60, 0),
        ([spell("E1", "calls", "09:00", "12:00")], owed(120), 60, 0),
        ([spell("E1", "calls", "09:00", "10:00"), spell("E2", "calls", "09:00", "10:00")], owed(180), 60, 90),
        ([spell("E1", "cards", "09:00", "12:00")], owed(180), 60, 270),
        # An hour and a bit is due as two slots of an hour, or as three of half an hour at 45 cents each.
        ([], owed(61), 60, 180),
        ([], owed(61), 30, 135),
        ([spell("E1", "calls", "09:00", "10:00")], owed(61), 30, 45),
        # Half a slot costs 22.5 cents, rounded up.
        ([], owed(10), 15, 23),
        ([spell("E1", "calls", "09:00", "10:00")], owed(120, outlet_id="Sat"), 60, 180),
        ([spell("E1", "calls", "09:00", "10:00", outlet="Sat")], owed(120, outlet_id="Sat"), 60, 90),
        # Only the hours within the days of the backlog count.
        ([spell("E1", "calls", "22:00", "26:00")], owed(240), 60, 180),
        ([spell("E1", "calls", "22:00", "26:00")], owed(240, release=TUESDAY, deadline=TUESDAY), 60, 180),
        ([spell("E1", "calls", "22:00", "26:00")], owed(240, deadline=TUESDAY), 60, 0),
        ([spell("E1", "calls", "22:00", "26:00", date=TUESDAY)], owed(240, deadline=TUESDAY), 60, 180),
    ],
)
def test_what_is_undone_costs_its_price(records, backlog, slot, cents):
    assert judged(BacklogDone(), world(backlog, days=2, slot=slot), *records).cents == cents


def test_a_finding_says_what_is_undone():
    backlog = owed(300, "cards", deadline=WEDNESDAY, outlet_id="Hub")
    found = judged(BacklogDone(), world(backlog, days=2), spell("E1", "cards", "09:00", "11:00"))
    assert words(found) == ["120 of 200 minutes of cards to do done until 2026-03-10"]
    penalty = found.penalties[0]
    assert (penalty.outlet_id, penalty.activity_id, penalty.cents) == ("Hub", "cards", 180)


# ---------------------------------------------------------------- shares


def shares(rule: BacklogQuotas, *backlogs: Backlog, **changes) -> list[dict[str, int]]:
    problem = world(*backlogs, **changes)
    return [rule.quotas(backlog, problem) for backlog in problem.backlogs]


def test_shares_are_in_proportion_to_level_and_hours():
    # In a week E1 has 1 x 2100 and E2 3 x 700: half of ten hours each.
    week = owed(600, deadline=dt.date(2026, 3, 15))
    assert shares(BacklogQuotas(), week, days=7) == [{"E1": 300, "E2": 300}]
    # A day of leave is a fifth of the week: 1 x 1680 to 3 x 700 is 4 to 5.
    away = Leave(employee_id="E1", first_day=TUESDAY, last_day=TUESDAY)
    some_hours = Leave(employee_id="E1", first_day=WEDNESDAY, last_day=WEDNESDAY, start="09:00", end="10:00")
    nine = week.model_copy(update={"minutes": 540})
    assert shares(BacklogQuotas(), nine, days=7, leave=(away, some_hours)) == [{"E1": 240, "E2": 300}]
    # Anybody may look after cards: 3 : 1 : 3 of eight hours, in whole hours or half hours.
    cards = owed(480, "cards", deadline=dt.date(2026, 3, 15))
    assert shares(BacklogQuotas(), cards, days=7) == [{"E1": 180, "E2": 60, "E3": 180}]
    assert shares(BacklogQuotas(), cards, days=7, slot=30) == [{"E1": 180, "E2": 60, "E3": 180}]
    assert shares(BacklogQuotas(), cards, days=7, slot=10) == [{"E1": 200, "E2": 60, "E3": 200}]


@pytest.mark.parametrize(
    ("permissions", "expected"),
    [
        # The highest level that is valid on a day of the backlog counts, and only from the least that is enough.
        ((("E1", 1, {}), ("E2", 3, {"valid_until": SUNDAY}), ("E2", 1, {})), {"E1": 540, "E2": 180}),
        ((("E1", 1, {}), ("E2", 3, {"valid_from": WEDNESDAY})), {"E1": 720}),
        ((("E1", 1, {"outlet_id": "Sat"}), ("E1", 4, {"outlet_id": "Hub"}), ("E2", 4, {})), {"E1": 540, "E2": 180}),
    ],
)
def test_the_level_that_counts(permissions, expected):
    rights = tuple(
        Permission(employee_id=name, skill_id="talk", level=level, **more) for name, level, more in permissions
    )
    assert shares(BacklogQuotas(), owed(720), days=2, permissions=rights) == [expected]


def test_whose_shares():
    calls, cards = owed(720), owed(420, "cards", outlet_id="Hub")
    backlogs = (calls, cards)
    assert shares(BacklogQuotas(), *backlogs) == [{"E1": 360, "E2": 360}, {"E1": 180, "E2": 60, "E3": 180}]
    only = BacklogQuotas(scope=Scope(employees=("E1", "E3")))
    assert shares(only, *backlogs) == [{"E1": 720}, {"E1": 180, "E3": 180}]
    assert shares(BacklogQuotas(at_home=True), *backlogs) == [{"E1": 360, "E2": 360}, {"E1": 420}]
    assert shares(BacklogQuotas(at_home=True, scope=Scope(outlets=("Sat",))), *backlogs) == [{"E2": 720}, {}]


@pytest.mark.parametrize(
    ("rule", "records", "lacking"),
    [
        # The shares of calls are 2 hours each.
        (BacklogQuotas(**SOFT), [], {"E1": 2, "E2": 2}),
        (BacklogQuotas(**SOFT), [spell("E1", "calls", "09:00", "12:00")], {"E2": 2}),
        (BacklogQuotas(**SOFT), [spell("E2", "calls", "09:00", "10:00", outlet="Sat")], {"E1": 2, "E2": 1}),
        (BacklogQuotas(**SOFT), [spell("E2", "cards", "09:00", "12:00")], {"E1": 2, "E2": 2}),
        (AT_HOME, [spell("E1", "calls", "09:00", "11:00", outlet="Sat")], {"E1": 2, "E2": 2}),
        (AT_HOME, [spell("E2", "calls", "09:00", "11:00", outlet="Sat")], {"E1": 2}),
        (BacklogQuotas(**SOFT, scope=Scope(outlets=("Hub",))), [spell("E1", "calls", "09:00", "11:00")], {"E2": 2}),
        (BacklogQuotas(**SOFT), [spell("E1", "calls", "23:00", "26:00", date=SUNDAY)], {"E2": 2}),
        (BacklogQuotas(**SOFT), [spell("E1", "calls", "23:00", "26:00")], {"E1": 1, "E2": 2}),
    ],
)  # fmt: skip
def test_who_falls_short_of_their_share(rule, records, lacking):
    problem = world(owed(240))
    found = judged(rule, problem, *records)
    assert {p.employee_id: p.cents for p in found.penalties} == {name: 30 * slots for name, slots in lacking.items()}
    hard = judged(rule.model_copy(update={"hard": True, "weight": 0}), problem, *records)
    assert {v.employee_id for v in hard.violations} == lacking.keys()


def test_a_finding_says_whose_share():
    found = judged(BacklogQuotas(), world(owed(240)), spell("E1", "calls", "09:00", "10:00"))
    assert words(found) == [
        "E1 spends 60 minutes on calls to do, 120 are their share",
        "E2 spends 0 minutes on calls to do, 120 are their share",
    ]


# ---------------------------------------------------------------- what could never be


@pytest.mark.parametrize(
    ("backlogs", "said"),
    [
        ((owed(60, "counter"),), '"counter" cannot wait; mark it as deferrable in activities'),
        ((owed(60, "call"),), 'activity "call" is not in activities (did you mean "calls"?)'),
        ((owed(60, outlet_id="Hut"),), 'outlet "Hut" is not in outlets (did you mean "Hub"?)'),
        ((owed(60, deadline=SUNDAY),), "the deadline 2026-03-08 is before 2026-03-09, the first day planned"),
        (
            (owed(60), owed(60, backlog_id="more")),
            'time on "calls" would count twice, here and in backlogs[0]; give one of them an activity of its own',
        ),
        (
            (owed(60, outlet_id="Hub"), owed(60, backlog_id="more", release=MONDAY, deadline=TUESDAY)),
            'time on "calls" would count twice, here and in backlogs[0]; give one of them an activity of its own',
        ),
        ((owed(60), owed(60, release=TUESDAY, deadline=TUESDAY)), "is used twice"),
    ],
)
def test_backlogs_that_cannot_be_are_refused(backlogs, said):
    with pytest.raises(InvalidProblem) as error:
        world(*backlogs, days=2)
    assert len(error.value.faults) == 1
    assert said in str(error.value)


def test_one_activity_serves_backlogs_of_other_days_or_places():
    later = owed(60, backlog_id="later", release=TUESDAY, deadline=TUESDAY)
    here, there = owed(60, outlet_id="Hub"), owed(60, backlog_id="there", outlet_id="Sat")
    assert len(world(here, there, later, days=2).backlogs) == 3


def test_it_is_released_before_its_deadline():
    assert owed(1, release=MONDAY).minutes == 1
    with pytest.raises(ValidationError, match="released on 2026-03-10, after its deadline 2026-03-09"):
        owed(60, release=TUESDAY)
    with pytest.raises(ValidationError, match="greater than or equal to 1"):
        owed(0)


@pytest.mark.parametrize(
    ("fields", "backlogs", "said"),
    [
        ({}, (), "the problem has no backlogs, so it asks for nothing"),
        ({"backlogs": ("calls",)}, (owed(60),), 'backlog "calls" is not in the problem'),
        ({"scope": Scope(employees=("E3",))}, (owed(60),), "nobody that it is about may do calls to do where"),
        (
            {"at_home": True, "scope": Scope(employees=("E3",))}, (owed(60, "cards"),),
            "nobody that it is about may do cards to do where time counts",
        ),
    ],
)  # fmt: skip
def test_quotas_that_could_never_be_are_refused(fields, backlogs, said):
    with pytest.raises(InvalidProblem, match=said):
        world(*backlogs, rules=(BacklogQuotas(**fields),))


# ---------------------------------------------------------------- model against checker


def heads(count: int, start: str = "09:00", end: str = "11:00") -> IntervalRequirement:
    return IntervalRequirement(
        outlet_id="Hub", activity_id="counter", date=MONDAY, start=start, end=end, heads=count
    )  # fmt: skip


ONE_PLACE = {
    "outlets": (HUB,), "staff": tuple(e.model_copy(update={"home_outlet_id": None}) for e in world().staff)
}  # fmt: skip
SHORT = fixed_shift("short", "09:00", "11:00")
LATE = fixed_shift("late", "23:00", "25:00")
TWO = ONE_PLACE | {"staff": ONE_PLACE["staff"][:2]}
# Each case: a problem, and how many of its sets of duties are no roster.
CASES = {
    "done: what service leaves over": (
        world(owed(240), shifts=(SHORT,), interval_requirements=(heads(1),), **ONE_PLACE), 0,
    ),
    "done: at one of two places": (
        world(owed(240, outlet_id="Sat"), shifts=(HOUR,), activities=(COUNTER, CALLS), days=1), 37,
    ),
    "done: two backlogs, one beyond the horizon": (
        world(owed(120), owed(240, "cards", deadline=TUESDAY), shifts=(SHORT,), **ONE_PLACE), 0,
    ),
    "done: past midnight": (
        world(owed(120), owed(60, "cards", release=TUESDAY, deadline=TUESDAY), shifts=(LATE,), days=2,
              activities=(CALLS, CARDS), **TWO), 0,
    ),
    # E1 and E2 must work, and spend an hour each on calls.
    "quotas: hard": (
        world(owed(120), shifts=(SHORT,), interval_requirements=(heads(2),), rules=(BacklogQuotas(),), **ONE_PLACE), 6,
    ),
    "quotas: soft": (
        world(owed(240), shifts=(SHORT,), interval_requirements=(heads(2),), rules=(BacklogQuotas(**SOFT),),
              **ONE_PLACE), 0,
    ),
    "quotas: at home, of cards": (
        world(owed(180, "cards"), shifts=(HOUR,), activities=(COUNTER, CARDS),
              rules=(BacklogQuotas(**SOFT, at_home=True),)), 37,
    ),
    "quotas: a night into the first day": (
        world(owed(120, release=TUESDAY, deadline=TUESDAY), shifts=(LATE,), days=2, activities=(COUNTER, CALLS),
              rules=(BacklogQuotas(**SOFT),), **TWO), 0,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_model_and_checker_agree_on_every_set_of_duties(name):
    problem, forbidden = CASES[name]
    costs = assert_agree(problem)
    assert costs.count(None) == forbidden
    assert len(set(costs)) > 1


def test_a_search_stopped_early_names_the_cost_of_the_checker():
    assert_settled(world(owed(240), shifts=(SHORT,), rules=(BacklogQuotas(**SOFT),), **ONE_PLACE))


def test_work_that_can_wait_fills_the_valleys():
    # Service needs both callers from nine to ten; the third hour of each is for calls, at 90 cents an hour undone.
    problem = world(
        owed(300), interval_requirements=(heads(3, end="10:00"), heads(1, "10:00", "12:00")), **ONE_PLACE,
        rules=(PaidTime(),), contracts=tuple(
            Contract(contract_id=name, weekly_minutes=minutes, wage_cents_per_hour=60)
            for name, minutes in (("full", 2100), ("part", 700))
        ),
    )  # fmt: skip
    result = ss.solve(problem, ss.Settings(time_seconds=20, gap=0))
    # Three duties of three hours at 60; from ten to twelve E3 serves and the others call for four hours of five.
    assert (result.objective, result.bound) == (9 * 60 + 90, 9 * 60 + 90)
    assert sum(s.minutes for s in result.schedule.stint_list if s.activity_id == "calls") == 240
