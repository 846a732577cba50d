import datetime as dt

import pytest

from schedsolver.domain import Activity, Employee, Horizon, IntervalRequirement, Outlet, Scope
from schedsolver.errors import InvalidProblem
from schedsolver.rules.cost import PaidTime
from schedsolver.rules.windows import WindowRuns, open_windows
from tests.solving import assert_agree, assert_settled, fixed_shift, judged, roster_of, spell, words, work
from tests.tiny import MONDAY, tiny

NAMES = "ABC"
STAFF = tuple(Employee(employee_id=name, contract_id="full") for name in NAMES)


def world(*shifts, **changes):
    tables = {
        "horizon": Horizon(start=MONDAY, days=1, slot_minutes=60), "staff": STAFF[:2],
        "outlets": (Outlet(outlet_id="Hub", windows=2), Outlet(outlet_id="Sat")), "skills": (), "permissions": (),
        "activities": tuple(
            Activity(
                activity_id=name, at_window=name != "lobby", shortage_cents_per_hour=(100,), surplus_cents_per_hour=10
            )
            for name in ("counter", "lobby", "cash")
        ),
        "shift_types": shifts or (fixed_shift("day", "09:00", "12:00"),),
        "interval_requirements": tuple(
            IntervalRequirement(outlet_id="Hub", activity_id=name, date=MONDAY, start=start, end=end, heads=1)
            for name, start, end in (("counter", "10:00", "11:00"), ("cash", "11:00", "12:00"))
        ),
    }  # fmt: skip
    return tiny(**(tables | changes))


def crew(counts, outlet="Hub", activities=("counter", "cash")):
    """People at windows: so many each hour from 09:00 on."""
    hours = len(counts)
    records = [work(name, "day", "09:00", f"{9 + hours}:00", outlet=outlet) for name in NAMES]
    for hour, count in enumerate(counts):
        for i, name in enumerate(NAMES):
            what = activities[(hour + i) % 2] if i < count else "lobby"
            records.append(spell(name, what, f"{9 + hour}:00", f"{10 + hour}:00", outlet=outlet))
    return records


@pytest.mark.parametrize(
    ("counts", "runs"),
    [
        ([1, 1, 1], [(1, 9, 12)]),
        ([0, 1, 0], [(1, 10, 11)]),
        ([1, 2, 1], [(1, 9, 11), (2, 10, 12)]),
        ([2, 0, 2], [(1, 9, 10), (2, 9, 10), (1, 11, 12), (2, 11, 12)]),
        ([1, 2, 1, 2], [(1, 9, 11), (2, 10, 13), (1, 12, 13)]),
        ([1, 3, 1], [(1, 9, 11), (2, 10, 11), (3, 10, 12)]),
    ],
)
def test_whoever_opens_first_closes_first(counts, runs):
    table = open_windows(world(staff=STAFF), roster_of(crew(counts)))
    assert set(table["outlet_id"]) == {"Hub"}
    found = zip(table["window"], table["start"].dt.hour, table["end"].dt.hour, strict=True)
    assert list(found) == runs


@pytest.mark.parametrize(
    ("counts", "minimum", "short"),
    [
        ([1, 1, 1], 180, 0),
        ([1, 1, 1], 240, 1),
        ([1, 2, 1], 120, 0),
        ([1, 2, 1], 180, 2),
        ([0, 1, 0], 120, 1),
        ([2, 1, 2], 120, 2),
        ([1, 0, 1], 60, 0),
    ],
)
def test_windows_stay_open_for_a_while(counts, minimum, short):
    rule = WindowRuns(minimum_minutes=minimum, opening_cents=1)
    assert len(judged(rule, world(staff=STAFF), *crew(counts)).violations) == short


def test_openings_and_closings_have_their_price():
    found = judged(WindowRuns(opening_cents=5, closing_cents=7), world(staff=STAFF), *crew([1, 2, 0]))
    assert words(found) == [
        "window 1 of Hub opens at 2026-03-09 09:00",
        "window 1 of Hub closes at 2026-03-09 11:00",
        "window 2 of Hub opens at 2026-03-09 10:00",
        "window 2 of Hub closes at 2026-03-09 11:00",
    ]
    assert [p.cents for p in found.penalties] == [5, 7, 5, 7]
    assert [p.start.hour for p in found.penalties] == [9, 11, 10, 11]
    short = judged(WindowRuns(minimum_minutes=180), world(staff=STAFF), *crew([0, 2, 1]))
    assert words(short) == [
        "window 1 of Hub is open for 60 minutes, not 180, from 2026-03-09 10:00",
        "window 2 of Hub is open for 120 minutes, not 180, from 2026-03-09 10:00",
    ]
    assert {(v.outlet_id, v.start) for v in short.violations} == {("Hub", dt.datetime(2026, 3, 9, 10))}


def test_only_outlets_of_the_scope_count():
    problem, rule = world(staff=STAFF), WindowRuns(opening_cents=5, scope=Scope(outlets=("Sat",)))
    assert judged(rule, problem, *crew([1, 1, 1])).cents == 0
    assert judged(rule, problem, *crew([1, 1, 1], outlet="Sat")).cents == 5


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"minimum_minutes": 90}, "90 minutes are no whole number of 60-minute slots"),
        ({"minimum_minutes": 60}, "it does nothing"),
        ({}, "it does nothing"),
    ],
)
def test_what_means_nothing_is_refused(fields, said):
    with pytest.raises(InvalidProblem, match=said):
        world(rules=(WindowRuns(**fields),))


def test_windows_need_an_activity_at_one():
    with pytest.raises(InvalidProblem, match="no activity is done at a window"):
        world(
            activities=(Activity(activity_id="counter"), Activity(activity_id="cash")),
            rules=(WindowRuns(closing_cents=1),),
        )


SHORT = fixed_shift("short", "10:00", "12:00")


@pytest.mark.parametrize(
    "rule",
    [
        WindowRuns(minimum_minutes=120), WindowRuns(minimum_minutes=180), WindowRuns(opening_cents=70),
        WindowRuns(closing_cents=70), WindowRuns(minimum_minutes=120, opening_cents=3, closing_cents=4),
        WindowRuns(minimum_minutes=180, scope=Scope(outlets=("Hub",))),
    ],
)  # fmt: skip
def test_model_and_checker_agree(rule):
    problem = world(fixed_shift("day", "09:00", "12:00"), SHORT, rules=(rule, PaidTime()))
    one = problem.model_copy(update={"outlets": problem.outlets[:1]})
    assert_agree(type(problem)(**{name: getattr(one, name) for name in type(problem).model_fields}))


def test_columns_left_large_are_settled():
    assert_settled(world(SHORT, outlets=(Outlet(outlet_id="Hub"),), rules=(WindowRuns(opening_cents=3), PaidTime())))
