import datetime as dt

import pytest

from schedsolver.domain import (
    Activity,
    Arrivals,
    Horizon,
    IntervalRequirement,
    OpeningHours,
    Outlet,
    Permission,
    ShiftRequirement,
    Skill,
)
from schedsolver.rules.cover import IntervalCover, ShiftCover
from tests.solving import fixed_shift, judged, plain, spell, words, work
from tests.tiny import MONDAY, TUESDAY, tiny

# ---------------------------------------------------------------- cover.intervals
# Open 09:00-11:00 on Monday only; one missing head on counter costs 100 an hour, the second 200, then 400.

OPEN = tuple(
    OpeningHours(outlet_id=o, date=d, start=s, end=e)
    for o in ("Hub", "Sat")
    for d, s, e in ((MONDAY, "09:00", "11:00"), (TUESDAY, None, None))
)
COUNTER = Activity(
    activity_id="counter", shortage_cents_per_hour=(100, 200, 400), surplus_cents_per_hour=10, service_minutes=10,
    wait_limit_minutes=0, target_share=0.6, at_window=True,
)  # fmt: skip
CALLS = Activity(activity_id="calls", deferrable=True)


def asked(heads: int, **more) -> IntervalRequirement:
    place = {"outlet_id": "Hub", "activity_id": "counter", "date": MONDAY, "start": "09:00", "end": "10:00"}
    return IntervalRequirement(**(place | {"heads": heads} | more))


def branch(*requirements: IntervalRequirement, **changes):
    tables = {
        "horizon": Horizon(start=MONDAY, days=2, slot_minutes=60), "opening": OPEN, "activities": (COUNTER, CALLS),
        "interval_requirements": requirements,
    }  # fmt: skip
    return tiny(**(tables | changes))


def crew(count: int, activity: str = "counter", **more):
    return [spell(f"E{i}", activity, "09:00", "10:00", **more) for i in range(count)]


@pytest.mark.parametrize(
    ("heads", "here", "cents"),
    [
        (1, 0, 100),
        (2, 0, 300),
        (3, 0, 700),
        (5, 0, 1500),
        (5, 1, 1100),
        (5, 4, 100),
        (2, 2, 0),
        (2, 3, 10),
        (1, 4, 30),
        (0, 2, 20),
    ],
)
def test_missing_heads_cost_tier_by_tier_and_surplus_heads_alike(heads, here, cents):
    found = judged(IntervalCover(), branch(asked(heads)), *crew(here))
    assert found.cents == cents
    assert found.violations == ()


def test_a_shortage_says_where_when_and_how_far():
    found = judged(IntervalCover(), branch(asked(3, start="09:00", end="11:00")), *crew(1))
    assert words(found) == [
        "1 of 3 heads on counter at Hub at 2026-03-09 09:00",
        "0 of 3 heads on counter at Hub at 2026-03-09 10:00",
    ]
    assert [p.cents for p in found.penalties] == [300, 700]
    assert (found.penalties[1].outlet_id, found.penalties[1].activity_id) == ("Hub", "counter")
    assert found.penalties[1].start == dt.datetime(2026, 3, 9, 10)


def test_only_heads_there_on_that_work_at_that_time_count():
    problem = branch(asked(1))
    assert judged(IntervalCover(), problem, *crew(1, outlet="Sat")).cents == 100 + 10
    assert judged(IntervalCover(), problem, *crew(1, "calls")).cents == 100
    assert judged(IntervalCover(), problem, spell("E1", "counter", "10:00", "11:00")).cents == 100 + 10


def test_a_requirement_may_have_prices_of_its_own():
    problem = branch(asked(2, shortage_cents_per_hour=(7,), surplus_cents_per_hour=3))
    assert judged(IntervalCover(), problem).cents == 14
    assert judged(IntervalCover(), problem, *crew(4)).cents == 6
    # The other slot keeps the prices of the activity.
    assert judged(IntervalCover(), problem, *crew(2), spell("E1", "counter", "10:00", "11:00")).cents == 10


@pytest.mark.parametrize(
    ("slot", "per_hour", "cents"), [(30, 25, 13), (30, 24, 12), (15, 30, 8), (15, 29, 7), (20, 100, 33), (20, 200, 67)]
)
def test_prices_of_a_slot_are_rounded_half_up(slot, per_hour, cents):
    problem = branch(
        asked(1, end=540 + slot, shortage_cents_per_hour=(per_hour,)),
        horizon=Horizon(start=MONDAY, days=1, slot_minutes=slot),
        shift_types=(fixed_shift("day", "09:00", "11:00"),),
        opening=tuple(o for o in OPEN if o.date == MONDAY),
    )
    assert judged(IntervalCover(), problem).cents == cents


def test_work_that_can_wait_is_never_surplus():
    assert judged(IntervalCover(), branch(), *crew(5, "calls")).cents == 0
    assert judged(IntervalCover(), branch(), *crew(5)).cents == 50


def test_a_closed_outlet_needs_nobody_and_prices_nothing():
    assert judged(IntervalCover(), branch(), spell("E1", "counter", "09:00", "11:00", date=TUESDAY)).cents == 0


@pytest.mark.parametrize(("windows", "cents"), [(1, 100), (2, 300), (None, 300)])
def test_traffic_asks_for_heads_by_erlang_c_but_no_more_than_windows(windows, cents):
    # 6 customers an hour of 10 minutes are 1 erlang; with 2 heads a third of them waits: 2 heads for 60 %.
    problem = branch(
        outlets=(Outlet(outlet_id="Hub", windows=windows), Outlet(outlet_id="Sat")),
        traffic=(Arrivals(outlet_id="Hub", activity_id="counter", date=MONDAY, start="09:00", customers=6),),
    )
    assert judged(IntervalCover(), problem).cents == cents


def test_past_the_horizon_nothing_is_needed_and_nothing_priced():
    night = tuple(
        OpeningHours(outlet_id=o, weekday=w, start="22:00", end="26:00") for o in ("Hub", "Sat") for w in (0, 1)
    )
    problem = branch(opening=night)
    # Monday night lies in the horizon, after Tuesday's midnight nothing does.
    assert judged(IntervalCover(), problem, spell("E1", "counter", "22:00", "26:00")).cents == 40
    assert judged(IntervalCover(), problem, spell("E1", "counter", "22:00", "26:00", date=TUESDAY)).cents == 20


def test_intervals_matter_where_there_are_activities():
    assert IntervalCover().applies_to(branch())
    assert not IntervalCover().applies_to(plain())


# ---------------------------------------------------------------- cover.shifts

SHIFTS = (fixed_shift("day", "09:00", "15:00"), fixed_shift("late", "12:00", "18:00"))


def needing(**need):
    own = {"date": MONDAY, "shift_type_id": "day", "minimum_cents": 100, "shortage_cents": 10, "surplus_cents": 1}
    return plain(
        shift_types=SHIFTS,
        skills=(Skill(skill_id="cash"), Skill(skill_id="fx")),
        permissions=(Permission(employee_id="E1", skill_id="cash"),),
        shift_requirements=(ShiftRequirement(**(own | need)),),
    )


def duties(count: int, **more):
    return [work(f"E{i}", "day", "09:00", "15:00", **more) for i in range(count)]


@pytest.mark.parametrize(
    ("minimum", "preferred", "here", "cents"),
    [
        (2, 4, 0, 220),
        (2, 4, 1, 120),
        (2, 4, 2, 20),
        (2, 4, 3, 10),
        (2, 4, 4, 0),
        (2, 4, 6, 2),
        (2, None, 0, 200),
        (2, None, 2, 0),
        (2, None, 3, 1),
        (0, 1, 0, 10),
    ],
)
def test_duties_missing_below_minimum_and_preferred_cost_their_own_price(minimum, preferred, here, cents):
    found = judged(ShiftCover(), needing(minimum=minimum, preferred=preferred), *duties(here))
    assert found.violations == ()
    assert found.cents == cents


@pytest.mark.parametrize(("here", "count"), [(2, 0), (3, 1)])
def test_the_maximum_holds(here, count):
    found = judged(ShiftCover(), needing(maximum=2), *duties(here))
    assert len(found.violations) == count
    assert found.cents == here  # all above the 0 wanted
    if count:
        assert words(found)[0] == ("3 duties of 0 wanted on shift day on 2026-03-09, above the maximum of 2")


def test_only_duties_of_that_shift_date_outlet_and_skill_count():
    others = (
        work("E1", "late", "12:00", "18:00", outlet="Sat", skill="cash"),
        work("E2", "day", "09:00", "15:00", outlet="Sat", skill="cash", date=TUESDAY),
        work("E3", "day", "09:00", "15:00", outlet="Hub", skill="cash"),
        work("E4", "day", "09:00", "15:00", outlet="Sat", skill="fx"),
        work("E5", "day", "09:00", "15:00", outlet="Sat"),
    )
    problem = needing(outlet_id="Sat", skill_id="cash", minimum=1)
    found = judged(ShiftCover(), problem, *others)
    assert found.cents == 100
    assert words(found) == ["0 duties of 1 wanted on shift day on 2026-03-09 at Sat in skill cash"]
    assert judged(ShiftCover(), problem, *others, *duties(1, outlet="Sat", skill="cash")).cents == 0


def test_without_outlet_and_skill_every_duty_counts():
    here = (*duties(1, outlet="Sat", skill="cash"), work("E5", "day", "09:00", "15:00"))
    assert judged(ShiftCover(), needing(minimum=2), *here).cents == 0


def test_shifts_matter_where_some_are_asked_for():
    assert ShiftCover().applies_to(needing())
    assert not ShiftCover().applies_to(plain())
